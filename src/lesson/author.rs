//! A lesson while it is being written: its files, and the small edits that the author's desk makes to them.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::design::{Design, Findings, Node, Target, check_name, inline_text};
use crate::sim::{Frame, Parts};
use crate::units::{Bytes, Money, Rate, Time};

use super::file::Lesson;
use super::goal::{Goal, Grader, Metric, Unit};
use super::model::escaped;
use super::verify::{LessonTexts, Run, verify};

/// The largest draft that is read, in bytes.
const DRAFT_BYTES_MAX: usize = 6_000_000;
const FILES_MAX: usize = 30;
const FIRST_LESSON: &str = include_str!("author/lesson.md");
const FIRST_START: &str = include_str!("author/start.toml");
const FIRST_SOLUTION: &str = include_str!("author/solution.toml");

/// A lesson being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonDraft {
    /// The name of its folder.
    pub name: String,
    /// Names and texts of its files; `lesson.md` is always there.
    files: Vec<(String, String)>,
}

impl Default for LessonDraft {
    /// A small lesson that holds, to be changed bit by bit.
    fn default() -> LessonDraft {
        let files = [("lesson.md", FIRST_LESSON), ("start.toml", FIRST_START), ("solution.toml", FIRST_SOLUTION)];
        LessonDraft {
            name: "my-lesson".to_owned(),
            files: files.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec(),
        }
    }
}

impl LessonDraft {
    /// A lesson from the files of its folder, each with a path; also the names of files that belong to no lesson.
    ///
    /// # Errors
    /// Why these are no lesson.
    pub fn of_files(files: Vec<(String, String)>) -> Result<(LessonDraft, Vec<String>), String> {
        let lesson = files.iter().find(|(path, _)| path.rsplit('/').next() == Some("lesson.md"));
        let Some((path, _)) = lesson else { return Err("there is no lesson.md among these files".to_owned()) };
        let folder = path.strip_suffix("lesson.md").unwrap_or_default().to_owned();
        let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let mut draft = LessonDraft { name: "my-lesson".to_owned(), files: Vec::new() };
        draft.rename(&name);
        let mut passed_over = Vec::new();
        for (path, text) in files {
            match path.strip_prefix(&folder) {
                Some(file) if is_file(file) && draft.files.len() < FILES_MAX => draft.put(file, text),
                _ => passed_over.push(path),
            }
        }
        Ok((draft, passed_over))
    }

    /// Reads a draft that was kept; none if it is none.
    pub fn read(text: &str) -> Option<LessonDraft> {
        let mut findings = Findings::default();
        if text.len() > DRAFT_BYTES_MAX {
            return None;
        }
        let root = Node::parse(text, &mut findings);
        let files = root.get("files")?.entries("files", &mut findings);
        let files: Vec<_> =
            files.iter().filter_map(|entry| Some((entry.key.clone(), entry.node.as_typed()?))).collect();
        let (mut draft, _) = LessonDraft::of_files(files).ok()?;
        draft.rename(&root.get("name")?.as_typed()?);
        Some(draft)
    }

    /// The text in which a draft is kept: TOML.
    pub fn write(&self) -> String {
        let mut out = format!("version = 1\nname = {}\n\n[files]\n", inline_text(&Node::text(&self.name)));
        for (name, text) in &self.files {
            _ = writeln!(out, "{} = {}", inline_text(&Node::text(name)), inline_text(&Node::text(text)));
        }
        out
    }

    /// Gives its folder another name; one that no folder can have is passed over.
    pub fn rename(&mut self, name: &str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if (1..=60).contains(&name.len()) && name.chars().all(plain) {
            self.name = name.to_owned();
        }
    }

    /// The text of a file.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Puts a file into the folder, or changes it.
    pub fn put(&mut self, name: &str, text: String) {
        match self.files.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = text,
            None => self.files.push((name.to_owned(), text)),
        }
    }

    /// Takes a build out of the folder; the lesson itself stays.
    pub fn remove(&mut self, name: &str) {
        self.files.retain(|(known, _)| known != name || known == "lesson.md");
    }

    /// The files of its builds: start and solution, whether they are there or not, then the wrong ones.
    pub fn builds(&self) -> Vec<String> {
        let wrong = self.files.iter().map(|(name, _)| name).filter(|name| name.starts_with("wrong-")).cloned();
        ["start.toml", "solution.toml"].map(str::to_owned).into_iter().chain(wrong).collect()
    }

    /// All files, each with its path below the course's folder.
    pub fn paths(&self) -> Vec<(String, String)> {
        self.files.iter().map(|(name, text)| (format!("{}/{name}", self.name), text.clone())).collect()
    }

    /// The lesson as it stands; all its problems if it has any.
    pub fn lesson(&self) -> Result<Lesson, Vec<crate::design::Problem>> {
        let text = |name| self.file(name).unwrap_or_default();
        Lesson::read(&self.name, text("lesson.md"), text("start.toml"))
    }

    /// Adds a wrong build, and says in `lesson.md` that it must lose.
    ///
    /// # Errors
    /// Why the name cannot be taken.
    pub fn add_wrong(&mut self, name: &str, design: String) -> Result<String, String> {
        check_name(name)?;
        if name.chars().any(|c| !(c.is_ascii_alphanumeric() || c == '-')) {
            return Err("take letters, digits and `-` for the name of a build".to_owned());
        }
        let file = format!("wrong-{name}.toml");
        if self.file(&file).is_none() && self.files.len() >= FILES_MAX {
            return Err(format!("a lesson has at most {FILES_MAX} files"));
        }
        let declared = self.lesson().is_ok_and(|lesson| lesson.wrong.iter().any(|build| build.name == name));
        if !declared {
            let goal = self.lesson().ok().and_then(|lesson| lesson.goals.first().map(|goal| goal.text.clone()));
            let misses = inline_text(&Node::text(goal.unwrap_or_default()));
            let entry = format!("\n[wrong.{name}]\nmisses = {misses}\nbecause = \"Say here why it loses.\"\n");
            let text = into_front_matter(self.file("lesson.md").unwrap_or_default(), &entry);
            self.put("lesson.md", text);
        }
        self.put(&file, design);
        Ok(file)
    }

    /// Adds a goal to the first block of goals in `lesson.md`, or a block at its end.
    pub fn add_goal(&mut self, goal: &str) {
        let text = with_goal(self.file("lesson.md").unwrap_or_default(), goal);
        self.put("lesson.md", text);
    }
}

fn is_file(name: &str) -> bool {
    let wrong = name.strip_prefix("wrong-").and_then(|name| name.strip_suffix(".toml"));
    matches!(name, "lesson.md" | "start.toml" | "solution.toml") || wrong.is_some_and(|name| check_name(name).is_ok())
}

/// The text with an entry before the line that closes its front matter.
fn into_front_matter(text: &str, entry: &str) -> String {
    let mut out = String::new();
    let mut marks = 0;
    for line in text.lines() {
        marks += u32::from(line.trim_end() == "+++");
        if marks == 2 {
            out += entry;
            marks += 1;
        }
        out += line;
        out.push('\n');
    }
    out
}

fn with_goal(text: &str, goal: &str) -> String {
    let mut out = String::new();
    // Before the block, within it, behind it.
    let mut block = None;
    for line in text.lines() {
        match block {
            None if line.trim_end() == "```goals" => block = Some(true),
            Some(true) if line.trim_end() == "```" => {
                _ = writeln!(out, "{goal}");
                block = Some(false);
            }
            _ => {}
        }
        out += line;
        out.push('\n');
    }
    if block != Some(false) {
        _ = write!(out, "\n```goals\n{goal}\n```\n");
    }
    out
}

/// The words of the metrics that a goal can take of this part; of the whole design without one.
pub fn metrics_of(part: Option<&Target>, design: &Design) -> Vec<&'static str> {
    let subject = part.map(ToString::to_string);
    let fits = |word: &&str| {
        let Some(metric) = Metric::of(word) else { return false };
        let goal = goal_text(metric, subject.as_deref(), ">=", metric.info().unit.least(), "");
        goal.parse::<Goal>().is_ok_and(|goal| goal.check_figure(design).is_ok())
    };
    Metric::words().filter(fits).collect()
}

/// A goal as it is written.
pub fn goal_text(metric: Metric, subject: Option<&str>, comparison: &str, bound: &str, window: &str) -> String {
    let of = subject.filter(|_| metric != Metric::Cost).map_or(String::new(), |subject| format!("({subject})"));
    format!("{}{of} {comparison} {bound} {window}", metric.info().word).trim_end().to_owned()
}

/// The figure that a goal would see in this stretch of the run so far; none without figures.
pub fn figure_of(goal: &str, design: &Design, parts: &Parts, frames: &[Frame]) -> Option<f64> {
    let goal: Goal = goal.parse().ok()?;
    let mut grader = Grader::new(&[goal], design);
    frames.iter().for_each(|frame| grader.feed(parts, frame));
    grader.standings().pop()?.figure
}

/// A bound that a figure meets with a tenth to spare, in two digits.
pub fn bound_near(unit: Unit, figure: f64, comparison: &str) -> String {
    if !figure.is_finite() || figure <= 0.0 {
        return unit.least().to_owned();
    }
    let up = comparison.starts_with('<');
    let wanted = if up { figure * 1.1 } else { figure * 0.9 };
    let mut step = 1.0;
    while wanted / step >= 100.0 {
        step *= 10.0;
    }
    while wanted / step < 10.0 && step > 1e-9 {
        step /= 10.0;
    }
    // What is left of the multiplication is no reason for another digit.
    let digits = if up { (wanted / step - 1e-9).ceil() } else { (wanted / step + 1e-9).floor() };
    // Division by a whole number keeps decimals short; multiplication by 0.1 does not.
    let bound = if step < 1.0 { digits / (1.0 / step).round() } else { digits * step };
    match unit {
        Unit::Time => Time::from_secs_f64(bound).rounded().replace(' ', ""),
        Unit::Share => format!("{}%", shortest(bound.min(1.0) * 100.0)),
        Unit::Rate => Rate(bound).to_string(),
        Unit::Count => shortest(bound),
        Unit::Price => format!("{}/h", Money(bound)),
        Unit::Bytes => Bytes(bound as u64).to_string(),
    }
}

/// A number with at most six decimals.
fn shortest(number: f64) -> String {
    ((number * 1e6 + 0.5).floor() / 1e6).to_string()
}

impl Unit {
    /// The least bound that is worth writing, where nothing was measured: no run is above or below nothing.
    fn least(self) -> &'static str {
        match self {
            Unit::Time => "1ms",
            Unit::Share => "1%",
            Unit::Rate => "1/s",
            Unit::Count => "1",
            Unit::Price => "$0.01/h",
            Unit::Bytes => "1KB",
        }
    }
}

/// What the verifier says of a lesson, as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// What is wrong: `path:line: message`, and a hint below. Empty if the lesson holds.
    pub problems: Vec<String>,
    /// What was run, and how it came out.
    pub runs: Vec<String>,
}

impl VerifyReport {
    /// The report as HTML, with pictures for a lesson that holds and for one that does not.
    pub fn html(&self, holds: &str, fails: &str) -> String {
        let (class, picture, verdict) = match self.problems.len() {
            0 => (" holds", holds, "The lesson holds.".to_owned()),
            1 => ("", fails, "1 problem".to_owned()),
            count => ("", fails, format!("{count} problems")),
        };
        let problems: String =
            self.problems.iter().map(|text| format!("<li><pre>{}</pre></li>", escaped(text))).collect();
        let runs: String = self.runs.iter().map(|text| format!("<li>{}</li>", escaped(text))).collect();
        format!(
            "<h3 class=\"desk-verdict{class}\">{picture}{verdict}</h3><ul class=\"desk-problems\">{problems}</ul>\
             <ul class=\"desk-runs\">{runs}</ul>"
        )
    }
}

/// Verifies the lesson of these files: paths and texts. `progress` is told of each run before it is made.
pub fn report_on(files: &[(String, String)], progress: &mut dyn FnMut(&str)) -> VerifyReport {
    let folder = files.first().and_then(|(path, _)| path.rsplit_once('/')).map_or("lesson", |(folder, _)| folder);
    let file = |name: &str| {
        let found = files.iter().find(|(path, _)| path.rsplit('/').next() == Some(name));
        found.map(|(_, text)| text.clone())
    };
    let wrong = files.iter().filter_map(|(path, text)| {
        let name = path.rsplit('/').next()?.strip_prefix("wrong-")?.strip_suffix(".toml")?;
        Some((name.to_owned(), text.clone()))
    });
    let mut texts = LessonTexts {
        folder: folder.to_owned(),
        lesson: file("lesson.md"),
        start: file("start.toml"),
        solution: file("solution.toml"),
        ..LessonTexts::default()
    };
    texts.wrong = wrong.collect();
    let verdict = verify(&texts, progress);
    VerifyReport {
        problems: verdict.problems.iter().map(ToString::to_string).collect(),
        runs: verdict.runs.iter().map(run_in_words).collect(),
    }
}

fn run_in_words(run: &Run) -> String {
    let missed: Vec<String> = run.missed().map(|goal| format!("{} ({})", goal.text, goal.value)).collect();
    let figures = || run.standings.iter().map(|goal| goal.value.clone()).collect::<Vec<_>>().join(", ");
    let came_out = match missed.as_slice() {
        [] => format!("meets all goals: {}", figures()),
        missed => format!("misses {}", missed.join(", ")),
    };
    format!("{}, seed {}: {came_out}", run.build, run.seed)
}
