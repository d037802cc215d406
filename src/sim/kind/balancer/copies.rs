//! Copies of static answers at a balancer: a proxy cache, as nginx's `proxy_cache`, without coalescing.

use crate::design::{Eviction, StaticCache};

use crate::sim::attempt::{NONE, Op};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, by_key};
use crate::sim::random::Stream;
use crate::sim::{ComponentFrame, Outcome};

use super::super::cache::{Rules, Store, is_newer};

/// The copies of one balancer.
#[derive(Clone, Debug)]
pub struct Copies {
    store: Store,
    /// For each class, the wires to the databases that keep what its answers are made of.
    homes: Vec<Vec<u32>>,
    hits: u32,
    misses: u32,
    stale: u32,
}

impl Copies {
    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.store.memory()
    }

    /// Forgets all copies.
    pub fn clear(&mut self) {
        self.store.flush();
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, frame: &mut ComponentFrame) {
        (frame.hits, frame.misses, frame.stale) = (self.hits, self.misses, self.stale);
        (self.hits, self.misses, self.stale) = (0, 0, 0);
    }
}

fn rules(settings: &StaticCache) -> Rules {
    Rules { entries: settings.entries, memory: None, eviction: Eviction::Lru, ttl: settings.ttl, jitter: 0.0 }
}

impl Simulation {
    fn copies_of(&mut self, at: u32) -> Option<&mut Copies> {
        self.parts[at as usize].behavior.duties()?.copies.as_mut()
    }

    /// Takes over what the design says of a balancer's copies; those that are there stay.
    pub(super) fn configure_copies(&mut self, at: u32, settings: Option<&StaticCache>) {
        let mut counts = vec![0; self.classes.len()];
        for class in self.classes.iter().filter(|class| class.cost.is_static) {
            counts[usize::from(class.space)] = self.classes[usize::from(class.space)].key_space;
        }
        let bytes = self.value_bytes();
        let stream = Stream::new(self.seed, &format!("{}/copies", self.parts[at as usize].name));
        let Some(duties) = self.parts[at as usize].behavior.duties() else { return };
        let Some(settings) = settings else {
            duties.copies = None;
            return;
        };
        let copies = duties.copies.get_or_insert_with(|| Copies {
            store: Store::new(rules(settings), stream),
            homes: Vec::new(),
            hits: 0,
            misses: 0,
            stale: 0,
        });
        copies.store.configure(rules(settings), &counts, &bytes);
    }

    /// Finds for each balancer with copies the databases that keep what they are made of, once all parts are configured.
    pub(in crate::sim) fn find_homes_of_copies(&mut self) {
        for at in 0..self.parts.len() as u32 {
            if self.copies_of(at).is_some() {
                let homes = (0..self.classes.len() as u16).map(|class| self.home_of(at, class)).collect();
                if let Some(copies) = self.copies_of(at) {
                    copies.homes = homes;
                }
            }
        }
    }

    fn is_copied(&self, index: u32) -> bool {
        let attempt = &self.attempts[index];
        attempt.op == Op::Serve && self.classes[usize::from(attempt.class)].cost.is_static
    }

    /// Whether there is a good copy of what a request asks for.
    pub(super) fn has_copy(&mut self, at: u32, index: u32) -> bool {
        if self.copies_of(at).is_none() || !self.is_copied(index) {
            return false;
        }
        let ((space, key), now) = (self.key_of(index), self.now);
        let Some(copies) = self.copies_of(at) else { return false };
        let Some(found) = copies.store.look_up(space, key, now) else {
            copies.misses += 1;
            return false;
        };
        copies.hits += 1;
        self.attempts[index].version = found.version;
        self.judge_static(at, index);
        true
    }

    /// Counts a copy that is out of date: the database has a newer version.
    fn judge_static(&mut self, at: u32, index: u32) {
        let attempt = &self.attempts[index];
        let (class, key, version) = (attempt.class, attempt.key, attempt.version);
        if !self.classes[usize::from(class)].written {
            return;
        }
        let Some(copies) = self.copies_of(at) else { return };
        let home = copies.homes.get(usize::from(class)).map_or(NONE, |home| by_key(home, key));
        let truth = self.true_version(home, class, key);
        if truth.is_some_and(|truth| is_newer(truth, version)) {
            self.copies_of(at).into_iter().for_each(|copies| copies.stale += 1);
        }
    }

    /// Keeps a copy of a good answer.
    pub(super) fn keep_copy(&mut self, at: u32, index: u32, reply: Reply) {
        if reply.outcome != Outcome::Ok || self.copies_of(at).is_none() || !self.is_copied(index) {
            return;
        }
        let ((space, key), now) = (self.key_of(index), self.now);
        if let Some(copies) = self.copies_of(at) {
            copies.store.put(space, key, reply.version, now);
        }
    }
}

impl Behavior {
    /// Whether it keeps copies of answers.
    pub fn keeps_copies(&self) -> bool {
        match self {
            Behavior::Cache(_) | Behavior::Cdn(_) => true,
            Behavior::Balancer(balancer) => balancer.duties.as_ref().is_some_and(|duties| duties.copies.is_some()),
            _ => false,
        }
    }
}
