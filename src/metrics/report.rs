//! The report of a finished run, in the words of queueing theory.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::sim::{ComponentSum, FRAME, Simulation, Tally, WireSum};

/// What a run came to, since its warm-up. Times are in seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Simulated seconds, the warm-up included.
    pub simulated_s: f64,
    /// Simulated seconds that count: without the warm-up.
    pub counted_s: f64,
    /// Events processed.
    pub events: u64,
    /// A hash of the whole history, in hexadecimal.
    pub trace_hash: String,
    /// How many real requests a simulated one stands for.
    pub scale: u32,
    /// Why it was stopped before its time, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// What users asked for.
    pub requests: Requests,
    /// How long they waited for good answers.
    pub latency_s: Latency,
    /// By component name, in the design's order.
    #[serde(serialize_with = "as_map")]
    pub components: Vec<(String, ComponentReport)>,
    /// By wire name.
    #[serde(serialize_with = "as_map")]
    pub wires: Vec<(String, WireReport)>,
    /// By class name.
    #[serde(serialize_with = "as_map")]
    pub classes: Vec<(String, ClassReport)>,
}

/// Requests as their users see them: issued = succeeded + failed + in flight.
#[derive(Clone, Debug, Serialize)]
pub struct Requests {
    /// Requests wanted, reloads counted.
    pub issued: u64,
    /// Answered, well or less well.
    pub succeeded: u64,
    /// Of these, answered less well: by a fallback somewhere on the way.
    pub degraded: u64,
    /// Not answered well, by reason.
    pub failed: Failures,
    /// Still under way at the end.
    pub in_flight: u64,
    /// Attempts made by users, retries counted.
    pub attempts: u64,
}

/// Failures by reason.
#[derive(Clone, Debug, Serialize)]
pub struct Failures {
    /// The user, or a caller on the way, stopped waiting.
    pub timed_out: u64,
    /// A breaker, a bulkhead or a rate limit refused.
    pub refused: u64,
    /// A waiting room was full.
    pub shed: u64,
    /// Anything else.
    pub failed: u64,
}

/// Latencies of good answers, from first attempt to end.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Latency {
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// One component.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentReport {
    /// Requests that came in; for clients, requests issued.
    pub arrivals: u64,
    /// Answered well.
    pub completions: u64,
    /// Turned away by a full waiting room.
    pub shed: u64,
    /// Answered with a failure.
    pub failed: u64,
    /// Worked off for callers that had given up.
    pub late: u64,
    /// Work dropped because its deadline had passed: requests not begun, calls not made.
    pub expired: u64,
    /// Busy share of its servers (a server's cores, a database's statements, a storage's line).
    pub utilization: f64,
    /// Mean number waiting.
    pub mean_queue_length: f64,
    /// Mean time in the waiting room (and for a core) of those that left it.
    pub mean_wait_s: f64,
    /// Share of look-ups that hit, of a cache.
    pub hit_ratio: Option<f64>,
    /// Hits that were out of date, of a cache.
    pub stale_reads: Option<u64>,
    /// What only its kind has, by the word of the figure: counts, seconds, shares or bytes.
    #[serde(flatten)]
    pub figures: BTreeMap<&'static str, f64>,
}

/// One wire.
#[derive(Clone, Debug, Serialize)]
pub struct WireReport {
    /// Attempts made, retries and hedges counted.
    pub attempts: u64,
    /// Answered well in time.
    pub ok: u64,
    /// Not answered well in time: the four reasons together.
    pub failed: u64,
    /// Attempts that were retries.
    pub retries: u64,
    /// Attempts that were hedges.
    pub hedges: u64,
    /// Attempts whose twin answered first.
    pub beaten: u64,
    /// Calls answered by the fallback.
    pub degraded: u64,
    /// The caller stopped waiting.
    pub timed_out: u64,
    /// Refused by breaker or bulkhead.
    pub refused: u64,
    /// Shed by the callee.
    pub shed: u64,
    /// Answers after the caller had stopped waiting.
    pub late: u64,
    /// Requests and answers lost on the way.
    pub lost: u64,
    /// Bytes that went through, both ways.
    pub bytes: u64,
}

/// One request class.
#[derive(Clone, Debug, Serialize)]
pub struct ClassReport {
    /// Requests wanted.
    pub issued: u64,
    /// Answered, well or less well.
    pub succeeded: u64,
    /// Of these, answered less well.
    pub degraded: u64,
    /// The latency that 99% of the good answers stay below.
    pub p99: f64,
}

impl Report {
    /// The report of a simulation that was asked for totals; none otherwise.
    pub fn of(simulation: &Simulation) -> Option<Report> {
        let totals = simulation.totals()?;
        let (parts, requests) = (simulation.parts(), totals.requests());
        let seconds = f64::from(totals.sums.frames) * FRAME.as_secs_f64();
        let name = |index: u32| parts.components[index as usize].as_str();
        let components = parts.components.iter().cloned();
        let wires = parts.wires.iter().map(|(from, to)| format!("{} -> {}", name(*from), name(*to)));
        let copies = simulation.copies();
        let component = |(index, sum): (usize, &ComponentSum)| component_of(sum, copies[index], seconds);
        Some(Report {
            simulated_s: simulation.now().as_secs_f64(),
            counted_s: seconds,
            events: simulation.events(),
            trace_hash: format!("{:016x}", simulation.trace_hash()),
            scale: simulation.stands_for(),
            stopped: match simulation.status() {
                crate::sim::Status::Stopped(why) => Some(why.clone()),
                _ => None,
            },
            requests: requests_of(&requests, totals.attempts),
            latency_s: latency_of(&requests),
            components: components.zip(totals.sums.components.iter().enumerate().map(component)).collect(),
            wires: wires.zip(totals.sums.wires.iter().map(wire_of)).collect(),
            classes: parts.classes.iter().cloned().zip(totals.classes.iter().map(class_of)).collect(),
        })
    }
}

fn requests_of(tally: &Tally, attempts: u64) -> Requests {
    Requests {
        issued: tally.issued,
        succeeded: tally.succeeded,
        degraded: tally.degraded,
        failed: Failures { timed_out: tally.timed_out, refused: tally.refused, shed: tally.shed, failed: tally.failed },
        in_flight: tally.in_flight(),
        attempts,
    }
}

fn quantile(latency: &Histogram<u32>, share: f64) -> f64 {
    latency.value_at_quantile(share) as f64 / 1e6
}

fn latency_of(tally: &Tally) -> Latency {
    let latency = tally.latency();
    Latency {
        mean: ratio(tally.latency_sum, tally.succeeded as f64),
        p50: quantile(&latency, 0.50),
        p90: quantile(&latency, 0.90),
        p95: quantile(&latency, 0.95),
        p99: quantile(&latency, 0.99),
        p999: quantile(&latency, 0.999),
        max: tally.latency_max.as_secs_f64(),
    }
}

fn component_of(sum: &ComponentSum, copies: bool, seconds: f64) -> ComponentReport {
    let frames = seconds / FRAME.as_secs_f64();
    // One by one: to collect them sorts them first, with a sort of its own.
    let mut figures = BTreeMap::new();
    for (figure, folded, _) in &sum.figures {
        figures.insert(figure.info().word, *folded);
    }
    ComponentReport {
        arrivals: sum.arrivals,
        completions: sum.completions,
        shed: sum.shed,
        failed: sum.failed,
        late: sum.late,
        expired: sum.expired,
        utilization: ratio(sum.busy, sum.servers),
        mean_queue_length: ratio(sum.waiting, frames),
        mean_wait_s: ratio(sum.waited_s, sum.began as f64),
        hit_ratio: (copies && sum.hits + sum.misses > 0).then(|| sum.hits as f64 / (sum.hits + sum.misses) as f64),
        stale_reads: copies.then_some(sum.stale),
        figures,
    }
}

fn wire_of(sum: &WireSum) -> WireReport {
    WireReport {
        attempts: sum.attempts,
        ok: sum.ok,
        failed: sum.timed_out + sum.refused + sum.shed + sum.failed,
        retries: sum.retries,
        hedges: sum.hedges,
        beaten: sum.beaten,
        degraded: sum.degraded,
        timed_out: sum.timed_out,
        refused: sum.refused,
        shed: sum.shed,
        late: sum.late,
        lost: sum.lost,
        bytes: sum.bytes,
    }
}

fn class_of(tally: &Tally) -> ClassReport {
    ClassReport {
        issued: tally.issued,
        succeeded: tally.succeeded,
        degraded: tally.degraded,
        p99: quantile(&tally.latency(), 0.99),
    }
}

/// A quotient that is 0 where there is nothing to divide by.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn as_map<T: Serialize, S: serde::Serializer>(pairs: &[(String, T)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}
