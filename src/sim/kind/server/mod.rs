//! The server: a slot is held for the whole stay, cores are shared first come first served, and the plan of a request
//! follows from what is wired to it.

mod plan;

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op, PROBE, Stage};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::kind::worker::{Inbox, is_poison};
use crate::sim::part::{Behavior, Step, by_key};
use crate::sim::station::{Admission, Station};
use crate::sim::{ComponentFrame, FRAME, Outcome};

use crate::sim::random::mix;

/// A server at run time.
#[derive(Clone, Debug)]
pub struct Server {
    /// What the design says.
    pub settings: design::Server,
    /// Concurrency slots and the waiting room before them.
    pub slots: Station,
    /// Cores and the run queue before them, which the slots bound.
    pub cores: Station,
    /// Where the plan of each class starts among the engine's steps.
    pub plans: Vec<u32>,
    /// What each class uses.
    pub stores: Vec<Stores>,
    /// What makes it a worker; none is a server.
    pub inbox: Option<Box<Inbox>>,
}

/// The stores that requests of one class use: a wire carries all classes, or those it names.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    /// Wires to caches.
    pub caches: Vec<u32>,
    /// Wires to databases.
    pub databases: Vec<u32>,
    /// Wires to object storage.
    pub storages: Vec<u32>,
    /// Wires to lock services.
    pub locks: Vec<u32>,
}

impl Server {
    /// An empty server.
    pub fn new(settings: &design::Server) -> Server {
        Server {
            settings: settings.clone(),
            slots: Station::new(settings.concurrency, settings.capacity),
            cores: Station::new(settings.cores, u32::MAX),
            plans: Vec::new(),
            stores: Vec::new(),
            inbox: None,
        }
    }

    /// Takes over what the design says.
    pub fn configure(&mut self, settings: &design::Server) {
        self.settings = settings.clone();
        (self.slots.servers, self.slots.capacity) = (settings.concurrency, settings.capacity);
        self.cores.servers = settings.cores;
    }

    /// Loses all work in hand.
    pub fn clear(&mut self, now: Time) {
        self.slots.clear(now);
        self.cores.clear(now);
        self.inbox.iter_mut().for_each(|inbox| inbox.clear(now));
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        let (held, waiting) = self.slots.harvest(now, FRAME);
        let (busy, runnable) = self.cores.harvest(now, FRAME);
        frame.busy = busy;
        frame.servers = self.cores.servers as f32;
        frame.held = held;
        frame.slots = self.slots.servers as f32;
        frame.waiting = waiting + runnable;
        frame.capacity = self.slots.capacity as f32;
        self.inbox.iter_mut().for_each(|inbox| inbox.harvest(now, frame));
    }
}

impl Simulation {
    fn server(&mut self, at: u32) -> &mut Server {
        match &mut self.parts[at as usize].behavior {
            Behavior::Server(server) => server,
            _ => unreachable!("only servers have plans"),
        }
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_server(&mut self, at: u32, settings: &design::Server) {
        self.parts[at as usize].boot = settings.boot;
        self.server(at).configure(settings);
    }

    pub(in crate::sim) fn server_begins(&mut self, at: u32, index: u32) {
        let class = self.attempts[index].class;
        debug_assert!(class != PROBE, "probes have no plan");
        self.attempts[index].step = self.server(at).plans[usize::from(class)];
        self.server_steps(at, index);
    }

    /// Takes the next step of an attempt's plan.
    fn server_steps(&mut self, at: u32, index: u32) {
        let step = self.steps[self.attempts[index].step as usize];
        match step {
            Step::Cpu(_) => self.wants_core(at, index),
            Step::Read | Step::Write | Step::Put | Step::Fetch => self.server_calls(at, index, step),
            Step::Call(wire) => {
                let key = self.attempts[index].key;
                self.call(index, wire, Op::Serve, key, 0);
            }
            Step::Lock | Step::Unlock => self.calls_locks(at, index, step),
            Step::Judge if self.is_poisoned(index) => self.fail(at, index, Outcome::Failed),
            Step::Judge => self.next_step(at, index),
            Step::NoStore => self.fail(at, index, Outcome::Failed),
            Step::Done => {
                let outcome = self.attempts[index].outcome;
                self.leave(at, index, outcome);
            }
        }
    }

    fn wants_core(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        match server.cores.admit(now, index, &mut self.attempts) {
            Admission::Served => self.core_starts(at, index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingCore,
            Admission::Full => unreachable!("the run queue has no bound"),
        }
    }

    fn core_starts(&mut self, at: u32, index: u32) {
        let Step::Cpu(distribution) = self.steps[self.attempts[index].step as usize] else { return };
        self.attempts[index].stage = Stage::Working;
        let delay = self.service(at, crate::sim::part::Duration { distribution, constant: None });
        self.move_on(index, delay, Event::Done);
    }

    pub(in crate::sim) fn core_done(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        server.cores.release(now);
        if let Some(next) = server.cores.next(now, &self.attempts) {
            let waited = now.since(self.attempts[next].since);
            self.parts[at as usize].frame.waited += waited.as_secs_f64();
            self.core_starts(at, next);
        }
        self.attempts[index].step += 1;
        self.server_steps(at, index);
    }

    /// Lets runnable ones on where there are more cores now than before.
    pub(in crate::sim) fn refill_cores(&mut self, at: u32) {
        let now = self.now;
        while let Behavior::Server(server) = &mut self.parts[at as usize].behavior {
            let Some(next) = server.cores.next(now, &self.attempts) else { return };
            self.core_starts(at, next);
        }
    }

    /// Calls a store for a step of the plan.
    fn server_calls(&mut self, at: u32, index: u32, step: Step) {
        let key = self.step_key(at, index);
        let class = usize::from(self.attempts[index].class);
        let stores = &self.server(at).stores[class];
        let (wires, op) = match step {
            Step::Read if !stores.caches.is_empty() => (&stores.caches, Op::Lookup),
            Step::Read => (&stores.databases, Op::Read),
            Step::Write => (&stores.databases, Op::Write),
            Step::Put => (&stores.storages, Op::Put),
            _ => (&stores.storages, Op::Fetch),
        };
        let wire = by_key(wires, key);
        self.call(index, wire, op, key, 0);
    }

    /// The key of the current step: the request's own for the first step of its plan that has one, fresh ones after.
    fn step_key(&mut self, at: u32, index: u32) -> u32 {
        let attempt = &self.attempts[index];
        if attempt.token != 0 {
            // What is locked is what is read and written.
            return attempt.key;
        }
        let (class, step) = (usize::from(attempt.class), attempt.step);
        // Back to the end of the plan before: after a change in mid-run, the server's own plans are others than this one.
        let mut earlier = self.steps[..step as usize].iter().rev().take_while(|step| !matches!(step, Step::Done));
        if !earlier.any(|step| matches!(step, Step::Read | Step::Write)) {
            return self.attempts[index].key;
        }
        let stream = &mut self.parts[at as usize].stream;
        self.classes[class].keys.as_ref().map_or(0, |keys| keys.draw(stream))
    }

    /// A server goes on after a call it made.
    pub(in crate::sim) fn server_resumes(&mut self, at: u32, index: u32, reply: Reply) {
        let ok = matches!(reply.outcome, Outcome::Ok | Outcome::Degraded);
        match reply.op {
            // Cache-aside: a miss goes to the database, and so does a cache that fails.
            Op::Lookup if !(ok && reply.hit) => {
                let wire = by_key(&self.server(at).stores[usize::from(reply.class)].databases, reply.key);
                return match wire {
                    NONE => self.leave(at, index, Outcome::Failed),
                    wire => self.call(index, wire, Op::Read, reply.key, 0),
                };
            }
            Op::Lookup => self.judge_hit(at, reply),
            Op::Read if ok => self.remember(at, reply),
            Op::Write if ok => self.forget(at, reply),
            Op::Lock if ok => self.attempts[index].token = reply.version,
            // A lock that could not be given back runs out by itself.
            Op::Unlock => {
                self.attempts[index].token = 0;
                return self.next_step(at, index);
            }
            _ => {}
        }
        if !ok {
            return self.fail(at, index, reply.outcome);
        }
        self.next_step(at, index);
    }

    fn next_step(&mut self, at: u32, index: u32) {
        // A request that failed under a lock has let go of it now.
        if self.attempts[index].outcome != Outcome::Ok && self.attempts[index].token == 0 {
            let outcome = self.attempts[index].outcome;
            return self.leave(at, index, outcome);
        }
        self.attempts[index].step += 1;
        self.server_steps(at, index);
    }

    /// A request fails; if it holds a lock, it lets go of that first.
    fn fail(&mut self, at: u32, index: u32, outcome: Outcome) {
        let Attempt { token, step, .. } = self.attempts[index];
        let rest = &self.steps[step as usize..];
        let plan = rest.iter().take_while(|step| !matches!(step, Step::Done));
        match plan.zip(step..).find(|(step, _)| matches!(step, Step::Unlock)) {
            Some((_, unlock)) if token != 0 => {
                (self.attempts[index].outcome, self.attempts[index].step) = (outcome, unlock);
                self.server_steps(at, index);
            }
            _ => self.leave(at, index, outcome),
        }
    }

    fn is_poisoned(&self, index: u32) -> bool {
        let Attempt { class, key, user, .. } = self.attempts[index];
        let cost = &self.classes[usize::from(class)].cost;
        is_poison(class, if cost.uses_keys() { key } else { user }, cost.poison.0)
    }

    /// Asks the lock service for the lock of the request's key, or gives it back.
    fn calls_locks(&mut self, at: u32, index: u32, step: Step) {
        let Attempt { class, key, .. } = self.attempts[index];
        let wire = by_key(&self.server(at).stores[usize::from(class)].locks, key);
        let op = if step == Step::Lock { Op::Lock } else { Op::Unlock };
        match wire {
            // A change in mid-run took the lock service away.
            NONE => self.next_step(at, index),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// Notes whether a cache answered with an outdated version.
    fn judge_hit(&mut self, at: u32, reply: Reply) {
        if self.classes[usize::from(reply.class)].cost.writes == 0 {
            return;
        }
        let wire = by_key(&self.server(at).stores[usize::from(reply.class)].databases, reply.key);
        let Some(wire) = self.wires.get(wire as usize) else { return };
        let Behavior::Database(database) = &self.parts[wire.to as usize].behavior else { return };
        let stale = database.version(reply.class, reply.key) != reply.version;
        if stale && let Some(cache) = self.cache_of(at, reply.class, reply.key) {
            cache.note_stale();
        }
    }

    /// Fills the cache with what the database said; nobody waits for it.
    fn remember(&mut self, at: u32, reply: Reply) {
        let now = self.now;
        if let Some(cache) = self.cache_of(at, reply.class, reply.key) {
            cache.put(reply.class, reply.key, reply.version, now);
        }
    }

    /// Takes a written key out of the cache; nobody waits for it.
    fn forget(&mut self, at: u32, reply: Reply) {
        if let Some(cache) = self.cache_of(at, reply.class, reply.key) {
            cache.remove(reply.class, reply.key);
        }
    }

    fn cache_of(&mut self, at: u32, class: u16, key: u32) -> Option<&mut crate::sim::kind::Cache> {
        let wire = by_key(&self.server(at).stores[usize::from(class)].caches, key);
        let wire = self.wires.get(wire as usize)?;
        let part = &mut self.parts[wire.to as usize];
        if part.refuses() || part.cut || wire.cut {
            return None;
        }
        match &mut part.behavior {
            Behavior::Cache(cache) => Some(cache),
            _ => None,
        }
    }

    /// A hash of a user, for balancers that keep users together.
    pub(in crate::sim) fn user_hash(&self, index: u32) -> u64 {
        mix(u64::from(self.attempts[index].user) ^ 0x5bd1_e995)
    }
}
