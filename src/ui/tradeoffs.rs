//! What the design is good at and what it pays with, beside what it was before the last change.

use leptos::prelude::*;

use crate::design::Design;
use crate::editor::player::Player;
use crate::insight::{Axis, TRADE_OFF_TERMS, TradeOffs};
use crate::sim::FRAME;

use super::element::view;
use super::live::live;
use super::run::Run;
use super::session::Session;
use super::signal::{RwSignal, StoredValue, effect};
use super::terms::words_line;

/// Beats between two looks: two seconds.
const BEATS: u32 = 20;
/// Frames that are weighed: the last minute.
const FRAMES: usize = 600;

/// The trade-offs of runs, kept while the page is open.
#[derive(Clone, Copy)]
pub struct Ledger {
    /// Those of the run as it is now.
    now: RwSignal<TradeOffs>,
    /// The design that they are of.
    of: StoredValue<Option<Design>>,
    /// Those of the design before.
    before: RwSignal<Option<TradeOffs>>,
}

impl Ledger {
    /// Nothing weighed yet; put into the context.
    pub fn provide() {
        provide_context(Ledger { now: RwSignal::default(), of: StoredValue::new(None), before: RwSignal::new(None) });
    }

    /// Starts to weigh. What was weighed is kept when another design is played.
    pub fn watch(self, session: Session, run: Run) {
        let ledger = self;
        let last = StoredValue::new(0u32);
        effect(move || {
            let beat = run.beat.get();
            let playing = session.playing.get_untracked();
            if playing && beat.wrapping_sub(last.get_value()) < BEATS {
                return;
            }
            last.set_value(beat);
            ledger.weigh(session, run);
        });
    }

    fn weigh(&self, session: Session, run: Run) {
        let playhead = run.player.with_untracked(Player::playhead);
        let weighed = session.recording.with_value(|recording| {
            let end = ((playhead.0 / FRAME.0) as usize).min(recording.frames.len());
            run.scenario.with_value(|scenario| {
                // The last design's own stretch: what came before a change is another system.
                let (from, design) = scenario.designs().last()?;
                let from = ((from.0 / FRAME.0) as usize).max(end.saturating_sub(FRAMES));
                let enough = end >= from + 20;
                enough.then(|| (TradeOffs::of(design, &recording.parts, &recording.frames[from..end]), design.clone()))
            })
        });
        let Some((seen, design)) = weighed else { return };
        if self.of.with_value(|of| of.as_ref() != Some(&design)) {
            let kept = self.now.get_untracked();
            self.before.set(Some(kept).filter(|kept| !kept.axes.is_empty()));
            self.of.set_value(Some(design));
        }
        if self.now.with_untracked(|kept| *kept != seen) {
            self.now.set(seen);
        }
    }
}

/// The board: a bar and the figures for each axis.
#[component]
pub fn TradeOffBoard() -> impl IntoView {
    let ledger: Ledger = expect_context();
    let body = move || {
        let (now, before) = (ledger.now.get(), ledger.before.get());
        if now.axes.is_empty() {
            return view! { <p class="soft">"Play the run for a few seconds to see what the design trades."</p> }
                .into_any();
        }
        let row = |axis: &Axis| {
            let old = before.as_ref().and_then(|before| before.axes.iter().find(|old| old.name == axis.name));
            line(axis, old)
        };
        let head = before.is_some().then(|| view! { <th>"Before the last change"</th> });
        view! {
            <p class="soft">"Of the last minute at most, since the last change."</p>
            <div class="insight-scroll" tabindex="0" role="region" aria-label="Axes">
                <table class="insight-table">
                    <thead><tr><th>"Axis"</th><th>"Score"</th><th>"Figure"</th>{head}<th>"How it is computed"</th></tr></thead>
                    <tbody>{now.axes.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! { <section class="insight" aria-label="Trade-offs">{live(body)}{words_line(TRADE_OFF_TERMS)}</section> }
}

fn line(axis: &Axis, old: Option<&Axis>) -> impl IntoView + use<> {
    let percent = libm::round(100.0 * axis.score);
    let mark = old.map(|old| view! { <i style=format!("left:{:.0}%", 100.0 * old.score)></i> });
    let then = old.map(|old| {
        let change = match axis.score - old.score {
            change if change > 0.02 => "better now",
            change if change < -0.02 => "worse now",
            _ => "about the same",
        };
        view! { <td>{old.figure.clone()}<span class="soft">{format!(" · {change}")}</span></td> }
    });
    view! {
        <tr>
            <th scope="row">{axis.name}</th>
            <td class="insight-use">
                <span class="insight-bar" aria-hidden="true"><span style=format!("width:{percent}%")></span>{mark}</span>
                {format!("{percent}")}
            </td>
            <td>{axis.figure.clone()}</td>
            {then}
            <td class="soft wrap">{axis.how}</td>
        </tr>
    }
}
