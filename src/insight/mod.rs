//! Why a run went as it did, and for how much: incidents and their causes, reasons, what to change, cost.

mod advice;
mod cost;
mod explain;
mod incident;
mod postmortem;
mod rank;
mod reason;

pub use advice::{Advice, advice};
pub use cost::{Prices, RunCost, component_cost_per_hour, cost_per_hour};
pub use explain::{Explanation, Fate, thousands};
pub use incident::words::place as place_name;
pub use incident::{Entry, Harm, Incident, Place, Role, What, incidents};
pub use postmortem::{clock, post_mortem};
pub use rank::{Ranked, ranked};
pub use reason::{Reason, Why, reason};
