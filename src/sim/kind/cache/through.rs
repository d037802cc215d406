//! Read-through and write-through: the cache itself talks to the database. Its station does the looking only: while the
//! database works, the cache serves others (an event loop, as in Redis or Envoy).
//!
//! A key that is written through the cache is locked until the database has answered, as Hazelcast and Coherence lock the
//! entry: others who want it wait. So one write-through cache before a database is never out of date.

use crate::design::CacheMode;

use crate::sim::Outcome;
use crate::sim::attempt::{Attempt, NONE, Op, Stage};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, by_key};

use super::is_newer;

impl Simulation {
    /// Answers a read from the store, or fetches it.
    pub(super) fn read_through(&mut self, at: u32, index: u32) {
        let ((class, key), now) = (self.key_of(index), self.now);
        let Some(cache) = self.cache(at) else { return };
        if cache.flights.is_writing(class, key) {
            self.attempts[index].hit = true;
            return self.wait_for_flight(at, index);
        }
        if let Some(found) = cache.store.look_up(class, key, now) {
            cache.hits += 1;
            (self.attempts[index].hit, self.attempts[index].version) = (true, found.version);
            self.judge_own_hit(at, index);
            return self.leave(at, index, Outcome::Ok);
        }
        self.attempts[index].hit = false;
        let Some(cache) = self.cache(at) else { return };
        if cache.behind.holds(class, key) {
            // Dropped from the store, but still on its way to the database.
            cache.hits += 1;
            return self.leave(at, index, Outcome::Ok);
        }
        cache.misses += 1;
        if cache.settings.coalesce {
            let lease = cache.settings.lease;
            if cache.flights.of(class, key).is_some_and(|flight| flight.since + lease > now) {
                cache.coalesced += 1;
                return self.wait_for_flight(at, index);
            }
            let token = cache.next_token();
            cache.flights.join_in(class, key, token, now);
            self.attempts[index].token = token;
        }
        self.free_slot(at, index);
        self.forward(at, index);
    }

    /// Writes a key: to the database first, or, in write-behind, later.
    pub(super) fn write_through(&mut self, at: u32, index: u32) {
        let ((class, key), now) = (self.key_of(index), self.now);
        let request = self.attempts[index].class;
        let Some(cache) = self.cache(at) else { return };
        if cache.mode(request) == CacheMode::WriteBehind {
            let version = cache.store.version(class, key).unwrap_or(0);
            cache.store.put(class, key, version, now);
            cache.behind.add(class, key, request);
            self.plan_flush(at);
            return self.leave(at, index, Outcome::Ok);
        }
        if cache.flights.of(class, key).is_some() {
            return self.wait_for_flight(at, index);
        }
        let token = cache.next_token();
        cache.flights.open(class, key, token, true, now);
        self.attempts[index].token = token;
        self.free_slot(at, index);
        self.forward(at, index);
    }

    /// Passes a read or a write on to the database.
    pub(super) fn forward(&mut self, at: u32, index: u32) {
        let attempt = &mut self.attempts[index];
        attempt.stage = Stage::Calling;
        let (op, class, key) = (attempt.op, attempt.class, attempt.key);
        let wire = self.database_of(at, class, key);
        match wire {
            NONE => self.flown(at, index, Outcome::Failed, 0),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// The wire from a cache to the database that keeps a key; NONE if there is none.
    pub(super) fn database_of(&self, at: u32, class: u16, key: u32) -> u32 {
        let Behavior::Cache(cache) = &self.parts[at as usize].behavior else { return NONE };
        cache.databases.get(usize::from(class)).map_or(NONE, |databases| by_key(databases, key))
    }

    /// A cache goes on after a call to its database.
    pub(in crate::sim) fn cache_resumes(&mut self, at: u32, index: u32, reply: Reply) {
        match self.attempts[index].wire {
            NONE => self.flushed(at, index, reply),
            _ => self.flown(at, index, reply.outcome, reply.version),
        }
    }

    /// A fetch or a write of one key is over.
    fn flown(&mut self, at: u32, index: u32, outcome: Outcome, version: u32) {
        let ((class, key), now) = (self.key_of(index), self.now);
        let Attempt { op, class: request, token, .. } = self.attempts[index];
        let Some(cache) = self.cache(at) else { return };
        let ok = outcome == Outcome::Ok;
        let mut lands = cache.flights.is_last(class, key, token);
        if op == Op::Write {
            if ok && lands && cache.mode(request) == CacheMode::WriteThrough {
                cache.store.put(class, key, version, now);
            } else {
                // It has been written past, or nobody knows whether it was written.
                cache.store.remove(class, key);
            }
        } else if ok && !cache.behind.holds(class, key) {
            // What was being written meanwhile, or has been deleted, is newer than what was read.
            let kept = cache.store.version(class, key);
            let is_news = kept.is_none_or(|kept| !is_newer(kept, version));
            let free = !cache.settings.coalesce && !cache.flights.is_writing(class, key);
            let valid = cache.flights.is_valid(class, key, token);
            if valid || (free && is_news) {
                cache.store.put(class, key, version, now);
            }
            lands |= valid;
        }
        self.attempts[index].version = version;
        self.answer(index, outcome);
        if lands {
            self.land_flight(at, (class, key), outcome, version);
        }
    }

    /// Notes whether what the cache is about to answer is out of date.
    fn judge_own_hit(&mut self, at: u32, index: u32) {
        let attempt = &self.attempts[index];
        let (class, key, version) = (attempt.class, attempt.key, attempt.version);
        if !self.classes[usize::from(class)].written {
            return;
        }
        let truth = self.true_version(self.database_of(at, class, key), class, key);
        let space = self.classes[usize::from(class)].space;
        let Some(cache) = self.cache(at) else { return };
        // What the database does not know yet is newer than what it has.
        if !cache.behind.holds(space, key) && truth.is_some_and(|truth| is_newer(truth, version)) {
            cache.note_stale();
        }
    }
}
