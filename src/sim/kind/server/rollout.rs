//! Instances that come and go: restarts of single ones, machines that are resized, and deploys, one instance after another.

use std::collections::VecDeque;

use crate::sim::Happening;
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::units::Time;

use super::agenda::Chore;
use super::{Instance, Machine, State};

/// How long an instance may go on with what it holds before it is stopped (the grace period of Kubernetes is as long).
const DRAIN: Time = Time::from_secs(30);

/// A rolling change: instances that wait for their turn.
#[derive(Clone, Debug, Default)]
pub struct Rollout {
    queue: VecDeque<u16>,
    /// Whose turn it is.
    current: Option<u16>,
    /// How long each is down.
    downtime: Time,
}

impl Rollout {
    /// Forgets the rest.
    pub fn clear(&mut self) {
        (self.queue, self.current) = (VecDeque::new(), None);
    }
}

impl Simulation {
    /// Kills the process of an instance: all it holds is lost; it is back after `down`.
    pub(super) fn stop_instance(&mut self, at: u32, instance: u16, down: Time) {
        let now = self.now;
        let server = self.server(at);
        let index = usize::from(instance);
        server.memory_now(index, now);
        server.count(now);
        let gone = server.instances[index].state == State::Draining;
        server.instances[index].state = if gone { State::Off } else { State::Booting };
        server.agenda.cancel(|chore| chore.is_of(instance));
        server.lost += server.instances[index].clear(now);
        server.inbox.iter_mut().for_each(|inbox| inbox.clear_machine(index, now));
        self.forget_paused(at, instance);
        if !gone {
            self.consumers_vanish(at, Some(instance), true);
            self.plan_chore(at, down, Chore::Up(instance));
        }
        self.lose_work(at, Some(instance));
        let rollout = &mut self.server(at).rollout;
        if gone && rollout.current == Some(instance) {
            rollout.current = None;
            self.next_turn(at);
        }
    }

    /// Some instances of a group die; each is back after a while.
    pub(in crate::sim) fn kill_instances(&mut self, at: u32, count: u32, lasts: Option<Time>) {
        let down = lasts.unwrap_or(self.parts[at as usize].boot);
        let Behavior::Server(server) = &self.parts[at as usize].behavior else { return };
        let mut doomed = server.which(|instance| instance.state == State::Up);
        doomed.truncate(count as usize);
        self.tell(Happening::InstancesDied(at, doomed.len() as u32));
        doomed.into_iter().for_each(|instance| self.stop_instance(at, instance, down));
    }

    /// An instance comes up, for the first time or again.
    pub(super) fn instance_up(&mut self, at: u32, instance: u16) {
        let first = self.server(at).instances[usize::from(instance)].state == State::Starting;
        self.starts_anew(at, instance);
        self.consumers_change(at);
        let serving = self.server(at).serving();
        self.tell(if first { Happening::Scaled(at, serving) } else { Happening::Recovered(at) });
        let rollout = &mut self.server(at).rollout;
        if rollout.current == Some(instance) {
            rollout.current = None;
            self.next_turn(at);
        }
    }

    /// A new version is deployed, `slower` times slower than the first: one instance after another.
    pub(in crate::sim) fn deploy(&mut self, at: u32, slower: f64) {
        let boot = self.parts[at as usize].boot;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        server.version = slower;
        self.roll_out(at, boot);
    }

    /// The machine is another from now on: each instance moves to it. A single one is stopped; a group goes on in turn.
    pub(super) fn resize(&mut self, at: u32, machine: Machine) {
        let time = self.server(at).settings.resize_time();
        let server = self.server(at);
        server.machine = machine;
        if time == Time::ZERO {
            let (settings, frozen) = (&server.settings, server.pause.is_on());
            for instance in server.instances.iter_mut() {
                instance.machine = machine;
                instance.open(settings, frozen);
            }
            return;
        }
        self.tell(Happening::Resizing(at));
        let down = time + self.parts[at as usize].boot;
        let there: Vec<u16> = self.server(at).which(Instance::is_there);
        match there.as_slice() {
            [only] if self.server(at).instances[usize::from(*only)].runs() => self.stop_instance(at, *only, down),
            _ => self.roll_out(at, down),
        }
    }

    /// Starts (or goes on with) a rolling change.
    fn roll_out(&mut self, at: u32, downtime: Time) {
        let server = self.server(at);
        let waiting = server.which(|instance| instance.state == State::Up).into();
        (server.rollout.queue, server.rollout.downtime) = (waiting, downtime);
        if server.rollout.current.is_none() {
            self.next_turn(at);
        }
    }

    fn next_turn(&mut self, at: u32) {
        let server = self.server(at);
        while let Some(instance) = server.rollout.queue.pop_front() {
            let (version, machine) = (server.version, server.machine);
            let next = &mut server.instances[usize::from(instance)];
            if next.state != State::Up || (next.version == version && next.machine == machine) {
                continue;
            }
            next.state = State::Updating;
            server.rollout.current = Some(instance);
            return self.drain(at, instance);
        }
    }

    /// An instance takes nothing new; it goes (or comes back as something newer) when it is empty, or has had its time.
    pub(super) fn drain(&mut self, at: u32, instance: u16) {
        if self.server(at).inbox.is_some() {
            // It goes when its consumers hold no message any more.
            return;
        }
        match self.server(at).instances[usize::from(instance)].is_empty() {
            true => self.drained(at, instance),
            false => self.plan_chore(at, DRAIN, Chore::Drained(instance)),
        }
    }

    /// A draining instance is empty.
    pub(super) fn drained(&mut self, at: u32, instance: u16) {
        let server = self.server(at);
        let down = server.rollout.downtime;
        self.stop_instance(at, instance, down);
    }

    /// A draining instance has had its time.
    pub(super) fn drain_over(&mut self, at: u32, instance: u16) {
        if matches!(self.server(at).instances[usize::from(instance)].state, State::Draining | State::Updating) {
            self.drained(at, instance);
        }
    }

    /// A component is back after a crash: all its instances start anew, with what is deployed by now.
    pub(in crate::sim) fn wake_server(&mut self, at: u32) {
        let Behavior::Server(server) = &self.parts[at as usize].behavior else { return };
        server.which(Instance::is_there).into_iter().for_each(|instance| self.starts_anew(at, instance));
    }
}

impl Chore {
    /// Whether it is planned for this instance.
    fn is_of(self, instance: u16) -> bool {
        match self {
            Chore::Up(of) | Chore::Kill(of) | Chore::Leak(of) | Chore::Drained(of) | Chore::Flush(of, _) => {
                of == instance
            }
            Chore::Look => false,
        }
    }
}
