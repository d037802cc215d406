//! The engine: its state, the loop over events, and the frames it closes.

use std::collections::VecDeque;

use crate::design::{ClassCost, Design, Fault, Kind};
use crate::units::{Distribution, Time};

use super::attempt::{Attempts, NONE};
use super::calendar::{Calendar, Delay, Entry};
use super::kind::{Balancer, Cache, Clients, Database, Server, Storage};
use super::random::{Alias, Exponential, Stream};
use super::replay::Status;
use super::tally::{Meter, Totals};
use super::wire::Wire;
use super::{ComponentFrame, FRAME, Frame, Happening, Health, LogEntry, Mark, Parts, Step as MarkStep};

/// More attempts in flight than this stop the run: the memory of a browser tab is not endless.
const ATTEMPTS_MAX: usize = 2_000_000;
/// Sampled trips that begin in one frame, at most.
const TRIPS_PER_FRAME: u32 = 10;
/// Spans that are marked of one trip, at most.
const SPANS_MAX: u16 = 64;

/// All that can happen, packed with an index into the 32 bits of a calendar entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Event {
    /// Clients: the next open arrival.
    Arrive,
    /// Clients: a user of the closed population is done thinking.
    Think,
    /// An attempt reaches its callee.
    Deliver,
    /// A service is over.
    Done,
    /// An answer reaches its caller.
    Answer,
    /// A caller stops waiting.
    Timeout,
    /// A pause before a retry is over.
    Resend,
    /// A user gives up on the page.
    Patience,
    /// A user reloads.
    Reload,
    /// A component is back.
    Boot,
    /// A fault strikes.
    Fault,
    /// A fault ends.
    FaultEnd,
    /// A health check sends a probe over a wire.
    Probe,
}

const EVENTS: [Event; 13] = [
    Event::Arrive,
    Event::Think,
    Event::Deliver,
    Event::Done,
    Event::Answer,
    Event::Timeout,
    Event::Resend,
    Event::Patience,
    Event::Reload,
    Event::Boot,
    Event::Fault,
    Event::FaultEnd,
    Event::Probe,
];

impl Event {
    #[inline]
    pub(super) fn on(self, index: u32) -> u32 {
        (self as u32) << 27 | index
    }

    #[inline]
    fn of(packed: u32) -> (Event, u32) {
        (EVENTS[(packed >> 27) as usize], packed & 0x7ff_ffff)
    }
}

/// One thing a server does for a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// Compute on one core.
    Cpu(Distribution),
    /// Read a key: from a cache first where there is one.
    Read,
    /// Write a key.
    Write,
    /// Store the request's body.
    Put,
    /// Fetch a blob.
    Fetch,
    /// Call this wire's callee.
    Call(u32),
    /// There is no data store to read from or write to.
    NoStore,
    /// Answer.
    Done,
}

/// A component at run time.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub name: String,
    pub stream: Stream,
    pub behavior: Behavior,
    pub down: bool,
    /// The boot event that is running; 0 is none.
    pub booting: u32,
    pub boot: Time,
    pub cut: bool,
    pub gone: bool,
    /// How many times slower a fault makes it.
    pub slow: f64,
    /// When it last told of an overflow.
    pub overflowed: Option<Time>,
    pub frame: ComponentFrame,
}

/// What a component does.
#[derive(Clone, Debug)]
pub(super) enum Behavior {
    Clients(Box<Clients>),
    Balancer(Balancer),
    Server(Box<Server>),
    Cache(Box<Cache>),
    Database(Box<Database>),
    Storage(Storage),
}

/// A request class at run time.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub name: String,
    pub cost: ClassCost,
    /// How popular its keys are; none for a class that has only one key or uses none.
    pub keys: Option<Alias>,
    /// Every key that was ever drawn is below this: requests in flight outlive a change of the design.
    pub key_space: u32,
    /// Its share counts: it is part of the design as it is now.
    pub active: bool,
    pub meter: Meter,
}

/// A duration, prepared: constants use lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duration {
    pub distribution: Distribution,
    pub constant: Option<Delay>,
}

/// A scenario being run. A clone is a checkpoint.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub(super) now: Time,
    pub(super) seed: u64,
    pub(super) duration: Time,
    pub(super) calendar: Calendar,
    pub(super) exponential: Exponential,
    pub(super) attempts: Attempts,
    pub(super) parts: Vec<Part>,
    pub(super) wires: Vec<Wire>,
    pub(super) classes: Vec<Class>,
    pub(super) steps: Vec<Step>,
    pub(super) faults: Vec<Fault>,
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
    marks: Vec<Mark>,
    pub(super) log: Vec<LogEntry>,
    names: Parts,
    frames: u32,
    events: u64,
    hash: u64,
    status: Status,
}

impl Simulation {
    /// A run of this design from the start. With a warm-up, totals are kept that leave it out (rounded up to a frame).
    pub fn new(design: &Design, warmup: Option<Time>) -> Simulation {
        let mut simulation = Simulation {
            now: Time::ZERO,
            seed: design.seed,
            duration: design.duration,
            calendar: Calendar::default(),
            exponential: Exponential::new(),
            attempts: Attempts::default(),
            parts: Vec::new(),
            wires: Vec::new(),
            classes: Vec::new(),
            steps: vec![Step::Done],
            faults: Vec::new(),
            scripted: Vec::new(),
            ready: VecDeque::new(),
            totals: warmup.map(|warmup| Totals::new(Time(warmup.0.div_ceil(FRAME.0).saturating_mul(FRAME.0)))),
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
        };
        simulation.configure(design);
        simulation
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

    /// Which of the components are caches.
    pub fn caches(&self) -> Vec<bool> {
        self.parts.iter().map(|part| matches!(part.behavior, Behavior::Cache(_))).collect()
    }

    /// How far it is.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Changes the design now. Parts of the same name go on with what they hold.
    pub fn change(&mut self, design: &Design) {
        self.configure(design);
        self.tell(Happening::Changed);
    }

    /// Strikes with a fault now.
    pub fn strike(&mut self, fault: &Fault) {
        self.faults.push(fault.clone());
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

    fn dispatch(&mut self, entry: Entry) {
        let (event, index) = Event::of(entry.event);
        match event {
            Event::Deliver | Event::Done | Event::Answer | Event::Resend | Event::Reload => {
                if self.attempts[index].due != entry.seq {
                    return;
                }
                self.attempts[index].due = 0;
                match event {
                    Event::Deliver => self.deliver(index),
                    Event::Done => self.done(index),
                    Event::Answer => self.receive(index),
                    Event::Resend => self.send(index),
                    _ => self.reload(index),
                }
            }
            Event::Timeout | Event::Patience => {
                if self.attempts[index].timer != entry.seq {
                    return;
                }
                self.attempts[index].timer = 0;
                match event {
                    Event::Timeout => self.time_out(index),
                    _ => self.give_up(index),
                }
            }
            Event::Arrive => self.arrive(index, entry.seq),
            Event::Think => self.think_over(index),
            Event::Boot => self.boot_over(index, entry.seq),
            Event::Fault => self.fault_strikes(index),
            Event::FaultEnd => self.fault_ends(index),
            Event::Probe => self.probe(index),
        }
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
        match duration.constant {
            Some(delay) if part.slow == 1.0 => delay,
            _ => {
                let time = self.exponential.sample(duration.distribution, &mut part.stream);
                Delay::For(if part.slow == 1.0 { time } else { time * part.slow })
            }
        }
    }

    /// Prepares a duration.
    pub(super) fn prepared(&mut self, distribution: Distribution) -> Duration {
        let constant = match distribution {
            Distribution::Constant(time) => Some(self.calendar.constant(time)),
            _ => None,
        };
        Duration { distribution, constant }
    }

    /// Writes into the log.
    pub(super) fn tell(&mut self, what: Happening) {
        self.log.push(LogEntry { at: self.now, what });
    }

    /// Marks a step of a sampled trip.
    #[inline]
    pub(super) fn mark(&mut self, attempt: u32, step: MarkStep) {
        let attempt = &self.attempts[attempt];
        if attempt.trip != 0 && attempt.span < SPANS_MAX {
            self.marks.push(Mark { trip: attempt.trip - 1, span: attempt.span, at: self.now, step });
        }
    }

    /// Decides whether a new request is sampled, and gives the trip's number plus one, or 0.
    #[inline]
    pub(super) fn sample(&mut self) -> u32 {
        self.issued_in_frame += 1;
        if !self.issued_in_frame.is_multiple_of(self.stride) || self.trips_in_frame >= TRIPS_PER_FRAME {
            return 0;
        }
        self.trips_in_frame += 1;
        self.trips.push(0);
        self.trips.len() as u32
    }

    /// Gives an attempt of a sampled trip its span.
    pub(super) fn open_span(&mut self, attempt: u32) {
        let trip = self.attempts[attempt].trip;
        if trip != 0 {
            let spans = &mut self.trips[trip as usize - 1];
            self.attempts[attempt].span = *spans;
            *spans = spans.saturating_add(1);
        }
    }

    fn close_frame(&mut self) -> Frame {
        let mut frame = Frame { index: self.frames, ..Frame::default() };
        frame.components = (0..self.parts.len()).map(|index| self.harvest_part(index)).collect();
        frame.wires = self.wires.iter_mut().map(|wire| wire.harvest(self.now, FRAME)).collect();
        for part in &mut self.parts {
            if let Behavior::Clients(clients) = &mut part.behavior {
                frame.users.push(clients.meter.harvest());
            }
        }
        frame.classes = self.classes.iter_mut().map(|class| class.meter.harvest()).collect();
        frame.marks = std::mem::take(&mut self.marks);
        self.frames += 1;
        self.stride = (self.issued_in_frame / TRIPS_PER_FRAME).max(1);
        (self.trips_in_frame, self.issued_in_frame) = (0, 0);
        if let Some(totals) = &mut self.totals {
            totals.fold(&frame, self.now);
        }
        self.calendar.prune(self.attempts.alive(), |entry| is_live(entry, &self.attempts));
        self.judge();
        frame.log = std::mem::take(&mut self.log);
        frame
    }

    fn judge(&mut self) {
        if self.attempts.alive() > ATTEMPTS_MAX {
            let why = format!(
                "stopped at {}: more than {ATTEMPTS_MAX} requests were in flight; set timeouts, or smaller waiting rooms",
                self.now
            );
            self.tell(Happening::Stopped(why.clone()));
            self.status = Status::Stopped(why);
        } else if self.now >= self.duration {
            self.status = Status::Ended;
        }
    }

    fn harvest_part(&mut self, index: usize) -> ComponentFrame {
        let part = &mut self.parts[index];
        let mut frame = std::mem::take(&mut part.frame);
        part.behavior.harvest(self.now, &mut frame);
        frame.health = match () {
            () if part.gone => Health::Gone,
            () if part.booting != 0 => Health::Booting,
            () if part.down => Health::Down,
            () if part.cut => Health::CutOff,
            () if part.slow != 1.0 => Health::Slow,
            () => Health::Up,
        };
        frame
    }

    pub(super) fn rename_parts(&mut self) {
        self.names = Parts {
            components: self.parts.iter().map(|part| part.name.clone()).collect(),
            wires: self.wires.iter().map(|wire| (wire.from, wire.to)).collect(),
            classes: self.classes.iter().map(|class| class.name.clone()).collect(),
        };
    }
}

/// Whether an entry of a lane still means something.
#[inline]
fn is_live(entry: &Entry, attempts: &Attempts) -> bool {
    let (event, index) = Event::of(entry.event);
    match event {
        Event::Timeout | Event::Patience => attempts[index].timer == entry.seq,
        Event::Deliver | Event::Done | Event::Answer | Event::Resend | Event::Reload => {
            attempts[index].due == entry.seq
        }
        _ => true,
    }
}

impl Behavior {
    /// An empty component of this kind; `configure` fills it in.
    pub fn new(kind: &Kind, seed: u64, name: &str) -> Behavior {
        match kind {
            Kind::Clients(settings) => Behavior::Clients(Box::new(Clients::new(settings, seed, name))),
            Kind::LoadBalancer(settings) => Behavior::Balancer(Balancer::new(settings)),
            Kind::Server(settings) => Behavior::Server(Box::new(Server::new(settings))),
            Kind::Cache(settings) => Behavior::Cache(Box::new(Cache::new(settings))),
            Kind::Database(settings) => Behavior::Database(Box::new(Database::new(settings))),
            Kind::ObjectStorage(settings) => Behavior::Storage(Storage::new(settings)),
        }
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: &Kind) -> bool {
        matches!(
            (self, kind),
            (Behavior::Clients(_), Kind::Clients(_))
                | (Behavior::Balancer(_), Kind::LoadBalancer(_))
                | (Behavior::Server(_), Kind::Server(_))
                | (Behavior::Cache(_), Kind::Cache(_))
                | (Behavior::Database(_), Kind::Database(_))
                | (Behavior::Storage(_), Kind::ObjectStorage(_))
        )
    }

    fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        match self {
            Behavior::Clients(_) | Behavior::Balancer(_) => {}
            Behavior::Server(server) => server.harvest(now, frame),
            Behavior::Cache(cache) => cache.harvest(now, frame),
            Behavior::Database(database) => database.harvest(now, frame),
            Behavior::Storage(storage) => storage.harvest(now, frame),
        }
    }
}

impl Part {
    /// Whether calls to it fail at once.
    #[inline]
    pub fn refuses(&self) -> bool {
        self.down || self.gone
    }

    pub fn new(name: &str, kind: &Kind, seed: u64) -> Part {
        Part {
            name: name.to_owned(),
            stream: Stream::new(seed, name),
            behavior: Behavior::new(kind, seed, name),
            down: false,
            booting: 0,
            boot: Time::ZERO,
            cut: false,
            gone: false,
            slow: 1.0,
            overflowed: None,
            frame: ComponentFrame::default(),
        }
    }
}

/// The index of the wire that keeps this key, among several stores of one kind; NONE if there is none.
#[inline]
pub(super) fn by_key(wires: &[u32], key: u32) -> u32 {
    match wires {
        [] => NONE,
        [only] => *only,
        many => many[(super::random::mix(u64::from(key)) % many.len() as u64) as usize],
    }
}
