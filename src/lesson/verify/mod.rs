//! A lesson proves itself: its start misses a goal, its solution meets all on several seeds, each wrong build loses for
//! its stated reason, and nothing wins without what is taught.
//!
//! What is to be run is planned first, as [`Job`]s; whoever calls may run them side by side.

mod margin;
mod mentions;
mod runs;
mod variants;

use crate::design::{self, Design, Problem};

use super::course::missing_file;
use super::file::Lesson;
use super::front::WrongBuild;
use super::goal::State;
use super::translation::translation_file;

pub use margin::{Margin, margins};
pub use mentions::Surroundings;
pub use runs::{Job, Run, grade, run_job};
pub use variants::{Variant, variants};

use runs::Part;

/// How many seeds the solution must win on.
pub const SEEDS: u64 = 5;
/// A margin that is smaller is warned of: another seed may lose.
const MARGIN_MIN: f64 = 0.05;

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
    /// The `lesson.LANGUAGE.md` there are: languages and texts.
    pub translations: Vec<(String, String)>,
    /// What there is around the lesson, for its links.
    pub around: Surroundings,
}

/// What came of verifying a lesson.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What is wrong; empty if the lesson holds.
    pub problems: Vec<Problem>,
    /// What the author should look at; the lesson holds all the same.
    pub warnings: Vec<Problem>,
    /// The runs that were made, in order; those of variants without what is taught are the last.
    pub runs: Vec<Run>,
    /// How far the solution's figures are from the bounds, for each goal whose margin can be told.
    pub margins: Vec<Margin>,
}

/// Verifies a lesson, one run after the other. `progress` is told of each before it is made.
pub fn verify(texts: &LessonTexts, progress: &mut dyn FnMut(&str)) -> Verdict {
    verify_with(texts, &mut |jobs| {
        let run = |job: &Job| {
            progress(&format!("{}/{}, seed {}", texts.folder, job.build, job.design.seed));
            run_job(job)
        };
        jobs.iter().map(run).collect()
    })
}

/// Verifies a lesson; `run` makes all its runs and gives them in the order of the jobs.
pub fn verify_with(texts: &LessonTexts, run: &mut dyn FnMut(&[Job]) -> Vec<Run>) -> Verdict {
    let mut verifier = Verifier { folder: &texts.folder, verdict: Verdict::default() };
    if let Some((lesson, plan)) = verifier.plan(texts) {
        let (jobs, parts): (Vec<Job>, Vec<Part>) = plan.into_iter().unzip();
        verifier.verdict.runs = run(&jobs);
        verifier.judge(&lesson, &parts);
    }
    verifier.verdict
}

struct Verifier<'a> {
    folder: &'a str,
    verdict: Verdict,
}

impl Verifier<'_> {
    /// Reads all files and plans the runs; none if anything is wrong: runs take time.
    fn plan(&mut self, texts: &LessonTexts) -> Option<(Lesson, Vec<(Job, Part)>)> {
        for (file, text) in
            [("lesson.md", &texts.lesson), ("start.toml", &texts.start), ("solution.toml", &texts.solution)]
        {
            if text.is_none() {
                self.verdict.problems.push(missing_file(&format!("{}/{file}", self.folder)));
            }
        }
        let lesson = match Lesson::read(self.folder, texts.lesson.as_ref()?, texts.start.as_ref()?) {
            Ok(lesson) => lesson,
            Err(problems) => {
                self.verdict.problems.extend(problems);
                return None;
            }
        };
        self.verdict.problems.extend(lesson.left_out.iter().cloned());
        self.translations(&lesson, texts);
        let solution = texts.solution.as_deref().and_then(|text| self.build(&lesson, "solution.toml", text));
        let wrong = self.wrong_builds(&lesson, texts);
        if let Some(solution) = &solution {
            self.check_goals(&lesson, solution);
            let (told, warned) = mentions::problems(&lesson, solution, &texts.around);
            let path = format!("{}/lesson.md", self.folder);
            self.verdict.problems.extend(told.sorted().into_iter().map(|problem| problem.at_path(&path)));
            self.verdict.warnings.extend(warned.sorted().into_iter().map(|problem| problem.at_path(&path)));
        }
        let solution = solution.filter(|_| self.verdict.problems.is_empty())?;
        let plan = runs::plan(&lesson, &solution, &wrong);
        Some((lesson, plan))
    }

    fn translations(&mut self, lesson: &Lesson, texts: &LessonTexts) {
        for (language, text) in &texts.translations {
            if !lesson.languages.contains(language) {
                let hint = format!("add \"{language}\" to `languages` in lesson.md");
                let message = "the lesson does not say that it has this language";
                self.problem(&translation_file(language), 1, message.to_owned(), &hint);
            }
            match lesson.translated(self.folder, language, text) {
                Ok(translated) => self.verdict.problems.extend(translated.left_out),
                Err(problems) => self.verdict.problems.extend(problems),
            }
        }
        let missing = lesson.languages.iter().filter(|wanted| texts.translations.iter().all(|(has, _)| has != *wanted));
        for language in missing {
            let message = format!("there is no text in language `{language}`");
            self.problem("lesson.md", 1, message, &format!("add {}, or take it out", translation_file(language)));
        }
    }

    fn problem(&mut self, file: &str, line: u32, message: String, hint: &str) {
        let path = format!("{}/{file}", self.folder);
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.verdict.problems.push(Problem { path, line, message, hint });
    }

    fn warn(&mut self, file: &str, line: u32, message: String, hint: &str) {
        let path = format!("{}/{file}", self.folder);
        self.verdict.warnings.push(Problem { path, line, message, hint: Some(hint.to_owned()) });
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
        if file == "solution.toml"
            && let Some(dear) = lesson.rules.over_budget(&design)
        {
            self.problem(file, 1, dear, "make the solution cheaper, or raise `budget` in lesson.md");
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
                let message = format!("{} (in solution.toml)", error.message);
                self.problem("lesson.md", *line, message, &error.pointed(&goal.text));
            }
        }
    }

    /// Looks at what the runs showed.
    fn judge(&mut self, lesson: &Lesson, parts: &[Part]) {
        let runs = std::mem::take(&mut self.verdict.runs);
        for (run, part) in runs.iter().zip(parts) {
            match part {
                Part::Start => self.judge_start(run),
                Part::Solution => self.judge_solution(run),
                Part::Wrong(name) => self.judge_wrong(lesson, name, run),
                Part::Variant(line) => self.judge_variant(*line, run),
            }
        }
        let of = |wanted: fn(&Part) -> bool| -> Vec<&Run> {
            runs.iter().zip(parts).filter(|(_, part)| wanted(part)).map(|(run, _)| run).collect()
        };
        self.judge_hints(lesson, &of(|part| matches!(part, Part::Start | Part::Wrong(_))));
        self.verdict.margins = margins(&lesson.goals, &of(|part| *part == Part::Solution));
        for margin in self.verdict.margins.clone().into_iter().filter(|margin| margin.share < MARGIN_MIN) {
            let line =
                lesson.goals.iter().position(|goal| goal.text == margin.goal).map_or(1, |at| lesson.goal_lines[at]);
            let message = format!("the solution meets `{}` by {} only, with seed {}", margin.goal, margin, margin.seed);
            self.warn(
                "lesson.md",
                line,
                message,
                "on some other seed it may not: make the solution better or the goal easier",
            );
        }
        self.verdict.runs = runs;
    }

    fn judge_start(&mut self, run: &Run) {
        if run.missed().next().is_none() {
            let hint = "there is nothing to do: make the start worse or a goal harder";
            self.problem("start.toml", 1, "the start meets every goal".to_owned(), hint);
        }
    }

    fn judge_solution(&mut self, run: &Run) {
        for missed in run.missed() {
            let message = format!("the solution misses `{}` with seed {}: {}", missed.text, run.seed, missed.value);
            self.problem("solution.toml", 1, message, "make the solution better or the goal easier");
        }
    }

    fn judge_wrong(&mut self, lesson: &Lesson, name: &str, run: &Run) {
        let Some(build) = lesson.wrong.iter().find(|build| build.name == name) else { return };
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

    fn judge_variant(&mut self, line: u32, run: &Run) {
        if run.missed().next().is_none() {
            let message = format!("the lesson can be won without what it teaches: {}", run.build);
            let hint = "lower the budget, fix the sizes, or make a goal harder";
            self.problem("lesson.md", line, message, hint);
        }
    }

    /// A hint that no losing build opens is hardly ever read.
    fn judge_hints(&mut self, lesson: &Lesson, losing: &[&Run]) {
        for hint in mentions::hints(lesson) {
            let Some(when) = &hint.when else { continue };
            if !losing.iter().any(|run| when.shown(&run.watched)) {
                let message = format!("no run of the start or of a wrong build opens this hint: `{}`", when.text);
                self.warn("lesson.md", hint.line, message, "a learner will hardly see it: ask for less");
            }
        }
    }
}
