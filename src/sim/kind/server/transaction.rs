//! Transactions of a server: all keys that a request writes, together; then caches forget them.

use crate::sim::Outcome;
use crate::sim::attempt::{NONE, Op};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::part::Class;
use crate::units::put_in_order;

impl Simulation {
    /// Writes all keys of a request in one transaction.
    pub(super) fn server_transacts(&mut self, at: u32, index: u32) {
        let class = self.attempts[index].class;
        let first = self.step_key(at, index);
        let Class { cost, keys, .. } = &self.classes[usize::from(class)];
        let stream = &mut self.parts[at as usize].stream;
        let more = (1..cost.writes).map(|_| keys.as_ref().map_or(0, |keys| keys.draw(stream)));
        let mut keys: Vec<u32> = std::iter::once(first).chain(more).collect();
        // In one order for all, so that no two transactions wait for each other.
        put_in_order(&mut keys, |a, b| a < b);
        keys.dedup();
        let homes: Vec<(u32, u32)> = keys.iter().map(|key| (self.home_wire(at, class, *key), *key)).collect();
        self.begin_transaction(at, index, &homes);
    }

    /// The wire that writes of a key go over.
    fn home_wire(&mut self, at: u32, class: u16, key: u32) -> u32 {
        let databases = &mut self.server(at).stores[usize::from(class)].databases;
        if let Some(wire) = databases.plain(key) {
            return wire;
        }
        let (turn, home) = databases.choice(key);
        let members = databases.members[home].clone();
        self.member_wire(&members, true, turn)
    }

    /// A transaction is over: what caches knew of its keys is outdated.
    pub(in crate::sim::kind) fn server_transacted(&mut self, at: u32, index: u32, outcome: Outcome, keys: &[u32]) {
        if outcome != Outcome::Ok {
            return self.fail(at, index, outcome);
        }
        self.note_forgetting(index, keys);
        self.forget_next(at, index);
    }

    /// Deletes the next key that a transaction has written from its cache, one after the other.
    pub(super) fn forget_next(&mut self, at: u32, index: u32) {
        let class = self.attempts[index].class;
        while let Some(key) = self.next_to_forget(index) {
            let reply = Reply { op: Op::Write, outcome: Outcome::Ok, hit: false, key, version: 0, token: NONE, class };
            if self.invalidate(at, index, reply) {
                return;
            }
        }
        self.next_step(at, index);
    }
}
