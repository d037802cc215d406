//! The cache: a store behind a station, and who talks to the database: the servers (`aside`), or the cache (`through`,
//! `behind`).

mod aside;
mod behind;
mod flights;
mod store;
mod through;

use crate::design::{self, CacheMode};
use crate::units::Time;

use crate::sim::attempt::{NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, Duration};
use crate::sim::random::Stream;
use crate::sim::station::Station;
use crate::sim::{ComponentFrame, FRAME, Figure, Outcome};

use behind::Behind;
pub use flights::Flights;
pub use store::{Rules, Store};

/// Marks in an attempt's `step`, while a cache works on it, that it has left the station and waits for another's flight.
const WAITING: u32 = 1;
/// Marks that it has waited and flies itself now.
const FLYING: u32 = 2;

/// A cache at run time.
#[derive(Clone, Debug)]
pub struct Cache {
    /// What the design says.
    pub settings: design::Cache,
    /// Look-ups served and waiting.
    pub station: Station,
    /// The time of a look-up.
    pub lookup: Duration,
    store: Store,
    flights: Flights,
    behind: Behind,
    /// For each class, the class whose keys it uses.
    spaces: Vec<u16>,
    /// For each class, the wires to the databases that keep its keys.
    databases: Vec<Vec<u32>>,
    /// The number of the last flight, or lease.
    token: u32,
    hits: u32,
    misses: u32,
    stale: u32,
    coalesced: u32,
}

impl Cache {
    /// An empty cache.
    pub fn new(settings: &design::Cache, seed: u64, name: &str) -> Cache {
        Cache {
            settings: settings.clone(),
            station: Station::new(settings.concurrency, settings.capacity),
            lookup: Duration { distribution: settings.lookup, constant: None },
            store: Store::new(rules(settings), Stream::new(seed, &format!("{name}/eviction"))),
            flights: Flights::default(),
            behind: Behind::default(),
            spaces: Vec::new(),
            databases: Vec::new(),
            token: 0,
            hits: 0,
            misses: 0,
            stale: 0,
            coalesced: 0,
        }
    }

    /// How requests of a class use it: without a database wired to it, it cannot but stand aside.
    #[inline]
    pub fn mode(&self, class: u16) -> CacheMode {
        if self.settings.mode == CacheMode::Aside {
            return CacheMode::Aside;
        }
        match self.databases.get(usize::from(class)) {
            Some(databases) if !databases.is_empty() => self.settings.mode,
            _ => CacheMode::Aside,
        }
    }

    fn next_token(&mut self) -> u32 {
        self.token = self.token.wrapping_add(1).max(1);
        self.token
    }

    /// Forgets everything; what was not yet written to the database is lost.
    pub fn flush(&mut self) {
        self.store.flush();
        self.behind.lose();
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.store.memory() + self.flights.memory() + self.behind.memory()
    }

    /// Loses all work in hand, and all entries.
    pub fn clear(&mut self, now: Time) {
        self.station.clear(now);
        self.flights.clear();
        self.flush();
    }

    /// Notes that the last hit was of an outdated version.
    pub fn note_stale(&mut self) {
        self.stale += 1;
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.waiting) = self.station.harvest(now, FRAME);
        frame.servers = self.station.servers as f32;
        (frame.held, frame.slots) = (frame.busy, frame.servers);
        frame.capacity = self.station.capacity as f32;
        (frame.hits, frame.misses, frame.stale) = (self.hits, self.misses, self.stale);
        frame.figures.extend([
            (Figure::MemoryUsed, self.store.held() as f32),
            (Figure::Evictions, self.store.take_evicted() as f32),
            (Figure::Coalesced, self.coalesced as f32),
            (Figure::UnwrittenKeys, self.behind.keys() as f32),
            (Figure::UnwrittenLost, self.behind.take_lost() as f32),
        ]);
        (self.hits, self.misses, self.stale, self.coalesced) = (0, 0, 0, 0);
    }
}

fn rules(settings: &design::Cache) -> Rules {
    Rules {
        entries: settings.entries,
        memory: settings.memory,
        eviction: settings.eviction,
        ttl: settings.ttl,
        jitter: settings.ttl_jitter.0,
    }
}

/// Whether a version is newer than another. Versions wrap.
pub(super) fn is_newer(version: u32, than: u32) -> bool {
    version.wrapping_sub(than) as i32 > 0
}

impl Simulation {
    /// Takes over what the design says.
    pub(in crate::sim) fn configure_cache(&mut self, at: u32, settings: &design::Cache) {
        let (lookup, counts, bytes) = (self.prepared(settings.lookup), self.key_counts(), self.value_bytes());
        let databases = self.wires_to(at, |to| matches!(to, Behavior::Database(_)));
        let carried = |class: u16| {
            let carries = |wire: &u32| self.wires[*wire as usize].carries(class);
            databases.iter().copied().filter(carries).collect()
        };
        let databases: Vec<Vec<u32>> = (0..self.classes.len() as u16).map(carried).collect();
        let spaces = self.key_owners();
        self.parts[at as usize].boot = settings.boot;
        let Some(cache) = self.cache(at) else { return };
        if !spaces.starts_with(&cache.spaces) {
            // The keys mean other things now.
            cache.flights.clear();
            cache.flush();
        }
        cache.spaces = spaces;
        (cache.station.servers, cache.station.capacity) = (settings.concurrency, settings.capacity);
        (cache.settings, cache.lookup, cache.databases) = (settings.clone(), lookup, databases);
        cache.store.configure(rules(settings), &counts, &bytes);
        self.plan_flush(at);
    }

    #[inline]
    fn cache(&mut self, at: u32) -> Option<&mut Cache> {
        match &mut self.parts[at as usize].behavior {
            Behavior::Cache(cache) => Some(cache),
            _ => None,
        }
    }

    /// The keys that an attempt's is one of, and the key.
    #[inline]
    pub(super) fn key_of(&self, index: u32) -> (u16, u32) {
        let attempt = &self.attempts[index];
        (self.classes[usize::from(attempt.class)].space, attempt.key)
    }

    /// A cache is done with looking, or one of those who wait for another's flight has waited long enough.
    pub(super) fn cache_done(&mut self, at: u32, index: u32) {
        let attempt = &self.attempts[index];
        match attempt.op {
            _ if attempt.step == WAITING => self.waited_long(at, index),
            _ if attempt.step == FLYING => self.forward(at, index),
            Op::Lookup => self.look_aside(at, index),
            Op::Read => self.read_through(at, index),
            Op::Write => self.write_through(at, index),
            Op::Set => self.set(at, index),
            Op::Delete => self.delete(at, index),
            Op::Serve | Op::Put | Op::Fetch | Op::Probe | Op::Consume | Op::Lock | Op::Unlock => {
                self.leave(at, index, Outcome::Failed);
            }
        }
    }

    /// Lets an attempt wait for the flight of its key: it leaves the station, and waits no longer than the flight's lease.
    fn wait_for_flight(&mut self, at: u32, index: u32) {
        self.free_slot(at, index);
        let ((class, key), now) = (self.key_of(index), self.now);
        let Behavior::Cache(cache) = &mut self.parts[at as usize].behavior else { return };
        cache.flights.join(class, key, index, &mut self.attempts);
        let until = cache.flights.of(class, key).map_or(now, |flight| flight.since + cache.settings.lease);
        (self.attempts[index].step, self.attempts[index].stage) = (WAITING, Stage::Calling);
        self.move_on(index, Delay::For(until.since(now)), Event::Done);
    }

    /// A flight takes too long for one of those who wait: the first in line flies too, and the others wait for that.
    /// As nginx does (`proxy_cache_lock_age`), and as a lease that runs out.
    fn waited_long(&mut self, at: u32, index: u32) {
        let ((class, key), now) = (self.key_of(index), self.now);
        let Behavior::Cache(cache) = &mut self.parts[at as usize].behavior else { return };
        let lease = cache.settings.lease;
        let until = cache.flights.of(class, key).map_or(now, |flight| flight.since + lease);
        if until > now {
            return self.move_on(index, Delay::For(until.since(now)), Event::Done);
        }
        let first = cache.flights.next(class, key, &self.attempts);
        // A flight that was called off has left those who waited for it to themselves.
        let first = if first == NONE { index } else { first };
        if first != index {
            self.move_on(index, Delay::For(lease), Event::Done);
        }
        self.take_over(at, first, false);
    }

    /// One of those who waited for a flight flies too, or, where what is under way is void, instead.
    fn take_over(&mut self, at: u32, index: u32, void: bool) {
        let ((class, key), now) = (self.key_of(index), self.now);
        let op = self.attempts[index].op;
        let Some(cache) = self.cache(at) else { return };
        let token = cache.next_token();
        match op {
            Op::Write => cache.flights.open(class, key, token, true, now),
            _ if void => cache.flights.open(class, key, token, false, now),
            _ => cache.flights.join_in(class, key, token, now),
        }
        let attempt = &mut self.attempts[index];
        attempt.token = token;
        if op == Op::Lookup {
            (attempt.step, attempt.due, attempt.hit) = (0, 0, false);
            return self.answer(index, Outcome::Ok);
        }
        // Not at once: a chain of writes that are all refused would nest without bound.
        attempt.step = FLYING;
        self.move_on(index, Delay::For(Time::ZERO), Event::Done);
    }

    /// A flight has ended: those who waited for it get what it brought. A write among them flies next, and who waited
    /// only because the key was locked looks again if the write has failed.
    fn land_flight(&mut self, at: u32, (class, key): (u16, u32), outcome: Outcome, version: u32) {
        let ok = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        let Some(cache) = self.cache(at) else { return };
        let was_writing = cache.flights.is_writing(class, key);
        loop {
            let Behavior::Cache(cache) = &mut self.parts[at as usize].behavior else { return };
            let index = cache.flights.next(class, key, &self.attempts);
            if index == NONE {
                return cache.flights.close(class, key);
            }
            let attempt = &mut self.attempts[index];
            let (op, found) = (attempt.op, attempt.hit);
            match op {
                Op::Write => return self.take_over(at, index, true),
                Op::Read if was_writing && !ok => return self.take_over(at, index, true),
                _ => {}
            }
            (attempt.step, attempt.due, attempt.version) = (0, 0, version);
            if op == Op::Lookup {
                attempt.hit = ok;
                self.answer(index, Outcome::Ok);
            } else {
                cache.hits += u32::from(found && ok);
                self.answer(index, outcome);
            }
        }
    }
}
