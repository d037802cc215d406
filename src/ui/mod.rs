//! The browser: the only module that names leptos.

mod again;
mod announce;
mod address;
mod app;
mod author;
mod award;
mod board;
mod canvas;
mod chart_draw;
mod chart_tools;
mod charts;
mod clock;
mod compare;
mod course;
mod dialog;
mod drafts;
mod drop_down;
mod events;
mod element;
mod elsewhere;
mod fetch;
mod files;
mod glyph;
mod goals;
mod grading;
mod hand_in;
mod header;
mod help;
mod hints;
mod home;
mod icon;
mod inspector;
mod language;
mod jump;
mod latency;
mod later;
mod lesson;
mod lesson_menu;
mod live;
mod live_design;
mod milestones;
mod model;
mod outline;
mod palette;
mod panic;
mod player;
mod predict;
mod postmortem;
mod pressure;
mod protocol;
mod reading;
mod reload;
mod requests;
mod rows;
mod run;
mod scale;
mod seed;
mod search;
mod sandbox;
mod session;
mod share;
mod shelf;
mod shell;
mod signal;
mod simulate;
mod storage;
mod studies;
mod study;
mod terms;
mod templates;
mod theme;
mod theory;
mod toast;
mod why;
mod tradeoffs;
mod waterfall;
pub mod worker;
mod workshop;

pub use session::{Session, use_session};

use leptos::prelude::*;

/// Starts the app; in a worker, the simulation.
pub fn start() {
    if worker::in_worker() {
        // `worker.js` calls `simulate` next, and waits for it.
        return;
    }
    panic::guard();
    mount_to_body(app::App);
}
