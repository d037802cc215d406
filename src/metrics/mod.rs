//! What a run means: the recording that a playhead moves over, trips, the report, estimates over several runs.

mod estimate;
mod recording;
mod report;

pub use estimate::Estimate;
pub use recording::{Moment, Recording, Trip, TripSpan};
pub use report::{ClassReport, ComponentReport, Failures, Latency, Report, Requests, WireReport};
