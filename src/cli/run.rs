//! `run`: one headless run of a design file or a lesson folder.

use std::fs;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::design::{self, Design, Problem};
use crate::insight::{RunCost, cost_per_hour};
use crate::lesson::{Goal, Grader, Lesson, Standing, State};
use crate::metrics::Report;
use crate::sim::{Frame, Parts, Simulation};
use crate::units::Time;

use super::RunArguments;
use super::words::in_words;

/// Runs and reports; all that is wrong goes to standard error.
pub fn run(arguments: &RunArguments) -> ExitCode {
    match try_run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            problems.iter().for_each(|problem| eprintln!("{problem}"));
            ExitCode::FAILURE
        }
    }
}

fn try_run(arguments: &RunArguments) -> Result<(), Vec<Problem>> {
    let path = design_path(&arguments.file);
    let mut design = load(&path)?;
    design.seed = arguments.seed.unwrap_or(design.seed);
    design.duration = arguments.duration.unwrap_or(design.duration);
    if arguments.warmup >= design.duration {
        let message = format!("the warm-up of {} leaves nothing of the run of {}", arguments.warmup, design.duration);
        return Err(vec![problem(&path, message, "give a longer --duration or a shorter --warmup")]);
    }
    let goals = goals_beside(&path)?;
    let mut grader = Grader::new(&goals, &design);
    let started = Instant::now();
    let mut csv = arguments.csv.as_deref().map(Csv::create).transpose()?;
    let mut simulation = Simulation::new(&design, Some(arguments.warmup));
    let bar = progress_bar(design.duration);
    while let Some(frame) = simulation.frame() {
        bar.set_position(simulation.now().0 / 1_000_000);
        grader.feed(simulation.parts(), &frame);
        if let Some(csv) = &mut csv {
            csv.frame(simulation.parts(), &frame)?;
        }
    }
    bar.finish_and_clear();
    csv.map_or(Ok(()), Csv::finish)?;
    let report = Report::of(&simulation).expect("totals were asked for");
    grader.finish();
    if arguments.json {
        return say(&format!("{:#}\n", json_of(&report, &design, &grader.standings(), started.elapsed())));
    }
    say(&in_words(&report, &design, &grader.standings(), started.elapsed()))
}

/// The design file that is meant: of a lesson folder, its start.
fn design_path(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("start.toml") } else { path.to_owned() }
}

fn problem(path: &Path, message: String, hint: &str) -> Problem {
    Problem { path: path.display().to_string(), line: 0, message, hint: Some(hint.to_owned()) }
}

/// Reads a design file.
pub fn load(path: &Path) -> Result<Design, Vec<Problem>> {
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
    design::read(&text).map_err(|problems| problems.into_iter().map(at_path).collect())
}

/// The goals of the lesson that a design file belongs to; none if there is no `lesson.md` beside it.
fn goals_beside(path: &Path) -> Result<Vec<Goal>, Vec<Problem>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let Ok(lesson) = fs::read_to_string(folder.join("lesson.md")) else { return Ok(Vec::new()) };
    let start = fs::read_to_string(folder.join("start.toml")).unwrap_or_default();
    Ok(Lesson::read(&folder.display().to_string(), &lesson, &start)?.goals)
}

/// A bar on a terminal; nothing elsewhere, and nothing for runs that are over at once.
fn progress_bar(duration: Time) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(duration.0 / 1_000_000);
    let style = ProgressStyle::with_template("{wide_bar} {percent}%  {eta} left").expect("the template is a constant");
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn json_of(report: &Report, design: &Design, goals: &[Standing], wall: Duration) -> Value {
    let mut object = serde_json::to_value(report).expect("a report is plain data");
    object["seed"] = json!(design.seed);
    object["wall_s"] = json!(wall.as_secs_f64());
    object["cost_per_hour_usd"] = json!(cost_per_hour(design).0);
    let cost = RunCost::of(design, report);
    object["cost_usd"] = json!(cost.total().0);
    object["cost_per_million_usd"] = json!(cost.per_million.map(|money| money.0));
    let goal = |goal: &Standing| json!({ "text": goal.text, "met": goal.state == State::Met, "value": goal.value });
    object["goals"] = goals.iter().map(goal).collect();
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
