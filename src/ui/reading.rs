//! What a learner does with the open lesson's text: where they are, what they predicted, which hints are open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;

use crate::editor::player::{Phase, Player};
use crate::lesson::{Block, Lesson, Metered, Predict};

use super::course::Classroom;
use super::grading::Grading;
use super::run::use_run;
use super::session::use_session;

/// A block of the lesson: the number of its step, and its own within it.
pub type Place = (usize, usize);

/// What was answered to a prediction.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// One of the options.
    Chosen(usize),
    /// A figure, in base units.
    Guessed(f64),
    /// Nothing: the learner asked to be told.
    GaveUp,
}

/// The state of reading; a `Copy` handful of signals in the context of the lesson.
#[derive(Clone, Copy)]
pub struct Reading {
    /// The step that is shown; beyond the last one, the debrief.
    pub at: RwSignal<usize>,
    /// What was predicted.
    pub answers: RwSignal<BTreeMap<Place, Answer>>,
    /// What runs showed of predictions, in words (empty where there is nothing to compare).
    pub told: RwSignal<BTreeMap<Place, String>>,
    /// The hints that are open.
    pub opened: RwSignal<BTreeSet<Place>>,
    /// The step with a hint that the run opened and nobody has looked at yet.
    pub news: RwSignal<Option<usize>>,
    /// A run has begun.
    pub begun: Memo<bool>,
    /// The run was seen to its end.
    pub over: Memo<bool>,
    /// The lesson is solved, now or before.
    pub solved: Memo<bool>,
    announcement: RwSignal<String>,
}

impl Reading {
    /// Begins to read, put into the context.
    pub fn provide(lesson: &Arc<Lesson>) -> Reading {
        let (run, grading) = (use_run(), expect_context::<Grading>());
        let classroom: Classroom = expect_context();
        let folder = classroom.wanted.get_untracked();
        let at = classroom.step_of(lesson.steps.len());
        let solved = Memo::new(move |_| classroom.progress.with(|progress| progress.is_solved(&folder)));
        let reading = Reading {
            at,
            answers: RwSignal::new(BTreeMap::new()),
            told: RwSignal::new(BTreeMap::new()),
            opened: RwSignal::new(BTreeSet::new()),
            news: RwSignal::new(None),
            begun: Memo::new(move |_| run.player.with(Player::started)),
            over: Memo::new(move |_| run.player.with(|player| player.phase() == Phase::Ended)),
            solved,
            announcement: use_session().announcement,
        };
        let lesson = lesson.clone();
        Effect::new(move |_| reading.watch(&lesson, grading));
        provide_context(reading);
        reading
    }

    /// Turns to a step.
    pub fn turn(&self, to: usize) {
        self.at.set(to);
        if self.news.get_untracked() == Some(to) {
            self.news.set(None);
        }
    }

    /// What was answered here.
    pub fn answer(&self, place: Place) -> Option<Answer> {
        self.answers.with(|answers| answers.get(&place).cloned())
    }

    /// Keeps an answer.
    pub fn keep(&self, place: Place, answer: Answer) {
        self.answers.update(|answers| _ = answers.insert(place, answer));
    }

    /// Looks at what the run has shown: opens hints, compares predictions.
    fn watch(&self, lesson: &Lesson, grading: Grading) {
        let over = self.over.get();
        let watched = grading.watched.get();
        for (place, block) in places(lesson) {
            match block {
                Block::Hint(hint) => {
                    if hint.when.as_ref().is_some_and(|when| when.shown(&watched)) {
                        self.open_by_run(place);
                    }
                }
                Block::Predict(predict) if predict.run => {
                    let seen = predict.metric.as_ref().map(|metric| (metric, metric.seen(&watched)));
                    let answer = self.answers.with_untracked(|answers| answers.get(&place).cloned());
                    match (seen, answer) {
                        (_, None) => {}
                        (Some((metric, Some(standing))), Some(answer)) => {
                            self.tell(place, words(predict, metric, &answer, standing.figure));
                        }
                        (None, Some(_)) if over => self.tell(place, String::new()),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn open_by_run(&self, place: Place) {
        if self.opened.with_untracked(|opened| opened.contains(&place)) {
            return;
        }
        self.opened.update(|opened| _ = opened.insert(place));
        self.announcement.set(format!("Your run opened a hint in step {}.", place.0 + 1));
        if self.at.get_untracked() != place.0 {
            self.news.set(Some(place.0));
        }
    }

    fn tell(&self, place: Place, words: String) {
        if self.told.with_untracked(|told| !told.contains_key(&place)) {
            self.told.update(|told| _ = told.insert(place, words));
        }
    }
}

/// What is said of a figure, after an answer of any sort.
fn words(predict: &Predict, metric: &Metered, answer: &Answer, seen: Option<f64>) -> String {
    match (answer, seen) {
        (Answer::Guessed(guess), _) => metric.compared(*guess, seen),
        (_, None) => "This run showed no such figure.".to_owned(),
        (_, Some(seen)) if predict.options.is_empty() => format!("This run shows {}.", metric.unit.text(seen)),
        (_, Some(seen)) => format!("This run shows {}: {}.", metric.text, metric.unit.text(seen)),
    }
}

/// The blocks of all steps with their places.
pub fn places(lesson: &Lesson) -> impl Iterator<Item = (Place, &Block)> {
    lesson
        .steps
        .iter()
        .enumerate()
        .flat_map(|(number, step)| step.blocks.iter().enumerate().map(move |(index, block)| ((number, index), block)))
}
