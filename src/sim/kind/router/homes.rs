//! Which of the databases behind some wires keeps a key, and which of its replicas answers.

use crate::sim::attempt::NONE;
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, by_key};
use crate::units::put_in_order;

/// The databases that a server is wired to: several share the keys by their hash, and the replicas of one primary count
/// as one.
#[derive(Clone, Debug, Default)]
pub struct Databases {
    /// A wire for each that keeps keys of its own.
    homes: Vec<u32>,
    /// For each, the wires to its primary and its replicas; empty if no replica is wired anywhere.
    pub members: Vec<Vec<u32>>,
    turn: u32,
}

impl Databases {
    /// The wires to those that keep keys of their own.
    pub fn homes(&self) -> &[u32] {
        &self.homes
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// The wire to the database of a key.
    #[inline]
    pub fn home(&self, key: u32) -> u32 {
        by_key(&self.homes, key)
    }

    /// The wire to the database of a key, where no replica needs to be thought of.
    #[inline]
    pub fn plain(&self, key: u32) -> Option<u32> {
        self.members.is_empty().then(|| self.home(key))
    }

    /// Whose turn it is, and the place of the key's database in `members`.
    pub fn choice(&mut self, key: u32) -> (u32, usize) {
        self.turn = self.turn.wrapping_add(1);
        let home = self.home(key);
        (self.turn, self.homes.iter().position(|wire| *wire == home).unwrap_or(0))
    }
}

impl Simulation {
    /// Wires to databases and routers, with the replicas of one primary put together.
    pub(in crate::sim) fn grouped(&self, wires: &[u32]) -> Databases {
        let mut databases = Databases::default();
        // In an order that all callers share, however their wires were drawn: a key has one home.
        let mut shards = self.shards_of(wires);
        put_in_order(&mut shards, |a, b| a.0 < b.0);
        for (_, members) in shards {
            databases.homes.push(members[0]);
            databases.members.push(members);
        }
        if databases.members.iter().all(|members| !self.has_replicas(members[0])) {
            databases.members.clear();
        }
        databases
    }

    fn has_replicas(&self, wire: u32) -> bool {
        match &self.parts[self.wires[wire as usize].to as usize].behavior {
            Behavior::Database(database) => database.group != NONE,
            _ => false,
        }
    }

    /// The shards behind these wires, in their order: the head of each, and the wires to its members, the head's first.
    pub(super) fn shards_of(&self, wires: &[u32]) -> Vec<(u32, Vec<u32>)> {
        let mut shards: Vec<(u32, Vec<u32>)> = Vec::new();
        for &wire in wires {
            let to = self.wires[wire as usize].to;
            let head = match &self.parts[to as usize].behavior {
                Behavior::Database(database) => self.groups.get(database.group as usize).map_or(to, |group| group.head),
                _ => to,
            };
            match shards.iter_mut().find(|(known, _)| *known == head) {
                Some((_, members)) if to == head => members.insert(0, wire),
                Some((_, members)) => members.push(wire),
                None => shards.push((head, vec![wire])),
            }
        }
        shards
    }

    /// Of the wires to a primary and its replicas, the one for the next statement: writes go to whoever is primary now,
    /// reads to its replicas in turn. A replica that is down refuses connections, so another one is asked.
    pub(in crate::sim) fn member_wire(&self, members: &[u32], writing: bool, turn: u32) -> u32 {
        let Some(&first) = members.first() else { return NONE };
        let to = |wire: &u32| self.wires[*wire as usize].to;
        let Behavior::Database(database) = &self.parts[to(&first) as usize].behavior else { return first };
        let Some(group) = self.groups.get(database.group as usize) else { return first };
        let primary = members.iter().copied().find(|wire| to(wire) == group.primary);
        let able = |wire: &&u32| to(wire) != group.primary && !self.parts[to(wire) as usize].refuses();
        let replicas = if writing { 0 } else { members.iter().filter(able).count() };
        match replicas {
            0 => primary.unwrap_or(first),
            n => members.iter().filter(able).nth(turn as usize % n).copied().unwrap_or(first),
        }
    }
}
