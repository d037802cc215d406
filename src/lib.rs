//! Pressure Point teaches system design by letting people break systems.
//!
//! **A run is a value; playing is reading.** The core turns a scenario (design, script, seed) into a recording,
//! deterministically; play, pause and rewind only move a playhead over it.
//!
//! Each module may use only those above it (`tests/tidy.rs` checks it):
//!
//! | module | says | knows nothing of |
//! |---|---|---|
//! | [`units`] | times, rates, bytes, money, chances, distributions and their text forms | everything |
//! | [`design`] | what the learner draws: components, wires, policies, edits, the text form, problems | time, screen |
//! | [`sim`] | how it behaves: calendar, request lifecycle, stations, one file per component kind, faults | screen, lessons, text |
//! | [`metrics`] | what it means: the recording, series, the report of a run | screen |
//! | [`insight`] | why: pressure, warnings, incidents and their causes, theory, trade-offs, confidence; and for how much: cost | screen |
//! | [`lesson`] | what is taught: lesson files, goals, progress, the verifier | screen |
//! | [`editor`] | how it is changed: messages in, state out; gestures, camera, history, player | browser |
//! | [`scene`] | what is seen: wire paths, dots at the playhead, plots, waterfalls; data in, shapes out | browser |
//! | `ui` | the browser; the only module that names leptos, web_sys, plotters (wasm32 only) | – |
//! | `cli` | the command line (native only); beside `ui`, at the end of the row | browser |
//!
//! Outside, in `crates/`: the macro that compiles the `view!` of `ui`; and the manifests by which the first three modules are crates
//! of their own. The page is compiled to be small, but the simulator to be fast, and Cargo sets that crate by crate.

#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod editor;
pub mod insight;
pub mod lesson;
pub mod metrics;
pub mod scene;
#[cfg(target_arch = "wasm32")]
pub mod ui;

pub use pressure_point_design::{design, units};
pub use pressure_point_sim::sim;
