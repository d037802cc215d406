//! DNS as a global router: resolvers that remember answers for a while, and answers picked by policy among the healthy.
//!
//! Requests do not flow through DNS: a user asks a resolver, and the request then goes straight to the address. So a request
//! here takes no time but a look-up's, is not lost when DNS dies, and goes on as long as its resolver has an answer.

use crate::design::{self, Routing};
use crate::units::Time;

use crate::sim::attempt::{NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::figure::Figure;
use crate::sim::part::{Behavior, Duration};
use crate::sim::wire::Wire;
use crate::sim::{ComponentFrame, Outcome};

use super::{Pool, nearest, user_hash};

/// DNS at run time.
#[derive(Clone, Debug)]
pub struct Dns {
    /// What the design says.
    pub settings: design::Dns,
    /// The targets.
    pub pool: Pool,
    /// The wires of those who ask, in the order in which they first did.
    callers: Vec<u32>,
    /// The resolvers of each caller: for each name (a class with wires of its own is a name of its own) `resolvers` of them.
    resolvers: Vec<Vec<Resolver>>,
    lookup: Duration,
    lookups: u32,
}

/// What one resolver knows of one name.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Resolver {
    /// The wire to the address; NONE before the first answer.
    answer: u32,
    /// Until when it may be used.
    until: Time,
    /// When the running look-up ends; zero is none.
    ready: Time,
}

const IGNORANT: Resolver = Resolver { answer: NONE, until: Time::ZERO, ready: Time::ZERO };

impl Dns {
    /// DNS without targets.
    pub fn new(settings: &design::Dns) -> Dns {
        Dns {
            settings: settings.clone(),
            pool: Pool::default(),
            callers: Vec::new(),
            resolvers: Vec::new(),
            lookup: Duration { distribution: settings.lookup, constant: None },
            lookups: 0,
        }
    }

    /// Ends all look-ups; what resolvers remember is not kept here.
    pub fn clear(&mut self) {
        self.resolvers.iter_mut().flatten().for_each(|resolver| resolver.ready = Time::ZERO);
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.resolvers.iter().map(|resolvers| resolvers.len() * size_of::<Resolver>()).sum()
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, frame: &mut ComponentFrame) {
        frame.figures.push((Figure::Lookups, std::mem::take(&mut self.lookups) as f32));
    }

    /// The resolver that a user of this caller asks for a class's name.
    fn resolver(&mut self, caller: u32, class: u16, user: u64) -> &mut Resolver {
        let known = self.callers.iter().position(|known| *known == caller);
        let of = known.unwrap_or_else(|| {
            self.callers.push(caller);
            self.resolvers.push(Vec::new());
            self.callers.len() - 1
        });
        let count = self.settings.resolvers;
        let name = if self.pool.turns.is_one() { 0 } else { u32::from(class) };
        let place = (name * count + (user % u64::from(count)) as u32) as usize;
        let resolvers = &mut self.resolvers[of];
        if resolvers.len() <= place {
            resolvers.resize(place + 1, IGNORANT);
        }
        &mut resolvers[place]
    }

    /// The address that the policy picks for a resolver near this user.
    fn choose(&mut self, class: u16, user: u32, wires: &[Wire], now: Time) -> u32 {
        let policy = self.settings.policy;
        let Some(turn) = self.pool.turns.of(class) else { return NONE };
        match policy {
            Routing::Geographic => nearest(turn, |wire| wires[wire as usize].reach(user)),
            Routing::Latency => nearest(turn, |wire| {
                let wire = &wires[wire as usize];
                let (there, probe) = (wire.one_way(), Time(wire.probes.value(now) as u64));
                // Before the first probe is back, distance is all that is known.
                let afar = wire.users_way(user);
                probe.max(there + there) + afar + afar
            }),
            Routing::Weighted => turn.next_weighted(|wire| i64::from(wires[wire as usize].policy.weight)),
            Routing::Failover => turn.wires.first().copied().unwrap_or(NONE),
        }
    }
}

impl Simulation {
    fn resolver(&mut self, at: u32, index: u32) -> Option<&mut Resolver> {
        let (wire, class, user) =
            (self.attempts[index].wire, self.attempts[index].class, user_hash(self.attempts[index].user));
        match &mut self.parts[at as usize].behavior {
            Behavior::Dns(dns) => Some(dns.resolver(wire, class, user)),
            _ => None,
        }
    }

    /// Whether a request needs no look-up: its resolver has an answer that is good. Then it goes on even if DNS is dead.
    pub(in crate::sim) fn is_resolved(&mut self, at: u32, index: u32) -> bool {
        let now = self.now;
        !self.parts[at as usize].gone
            && self.attempts[index].op != Op::Probe
            && self.resolver(at, index).is_some_and(|resolver| now < resolver.until)
    }

    /// Sends a request straight to the address that its resolver knows, or asks for it.
    pub(in crate::sim) fn resolve(&mut self, at: u32, index: u32) {
        let now = self.now;
        if self.attempts[index].op == Op::Probe {
            return self.answer(index, Outcome::Ok);
        }
        let Some(resolver) = self.resolver(at, index) else { return };
        if now < resolver.until {
            let answer = resolver.answer;
            return self.go_to(index, answer);
        }
        let ready = resolver.ready;
        let wait = match ready {
            Time::ZERO => self.look_up(at, index),
            // The resolver is asking already; it asks once for all who wait.
            ready => Delay::For(ready.since(now)),
        };
        self.attempts[index].stage = Stage::Working;
        self.move_on(index, wait, Event::Done);
    }

    fn look_up(&mut self, at: u32, index: u32) -> Delay {
        let Behavior::Dns(dns) = &mut self.parts[at as usize].behavior else { return Delay::For(Time::ZERO) };
        dns.lookups += 1;
        let distribution = dns.lookup.distribution;
        let part = &mut self.parts[at as usize];
        let time = self.exponential.sample(distribution, &mut part.stream) * part.slow;
        let ready = self.now + time;
        if let Some(resolver) = self.resolver(at, index) {
            resolver.ready = ready;
        }
        Delay::For(time)
    }

    /// A look-up is over: for the first who waited, it fills the resolver.
    pub(super) fn looked_up(&mut self, at: u32, index: u32) {
        let (now, class, user) = (self.now, self.attempts[index].class, self.attempts[index].user);
        let Some(Resolver { ready, answer: before, .. }) = self.resolver(at, index).copied() else { return };
        if ready == Time::ZERO {
            return self.go_to(index, before);
        }
        let wires = &self.wires;
        let Behavior::Dns(dns) = &mut self.parts[at as usize].behavior else { return };
        let answer = dns.choose(class, user, wires, now);
        let ttl = dns.settings.ttl;
        // A resolver's first answer has a random rest of its time left, as if others had asked before the run began:
        // or all resolvers would ask in step.
        let until = now + if before == NONE { ttl * self.parts[at as usize].stream.unit() } else { ttl };
        if let Some(resolver) = self.resolver(at, index) {
            *resolver = Resolver { answer, until, ready: Time::ZERO };
        }
        self.go_to(index, answer);
    }

    fn go_to(&mut self, index: u32, wire: u32) {
        let (op, key) = (self.attempts[index].op, self.attempts[index].key);
        match wire {
            NONE => self.answer(index, Outcome::Failed),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// Takes over what the design says. Resolvers keep what they know, but for those of another number of resolvers.
    pub(in crate::sim) fn configure_dns(&mut self, at: u32, settings: &design::Dns) {
        let lookup = self.prepared(settings.lookup);
        let Behavior::Dns(dns) = &mut self.parts[at as usize].behavior else { return };
        let one_name = dns.pool.turns.is_one();
        let before = std::mem::replace(&mut dns.settings, settings.clone());
        dns.lookup = lookup;
        self.configure_pool(at, false);
        let Behavior::Dns(dns) = &mut self.parts[at as usize].behavior else { return };
        if before.resolvers != settings.resolvers || one_name != dns.pool.turns.is_one() {
            dns.resolvers.iter_mut().for_each(Vec::clear);
        }
    }
}
