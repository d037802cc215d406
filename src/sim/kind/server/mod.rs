//! The server: a slot is held for the whole stay, cores are shared first come first served, and the plan of a request
//! follows from what is wired to it.

mod plan;

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{NONE, Op, PROBE, Stage};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, Step, by_key};
use crate::sim::station::{Admission, Station};
use crate::sim::{ComponentFrame, FRAME, Outcome};

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
            Step::NoStore => self.leave(at, index, Outcome::Failed),
            Step::Done => self.leave(at, index, Outcome::Ok),
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
        self.next_core(at);
        self.attempts[index].step += 1;
        self.server_steps(at, index);
    }

    /// Gives a core that is free to the next in line that somebody still waits for.
    fn next_core(&mut self, at: u32) {
        let now = self.now;
        while let Behavior::Server(server) = &mut self.parts[at as usize].behavior {
            let Some(next) = server.cores.next(now, &self.attempts) else { return };
            if self.attempts[next].rare != NONE && self.attempts.deadline(next) <= now {
                server.cores.release(now);
                self.expire(at, next);
                continue;
            }
            let waited = now.since(self.attempts[next].since);
            self.parts[at as usize].frame.waited += waited.as_secs_f64();
            return self.core_starts(at, next);
        }
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
        let class = self.attempts[index].class;
        let storage = |stores: &Stores| by_key(&stores.storages, key);
        let (wire, op) = match step {
            Step::Read | Step::Write => match self.cache_call(at, class, key, step == Step::Write) {
                Some(call) => call,
                None if step == Step::Write => return self.server_asks_database(at, index, Op::Write, key),
                None => return self.server_asks_database(at, index, Op::Read, key),
            },
            Step::Put => (storage(&self.server(at).stores[usize::from(class)]), Op::Put),
            _ => (storage(&self.server(at).stores[usize::from(class)]), Op::Fetch),
        };
        match wire {
            NONE => self.leave(at, index, Outcome::Failed),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// Asks the database that keeps a key.
    pub(in crate::sim::kind) fn server_asks_database(&mut self, at: u32, index: u32, op: Op, key: u32) {
        let class = usize::from(self.attempts[index].class);
        match by_key(&self.server(at).stores[class].databases, key) {
            NONE => self.leave(at, index, Outcome::Failed),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// The key of the current step: the request's own for the first step of its plan that has one, fresh ones after.
    fn step_key(&mut self, at: u32, index: u32) -> u32 {
        let attempt = &self.attempts[index];
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
            Op::Lookup if !(ok && reply.hit) => return self.missed(at, index, reply),
            Op::Lookup => self.judge_hit(at, reply),
            // A fallback's answer is not worth remembering, and what it stands in for was not written.
            Op::Read if reply.outcome == Outcome::Ok => self.remember(at, index, reply),
            Op::Write if reply.outcome == Outcome::Ok && self.invalidate(at, index, reply) => return,
            // What is written is written, whether or not the cache has let go of it.
            Op::Delete => {}
            _ if !ok => return self.leave(at, index, reply.outcome),
            _ => {}
        }
        if matches!(reply.op, Op::Lookup | Op::Read | Op::Serve) {
            // The version of what the answer is made of.
            self.attempts[index].version = reply.version;
        }
        self.attempts[index].step += 1;
        self.server_steps(at, index);
    }
}
