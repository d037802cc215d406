//! A lesson, read from the texts of its folder: `lesson.md` and `start.toml`.

use crate::design::{self, Design, Problem};

use super::blocks::Block;
use super::body::{Body, Link};
use super::front::{self, WrongBuild};
use super::goal::Goal;
use super::rules::Rules;
use super::stars::StarRules;
use super::taught::Taught;

/// The largest `lesson.md` that is read, in bytes.
pub const LESSON_BYTES_MAX: usize = 200_000;

/// A lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// What it is called.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What the learner may change.
    pub rules: Rules,
    /// What earns its stars.
    pub stars: StarRules,
    /// What there is to read and do, in order.
    pub steps: Vec<Step>,
    /// All goals, in the order of the text.
    pub goals: Vec<Goal>,
    /// The line of each goal in `lesson.md`.
    pub goal_lines: Vec<u32>,
    /// What hints and predictions watch for in a run.
    pub watched: Vec<Goal>,
    /// What is said once the lesson is solved; may be empty.
    pub debrief: Vec<Block>,
    /// Builds that must lose.
    pub wrong: Vec<WrongBuild>,
    /// What the lesson is about: without it, it cannot be won.
    pub teaches: Vec<Taught>,
    /// The languages it is translated to: `de` has its text in `lesson.de.md`.
    pub languages: Vec<String>,
    /// Where its text leads.
    pub links: Vec<Link>,
    /// The design that the learner begins with.
    pub start: Design,
    /// What is shown otherwise than its author wrote it: raw HTML, links and images that are not safe.
    pub left_out: Vec<Problem>,
}

/// A step of a lesson: all under one `## ` heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The heading, as plain text.
    pub title: String,
    /// What stands under it, in order.
    pub blocks: Vec<Block>,
}

impl Lesson {
    /// Reads a lesson; all its problems if it has any. `folder` is its path as people see it, such as
    /// `lessons/part-1/02-the-spike`; problems, links and images are told from there.
    pub fn read(folder: &str, lesson_md: &str, start_toml: &str) -> Result<Lesson, Vec<Problem>> {
        let start = design::read(start_toml);
        let mut body = Body::of(folder);
        let front = body.read(lesson_md, |text, findings| front::read(text, start.as_ref().ok(), findings));
        if let Some((bound, line)) = &front.budget {
            body.add_budget(bound, *line);
        }
        front.wrong.iter().for_each(|build| body.check_misses(build));
        let path = format!("{folder}/lesson.md");
        let findings = std::mem::take(&mut body.findings).sorted().into_iter();
        let mut problems: Vec<Problem> = findings.map(|problem| problem.at_path(&path)).collect();
        match start {
            Ok(start) if problems.is_empty() => Ok(Lesson {
                title: front.title,
                summary: front.summary,
                minutes: front.minutes,
                rules: front.rules,
                stars: front.stars,
                steps: body.steps,
                goal_lines: body.goals.iter().map(|(_, line)| *line).collect(),
                goals: body.goals.into_iter().map(|(goal, _)| goal).collect(),
                watched: body.watched,
                debrief: body.debrief,
                wrong: front.wrong,
                teaches: front.teaches,
                languages: front.languages,
                links: body.links,
                start,
                left_out: body.left_out.0.into_iter().map(|problem| problem.at_path(&path)).collect(),
            }),
            Ok(_) => Err(problems),
            Err(in_start) => {
                let path = format!("{folder}/start.toml");
                problems.extend(in_start.into_iter().map(|problem| problem.at_path(&path)));
                Err(problems)
            }
        }
    }

    /// All that is to be graded in a run: the goals, then what is watched for.
    pub fn graded(&self) -> Vec<Goal> {
        self.goals.iter().chain(&self.watched).cloned().collect()
    }

    /// All its blocks, the debrief's last.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.steps.iter().flat_map(|step| &step.blocks).chain(&self.debrief)
    }
}
