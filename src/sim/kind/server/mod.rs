//! The server: a slot is held for the whole stay, cores are shared first come first served, and the plan of a request
//! follows from what is wired to it. Of a group of instances, each has its own slots, cores and waiting room.

mod agenda;
mod autoscale;
mod background;
mod entrance;
mod instance;
mod machines;
mod memory;
mod pause;
mod plan;
mod rollout;
mod transaction;
mod work;

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op, PROBE};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::kind::worker::{Inbox, is_poison};
use crate::sim::part::{Behavior, Step, by_key};
use crate::sim::row::Row;
use crate::sim::{ComponentFrame, FRAME, Figure, Outcome};

use instance::{Instance, Machine, State};

use super::router::Databases;

/// A server at run time. In this order, so that what every request touches lies together.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Server {
    /// The instances, those that are off included: attempts know theirs by its index.
    instances: Row<Instance>,
    /// Where the plan of each class starts among the engine's steps.
    pub plans: Vec<u32>,
    /// What each class uses.
    pub stores: Vec<Stores>,
    /// With more waiting than this, optional calls are left out.
    degrades: Option<u32>,
    /// What makes it a worker; none is a server.
    pub inbox: Option<Box<Inbox>>,
    /// How many may wait for a request of each class to be let in; empty makes no difference.
    limits: Vec<u32>,
    /// What a request of each class takes of memory; empty if memory is not watched.
    footprints: Vec<u64>,
    /// Whether instances may differ in speed.
    uneven: bool,
    /// The instance that was picked last.
    cursor: u32,
    pause: pause::Pause,
    /// What the design says.
    pub settings: design::Server,
    /// What new instances run on.
    machine: Machine,
    /// Bytes that leak per second, at each instance.
    leak: f64,
    /// How many times slower the version is that is deployed.
    version: f64,
    /// Accepted work that was lost in this frame.
    pub lost: u32,
    agenda: agenda::Agenda,
    scaling: autoscale::Scaling,
    rollout: rollout::Rollout,
}

/// The stores that requests of one class use: a wire carries all classes, or those it names.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    /// Wires to caches.
    pub caches: Vec<u32>,
    /// Wires to databases and shard routers; replicas of one primary count as one.
    pub databases: Databases,
    /// Wires to object storage.
    pub storages: Vec<u32>,
    /// Wires to lock services.
    pub locks: Vec<u32>,
}

impl Server {
    /// An empty server.
    pub fn new(settings: &design::Server) -> Server {
        let machine = Machine::of(settings);
        let mut server = Server {
            settings: settings.clone(),
            machine,
            instances: Row::default(),
            cursor: 0,
            plans: Vec::new(),
            stores: Vec::new(),
            inbox: None,
            limits: Vec::new(),
            degrades: None,
            footprints: Vec::new(),
            leak: 0.0,
            version: 1.0,
            uneven: false,
            lost: 0,
            agenda: agenda::Agenda::default(),
            pause: pause::Pause::default(),
            scaling: autoscale::Scaling::default(),
            rollout: rollout::Rollout::default(),
        };
        let count = settings.instances_at_start();
        let instances: Vec<Instance> = (0..count).map(|_| Instance::new(settings, machine, State::Up)).collect();
        server.instances = instances.into();
        server
    }

    /// Loses all work in hand: a crash of all instances. Those that were leaving are gone.
    pub fn clear(&mut self, now: Time) {
        (0..self.instances.len()).for_each(|instance| _ = self.memory_now(instance, now));
        self.count(now);
        for instance in self.instances.iter_mut() {
            self.lost += instance.clear(now);
            if instance.state == State::Draining {
                instance.state = State::Off;
            } else if instance.is_there() {
                instance.state = State::Booting;
            }
        }
        self.agenda.cancel(|chore| chore != agenda::Chore::Look);
        self.rollout.clear();
        self.inbox.iter_mut().for_each(|inbox| inbox.clear(now));
    }

    /// Whether no instance serves, but one will.
    pub fn is_booting(&self) -> bool {
        self.instances.iter().all(|instance| instance.state != State::Up)
    }

    /// The memory it takes, where that grows.
    pub fn bytes(&self) -> usize {
        self.instances.len() * size_of::<Instance>()
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        let (mut on_line, mut lines) = (0.0, 0.0);
        for instance in self.instances.iter_mut() {
            let (held, waiting) = instance.slots.harvest(now, FRAME);
            let (busy, runnable) = instance.cores.harvest(now, FRAME);
            let (line, sending) = instance.line.harvest(now, FRAME);
            on_line += line;
            frame.busy += busy;
            frame.held += held;
            frame.waiting += waiting + runnable + sending;
            if !matches!(instance.state, State::Off | State::Starting) {
                frame.servers += instance.machine.cores as f32;
                frame.slots += self.settings.concurrency as f32;
                frame.capacity += self.settings.capacity as f32;
                lines += 1.0;
            }
        }
        if self.settings.bandwidth_there().is_some() && lines > 0.0 {
            frame.figures.push((Figure::LineUtilization, on_line / lines));
        }
        let group = self.settings.instances > 1 || self.settings.autoscale.is_some() || self.instances.len() > 1;
        let there = self.harvest_instances(now);
        if group {
            frame.figures.push((Figure::Instances, there));
        }
        if self.watches_memory() {
            frame.figures.push((Figure::Memory, self.harvest_memory(now, FRAME) as f32));
        }
        if self.settings.answer_first || self.settings.batch.is_some() || self.settings.hold.is_some() {
            frame.figures.push((Figure::LostWork, std::mem::take(&mut self.lost) as f32));
        }
        let machines = self.machines_there();
        self.inbox.iter_mut().for_each(|inbox| inbox.harvest(now, machines, frame));
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
        let cost = self.classes.iter().map(|class| class.cost.criticality);
        let limits = settings.shed.as_ref().map(|shed| cost.map(|of| entrance::limit(settings, shed, of)).collect());
        self.parts[at as usize].boot = settings.boot;
        let server = self.server(at);
        (server.settings, server.limits) = (settings.clone(), limits.unwrap_or_default());
        server.degrades = settings.degrade.map(|share| entrance::places(settings, share));
        let (settings, frozen) = (&server.settings, server.pause.is_on());
        server.instances.iter_mut().for_each(|instance| instance.open(settings, frozen));
        server.uneven = settings.warm_up > Time::ZERO || server.version != 1.0 || server.uneven;
        let (machine, before) = (Machine::of(settings), server.machine);
        if machine != before {
            self.resize(at, machine);
        }
        self.recount_memory(at);
        self.configure_group(at);
    }

    /// A server starts on a request that was let in; unless it has waited too long to be worth it.
    pub(in crate::sim) fn server_begins(&mut self, at: u32, index: u32, waited: Time) {
        if self.shed_late(at, index, waited) {
            return;
        }
        let class = self.attempts[index].class;
        debug_assert!(class != PROBE, "probes have no plan");
        self.attempts[index].step = self.server(at).plans[usize::from(class)];
        self.server_steps(at, index);
    }

    /// Takes the next step of an attempt's plan.
    pub(super) fn server_steps(&mut self, at: u32, index: u32) {
        let step = self.steps[self.attempts[index].step as usize];
        match step {
            Step::Cpu(_) | Step::Bulk(_) => self.wants_core(at, index),
            Step::Send(_) => self.wants_line(at, index),
            Step::Read | Step::Write | Step::Put | Step::Fetch => self.server_calls(at, index, step),
            Step::Call(wire) if self.leaves_out(at, index, wire) => {
                self.attempts[index].step += 1;
                self.server_steps(at, index);
            }
            Step::Call(wire) => {
                let key = self.attempts[index].key;
                self.call(index, wire, Op::Serve, key, 0);
            }
            Step::Transact => self.server_transacts(at, index),
            Step::Lock | Step::Unlock => self.calls_locks(at, index, step),
            Step::Judge if self.is_poisoned(index) => self.fail(at, index, Outcome::Failed),
            Step::Judge => self.next_step(at, index),
            Step::NoStore => self.fail(at, index, Outcome::Failed),
            Step::Done => {
                let outcome = self.attempts[index].outcome;
                self.leave(at, index, outcome);
            }
            Step::Accept => self.answer_first(at, index),
            Step::Batch => self.join_batch(at, index),
            Step::Hold(time) => self.hold_open(at, index, time),
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
            // A change in mid-run took the store away.
            NONE => self.fail(at, index, Outcome::Failed),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// Asks the database that keeps a key: of a primary and its replicas, the one that should answer.
    pub(in crate::sim::kind) fn server_asks_database(&mut self, at: u32, index: u32, op: Op, key: u32) {
        let class = usize::from(self.attempts[index].class);
        let server = self.server(at);
        let current = server.settings.consistency == design::Consistency::Strong;
        let databases = &mut server.stores[class].databases;
        let wire = match databases.plain(key) {
            Some(wire) => wire,
            None => {
                let (turn, home) = databases.choice(key);
                let members = std::mem::take(&mut databases.members[home]);
                // What must be current is read where it is written.
                let wire = self.member_wire(&members, op == Op::Write || current, turn);
                self.server(at).stores[class].databases.members[home] = members;
                wire
            }
        };
        match wire {
            NONE => self.fail(at, index, Outcome::Failed),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// The key of the current step: the request's own for the first step of its plan that has one, fresh ones after.
    #[inline(always)]
    pub(in crate::sim::kind) fn step_key(&mut self, at: u32, index: u32) -> u32 {
        let attempt = &self.attempts[index];
        if attempt.fence != 0 {
            // What is locked is what is read and written.
            return attempt.key;
        }
        let (class, step) = (usize::from(attempt.class), attempt.step);
        // Back to the end of the plan before: after a change in mid-run, the server's own plans are others than this one.
        let mut earlier =
            self.steps.as_slice()[..step as usize].iter().rev().take_while(|step| !matches!(step, Step::Done));
        if !earlier.any(|step| matches!(step, Step::Read | Step::Write | Step::Transact)) {
            return self.attempts[index].key;
        }
        let stream = &mut self.parts[at as usize].stream;
        self.classes[class].keys.as_ref().map_or(0, |keys| keys.draw(stream))
    }

    /// A server goes on after a call it made.
    pub(in crate::sim) fn server_resumes(&mut self, at: u32, index: u32, reply: Reply) {
        let server = self.server(at);
        if server.pause.is_on() {
            return server.pause.defer(index, reply);
        }
        let ok = matches!(reply.outcome, Outcome::Ok | Outcome::Degraded);
        match reply.op {
            op if op.is_transaction() => return self.transaction_goes_on(at, index, reply.outcome),
            // Cache-aside: a miss goes to the database, and so does a cache that fails.
            Op::Delete if self.is_forgetting(index) => return self.forget_next(at, index),
            Op::Lookup if !(ok && reply.hit) => return self.missed(at, index, reply),
            Op::Lookup => self.judge_hit(at, reply),
            // A fallback's answer is not worth remembering, and what it stands in for was not written.
            Op::Read if reply.outcome == Outcome::Ok => self.remember(at, index, reply),
            Op::Write if reply.outcome == Outcome::Ok && self.invalidate(at, index, reply) => return,
            // What is written is written, whether or not the cache has let go of it.
            Op::Delete => {}
            Op::Lock if ok => self.attempts[index].fence = reply.version,
            // A lock that could not be given back runs out by itself.
            Op::Unlock => {
                self.attempts[index].fence = 0;
                return self.next_step(at, index);
            }
            _ if !ok => return self.fail(at, index, reply.outcome),
            _ => {}
        }
        let Attempt { op, wire, .. } = self.attempts[index];
        if matches!(reply.op, Op::Lookup | Op::Read | Op::Serve) && wire != NONE && op != Op::Consume {
            // The version of what the answer is made of.
            self.attempts[index].version = reply.version;
        }
        self.next_step(at, index);
    }

    pub(super) fn next_step(&mut self, at: u32, index: u32) {
        // A request that failed under a lock has let go of it now.
        let Attempt { outcome, fence, .. } = self.attempts[index];
        if !matches!(outcome, Outcome::Ok | Outcome::Degraded) && fence == 0 {
            return self.leave(at, index, outcome);
        }
        self.attempts[index].step += 1;
        self.server_steps(at, index);
    }

    /// A request fails; if it holds a lock, it lets go of that first.
    pub(super) fn fail(&mut self, at: u32, index: u32, outcome: Outcome) {
        let Attempt { fence, step, .. } = self.attempts[index];
        let rest = self.steps.iter().skip(step as usize);
        let plan = rest.take_while(|step| !matches!(step, Step::Done));
        match plan.zip(step..).find(|(step, _)| matches!(step, Step::Unlock)) {
            Some((_, unlock)) if fence != 0 => {
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
}
