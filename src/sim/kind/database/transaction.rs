//! A transaction's part at one database: its keys are locked one by one in their order, read and written one by one,
//! logged together; prepared, it keeps its rows until the coordinator has decided.

use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;

/// A lock's holder that is not an attempt but a transaction that has prepared.
const PREPARED: u32 = 1 << 31;

impl Simulation {
    /// The key that follows the current one (the attempt's `key`) in its transaction; none for other statements.
    pub(super) fn next_key(&mut self, index: u32) -> Option<u32> {
        let attempt = &self.attempts[index];
        if !attempt.op.is_transaction() {
            return None;
        }
        let keys = self.transactions.keys(attempt.version, attempt.wire)?;
        keys.iter().copied().find(|key| *key > attempt.key)
    }

    /// Goes back to a transaction's first key.
    pub(super) fn first_key(&mut self, index: u32) {
        let attempt = &self.attempts[index];
        if attempt.op.is_transaction()
            && let Some(keys) = self.transactions.keys(attempt.version, attempt.wire)
        {
            self.attempts[index].key = keys[0];
        }
    }

    /// All keys that a transaction writes here.
    pub(super) fn written_keys(&mut self, index: u32) -> Vec<(u16, u32)> {
        let (attempt, class) = (&self.attempts[index], self.space_of(index));
        let keys = self.transactions.keys(attempt.version, attempt.wire);
        keys.map_or(Vec::new(), |keys| keys.iter().map(|key| (class, *key)).collect())
    }

    /// Whether a transaction is still wanted: its coordinator may have given up before it came here.
    pub(super) fn transaction_is_over(&mut self, index: u32) -> bool {
        let attempt = &self.attempts[index];
        match attempt.op {
            Op::Prepare => !self.transactions.is_open(attempt.version),
            op => op.is_transaction() && self.transactions.keys(attempt.version, attempt.wire).is_none(),
        }
    }

    /// A prepared transaction keeps its rows; its attempt does not.
    pub(super) fn keep_rows(&mut self, at: u32, index: u32) {
        let (holder, keys) = (self.prepared_holder(index), self.written_keys(index));
        let Some(locks) = &mut self.database(at).locks else { return };
        keys.into_iter().for_each(|(class, key)| locks.hand_over(class, key, index, holder));
    }

    /// A prepared transaction gives its rows back, if it holds them.
    pub(in crate::sim) fn release_prepared(&mut self, at: u32, id: u32, class: u16, keys: &[u32]) {
        if matches!(self.parts[at as usize].behavior, Behavior::Database(_)) {
            keys.iter().for_each(|key| self.give_lock(at, class, *key, id | PREPARED));
        }
    }

    /// Who holds the rows of the transaction that an attempt is about, once it has prepared; NONE for other statements.
    pub(super) fn prepared_holder(&self, index: u32) -> u32 {
        let attempt = &self.attempts[index];
        if attempt.op.is_transaction() { attempt.version | PREPARED } else { NONE }
    }

    /// A statement gives all its rows back.
    pub(super) fn give_locks(&mut self, at: u32, index: u32) {
        let Attempt { op, key, .. } = self.attempts[index];
        let class = self.space_of(index);
        if !op.is_transaction() {
            return self.give_lock(at, class, key, index);
        }
        for holder in [index, self.prepared_holder(index)] {
            let held = self.database(at).locks.as_ref().map_or(Vec::new(), |locks| locks.held_by(holder));
            held.into_iter().for_each(|(class, key)| self.give_lock(at, class, key, holder));
        }
    }

    fn give_lock(&mut self, at: u32, class: u16, key: u32, holder: u32) {
        let now = self.now;
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        let next = database.locks.as_mut().and_then(|locks| locks.give(now, class, key, holder, &self.attempts));
        if let Some(next) = next {
            self.lock_given(at, next);
        }
    }
}
