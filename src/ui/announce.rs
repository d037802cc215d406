//! Tells the run in words while it plays, through the live region.

use crate::editor::player::Player;
use crate::scene::plot::clock;
use crate::scene::words::{Mood, told};
use crate::scene::{State, crossed, states};
use crate::units::Time;

use super::run::Run;
use super::session::Session;
use super::signal::{StoredValue, effect};

/// Beats between two announcements at least: nobody can listen faster.
const BEATS: u32 = 20;

/// Starts to tell.
pub fn start(session: Session, run: Run) {
    let said = StoredValue::new((Time::ZERO, Mood::Fine, 0u32));
    // How the parts were when that was said.
    let parts = StoredValue::new(Vec::<(String, State)>::new());
    effect(move || {
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
        let now_parts =
            session.with_untracked_design(|design| session.glance.with_untracked(|glance| states(design, glance)));
        let worse = parts.with_value(|before| crossed(before, &now_parts));
        parts.set_value(now_parts);
        let text = [news, changed, worse].into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            session.announcement.set(text);
        }
        said.set_value((playhead, now, beat));
    });
}
