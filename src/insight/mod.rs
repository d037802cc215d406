//! Why a run went as it did, and for how much.

mod cost;
mod pressure;
mod relief;
mod resource;
mod window;

pub use cost::{Prices, RunCost, component_cost_per_hour, cost_per_hour};
pub use pressure::{Bottleneck, Pressure, Pressures, Suspect};
pub use relief::relieved;
pub use resource::{Nature, Place, Resource};
