//! Cache-aside: the server looks in the cache, reads the database on a miss, sets what it has read, and deletes what it has
//! written.
//!
//! The races are real. What a slow reader sets may be older than what another has written and deleted meanwhile; a delete
//! may be lost with its wire, its cache or its server. With `coalesce` a miss hands out a lease (Nishtala et al. 2013): whoever
//! else misses waits for what its holder sets, a delete voids it, and nothing is set without a valid one.

use crate::design::{CacheMode, Consistency, Invalidate};

use crate::sim::Outcome;
use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::kind::server::Stores;
use crate::sim::part::{Behavior, by_key};

use super::is_newer;

/// At the cache.
impl Simulation {
    /// Answers a look-up: the version that is kept, or a miss.
    pub(super) fn look_aside(&mut self, at: u32, index: u32) {
        let now = self.now;
        let attempt = &mut self.attempts[index];
        let (class, key) = (self.classes[usize::from(attempt.class)].space, attempt.key);
        let Behavior::Cache(cache) = &mut self.parts[at as usize].behavior else { return };
        match cache.store.look_up(class, key, now) {
            Some(found) => {
                cache.hits += 1;
                (attempt.hit, attempt.version) = (true, found.version);
            }
            None => {
                cache.misses += 1;
                attempt.hit = false;
                if cache.settings.coalesce {
                    let lease = cache.settings.lease;
                    if cache.flights.of(class, key).is_some_and(|flight| flight.since + lease > now) {
                        cache.coalesced += 1;
                        return self.wait_for_flight(at, index);
                    }
                    attempt.token = cache.next_token();
                    cache.flights.join_in(class, key, attempt.token, now);
                }
            }
        }
        self.leave(at, index, Outcome::Ok);
    }

    /// Keeps what a server has read, unless its lease is void.
    pub(super) fn set(&mut self, at: u32, index: u32) {
        let ((class, key), now) = (self.key_of(index), self.now);
        let Attempt { version, token: lease, .. } = self.attempts[index];
        let Some(cache) = self.cache(at) else { return };
        let leased = cache.flights.is_valid(class, key, lease);
        if leased || !cache.settings.coalesce {
            cache.store.put(class, key, version, now);
        }
        self.leave(at, index, Outcome::Ok);
        if leased {
            self.land_flight(at, (class, key), Outcome::Ok, version);
        }
    }

    /// Forgets a key. Whatever is being fetched may be older than the write that this delete follows: it is not kept, and the
    /// first of those who wait for it fetches again.
    pub(super) fn delete(&mut self, at: u32, index: u32) {
        let (class, key) = self.key_of(index);
        let Behavior::Cache(cache) = &mut self.parts[at as usize].behavior else { return };
        cache.store.remove(class, key);
        let void = cache.flights.of(class, key).is_some_and(|flight| !flight.writing);
        let next = if void { cache.flights.next(class, key, &self.attempts) } else { NONE };
        if void && next == NONE {
            cache.flights.close(class, key);
        }
        self.leave(at, index, Outcome::Ok);
        if next != NONE {
            self.take_over(at, next, true);
        }
    }
}

/// At the server.
impl Simulation {
    /// The mode in which a server uses the cache behind this wire, for a class; none is no cache.
    fn mode_behind(&self, wire: u32, class: u16) -> Option<CacheMode> {
        let wire = self.wires.get(wire as usize)?;
        match &self.parts[wire.to as usize].behavior {
            Behavior::Cache(cache) => Some(cache.mode(class)),
            _ => None,
        }
    }

    /// Whether one of these caches talks to the database itself, for a class.
    pub(in crate::sim) fn goes_through(&self, caches: &[u32], class: u16) -> bool {
        caches.iter().any(|wire| self.mode_behind(*wire, class).is_some_and(|mode| mode != CacheMode::Aside))
    }

    /// The stores that requests of a class use at a server.
    #[inline]
    fn stores_at(&self, at: u32, class: u16) -> Option<&Stores> {
        match &self.parts[at as usize].behavior {
            Behavior::Server(server) => server.stores.get(usize::from(class)),
            _ => None,
        }
    }

    /// Whether a server must not answer from copies.
    fn wants_current(&self, at: u32) -> bool {
        match &self.parts[at as usize].behavior {
            Behavior::Server(server) => server.settings.consistency == Consistency::Strong,
            _ => false,
        }
    }

    /// The wire from a server to the cache of a key, or NONE.
    #[inline]
    fn cache_of(&self, at: u32, class: u16, key: u32) -> u32 {
        self.stores_at(at, class).map_or(NONE, |stores| by_key(&stores.caches, key))
    }

    /// The cache that a server calls to read or write a key, and what it asks there; none asks the database.
    #[inline(always)]
    pub(in crate::sim::kind) fn cache_call(&self, at: u32, class: u16, key: u32, writes: bool) -> Option<(u32, Op)> {
        let stores = self.stores_at(at, class)?;
        let cache = by_key(&stores.caches, key);
        let mode = self.mode_behind(cache, class)?;
        if !writes && self.wants_current(at) && !stores.databases.is_empty() {
            return None;
        }
        match (writes, mode) {
            (false, CacheMode::Aside) => Some((cache, Op::Lookup)),
            (false, _) => Some((cache, Op::Read)),
            (true, CacheMode::WriteThrough | CacheMode::WriteBehind) => Some((cache, Op::Write)),
            (true, CacheMode::ReadThrough) if stores.databases.is_empty() => Some((cache, Op::Write)),
            (true, _) => None,
        }
    }

    /// A look-up missed, or the cache failed: the server reads the database.
    pub(in crate::sim::kind) fn missed(&mut self, at: u32, index: u32, reply: Reply) {
        self.attempts[index].token = reply.token;
        self.server_asks_database(at, index, Op::Read, reply.key);
    }

    /// Sets in the cache what the database said. Nobody waits for it, but the cache has the work.
    pub(in crate::sim::kind) fn remember(&mut self, at: u32, index: u32, reply: Reply) {
        let cache = self.cache_of(at, reply.class, reply.key);
        if self.mode_behind(cache, reply.class) == Some(CacheMode::Aside) {
            let token = std::mem::take(&mut self.attempts[index].token);
            let message =
                Attempt { key: reply.key, version: reply.version, token, ..Attempt::new(reply.class, Op::Set) };
            self.post(cache, message);
        }
    }

    /// Deletes a key that was written to the database from the cache. Whether there is such a call to wait for.
    pub(in crate::sim::kind) fn invalidate(&mut self, at: u32, index: u32, reply: Reply) -> bool {
        let cache = self.cache_of(at, reply.class, reply.key);
        let Some(wire) = self.wires.get(cache as usize) else { return false };
        let Behavior::Cache(to) = &self.parts[wire.to as usize].behavior else { return false };
        let written_there = self.cache_call(at, reply.class, reply.key, true).is_some();
        if written_there || to.settings.invalidate == Invalidate::None {
            return false;
        }
        self.call(index, cache, Op::Delete, reply.key, 0);
        true
    }

    /// Notes whether a cache answered with an outdated version.
    pub(in crate::sim::kind) fn judge_hit(&mut self, at: u32, reply: Reply) {
        if !self.classes[usize::from(reply.class)].written {
            return;
        }
        let cache = self.cache_of(at, reply.class, reply.key);
        let database = self.stores_at(at, reply.class).map_or(NONE, |stores| stores.databases.home(reply.key));
        let truth = self.true_version(database, reply.class, reply.key);
        if truth.is_some_and(|truth| is_newer(truth, reply.version))
            && let Some(to) = self.wires.get(cache as usize).map(|wire| wire.to)
            && let Some(cache) = self.cache(to)
        {
            cache.note_stale();
        }
    }

    /// The wires to the databases that keep the keys of a class, as seen from this component: its own, or those of whom it
    /// asks.
    pub(in crate::sim::kind) fn home_of(&self, at: u32, class: u16) -> Vec<u32> {
        let all =
            self.wires.iter().enumerate().filter(|(_, wire)| wire.from == at && !wire.gone && wire.carries(class));
        let wires: Vec<(u32, u32)> = all.map(|(index, wire)| (index as u32, wire.to)).collect();
        let is_database =
            |to: u32| matches!(self.parts[to as usize].behavior, Behavior::Database(_) | Behavior::Router(_));
        let databases: Vec<u32> = wires.iter().filter(|(_, to)| is_database(*to)).map(|(wire, _)| *wire).collect();
        if !databases.is_empty() {
            return self.grouped(&databases).homes().to_vec();
        }
        // Designs have no circles.
        wires.iter().map(|(_, to)| self.home_of(*to, class)).find(|home| !home.is_empty()).unwrap_or_default()
    }
}
