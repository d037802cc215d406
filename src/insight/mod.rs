//! Why a run went as it did, and for how much.

mod cost;

pub use cost::{Prices, RunCost, component_cost_per_hour, cost_per_hour};
