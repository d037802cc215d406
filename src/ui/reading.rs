//! What a learner does with the open lesson's text: where they are, what they predicted, which hints are open.

use leptos::prelude::*;

use crate::editor::player::{Phase, Player};
use crate::lesson::{Block, Lesson, Metered, Predict};

use super::course::{Classroom, step_left};
use super::grading::Grading;
use super::run::use_run;
use super::session::use_session;
use super::signal::{Memo, RwSignal, effect};

/// A block of the lesson: the number of its step, and its own within it.
pub type Place = (usize, usize);

/// What was answered to a prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// One of the options.
    Chosen(usize),
    /// A figure, in base units.
    Guessed(f64),
    /// Nothing: the learner asked to be told.
    GaveUp,
}

/// All that is remembered of reading a lesson, in one signal: each type of signal costs the page its own code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notes {
    folder: String,
    /// The step that is shown; beyond the last one, the debrief.
    at: usize,
    answers: Vec<(Place, Answer)>,
    /// What runs showed of predictions, in words (empty where there is nothing to compare).
    told: Vec<(Place, String)>,
    opened: Vec<Place>,
    /// The step with a hint that the run opened and nobody has looked at yet.
    pub news: Option<usize>,
}

impl Notes {
    /// What was answered here.
    pub fn answer(&self, place: Place) -> Option<Answer> {
        self.answers.iter().find(|(known, _)| *known == place).map(|(_, answer)| *answer)
    }

    /// What a run showed here.
    pub fn told(&self, place: Place) -> Option<&str> {
        self.told.iter().find(|(known, _)| *known == place).map(|(_, words)| words.as_str())
    }

    /// Whether the hint here is open.
    pub fn is_open(&self, place: Place) -> bool {
        self.opened.contains(&place)
    }
}

/// The state of reading; a `Copy` handful of signals in the context of the lesson.
#[derive(Clone, Copy)]
pub struct Reading {
    /// What is remembered. It outlives a lesson that is read anew.
    pub notes: RwSignal<Notes>,
    /// The step that is shown.
    pub at: Memo<usize>,
    /// A run has begun.
    pub begun: Memo<bool>,
    /// The lesson is solved, now or before.
    pub solved: Memo<bool>,
    announcement: RwSignal<String>,
}

impl Reading {
    /// Begins to read, put into the context; `notes` are kept if they are of this lesson.
    pub fn provide(lesson: &std::sync::Arc<Lesson>, notes: RwSignal<Notes>) -> Reading {
        let (run, grading, classroom) = (use_run(), expect_context::<Grading>(), expect_context::<Classroom>());
        let folder = classroom.wanted.get_untracked();
        let steps = lesson.steps.len();
        notes.update(|notes| {
            if notes.folder != folder {
                *notes = Notes { folder: folder.clone(), at: step_left(&folder), ..Notes::default() };
            }
            notes.at = notes.at.min(steps.saturating_sub(1));
        });
        let reading = Reading {
            notes,
            at: Memo::new(move |_| notes.with(|notes| notes.at)),
            begun: Memo::new(move |_| run.player.with(Player::started)),
            solved: Memo::new(move |_| classroom.progress.with(|progress| progress.is_solved(&folder))),
            announcement: use_session().announcement,
        };
        let over = Memo::new(move |_| run.player.with(|player| player.phase() == Phase::Ended));
        let lesson = lesson.clone();
        effect(move || reading.watch(&lesson, grading, over.get()));
        effect(move || classroom.keep_step(reading.at.get()));
        provide_context(reading);
        reading
    }

    /// Turns to a step.
    pub fn turn(&self, to: usize) {
        self.notes.update(|notes| {
            notes.at = to;
            notes.news = notes.news.filter(|step| *step != to);
        });
    }

    /// Keeps an answer.
    pub fn keep(&self, place: Place, answer: Answer) {
        self.notes.update(|notes| {
            notes.answers.retain(|(known, _)| *known != place);
            notes.answers.push((place, answer));
        });
    }

    /// Notes that a hint is open.
    pub fn open(&self, place: Place) {
        if !self.notes.with_untracked(|notes| notes.is_open(place)) {
            self.notes.update(|notes| notes.opened.push(place));
        }
    }

    /// Looks at what the run has shown: opens hints, compares predictions.
    fn watch(&self, lesson: &Lesson, grading: Grading, over: bool) {
        let watched = grading.watched.get();
        for (place, block) in places(lesson) {
            match block {
                Block::Hint(hint) if hint.when.as_ref().is_some_and(|when| when.shown(&watched)) => {
                    self.open_by_run(place);
                }
                Block::Predict(predict) if predict.run => {
                    let Some(answer) = self.notes.with_untracked(|notes| notes.answer(place)) else { continue };
                    match &predict.metric {
                        Some(metric) => {
                            if let Some(standing) = metric.seen(&watched) {
                                self.tell(place, words(predict, metric, answer, standing.figure));
                            }
                        }
                        None if over => self.tell(place, String::new()),
                        None => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn open_by_run(&self, place: Place) {
        if self.notes.with_untracked(|notes| notes.is_open(place)) {
            return;
        }
        self.notes.update(|notes| {
            notes.opened.push(place);
            notes.news = Some(place.0).filter(|step| *step != notes.at).or(notes.news);
        });
        self.announcement.set(format!("Your run opened a hint in step {}.", place.0 + 1));
    }

    fn tell(&self, place: Place, words: String) {
        if self.notes.with_untracked(|notes| notes.told(place).is_none()) {
            self.notes.update(|notes| notes.told.push((place, words)));
        }
    }
}

/// What is said of a figure, after an answer of any sort.
fn words(predict: &Predict, metric: &Metered, answer: Answer, seen: Option<f64>) -> String {
    match (answer, seen) {
        (Answer::Guessed(guess), _) => metric.compared(guess, seen),
        (_, None) => "This run showed no such figure.".to_owned(),
        (_, Some(seen)) if predict.options.is_empty() => format!("This run shows {}.", metric.unit.text(seen)),
        (_, Some(seen)) => format!("This run shows {}: {}.", metric.text, metric.unit.text(seen)),
    }
}

/// The blocks of all steps with their places.
fn places(lesson: &Lesson) -> impl Iterator<Item = (Place, &Block)> {
    lesson
        .steps
        .iter()
        .enumerate()
        .flat_map(|(number, step)| step.blocks.iter().enumerate().map(move |(index, block)| ((number, index), block)))
}
