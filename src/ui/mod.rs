//! The browser: the only module that names leptos.

mod announce;
mod address;
mod app;
mod author;
mod award;
mod board;
mod canvas;
mod chart_draw;
mod charts;
mod clock;
mod course;
mod drafts;
mod elsewhere;
mod fetch;
mod files;
mod glyph;
mod grading;
mod hand_in;
mod header;
mod help;
mod home;
mod icon;
mod inspector;
mod lesson;
mod lesson_menu;
mod live;
mod milestones;
mod model;
mod outline;
mod palette;
mod panic;
mod player;
mod protocol;
mod rows;
mod run;
mod session;
mod simulate;
mod storage;
mod studies;
mod study;
mod theme;
mod toast;
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
