//! What a run means: the recording that a playhead moves over, trips, series.

mod recording;

pub use recording::{Recording, Trip, TripSpan};
