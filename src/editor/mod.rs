//! To be written.

pub mod player;
