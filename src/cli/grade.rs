//! `grade`: plays every result that was handed in again, and tells who passed, who failed and what was forged.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::design::{DESIGN_BYTES_MAX, Problem};
use crate::lesson::{HandIn, Judged, LESSON_BYTES_MAX, Lesson, Played, RESULT_BYTES_MAX, judge, write_scenario};
use crate::units::Money;

use super::GradeArguments;
use super::batch::in_parallel;
use super::check::{read_text, shown};

const HEAD: [&str; 11] =
    ["file", "student", "lesson", "seed", "verdict", "goals_met", "held_on", "cost", "trace_hash", "same_as", "why"];

/// A row of the table.
#[derive(Default)]
struct Row {
    file: String,
    student: String,
    lesson: String,
    seed: String,
    verdict: &'static str,
    goals_met: String,
    held_on: String,
    cost: String,
    trace_hash: String,
    same_as: String,
    why: String,
    /// What was run, to tell who handed in the same.
    run: String,
}

/// Grades all results in a folder. The exit code tells whether all passed.
pub fn grade(arguments: &GradeArguments) -> ExitCode {
    let files = match results_in(&arguments.folder) {
        Ok(files) => files,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let mut rows = Vec::new();
    in_parallel(
        files.len(),
        |index| row_of(&files[index], arguments),
        |_, row| {
            rows.push(row);
            true
        },
    );
    note_copies(&mut rows);
    if let Some(path) = &arguments.csv
        && let Err(error) = fs::write(path, csv(&rows))
    {
        eprintln!("{}", problem(path, format!("cannot be written: {error}"), "is there such a folder?"));
        return ExitCode::FAILURE;
    }
    print!("{}", table(&rows));
    if rows.iter().all(|row| row.verdict == "passed") { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The result files of a folder and of those right below it (one for each student, say), in order of their names.
fn results_in(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder)
        .map_err(|error| problem(folder, format!("cannot be read: {error}"), "give the folder with the results"))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let below = if path.is_dir() { fs::read_dir(&path).ok() } else { None };
        files.extend(below.into_iter().flatten().flatten().map(|entry| entry.path()));
        files.push(path);
    }
    files.retain(|path| path.is_file() && path.extension().is_some_and(|kind| kind == "toml"));
    files.sort();
    match files.is_empty() {
        true => Err(problem(folder, "there is no result here".to_owned(), "results are files that end in `.toml`")),
        false => Ok(files),
    }
}

fn row_of(file: &Path, arguments: &GradeArguments) -> Row {
    let unreadable = |problems: &[Problem]| Row {
        file: shown(file),
        verdict: "unreadable",
        why: problems.iter().map(|problem| problem.to_string().replace('\n', " ")).collect::<Vec<_>>().join("; "),
        ..Row::default()
    };
    let mut problems = Vec::new();
    let Some(text) = read_text(file, RESULT_BYTES_MAX, &mut problems) else { return unreadable(&problems) };
    let hand_in = match HandIn::read(&text) {
        Ok(hand_in) => hand_in,
        Err(problems) => {
            let problems: Vec<_> = problems.into_iter().map(|problem| problem.at_path(&shown(file))).collect();
            return unreadable(&problems);
        }
    };
    let mut row = Row {
        file: shown(file),
        student: hand_in.student.clone(),
        lesson: hand_in.lesson.clone(),
        seed: hand_in.seed.to_string(),
        trace_hash: hand_in.trace_hash.clone(),
        run: write_scenario(&hand_in.scenario),
        ..Row::default()
    };
    match lesson_of(&hand_in.lesson, &arguments.course) {
        Ok(lesson) => row.fill(&judge(&hand_in, &lesson, arguments.seed, arguments.seeds), arguments.seeds),
        Err(why) => (row.verdict, row.why) = ("failed", why),
    }
    row
}

/// The grader's own copy of a lesson. The name comes from a student: it must not lead out of the course.
fn lesson_of(name: &str, course: &Path) -> Result<Lesson, String> {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if !name.split('/').all(plain) {
        return Err("it names no lesson".to_owned());
    }
    let folder = course.join(name);
    let mut problems = Vec::new();
    let mut read = |file: &str, most| read_text(&folder.join(file), most, &mut problems);
    let texts = (read("lesson.md", LESSON_BYTES_MAX), read("start.toml", DESIGN_BYTES_MAX));
    let (Some(lesson), Some(start)) = texts else {
        return Err(format!("this course has no lesson `{name}` in {}", shown(course)));
    };
    Lesson::read(&shown(&folder), &lesson, &start).map_err(|problems| problems[0].to_string())
}

impl Row {
    fn fill(&mut self, judged: &Judged, seeds: u64) {
        (self.verdict, self.why) = (judged.judgement.word(), judged.judgement.why().to_owned());
        let Some(played) = &judged.played else { return };
        let Played { goals, cost, .. } = played;
        self.goals_met = format!("{} of {}", goals.iter().filter(|goal| goal.met).count(), goals.len());
        self.cost = format!("{}/h", Money(*cost));
        if seeds > 0 && self.verdict == "passed" {
            self.held_on = format!("{} of {seeds}", judged.held);
        }
    }

    fn cells(&self) -> [&str; HEAD.len()] {
        [
            &self.file,
            &self.student,
            &self.lesson,
            &self.seed,
            self.verdict,
            &self.goals_met,
            &self.held_on,
            &self.cost,
            &self.trace_hash,
            &self.same_as,
            &self.why,
        ]
    }
}

/// Two equal runs may be chance where there is little to change; whoever grades should know of them.
fn note_copies(rows: &mut [Row]) {
    for later in 1..rows.len() {
        let (before, rest) = rows.split_at_mut(later);
        let row = &mut rest[0];
        let same =
            before.iter().find(|other| !row.run.is_empty() && other.run == row.run && other.lesson == row.lesson);
        if let Some(other) = same {
            row.same_as = other.file.clone();
        }
    }
}

fn csv(rows: &[Row]) -> String {
    let mut out = HEAD.join(",") + "\n";
    for row in rows {
        let cells: Vec<String> = row.cells().into_iter().map(csv_cell).collect();
        out += &(cells.join(",") + "\n");
    }
    out
}

/// A cell that a table calculator takes for a text, whatever a student wrote into it.
fn csv_cell(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let text = if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn table(rows: &[Row]) -> String {
    let mut out = String::new();
    let width = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0);
    let (students, lessons) = (width(|row| &row.student), width(|row| &row.lesson));
    for row in rows {
        _ = write!(out, "{:<10}  {:<students$}  {:<lessons$}  {}", row.verdict, row.student, row.lesson, row.file);
        let held = (!row.held_on.is_empty()).then(|| format!("holds on {} other seeds", row.held_on));
        let same = (!row.same_as.is_empty()).then(|| format!("the same run as {}", row.same_as));
        let why = (!row.why.is_empty()).then(|| row.why.clone());
        let notes: Vec<String> = [why, held, same].into_iter().flatten().collect();
        _ = writeln!(out, "{}{}", if notes.is_empty() { "" } else { ": " }, notes.join("; "));
    }
    let passed = rows.iter().filter(|row| row.verdict == "passed").count();
    _ = writeln!(out, "{passed} of {} passed", rows.len());
    out
}

fn problem(path: &Path, message: String, hint: &str) -> Problem {
    Problem { path: shown(path), line: 0, message, hint: Some(hint.to_owned()) }
}
