//! What is out of the ordinary on wires: losses, delays, timeouts, failures, retries.

use crate::sim::Happening;

use super::digest::Line;
use super::findings::{Finding, Search};
use super::what::{Place, What};
use super::words;

/// From this share of lost packets on, nothing gets through.
const CUT: f64 = 0.9;

/// What is counted of a wire.
type Count = fn(&Line) -> f64;

impl Search<'_> {
    pub(super) fn wire(&mut self, index: u32) {
        self.losses(index);
        self.way(index);
        self.refusals(index);
        self.endings(index);
        self.retries(index);
    }

    fn policy(&self, index: u32) -> Option<&crate::design::CallPolicy> {
        let parts = &self.recording.parts;
        let (from, to) = *parts.wires.get(index as usize)?;
        let name = |index: u32| parts.components[index as usize].as_str();
        let wire = self.design.wire(name(from), name(to)).or_else(|| self.design.wire(name(to), name(from)))?;
        Some(&wire.policy)
    }

    fn losses(&mut self, index: u32) {
        let digest = self.digest;
        let share = |line: &Line| if line.attempts > 0.0 { line.lost / line.attempts } else { 0.0 };
        let lately = |second: usize| digest.line_lately(second, index);
        let usual = self.before(&|second| Some(share(&lately(second)))).unwrap_or(0.0);
        let lossy = |second: usize| {
            let (line, lately) = (digest.line(second, index), lately(second));
            line.lost >= 1.0 && lately.lost >= 2.0 && share(&lately) > 2.0 * usual + 0.005
        };
        let Some(second) = self.once(&lossy) else { return };
        let end = (second + 4).min(self.window.end);
        let sum = |field: fn(&Line) -> f64| (second..end).map(|second| field(digest.line(second, index))).sum::<f64>();
        let (lost, sent, ok) = (sum(|line| line.lost), sum(|line| line.attempts), sum(|line| line.ok));
        let what = if lost > CUT * (lost + ok) || lost > CUT * sent { What::Cut } else { What::PacketLoss };
        let evidence = format!("{} of {} sent got lost", words::number(lost), words::number(sent));
        self.note(second, what, Place::Wire(index), evidence);
    }

    /// The way to the callee takes longer. Where a bulkhead makes calls wait, that is no way.
    fn way(&mut self, index: u32) {
        let Some(policy) = self.policy(index) else { return };
        let digest = self.digest;
        let bandwidth = policy.bandwidth;
        let full = |second: usize| {
            bandwidth.is_some_and(|bandwidth| digest.line(second, index).bytes > 0.9 * bandwidth.0 as f64)
        };
        if let Some(second) = self.first(&full) {
            let bytes = words::bytes(digest.line(second, index).bytes);
            let most = words::bytes(bandwidth.map_or(0.0, |bandwidth| bandwidth.0 as f64));
            self.note(second, What::LineFull, Place::Wire(index), format!("{bytes} a second of {most}"));
            return;
        }
        if policy.bulkhead.is_some() {
            return;
        }
        let way = |second: usize| {
            let line = digest.line_lately(second, index);
            (line.way.1 >= 3.0).then(|| line.way.0 / line.way.1)
        };
        let Some(usual) = self.before(&way) else { return };
        let longer = |second: usize| way(second).is_some_and(|way| way > 1.8 * usual && way > usual + 0.008);
        if let Some(second) = self.first(&longer) {
            let worst = (second..self.window.end.min(second + 5)).filter_map(way).fold(0.0, f64::max);
            let evidence = words::changed("the way takes", usual, worst, words::seconds);
            self.note(second, What::Delayed, Place::Wire(index), evidence);
        }
    }

    fn refusals(&mut self, index: u32) {
        let Some(bulkhead) = self.policy(index).and_then(|policy| policy.bulkhead) else { return };
        let (digest, log) = (self.digest, &self.recording.log);
        // Who is turned away was turned away by the bulkhead, where no breaker opened.
        let full = |second: usize| {
            let line = digest.line(second, index);
            line.turned_away > 0.02 * line.attempts && line.turned_away >= 1.0
        };
        let opened = log.iter().any(|entry| entry.what == Happening::BreakerOpened(index));
        let Some(second) = self.first(&full).filter(|_| !opened) else { return };
        let line = digest.line(second, index);
        let evidence = format!(
            "{bulkhead} calls at once at most, {} of {} a second turned away",
            words::number(line.turned_away),
            words::number(line.attempts)
        );
        self.note(second, What::BulkheadFull, Place::Wire(index), evidence);
    }

    /// Calls that time out, and calls that fail.
    fn endings(&mut self, index: u32) {
        let digest = self.digest;
        let endings: [(What, Count); 2] = [
            (What::TimedOut, |line| line.timed_out),
            (What::CallsFail, |line| line.failed + line.shed + line.refused - line.turned_away),
        ];
        for (what, count) in endings {
            let share = |second: usize| {
                let line = digest.line(second, index);
                let ended = line.ok + line.bad();
                if ended > 0.0 { count(line) / ended } else { 0.0 }
            };
            let usual = self.before(&|second| Some(share(second))).unwrap_or(0.0);
            let many = |second: usize| count(digest.line(second, index)) >= 2.0 && share(second) > 0.02 + 2.0 * usual;
            let Some(second) = self.once(&many) else { continue };
            let sum = |of: &dyn Fn(&Line) -> f64| {
                (second..self.window.end).map(|second| of(digest.line(second, index))).sum::<f64>()
            };
            let (bad, all) = (sum(&count), sum(&|line| line.ok + line.bad()));
            let verb = if what == What::TimedOut { "given up on" } else { "failed" };
            let evidence = format!("{} of {} calls {verb}", words::number(bad), words::number(all));
            self.note(second, what, Place::Wire(index), evidence);
        }
    }

    fn retries(&mut self, index: u32) {
        let digest = self.digest;
        let amplified = |second: usize| {
            let line = digest.line(second, index);
            let first = (line.attempts - line.retries).max(1.0);
            line.attempts / first
        };
        let usual = self.before(&|second| Some(amplified(second))).unwrap_or(1.0);
        let many = |second: usize| digest.line(second, index).retries >= 2.0 && amplified(second) > usual + 0.15;
        let Some(second) = self.first(&many) else { return };
        let sum = |of: fn(&Line) -> f64| (second..self.window.end).map(|s| of(digest.line(s, index))).sum::<f64>();
        let (all, again) = (sum(|line| line.attempts), sum(|line| line.retries));
        let evidence = format!(
            "{} attempts for {} calls: {} times the load",
            words::number(all),
            words::number(all - again),
            words::number(all / (all - again).max(1.0))
        );
        self.note(second, What::Retries, Place::Wire(index), evidence);
    }

    /// Where all wires of a component that carry something are cut, it is the component that is cut off.
    pub(super) fn whole_components_cut_off(&mut self) {
        let is_cut = |found: &Finding, wire: u32| found.what == What::Cut && found.place == Place::Wire(wire);
        for index in 0..self.recording.parts.components.len() as u32 {
            let wires: Vec<u32> = self.wires_of(index).filter(|wire| self.is_used(*wire)).collect();
            let cut = |wire: &u32| self.found.iter().find(|found| is_cut(found, *wire));
            let all: Vec<_> = wires.iter().filter_map(cut).cloned().collect();
            // Of two ends of one wire, it stays with the wire; whoever only calls is not cut off by a callee's fault.
            let alone = wires.len() < 2 || all.len() < wires.len();
            if alone {
                continue;
            }
            let Some(first) = all.iter().map(|found| found.at).min() else { continue };
            let evidence = format!("all {} wires lose everything", wires.len());
            self.found.retain(|found| !wires.iter().any(|wire| is_cut(found, *wire)));
            self.found.push(Finding { at: first, what: What::Cut, place: Place::Component(index), evidence });
        }
    }

    fn wires_of(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let wires = self.recording.parts.wires.iter().enumerate();
        wires.filter(move |(_, (from, to))| *from == index || *to == index).map(|(wire, _)| wire as u32)
    }

    fn is_used(&self, wire: u32) -> bool {
        self.window.clone().any(|second| self.digest.line(second, wire).attempts > 0.0)
    }
}
