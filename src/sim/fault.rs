//! Faults: what strikes components, and what comes back when it ends. Faults of one kind on one target may overlap; each
//! ends on its own. What strikes wires is in `network`.

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
        self.strike_wires(index);
        for at in self.parts_struck(index) {
            self.strike_part(at, index);
        }
        if let Some(lasts) = self.faults[index as usize].settings.lasts {
            self.calendar.schedule(self.now, Delay::For(lasts), Event::FaultEnd.on(index));
        }
    }

    /// The component of this name, as it is now.
    pub(super) fn part_named(&self, name: &str) -> Option<u32> {
        self.parts.iter().position(|part| part.name == name && !part.gone).map(|index| index as u32)
    }

    /// The components that a fault strikes: the one it names, or all that stand in the region it names. What strikes
    /// the network strikes wires; only a partition of a single component shows at the component too.
    fn parts_struck(&self, fault: u32) -> Vec<u32> {
        let fault = &self.faults[fault as usize];
        let Target::Component(name) = &fault.target else { return Vec::new() };
        let network = Simulation::is_of_the_network(fault.settings.fault);
        match self.part_named(name) {
            Some(at) if !network || fault.settings.fault == FaultKind::Partition => vec![at],
            Some(_) => Vec::new(),
            None if network => Vec::new(),
            None => (0..self.parts.len() as u32)
                .filter(|at| !self.parts[*at as usize].gone && self.is_in(*at, name))
                .collect(),
        }
    }

    fn strike_part(&mut self, at: u32, fault: u32) {
        let kind = self.faults[fault as usize].settings.fault;
        let part = &mut self.parts[at as usize];
        match kind {
            FaultKind::Crash => {
                part.faults.push(fault);
                self.crash(at);
            }
            FaultKind::Restart => {
                // Whoever restarts it ends its crashes; it comes back when it has booted, or when the fault ends.
                let faults = &self.faults;
                part.faults.retain(|other| faults[*other as usize].settings.fault != FaultKind::Crash);
                part.faults.push(fault);
                self.crash(at);
                let boot = self.parts[at as usize].boot;
                let seq = self.calendar.schedule(self.now, Delay::For(boot), Event::Boot.on(at));
                self.parts[at as usize].booting = seq;
                self.tell(Happening::Booting(at));
            }
            FaultKind::SlowDown => {
                part.faults.push(fault);
                let factor = self.faults[fault as usize].settings.factor;
                self.judge_part(at);
                self.tell(Happening::Slowed(at, (factor * 100.0) as u32));
            }
            FaultKind::Partition => {
                part.faults.push(fault);
                self.judge_part(at);
                self.tell(Happening::CutOff(at));
            }
            FaultKind::CacheFlush => {
                if let Behavior::Cache(cache) = &mut part.behavior {
                    cache.flush();
                    self.tell(Happening::Flushed(at));
                }
            }
            FaultKind::PacketLoss | FaultKind::AddedLatency => {}
        }
    }

    /// Works out what all faults in force together do to a component.
    fn judge_part(&mut self, at: u32) {
        let part = &mut self.parts[at as usize];
        (part.slow, part.cut) = (1.0, false);
        for fault in &part.faults {
            let settings = &self.faults[*fault as usize].settings;
            match settings.fault {
                FaultKind::SlowDown => part.slow *= settings.factor,
                FaultKind::Partition => part.cut = true,
                _ => {}
            }
        }
    }

    /// A fault that lasts a while is over; others on the same target go on.
    pub(super) fn fault_ends(&mut self, index: u32) {
        self.release_wires(index);
        let kind = self.faults[index as usize].settings.fault;
        for at in 0..self.parts.len() as u32 {
            let part = &mut self.parts[at as usize];
            if !part.faults.contains(&index) {
                continue;
            }
            part.faults.retain(|other| *other != index);
            match kind {
                FaultKind::Crash | FaultKind::Restart if self.is_crashed(at) => {}
                FaultKind::Crash | FaultKind::Restart => self.come_back(at),
                _ => {
                    self.judge_part(at);
                    self.tell(Happening::Recovered(at));
                }
            }
        }
    }

    /// Whether a crash in force keeps it down.
    fn is_crashed(&self, at: u32) -> bool {
        let crash = |fault: &u32| self.faults[*fault as usize].settings.fault == FaultKind::Crash;
        self.parts[at as usize].faults.iter().any(crash)
    }

    fn come_back(&mut self, at: u32) {
        let part = &mut self.parts[at as usize];
        if std::mem::take(&mut part.down) {
            part.booting = 0;
            self.tell(Happening::Recovered(at));
        }
    }

    /// A restarted component is back, unless it has crashed again since.
    pub(super) fn boot_over(&mut self, at: u32, seq: u32) {
        if self.parts[at as usize].booting != seq {
            return;
        }
        self.parts[at as usize].booting = 0;
        if !self.is_crashed(at) {
            self.come_back(at);
        }
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
        self.parts[at as usize].behavior.clear(now);
        let attempts = &self.attempts;
        self.ready.retain(|index| attempts[*index].at != at);
        // A request that DNS has sent on has nothing to do with it any more.
        let passed = matches!(self.parts[at as usize].behavior, Behavior::Dns(_));
        let here = |stage: Stage| match stage {
            Stage::WaitingSlot | Stage::WaitingCore | Stage::Working => true,
            Stage::Calling => !passed,
            _ => false,
        };
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
