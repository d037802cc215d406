//! The pressure on every resource at the playhead: found a few times a second, told on the canvas and on the board.

use leptos::prelude::*;

use crate::design::{Design, Target};
use crate::editor::Msg;
use crate::editor::player::Player;
use crate::insight::{Level, PRESSURE_TERMS, PressureRow, Pressures, Warning, target_of};
use crate::metrics::Recording;
use crate::sim::FRAME;
use crate::units::Time;

use super::element::view;
use super::live::live;
use super::rows::rows;
use super::run::Run;
use super::session::{Session, use_session};
use super::signal::{Memo, RwSignal, StoredValue, effect};
use super::terms::words_line;

/// Beats between two looks: half a second.
const BEATS: u32 = 5;

/// What was found at the playhead.
#[derive(Clone, Copy)]
pub struct Found {
    /// The rows of the board, and the finding in words.
    rows: RwSignal<(Vec<PressureRow>, String)>,
    /// How long each component has until it is full, where that is soon.
    left: RwSignal<Vec<(String, String)>>,
}

impl Found {
    /// Nothing found yet; put into the context.
    pub fn provide() {
        provide_context(Found { rows: RwSignal::default(), left: RwSignal::default() });
    }

    /// Starts to look.
    pub fn watch(self, session: Session, run: Run) {
        let found = self;
        let last = StoredValue::new(0u32);
        let worst = StoredValue::new((Time::ZERO, Level::Fine));
        effect(move || {
            let (beat, playhead) = (run.beat.get(), run.player.with_untracked(Player::playhead));
            let playing = session.playing.get_untracked();
            // A playhead that was put somewhere by hand is looked at at once.
            if playing && beat.wrapping_sub(last.get_value()) < BEATS {
                return;
            }
            last.set_value(beat);
            let warnings = session.recording.with_value(|recording| found.look(run, recording, playhead));
            warn(session, worst, playing, playhead, warnings);
        });
    }

    fn look(&self, run: Run, recording: &Recording, playhead: Time) -> Option<(Warning, String)> {
        let end = ((playhead.0 / FRAME.0) as usize).min(recording.frames.len());
        let parts = &recording.parts;
        let seen = with_design(run, playhead, |design| Pressures::at(design, parts, &recording.frames, end));
        let rows = if end == 0 { Default::default() } else { (seen.rows(parts), seen.verdict(parts)) };
        if self.rows.with_untracked(|before| *before != rows) {
            self.rows.set(rows);
        }
        let warnings = seen.warnings();
        let soon = warnings.iter().filter_map(|warning| {
            let Some(Target::Component(name)) = target_of(parts, warning.part) else { return None };
            let seconds = warning.pressure.full_in.filter(|_| warning.level == Level::Near)?;
            Some((name, format!("full in {} s", libm::round(seconds.max(1.0)))))
        });
        let soon: Vec<_> = soon.collect();
        if self.left.with_untracked(|before| *before != soon) {
            self.left.set(soon);
        }
        let worst = warnings.into_iter().next()?;
        let words = worst.words(parts);
        Some((worst, words))
    }

    /// `full in 12 s`, of this component; none where that is not soon.
    pub fn left(&self, name: &str) -> Option<String> {
        self.left.with(|left| left.iter().find(|(known, _)| known == name).map(|(_, left)| left.clone()))
    }
}

/// Reads the design that is run at this time.
pub fn with_design<T>(run: Run, at: Time, read: impl FnOnce(&Design) -> T) -> T {
    run.scenario.with_value(|scenario| read(scenario.design_at(at)))
}

/// Tells in the live region when the worst level has risen; a jump is not news.
fn warn(
    session: Session,
    worst: StoredValue<(Time, Level)>,
    playing: bool,
    playhead: Time,
    warning: Option<(Warning, String)>,
) {
    let (before, told) = worst.get_value();
    let level = warning.as_ref().map_or(Level::Fine, |(warning, _)| warning.level);
    worst.set_value((playhead, level));
    if !playing || playhead < before || level <= told || level < Level::Near {
        return;
    }
    if let Some((_, words)) = warning {
        session.announcement.set(format!("Warning: {words}."));
    }
}

/// The board: the finding, and every resource with its use.
#[component]
pub fn PressureBoard() -> impl IntoView {
    let found: Found = expect_context();
    let keys = move || found.rows.with(|(rows, _)| rows.iter().map(|row| row.key.clone()).collect());
    let empty = move || found.rows.with(|(rows, _)| rows.is_empty());
    view! {
        <section class="insight" aria-label="Pressure">
            <p class="insight-verdict">{move || {
                found.rows.with(|(_, words)| if words.is_empty() { "Play the run to see where pressure builds up.".to_owned() } else { words.clone() })
            }}</p>
            <div class="insight-scroll" class:gone=empty tabindex="0" role="region" aria-label="Resources by use">
                <table class="insight-table">
                    <thead>
                        <tr><th>"Part"</th><th>"Resource"</th><th>"In use"</th><th>"Level"</th><th>"Trend"</th><th>"Note"</th></tr>
                    </thead>
                    <tbody>{rows(keys, move |key| view! { <PressureLine key /> })}</tbody>
                </table>
            </div>
            {words_line(PRESSURE_TERMS)}
        </section>
    }
}

#[component]
fn PressureLine(key: String) -> impl IntoView {
    let (found, session): (Found, _) = (expect_context(), use_session());
    let row = Memo::new(move |_| found.rows.with(|(rows, _)| rows.iter().find(|row| row.key == key).cloned()));
    let select = move |_| {
        if let Some(row) = row.get_untracked() {
            session.dispatch(Msg::Focused(row.target));
        }
    };
    let cells = move || {
        row.with(|row| {
            let row = row.as_ref()?;
            Some(view! {
                <td>{row.resource}</td>
                <td class=format!("insight-use {}", row.tone)>
                    <span class="insight-bar" aria-hidden="true"><span style=format!("width:{}%", row.percent)></span></span>
                    {format!("{} %", row.percent)}
                </td>
                <td class=row.tone>{row.level}</td>
                <td>{row.trend}</td>
                <td class="soft">{row.note.clone()}</td>
            })
        })
    };
    view! {
        <tr>
            <th scope="row"><button class="insight-part" on:click=select>{move || row.with(|row| row.as_ref().map(|row| row.part.clone()))}</button></th>
            {live(cells)}
        </tr>
    }
}
