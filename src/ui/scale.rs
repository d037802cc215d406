//! What the player says of the scale: a few words over the track, and the whole of it when they are pressed.

use leptos::prelude::*;

use crate::scene::scale::dot_words;

use super::element::view;
use super::live::live;
use super::run::use_run;
use super::session::{quoted, use_session};

/// The words; nothing where every request is simulated by itself as usual.
#[component]
pub fn ScaleNote() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let dots = move || {
        run.beat.track();
        let playhead = session.playhead.get_untracked();
        session.recording.with_value(|recording| dot_words(recording, playhead)).unwrap_or_default()
    };
    live(move || {
        run.scale.get().map(|(short, long)| {
            view! {
                <details class="scale-note">
                    <summary>{short}</summary>
                    <p>{quoted(&long)}" "<span>{dots}</span>" "<a href="#model=scale">"What that means"</a></p>
                </details>
            }
        })
    })
}
