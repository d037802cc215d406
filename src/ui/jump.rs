//! Jumps from event to event. The next one may not be recorded yet: then the run is computed on until there is one.

use crate::editor::player::{Phase, Player, PlayerMessage};
use crate::scene::events::{Stop, next_stop, stops};
use crate::scene::plot::clock_tenths;
use crate::units::Time;

use super::run::Run;

/// How far beyond the recorded is looked at a time.
const STRIDE: Time = Time(5_000_000_000);

impl Run {
    /// Goes to the next event, or to the one before, and stands still there.
    pub fn jump(&self, forward: bool) {
        self.ask(PlayerMessage::Pause);
        let playhead = self.player.with_untracked(Player::playhead);
        if !self.jump_from(playhead, forward) {
            match forward {
                false => self.session.announcement.set("There is no earlier event".to_owned()),
                true => self.hunt.set_value(Some(playhead)),
            }
        }
    }

    /// Looks for the next event where none was recorded yet: called before each picture.
    pub(super) fn follow_hunt(&self) {
        let Some(origin) = self.hunt.get_value() else { return };
        if self.jump_from(origin, true) {
            return;
        }
        let (phase, end) = (self.player.with_untracked(Player::phase), self.recorded());
        let over = phase == Phase::Ended || self.trouble.with_untracked(Option::is_some);
        match phase {
            _ if over => {
                self.ask(PlayerMessage::Seek(origin));
                self.session.announcement.set("There is no later event".to_owned());
            }
            // On its way to what was asked for.
            Phase::AtEdge | Phase::Loading => {}
            _ => {
                self.ask(PlayerMessage::Seek(end + STRIDE));
                self.hunt.set_value(Some(origin));
            }
        }
    }

    fn jump_from(&self, origin: Time, forward: bool) -> bool {
        let found = self.stop_from(origin, forward);
        let Some(stop) = found else { return false };
        self.ask(PlayerMessage::Seek(stop.at));
        self.session.announcement.set(format!("{}: {}", clock_tenths(stop.at), stop.text));
        true
    }

    fn stop_from(&self, origin: Time, forward: bool) -> Option<Stop> {
        let design = self.session.editor.with_untracked(|editor| editor.design.clone());
        self.session.recording.with_value(|recording| next_stop(&stops(recording, &design), origin, forward).cloned())
    }

    fn recorded(&self) -> Time {
        self.session.recording.with_value(crate::metrics::Recording::end)
    }
}
