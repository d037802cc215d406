//! `run`: one headless run of a design file or a lesson folder.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::design::{self, Design, Problem, Scaling};
use crate::lesson::{Goal, Lesson, Standing, State};
use crate::metrics::Recording;
use crate::sim::{Frame, Parts};

use super::batch::{Outcome, in_parallel, progress_bar, simulate};
use super::explain::Explained;
use super::figures::seeds_json;
use super::words::{in_words, seeds_in_words};
use super::{RunArguments, Runs};

/// Runs and reports; all that is wrong goes to standard error.
pub fn run(arguments: &RunArguments) -> ExitCode {
    told(try_run(arguments))
}

/// Tells what went wrong, if anything did.
pub fn told(result: Result<(), Vec<Problem>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            problems.iter().for_each(|problem| eprintln!("{problem}"));
            ExitCode::FAILURE
        }
    }
}

fn try_run(arguments: &RunArguments) -> Result<(), Vec<Problem>> {
    let path = design_path(&arguments.file);
    let (_, design) = load_with(&path, &arguments.run)?;
    let goals = goals_beside(&path)?;
    can_be_scaled(&path, &design, arguments.scale)?;
    let started = Instant::now();
    let mut kept = (arguments.explain || arguments.postmortem.is_some()).then(Recording::default);
    let outcomes = run_seeds(&design, &goals, arguments, &mut kept)?;
    let (first, wall) = (&outcomes[0], started.elapsed());
    let several = arguments.run.seeds.is_some();
    let explained = kept.map(|recording| Explained::of(recording, &design));
    if let (Some(path), Some(explained)) = (&arguments.postmortem, &explained) {
        let title = arguments.file.display().to_string();
        let written = fs::write(path, explained.post_mortem(&title));
        written.map_err(|error| vec![problem(path, format!("cannot be written: {error}"), "give another path")])?;
    }
    let explained = explained.filter(|_| arguments.explain);
    if arguments.json {
        let mut object = json_of(first, wall);
        if several {
            object["seeds"] = seeds_json(&outcomes, &design);
        }
        if let Some(explained) = &explained {
            object["explain"] = explained.json();
        }
        return say(&format!("{object:#}\n"));
    }
    let mut words = in_words(first, wall);
    if several {
        words += &seeds_in_words(&outcomes, &design);
    }
    words += &explained.map_or(String::new(), |explained| explained.in_words());
    say(&words)
}

/// Refuses a scale that was asked for and would not be honest.
fn can_be_scaled(path: &Path, design: &Design, scaling: Scaling) -> Result<(), Vec<Problem>> {
    let Scaling::By(k) = scaling else { return Ok(()) };
    match design::shrink(design, k).refusal {
        Some(why) if k > 1 => {
            let message = format!("no request can stand for {k} here, because {why}");
            Err(vec![problem(path, message, "give a smaller --scale, or `--scale auto`")])
        }
        _ => Ok(()),
    }
}

/// Runs the seeds on all cores; the first one's frames go into the table and are kept, if that is wanted.
fn run_seeds(
    design: &Design,
    goals: &[Goal],
    arguments: &RunArguments,
    kept: &mut Option<Recording>,
) -> Result<Vec<Outcome>, Vec<Problem>> {
    let seeds = arguments.run.seeds.unwrap_or(1) as usize;
    let bar = progress_bar(design.duration, seeds);
    let csv = arguments.csv.as_deref().map(Csv::create).transpose()?;
    let (csv, kept) = (Mutex::new(csv), Mutex::new(kept));
    let job = |index: usize| {
        let design = Design { seed: design.seed.wrapping_add(index as u64), ..design.clone() };
        let mut csv = if index == 0 { csv.lock().expect("one job takes it").take() } else { None };
        let mut kept = if index == 0 { Some(kept.lock().expect("one job takes it")) } else { None };
        let outcome = simulate(&design, goals, (arguments.run.warmup, arguments.scale), &bar, |parts, frame| {
            if let Some(recording) = kept.as_mut().and_then(|kept| kept.as_mut()) {
                recording.keep(parts, frame);
            }
            match &mut csv {
                Some(csv) => csv.frame(parts, frame),
                None => Ok(()),
            }
        })?;
        csv.map_or(Ok(()), Csv::finish).map(|()| outcome)
    };
    let mut outcomes = Ok(Vec::new());
    in_parallel(seeds, job, |_, outcome| {
        match (outcome, &mut outcomes) {
            (Ok(outcome), Ok(outcomes)) => outcomes.push(outcome),
            (Err(problems), _) => outcomes = Err(problems),
            _ => {}
        }
        outcomes.is_ok()
    });
    bar.finish_and_clear();
    outcomes
}

/// The design file that is meant: of a lesson folder, its start.
pub fn design_path(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("start.toml") } else { path.to_owned() }
}

/// A problem of a whole file.
pub fn problem(path: &Path, message: String, hint: &str) -> Problem {
    Problem { path: path.display().to_string(), line: 0, message, hint: Some(hint.to_owned()) }
}

/// Reads a design file, and runs it as the command line says. The file's text comes with it.
pub fn load_with(path: &Path, runs: &Runs) -> Result<(String, Design), Vec<Problem>> {
    let (text, mut design) = load(path)?;
    design.seed = runs.seed.unwrap_or(design.seed);
    design.duration = runs.duration.unwrap_or(design.duration);
    if runs.warmup >= design.duration {
        let message = format!("the warm-up of {} leaves nothing of the run of {}", runs.warmup, design.duration);
        return Err(vec![problem(path, message, "give a longer --duration or a shorter --warmup")]);
    }
    Ok((text, design))
}

fn load(path: &Path) -> Result<(String, Design), Vec<Problem>> {
    let unreadable = |error: std::io::Error| {
        vec![problem(path, format!("cannot be read: {error}"), "give the path of a design file or a lesson folder")]
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > design::DESIGN_BYTES_MAX as u64 {
        let hint = format!("at most {} bytes are read", design::DESIGN_BYTES_MAX);
        return Err(vec![problem(path, "is too large for a design".to_owned(), &hint)]);
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let at_path = |problem: Problem| problem.at_path(&path.display().to_string());
    let design = design::read(&text).map_err(|problems| problems.into_iter().map(at_path).collect::<Vec<_>>())?;
    Ok((text, design))
}

/// The goals of the lesson that a design file belongs to; none if there is no `lesson.md` beside it.
pub fn goals_beside(path: &Path) -> Result<Vec<Goal>, Vec<Problem>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let Ok(lesson) = fs::read_to_string(folder.join("lesson.md")) else { return Ok(Vec::new()) };
    let start = fs::read_to_string(folder.join("start.toml")).unwrap_or_default();
    Ok(Lesson::read(&folder.display().to_string(), &lesson, &start)?.goals)
}

fn json_of(outcome: &Outcome, wall: Duration) -> Value {
    let mut object = serde_json::to_value(&outcome.report).expect("a report is plain data");
    object["seed"] = json!(outcome.seed);
    if let Some(words) = &outcome.scale {
        object["scale_in_words"] = json!(words);
    }
    object["wall_s"] = json!(wall.as_secs_f64());
    object["cost_per_hour_usd"] = json!(outcome.cost);
    object["cost_usd"] = json!(outcome.run_cost.total().0);
    object["cost_per_million_usd"] = json!(outcome.run_cost.per_million.map(|money| money.0));
    let goal = |goal: &Standing| json!({ "text": goal.text, "met": goal.state == State::Met, "value": goal.value });
    object["goals"] = outcome.goals.iter().map(goal).collect();
    object
}

/// Prints to standard output. Whoever reads it may stop reading (`run … | head`); that is no problem.
fn say(text: &str) -> Result<(), Vec<Problem>> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(vec![problem(Path::new("standard output"), format!("cannot be written: {error}"), "is the disk full?")])
        }
        _ => Ok(()),
    }
}

/// The frames as a table: one line for each frame, columns for users and for each component of the design's start.
struct Csv {
    path: PathBuf,
    file: BufWriter<fs::File>,
    headed: bool,
}

impl Csv {
    fn create(path: &Path) -> Result<Csv, Vec<Problem>> {
        let file = fs::File::create(path);
        let file =
            file.map_err(|error| vec![problem(path, format!("cannot be written: {error}"), "give another path")])?;
        Ok(Csv { path: path.to_owned(), file: BufWriter::new(file), headed: false })
    }

    fn frame(&mut self, parts: &Parts, frame: &Frame) -> Result<(), Vec<Problem>> {
        let written = self.write(parts, frame);
        written.map_err(|error| vec![problem(&self.path, format!("cannot be written: {error}"), "is the disk full?")])
    }

    fn write(&mut self, parts: &Parts, frame: &Frame) -> std::io::Result<()> {
        let file = &mut self.file;
        if !std::mem::replace(&mut self.headed, true) {
            write!(file, "time_s,issued,refreshes,succeeded,timed_out,refused,shed,failed,in_flight")?;
            for name in &parts.components {
                write!(file, ",{name} arrivals,{name} utilization,{name} queue_length,{name} shed")?;
            }
            writeln!(file)?;
        }
        let sum = |field: fn(&crate::sim::Answers) -> u32| frame.users.iter().map(field).sum::<u32>();
        let seconds = f64::from(frame.index) / 10.0;
        write!(file, "{seconds:.1},{},{},{}", sum(|a| a.issued), sum(|a| a.refreshes), sum(|a| a.succeeded))?;
        write!(file, ",{},{},{},{}", sum(|a| a.timed_out), sum(|a| a.refused), sum(|a| a.shed), sum(|a| a.failed))?;
        write!(file, ",{}", sum(|a| a.in_flight))?;
        for component in &frame.components {
            let utilization = if component.servers > 0.0 { component.busy / component.servers } else { 0.0 };
            write!(file, ",{},{utilization:.4},{:.2},{}", component.arrivals, component.waiting, component.shed)?;
        }
        writeln!(file)
    }

    fn finish(mut self) -> Result<(), Vec<Problem>> {
        let flushed = self.file.flush();
        flushed.map_err(|error| vec![problem(&self.path, format!("cannot be written: {error}"), "is the disk full?")])
    }
}
