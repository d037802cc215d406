//! Why a run went as it did, and for how much.

mod cost;
mod incident;

pub use cost::{Prices, RunCost, component_cost_per_hour, cost_per_hour};
pub use incident::{Entry, Harm, Incident, Place, Role, What, incidents};
