//! Counting requests: per frame for playing, and in total for a report.

use hdrhistogram::Histogram;

use crate::units::Time;

use super::sketch::Latencies;
use super::{Answers, Figure, Frame, Outcome};

/// Latencies are counted in microseconds, up to an hour.
const LATENCY_MAX_US: u64 = 3_600_000_000;

/// Requests of one frame: of some users, or of a class.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    answers: Answers,
    latency: Latencies,
}

impl Meter {
    /// A request was issued; perhaps an impatient reload.
    #[inline]
    pub fn issue(&mut self, reload: bool) {
        self.answers.issued += 1;
        self.answers.in_flight += 1;
        self.answers.refreshes += u32::from(reload);
    }

    /// A request has ended.
    #[inline]
    pub fn end(&mut self, outcome: Outcome, latency: Time) {
        self.answers.in_flight -= 1;
        if !outcome.is_good() {
            return self.fail(outcome);
        }
        self.latency.record((latency.0 / 1000).clamp(1, LATENCY_MAX_US) as u32);
        self.answers.degraded += u32::from(outcome == Outcome::Degraded);
        self.answers.succeeded += 1;
    }

    #[inline(never)]
    fn fail(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::TimedOut => &mut self.answers.timed_out,
            Outcome::Refused => &mut self.answers.refused,
            Outcome::Shed => &mut self.answers.shed,
            _ => &mut self.answers.failed,
        } += 1;
    }

    /// The frame that ends now; starts a new one.
    pub fn harvest(&mut self) -> Answers {
        let in_flight = self.answers.in_flight;
        let mut answers = std::mem::replace(&mut self.answers, Answers { in_flight, ..Answers::default() });
        if answers.succeeded > 0 {
            answers.latency = self.latency.harvest();
        }
        answers
    }
}

/// Requests since the warm-up.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Requests issued.
    pub issued: u64,
    /// Requests answered well.
    pub succeeded: u64,
    /// Of these, answered less well: by a fallback somewhere on the way.
    pub degraded: u64,
    /// Requests given up on.
    pub timed_out: u64,
    /// Requests refused by a breaker, a bulkhead or a rate limit.
    pub refused: u64,
    /// Requests turned away by a full waiting room.
    pub shed: u64,
    /// Requests that failed otherwise.
    pub failed: u64,
    /// The sum of the latencies of the requests answered well.
    pub latency_sum: f64,
    /// The longest.
    pub latency_max: Time,
    /// How often each step of latency occurs: the steps of an HDR histogram of three digits, counted with less ado.
    steps: Vec<u32>,
}

/// Steps of each doubling of latency; up to twice as many microseconds, each is a step of its own.
const HALF: u32 = 1024;
/// Steps up to 2³² µs, more than an hour.
const STEPS: usize = 23 * HALF as usize;

/// The step of a latency: its highest eleven bits.
#[inline]
fn step_of(micros: u32) -> u32 {
    let order = 21 - (micros | (2 * HALF - 1)).leading_zeros();
    order * HALF + (micros >> order)
}

/// The least latency of a step.
fn least_of(step: u32) -> u64 {
    let order = (step / HALF).saturating_sub(1);
    u64::from(step - order * HALF) << order
}

impl Tally {
    fn new() -> Tally {
        Tally {
            issued: 0,
            succeeded: 0,
            degraded: 0,
            timed_out: 0,
            refused: 0,
            shed: 0,
            failed: 0,
            latency_sum: 0.0,
            latency_max: Time::ZERO,
            steps: vec![0; STEPS],
        }
    }

    /// Requests still under way.
    pub fn in_flight(&self) -> u64 {
        self.issued - self.succeeded - self.timed_out - self.refused - self.shed - self.failed
    }

    /// Latencies of the requests answered well, in microseconds, to three digits; one for each that was simulated.
    pub fn latency(&self) -> Histogram<u32> {
        let mut histogram =
            Histogram::new_with_bounds(1, LATENCY_MAX_US, 3).expect("bounds and digits are constants that fit");
        for (step, count) in (0..).zip(&self.steps).filter(|(_, count)| **count > 0) {
            histogram.saturating_record_n(least_of(step), *count);
        }
        histogram
    }

    #[inline]
    fn end(&mut self, outcome: Outcome, latency: Time, weight: u32) {
        let weight = u64::from(weight);
        if !outcome.is_good() {
            return self.fail(outcome, weight);
        }
        self.steps[step_of((latency.0 / 1000).clamp(1, u64::from(u32::MAX)) as u32) as usize] += 1;
        self.latency_sum += latency.as_secs_f64() * weight as f64;
        self.degraded += u64::from(outcome == Outcome::Degraded) * weight;
        self.latency_max = self.latency_max.max(latency);
        self.succeeded += weight;
    }

    #[inline(never)]
    fn fail(&mut self, outcome: Outcome, weight: u64) {
        *match outcome {
            Outcome::TimedOut => &mut self.timed_out,
            Outcome::Refused => &mut self.refused,
            Outcome::Shed => &mut self.shed,
            _ => &mut self.failed,
        } += weight;
    }

    /// Adds what another has counted.
    fn add(&mut self, other: &Tally) {
        self.issued += other.issued;
        self.succeeded += other.succeeded;
        self.degraded += other.degraded;
        self.timed_out += other.timed_out;
        self.refused += other.refused;
        self.shed += other.shed;
        self.failed += other.failed;
        self.latency_sum += other.latency_sum;
        self.latency_max = self.latency_max.max(other.latency_max);
        self.steps.iter_mut().zip(&other.steps).for_each(|(sum, count)| *sum += count);
    }
}

/// What a whole run has counted since its warm-up. A request counts if it was wanted after it.
#[derive(Clone, Debug)]
pub struct Totals {
    /// Where counting starts.
    pub warmup: Time,
    /// By class, in the order of [`super::Parts::classes`].
    pub classes: Vec<Tally>,
    /// Attempts that left users, retries counted.
    pub attempts: u64,
    /// How many real requests each that is counted stands for.
    pub weight: u32,
    /// The frames since the warm-up, added up: counts are sums, averages are sums of averages.
    pub sums: Sums,
    /// The latencies of all requests answered well, added up as they ended.
    latency_sum: f64,
}

/// Frames added up.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// How many frames.
    pub frames: u32,
    /// One for each component.
    pub components: Vec<ComponentSum>,
    /// One for each wire.
    pub wires: Vec<WireSum>,
}

/// A component's frames added up; see [`super::ComponentFrame`].
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct ComponentSum {
    pub arrivals: u64,
    pub completions: u64,
    pub shed: u64,
    pub failed: u64,
    pub late: u64,
    pub expired: u64,
    pub began: u64,
    pub waited_s: f64,
    /// Busy servers, summed over frames; `servers` likewise, so that their ratio is the utilization.
    pub busy: f64,
    pub servers: f64,
    pub waiting: f64,
    pub hits: u64,
    pub misses: u64,
    pub stale: u64,
    /// What only its kind has, in the order of [`Figure`]: the figure, folded, and of how many frames.
    pub figures: Vec<(Figure, f64, u32)>,
}

impl ComponentSum {
    /// Folds a frame's figures in. Nearly always they are the same ones in the same order as in the frames before.
    fn fold(&mut self, figures: &[(Figure, f32)]) {
        for (index, (figure, value)) in figures.iter().enumerate() {
            let known = self.figures.get(index).is_some_and(|(known, ..)| known == figure);
            let found = if known { Ok(index) } else { self.figures.binary_search_by_key(figure, |(known, ..)| *known) };
            let place = found.unwrap_or_else(|place| {
                self.figures.insert(place, (*figure, 0.0, 0));
                place
            });
            let (_, folded, frames) = &mut self.figures[place];
            *frames += 1;
            *folded = figure.info().fold.add(*folded, f64::from(*value), *frames);
        }
    }
}

/// A wire's frames added up; see [`super::WireFrame`].
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct WireSum {
    pub attempts: u64,
    pub retries: u64,
    pub hedges: u64,
    pub ok: u64,
    pub timed_out: u64,
    pub refused: u64,
    pub shed: u64,
    pub failed: u64,
    pub beaten: u64,
    pub degraded: u64,
    pub late: u64,
    pub lost: u64,
    pub bytes: u64,
}

impl Totals {
    /// Nothing counted yet, of requests that stand for so many each.
    pub fn new(warmup: Time, weight: u32) -> Totals {
        Totals { warmup, classes: Vec::new(), attempts: 0, weight, sums: Sums::default(), latency_sum: 0.0 }
    }

    /// All requests.
    pub fn requests(&self) -> Tally {
        let mut all = Tally::new();
        self.classes.iter().for_each(|class| all.add(class));
        // Added up in another order, the sum would differ in its last digits.
        all.latency_sum = self.latency_sum;
        all
    }

    /// Makes room for this many classes.
    pub fn expect_classes(&mut self, count: usize) {
        self.classes.resize_with(count, Tally::new);
    }

    /// A request was wanted now; whether it counts.
    #[inline]
    pub fn issue(&mut self, class: u16, now: Time) -> bool {
        let counts = now >= self.warmup;
        self.classes[usize::from(class)].issued += u64::from(counts) * u64::from(self.weight);
        counts
    }

    /// A request that counts has ended.
    #[inline]
    pub fn end(&mut self, class: u16, outcome: Outcome, latency: Time) {
        if outcome.is_good() {
            self.latency_sum += latency.as_secs_f64() * f64::from(self.weight);
        }
        self.classes[usize::from(class)].end(outcome, latency, self.weight);
    }

    /// Adds a frame that ended at `end`.
    pub fn fold(&mut self, frame: &Frame, end: Time) {
        if end <= self.warmup {
            return;
        }
        let sums = &mut self.sums;
        sums.frames += 1;
        sums.components.resize_with(frame.components.len(), ComponentSum::default);
        sums.wires.resize_with(frame.wires.len(), WireSum::default);
        for (sum, seen) in sums.components.iter_mut().zip(&frame.components) {
            sum.arrivals += u64::from(seen.arrivals);
            sum.completions += u64::from(seen.completions);
            sum.shed += u64::from(seen.shed);
            sum.failed += u64::from(seen.failed);
            sum.late += u64::from(seen.late);
            sum.expired += u64::from(seen.expired);
            sum.began += u64::from(seen.began);
            sum.waited_s += seen.waited;
            sum.busy += f64::from(seen.busy);
            sum.servers += f64::from(seen.servers);
            sum.waiting += f64::from(seen.waiting);
            sum.hits += u64::from(seen.hits);
            sum.misses += u64::from(seen.misses);
            sum.stale += u64::from(seen.stale);
            sum.fold(&seen.figures);
        }
        for (sum, seen) in sums.wires.iter_mut().zip(&frame.wires) {
            sum.attempts += u64::from(seen.attempts);
            sum.retries += u64::from(seen.retries);
            sum.hedges += u64::from(seen.hedges);
            sum.ok += u64::from(seen.ok);
            sum.timed_out += u64::from(seen.timed_out);
            sum.refused += u64::from(seen.refused);
            sum.shed += u64::from(seen.shed);
            sum.failed += u64::from(seen.failed);
            sum.beaten += u64::from(seen.beaten);
            sum.degraded += u64::from(seen.degraded);
            sum.late += u64::from(seen.late);
            sum.lost += u64::from(seen.lost);
            sum.bytes += seen.bytes;
        }
    }
}
