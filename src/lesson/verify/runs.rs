//! The runs that prove a lesson.

use crate::design::Design;
use crate::sim::Simulation;

use super::super::file::Lesson;
use super::super::front::WrongBuild;
use super::super::goal::{Goal, Grader, Standing, State};
use super::SEEDS;
use super::variants::variants;

/// A run to be made.
#[derive(Clone, Debug)]
pub struct Job {
    /// The build's file, or what it is in words.
    pub build: String,
    /// What to run.
    pub design: Design,
    /// What to grade: the lesson's goals, then what is watched for.
    pub graded: Vec<Goal>,
    /// How many of them are goals.
    pub goals: usize,
    /// Whether it is over as soon as one goal is missed.
    pub until_lost: bool,
}

/// What a run is there to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    Solution,
    /// The wrong build of this name.
    Wrong(String),
    /// Something without what is taught; the line that says what is.
    Variant(u32),
}

/// One run of a build against the lesson's goals.
#[derive(Clone, Debug)]
pub struct Run {
    /// The build's file: `solution.toml`; or what it is in words.
    pub build: String,
    /// The seed.
    pub seed: u64,
    /// How many real requests a simulated one stood for.
    pub scale: u32,
    /// How each goal came out.
    pub standings: Vec<Standing>,
    /// How all that is watched for came out.
    pub watched: Vec<Standing>,
}

impl Run {
    /// The goals it missed.
    pub fn missed(&self) -> impl Iterator<Item = &Standing> {
        self.standings.iter().filter(|standing| standing.state != State::Met)
    }
}

/// Runs a design to its end and grades it.
pub fn grade(design: &Design, goals: &[Goal]) -> Vec<Standing> {
    graded(design, goals, 0).0
}

/// Runs a design to its end, or until one of the first `decisive` goals is missed; and says its scale.
fn graded(design: &Design, goals: &[Goal], decisive: usize) -> (Vec<Standing>, u32) {
    let mut grader = Grader::new(goals, design);
    let mut simulation = Simulation::new(design, None);
    while let Some(frame) = simulation.frame() {
        grader.feed(simulation.parts(), &frame);
        if grader.missed(decisive) {
            break;
        }
    }
    grader.finish();
    (grader.standings(), simulation.stands_for())
}

/// Makes a run.
pub fn run_job(job: &Job) -> Run {
    let (mut standings, scale) = graded(&job.design, &job.graded, if job.until_lost { job.goals } else { 0 });
    let watched = standings.split_off(job.goals.min(standings.len()));
    Run { build: job.build.clone(), seed: job.design.seed, scale, standings, watched }
}

/// All runs of a lesson that is in order.
pub(super) fn plan(lesson: &Lesson, solution: &Design, wrong: &[(&WrongBuild, Design)]) -> Vec<(Job, Part)> {
    let job = |build: String, design: Design| Job {
        build,
        design,
        graded: lesson.graded(),
        goals: lesson.goals.len(),
        until_lost: false,
    };
    let mut plan = vec![(job("start.toml".to_owned(), lesson.start.clone()), Part::Start)];
    plan.extend((0..SEEDS).map(|offset| {
        let seed = solution.seed.wrapping_add(offset);
        (job("solution.toml".to_owned(), Design { seed, ..solution.clone() }), Part::Solution)
    }));
    plan.extend(wrong.iter().map(|(build, design)| {
        (job(format!("wrong-{}.toml", build.name), design.clone()), Part::Wrong(build.name.clone()))
    }));
    plan.extend(variants(lesson, solution).into_iter().map(|variant| {
        let job = Job { until_lost: true, ..job(variant.what, variant.design) };
        (job, Part::Variant(variant.line))
    }));
    plan
}
