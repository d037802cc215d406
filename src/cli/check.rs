//! `check`: the author's tool. Verifies lessons and reports like a compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use crate::design::{DESIGN_BYTES_MAX, Problem};
use crate::lesson::{
    COURSE_BYTES_MAX, Course, Job, LESSON_BYTES_MAX, LessonTexts, Run, Surroundings, Verdict, language_of_file,
    missing_file, run_job, verify_with,
};

use super::batch::in_parallel;

/// How deep below a folder lessons are looked for.
const DEPTH_MAX: usize = 8;
/// How deep below a lesson's folder its files are looked for.
const FILES_DEPTH_MAX: usize = 3;

/// Verifies the lessons at these paths: lesson folders, or folders of lessons. All that is wrong goes to standard error.
pub fn check(paths: &[PathBuf]) -> ExitCode {
    let mut problems = Vec::new();
    let mut lessons = Vec::new();
    for path in paths {
        lessons.extend(find_lessons(path, &mut problems));
    }
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    let mut count = problems.len();
    for folder in &lessons {
        count += check_lesson(folder);
    }
    match count {
        0 => {
            println!("{}: all hold", counted(lessons.len(), "lesson"));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{} in {}", counted(count, "problem"), counted(lessons.len(), "lesson"));
            ExitCode::FAILURE
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Verifies one lesson, prints what came of it, and gives the number of its problems.
fn check_lesson(folder: &Path) -> usize {
    let mut problems = Vec::new();
    let texts = read_lesson(folder, &mut problems);
    let mut verdict = Verdict::default();
    if problems.is_empty() {
        let spinner = spinner();
        verdict = verify_with(&texts, &mut |jobs| run_all(jobs, &texts.folder, &spinner));
        spinner.finish_and_clear();
    }
    problems.append(&mut verdict.problems);
    verdict.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    match problems.is_empty() {
        true => println!("{}: holds\n{}", texts.folder, summary(&verdict)),
        false => problems.iter().for_each(|problem| eprintln!("{problem}")),
    }
    problems.len()
}

/// Makes the runs on all cores.
fn run_all(jobs: &[Job], folder: &str, spinner: &ProgressBar) -> Vec<Run> {
    let mut runs = Vec::new();
    spinner.set_message(format!("{folder}: {} runs", jobs.len()));
    in_parallel(
        jobs.len(),
        |index| run_job(&jobs[index]),
        |_, run| {
            runs.push(run);
            spinner.set_message(format!("{folder}: {} of {} runs", runs.len(), jobs.len()));
            true
        },
    );
    runs
}

/// One line for each build: what it missed, or how near its worst figures came.
fn summary(verdict: &Verdict) -> String {
    let mut lines: Vec<String> = Vec::new();
    for run in &verdict.runs {
        let missed: Vec<String> = run.missed().map(|goal| format!("`{}` ({})", goal.text, goal.value)).collect();
        let figures = || run.standings.iter().map(|goal| goal.value.clone()).collect::<Vec<_>>().join(", ");
        let came_out = match missed.as_slice() {
            [] => format!("meets all: {}", figures()),
            missed => format!("misses {}", missed.join(", ")),
        };
        let scale = if run.scale > 1 { format!(" (1 request stands for {})", run.scale) } else { String::new() };
        lines.push(format!("  {}, seed {}{scale}: {came_out}", run.build, run.seed));
    }
    for margin in &verdict.margins {
        lines.push(format!("  margin of `{}`: {margin}, with seed {}", margin.goal, margin.seed));
    }
    lines.join("\n")
}

/// Says on a terminal what is being run; nothing elsewhere.
fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {msg}").expect("the template is a constant");
    spinner.set_style(style);
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    spinner
}

/// The lesson folders at a path: itself, those that its `course.toml` lists, or all below it.
fn find_lessons(path: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    if path.join("lesson.md").exists() {
        return vec![path.to_owned()];
    }
    let course = path.join("course.toml");
    if course.exists() {
        return lessons_of_course(path, &course, problems);
    }
    let mut found = Vec::new();
    walk(path, DEPTH_MAX, &mut found);
    if found.is_empty() {
        let hint = "give the folder of a lesson, or one with a course.toml";
        problems.push(problem(path, "there is no lesson here".to_owned(), hint));
    }
    found
}

fn lessons_of_course(path: &Path, course: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let read = read_text(course, COURSE_BYTES_MAX, problems);
    let Some(read) = read.map(|text| Course::read(&shown(course), &text)) else { return Vec::new() };
    let listed = match read {
        Ok(course) => course.lessons().map(|lesson| path.join(lesson)).collect::<Vec<_>>(),
        Err(found) => {
            problems.extend(found);
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    walk(path, DEPTH_MAX, &mut found);
    for folder in found.iter().filter(|folder| !listed.contains(folder)) {
        let hint = "learners will not find it: add its folder to a part of the course";
        problems.push(problem(course, format!("lesson `{}` is not in the course", shown(folder)), hint));
    }
    listed
}

/// The folders at and below a path that hold a lesson, in order of their names.
fn walk(path: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if path.join("lesson.md").exists() {
        found.push(path.to_owned());
        return;
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    if depth > 0 {
        folders.iter().for_each(|folder| walk(folder, depth - 1, found));
    }
}

fn read_lesson(folder: &Path, problems: &mut Vec<Problem>) -> LessonTexts {
    let mut read = |file: &str, most: usize| {
        let path = folder.join(file);
        if path.exists() { read_text(&path, most, problems) } else { None }
    };
    let mut texts = LessonTexts {
        folder: shown(folder),
        lesson: read("lesson.md", LESSON_BYTES_MAX),
        start: read("start.toml", DESIGN_BYTES_MAX),
        solution: read("solution.toml", DESIGN_BYTES_MAX),
        wrong: Vec::new(),
        translations: Vec::new(),
        around: Surroundings::default(),
    };
    let files = files_below(folder, "", FILES_DEPTH_MAX);
    for file in &files {
        if let Some(name) = wrong_name(file) {
            texts.wrong.extend(read(file, DESIGN_BYTES_MAX).map(|text| (name, text)));
        } else if let Some(language) = language_of_file(file) {
            let text = read(file, LESSON_BYTES_MAX);
            texts.translations.extend(text.map(|text| (language.to_owned(), text)));
        }
    }
    texts.around = surroundings(folder, files);
    texts
}

/// The files of a folder and of those in it, by their paths from there, in order.
fn files_below(folder: &Path, before: &str, depth: usize) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => {
                found.extend(files_below(&entry.path(), &format!("{name}/"), depth - 1));
            }
            Ok(_) => found.push(name),
            Err(_) => {}
        }
    }
    found.sort();
    found
}

/// What there is around a lesson: its course is the nearest `course.toml` above it, the glossary stands beside that.
fn surroundings(folder: &Path, files: Vec<String>) -> Surroundings {
    let folder = fs::canonicalize(folder).unwrap_or(folder.to_owned());
    let Some(root) = folder.ancestors().skip(1).take(DEPTH_MAX).find(|above| above.join("course.toml").is_file())
    else {
        return Surroundings { files: Some(files), ..Surroundings::default() };
    };
    // A course that cannot be read is told of where it is checked itself.
    let course = read_text(&root.join("course.toml"), COURSE_BYTES_MAX, &mut Vec::new());
    let course = course.and_then(|text| Course::read("", &text).ok());
    let lessons = course.map(|course| course.lessons().map(str::to_owned).collect());
    let glossaries = ["../assets/glossary.md", "../glossary.md"].map(|path| root.join(path));
    let glossary = glossaries.iter().find_map(|path| fs::read_to_string(path).ok());
    Surroundings { files: Some(files), lessons, glossary }
}

fn wrong_name(file: &str) -> Option<String> {
    Some(file.strip_prefix("wrong-")?.strip_suffix(".toml")?.to_owned())
}

/// The text of a file, unless it is missing, too large or no text: that is noted.
pub(super) fn read_text(path: &Path, most: usize, problems: &mut Vec<Problem>) -> Option<String> {
    match fs::metadata(path) {
        Ok(data) if data.len() > most as u64 => {
            problems.push(problem(
                path,
                "this file is too large".to_owned(),
                &format!("at most {most} bytes are read"),
            ));
            return None;
        }
        Ok(data) if !data.is_file() => {
            problems.push(missing_file(&shown(path)));
            return None;
        }
        _ => {}
    }
    let text = fs::read_to_string(path);
    text.map_err(|error| problems.push(problem(path, format!("cannot be read: {error}"), "is it text in UTF-8?"))).ok()
}

fn problem(path: &Path, message: String, hint: &str) -> Problem {
    Problem { path: shown(path), line: 0, message, hint: Some(hint.to_owned()) }
}

/// A path as people see it.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
