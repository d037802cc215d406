//! The command line: `pressure-point run …`, `sweep …`, `check …`, `grade …`.

mod batch;
mod check;
mod explain;
mod figures;
mod grade;
mod grid;
mod new_lesson;
mod run;
mod serve;
mod sweep;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::design::Scaling;
use crate::units::Time;

/// Learn system design by breaking systems.
#[derive(Parser)]
#[command(name = "pressure-point", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a design file, or a lesson folder's start design, and report.
    Run(RunArguments),
    /// Run a grid of settings, and print a table of the main figures (CSV).
    Sweep(SweepArguments),
    /// Verify lessons: the start must miss a goal, the solution meet all, each wrong build lose for its reason.
    Check {
        /// Lesson folders, or folders of lessons.
        #[arg(default_value = "lessons")]
        paths: Vec<PathBuf>,
    },
    /// Make a folder with a small lesson to be rewritten, and add it to the course.
    NewLesson {
        /// The lesson's folder below that of the course, such as `part-1/14-my-lesson`.
        name: String,
        /// The folder of the course.
        #[arg(long, value_name = "DIR", default_value = "lessons")]
        lessons: PathBuf,
    },
    /// Serve a built site on 127.0.0.1 with your lessons in it; the open lesson is read again whenever you save.
    #[command(visible_alias = "preview")]
    Serve(ServeArguments),
    /// Play all results that students handed in again, and tell who passed, who failed and what was forged.
    Grade(GradeArguments),
}

/// What `serve` takes.
#[derive(clap::Args)]
struct ServeArguments {
    /// The built site.
    #[arg(default_value = "dist")]
    site: PathBuf,
    /// Where your lessons are: what is here is served in place of the site's own.
    #[arg(long, value_name = "DIR", default_value = "lessons")]
    lessons: PathBuf,
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// What `grade` takes.
#[derive(clap::Args)]
struct GradeArguments {
    /// The folder with the result files.
    folder: PathBuf,
    /// The folder of your own course: goals and rules come from there, never from the results.
    #[arg(long, default_value = "lessons", value_name = "DIR")]
    course: PathBuf,
    /// The seed that was assigned; a run with another one fails.
    #[arg(long)]
    seed: Option<u64>,
    /// Play what passed on this many further seeds, and tell on how many it holds.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=1_000))]
    seeds: u64,
    /// Write the table to this file as CSV, too.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// What `run` takes.
#[derive(clap::Args)]
struct RunArguments {
    /// A design file, or a lesson folder (its start.toml is run).
    file: PathBuf,
    #[command(flatten)]
    run: Runs,
    /// How many real requests a simulated one stands for: a number, or `auto`. Auto is 1 up to half a million requests a
    /// second; above that, as many as it takes and as the design allows.
    #[arg(long, value_name = "K", default_value = "auto")]
    scale: Scaling,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Write one line for each 100 ms of simulated time to this file (of the first seed).
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Tell why it went as it did: incidents, their causes, and the reasons for failures (of the first seed).
    #[arg(long)]
    explain: bool,
    /// Write a post-mortem of the run in Markdown to this file (of the first seed).
    #[arg(long, value_name = "FILE")]
    postmortem: Option<PathBuf>,
}

/// What `sweep` takes.
#[derive(clap::Args)]
struct SweepArguments {
    /// A design file, or a lesson folder (its start.toml is run).
    file: PathBuf,
    /// A setting and its values: `components.app-1.cores=1..16`, `wires.users -> lb.timeout=100ms,1s`,
    /// `classes.feed.cpu=1ms..5ms:1ms`, `components.db.concurrency=1..64:x2`. Several make a grid.
    #[arg(long, required = true, value_name = "PATH=VALUES")]
    set: Vec<String>,
    #[command(flatten)]
    run: Runs,
    /// Write the table to this file, not to standard output.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// How a design is run.
#[derive(clap::Args)]
struct Runs {
    /// Another seed than the design's.
    #[arg(long)]
    seed: Option<u64>,
    /// Run this many seeds, from the first one up, and give means with 95 % confidence intervals.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: Option<u32>,
    /// Another duration than the design's, such as 30s or 5m.
    #[arg(long)]
    duration: Option<Time>,
    /// Leave this much of the start out of all figures.
    #[arg(long, default_value = "0s")]
    warmup: Time,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Check { paths } => check::check(&paths),
        Command::NewLesson { name, lessons } => new_lesson::new_lesson(&name, &lessons),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Grade(arguments) => grade::grade(&arguments),
    }
}
