//! Faults: crash, restart, slow-down, partition, cache flush; and what comes back when they end.

use crate::design::{FaultKind, Target};
use crate::units::Time;

use super::attempt::{NONE, Op, Stage};
use super::calendar::Delay;
use super::engine::Simulation;
use super::event::Event;
use super::part::Behavior;
use super::{Happening, Outcome};

impl Simulation {
    /// A fault strikes, and its end is planned.
    pub(super) fn fault_strikes(&mut self, index: u32) {
        let fault = self.faults[index as usize].clone();
        match &fault.target {
            Target::Component(name) => {
                if let Some(at) = self.part_named(name) {
                    self.strike_part(at, fault.settings.fault, fault.settings.factor);
                }
            }
            Target::Wire(from, to) => {
                if let Some(wire) = self.wire_named(from, to) {
                    self.strike_wire(wire, fault.settings.fault, fault.settings.factor);
                }
            }
        }
        if let Some(lasts) = fault.settings.lasts {
            self.calendar.schedule(self.now, Delay::For(lasts), Event::FaultEnd.on(index));
        }
    }

    fn part_named(&self, name: &str) -> Option<u32> {
        self.parts.iter().position(|part| part.name == name && !part.gone).map(|index| index as u32)
    }

    fn wire_named(&self, from: &str, to: &str) -> Option<u32> {
        let (from, to) = (self.part_named(from)?, self.part_named(to)?);
        self.wires.iter().position(|wire| wire.from == from && wire.to == to).map(|index| index as u32)
    }

    fn strike_part(&mut self, at: u32, kind: FaultKind, factor: f64) {
        let part = &mut self.parts[at as usize];
        match kind {
            FaultKind::Crash => self.crash(at),
            FaultKind::Restart => {
                self.crash(at);
                let boot = self.parts[at as usize].boot;
                let seq = self.calendar.schedule(self.now, Delay::For(boot), Event::Boot.on(at));
                self.parts[at as usize].booting = seq;
                self.tell(Happening::Booting(at));
            }
            FaultKind::SlowDown => {
                part.slow = factor;
                self.tell(Happening::Slowed(at, (factor * 100.0) as u32));
            }
            FaultKind::Partition => {
                part.cut = true;
                self.consumers_vanish(at, false);
                self.tell(Happening::CutOff(at));
            }
            FaultKind::CacheFlush => {
                if let Behavior::Cache(cache) = &mut part.behavior {
                    cache.flush();
                    self.tell(Happening::Flushed(at));
                }
            }
        }
    }

    fn strike_wire(&mut self, index: u32, kind: FaultKind, factor: f64) {
        let wire = &mut self.wires[index as usize];
        match kind {
            FaultKind::SlowDown => {
                wire.slow = factor;
                wire.set_latency(&mut self.calendar);
                self.tell(Happening::WireSlowed(index, (factor * 100.0) as u32));
            }
            // A wire has no process and no memory: what else may strike it cuts it.
            FaultKind::Partition | FaultKind::Crash | FaultKind::Restart | FaultKind::CacheFlush => {
                wire.cut = true;
                let ends = [wire.from, wire.to];
                ends.into_iter().for_each(|at| self.consumers_vanish(at, false));
                self.tell(Happening::WireCut(index));
            }
        }
    }

    /// A fault that lasts a while is over.
    pub(super) fn fault_ends(&mut self, index: u32) {
        let fault = self.faults[index as usize].clone();
        let kind = fault.settings.fault;
        match &fault.target {
            Target::Component(name) => {
                let Some(at) = self.part_named(name) else { return };
                let part = &mut self.parts[at as usize];
                match kind {
                    FaultKind::Crash | FaultKind::Restart => (part.down, part.booting) = (false, 0),
                    FaultKind::SlowDown => part.slow = 1.0,
                    FaultKind::Partition => part.cut = false,
                    FaultKind::CacheFlush => return,
                }
                self.tell(Happening::Recovered(at));
                self.stir(at);
            }
            Target::Wire(from, to) => {
                let Some(index) = self.wire_named(from, to) else { return };
                let wire = &mut self.wires[index as usize];
                match kind {
                    FaultKind::SlowDown => wire.slow = 1.0,
                    _ => wire.cut = false,
                }
                wire.set_latency(&mut self.calendar);
                let ends = [wire.from, wire.to];
                self.tell(Happening::WireRecovered(index));
                ends.into_iter().for_each(|at| self.stir(at));
            }
        }
    }

    /// A restarted component is back.
    pub(super) fn boot_over(&mut self, at: u32, seq: u32) {
        let part = &mut self.parts[at as usize];
        if part.booting != seq {
            return;
        }
        (part.down, part.booting) = (false, 0);
        self.tell(Happening::Recovered(at));
        self.stir(at);
    }

    /// The process dies: all it held is lost, and its callers' connections break.
    pub(super) fn crash(&mut self, at: u32) {
        let part = &mut self.parts[at as usize];
        if matches!(part.behavior, Behavior::Clients(_)) || part.down {
            return;
        }
        part.down = true;
        self.lose_all(at);
        self.tell(Happening::Crashed(at));
    }

    /// Ends all work at a component: its own calls are abandoned, its callers see a failure.
    pub(super) fn lose_all(&mut self, at: u32) {
        let now = self.now;
        match &self.parts[at as usize].behavior {
            Behavior::Broker(_) => self.broker_crashes(at),
            Behavior::Server(server) if server.inbox.is_some() => self.consumers_vanish(at, true),
            _ => {}
        }
        self.parts[at as usize].behavior.clear(now);
        let attempts = &self.attempts;
        self.ready.retain(|index| attempts[*index].at != at);
        let here =
            |stage: Stage| matches!(stage, Stage::WaitingSlot | Stage::WaitingCore | Stage::Working | Stage::Calling);
        for index in self.attempts.which(|attempt| attempt.at == at && here(attempt.stage)) {
            let child = std::mem::replace(&mut self.attempts[index].child, NONE);
            self.abandon(child, Outcome::Failed);
            self.attempts[index].due = 0;
            self.answer(index, Outcome::Failed);
        }
    }

    /// Users leave with their component: whoever works for them works for nobody from now on.
    pub(super) fn send_users_home(&mut self, at: u32) {
        for index in self.attempts.which(|attempt| attempt.at == at && attempt.wire == NONE && attempt.op == Op::Serve)
        {
            self.attempts[index].tries = 0;
            match self.attempts[index].stage {
                Stage::Pausing => self.attempts.remove(index),
                _ => self.give_up(index),
            }
        }
    }

    /// Plans the faults of a design that lie ahead and are not planned yet; those it no longer has do not strike.
    pub(super) fn plan_faults(&mut self, faults: &[crate::design::Fault]) {
        for fault in faults {
            let ahead = fault.settings.at >= self.now;
            if ahead && !self.scripted.contains(fault) {
                self.faults.push(fault.clone());
                let index = self.faults.len() as u32 - 1;
                let delay: Time = fault.settings.at.since(self.now);
                self.calendar.schedule(self.now, Delay::For(delay), Event::Fault.on(index));
            }
        }
        self.scripted = faults.to_vec();
    }
}
