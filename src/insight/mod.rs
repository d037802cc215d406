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
mod confidence;
mod law;
mod pressure;
mod resource;
mod theory;
mod tradeoffs;
mod warning;
mod window;
mod words;
pub use confidence::{Band, Confidence, Trial, wilson};
pub use law::{erlang_b, erlang_c, variability_factor, wait_mmc, wait_mmck};
pub use pressure::{Bottleneck, Pressure, Pressures, Suspect};
pub use resource::{Nature, Part, Resource};
pub use theory::{Little, Servers, Theory, little_of_users};
pub use tradeoffs::{Axis, TradeOffs, percentile};
pub use warning::{Level, Warning, part_name};
pub use words::{
    AGAIN_TERMS, PRESSURE_TERMS, PressureRow, THEORY_TERMS, TRADE_OFF_TERMS, Terms, suspect_name, target_of,
};
