//! To be written.

pub mod player;
pub mod replace;
