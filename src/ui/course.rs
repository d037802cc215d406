//! The course: fetched from `lessons/` beside the page; where the learner is in it, and what was solved.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design::Problem;
use crate::editor::address::Place;
use crate::lesson::{Course, Lesson, Mark, Progress, number_and_words};

use super::address::address;
use super::elsewhere;
pub use super::fetch::fetch;
use super::fetch::fetch_text;
use super::language::in_language;
use super::model::page_of_address;
use super::signal::{RwSignal, StoredValue};
use super::storage;

/// The lesson of a first visit: the one where something happens.
const FIRST: &str = "part-1/02-the-spike";
/// What stands for a folder while a lesson is being written.
pub const AUTHOR: &str = "author";
const COURSE_FILE: &str = "lessons/course.toml";
const LESSON_BYTES_MAX: usize = 200;

/// How far the wanted lesson is.
#[derive(Clone, Debug)]
pub enum Page {
    /// On its way.
    Loading,
    /// None is wanted: free drawing.
    Free,
    /// Here.
    Ready(Arc<Lesson>),
    /// It cannot be shown; why.
    Broken(Vec<Problem>),
}

/// What of the app is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Canvas and lesson.
    Desk,
    /// The map of the course.
    Home,
    /// Canvas and a lesson that is being written.
    Author,
}

/// Where a lesson's files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The address of its folder.
    pub folder: String,
    /// It lies on another host.
    pub foreign: bool,
}

/// The course and where the learner is in it.
#[derive(Clone, Copy)]
pub struct Classroom {
    /// What is on the screen.
    pub room: RwSignal<Room>,
    /// The course; none while it is on its way.
    pub course: RwSignal<Option<Result<Course, Vec<Problem>>>>,
    /// The folder of the lesson that is wanted.
    pub wanted: RwSignal<String>,
    /// Where its files are.
    pub source: StoredValue<Source>,
    /// That lesson.
    pub page: RwSignal<Page>,
    /// The folder of the lesson whose design is on the canvas, and that lesson. A lesson that cannot be shown does not
    /// change it.
    pub open: RwSignal<Option<(String, Arc<Lesson>)>>,
    /// What was solved.
    pub progress: RwSignal<Progress>,
    /// The host of a lesson elsewhere that the learner is asked about; empty if nothing is asked.
    pub asking: RwSignal<String>,
    /// Where that lesson is.
    pub asked: StoredValue<String>,
}

impl Classroom {
    /// An empty classroom, put into the context.
    pub fn provide() -> Classroom {
        let progress = storage::get("progress").map(|text| Progress::read(&text)).unwrap_or_default();
        let classroom = Classroom {
            room: RwSignal::new(Room::Desk),
            course: RwSignal::new(None),
            wanted: RwSignal::new(String::new()),
            source: StoredValue::new(Source::default()),
            page: RwSignal::new(Page::Loading),
            open: RwSignal::new(None),
            progress: RwSignal::new(progress),
            asking: RwSignal::new(String::new()),
            asked: StoredValue::new(String::new()),
        };
        provide_context(classroom);
        classroom
    }

    /// Fetches the course, then what the address asks for, and again whenever it asks for something else.
    pub fn start(&self) {
        let classroom = *self;
        let listener = window_event_listener(leptos::ev::hashchange, move |_| classroom.follow_address());
        on_cleanup(move || listener.remove());
        // A deep link need not wait for the course.
        self.follow_address();
        spawn_local(async move {
            let course = fetch(COURSE_FILE).await.map_err(|problem| vec![problem]);
            let course = course.and_then(|text| Course::read(COURSE_FILE, &text));
            let asked = classroom.asking.with_untracked(|host| !host.is_empty());
            if classroom.at_desk() && classroom.wanted.with_untracked(String::is_empty) && !asked && !free_drawing() {
                match &course {
                    // A page of the model stays in the address.
                    Ok(course) if page_of_address().is_some() => classroom.want(&first_lesson(course)),
                    Ok(course) => classroom.go(&first_lesson(course)),
                    Err(problems) => classroom.page.set(Page::Broken(problems.clone())),
                }
            }
            classroom.course.set(Some(course));
        });
    }

    fn at_desk(&self) -> bool {
        self.room.get_untracked() == Room::Desk
    }

    fn follow_address(&self) {
        let address = address();
        match address.place {
            Some(Place::Home) => return self.enter(Room::Home),
            Some(Place::Author) => return self.enter(Room::Author),
            // A page of the model lies over whatever was there.
            None if address.model.is_some() => return,
            _ => {}
        }
        self.enter(Room::Desk);
        match address.place {
            Some(Place::Lesson(folder)) => self.want(&folder),
            Some(Place::Elsewhere(address)) => elsewhere::want(*self, &address),
            _ => {}
        }
    }

    fn enter(&self, room: Room) {
        if self.room.get_untracked() != room {
            self.room.set(room);
        }
    }

    /// Goes to a lesson: the address names it from now on.
    pub fn go(&self, lesson: &str) {
        let hash = format!("#lesson={lesson}");
        // The first lesson is not a place to go back to from.
        match self.at_desk() && self.wanted.with_untracked(String::is_empty) {
            true => drop(window().location().replace(&hash)),
            false => drop(window().location().set_hash(&hash)),
        }
        self.enter(Room::Desk);
        self.want(lesson);
    }

    /// Goes to another place of the app, such as `home`; the browser's way back leads from there.
    pub fn go_to(&self, place: &str) {
        let _ = window().location().set_hash(place);
    }

    /// No lesson is wanted any more: the sandbox is open.
    pub fn leave(&self) {
        self.wanted.set(String::new());
        self.page.set(Page::Free);
        self.open.set(None);
    }

    /// The lesson after the wanted one.
    pub fn next(&self) -> Option<String> {
        self.beside(|lessons, at| lessons.get(at + 1).cloned())
    }

    /// The lesson before the wanted one.
    pub fn previous(&self) -> Option<String> {
        self.beside(|lessons, at| lessons.get(at.checked_sub(1)?).cloned())
    }

    /// Keeps the step of the open lesson that is shown, so that the learner can go on from there.
    pub fn keep_step(&self, step: usize) {
        if let Some(folder) = self.learning() {
            storage::put_quietly(&format!("step/{folder}"), &step.to_string());
        }
    }

    /// The lesson to go on with: the one that was left, or the first one.
    pub fn left_off(&self) -> Option<String> {
        self.course.with(|course| match course {
            Some(Ok(course)) => Some(first_lesson(course)).filter(|lesson| !lesson.is_empty()),
            _ => None,
        })
    }

    /// The folder of the open lesson; none at the author's desk, where nobody learns.
    pub fn learning(&self) -> Option<String> {
        let folder = self.open.with_untracked(|open| open.as_ref().map(|(folder, _)| folder.clone()));
        folder.filter(|folder| folder != AUTHOR)
    }

    /// Notes that the open lesson is solved; false if it was before.
    pub fn solve(&self) -> bool {
        self.learning().is_some_and(|lesson| {
            !self.progress.with_untracked(|progress| progress.is_solved(&lesson))
                && self.change_progress(|progress| progress.solve(&lesson))
        })
    }

    /// Notes something of a lesson.
    pub fn mark(&self, mark: Mark, lesson: &str) {
        if !self.progress.with_untracked(|progress| progress.has(mark, lesson)) {
            self.change_progress(|progress| progress.mark(mark, lesson));
        }
    }

    /// Puts another progress in the place of what is known.
    pub fn replace_progress(&self, progress: Progress) {
        storage::put_quietly("progress", &progress.write());
        self.progress.set(progress);
    }

    /// Changes what is known of the learner's progress, and keeps it.
    pub fn change_progress<T>(&self, change: impl FnOnce(&mut Progress) -> T) -> T {
        let changed = self.progress.try_update(|progress| {
            // Another tab may have solved another one.
            if let Some(text) = storage::get("progress") {
                progress.merge(&Progress::read(&text));
            }
            change(progress)
        });
        storage::put_quietly("progress", &self.progress.with_untracked(Progress::write));
        changed.expect("the progress lives as long as the page")
    }

    fn beside(&self, pick: impl FnOnce(&[String], usize) -> Option<String>) -> Option<String> {
        let wanted = self.wanted.get();
        self.course.with(|course| {
            let Some(Ok(course)) = course else { return None };
            let lessons: Vec<String> = course.lessons().map(str::to_owned).collect();
            let at = lessons.iter().position(|lesson| *lesson == wanted)?;
            pick(&lessons, at)
        })
    }

    fn want(&self, lesson: &str) {
        let source = Source { folder: format!("lessons/{lesson}"), foreign: false };
        if is_folder(lesson) {
            return self.want_from(lesson, source);
        }
        self.wanted.set(lesson.to_owned());
        self.page.set(Page::Broken(vec![no_folder(lesson)]));
    }

    /// Wants the lesson in this folder; its work is kept under the key.
    pub fn want_from(&self, key: &str, source: Source) {
        if self.wanted.with_untracked(|wanted| wanted == key) {
            return;
        }
        self.wanted.set(key.to_owned());
        self.source.set_value(source.clone());
        self.page.set(Page::Loading);
        self.load(key, source);
    }

    /// Reads the lesson again: its files were saved, or it is wanted in another language. What was built stays.
    pub fn reload(&self) {
        let lesson = self.wanted.get_untracked();
        if !lesson.is_empty() && lesson != AUTHOR {
            self.load(&lesson, self.source.get_value());
        }
    }

    fn load(&self, key: &str, source: Source) {
        let (classroom, folder) = (*self, key.to_owned());
        spawn_local(async move {
            let read = read_lesson(&source).await;
            if classroom.wanted.with_untracked(|wanted| *wanted != folder) {
                return;
            }
            match read {
                Ok(lesson) => {
                    let lesson = Arc::new(lesson);
                    if !source.folder.contains("://") {
                        storage::put_quietly("last-lesson", &folder);
                    }
                    classroom.page.set(Page::Ready(lesson.clone()));
                    classroom.open.set(Some((folder, lesson)));
                }
                Err(problems) => classroom.page.set(Page::Broken(problems)),
            }
        });
    }
}

/// The step at which a lesson was left.
pub fn step_left(folder: &str) -> usize {
    storage::get(&format!("step/{folder}")).and_then(|step| step.parse().ok()).unwrap_or(0)
}

/// The name of a lesson as its folder tells it: `02 · The spike`.
pub fn folder_title(folder: &str) -> String {
    let (number, words) = number_and_words(folder);
    if number.is_empty() { words } else { format!("{number} · {words}") }
}

fn first_lesson(course: &Course) -> String {
    let known = |lesson: &String| course.lessons().any(|other| other == lesson);
    let left = storage::get("last-lesson").filter(known);
    let first = || Some(FIRST.to_owned()).filter(known).or(course.lessons().next().map(str::to_owned));
    left.or_else(first).unwrap_or_default()
}

/// Whether the address asks for no lesson, but for drawing without one.
fn free_drawing() -> bool {
    matches!(address().place, Some(Place::Sandbox(_) | Place::Shared(_)))
}

/// Whether this can be a folder below `lessons/`, and nothing else.
fn is_folder(lesson: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
    lesson.len() <= LESSON_BYTES_MAX && lesson.chars().all(plain)
}

fn no_folder(lesson: &str) -> Problem {
    let shown: String = lesson.chars().take(60).collect();
    Problem {
        path: format!("#lesson={shown}"),
        line: 0,
        message: "this address names no lesson".to_owned(),
        hint: Some("choose one from the list of lessons".to_owned()),
    }
}

async fn read_lesson(source: &Source) -> Result<Lesson, Vec<Problem>> {
    let Source { folder, foreign } = source;
    let prose = fetch_text(&format!("{folder}/lesson.md"), *foreign).await;
    let start = fetch_text(&format!("{folder}/start.toml"), *foreign).await;
    match (prose, start) {
        (Ok(prose), Ok(start)) => Ok(in_language(Lesson::read(folder, &prose, &start)?, source).await),
        (prose, start) => Err([prose, start].into_iter().filter_map(Result::err).collect()),
    }
}
