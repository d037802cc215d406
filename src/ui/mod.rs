//! The browser: the only module that names leptos.

mod announce;
mod address;
mod app;
mod board;
mod canvas;
mod chart_draw;
mod chart_tools;
mod charts;
mod clock;
mod course;
mod drafts;
mod events;
mod files;
mod glyph;
mod grading;
mod header;
mod help;
mod icon;
mod inspector;
mod jump;
mod latency;
mod lesson;
mod live;
mod model;
mod outline;
mod palette;
mod panic;
mod player;
mod protocol;
mod requests;
mod rows;
mod run;
mod seed;
mod session;
mod simulate;
mod storage;
mod studies;
mod study;
mod theme;
mod toast;
mod waterfall;
pub mod worker;

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
