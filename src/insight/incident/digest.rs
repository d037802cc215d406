//! A recording second by second: counts added up, averages averaged, so that causes can be looked for.

use std::collections::BTreeMap;

use crate::metrics::Recording;
use crate::sim::{ComponentFrame, FRAME, Figure, Fold, Frame, Health, WireFrame};
use crate::units::Time;

/// Frames of one second.
const FRAMES: usize = 10;

/// What one second did to users.
#[derive(Clone, Debug, Default)]
pub struct Users {
    /// Requests that users wanted, reloads left out.
    pub wanted: f64,
    /// Reloads.
    pub reloads: f64,
    /// Answered, well or less well.
    pub succeeded: f64,
    /// Of these, answered less well.
    pub degraded: f64,
    /// Ended without a good answer.
    pub lost: f64,
    /// Under way at the end.
    pub in_flight: f64,
    /// The 95th percentile of good answers, in seconds; none without one.
    pub p95: Option<f64>,
}

/// What one second, or two, did to a component.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "each is told of at the field of the same name of `ComponentFrame`")]
pub struct Part {
    pub arrivals: f64,
    pub completions: f64,
    pub shed: f64,
    pub failed: f64,
    pub began: f64,
    pub waited: f64,
    pub hits: f64,
    pub misses: f64,
    pub busy: f64,
    pub servers: f64,
    pub held: f64,
    pub slots: f64,
    pub waiting: f64,
    pub capacity: f64,
    /// The share of the time that it was dead or starting.
    pub down: f64,
    /// How much time this covers, in seconds.
    pub seconds: f64,
    pub figures: Vec<(Figure, f64)>,
}

/// What one second, or two, did on a wire.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "each is told of at the field of the same name of `WireFrame`")]
pub struct Line {
    pub attempts: f64,
    pub retries: f64,
    pub ok: f64,
    pub timed_out: f64,
    pub refused: f64,
    pub turned_away: f64,
    pub shed: f64,
    pub failed: f64,
    pub lost: f64,
    pub bytes: f64,
    pub in_flight: f64,
    /// The time one way of sampled requests, in seconds: sum and count.
    pub way: (f64, f64),
}

/// A recording second by second.
#[derive(Debug, Default)]
pub struct Digest {
    /// How many whole seconds there are.
    pub seconds: usize,
    /// What each second did to users.
    pub users: Vec<Users>,
    parts: Vec<Vec<Part>>,
    lines: Vec<Vec<Line>>,
}

impl Digest {
    /// Adds a recording up.
    pub fn of(recording: &Recording) -> Digest {
        let seconds = recording.frames.len() / FRAMES;
        let mut digest = Digest { seconds, ..Digest::default() };
        for frames in recording.frames.chunks_exact(FRAMES) {
            digest.users.push(users_of(frames));
            let component = |index| part_of(frames.iter().filter_map(|frame| frame.components.get(index)));
            digest.parts.push((0..recording.parts.components.len()).map(component).collect());
            let wire = |index| line_of(frames.iter().filter_map(|frame| frame.wires.get(index)));
            digest.lines.push((0..recording.parts.wires.len()).map(wire).collect());
        }
        digest.measure_ways(recording);
        digest
    }

    /// How long sampled requests were under way from caller to callee.
    fn measure_ways(&mut self, recording: &Recording) {
        for span in recording.trips.iter().flat_map(|trip| &trip.spans) {
            let Some(arrived) = span.arrived.get() else { continue };
            let second = (span.sent.0 / (FRAMES as u64 * FRAME.0)) as usize;
            if let Some(line) = self.lines.get_mut(second).and_then(|lines| lines.get_mut(span.wire as usize)) {
                line.way = (line.way.0 + arrived.since(span.sent).as_secs_f64(), line.way.1 + 1.0);
            }
        }
    }

    /// A component in this second.
    pub fn part(&self, second: usize, index: u32) -> &Part {
        &self.parts[second][index as usize]
    }

    /// A component in this second and the one before: less noisy.
    pub fn lately(&self, second: usize, index: u32) -> Part {
        let part = self.part(second, index);
        match second.checked_sub(1) {
            Some(before) => self.part(before, index).and(part),
            None => part.clone(),
        }
    }

    /// A wire in this second.
    pub fn line(&self, second: usize, index: u32) -> &Line {
        &self.lines[second][index as usize]
    }

    /// A wire in this second and the one before: less noisy.
    pub fn line_lately(&self, second: usize, index: u32) -> Line {
        let line = self.line(second, index);
        match second.checked_sub(1) {
            Some(before) => self.line(before, index).and(line),
            None => line.clone(),
        }
    }
}

/// The start of a second.
pub fn at(second: usize) -> Time {
    Time::from_secs(second as u64)
}

/// The middle one of some numbers; none if there are none.
pub fn median(numbers: Vec<f64>) -> Option<f64> {
    quantile(numbers, 0.5)
}

/// The number below which this share of them lies; none if there are none.
pub fn quantile(mut sorted: Vec<f64>, share: f64) -> Option<f64> {
    crate::units::put_in_order(&mut sorted, |a, b| a < b);
    sorted.get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1))).copied()
}

fn users_of(frames: &[Frame]) -> Users {
    let mut users = Users::default();
    let mut latencies: BTreeMap<u32, u64> = BTreeMap::new();
    for answers in frames.iter().flat_map(|frame| &frame.users) {
        users.wanted += f64::from(answers.issued - answers.refreshes);
        users.reloads += f64::from(answers.refreshes);
        users.succeeded += f64::from(answers.succeeded);
        users.degraded += f64::from(answers.degraded);
        users.lost += f64::from(answers.lost());
        for (micros, count) in answers.latency.latencies() {
            *latencies.entry(micros).or_default() += u64::from(count);
        }
    }
    let last = frames.last().map_or(&[][..], |frame| &frame.users);
    users.in_flight = last.iter().map(|answers| f64::from(answers.in_flight)).sum();
    let all: u64 = latencies.values().sum();
    let mut below = 0;
    let p95 = latencies.iter().find(|(_, count)| {
        below += **count;
        below * 100 >= all * 95
    });
    users.p95 = p95.map(|(micros, _)| f64::from(*micros) / 1e6);
    users
}

fn part_of<'a>(frames: impl Iterator<Item = &'a ComponentFrame>) -> Part {
    let mut part = Part::default();
    let mut count = 0u32;
    for frame in frames {
        count += 1;
        part.arrivals += f64::from(frame.arrivals);
        part.completions += f64::from(frame.completions);
        part.shed += f64::from(frame.shed);
        part.failed += f64::from(frame.failed);
        part.began += f64::from(frame.began);
        part.waited += frame.waited;
        part.hits += f64::from(frame.hits);
        part.misses += f64::from(frame.misses);
        let gauges = [frame.busy, frame.servers, frame.held, frame.slots, frame.waiting, frame.capacity];
        let down = matches!(frame.health, Health::Down | Health::Booting);
        part.average(gauges.map(f64::from), f64::from(u8::from(down)), 1.0 / f64::from(count));
        for (figure, value) in &frame.figures {
            part.note(*figure, f64::from(*value), count);
        }
    }
    part.seconds = f64::from(count) / FRAMES as f64;
    part
}

fn line_of<'a>(frames: impl Iterator<Item = &'a WireFrame>) -> Line {
    let mut line = Line::default();
    for frame in frames {
        line.attempts += f64::from(frame.attempts);
        line.retries += f64::from(frame.retries);
        line.ok += f64::from(frame.ok);
        line.timed_out += f64::from(frame.timed_out);
        line.refused += f64::from(frame.refused);
        line.turned_away += f64::from(frame.turned_away);
        line.shed += f64::from(frame.shed);
        line.failed += f64::from(frame.failed);
        line.lost += f64::from(frame.lost);
        line.bytes += frame.bytes as f64;
        line.in_flight += f64::from(frame.in_flight) / FRAMES as f64;
    }
    line
}

impl Part {
    /// Takes averages in, with this weight against what is there.
    fn average(&mut self, gauges: [f64; 6], down: f64, weight: f64) {
        let own = [
            &mut self.busy,
            &mut self.servers,
            &mut self.held,
            &mut self.slots,
            &mut self.waiting,
            &mut self.capacity,
            &mut self.down,
        ];
        for (own, new) in own.into_iter().zip(gauges.into_iter().chain([down])) {
            *own += (new - *own) * weight;
        }
    }

    fn note(&mut self, figure: Figure, value: f64, count: u32) {
        match self.figures.iter_mut().find(|(known, _)| *known == figure) {
            Some((_, so_far)) => *so_far = figure.info().fold.add(*so_far, value, count),
            None => self.figures.push((figure, value)),
        }
    }

    /// A figure that only its kind has; 0 if it has not.
    pub fn figure(&self, wanted: Figure) -> f64 {
        self.figures.iter().find(|(figure, _)| *figure == wanted).map_or(0.0, |(_, value)| *value)
    }

    /// The busy share of its servers.
    pub fn utilization(&self) -> f64 {
        if self.servers > 0.0 { self.busy / self.servers } else { 0.0 }
    }

    /// The held share of its slots.
    pub fn fullness(&self) -> f64 {
        if self.slots > 0.0 { self.held / self.slots } else { 0.0 }
    }

    fn and(&self, later: &Part) -> Part {
        let mut both = later.clone();
        both.arrivals += self.arrivals;
        both.completions += self.completions;
        both.shed += self.shed;
        both.failed += self.failed;
        both.began += self.began;
        both.waited += self.waited;
        both.hits += self.hits;
        both.misses += self.misses;
        both.seconds += self.seconds;
        let gauges = [self.busy, self.servers, self.held, self.slots, self.waiting, self.capacity];
        both.average(gauges, self.down, if self.seconds > 0.0 { 0.5 } else { 0.0 });
        for (figure, value) in &mut both.figures {
            let before = self.figure(*figure);
            *value = match figure.info().fold {
                Fold::Sum => *value + before,
                Fold::Mean => (*value + before) / 2.0,
                Fold::Max => value.max(before),
            };
        }
        both
    }
}

impl Line {
    /// Attempts that ended without a good answer.
    pub fn bad(&self) -> f64 {
        self.timed_out + self.refused + self.shed + self.failed
    }

    fn and(&self, later: &Line) -> Line {
        Line {
            attempts: self.attempts + later.attempts,
            retries: self.retries + later.retries,
            ok: self.ok + later.ok,
            timed_out: self.timed_out + later.timed_out,
            refused: self.refused + later.refused,
            turned_away: self.turned_away + later.turned_away,
            shed: self.shed + later.shed,
            failed: self.failed + later.failed,
            lost: self.lost + later.lost,
            bytes: self.bytes + later.bytes,
            in_flight: (self.in_flight + later.in_flight) / 2.0,
            way: (self.way.0 + later.way.0, self.way.1 + later.way.1),
        }
    }
}
