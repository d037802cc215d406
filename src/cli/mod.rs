//! The command line: `pressure-point run …`, `pressure-point check …`.

mod check;
mod run;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Verify lessons: the start must miss a goal, the solution meet all, each wrong build lose for its reason.
    Check {
        /// Lesson folders, or folders of lessons.
        #[arg(default_value = "lessons")]
        paths: Vec<PathBuf>,
    },
}

/// What `run` takes.
#[derive(clap::Args)]
struct RunArguments {
    /// A design file, or a lesson folder (its start.toml is run).
    file: PathBuf,
    /// Another seed than the design's.
    #[arg(long)]
    seed: Option<u64>,
    /// Another duration than the design's, such as 30s or 5m.
    #[arg(long)]
    duration: Option<Time>,
    /// Leave this much of the start out of all figures.
    #[arg(long, default_value = "0s")]
    warmup: Time,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Write one line for each 100 ms of simulated time to this file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check { paths } => check::check(&paths),
    }
}
