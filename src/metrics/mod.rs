//! What a run means: the recording that a playhead moves over, trips, the report.

mod recording;
mod report;

pub use recording::{Moment, Recording, Trip, TripSpan};
pub use report::{ClassReport, ComponentReport, Failures, Latency, Report, Requests, WireReport};
