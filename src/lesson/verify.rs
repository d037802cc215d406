//! A lesson proves itself: its start misses a goal, its solution meets all on several seeds, and each wrong build loses
//! for its stated reason.

use crate::design::{self, Design, Problem};
use crate::sim::Simulation;

use super::course::missing_file;
use super::file::Lesson;
use super::front::WrongBuild;
use super::goal::{Goal, Grader, Standing, State};

/// How many seeds the solution must win on.
pub const SEEDS: u64 = 5;

/// The texts of a lesson's folder; none for a file that is not there.
#[derive(Clone, Debug, Default)]
pub struct LessonTexts {
    /// The folder as people see it, such as `lessons/part-1/02-the-spike`.
    pub folder: String,
    /// `lesson.md`.
    pub lesson: Option<String>,
    /// `start.toml`.
    pub start: Option<String>,
    /// `solution.toml`.
    pub solution: Option<String>,
    /// The `wrong-NAME.toml` there are: names and texts.
    pub wrong: Vec<(String, String)>,
}

/// What came of verifying a lesson.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What is wrong; empty if the lesson holds.
    pub problems: Vec<Problem>,
    /// The runs that were made, in order.
    pub runs: Vec<Run>,
}

/// One run of a build against the lesson's goals.
#[derive(Clone, Debug)]
pub struct Run {
    /// The build's file: `solution.toml`.
    pub build: String,
    /// The seed.
    pub seed: u64,
    /// How each goal came out.
    pub standings: Vec<Standing>,
}

impl Run {
    /// The goals it missed.
    pub fn missed(&self) -> impl Iterator<Item = &Standing> {
        self.standings.iter().filter(|standing| standing.state != State::Met)
    }
}

/// Runs a design to its end and grades it.
pub fn grade(design: &Design, goals: &[Goal]) -> Vec<Standing> {
    let mut grader = Grader::new(goals, design);
    let mut simulation = Simulation::new(design, None);
    while let Some(frame) = simulation.frame() {
        grader.feed(simulation.parts(), &frame);
    }
    grader.finish();
    grader.standings()
}

/// Verifies a lesson. `progress` is told of each run before it is made.
pub fn verify(texts: &LessonTexts, progress: &mut dyn FnMut(&str)) -> Verdict {
    let mut verifier = Verifier { folder: &texts.folder, verdict: Verdict::default(), progress };
    verifier.verify(texts);
    verifier.verdict
}

struct Verifier<'a> {
    folder: &'a str,
    verdict: Verdict,
    progress: &'a mut dyn FnMut(&str),
}

impl Verifier<'_> {
    fn verify(&mut self, texts: &LessonTexts) {
        for (file, text) in
            [("lesson.md", &texts.lesson), ("start.toml", &texts.start), ("solution.toml", &texts.solution)]
        {
            if text.is_none() {
                self.verdict.problems.push(missing_file(&format!("{}/{file}", self.folder)));
            }
        }
        let (Some(lesson), Some(start)) = (&texts.lesson, &texts.start) else { return };
        let lesson = match Lesson::read(self.folder, lesson, start) {
            Ok(lesson) => lesson,
            Err(problems) => return self.verdict.problems.extend(problems),
        };
        self.verdict.problems.extend(lesson.left_out.iter().cloned());
        let solution = texts.solution.as_deref().and_then(|text| self.build(&lesson, "solution.toml", text));
        let wrong = self.wrong_builds(&lesson, texts);
        if let Some(solution) = &solution {
            self.check_goals(&lesson, solution);
        }
        // Runs take time: only a lesson that is in order is run.
        if let (Some(solution), true) = (solution, self.verdict.problems.is_empty()) {
            self.run_start(&lesson);
            self.run_solution(&lesson, &solution);
            wrong.iter().for_each(|(build, design)| self.run_wrong(&lesson, build, design));
        }
    }

    fn problem(&mut self, file: &str, line: u32, message: String, hint: &str) {
        let path = format!("{}/{file}", self.folder);
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.verdict.problems.push(Problem { path, line, message, hint });
    }

    /// Reads a build, which must keep the lesson's rules.
    fn build(&mut self, lesson: &Lesson, file: &str, text: &str) -> Option<Design> {
        let design = match design::read(text) {
            Ok(design) => design,
            Err(problems) => {
                let path = format!("{}/{file}", self.folder);
                self.verdict.problems.extend(problems.into_iter().map(|problem| problem.at_path(&path)));
                return None;
            }
        };
        for broken in lesson.rules.broken_by(&design, &lesson.start) {
            let hint =
                "a learner could not build this; change the file, or `palette`, `fixed` and `locked` in lesson.md";
            self.problem(file, 1, broken, hint);
        }
        Some(design)
    }

    /// The wrong builds that have both a file and an entry.
    fn wrong_builds<'l>(&mut self, lesson: &'l Lesson, texts: &LessonTexts) -> Vec<(&'l WrongBuild, Design)> {
        for (name, _) in texts.wrong.iter().filter(|(name, _)| lesson.wrong.iter().all(|build| build.name != *name)) {
            let hint = format!("add `[wrong.{name}]` with `misses` and `because` to the front matter of lesson.md");
            self.problem(
                &format!("wrong-{name}.toml"),
                1,
                "lesson.md does not say why this build loses".to_owned(),
                &hint,
            );
        }
        let mut builds = Vec::new();
        for build in &lesson.wrong {
            let file = format!("wrong-{}.toml", build.name);
            match texts.wrong.iter().find(|(name, _)| *name == build.name) {
                Some((_, text)) => builds.extend(self.build(lesson, &file, text).map(|design| (build, design))),
                None => {
                    let message = format!("wrong build `{}` has no file", build.name);
                    self.problem("lesson.md", build.line, message, &format!("add {file} to the lesson's folder"));
                }
            }
        }
        builds
    }

    fn check_goals(&mut self, lesson: &Lesson, solution: &Design) {
        for (goal, line) in lesson.goals.iter().zip(&lesson.goal_lines) {
            if let Err(error) = goal.check(solution) {
                let message = format!("`{}`: {} (in solution.toml)", goal.text, error.message);
                self.problem("lesson.md", *line, message, &error.hint);
            }
        }
    }

    fn run(&mut self, lesson: &Lesson, file: &str, design: &Design) -> Run {
        (self.progress)(&format!("{}/{file}, seed {}", self.folder, design.seed));
        let run = Run { build: file.to_owned(), seed: design.seed, standings: grade(design, &lesson.goals) };
        self.verdict.runs.push(run.clone());
        run
    }

    fn run_start(&mut self, lesson: &Lesson) {
        let run = self.run(lesson, "start.toml", &lesson.start);
        if run.missed().next().is_none() {
            let hint = "there is nothing to do: make the start worse or a goal harder";
            self.problem("start.toml", 1, "the start meets every goal".to_owned(), hint);
        }
    }

    fn run_solution(&mut self, lesson: &Lesson, solution: &Design) {
        for offset in 0..SEEDS {
            let seed = solution.seed.wrapping_add(offset);
            let run = self.run(lesson, "solution.toml", &Design { seed, ..solution.clone() });
            for missed in run.missed() {
                let message = format!("the solution misses `{}` with seed {seed}: {}", missed.text, missed.value);
                self.problem("solution.toml", 1, message, "make the solution better or the goal easier");
            }
        }
    }

    fn run_wrong(&mut self, lesson: &Lesson, build: &WrongBuild, design: &Design) {
        let run = self.run(lesson, &format!("wrong-{}.toml", build.name), design);
        for reason in &build.misses {
            let Some(met) = run.standings.iter().find(|standing| standing.text == *reason) else { continue };
            if met.state == State::Met {
                let message =
                    format!("wrong build `{}` meets `{reason}`, which it should miss: {}", build.name, met.value);
                let hint = "state the goal it does miss, or make the build worse or the goal harder";
                self.problem("lesson.md", build.line, message, hint);
            }
        }
    }
}
