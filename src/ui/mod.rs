//! The browser: the only module that names leptos.

mod announce;
mod address;
mod app;
mod board;
mod canvas;
mod chart_draw;
mod charts;
mod clock;
mod compare;
mod course;
mod drafts;
mod files;
mod glyph;
mod grading;
mod header;
mod help;
mod icon;
mod inspector;
mod lesson;
mod live;
mod model;
mod outline;
mod palette;
mod panic;
mod player;
mod protocol;
mod rows;
mod run;
mod sandbox;
mod session;
mod share;
mod shelf;
mod simulate;
mod storage;
mod studies;
mod study;
mod theme;
mod toast;
pub mod worker;
mod workshop;

pub use session::{Session, use_session};

use leptos::prelude::*;

/// Starts the app; in a worker, the simulation.
pub fn start() {
    if worker::in_worker() {
        return simulate::start();
    }
    panic::guard();
    mount_to_body(app::App);
}
