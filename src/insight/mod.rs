//! Why a run went as it did, and for how much.

mod cost;
mod explain;
mod incident;
mod rank;
mod reason;

pub use cost::{Prices, RunCost, component_cost_per_hour, cost_per_hour};
pub use explain::{Explanation, Fate};
pub use incident::{Entry, Harm, Incident, Place, Role, What, incidents};
pub use rank::{Ranked, ranked};
pub use reason::{Reason, Why, reason};
