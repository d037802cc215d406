//! How often each reason occurred: from the counters of all attempts, so that the counts are exact, not sampled.
//!
//! An attempt is counted where it came to grief: at the wire whose caller stopped waiting or refused to send, or at the
//! component that turned it away or was dead. Who only passes a failure on is not counted again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::design::{Design, Kind};
use crate::metrics::Recording;
use crate::sim::{FRAME, Figure, Happening};
use crate::units::{Time, put_in_order};

use super::incident::words::place as named;
use super::{Place, Why};

/// How often attempts came to grief for one reason at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// The reason.
    pub why: Why,
    /// Where.
    pub place: Place,
    /// How many attempts.
    pub count: u64,
    /// In words, without the count.
    pub words: String,
}

/// The reasons for which attempts came to grief in a stretch of a run, the most frequent first.
pub fn ranked(recording: &Recording, design: &Design, stretch: Range<Time>) -> Vec<Ranked> {
    let frame = |at: Time| ((at.0 / FRAME.0) as usize).min(recording.frames.len());
    let frames = frame(stretch.start)..frame(Time(stretch.end.0.saturating_add(FRAME.0 - 1))).max(frame(stretch.start));
    let count = Count { recording, design, frames };
    let mut rows = Vec::new();
    (0..recording.parts.wires.len()).for_each(|index| count.wire(index, &mut rows));
    (0..recording.parts.components.len()).for_each(|index| count.component(index, &mut rows));
    rows.retain(|row| row.count > 0);
    put_in_order(&mut rows, |a, b| a.count > b.count);
    rows
}

struct Count<'a> {
    recording: &'a Recording,
    design: &'a Design,
    frames: Range<usize>,
}

impl Count<'_> {
    fn frames(&self) -> impl Iterator<Item = &crate::sim::Frame> {
        self.recording.frames[self.frames.clone()].iter()
    }

    fn on_wire(&self, index: usize, field: fn(&crate::sim::WireFrame) -> u32) -> u64 {
        self.frames().filter_map(|frame| frame.wires.get(index)).map(|wire| u64::from(field(wire))).sum()
    }

    fn at_component(&self, index: usize, field: impl Fn(&crate::sim::ComponentFrame) -> u64) -> u64 {
        self.frames().filter_map(|frame| frame.components.get(index)).map(field).sum()
    }

    fn wire(&self, index: usize, rows: &mut Vec<Ranked>) {
        let place = Place::Wire(index as u32);
        let name = named(place, &self.recording.parts);
        let mut add = |why, count, words| rows.push(Ranked { why, place, count, words });
        let timed_out = self.on_wire(index, |wire| wire.timed_out);
        let lost = self.on_wire(index, |wire| wire.lost).min(timed_out);
        add(Why::Lost, lost, format!("got lost on the way {name}, until the caller gave up"));
        add(Why::TimedOut, timed_out - lost, format!("calls {name} whose caller stopped waiting"));
        let turned_away = self.on_wire(index, |wire| wire.turned_away);
        let (from, to) = self.recording.parts.wires[index];
        let part = |index: u32| self.recording.parts.components[index as usize].as_str();
        let policy = self.design.wire(part(from), part(to)).map(|wire| &wire.policy);
        let (why, words) = match policy.map(|policy| (policy.breaker.is_some(), policy.bulkhead.is_some())) {
            Some((true, false)) => (Why::BreakerOpen, format!("refused by the breaker {name}")),
            Some((false, true)) => (Why::BulkheadFull, format!("refused by the full bulkhead {name}")),
            Some((true, true)) => (Why::BreakerOpen, format!("refused by the breaker or the full bulkhead {name}")),
            _ => (Why::Gone, format!("{name} was taken out of the design")),
        };
        add(why, turned_away, words);
    }

    fn component(&self, index: usize, rows: &mut Vec<Ranked>) {
        let place = Place::Component(index as u32);
        let name = named(place, &self.recording.parts);
        let kind = self.design.component(&name).map(|component| &component.kind);
        let mut add = |why, count, words| rows.push(Ranked { why, place, count, words });
        let shed = self.at_component(index, |part| u64::from(part.shed));
        let (why, words) = match kind {
            Some(Kind::Database(_)) => {
                (Why::NoConnection, format!("turned away: all connections of {name} were in use"))
            }
            Some(Kind::Queue(_)) => (Why::QueueFull, format!("turned away: {name} was full")),
            _ => (Why::RoomFull, format!("turned away: the waiting room of {name} was full")),
        };
        add(why, shed, words);
        let figure = |figure| self.at_component(index, move |part| part.figure(figure).unwrap_or(0.0) as u64);
        let (limited, filtered) = (figure(Figure::Limited), figure(Figure::Filtered));
        match kind {
            Some(Kind::External(_)) => {
                add(Why::ThirdPartyLimit, limited, format!("refused by the rate limit of {name}"))
            }
            _ => add(Why::RateLimited, limited, format!("refused by our own rate limit at {name}")),
        }
        add(Why::TurnedAway, filtered, format!("turned away by the filter of {name}"));
        let dead = self.at_component(index, |part| u64::from(part.dead));
        add(Why::Dead, dead, format!("{name} was down"));
        let (why, words) = self.own_failure(index, kind, &name);
        add(why, self.own_failures(index, dead + limited + filtered), words);
    }

    /// Failures of a component's own, that nobody below can have passed on: at least so many.
    fn own_failures(&self, index: usize, told: u64) -> u64 {
        if self.recording.parts.clients.contains(&(index as u32)) {
            return 0;
        }
        let failed = self.at_component(index, |part| u64::from(part.failed));
        let below = self.recording.parts.wires.iter().enumerate().filter(|(_, (from, _))| *from as usize == index);
        let bad = |wire: usize| self.on_wire(wire, |wire| wire.timed_out + wire.refused + wire.shed + wire.failed);
        failed.saturating_sub(told + below.map(|(wire, _)| bad(wire)).sum::<u64>())
    }

    fn own_failure(&self, index: usize, kind: Option<&Kind>, name: &str) -> (Why, String) {
        let log = &self.recording.log;
        let full = log.iter().any(|entry| entry.what == Happening::DiskFull(index as u32));
        match kind {
            Some(Kind::Database(_)) if full => (Why::DiskFull, format!("the disk of {name} was full")),
            Some(Kind::Database(_)) => (Why::NoPrimary, format!("{name} took no writes")),
            Some(Kind::Queue(_)) => (Why::NoPrimary, format!("{name} had no leader, or too few nodes in sync")),
            Some(Kind::LoadBalancer(_) | Kind::Dns(_)) => (Why::NoBackend, format!("{name} had no backend left")),
            Some(Kind::LockService(_)) => (Why::LockLost, format!("{name} did not give the lock")),
            Some(Kind::Worker(_)) => (Why::Poison, format!("messages that fail every time at {name}")),
            None => (Why::Gone, format!("{name} was taken out of the design")),
            _ => (Why::NoRoute, format!("{name} could not do what was asked for")),
        }
    }
}
