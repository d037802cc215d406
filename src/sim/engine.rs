//! The engine: its state, the loop over events, and the frames it closes.

use std::collections::VecDeque;

use crate::design::{Design, Fault, Scale};
use crate::units::{Distribution, Time};

use super::attempt::Attempts;
use super::calendar::{Calendar, Delay, Entry};
use super::event::{Event, is_live};
use super::kind::{Group, Transactions};
use super::magnify::Magnifier;
use super::part::{Class, Duration, Part, Step};
use super::random::Exponential;
use super::replay::Status;
use super::row::Row;
use super::tally::Totals;
use super::wire::Wire;
use super::{FRAME, Frame, Happening, LogEntry, Mark, Parts};

/// More attempts in flight than this stop the run: the memory of a browser tab is not endless.
pub(super) const ATTEMPTS_MAX: usize = 2_000_000;

/// A scenario being run. A clone is a checkpoint.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub(super) now: Time,
    pub(super) seed: u64,
    pub(super) duration: Time,
    pub(super) calendar: Calendar,
    pub(super) exponential: Exponential,
    pub(super) attempts: Attempts,
    pub(super) parts: Row<Part>,
    pub(super) wires: Row<Wire>,
    pub(super) classes: Row<Class>,
    /// Primaries with their replicas.
    pub(super) groups: Vec<Group>,
    /// Transactions under way.
    pub(super) transactions: Transactions,
    pub(super) steps: Row<Step>,
    pub(super) faults: Vec<Fault>,
    /// Which of the faults act on wires now.
    pub(super) in_force: Vec<u32>,
    /// Faults of the design that are already in `faults`.
    pub(super) scripted: Vec<Fault>,
    /// Attempts that a waiting room has just let in; they begin before anything else happens.
    pub(super) ready: VecDeque<u32>,
    pub(super) totals: Option<Totals>,
    /// How many spans each sampled trip has.
    pub(super) trips: Vec<u16>,
    pub(super) trips_in_frame: u32,
    pub(super) issued_in_frame: u32,
    pub(super) stride: u32,
    pub(super) marks: Vec<Mark>,
    pub(super) log: Vec<LogEntry>,
    pub(super) names: Parts,
    pub(super) frames: u32,
    pub(super) events: u64,
    hash: u64,
    pub(super) status: Status,
    /// Makes real figures of simulated ones.
    pub(super) magnifier: Magnifier,
}

impl Simulation {
    /// A run of this design from the start, at the scale that its traffic asks for. With a warm-up, totals are kept that
    /// leave it out (rounded up to a frame).
    pub fn new(design: &Design, warmup: Option<Time>) -> Simulation {
        Simulation::scaled(design, warmup, Scale::of(&[design], &[]).k)
    }

    /// A run of this design in which each simulated request stands for `scale` real ones.
    pub fn scaled(design: &Design, warmup: Option<Time>, scale: u32) -> Simulation {
        let after = |warmup: Time| Time(warmup.0.div_ceil(FRAME.0).saturating_mul(FRAME.0));
        let mut simulation = Simulation {
            now: Time::ZERO,
            seed: design.seed,
            duration: design.duration,
            calendar: Calendar::default(),
            exponential: Exponential::new(),
            attempts: Attempts::default(),
            parts: Row::default(),
            wires: Row::default(),
            classes: Row::default(),
            groups: Vec::new(),
            transactions: Transactions::default(),
            steps: vec![Step::Done].into(),
            faults: Vec::new(),
            in_force: Vec::new(),
            scripted: Vec::new(),
            ready: VecDeque::new(),
            totals: warmup.map(|warmup| Totals::new(after(warmup), scale)),
            trips: Vec::new(),
            trips_in_frame: 0,
            issued_in_frame: 0,
            stride: 1,
            marks: Vec::new(),
            log: Vec::new(),
            names: Parts::default(),
            frames: 0,
            events: 0,
            hash: 0,
            status: Status::Running,
            magnifier: Magnifier::new(scale),
        };
        simulation.take_on(design);
        simulation
    }

    /// How many real requests a simulated one stands for.
    pub fn stands_for(&self) -> u32 {
        self.magnifier.k
    }

    /// Makes the engine be what the design says, or what is left of it when it is scaled.
    fn take_on(&mut self, design: &Design) {
        match self.magnifier.shrink(design) {
            None => self.configure(design),
            Some(small) => {
                self.configure(&small.design);
                self.magnifier.place(&small, &self.names);
            }
        }
    }

    /// The simulated time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// What the indices in the frames mean.
    pub fn parts(&self) -> &Parts {
        &self.names
    }

    /// Events processed so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// A hash of all events so far, in order: equal histories have equal hashes, on every platform.
    pub fn trace_hash(&self) -> u64 {
        self.hash
    }

    /// What was counted since the warm-up; none if the run was not asked for totals.
    pub fn totals(&self) -> Option<&Totals> {
        self.totals.as_ref()
    }

    /// Which of the components keep copies that may be outdated: caches, CDNs, balancers with a cache, and databases, which
    /// may be replicas.
    pub fn copies(&self) -> Vec<bool> {
        use super::part::Behavior;
        let copies = |to: &Behavior| to.keeps_copies() || matches!(to, Behavior::Database(_));
        self.parts.iter().map(|part| copies(&part.behavior)).collect()
    }

    /// How far it is.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// The memory that a clone takes, in bytes, roughly: what grows with traffic and keys.
    pub fn bytes(&self) -> usize {
        let parts: usize = self.parts.iter().map(|part| part.behavior.bytes()).sum();
        let logs: usize = self.groups.iter().map(Group::bytes).sum();
        let queues: usize = self.wires.iter().map(|wire| wire.queue.len() * size_of::<u32>()).sum();
        self.attempts.bytes() + self.calendar.bytes() + queues + parts + logs + self.trips.len() * size_of::<u16>()
    }

    /// Changes the design now. Parts of the same name go on with what they hold.
    pub fn change(&mut self, design: &Design) {
        self.take_on(design);
        self.tell(Happening::Changed);
    }

    /// Strikes with a fault now.
    pub fn strike(&mut self, fault: &Fault) {
        self.faults.push(self.magnifier.shrink_fault(fault));
        self.fault_strikes(self.faults.len() as u32 - 1);
        self.settle_ready();
    }

    /// Processes all events of the next frame and closes it; none once the run has ended or was stopped.
    pub fn frame(&mut self) -> Option<Frame> {
        if self.status != Status::Running {
            return None;
        }
        let end = Time((u64::from(self.frames) + 1) * FRAME.0);
        while let Some(entry) = self.next_event(end) {
            self.now = entry.time;
            self.events += 1;
            self.hash = (self.hash.rotate_left(5) ^ entry.time.0 ^ (u64::from(entry.event) << 32))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.dispatch(entry);
            if !self.ready.is_empty() {
                self.settle_ready();
            }
        }
        self.now = end;
        Some(self.close_frame())
    }

    #[inline]
    fn next_event(&mut self, end: Time) -> Option<Entry> {
        let attempts = &self.attempts;
        self.calendar.pop(end, |entry| is_live(entry, attempts))
    }

    #[inline(always)]
    fn dispatch(&mut self, entry: Entry) {
        let (event, index) = Event::of(entry.event);
        match event {
            Event::Deliver if self.is_due(index, entry) => self.deliver(index),
            Event::Done if self.is_due(index, entry) => self.done(index),
            Event::Answer if self.is_due(index, entry) => self.receive(index),
            Event::Resend if self.is_due(index, entry) => self.resend(index),
            Event::Reload if self.is_due(index, entry) => self.reload(index),
            Event::Timeout if self.is_timed(index, entry) => self.time_out(index),
            Event::Patience if self.is_timed(index, entry) => self.give_up(index),
            Event::Arrive => self.arrive(index, entry.seq),
            _ => self.dispatch_rare(event, index, entry.seq),
        }
    }

    /// What does not happen to an attempt in flight; or what nobody waits for any more.
    #[inline(never)]
    fn dispatch_rare(&mut self, event: Event, index: u32, seq: u32) {
        match event {
            Event::Deliver | Event::Done | Event::Answer | Event::Resend | Event::Reload => {}
            Event::Timeout | Event::Patience | Event::Arrive => {}
            Event::Hedge => self.hedge(index, seq),
            Event::Admit => self.admit(index),
            Event::Think => self.think_over(index),
            Event::Boot => self.boot_over(index, seq),
            Event::Fault => self.fault_strikes(index),
            Event::FaultEnd => self.fault_ends(index),
            Event::Probe => self.probe(index),
            Event::Upkeep => self.upkeep(index, seq),
            Event::Alarm => self.alarm(index, seq),
            Event::Chore => self.chore_due(index, seq),
            Event::Readmit => self.readmit(index, seq),
        }
    }

    /// Whether this is the event that an attempt waits for; then it waits for none.
    #[inline(always)]
    fn is_due(&mut self, index: u32, entry: Entry) -> bool {
        take(&mut self.attempts[index].due, entry.seq)
    }

    /// Whether this is the end of the time that an attempt's caller gives it; then it has no end.
    #[inline(always)]
    fn is_timed(&mut self, index: u32, entry: Entry) -> bool {
        take(&mut self.attempts[index].timer, entry.seq)
    }

    /// Lets those begin that waiting rooms have let in.
    pub(super) fn settle_ready(&mut self) {
        while let Some(attempt) = self.ready.pop_front() {
            self.begin(attempt);
        }
    }

    /// Schedules what moves an attempt on.
    #[inline]
    pub(super) fn move_on(&mut self, attempt: u32, delay: Delay, event: Event) {
        self.attempts[attempt].due = self.calendar.schedule(self.now, delay, event.on(attempt));
    }

    /// Draws a service time of a component, with its fault's factor.
    #[inline]
    pub(super) fn service(&mut self, part: u32, duration: Duration) -> Delay {
        let part = &mut self.parts[part as usize];
        duration.draw(&self.exponential, &mut part.stream, part.slow)
    }

    /// Prepares a duration.
    pub(super) fn prepared(&mut self, distribution: Distribution) -> Duration {
        let constant = match distribution {
            Distribution::Constant(time) => Some(self.calendar.constant(time)),
            _ => None,
        };
        Duration { distribution, constant }
    }
}

/// Whether this is the event that is waited for; then none is.
#[inline(always)]
fn take(awaited: &mut u32, seq: u32) -> bool {
    let is_it = *awaited == seq;
    if is_it {
        *awaited = 0;
    }
    is_it
}
