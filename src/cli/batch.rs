//! Simulating a design to its end, and many of them at once on all cores.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::design::{Design, Scale, Scaling};
use crate::insight::{RunCost, cost_per_hour};
use crate::lesson::{Goal, Grader, Standing};
use crate::metrics::Report;
use crate::sim::{Frame, Parts, Simulation};
use crate::units::Time;

/// What came of one run.
pub struct Outcome {
    /// The seed it ran with.
    pub seed: u64,
    /// What it counted.
    pub report: Report,
    /// What is told of its scale, where not every request was simulated by itself as a matter of course.
    pub scale: Option<String>,
    /// How the goals stand at its end.
    pub goals: Vec<Standing>,
    /// What the design costs per hour, in dollars.
    pub cost: f64,
    /// What the run itself has cost.
    pub run_cost: RunCost,
}

/// Runs a design to its end. `on_frame` sees each frame; its error ends the run.
pub fn simulate<E>(
    design: &Design,
    goals: &[Goal],
    (warmup, scaling): (Time, Scaling),
    bar: &ProgressBar,
    mut on_frame: impl FnMut(&Parts, &Frame) -> Result<(), E>,
) -> Result<Outcome, E> {
    let mut grader = Grader::new(goals, design);
    let scale = scale_of(design, scaling);
    let mut simulation = Simulation::scaled(design, Some(warmup), scale.k);
    let mut shown = 0;
    while let Some(frame) = simulation.frame() {
        let now = simulation.now().0 / 1_000_000;
        bar.inc(now - std::mem::replace(&mut shown, now));
        grader.feed(simulation.parts(), &frame);
        on_frame(simulation.parts(), &frame)?;
    }
    // A run that was stopped leaves the rest out.
    bar.inc((design.duration.0 / 1_000_000).saturating_sub(shown));
    grader.finish();
    let report = Report::of(&simulation).expect("totals were asked for");
    let (cost, run_cost) = (cost_per_hour(design).0, RunCost::of(design, &report));
    let scale = scale.words().map(|(_, words)| words);
    Ok(Outcome { seed: design.seed, report, scale, goals: grader.standings(), cost, run_cost })
}

/// The scale of a run. One that was asked for is taken as it is.
pub fn scale_of(design: &Design, scaling: Scaling) -> Scale {
    let scale = Scale::of(&[design], &[]);
    match scaling {
        Scaling::Auto => scale,
        Scaling::By(k) => Scale { k, because: None, ..scale },
    }
}

/// [`simulate`] for those who need no frames.
pub fn simulate_quietly(design: &Design, goals: &[Goal], warmup: Time, bar: &ProgressBar) -> Outcome {
    match simulate(design, goals, (warmup, Scaling::Auto), bar, |_, _| Ok::<(), std::convert::Infallible>(())) {
        Ok(outcome) => outcome,
    }
}

/// Does jobs `0..count` on all cores and hands their results over in order, until `take` says that it wants no more.
pub fn in_parallel<T: Send>(count: usize, job: impl Fn(usize) -> T + Sync, mut take: impl FnMut(usize, T) -> bool) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..cores.min(count) {
            let (send, next, job) = (send.clone(), &next, &job);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || send.send((index, job(index))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let (mut early, mut wanted) = (BTreeMap::new(), 0);
        for (index, result) in receive {
            early.insert(index, result);
            while let Some(result) = early.remove(&wanted) {
                if !take(wanted, result) {
                    next.store(count, Ordering::Relaxed);
                    return;
                }
                wanted += 1;
            }
        }
    });
}

/// A bar on a terminal; nothing elsewhere, and nothing for runs that are over at once.
pub fn progress_bar(duration: Time, runs: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(duration.0 / 1_000_000 * runs as u64);
    let style = ProgressStyle::with_template("{wide_bar} {percent}%  {eta} left").expect("the template is a constant");
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_until_no_more_are_wanted() {
        let mut seen = Vec::new();
        let job = |index: usize| {
            // The first ones take longest.
            thread::sleep(Duration::from_micros(2000 / (index as u64 + 1)));
            index * index
        };
        in_parallel(50, job, |index, square| {
            seen.push((index, square));
            index < 20
        });
        assert_eq!(seen, (0..=20).map(|index| (index, index * index)).collect::<Vec<_>>());
        in_parallel(0, |_| (), |_, ()| unreachable!("there is nothing to do"));
    }
}
