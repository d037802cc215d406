//! What the player says of the scale: a few words over the track, and the whole of it when they are pressed.

use leptos::prelude::*;

use crate::design::Scale;
use crate::scene::scale::{dot_words, scale_note};

use super::live::live;
use super::run::use_run;
use super::session::{quoted, use_session};

/// The words; nothing where every request is simulated by itself as usual.
#[component]
pub fn ScaleNote() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let scale = Memo::new(move |_| session.with_design(|design| Scale::of(&[design], &[])));
    let note = Memo::new(move |_| session.with_recording(|recording| scale.with(|scale| scale_note(scale, recording))));
    let dots = Memo::new(move |_| {
        run.beat.track();
        let playhead = session.playhead.get_untracked();
        session.recording.with_value(|recording| dot_words(recording, playhead)).unwrap_or_default()
    });
    live(move || {
        note.get().map(|note| {
            view! {
                <details class="scale-note">
                    <summary>{note.short}</summary>
                    <p>{quoted(&note.long)}" "<span>{dots}</span>" "<a href="#model=scale">"What that means"</a></p>
                </details>
            }
        })
    })
}
