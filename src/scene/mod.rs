//! To be written.

pub mod plot;
pub mod track;
pub mod words;
