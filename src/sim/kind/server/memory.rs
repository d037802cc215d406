//! A server's memory: what the process takes, what each request in it takes, and what leaks; too much, and it is killed.

use crate::sim::Happening;
use crate::sim::attempt::{PROBE, Stage};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::units::Time;

use super::agenda::Chore;
use super::{Server, State};

/// The memory of one instance, in bytes. Nothing is swapped.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Held by requests.
    held: u64,
    /// Lost to a leak, up to `changed`.
    leaked: f64,
    changed: Time,
    /// Bytes · seconds since the last frame.
    area: f64,
}

impl Memory {
    fn account(&mut self, now: Time, base: u64, leak: f64) {
        let span = now.since(self.changed).as_secs_f64();
        self.area += (base as f64 + self.held as f64 + self.leaked + leak * span / 2.0) * span;
        self.leaked += leak * span;
        self.changed = now;
    }

    /// Loses everything.
    pub fn clear(&mut self, now: Time) {
        (self.held, self.leaked, self.changed) = (0, 0.0, now);
    }
}

impl Server {
    /// Whether memory is watched at all.
    #[inline]
    pub fn watches_memory(&self) -> bool {
        !self.footprints.is_empty()
    }

    /// What a process of this server takes before its first request.
    fn base(&self, instance: usize) -> u64 {
        if self.instances[instance].runs() { self.settings.base_memory.0 } else { 0 }
    }

    /// Brings an instance's memory up to date; gives the bytes that it uses.
    pub fn memory_now(&mut self, instance: usize, now: Time) -> f64 {
        let base = self.base(instance);
        let leak = if self.instances[instance].runs() { self.leak } else { 0.0 };
        let memory = &mut self.instances[instance].memory;
        memory.account(now, base, leak);
        base as f64 + memory.held as f64 + memory.leaked
    }

    /// A request of this class begins to take memory; whether that is more than there is.
    pub fn memory_grows(&mut self, instance: usize, class: u16, now: Time) -> bool {
        let used = self.memory_now(instance, now);
        let more = self.footprint(class);
        self.instances[instance].memory.held += more;
        self.instances[instance].machine.memory.is_some_and(|limit| used + more as f64 > limit as f64)
    }

    /// A request of this class gives its memory back.
    pub fn memory_shrinks(&mut self, instance: usize, class: u16, now: Time) {
        self.memory_now(instance, now);
        let less = self.footprint(class);
        let held = &mut self.instances[instance].memory.held;
        *held = held.saturating_sub(less);
    }

    fn footprint(&self, class: u16) -> u64 {
        if class == PROBE { 0 } else { self.footprints.get(usize::from(class)).copied().unwrap_or(0) }
    }

    /// The time average of the bytes in use over the frame that ends now, all instances together.
    pub fn harvest_memory(&mut self, now: Time, span: Time) -> f64 {
        let mut area = 0.0;
        for instance in 0..self.instances.len() {
            self.memory_now(instance, now);
            area += std::mem::take(&mut self.instances[instance].memory.area);
        }
        area / span.as_secs_f64()
    }
}

impl Simulation {
    /// Notes anew what each class takes here, and what is taken already, where that has changed.
    pub(super) fn recount_memory(&mut self, at: u32) {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        let footprints: Vec<u64> = match server.machine.memory {
            Some(_) => self.classes.iter().map(|class| class.cost.memory.0).collect(),
            None => Vec::new(),
        };
        if server.footprints == footprints {
            return;
        }
        (0..server.instances.len()).for_each(|instance| _ = server.memory_now(instance, now));
        server.footprints = footprints;
        server.instances.iter_mut().for_each(|instance| instance.memory.held = 0);
        let here = |stage| matches!(stage, Stage::WaitingSlot | Stage::WaitingCore | Stage::Working | Stage::Calling);
        for index in self.attempts.which(|attempt| attempt.at == at && here(attempt.stage)) {
            let attempt = &self.attempts[index];
            let more = server.footprint(attempt.class);
            if let Some(instance) = server.instances.get_mut(usize::from(attempt.instance)) {
                instance.memory.held += more;
            }
        }
    }

    /// An instance has run out of memory: the kernel kills the process, and it starts again.
    pub(super) fn out_of_memory(&mut self, at: u32, instance: u16) {
        if !self.server(at).instances[usize::from(instance)].runs() {
            return;
        }
        self.tell(Happening::OutOfMemory(at));
        let boot = self.parts[at as usize].boot;
        self.stop_instance(at, instance, boot);
    }

    /// Sets how many bytes per second each instance leaks.
    pub(in crate::sim) fn set_leak(&mut self, at: u32, leak: f64) {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        (0..server.instances.len()).for_each(|instance| _ = server.memory_now(instance, now));
        server.leak = leak;
        (0..server.instances.len() as u16).for_each(|instance| self.foresee_leak(at, instance));
    }

    /// Plans to look when a leak will have eaten what is left, if nothing else changes.
    pub(super) fn foresee_leak(&mut self, at: u32, instance: u16) {
        let now = self.now;
        let server = self.server(at);
        server.agenda.cancel(|chore| chore == Chore::Leak(instance));
        let index = usize::from(instance);
        let Some(limit) = server.instances[index].machine.memory else { return };
        if server.leak <= 0.0 || !server.instances[index].runs() {
            return;
        }
        let left = limit as f64 - server.memory_now(index, now);
        let delay = Time::from_secs_f64((left / server.leak).max(0.0)) + Time(1);
        self.plan_chore(at, delay, Chore::Leak(instance));
    }

    /// Looks whether a leak has eaten all there was.
    pub(super) fn leak_looks(&mut self, at: u32, instance: u16) {
        let now = self.now;
        let server = self.server(at);
        let index = usize::from(instance);
        let used = server.memory_now(index, now);
        match server.instances[index].machine.memory {
            Some(limit) if used > limit as f64 => self.out_of_memory(at, instance),
            _ => self.foresee_leak(at, instance),
        }
    }

    /// An instance that takes no new request, and is not Up yet, comes up: with a new process.
    pub(super) fn starts_anew(&mut self, at: u32, instance: u16) {
        let now = self.now;
        let server = self.server(at);
        let index = usize::from(instance);
        // Up to now there was no process.
        server.memory_now(index, now);
        let (machine, version, frozen) = (server.machine, server.version, server.pause.is_on());
        let settings = &server.settings;
        let fresh = &mut server.instances[index];
        (fresh.state, fresh.machine, fresh.version) = (State::Up, machine, version);
        (fresh.started, fresh.emptied) = (Some(now), now);
        fresh.open(settings, frozen);
        server.uneven |= server.settings.warm_up > Time::ZERO || version != 1.0;
        self.foresee_leak(at, instance);
    }
}
