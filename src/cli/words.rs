//! The report of a run in words, for a terminal.

use std::fmt::Write;
use std::time::Duration;

use crate::design::Design;
use crate::insight::{RunCost, cost_per_hour};
use crate::lesson::{Standing, State};
use crate::metrics::Report;
use crate::units::Time;

/// The whole report.
pub fn in_words(report: &Report, design: &Design, goals: &[Standing], wall: Duration) -> String {
    let mut out = summary(report, design, wall);
    components(report, &mut out);
    wires(report, &mut out);
    graded(goals, &mut out);
    out
}

fn ms(seconds: f64) -> String {
    Time::from_secs_f64(seconds).rounded()
}

fn summary(report: &Report, design: &Design, wall: Duration) -> String {
    let (requests, latency) = (&report.requests, &report.latency_s);
    let simulated = Time::from_secs_f64(report.simulated_s);
    let mut out = format!("seed {}, {simulated} simulated in {:.2} s\n", design.seed, wall.as_secs_f64());
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
    let cost = RunCost::of(design, report);
    _ = write!(out, "cost       {}/h, this run {}", cost_per_hour(design), cost.total());
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
