//! Faults: what strikes components, and what comes back when it ends. Faults of one kind on one target may overlap; each
//! ends on its own. What strikes wires is in `network`.

use crate::design::{FaultKind, Target};
use crate::units::Time;

use super::attempt::{Attempt, NONE, Op, Stage};
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

    fn strike_part(&mut self, at: u32, index: u32) {
        let settings = self.faults[index as usize].settings.clone();
        let (kind, factor) = (settings.fault, settings.factor);
        if !self.may_strike(at, kind) {
            return;
        }
        match kind {
            FaultKind::Restart => return self.restart(at, settings.lasts),
            FaultKind::Crash if settings.instances > 0 && !self.is_one_worker(at) => {
                return match &self.parts[at as usize].behavior {
                    Behavior::Database(_) => self.kill_nodes(at, settings.instances, settings.lasts),
                    Behavior::Broker(_) => self.kill_queue_nodes(at, &settings),
                    _ => self.kill_instances(at, settings.instances, settings.lasts),
                };
            }
            FaultKind::CacheFlush => {
                match &mut self.parts[at as usize].behavior {
                    Behavior::Cache(cache) => cache.flush(),
                    Behavior::Cdn(cdn) => cdn.flush(),
                    Behavior::Balancer(balancer) => {
                        if !balancer.flush_copies() {
                            return;
                        }
                    }
                    _ => return,
                }
                self.tell(Happening::Flushed(at));
                return;
            }
            _ => {}
        }
        self.parts[at as usize].faults.push(index);
        match kind {
            FaultKind::Crash => self.crash(at),
            FaultKind::GcPause => self.pause_server(at, 1),
            FaultKind::Partition => self.consumers_vanish(at, None, false),
            _ => {}
        }
        self.refresh_part(at, kind);
        let percent = (factor * 100.0) as u32;
        match kind {
            FaultKind::SlowDown => self.tell(Happening::Slowed(at, percent)),
            FaultKind::Partition => {
                self.tell(Happening::CutOff(at));
                self.database_lost(at);
            }
            FaultKind::DiskFull => self.tell(Happening::DiskFull(at)),
            FaultKind::GcPause => self.tell(Happening::Paused(at)),
            FaultKind::MemoryLeak => self.tell(Happening::Leaking(at)),
            FaultKind::Deploy => self.tell(Happening::Deploying(at, percent)),
            FaultKind::HotKey => self.tell(Happening::HotKey(at)),
            FaultKind::TrafficSurge => self.tell(Happening::Surged(at, percent)),
            _ => {}
        }
    }

    /// Whether it works off messages.
    pub(super) fn is_worker(&self, at: u32) -> bool {
        matches!(&self.parts[at as usize].behavior, Behavior::Server(server) if server.inbox.is_some())
    }

    /// Whether it works off messages, on a single machine.
    fn is_one_worker(&self, at: u32) -> bool {
        matches!(&self.parts[at as usize].behavior, Behavior::Server(server) if server.inbox.is_some() && server.is_alone())
    }

    /// Whether a fault means anything to this component.
    fn may_strike(&self, at: u32, kind: FaultKind) -> bool {
        match (&self.parts[at as usize].behavior, kind) {
            (Behavior::Clients(_), FaultKind::HotKey | FaultKind::TrafficSurge) => true,
            (Behavior::Clients(_), FaultKind::Crash | FaultKind::Restart) => false,
            (_, FaultKind::HotKey | FaultKind::TrafficSurge) => false,
            // A worker is one process: its deploy is a restart.
            (Behavior::Server(server), FaultKind::Deploy) if server.inbox.is_some() => false,
            (Behavior::Server(_), FaultKind::GcPause | FaultKind::MemoryLeak | FaultKind::Deploy) => true,
            (_, FaultKind::GcPause | FaultKind::MemoryLeak | FaultKind::Deploy) => false,
            (Behavior::Database(_), FaultKind::DiskFull) => true,
            (_, FaultKind::DiskFull) => false,
            _ => true,
        }
    }

    /// Makes a component be what the faults of this kind that are on make of it. So faults that overlap end one by one:
    /// what slows down multiplies, and what is cut stays cut until the last cut is over.
    fn refresh_part(&mut self, at: u32, kind: FaultKind) {
        let on = self.parts[at as usize].faults.iter().map(|fault| &self.faults[*fault as usize].settings);
        let mut of_kind = on.filter(|on| on.fault == kind);
        let (count, product) = of_kind.clone().fold((0, 1.0), |(count, product), on| (count + 1, product * on.factor));
        let leak = of_kind.clone().map(|on| on.rate.0 as f64).sum();
        let hot = of_kind.next_back().map(|on| (on.share.0, on.key, on.classes.clone()));
        let part = &mut self.parts[at as usize];
        match kind {
            FaultKind::SlowDown => part.slow = product,
            FaultKind::Partition => part.cut = count > 0,
            FaultKind::MemoryLeak => self.set_leak(at, leak),
            FaultKind::Deploy => self.deploy(at, product),
            FaultKind::HotKey => self.set_hot_key(at, hot),
            FaultKind::TrafficSurge => self.set_surge(at, product),
            FaultKind::Crash => self.refresh_down(at),
            FaultKind::DiskFull => {
                if let Behavior::Database(database) = &mut part.behavior {
                    database.fill_disk(count > 0);
                }
            }
            _ => {}
        }
    }

    /// A component is down while a crash is on or it boots.
    pub(super) fn refresh_down(&mut self, at: u32) {
        let crash = |fault: &u32| self.faults[*fault as usize].settings.fault == FaultKind::Crash;
        let part = &self.parts[at as usize];
        let down = part.faults.iter().any(crash) || part.booting != 0 || self.is_leaderless(at);
        let was = std::mem::replace(&mut self.parts[at as usize].down, down);
        if was && !down {
            self.wake_server(at);
        }
    }

    /// The process is stopped, and comes back after its boot time (or the time that the fault gives). What was killed
    /// for good comes back, too; a machine that is dead for a given time stays so.
    fn restart(&mut self, at: u32, lasts: Option<Time>) {
        self.crash(at);
        let faults = &self.faults;
        self.parts[at as usize].faults.retain(|fault| {
            let settings = &faults[*fault as usize].settings;
            settings.fault != FaultKind::Crash || settings.lasts.is_some()
        });
        let boot = lasts.unwrap_or(self.parts[at as usize].boot);
        let seq = self.calendar.schedule(self.now, Delay::For(boot), Event::Boot.on(at));
        let part = &mut self.parts[at as usize];
        (part.booting, part.down) = (seq, true);
        self.tell(Happening::Booting(at));
    }

    /// A fault that lasts a while is over; others on the same target go on.
    pub(super) fn fault_ends(&mut self, index: u32) {
        self.release_wires(index);
        for at in 0..self.parts.len() as u32 {
            self.part_fault_ends(index, at);
        }
        self.databases_wake();
    }

    fn part_fault_ends(&mut self, fault: u32, at: u32) {
        let faults = &mut self.parts[at as usize].faults;
        let Some(found) = faults.iter().position(|on| *on == fault) else { return };
        faults.remove(found);
        let kind = self.faults[fault as usize].settings.fault;
        if kind == FaultKind::GcPause {
            self.pause_server(at, -1);
        }
        self.refresh_part(at, kind);
        if !self.parts[at as usize].down {
            self.tell(Happening::Recovered(at));
            self.stir(at);
        }
    }

    /// A restarted component is back.
    pub(super) fn boot_over(&mut self, at: u32, seq: u32) {
        if self.parts[at as usize].booting != seq {
            return;
        }
        self.parts[at as usize].booting = 0;
        self.refresh_down(at);
        if !self.parts[at as usize].down {
            self.tell(Happening::Recovered(at));
            self.databases_wake();
            self.stir(at);
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
        self.database_lost(at);
    }

    /// Ends all work at a component.
    pub(super) fn lose_all(&mut self, at: u32) {
        let now = self.now;
        match &self.parts[at as usize].behavior {
            Behavior::Broker(_) => self.broker_crashes(at),
            Behavior::Server(server) if server.inbox.is_some() => self.consumers_vanish(at, None, true),
            _ => {}
        }
        self.parts[at as usize].behavior.clear(now);
        if let Behavior::Server(server) = &mut self.parts[at as usize].behavior {
            server.forget_pauses(&self.attempts, at);
        }
        self.lose_work(at, None);
    }

    /// Ends all work at a component, or at one instance of a server: its own calls are abandoned, its callers see a failure.
    pub(super) fn lose_work(&mut self, at: u32, instance: Option<u16>) {
        let attempts = &self.attempts;
        let meant =
            |attempt: &Attempt| attempt.at == at && instance.is_none_or(|instance| instance == attempt.instance);
        self.ready.retain(|index| !meant(&attempts[*index]));
        // A request that DNS has sent on has nothing to do with it any more.
        let passed = matches!(self.parts[at as usize].behavior, Behavior::Dns(_));
        let here = |stage: Stage| match stage {
            Stage::WaitingSlot | Stage::WaitingCore | Stage::Working => true,
            Stage::Calling => !passed,
            _ => false,
        };
        self.lose_inner_work(at);
        let attempts = &self.attempts;
        let meant =
            |attempt: &Attempt| attempt.at == at && instance.is_none_or(|instance| instance == attempt.instance);
        for index in attempts.which(|attempt| meant(attempt) && here(attempt.stage)) {
            self.orphan_transaction(index);
            let child = std::mem::replace(&mut self.attempts[index].child, NONE);
            self.abandon(child, Outcome::Failed);
            self.attempts[index].due = 0;
            match &mut self.parts[at as usize].behavior {
                // Work after the answer: nobody waits for it.
                Behavior::Server(server) if self.attempts[index].wire == NONE => {
                    server.lost += self.attempts[index].version.max(1);
                    self.attempts.remove(index);
                }
                // A component's own doing: nobody asked for it.
                _ if self.attempts[index].wire == NONE => self.attempts.remove(index),
                _ => {
                    let asked = self.attempts[index].op.is_request();
                    self.parts[at as usize].frame.dead += u32::from(asked);
                    self.answer(index, Outcome::Failed);
                }
            }
        }
        // Where only an instance died, the others settle what it had begun.
        self.settle_orphans();
    }

    /// Users leave with their component: whoever works for them works for nobody from now on.
    pub(super) fn send_users_home(&mut self, at: u32) {
        if !matches!(self.parts[at as usize].behavior, Behavior::Clients(_)) {
            return;
        }
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
