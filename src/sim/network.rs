//! The network: what a wire does to a message on its way, and the faults that strike wires, components' networks, regions.

use crate::design::{FaultKind, Target};
use crate::units::Time;

use super::Happening;
use super::attempt::{Attempt, Op, PROBE, Stage};
use super::calendar::Delay;
use super::engine::Simulation;
use super::event::Event;
use super::line::Passage;
use super::part::{Class, Part};
use super::row::Row;

impl Simulation {
    /// Sets an attempt on its way to the callee.
    #[inline(never)]
    pub(super) fn set_out(&mut self, index: u32) {
        let attempt = &self.attempts[index];
        let wire = &mut self.wires[attempt.wire as usize];
        if !wire.plain {
            return self.travel_with_care(index, false);
        }
        wire.frame.bytes += bytes_there(attempt.op, attempt.class, &self.classes);
        match wire.latency {
            None => self.deliver(index),
            Some(delay) => self.is_on_its_way(index, delay, false),
        }
    }

    #[inline(always)]
    pub(super) fn is_on_its_way(&mut self, index: u32, delay: Delay, back: bool) {
        let (stage, event) = if back { (Stage::Returning, Event::Answer) } else { (Stage::Travelling, Event::Deliver) };
        let attempt = &mut self.attempts[index];
        attempt.stage = stage;
        attempt.due = self.calendar.schedule(self.now, delay, event.on(index));
    }

    /// Over a wire that does more to a message than take its time.
    #[inline(never)]
    pub(super) fn travel_with_care(&mut self, index: u32, back: bool) {
        let attempt = &self.attempts[index];
        let bytes = match back {
            true => bytes_back(attempt, &self.parts[attempt.at as usize], &self.classes),
            false => bytes_there(attempt.op, attempt.class, &self.classes),
        };
        let wire = &mut self.wires[attempt.wire as usize];
        // Requests do not go by way of DNS, and answers do not come by way of it.
        let cut = back && !wire.asks && self.parts[attempt.at as usize].cut;
        if wire.cut || cut {
            return self.lose(index);
        }
        let bytes = if wire.asks { 0 } else { bytes };
        wire.frame.bytes += bytes;
        let Passage::Takes(mut time) = wire.pass(self.now, bytes) else { return self.lose(index) };
        if wire.roams && attempt.class != PROBE {
            time += wire.users_way(attempt.user);
        }
        match (time, back) {
            (Time::ZERO, true) => self.receive(index),
            (Time::ZERO, false) => self.deliver(index),
            (time, back) => self.is_on_its_way(index, Delay::For(time), back),
        }
    }

    /// Whether a kind of fault strikes the network, not the machines.
    pub(super) fn is_of_the_network(kind: FaultKind) -> bool {
        matches!(kind, FaultKind::Partition | FaultKind::PacketLoss | FaultKind::AddedLatency)
    }

    /// The wires that a fault strikes: the one it names; all of a component; those that cross a region's border.
    fn wires_struck(&self, fault: u32) -> Vec<u32> {
        let fault = &self.faults[fault as usize];
        if !Simulation::is_of_the_network(fault.settings.fault) && matches!(fault.target, Target::Component(_)) {
            return Vec::new();
        }
        let struck: Box<dyn Fn(u32, u32) -> bool> = match &fault.target {
            Target::Wire(from, to) => match (self.part_named(from), self.part_named(to)) {
                (Some(from), Some(to)) => Box::new(move |caller, callee| (caller, callee) == (from, to)),
                _ => return Vec::new(),
            },
            Target::Component(name) => match self.part_named(name) {
                Some(at) => Box::new(move |caller, callee| caller == at || callee == at),
                None => Box::new(move |caller, callee| self.is_in(caller, name) != self.is_in(callee, name)),
            },
        };
        let all = self.wires.iter().enumerate();
        all.filter(|(_, wire)| struck(wire.from, wire.to)).map(|(index, _)| index as u32).collect()
    }

    /// Whether there is such a component, or one in such a region.
    fn stands(&self, target: &Target) -> bool {
        let Target::Component(name) = target else { return false };
        let here = |at: u32| self.is_in(at, name) && !self.parts[at as usize].gone;
        self.part_named(name).is_some() || (0..self.parts.len() as u32).any(here)
    }

    /// Whether a component stands in this region.
    pub(super) fn is_in(&self, at: u32, region: &str) -> bool {
        self.parts[at as usize].region.as_deref() == Some(region)
    }

    /// A fault strikes wires.
    pub(super) fn strike_wires(&mut self, fault: u32) {
        let struck = self.wires_struck(fault);
        let one = matches!(self.faults[fault as usize].target, Target::Wire(..));
        let network = Simulation::is_of_the_network(self.faults[fault as usize].settings.fault);
        // What strikes a border that no wire crosses yet will strike the wires that are drawn across it.
        if struck.is_empty() && (one || !network || !self.stands(&self.faults[fault as usize].target)) {
            return;
        }
        for index in &struck {
            self.wires[*index as usize].faults.push(fault);
            self.trouble(*index);
            self.tell_consumers(*index);
        }
        self.in_force.push(fault);
        self.tell_of_network(fault, struck.first().copied().unwrap_or_default());
    }

    fn tell_of_network(&mut self, index: u32, wire: u32) {
        let fault = &self.faults[index as usize];
        let (settings, target) = (&fault.settings, fault.target.to_string());
        let one = matches!(fault.target, Target::Wire(..));
        let part = self.part_named(&target);
        let what = match settings.fault {
            FaultKind::PacketLoss => Happening::Lossy(target, (settings.share.0 * 1000.0) as u32),
            FaultKind::AddedLatency => Happening::Delayed(target, (settings.latency.0 / 1_000_000) as u32),
            FaultKind::SlowDown => Happening::WireSlowed(wire, (settings.factor * 100.0) as u32),
            _ if one => Happening::WireCut(wire),
            // A component tells of itself.
            _ if part.is_some() => return,
            _ => Happening::RegionCutOff(target),
        };
        self.tell(what);
    }

    /// A fault that struck wires is over; others that strike the same wires go on.
    pub(super) fn release_wires(&mut self, fault: u32) {
        if !self.in_force.contains(&fault) {
            return;
        }
        self.in_force.retain(|other| *other != fault);
        let mut free = None;
        for index in 0..self.wires.len() as u32 {
            let wire = &mut self.wires[index as usize];
            if !wire.faults.contains(&fault) {
                continue;
            }
            wire.faults.retain(|other| *other != fault);
            free = free.or(wire.faults.is_empty().then_some(index));
            self.trouble(index);
            self.tell_consumers(index);
        }
        let (target, kind) = (&self.faults[fault as usize].target, self.faults[fault as usize].settings.fault);
        match (target, free) {
            (_, None) => {}
            (Target::Wire(..), Some(wire)) => self.tell(Happening::WireRecovered(wire)),
            (Target::Component(name), Some(_)) => {
                let name = name.clone();
                // A component that was cut off tells of itself.
                if kind != FaultKind::Partition || self.part_named(&name).is_none() {
                    self.tell(Happening::NetworkRecovered(name));
                }
            }
        }
    }

    /// After a change of the design, faults in force strike the wires as they are now.
    pub(super) fn strike_wires_anew(&mut self) {
        let before: Vec<Vec<u32>> = self.wires.iter_mut().map(|wire| std::mem::take(&mut wire.faults)).collect();
        for fault in self.in_force.clone() {
            for wire in self.wires_struck(fault) {
                self.wires[wire as usize].faults.push(fault);
            }
        }
        for (index, before) in before.iter().enumerate() {
            if *before != self.wires[index].faults {
                self.trouble(index as u32);
            }
        }
    }

    /// Lets queues know that a wire to their consumers was cut, or mended.
    fn tell_consumers(&mut self, index: u32) {
        let wire = &self.wires[index as usize];
        let (cut, ends) = (wire.cut, [wire.from, wire.to]);
        for at in ends {
            match (self.is_worker(at), cut) {
                (false, _) => {}
                (true, true) => self.consumers_vanish(at, None, false),
                (true, false) => self.stir(at),
            }
        }
    }

    /// Works out what all faults in force together do to a wire: causes that have nothing to do with each other.
    fn trouble(&mut self, index: u32) {
        let wire = &mut self.wires[index as usize];
        let (mut slow, mut added, mut passes) = (1.0, Time::ZERO, 1.0);
        wire.cut = false;
        for fault in &wire.faults {
            let settings = &self.faults[*fault as usize].settings;
            match settings.fault {
                FaultKind::SlowDown => slow *= settings.factor,
                FaultKind::AddedLatency => added += settings.latency,
                FaultKind::PacketLoss => passes *= 1.0 - settings.share.0,
                // A wire has no process and no memory: what else may strike it cuts it.
                _ => wire.cut = true,
            }
        }
        (wire.slow, wire.added, wire.lossy) = (slow, added, 1.0 - passes);
        wire.set_latency(&mut self.calendar);
    }
}

/// The bytes of a message to the callee: a request carries its body up and the response down, a blob goes one way, a key
/// that is read brings the response; all else is too small to count.
#[inline(always)]
pub(super) fn bytes_there(op: Op, class: u16, classes: &Row<Class>) -> u64 {
    if matches!(op, Op::Serve | Op::Put | Op::Set) {
        let cost = &classes[usize::from(class)].cost;
        return if op == Op::Set { cost.response.0 } else { cost.body.0 };
    }
    0
}

/// The bytes of the answer that comes back from a callee.
#[inline(always)]
pub(super) fn bytes_back(attempt: &Attempt, from: &Part, classes: &Row<Class>) -> u64 {
    let carries = matches!(attempt.op, Op::Serve | Op::Read | Op::Fetch) || (attempt.op == Op::Lookup && attempt.hit);
    if !carries || !attempt.outcome.is_good() {
        return 0;
    }
    let response = classes[usize::from(attempt.class)].cost.response.0;
    if attempt.op == Op::Serve { from.behavior.answer_bytes(attempt, response) } else { response }
}
