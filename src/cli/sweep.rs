//! `sweep`: a grid of settings, each combination run on one or several seeds, on all cores, as a table.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use indicatif::ProgressBar;

use crate::design::{self, Design, Findings, Node, Problem, Value, set_path};
use crate::lesson::{Goal, State};
use crate::metrics::Estimate;

use super::SweepArguments;
use super::batch::{Outcome, in_parallel, progress_bar, simulate_quietly};
use super::figures::{estimates, figure_names, figures_of, stopped};
use super::grid::{Axis, COMBINATIONS_MAX, combination, combinations, node_of};
use super::run::{design_path, goals_beside, load_with, problem, told};

/// Runs of one sweep, at most.
const RUNS_MAX: usize = 100_000;

/// Runs the grid and writes the table; all that is wrong goes to standard error.
pub fn sweep(arguments: &SweepArguments) -> ExitCode {
    told(try_sweep(arguments))
}

fn try_sweep(arguments: &SweepArguments) -> Result<(), Vec<Problem>> {
    let path = design_path(&arguments.file);
    let (text, design) = load_with(&path, &arguments.run)?;
    let goals = goals_beside(&path)?;
    let axes = read_axes(&arguments.set, &path, &text, &design)?;
    let rows = combinations(&axes).filter(|rows| *rows <= COMBINATIONS_MAX);
    let seeds = arguments.run.seeds.unwrap_or(1) as usize;
    let Some(rows) = rows.filter(|rows| rows * seeds <= RUNS_MAX) else {
        let counts: Vec<String> = axes.iter().map(|axis| axis.values.len().to_string()).collect();
        let message = format!("{} combinations on {seeds} seeds are too many", counts.join(" × "));
        let hint = format!("at most {COMBINATIONS_MAX} combinations and {RUNS_MAX} runs: take fewer values or seeds");
        return Err(vec![problem(&path, message, &hint)]);
    };
    let sweep = Sweep { design, goals, axes, seeds };
    let bar = progress_bar(sweep.design.duration, rows * seeds);
    let result = sweep.run(rows, arguments, &bar);
    bar.finish_and_clear();
    result
}

/// The axes, each of whose values fits the design by itself; otherwise all that is wrong.
fn read_axes(set: &[String], path: &Path, text: &str, design: &Design) -> Result<Vec<Axis>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut axes: Vec<Axis> = Vec::new();
    for given in set {
        match Axis::read(given) {
            Err((message, hint)) => problems.push(problem(path, format!("`--set {given}`: {message}"), &hint)),
            Ok(axis) if axes.iter().any(|other| other.path == axis.path) => {
                let message = format!("`{}` is set twice", axis.path);
                problems.push(problem(path, message, "give all its values in one list"));
            }
            Ok(axis) => {
                let misfit = axis.values.iter().find_map(|value| fits(design, &axis.path, value).err());
                let line = line_of(text, &axis.path);
                problems.extend(misfit.into_iter().flatten().map(|problem| Problem { line, ..problem }));
                axes.push(axis);
            }
        }
    }
    let at_path = |problem: Problem| problem.at_path(&path.display().to_string());
    if problems.is_empty() { Ok(axes) } else { Err(problems.into_iter().map(at_path).collect()) }
}

/// Whether the design is still a good one with this setting.
fn fits(design: &Design, path: &str, value: &str) -> Result<(), Vec<Problem>> {
    let mut changed = design.clone();
    set_path(&mut changed, path, node_of(value))?;
    design::read(&design::write(&changed)).map(|_| ())
}

/// The line of the file where a path leads, as far as it does.
fn line_of(text: &str, path: &str) -> u32 {
    let mut node = Node::parse(text, &mut Findings::default());
    let mut line = 1;
    // A wire's name has no dot either.
    for part in path.split('.') {
        let Value::Table(entries) = node.value else { break };
        let same = |entry: &design::Entry| entry.key.split_whitespace().eq(part.split_whitespace());
        let Some(entry) = entries.into_iter().find(same) else { break };
        (line, node) = (entry.line, entry.node);
    }
    line
}

struct Sweep {
    design: Design,
    goals: Vec<Goal>,
    axes: Vec<Axis>,
    seeds: usize,
}

impl Sweep {
    fn run(&self, rows: usize, arguments: &SweepArguments, bar: &ProgressBar) -> Result<(), Vec<Problem>> {
        let mut table = Table::create(arguments.csv.as_deref())?;
        if !table.line(&self.head())? {
            return Ok(());
        }
        let job = |index: usize| {
            let design = self.design_of(index / self.seeds, index % self.seeds);
            simulate_quietly(&design, &self.goals, arguments.run.warmup, bar)
        };
        let (mut runs, mut result) = (Vec::new(), Ok(true));
        in_parallel(rows * self.seeds, job, |index, outcome| {
            runs.push(outcome);
            if runs.len() == self.seeds {
                let line = self.row(index / self.seeds, &runs);
                runs.clear();
                result = bar.suspend(|| table.line(&line));
            }
            matches!(result, Ok(true))
        });
        result.and_then(|_| table.finish())
    }

    /// The design of a combination, with one of the seeds.
    fn design_of(&self, row: usize, seed: usize) -> Design {
        let mut design = Design { seed: self.design.seed.wrapping_add(seed as u64), ..self.design.clone() };
        for (axis, value) in self.axes.iter().zip(combination(&self.axes, row)) {
            set_path(&mut design, &axis.path, node_of(value)).expect("each value was tried");
        }
        design
    }

    fn head(&self) -> Vec<String> {
        let mut head: Vec<String> = self.axes.iter().map(|axis| axis.path.clone()).collect();
        for name in figure_names(&self.design) {
            head.push(name.clone());
            head.extend((self.seeds > 1).then(|| format!("{name} ±95%")));
        }
        head.push("all_goals_met".to_owned());
        head.push("stopped".to_owned());
        head.push("scale".to_owned());
        head
    }

    fn row(&self, row: usize, runs: &[Outcome]) -> Vec<String> {
        let mut line: Vec<String> = combination(&self.axes, row).into_iter().map(str::to_owned).collect();
        let figures: Vec<_> = runs.iter().map(|run| figures_of(run, &self.design)).collect();
        for estimate in estimates(&figures) {
            let told = |figure: fn(Estimate) -> Option<f64>| estimate.and_then(figure).map_or(String::new(), digits);
            line.push(told(|estimate| Some(estimate.mean)));
            line.extend((self.seeds > 1).then(|| told(|estimate| estimate.half_width)));
        }
        let all_met = |run: &&Outcome| run.goals.iter().all(|goal| goal.state == State::Met);
        line.push(match self.goals.is_empty() {
            true => String::new(),
            false => digits(runs.iter().filter(all_met).count() as f64 / runs.len() as f64),
        });
        line.push(stopped(runs).to_string());
        line.push(runs.iter().map(|run| run.report.scale).max().unwrap_or(1).to_string());
        line
    }
}

/// Six significant digits at least, and no more than are needed.
fn digits(figure: f64) -> String {
    let places = match figure.abs() {
        size if size >= 1000.0 => 2,
        size if size >= 1.0 => 5,
        _ => 8,
    };
    let text = format!("{figure:.places$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A table in CSV (RFC 4180), on standard output or in a file.
struct Table {
    name: String,
    out: Box<dyn Write>,
}

impl Table {
    fn create(path: Option<&Path>) -> Result<Table, Vec<Problem>> {
        let Some(path) = path else {
            return Ok(Table { name: "standard output".to_owned(), out: Box::new(std::io::stdout()) });
        };
        let file = fs::File::create(path);
        let file =
            file.map_err(|error| vec![problem(path, format!("cannot be written: {error}"), "give another path")])?;
        Ok(Table { name: path.display().to_string(), out: Box::new(BufWriter::new(file)) })
    }

    /// Writes a line; false where the reader has stopped reading (`sweep … | head`): no problem, but the end.
    fn line(&mut self, cells: &[String]) -> Result<bool, Vec<Problem>> {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        match writeln!(self.out, "{}", cells.join(",")) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn broken(&self, error: &std::io::Error) -> Vec<Problem> {
        vec![problem(Path::new(&self.name), format!("cannot be written: {error}"), "is the disk full?")]
    }

    fn finish(mut self) -> Result<(), Vec<Problem>> {
        match self.out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(self.broken(&error)),
            _ => Ok(()),
        }
    }
}

/// A cell, in quotes where it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
