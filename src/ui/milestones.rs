//! Notes how far the learner comes with a lesson: begun with the first play, tried once a run ended with a goal missed.

use crate::editor::player::{Phase, Player, PlayerMessage};
use crate::lesson::{Mark, State};

use super::award::Award;
use super::course::{Classroom, Room};
use super::grading::Grading;
use super::run::Run;
use super::signal::{Memo, effect};

/// Starts to watch.
pub fn start(classroom: Classroom, run: Run, grading: Grading, award: Award) {
    let playing = Memo::new(move |_| run.player.with(Player::playing));
    let ended = Memo::new(move |_| run.player.with(|player| player.phase() == Phase::Ended));
    let missed = Memo::new(move |_| {
        ended.get() && grading.standings.with(|goals| goals.iter().any(|goal| goal.state == State::Missed))
    });
    effect(move || note(classroom, Mark::Begun, playing.get()));
    effect(move || note(classroom, Mark::Tried, missed.get()));
    let at_home = Memo::new(move |_| classroom.room.get() == Room::Home);
    effect(move || {
        // Nobody watches the run from the front page.
        if at_home.get() && run.player.with_untracked(Player::playing) {
            run.ask(PlayerMessage::Toggle);
        }
    });
    effect(move || {
        classroom.open.track();
        award.forget();
    });
}

fn note(classroom: Classroom, mark: Mark, now: bool) {
    if let (true, Some(lesson)) = (now, classroom.learning()) {
        classroom.mark(mark, &lesson);
    }
}
