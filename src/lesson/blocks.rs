//! The live parts of a lesson: what stands in its fenced blocks.

use crate::design::{Design, Findings, read};

use super::goal::Goal;
use super::markdown::{render, render_line};

/// The info strings of live blocks.
pub(super) const LIVE: [&str; 4] = ["goals", "hint", "predict", "design"];
const OPTIONS_MAX: usize = 8;

/// A part of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Safe HTML to read.
    Prose(String),
    /// Goals, as indices of [`super::Lesson::goals`].
    Goals(Vec<usize>),
    /// Safe HTML that opens when asked for.
    Hint(String),
    /// A question to answer before the run.
    Predict(Predict),
    /// A design to look at and play with.
    Design(Box<Design>),
}

/// A question to answer before the run. All texts are safe HTML.
#[derive(Clone, Debug, PartialEq)]
pub struct Predict {
    /// The question.
    pub question: String,
    /// The answers to choose from.
    pub options: Vec<String>,
    /// Which of the options is right.
    pub right: usize,
    /// What to say after the answer, right or wrong.
    pub explanation: String,
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
            Err(error) => error.note(line, findings),
        }
    }
    goals
}

/// Reads a `predict` block: the question, `- [ ]` options of which one is `- [x]`, then an explanation in `>` lines.
pub(super) fn read_predict(text: &str, line: u32, folder: &str, findings: &mut Findings) -> Option<Predict> {
    let (mut question, mut options, mut explanation) = (String::new(), Vec::<(bool, String)>::new(), String::new());
    for (text, line) in text.lines().zip(line..) {
        let trimmed = text.trim();
        if let Some(text) = trimmed.strip_prefix('>') {
            push_line(&mut explanation, text);
        } else if !explanation.is_empty() && !trimmed.is_empty() {
            findings.hint(line, "this line comes after the explanation", "put the question and its options first");
        } else if let Some(option) = trimmed.strip_prefix("- [ ] ") {
            options.push((false, option.to_owned()));
        } else if let Some(option) = trimmed.strip_prefix("- [x] ").or(trimmed.strip_prefix("- [X] ")) {
            options.push((true, option.to_owned()));
        } else if trimmed.starts_with("- ") || trimmed.starts_with("* ") {
            findings.hint(
                line,
                "this option is not marked",
                "begin it with `- [ ]`, or with `- [x]` if it is the right one",
            );
        } else if let Some((_, option)) = options.last_mut() {
            push_line(option, trimmed);
        } else {
            push_line(&mut question, trimmed);
        }
    }
    let right: Vec<usize> = (0..options.len()).filter(|index| options[*index].0).collect();
    let lacks = match right.as_slice() {
        _ if question.trim().is_empty() => "a prediction begins with its question",
        _ if !(2..=OPTIONS_MAX).contains(&options.len()) => "a prediction has 2 to 8 options, each `- [ ] …`",
        _ if explanation.trim().is_empty() => "a prediction ends with its explanation, in lines that begin with `>`",
        [] | [_, _, ..] => "a prediction has exactly one right option, `- [x] …`",
        [right] => {
            return Some(Predict {
                question: render_line(question.trim(), folder),
                options: options.iter().map(|(_, option)| render_line(option.trim(), folder)).collect(),
                right: *right,
                explanation: render(explanation.trim(), folder),
            });
        }
    };
    findings.note(line, lacks);
    None
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line.strip_prefix(' ').unwrap_or(line));
}

/// Reads a `design` block: a whole design file.
pub(super) fn read_design(text: &str, line: u32, findings: &mut Findings) -> Option<Design> {
    match read(text) {
        Ok(design) => Some(design),
        Err(problems) => {
            let moved = |mut problem: crate::design::Problem| {
                problem.line = problem.line.max(1) + line - 1;
                problem
            };
            findings.0.extend(problems.into_iter().map(moved));
            None
        }
    }
}
