//! The first rooms of the house, `src/units` and `src/design`, as a crate of their own, for the simulator to stand on.

#[path = "../../src/design/mod.rs"]
pub mod design;
#[path = "../../src/units/mod.rs"]
pub mod units;
