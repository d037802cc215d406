//! The last seconds of a run before a moment, smoothed so that they can be read: a raw signal flickers too fast.

use crate::design::{Component, Design, Kind, Wire};
use crate::sim::{ComponentFrame, FRAME, Frame, Health, Parts, WireFrame};

use super::resource::{Part, Resource};

/// The smoothing's time constant is 2.5 s of simulated time, 25 frames: each older frame counts exp(−1/25) of the next.
const FADE: f64 = 0.960_789_439_152_323_2;
/// Frames looked back at.
const FRAMES_BACK: usize = 60;
/// Frames over which a trend is taken.
const TREND_FRAMES: usize = 40;
/// Seconds of a frame.
pub(super) const FRAME_S: f64 = FRAME.0 as f64 / 1e9;

/// The last frames before a moment, beside the design that ran in them.
pub(super) struct Window<'a> {
    pub design: &'a Design,
    pub parts: &'a Parts,
    pub frames: &'a [Frame],
    /// Of each component: its part in the design.
    known: Vec<Option<usize>>,
    /// The wires that leave each component, and those that come to it.
    leaving: Vec<Vec<u32>>,
    coming: Vec<Vec<u32>>,
}

/// What goes through a part, per second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flow {
    pub arrivals: f64,
    pub completions: f64,
    pub shed: f64,
    pub limited: f64,
    pub busy: f64,
    pub held: f64,
    /// How fast its queue grows, in requests per second.
    pub growth: f64,
}

/// What goes over a wire, per second; `in_flight` is a number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WireFlow {
    pub attempts: f64,
    pub first: f64,
    pub timed_out: f64,
    pub refused: f64,
    pub in_flight: f64,
    /// How fast those in flight become more, per second.
    pub growth: f64,
}

/// The use of a resource: smoothed, and how it changes in a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub used: f64,
    pub limit: f64,
    pub trend: f64,
}

impl<'a> Window<'a> {
    /// The frames up to the one before `end`.
    pub fn new(design: &'a Design, parts: &'a Parts, frames: &'a [Frame], end: usize) -> Window<'a> {
        let end = end.min(frames.len());
        let frames = &frames[end.saturating_sub(FRAMES_BACK)..end];
        let known = |name: &String| design.components.iter().position(|component| component.name == *name);
        let mut window = Window {
            design,
            parts,
            frames,
            known: parts.components.iter().map(known).collect(),
            leaving: vec![Vec::new(); parts.components.len()],
            coming: vec![Vec::new(); parts.components.len()],
        };
        for (index, (from, to)) in parts.wires.iter().enumerate() {
            let name = |at: u32| parts.components.get(at as usize);
            let drawn = name(*from).zip(name(*to)).is_some_and(|(from, to)| {
                design.wires.iter().any(|wire| {
                    let ends = (wire.from.as_str(), wire.to.as_str());
                    ends == (from, to) || ends == (to, from)
                })
            });
            if drawn {
                window.leaving[*from as usize].push(index as u32);
                window.coming[*to as usize].push(index as u32);
            }
        }
        window
    }

    /// The component as it is drawn; none for what was taken away.
    pub fn component(&self, at: u32) -> Option<&'a Component> {
        let index = (*self.known.get(at as usize)?)?;
        let gone = self.frames.last()?.components.get(at as usize)?.health == Health::Gone;
        // A name taken away and given again belongs to the later one.
        (!gone).then(|| &self.design.components[index])
    }

    /// Its kind.
    pub fn kind(&self, at: u32) -> Option<&'a Kind> {
        Some(&self.component(at)?.kind)
    }

    /// The wire as it is drawn.
    pub fn wire(&self, at: u32) -> Option<&'a Wire> {
        let (from, to) = *self.parts.wires.get(at as usize)?;
        let name = |at: u32| self.parts.components.get(at as usize);
        let (from, to) = (name(from)?, name(to)?);
        self.design.wire(from, to).or_else(|| self.design.wire(to, from))
    }

    /// The components that are there, by their index.
    pub fn components(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.parts.components.len() as u32).filter(|at| self.component(*at).is_some())
    }

    /// The wires that leave a component.
    pub fn leaving(&self, at: u32) -> &[u32] {
        &self.leaving[at as usize]
    }

    /// The wires that come to it.
    pub fn coming(&self, at: u32) -> &[u32] {
        &self.coming[at as usize]
    }

    /// Whom a wire calls.
    pub fn callee(&self, wire: u32) -> u32 {
        self.parts.wires[wire as usize].1
    }

    /// What goes through a component.
    pub fn flow(&self, at: u32) -> Flow {
        let of =
            |figures: fn(&ComponentFrame) -> f64| self.smoothed(|frame| frame.components.get(at as usize).map(figures));
        let waiting = |frame: &Frame| frame.components.get(at as usize).map(|seen| f64::from(seen.waiting));
        Flow {
            arrivals: of(|seen| f64::from(seen.arrivals)) / FRAME_S,
            completions: of(|seen| f64::from(seen.completions)) / FRAME_S,
            shed: of(|seen| f64::from(seen.shed)) / FRAME_S,
            limited: of(|seen| seen.figure(crate::sim::Figure::Limited).unwrap_or(0.0)) / FRAME_S,
            busy: of(|seen| f64::from(seen.busy)),
            held: of(|seen| f64::from(seen.held)),
            growth: self.slope(waiting),
        }
    }

    /// What goes over a wire.
    pub fn wire_flow(&self, at: u32) -> WireFlow {
        let of = |figures: fn(&WireFrame) -> f64| self.smoothed(|frame| frame.wires.get(at as usize).map(figures));
        WireFlow {
            attempts: of(|seen| f64::from(seen.attempts)) / FRAME_S,
            first: of(|seen| f64::from(seen.attempts.saturating_sub(seen.retries + seen.hedges))) / FRAME_S,
            timed_out: of(|seen| f64::from(seen.timed_out)) / FRAME_S,
            refused: of(|seen| f64::from(seen.refused)) / FRAME_S,
            in_flight: of(|seen| f64::from(seen.in_flight)),
            growth: self.slope(|frame| frame.wires.get(at as usize).map(|seen| f64::from(seen.in_flight))),
        }
    }

    /// Calls of a component that are in flight.
    fn calls(&self, at: u32, frame: &Frame) -> f64 {
        self.leaving[at as usize]
            .iter()
            .filter_map(|wire| Some(f64::from(frame.wires.get(*wire as usize)?.in_flight)))
            .sum()
    }

    /// The use of a resource.
    pub fn reading(&self, part: Part, resource: Resource) -> Option<Reading> {
        let raw = |frame: &Frame| -> Option<(f64, f64)> {
            match part {
                Part::Component(at) => {
                    let seen = frame.components.get(at as usize)?;
                    Some(resource.reading(self.kind(at)?, seen, self.calls(at, frame)))
                }
                Part::Wire(at) => Some(resource.wire_reading(&self.wire(at)?.policy, frame.wires.get(at as usize)?)),
            }
        };
        let (_, limit) = self.frames.last().and_then(raw)?;
        if limit <= 0.0 || !limit.is_finite() {
            return None;
        }
        let share =
            |frame: &Frame| raw(frame).map(|(used, limit)| if limit > 0.0 { (used / limit).min(1.0) } else { 0.0 });
        Some(Reading { used: self.smoothed(share), limit, trend: self.slope(share) })
    }

    /// The weighted mean of a figure, the newest frames counting most.
    fn smoothed(&self, figure: impl Fn(&Frame) -> Option<f64>) -> f64 {
        let (mut sum, mut total, mut weight) = (0.0, 0.0, 1.0);
        for frame in self.frames.iter().rev() {
            let Some(figure) = figure(frame) else { break };
            sum += weight * figure;
            total += weight;
            weight *= FADE;
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// The slope of the straight line of least squares through the last frames, per second; 0 where it is less than three
    /// of its own standard errors: chance alone makes figures of neighbouring frames go up together for a while.
    fn slope(&self, figure: impl Fn(&Frame) -> Option<f64>) -> f64 {
        let recent = &self.frames[self.frames.len().saturating_sub(TREND_FRAMES)..];
        let points: Vec<(f64, f64)> =
            recent.iter().enumerate().filter_map(|(at, frame)| Some((at as f64 * FRAME_S, figure(frame)?))).collect();
        if points.len() < TREND_FRAMES / 2 {
            return 0.0;
        }
        let count = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let spread: f64 = points.iter().map(|point| (point.0 - x) * (point.0 - x)).sum();
        let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>() / spread;
        let off = |point: &(f64, f64)| point.1 - y - slope * (point.0 - x);
        let error = points.iter().map(|point| off(point) * off(point)).sum::<f64>() / (count - 2.0) / spread;
        if slope * slope > 9.0 * error { slope } else { 0.0 }
    }
}
