//! Goals at the playhead: fed with what was seen of the run, picture by picture.

use std::sync::Arc;

use leptos::prelude::*;

use crate::editor::player::{Phase, Player};
use crate::lesson::{Grader, Lesson, Standing, State};
use crate::sim::FRAME;
use crate::units::Time;

use super::course::Classroom;
use super::run::Run;
use super::session::Session;
use super::signal::{Memo, RwSignal, StoredValue, effect};

/// Frames that are graded before one picture.
const FRAMES_MAX: usize = 150;

/// How the goals of the open lesson stand.
#[derive(Clone, Copy)]
pub struct Grading {
    session: Session,
    run: Run,
    classroom: Classroom,
    grader: StoredValue<Option<Grader>>,
    /// What the grader graded: the run's resets and takes.
    graded: StoredValue<(u32, u32)>,
    /// The folder of the lesson whose goals these are.
    of: RwSignal<String>,
    /// Each goal, in the order of the lesson.
    pub standings: RwSignal<Vec<Standing>>,
    /// What the lesson's hints and predictions watch for, in the order of the lesson.
    pub watched: RwSignal<Vec<Standing>>,
    /// All are met.
    pub all_met: Memo<bool>,
}

impl Grading {
    /// Nothing graded yet; put into the context.
    pub fn provide(session: Session, run: Run, classroom: Classroom) -> Grading {
        let standings = RwSignal::new(Vec::<Standing>::new());
        let of = RwSignal::new(String::new());
        let all_met = Memo::new(move |_| {
            // Between two lessons, the goals of the one that was left do not count for the other.
            let open = classroom.open.with(|open| open.as_ref().is_some_and(|(folder, _)| of.with(|of| of == folder)));
            open && standings
                .with(|standings| !standings.is_empty() && standings.iter().all(|goal| goal.state == State::Met))
        });
        let (grader, graded) = (StoredValue::new(None), StoredValue::new((0, 0)));
        let watched = RwSignal::new(Vec::new());
        let grading = Grading { session, run, classroom, grader, graded, of, standings, watched, all_met };
        effect(move || {
            classroom.open.track();
            grading.begin();
        });
        provide_context(grading);
        grading
    }

    /// Grades what the playhead passed since the last picture.
    pub fn tick(&self) {
        if self.graded.get_value() != self.run.generation() {
            self.begin();
        }
        let (playhead, ended) =
            self.run.player.with_untracked(|player| (Player::playhead(player), player.phase() == Phase::Ended));
        let until = (playhead.0 / FRAME.0) as usize;
        let fed = self.grader.try_update_value(|grader| {
            let grader = grader.as_mut()?;
            self.feed(grader, until, ended)
        });
        // While it catches up after a change, what was told before stands.
        if fed.flatten() == Some(true) {
            self.tell();
        }
    }

    /// Feeds the next frames up to this one: whether all are fed now; none if there was nothing to feed.
    fn feed(&self, grader: &mut Grader, wanted: usize, ended: bool) -> Option<bool> {
        self.session.recording.with_value(|recording| {
            let wanted = wanted.min(recording.frames.len());
            let from = grader.frames_seen();
            if from >= wanted {
                return None;
            }
            let until = wanted.min(from + FRAMES_MAX);
            self.run.scenario.with_value(|scenario| {
                for index in from..until {
                    // The first design is the one the grader was made with.
                    let now = Time(index as u64 * FRAME.0);
                    let changes = scenario.designs().skip(1).filter(|(at, _)| *at == now);
                    changes.for_each(|(_, design)| grader.changed(design));
                    grader.feed(&recording.parts, &recording.frames[index]);
                }
            });
            if ended && until == recording.frames.len() {
                grader.finish();
            }
            Some(until == wanted)
        })
    }

    /// Starts anew: another lesson, another run, or another past.
    fn begin(&self) {
        self.graded.set_value(self.run.generation());
        let lesson: Option<Arc<Lesson>> = self.classroom.open.with_untracked(|open| Some(open.as_ref()?.1.clone()));
        let grader = lesson.filter(|lesson| !lesson.goals.is_empty()).map(|lesson| {
            let started = self.run.player.with_untracked(Player::started);
            let design = match started {
                true => self.run.scenario.with_value(|scenario| scenario.design.clone()),
                false => self.session.editor.with_untracked(|editor| editor.design.clone()),
            };
            Grader::new(&lesson.graded(), &design)
        });
        self.grader.set_value(grader);
        let folder = self.classroom.open.with_untracked(|open| open.as_ref().map(|(folder, _)| folder.clone()));
        let other = self.of.with_untracked(|of| Some(of) != folder.as_ref());
        if other || self.session.playhead.get_untracked() == Time::ZERO {
            self.tell();
        }
        if other {
            self.of.set(folder.unwrap_or_default());
        }
    }

    fn tell(&self) {
        let mut now = self.grader.with_value(|grader| grader.as_ref().map(Grader::standings).unwrap_or_default());
        let goals = self.classroom.open.with_untracked(|open| open.as_ref().map_or(0, |open| open.1.goals.len()));
        let watched = now.split_off(goals.min(now.len()));
        for (signal, now) in [(self.standings, now), (self.watched, watched)] {
            if signal.with_untracked(|before| *before != now) {
                signal.set(now);
            }
        }
    }
}
