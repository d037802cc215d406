//! What a load balancer or a gateway does besides passing requests on: limits, encryption, log-in, filtering, shaping,
//! compression; with slots and cores of its own.
//!
//! A request goes: rate limit, slot, handshake (CPU, then a round trip), look inside (CPU: token or log-in, filter), shaping,
//! on to a backend; its answer: compression (CPU), slot given back.

use crate::units::Time;

use crate::sim::attempt::{Attempt, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::figure::Figure;
use crate::sim::limiter::{Leak, Limiter, Verdict, gap};
use crate::sim::part::Behavior;
use crate::sim::station::{Admission, Station};
use crate::sim::{ComponentFrame, FRAME, Outcome};

use super::super::recent::Recent;
use super::copies::Copies;
use super::work::{COMPRESS, HANDSHAKE, LIMITED, LOGIN, PASSED, ROUND_TRIP, SHAPED, VERIFY, Work};

/// How many are held back (by shaping or a leaky bucket), and the time integral of that.
#[derive(Clone, Debug, Default)]
struct Crowd {
    count: u32,
    changed: Time,
    area: u64,
}

impl Crowd {
    fn change(&mut self, now: Time, by: i32) {
        self.area += now.since(self.changed).0 * u64::from(self.count);
        self.changed = now;
        self.count = self.count.saturating_add_signed(by);
    }

    fn harvest(&mut self, now: Time) -> f32 {
        self.change(now, 0);
        (std::mem::take(&mut self.area) as f64 / FRAME.0 as f64) as f32
    }
}

/// Duties at run time.
#[derive(Clone, Debug)]
pub struct Duties {
    /// Requests passed on, and the waiting room before them.
    pub slots: Station,
    /// Cores, and the requests that wait for one.
    pub cores: Station,
    /// Copies of static answers.
    pub copies: Option<Copies>,
    work: Work,
    limiter: Option<Limiter>,
    /// Users whose connection is open.
    connections: Recent,
    /// Users whose token is good.
    tokens: Recent,
    leak: Leak,
    held_back: Crowd,
    limited: u32,
    filtered: u32,
    handshakes: u32,
    logins: u32,
    bytes_saved: f64,
}

impl Default for Duties {
    fn default() -> Duties {
        Duties {
            slots: Station::new(u32::MAX, 0),
            cores: Station::new(u32::MAX, u32::MAX),
            copies: None,
            work: Work::default(),
            limiter: None,
            connections: Recent::default(),
            tokens: Recent::default(),
            leak: Leak::default(),
            held_back: Crowd::default(),
            limited: 0,
            filtered: 0,
            handshakes: 0,
            logins: 0,
            bytes_saved: 0.0,
        }
    }
}

impl Duties {
    /// Takes over what the design says; a limit that stays the same keeps what it has counted.
    pub fn configure(&mut self, work: Work) {
        (self.slots.servers, self.slots.capacity) = (work.concurrency.unwrap_or(u32::MAX), work.capacity);
        self.cores.servers = work.cores.unwrap_or(u32::MAX);
        if self.work.limit != work.limit {
            self.limiter = work.limit.as_ref().map(Limiter::new);
        }
        self.work = work;
    }

    /// The rate limiter.
    pub fn limiter(&mut self) -> Option<&mut Limiter> {
        self.limiter.as_mut()
    }

    /// The bytes of an answer at this step: fewer once it is compressed.
    pub fn answer_bytes(&self, step: u32, bytes: u64) -> u64 {
        match &self.work.compression {
            Some(compression) if step == COMPRESS => (bytes as f64 * compression.ratio.0) as u64,
            _ => bytes,
        }
    }

    /// Loses all work in hand and all connections. Tokens are carried by the users.
    pub fn clear(&mut self, now: Time) {
        self.slots.clear(now);
        self.cores.clear(now);
        self.connections.clear();
        self.copies.iter_mut().for_each(Copies::clear);
        self.leak = Leak::default();
        self.held_back.change(now, i32::MIN);
        self.limiter = self.work.limit.as_ref().map(Limiter::new);
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        let copies = self.copies.as_ref().map_or(0, Copies::bytes);
        copies + self.connections.bytes() + self.tokens.bytes() + self.limiter.as_ref().map_or(0, Limiter::bytes)
    }

    /// Fills in the frame that ends now: its cores are what is busy, or else its slots.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        let (held, waiting) = self.slots.harvest(now, FRAME);
        let (busy, runnable) = self.cores.harvest(now, FRAME);
        frame.waiting = waiting + runnable + self.held_back.harvest(now);
        if let Some(slots) = self.work.concurrency {
            (frame.held, frame.slots, frame.capacity) = (held, slots as f32, self.slots.capacity as f32);
        }
        match (self.work.cores, self.work.concurrency) {
            (Some(cores), _) => (frame.busy, frame.servers) = (busy, cores as f32),
            (None, Some(slots)) => (frame.busy, frame.servers) = (held, slots as f32),
            (None, None) => {}
        }
        self.copies.iter_mut().for_each(|copies| copies.harvest(frame));
        let figures = [
            (self.work.limit.is_some(), Figure::Limited, std::mem::take(&mut self.limited) as f32),
            (self.work.blocked.is_some(), Figure::Filtered, std::mem::take(&mut self.filtered) as f32),
            (self.work.tls.is_some(), Figure::Handshakes, std::mem::take(&mut self.handshakes) as f32),
            (self.work.auth.is_some(), Figure::Logins, std::mem::take(&mut self.logins) as f32),
            (self.work.compression.is_some(), Figure::BytesSaved, std::mem::take(&mut self.bytes_saved) as f32),
        ];
        frame.figures.extend(figures.iter().filter(|(has, ..)| *has).map(|(_, figure, value)| (*figure, *value)));
    }

    /// The first step of a request that has a slot: a handshake, unless the user's connection is still open.
    fn first_step(&mut self, now: Time, user: u32) -> u32 {
        match &self.work.tls {
            Some(tls) if !self.connections.renew(user, now, tls.keep_alive) => {
                self.handshakes += 1;
                HANDSHAKE
            }
            _ => self.look_inside(now, user),
        }
    }

    fn look_inside(&mut self, now: Time, user: u32) -> u32 {
        match &self.work.auth {
            Some(auth) if !self.tokens.keep(user, now, auth.token) => {
                self.logins += 1;
                LOGIN
            }
            _ => VERIFY,
        }
    }

    fn blocks(&mut self, class: u16) -> bool {
        let blocked = self.work.blocked.as_ref().is_some_and(|blocked| blocked.get(usize::from(class)) == Some(&true));
        self.filtered += u32::from(blocked);
        blocked
    }

    fn shape(&mut self, now: Time) -> Verdict {
        let Some(shape) = &self.work.shape else { return Verdict::Pass };
        self.leak.enter(now, gap(shape.rate.0), shape.capacity)
    }
}

impl Simulation {
    #[inline]
    fn duties(&mut self, at: u32) -> &mut Duties {
        self.parts[at as usize].behavior.duties().expect("only who has duties gets here")
    }

    /// A request comes to a component that may limit how much it takes, before anything else is done for it.
    pub(in crate::sim) fn knock(&mut self, at: u32, index: u32) {
        let (now, user) = (self.now, self.attempts[index].user);
        if self.attempts[index].op == Op::Probe {
            return self.enter(at, index);
        }
        let behavior = &mut self.parts[at as usize].behavior;
        let verdict = behavior.limiter().map_or(Verdict::Pass, |limiter| limiter.ask(now, user));
        match verdict {
            Verdict::Pass => self.enter(at, index),
            Verdict::Refuse => {
                behavior.count_limited();
                self.answer(index, Outcome::Refused);
            }
            Verdict::Wait(time) => self.hold_back(at, index, LIMITED, time),
        }
    }

    /// Holds a request back for a while.
    fn hold_back(&mut self, at: u32, index: u32, step: u32, time: Time) {
        let now = self.now;
        let part = &mut self.parts[at as usize];
        part.frame.waited += time.as_secs_f64();
        if let Some(duties) = part.behavior.duties() {
            duties.held_back.change(now, 1);
        }
        (self.attempts[index].step, self.attempts[index].stage) = (step, Stage::WaitingCore);
        self.move_on(index, Delay::For(time), Event::Done);
    }

    /// Whether an attempt was held back by a leaky bucket and may enter now.
    pub(in crate::sim) fn was_held_back(&mut self, at: u32, index: u32) -> bool {
        let now = self.now;
        let held = std::mem::replace(&mut self.attempts[index].step, 0) == LIMITED;
        if held && let Some(duties) = self.parts[at as usize].behavior.duties() {
            duties.held_back.change(now, -1);
        }
        held
    }

    /// A request has a slot.
    pub(in crate::sim) fn duty_begins(&mut self, at: u32, index: u32) {
        let (now, user) = (self.now, self.attempts[index].user);
        self.attempts[index].step = self.duties(at).first_step(now, user);
        self.wants_duty_core(at, index);
    }

    fn duty_cost(&mut self, at: u32, index: u32) -> Time {
        let (step, class) = (self.attempts[index].step, usize::from(self.attempts[index].class));
        let Some(duties) = self.parts[at as usize].behavior.duties() else { return Time::ZERO };
        duties.work.cost(step, &self.classes[class])
    }

    fn wants_duty_core(&mut self, at: u32, index: u32) {
        let now = self.now;
        if self.duty_cost(at, index) == Time::ZERO {
            return self.duty_goes_on(at, index);
        }
        let Some(duties) = self.parts[at as usize].behavior.duties() else { return };
        match duties.cores.admit(now, index, &mut self.attempts) {
            Admission::Served => self.duty_core_starts(at, index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingCore,
            Admission::Full => unreachable!("the run queue has no bound"),
        }
    }

    fn duty_core_starts(&mut self, at: u32, index: u32) {
        let time = self.duty_cost(at, index) * self.parts[at as usize].slow;
        self.attempts[index].stage = Stage::Working;
        self.move_on(index, Delay::For(time), Event::Done);
    }

    /// Lets those on that wait for a core, while one is free.
    pub(in crate::sim) fn refill_duty_cores(&mut self, at: u32) {
        let now = self.now;
        while let Some(duties) = self.parts[at as usize].behavior.duties() {
            let Some(next) = duties.cores.next(now, &self.attempts) else { return };
            let waited = now.since(self.attempts[next].since);
            self.parts[at as usize].frame.waited += waited.as_secs_f64();
            self.duty_core_starts(at, next);
        }
    }

    /// A step with a duration is over.
    pub(in crate::sim) fn duty_done(&mut self, at: u32, index: u32) {
        let now = self.now;
        match self.attempts[index].step {
            LIMITED => {
                self.was_held_back(at, index);
                return self.enter(at, index);
            }
            ROUND_TRIP => {}
            SHAPED => self.duties(at).held_back.change(now, -1),
            _ => {
                self.duties(at).cores.release(now);
                self.refill_duty_cores(at);
            }
        }
        self.duty_goes_on(at, index);
    }

    /// What comes after a step.
    fn duty_goes_on(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Attempt { step, class, user, wire, outcome, .. } = self.attempts[index];
        match step {
            HANDSHAKE => {
                // The client's Finished and its request need a round trip after the server's certificate (RFC 8446).
                self.attempts[index].step = ROUND_TRIP;
                let there = self.wires[wire as usize].reach(user).1;
                if there == Time::ZERO {
                    return self.duty_goes_on(at, index);
                }
                self.move_on(index, Delay::For(there + there), Event::Done);
            }
            ROUND_TRIP => {
                self.attempts[index].step = self.duties(at).look_inside(now, user);
                self.wants_duty_core(at, index);
            }
            VERIFY | LOGIN if self.duties(at).blocks(class) => self.leave(at, index, Outcome::Refused),
            VERIFY | LOGIN if self.has_copy(at, index) => self.serve_copy(at, index),
            VERIFY | LOGIN => match self.duties(at).shape(now) {
                Verdict::Pass => self.pass_on(at, index),
                Verdict::Wait(time) => self.hold_back(at, index, SHAPED, time),
                Verdict::Refuse => {
                    self.free_slot(at, index);
                    self.shed(at, index);
                }
            },
            SHAPED => self.pass_on(at, index),
            _ => self.leave(at, index, outcome),
        }
    }

    /// Answers with a copy, which was compressed when it was made.
    fn serve_copy(&mut self, at: u32, index: u32) {
        let class = &self.classes[usize::from(self.attempts[index].class)];
        let Some(duties) = self.parts[at as usize].behavior.duties() else { return };
        if let Some(compression) = duties.work.compresses(class) {
            duties.bytes_saved += class.cost.response.0 as f64 * (1.0 - compression.ratio.0);
            self.attempts[index].step = COMPRESS;
        }
        self.leave(at, index, Outcome::Ok);
    }

    fn pass_on(&mut self, at: u32, index: u32) {
        if self.is_overdue(index) {
            return self.expire(at, index);
        }
        self.attempts[index].step = PASSED;
        match &self.parts[at as usize].behavior {
            Behavior::Gateway(_) => self.route(at, index),
            _ => self.balance(at, index),
        }
    }

    /// Answers a request that goes no further.
    pub(in crate::sim) fn turn_away(&mut self, at: u32, index: u32, outcome: Outcome) {
        match self.attempts[index].step {
            PASSED => self.leave(at, index, outcome),
            _ => self.answer(index, outcome),
        }
    }

    /// A backend has answered.
    pub(in crate::sim) fn duty_resumes(&mut self, at: u32, index: u32, reply: Reply) {
        self.attempts[index].version = reply.version;
        self.keep_copy(at, index, reply);
        if self.attempts[index].step != PASSED {
            return self.answer(index, reply.outcome);
        }
        let class = &self.classes[usize::from(reply.class)];
        let Some(duties) = self.parts[at as usize].behavior.duties() else { return };
        let ok = matches!(reply.outcome, Outcome::Ok | Outcome::Degraded);
        let Some(compression) = duties.work.compresses(class).filter(|_| ok) else {
            return self.leave(at, index, reply.outcome);
        };
        duties.bytes_saved += class.cost.response.0 as f64 * (1.0 - compression.ratio.0);
        (self.attempts[index].step, self.attempts[index].outcome) = (COMPRESS, reply.outcome);
        self.wants_duty_core(at, index);
    }
}

impl Duties {
    /// Counts a request that the rate limit refused.
    pub fn count_limited(&mut self) {
        self.limited += 1;
    }
}
