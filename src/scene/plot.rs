//! The geometry of the charts: what was recorded up to the playhead, as a few hundred points with nice ticks.
//!
//! [`Curves`] grows with the recording, frame by frame; a [`Plot`] is cut from it for one width and one stretch of time.

use crate::metrics::Recording;
use crate::sim::{FRAME, Frame};
use crate::units::{Time, nice_step, put_in_order};

use super::figures::share_text;

pub use super::axis::{Tick, clock, clock_tenths, short, time_ticks};

/// Frames that are averaged into one value: a second. A raw signal flickers too fast to read.
pub(super) const SMOOTH: usize = 10;
/// Lines of the queue chart at most.
const QUEUES_MAX: usize = 4;

/// The charts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Requests issued and answered well, per second.
    Traffic,
    /// Latency percentiles of the requests answered well.
    Latency,
    /// Requests lost, per second, by reason.
    Errors,
    /// Requests waiting, of the components where most wait.
    Queues,
    /// Requests that come to one component and that it answers well, per second.
    PartTraffic,
    /// The busy share of its servers, the held share of its slots, and what a cache finds.
    PartInUse,
    /// Requests waiting at it.
    PartWaiting,
    /// How long those waited that came out of its waiting room.
    PartWait,
    /// Requests it did not answer well, or worked off for nobody, per second.
    PartErrors,
}

impl Chart {
    /// Those of the users, in the order of the screen.
    pub const USERS: [Chart; 4] = [Chart::Traffic, Chart::Latency, Chart::Errors, Chart::Queues];
    /// Those of a component, in the order of the screen.
    pub const PART: [Chart; 5] =
        [Chart::PartTraffic, Chart::PartInUse, Chart::PartWaiting, Chart::PartWait, Chart::PartErrors];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Chart::Traffic | Chart::PartTraffic => "Requests per second",
            Chart::Latency => "Latency",
            Chart::Errors | Chart::PartErrors => "Failures per second",
            Chart::Queues | Chart::PartWaiting => "Requests waiting",
            Chart::PartInUse => "Share in use",
            Chart::PartWait => "Time spent waiting",
        }
    }

    /// A value of this chart as people write it.
    pub fn value_text(self, value: f64) -> String {
        match self {
            Chart::Latency | Chart::PartWait => Time::from_secs_f64(value).rounded(),
            Chart::PartInUse => share_text(value),
            Chart::Traffic | Chart::Errors | Chart::PartTraffic | Chart::PartErrors => format!("{}/s", short(value)),
            Chart::Queues | Chart::PartWaiting => short(value),
        }
    }
}

/// What a line means; the screen gives it colour and pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Requests issued.
    Offered,
    /// Requests answered well.
    Succeeded,
    /// The median.
    P50,
    /// One of twenty is slower.
    P95,
    /// One of a hundred is slower.
    P99,
    /// Given up on.
    TimedOut,
    /// Turned away by a breaker, bulkhead or rate limit.
    Refused,
    /// Turned away because a waiting room was full.
    Shed,
    /// Anything else that went wrong.
    Failed,
    /// The queue with this rank by length.
    Queue(u8),
    /// Busy servers.
    Busy,
    /// Held slots.
    Held,
    /// Look-ups that found their key.
    Found,
    /// Work for nobody.
    Late,
}

/// One line of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it means.
    pub role: Role,
    /// What the legend says.
    pub name: String,
    /// The points: seconds and value. In a gap nothing is known.
    pub points: Vec<Option<(f64, f64)>>,
    /// The value at the playhead.
    pub now: Option<f64>,
}

/// A chart, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Which one.
    pub chart: Chart,
    /// The stretch of time it shows, in seconds.
    pub seconds: (f64, f64),
    /// The top of the value axis; the bottom is 0.
    pub top: f64,
    /// Marks on the time axis.
    pub ticks_time: Vec<Tick>,
    /// Marks on the value axis.
    pub ticks_value: Vec<Tick>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// The values behind all charts, one for each frame, smoothed.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    offered: Vec<f32>,
    succeeded: Vec<f32>,
    lost: [Vec<f32>; 4],
    latency: [Vec<f32>; 3],
    /// By component, then frame; a component that came later has leading zeros.
    waiting: Vec<Vec<f32>>,
}

const LOST: [(Role, &str); 4] =
    [(Role::TimedOut, "timed out"), (Role::Shed, "shed"), (Role::Refused, "refused"), (Role::Failed, "failed")];
const LATENCY: [(Role, &str, f64); 3] = [(Role::P99, "p99", 0.99), (Role::P95, "p95", 0.95), (Role::P50, "p50", 0.50)];

impl Curves {
    /// Forgets all from this frame on.
    pub fn truncate(&mut self, frames: usize) {
        for curve in self.lost.iter_mut().chain(&mut self.latency).chain(&mut self.waiting) {
            curve.truncate(frames);
        }
        self.offered.truncate(frames);
        self.succeeded.truncate(frames);
    }

    /// Takes in the frames that were recorded since, at most this many; the rest waits for the next call.
    pub fn follow(&mut self, recording: &Recording, frames_max: usize) {
        self.truncate(recording.frames.len());
        let known = self.offered.len();
        for end in known + 1..=recording.frames.len().min(known + frames_max) {
            self.push(&recording.frames[end.saturating_sub(SMOOTH)..end]);
        }
    }

    /// Takes in the last of these frames, smoothed over all of them.
    fn push(&mut self, recent: &[Frame]) {
        let seconds = recent.len() as f64 * FRAME.as_secs_f64();
        let rate = |count: fn(&crate::sim::Answers) -> u32| {
            let total: u64 = recent.iter().flat_map(|frame| &frame.users).map(|users| u64::from(count(users))).sum();
            (total as f64 / seconds) as f32
        };
        self.offered.push(rate(|users| users.issued));
        self.succeeded.push(rate(|users| users.succeeded));
        let lost = [rate(|u| u.timed_out), rate(|u| u.shed), rate(|u| u.refused), rate(|u| u.failed)];
        self.lost.iter_mut().zip(lost).for_each(|(curve, rate)| curve.push(rate));
        let latency = percentiles(recent, LATENCY.map(|(_, _, share)| share));
        self.latency.iter_mut().zip(latency).for_each(|(curve, value)| curve.push(value));
        self.push_waiting(recent);
    }

    fn push_waiting(&mut self, recent: &[Frame]) {
        let frames = self.offered.len();
        let components = recent.last().map_or(0, |frame| frame.components.len());
        while self.waiting.len() < components {
            self.waiting.push(Vec::new());
        }
        for (index, curve) in self.waiting.iter_mut().enumerate() {
            curve.resize(frames - 1, 0.0);
            let total: f32 = recent.iter().filter_map(|frame| frame.components.get(index)).map(|c| c.waiting).sum();
            curve.push(total / recent.len() as f32);
        }
    }

    /// One chart of what was recorded by the playhead, over this stretch of time, for about this many pixels.
    pub fn plot(&self, chart: Chart, names: &[String], playhead: Time, shown: (Time, Time), pixels: u32) -> Plot {
        let cut = Cut::new(playhead, shown, pixels);
        let mut lines = match chart {
            Chart::Traffic => vec![
                cut.mean(Role::Offered, "sent", &self.offered),
                cut.mean(Role::Succeeded, "answered", &self.succeeded),
            ],
            Chart::Latency => LATENCY
                .iter()
                .zip(&self.latency)
                .map(|((role, name, _), curve)| cut.highest(*role, name, curve))
                .collect(),
            Chart::Errors => {
                LOST.iter().zip(&self.lost).map(|((role, name), curve)| cut.mean(*role, name, curve)).collect()
            }
            Chart::Queues => self.queues(names, &cut),
            // A component's are cut from its frames: see `part_plot`.
            Chart::PartTraffic | Chart::PartInUse | Chart::PartWaiting | Chart::PartWait | Chart::PartErrors => vec![],
        };
        if chart == Chart::Errors {
            // What never happens needs no line; the legend would only be longer.
            lines.retain(|line| highest_of(line) > 0.0);
        }
        Plot::of(chart, &cut, pixels, lines)
    }

    fn queues(&self, names: &[String], cut: &Cut) -> Vec<Line> {
        let longest = |curve: &Vec<f32>| curve[cut.range(curve)].iter().copied().fold(0.0, f32::max);
        let mut ranked: Vec<(f32, usize)> = self
            .waiting
            .iter()
            .enumerate()
            .map(|(index, curve)| (longest(curve), index))
            .filter(|(most, _)| *most >= 0.5)
            .collect();
        put_in_order(&mut ranked, |a, b| a.0.total_cmp(&b.0).is_gt());
        ranked.truncate(QUEUES_MAX);
        let line = |(rank, (_, index)): (usize, &(f32, usize))| {
            let name = names.get(*index).map_or("?", String::as_str);
            cut.highest(Role::Queue(rank as u8), name, &self.waiting[*index])
        };
        ranked.iter().enumerate().map(line).collect()
    }
}

impl Plot {
    pub(super) fn of(chart: Chart, cut: &Cut, pixels: u32, lines: Vec<Line>) -> Plot {
        let (top, ticks_value) = value_axis(chart, lines.iter().map(highest_of).fold(0.0, f64::max));
        Plot { chart, seconds: cut.seconds, top, ticks_time: time_ticks(cut.seconds, pixels), ticks_value, lines }
    }

    /// The values of all lines at a time, for a tooltip; none where nothing is known.
    pub fn values_at(&self, seconds: f64) -> Vec<(&Line, Option<f64>)> {
        let at = |line: &Line| {
            let near = |point: &&(f64, f64)| (point.0 - seconds).abs();
            let nearest = line.points.iter().flatten().min_by(|a, b| near(a).total_cmp(&near(b)))?;
            let apart = (nearest.0 - seconds).abs();
            (apart <= 2.0 * FRAME.as_secs_f64() + (self.seconds.1 - self.seconds.0) / 100.0).then_some(nearest.1)
        };
        self.lines.iter().map(|line| (line, at(line))).collect()
    }

    /// The chart in words, at the playhead.
    pub fn summary(&self) -> String {
        let said: Vec<String> = self
            .lines
            .iter()
            .filter_map(|line| Some(format!("{} {}", line.name, self.chart.value_text(line.now?))))
            .collect();
        match said.is_empty() {
            true => format!("{}: nothing yet", self.chart.title()),
            false => format!("{}: {}", self.chart.title(), said.join(", ")),
        }
    }
}

/// A stretch of the curves and how it is thinned out.
pub(super) struct Cut {
    seconds: (f64, f64),
    pub(super) first: usize,
    pub(super) last: usize,
    per_point: usize,
}

impl Cut {
    pub(super) fn new(playhead: Time, shown: (Time, Time), pixels: u32) -> Cut {
        let frames = |time: Time| (time.0 / FRAME.0) as usize;
        let (first, until) = (frames(shown.0), frames(shown.1).max(frames(shown.0) + 1));
        let per_point = (until - first).div_ceil(pixels.max(1) as usize);
        // Points stand at the same places wherever the playhead is; otherwise the lines would shiver.
        let first = first / per_point * per_point;
        let seconds = (shown.0.as_secs_f64(), shown.1.as_secs_f64());
        Cut { seconds, first, last: frames(playhead).min(until), per_point }
    }

    fn range(&self, curve: &[f32]) -> std::ops::Range<usize> {
        let last = self.last.min(curve.len());
        self.first.min(last)..last
    }

    pub(super) fn mean(&self, role: Role, name: &str, curve: &[f32]) -> Line {
        self.line(role, name, curve, |values| values.iter().sum::<f32>() / values.len() as f32)
    }

    pub(super) fn highest(&self, role: Role, name: &str, curve: &[f32]) -> Line {
        self.line(role, name, curve, |values| values.iter().copied().fold(f32::NAN, f32::max))
    }

    fn line(&self, role: Role, name: &str, curve: &[f32], of: impl Fn(&[f32]) -> f32) -> Line {
        let range = self.range(curve);
        let now = curve[range.clone()].last().map(|value| f64::from(*value)).filter(|value| !value.is_nan());
        let point = |(index, values): (usize, &[f32])| {
            let end = range.start + index * self.per_point + values.len();
            let value = of(values);
            (!value.is_nan()).then(|| (end as f64 * FRAME.as_secs_f64(), f64::from(value)))
        };
        let points = curve[range.clone()].chunks(self.per_point).enumerate().map(point).collect();
        Line { role, name: name.to_owned(), points, now }
    }
}

pub(super) fn highest_of(line: &Line) -> f64 {
    line.points.iter().flatten().map(|point| point.1).fold(0.0, f64::max)
}

/// The latencies, in seconds, that these shares of the answers stay within; not a number where there are none.
fn percentiles<const N: usize>(frames: &[Frame], shares: [f64; N]) -> [f32; N] {
    let sketches = frames.iter().flat_map(|frame| &frame.users).flat_map(|users| users.latency.latencies());
    let mut buckets: Vec<(u64, u32)> = sketches.map(|(micros, count)| (u64::from(micros), count)).collect();
    buckets.sort_unstable();
    let total: u64 = buckets.iter().map(|(_, count)| u64::from(*count)).sum();
    shares.map(|share| {
        let mut left = (total as f64 * share) as u64;
        let within = buckets.iter().find(|(_, count)| match left.checked_sub(u64::from(*count)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        within.or(buckets.last()).map_or(f32::NAN, |(micros, _)| (*micros as f64 / 1e6) as f32)
    })
}

/// The top of the value axis and its marks: a few round numbers.
fn value_axis(chart: Chart, highest: f64) -> (f64, Vec<Tick>) {
    if chart == Chart::PartInUse {
        let tick = |quarter: u32| Tick { at: f64::from(quarter) / 4.0, text: format!("{} %", quarter * 25) };
        return (1.02, (0..=4).map(tick).collect());
    }
    let least = match chart {
        Chart::Latency | Chart::PartWait => 0.01,
        _ => 4.0,
    };
    // A little air: a line along the very top could not be seen whole.
    let highest = highest.max(least) * 1.02;
    let step = nice_step(highest / 4.0);
    let count = libm::ceil(highest / step - 1e-9) as u32;
    let ticks = (0..=count).map(|number| f64::from(number) * step);
    let text = |at: f64| match chart {
        Chart::Latency | Chart::PartWait => Time::from_secs_f64(at).rounded(),
        _ => short(at),
    };
    (f64::from(count) * step, ticks.map(|at| Tick { at, text: text(at) }).collect())
}

#[cfg(test)]
#[path = "plot_tests.rs"]
mod tests;
