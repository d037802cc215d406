//! The report of a run in words, for a terminal.

use std::fmt::Write;
use std::time::Duration;

use crate::design::Design;
use crate::lesson::{Standing, State};
use crate::metrics::{Estimate, Report};
use crate::units::{Money, Time};

use super::batch::Outcome;
use super::figures::{estimates, figure_names, figures_of, goal_counts, stopped};

/// The whole report of a run.
pub fn in_words(outcome: &Outcome, wall: Duration) -> String {
    let mut out = summary(outcome, wall);
    components(&outcome.report, &mut out);
    wires(&outcome.report, &mut out);
    graded(&outcome.goals, &mut out);
    out
}

/// What several seeds came to.
pub fn seeds_in_words(outcomes: &[Outcome], design: &Design) -> String {
    let mut out = String::new();
    let (first, count) = (outcomes[0].seed, outcomes.len());
    _ = writeln!(out, "\n{count} seeds from {first}: mean ± half the 95% confidence interval (Student's t)");
    let runs: Vec<_> = outcomes.iter().map(|outcome| figures_of(outcome, design)).collect();
    for (name, estimate) in figure_names(design).iter().zip(estimates(&runs)) {
        let told = estimate.map_or("nothing to measure".to_owned(), |estimate| estimate_in_words(name, estimate));
        _ = writeln!(out, "  {name:<28}{told}");
    }
    match stopped(outcomes) {
        0 => {}
        stopped => _ = writeln!(out, "  {stopped} of {count} runs were stopped early"),
    }
    for (goal, met) in goal_counts(outcomes) {
        _ = writeln!(out, "  met on {met:>3} of {count}   {goal}");
    }
    out
}

fn estimate_in_words(name: &str, estimate: Estimate) -> String {
    let told = |figure: f64| match name {
        name if name.ends_with("latency_s") || name.starts_with('p') && name.ends_with("_s") => ms(figure),
        name if name == "error_rate" || name.starts_with("utilization") => format!("{:.2}%", 100.0 * figure),
        "cost_per_million_usd" => Money(figure).to_string(),
        "cost_per_hour_usd" => format!("{}/h", Money(figure)),
        _ => format!("{figure:.2}"),
    };
    let half = estimate.half_width.map_or("(one run has no interval)".to_owned(), told);
    format!("{:>12} ± {half}", told(estimate.mean))
}

fn ms(seconds: f64) -> String {
    Time::from_secs_f64(seconds).rounded()
}

fn summary(outcome: &Outcome, wall: Duration) -> String {
    let report = &outcome.report;
    let (requests, latency) = (&report.requests, &report.latency_s);
    let simulated = Time::from_secs_f64(report.simulated_s);
    let mut out = format!("seed {}, {simulated} simulated in {:.2} s\n", outcome.seed, wall.as_secs_f64());
    if let Some(words) = &outcome.scale {
        _ = writeln!(out, "{words}");
    }
    if let Some(why) = &report.stopped {
        _ = writeln!(out, "{why}");
    }
    let share = |count: u64| 100.0 * count as f64 / requests.issued.max(1) as f64;
    let failed = &requests.failed;
    _ = writeln!(out, "\nrequests   {:>10}", requests.issued);
    for (name, count) in [
        ("succeeded", requests.succeeded),
        ("timed out", failed.timed_out),
        ("refused", failed.refused),
        ("shed", failed.shed),
        ("failed", failed.failed),
        ("in flight", requests.in_flight),
    ] {
        _ = writeln!(out, "  {name:<9}{count:>10}  {:5.1}%", share(count));
    }
    if requests.degraded > 0 {
        let part = share(requests.degraded);
        _ = writeln!(
            out,
            "  of those that succeeded, {} ({part:.1}%) got a poorer answer by a fallback",
            requests.degraded
        );
    }
    _ = write!(out, "latency    mean {}, p50 {}, p95 {}", ms(latency.mean), ms(latency.p50), ms(latency.p95));
    _ = writeln!(out, ", p99 {}, max {}", ms(latency.p99), ms(latency.max));
    let cost = &outcome.run_cost;
    _ = write!(out, "cost       {}/h, this run {}", Money(outcome.cost), cost.total());
    let per_million = cost.per_million.map(|money| format!(", {money} per million good answers"));
    _ = writeln!(out, "{}", per_million.unwrap_or_default());
    out
}

fn components(report: &Report, out: &mut String) {
    let head = ["arrivals", "completed", "shed", "busy", "queue", "wait"];
    _ = write!(out, "\n{:<16}{:>10}{:>10}{:>9}", "component", head[0], head[1], head[2]);
    _ = writeln!(out, "{:>7}{:>9}{:>10}", head[3], head[4], head[5]);
    for (name, seen) in &report.components {
        _ = write!(out, "{name:<16}{:>10}{:>10}{:>9}", seen.arrivals, seen.completions, seen.shed);
        let (busy, queue) = (100.0 * seen.utilization, seen.mean_queue_length);
        _ = writeln!(out, "{busy:>6.0}%{queue:>9.1}{:>10}", ms(seen.mean_wait_s));
    }
}

fn wires(report: &Report, out: &mut String) {
    _ = writeln!(out, "\n{:<28}{:>10}{:>10}{:>9}{:>9}{:>9}", "wire", "attempts", "ok", "failed", "retries", "late");
    for (name, seen) in &report.wires {
        _ = write!(out, "{name:<28}{:>10}{:>10}", seen.attempts, seen.ok);
        _ = writeln!(out, "{:>9}{:>9}{:>9}", seen.failed, seen.retries, seen.late);
    }
}

fn graded(goals: &[Standing], out: &mut String) {
    if !goals.is_empty() {
        _ = writeln!(out, "\ngoals");
    }
    for goal in goals {
        _ = writeln!(
            out,
            "  {:<8}{:<50}{}",
            if goal.state == State::Met { "met" } else { "missed" },
            goal.text,
            goal.value
        );
    }
}
