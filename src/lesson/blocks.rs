//! The live parts of a lesson: what stands in its fenced blocks.

use crate::design::{Design, Findings, Problem, read};

use super::goal::Goal;
use super::markdown::render;
use super::predict::Predict;
use super::when::When;

/// The info strings of live blocks.
pub(super) const LIVE: [&str; 5] = ["goals", "hint", "predict", "design", "debrief"];
/// What parts the design of a `design run` block from what is said after its run.
const AFTER: &str = "+++";

/// A part of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Safe HTML to read.
    Prose(String),
    /// Goals, as indices of [`super::Lesson::goals`].
    Goals(Vec<usize>),
    /// Help that opens when asked for, or by what the run shows.
    Hint(Hint),
    /// A question to answer before the run.
    Predict(Predict),
    /// A design to look at and play with.
    Design(Box<LiveDesign>),
}

/// Help, in small doses.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// Safe HTML.
    pub html: String,
    /// What the run must show before it opens; without, it opens when asked for.
    pub when: Option<When>,
    /// As its author wrote it.
    pub text: String,
    /// The line of its text in the lesson.
    pub line: u32,
}

/// A design in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveDesign {
    /// The design.
    pub design: Design,
    /// Whether it can be run where it stands; then what is said after that, as safe HTML.
    pub run: Option<String>,
}

/// Reads a `goals` block: one goal a line; empty lines and lines that begin with `#` are passed over. `line` is that of
/// the block's first line.
pub(super) fn read_goals(text: &str, line: u32, findings: &mut Findings) -> Vec<(Goal, u32)> {
    let mut goals = Vec::new();
    for (text, line) in text.lines().zip(line..) {
        if text.trim().is_empty() || text.trim_start().starts_with('#') {
            continue;
        }
        match text.parse::<Goal>() {
            Ok(goal) => goals.push((goal, line)),
            Err(error) => error.note(line, text, findings),
        }
    }
    goals
}

/// Reads a `hint` block. `info` is what stands after the word; the condition's goal is put behind `watched`.
pub(super) fn read_hint(
    info: &str,
    text: &str,
    line: u32,
    folder: &str,
    watched: &mut Vec<Goal>,
    findings: &mut Findings,
) -> Hint {
    let when = match info.strip_prefix("when").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        _ if info.is_empty() => None,
        Some(condition) => match When::read(condition.trim(), watched) {
            Ok(when) => Some(when),
            Err(error) => {
                error.note(line - 1, condition.trim(), findings);
                None
            }
        },
        None => {
            let hint = "write ```hint, or ```hint when utilization(db) > 95% for 5s";
            findings.hint(line - 1, format!("`{info}` says nothing of a hint"), hint);
            None
        }
    };
    if text.trim().is_empty() {
        findings.note(line - 1, "this hint is empty");
    }
    Hint { html: render(text, folder), when, text: text.to_owned(), line }
}

/// Reads a `design` block: a whole design file, in a `design run` block perhaps a line `+++` and what is said after the
/// run. Gives the Markdown of that and its line, too.
pub(super) fn read_design<'t>(
    info: &str,
    text: &'t str,
    line: u32,
    folder: &str,
    findings: &mut Findings,
) -> Option<(LiveDesign, &'t str, u32)> {
    let mut bytes = 0;
    let mut before = 0;
    let mut after = None;
    for row in text.split_inclusive('\n') {
        if row.trim_end() == AFTER {
            after = Some(&text[bytes + row.len()..]);
            break;
        }
        bytes += row.len();
        before += 1;
    }
    match (info, after) {
        ("", None) | ("run", _) => {}
        ("", Some(_)) => {
            findings.hint(line - 1, "only what is run has an afterwards", "begin the block with ```design run");
        }
        _ => findings.hint(line - 1, format!("`{info}` says nothing of a design"), "write ```design or ```design run"),
    }
    let design = match read(&text[..bytes]) {
        Ok(design) => design,
        Err(problems) => {
            let moved = |problem: Problem| Problem { line: problem.line.max(1) + line - 1, ..problem };
            findings.0.extend(problems.into_iter().map(moved));
            return None;
        }
    };
    let after = after.unwrap_or("");
    let run = (info == "run").then(|| render(after.trim(), folder));
    Some((LiveDesign { design, run }, after, line + before + 1))
}
