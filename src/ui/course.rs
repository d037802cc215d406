//! The course: fetched from `lessons/` beside the page, and the one lesson that is open.

use std::sync::Arc;

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design::Problem;
use crate::editor::address::Place;
use crate::lesson::{Course, Lesson, Progress, missing_file};

use super::address::address;
use super::language::in_language;
use super::model::page_of_address;
use super::storage;

/// The lesson of a first visit: the one where something happens.
const FIRST: &str = "part-1/02-the-spike";
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

/// The course and where the learner is in it.
#[derive(Clone, Copy)]
pub struct Classroom {
    /// The course; none while it is on its way.
    pub course: RwSignal<Option<Result<Course, Vec<Problem>>>>,
    /// The folder of the lesson that is wanted.
    pub wanted: RwSignal<String>,
    /// That lesson.
    pub page: RwSignal<Page>,
    /// The folder of the lesson whose design is on the canvas, and that lesson. A lesson that cannot be shown does not
    /// change it.
    pub open: RwSignal<Option<(String, Arc<Lesson>)>>,
    /// What was solved.
    pub progress: RwSignal<Progress>,
}

impl Classroom {
    /// An empty classroom, put into the context.
    pub fn provide() -> Classroom {
        let progress = storage::get("progress").map(|text| Progress::read(&text)).unwrap_or_default();
        let classroom = Classroom {
            course: RwSignal::new(None),
            wanted: RwSignal::new(String::new()),
            page: RwSignal::new(Page::Loading),
            open: RwSignal::new(None),
            progress: RwSignal::new(progress),
        };
        provide_context(classroom);
        classroom
    }

    /// Fetches the course, then the lesson that the address names, and again whenever it names another.
    pub fn start(&self) {
        let classroom = *self;
        let listener = window_event_listener(leptos::ev::hashchange, move |_| {
            if let Some(lesson) = lesson_of_address() {
                classroom.want(&lesson);
            }
        });
        on_cleanup(move || listener.remove());
        // A deep link need not wait for the course.
        if let Some(lesson) = lesson_of_address() {
            classroom.want(&lesson);
        }
        spawn_local(async move {
            let course = fetch(COURSE_FILE).await.map_err(|problem| vec![problem]);
            let course = course.and_then(|text| Course::read(COURSE_FILE, &text));
            if classroom.wanted.with_untracked(String::is_empty) && !free_drawing() {
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

    /// Goes to a lesson: the address names it from now on.
    pub fn go(&self, lesson: &str) {
        let hash = format!("#lesson={lesson}");
        // The first lesson is not a place to go back to from.
        match self.wanted.with_untracked(String::is_empty) {
            true => drop(window().location().replace(&hash)),
            false => drop(window().location().set_hash(&hash)),
        }
        self.want(lesson);
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

    /// Notes that the open lesson is solved; false if it was before.
    pub fn solve(&self) -> bool {
        let Some(lesson) = self.open.with_untracked(|open| open.as_ref().map(|(folder, _)| folder.clone())) else {
            return false;
        };
        if self.progress.with_untracked(|progress| progress.is_solved(&lesson)) {
            return false;
        }
        self.progress.update(|progress| {
            // Another tab may have solved another one.
            if let Some(text) = storage::get("progress") {
                progress.merge(&Progress::read(&text));
            }
            progress.solve(&lesson);
        });
        storage::put_quietly("progress", &self.progress.with_untracked(Progress::write));
        true
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
        if self.wanted.with_untracked(|wanted| wanted == lesson) {
            return;
        }
        self.wanted.set(lesson.to_owned());
        if !is_folder(lesson) {
            return self.page.set(Page::Broken(vec![no_folder(lesson)]));
        }
        self.page.set(Page::Loading);
        self.load(lesson);
    }

    /// Reads the lesson again: its files were saved, or it is wanted in another language. What was built stays.
    pub fn reload(&self) {
        let lesson = self.wanted.get_untracked();
        if is_folder(&lesson) && !lesson.is_empty() {
            self.load(&lesson);
        }
    }

    fn load(&self, lesson: &str) {
        let (classroom, folder) = (*self, lesson.to_owned());
        spawn_local(async move {
            let read = read_lesson(&folder).await;
            if classroom.wanted.with_untracked(|wanted| *wanted != folder) {
                return;
            }
            match read {
                Ok(lesson) => {
                    let lesson = Arc::new(lesson);
                    storage::put_quietly("last-lesson", &folder);
                    classroom.page.set(Page::Ready(lesson.clone()));
                    classroom.open.set(Some((folder, lesson)));
                }
                Err(problems) => classroom.page.set(Page::Broken(problems)),
            }
        });
    }
}

/// The name of a lesson as its folder tells it: `02 · The spike`.
pub fn folder_title(folder: &str) -> String {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let (number, words) = match name.split_once('-') {
        Some((number, words)) if number.chars().all(|c| c.is_ascii_digit()) => (number, words),
        _ => ("", name),
    };
    let mut words = words.replace(['-', '_'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if number.is_empty() { words } else { format!("{number} · {words}") }
}

fn first_lesson(course: &Course) -> String {
    let known = |lesson: &String| course.lessons().any(|other| other == lesson);
    let left = storage::get("last-lesson").filter(known);
    let first = || Some(FIRST.to_owned()).filter(known).or(course.lessons().next().map(str::to_owned));
    left.or_else(first).unwrap_or_default()
}

/// The lesson in `#lesson=part-1/02-the-spike`.
fn lesson_of_address() -> Option<String> {
    match address().place {
        Some(Place::Lesson(folder)) => Some(folder),
        _ => None,
    }
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

async fn read_lesson(folder: &str) -> Result<Lesson, Vec<Problem>> {
    let folder = format!("lessons/{folder}");
    let prose = fetch(&format!("{folder}/lesson.md")).await;
    let start = fetch(&format!("{folder}/start.toml")).await;
    match (prose, start) {
        (Ok(prose), Ok(start)) => Ok(in_language(Lesson::read(&folder, &prose, &start)?, &folder).await),
        (prose, start) => Err([prose, start].into_iter().filter_map(Result::err).collect()),
    }
}

/// Fetches a text from beside the page.
pub async fn fetch(path: &str) -> Result<String, Problem> {
    let unreachable = |what: String| Problem {
        path: path.to_owned(),
        line: 0,
        message: format!("this file cannot be fetched ({what})"),
        hint: Some("check the connection, then reload the page".to_owned()),
    };
    let response = Request::get(path).send().await.map_err(|error| unreachable(error.to_string()))?;
    // Some hosts answer with their front page where there is no file.
    let is_page = response.headers().get("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    if response.status() == 404 || is_page {
        return Err(missing_file(path));
    }
    if !response.ok() {
        return Err(unreachable(format!("status {}", response.status())));
    }
    response.text().await.map_err(|error| unreachable(error.to_string()))
}
