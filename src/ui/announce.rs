//! Tells the run in words while it plays, through the live region.

use leptos::prelude::*;

use crate::editor::player::Player;
use crate::scene::plot::clock;
use crate::scene::words::{Mood, told};
use crate::units::Time;

use super::run::Run;
use super::session::Session;

/// Beats between two announcements at least: nobody can listen faster.
const BEATS: u32 = 20;

/// Starts to tell.
pub fn start(session: Session, run: Run) {
    let said = StoredValue::new((Time::ZERO, Mood::Fine, 0u32));
    Effect::new(move |_| {
        let beat = run.beat.get();
        let (playing, playhead) = run.player.with_untracked(|player| (player.playing(), Player::playhead(player)));
        let (after, mood, last_beat) = said.get_value();
        // A jump is not news.
        if !playing || playhead < after {
            return said.set_value((playhead, mood, last_beat));
        }
        if beat.wrapping_sub(last_beat) < BEATS {
            return;
        }
        let (news, now) = session
            .recording
            .with_value(|recording| (told(recording, after, playhead), Mood::at(recording, playhead, mood)));
        let changed = (now != mood).then(|| format!("{}: {}.", clock(playhead), now.words()));
        let text = [news, changed].into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            session.announcement.set(text);
        }
        said.set_value((playhead, now, beat));
    });
}
