//! The simulator, `src/sim`, as a crate of its own: it alone is compiled for speed, the page around it to be small.

#[path = "../../src/sim/mod.rs"]
pub mod sim;

use pressure_point_design::{design, units};
