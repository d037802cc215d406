//! Transactions: several keys written together. On one database that is one statement; over several shards it takes two
//! rounds (two-phase commit: Gray 1978). Whoever knows the shards is the coordinator: a shard router, or a server over
//! several databases. It asks them one after the other, in the same order for all, so that no two transactions wait for
//! each other.

use crate::sim::Outcome;
use crate::sim::attempt::{NONE, Op};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::units::put_in_order;

/// A transaction's number has this many bits for its slot; the rest tell slots that were used again.
const SLOT_BITS: u32 = 18;
const GENERATIONS: u32 = 1 << 12;

/// Transactions under way, in slots used again.
#[derive(Clone, Debug, Default)]
pub struct Transactions {
    slots: Vec<Transaction>,
    free: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
struct Transaction {
    generation: u32,
    /// The component that coordinates it; NONE while the slot is free.
    at: u32,
    /// Its process died: nobody decides until it is back.
    orphan: bool,
    class: u16,
    round: Round,
    /// The participant that is being asked.
    next: usize,
    outcome: Option<Outcome>,
    participants: Vec<Participant>,
}

#[derive(Clone, Debug)]
struct Participant {
    wire: u32,
    keys: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Round {
    /// One database: one statement.
    #[default]
    Only,
    Prepare,
    Commit,
    Abort,
    /// It is over, and caches forget its keys.
    Forget,
}

impl Round {
    fn op(self) -> Op {
        match self {
            Round::Only => Op::Transact,
            Round::Prepare => Op::Prepare,
            Round::Commit => Op::Commit,
            Round::Abort => Op::Abort,
            Round::Forget => Op::Delete,
        }
    }
}

impl Transactions {
    fn open(&mut self, at: u32, class: u16, participants: Vec<Participant>) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Transaction::default());
            self.slots.len() as u32 - 1
        });
        let transaction = &mut self.slots[slot as usize];
        let round = if participants.len() == 1 { Round::Only } else { Round::Prepare };
        let generation = transaction.generation;
        *transaction = Transaction { generation, at, class, round, participants, ..Transaction::default() };
        slot | generation << SLOT_BITS
    }

    fn slot(id: u32) -> usize {
        (id & ((1 << SLOT_BITS) - 1)) as usize
    }

    fn get(&mut self, id: u32) -> Option<&mut Transaction> {
        let transaction = self.slots.get_mut(Self::slot(id))?;
        (transaction.at != NONE && transaction.generation == id >> SLOT_BITS).then_some(transaction)
    }

    fn close(&mut self, id: u32) -> Option<Transaction> {
        let generation = (id >> SLOT_BITS) + 1;
        let transaction = self.get(id)?;
        let next = Transaction { generation: generation % GENERATIONS, at: NONE, ..Transaction::default() };
        let closed = std::mem::replace(transaction, next);
        self.free.push(Self::slot(id) as u32);
        Some(closed)
    }

    /// The keys that a transaction writes over a wire; none if it is over.
    pub fn keys(&mut self, id: u32, wire: u32) -> Option<&[u32]> {
        let known = self.get(id)?.participants.iter().find(|participant| participant.wire == wire)?;
        Some(&known.keys)
    }

    /// Whether a transaction of this coordinator writes a key.
    pub fn touch(&self, at: u32, class: u16, key: u32) -> bool {
        let own = self.slots.iter().filter(|transaction| transaction.at == at && transaction.class == class);
        own.flat_map(|transaction| &transaction.participants).any(|participant| participant.keys.contains(&key))
    }

    /// Whether none is under way.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.slots.len() == self.free.len()
    }

    /// Whether a transaction is still in its first round.
    pub fn is_open(&mut self, id: u32) -> bool {
        self.get(id).is_some_and(|transaction| transaction.round == Round::Prepare)
    }
}

impl Simulation {
    /// Begins a transaction over the wires that keep its keys.
    pub(super) fn begin_transaction(&mut self, at: u32, index: u32, homes: &[(u32, u32)]) {
        let mut participants: Vec<Participant> = Vec::new();
        for &(wire, key) in homes {
            match participants.iter_mut().find(|known| known.wire == wire) {
                Some(known) => known.keys.push(key),
                None => participants.push(Participant { wire, keys: vec![key] }),
            }
        }
        if participants.is_empty() || participants.iter().any(|participant| participant.wire == NONE) {
            return self.transaction_ends(at, index, Outcome::Failed, &[]);
        }
        let callee = |participant: &Participant| self.wires[participant.wire as usize].to;
        put_in_order(&mut participants, |a, b| callee(a) < callee(b));
        let space = self.space_of(index);
        let id = self.transactions.open(at, space, participants);
        self.attempts.rare_mut(index).transaction = id;
        self.ask_participant(index, id);
    }

    fn ask_participant(&mut self, index: u32, id: u32) {
        let Some(transaction) = self.transactions.get(id) else { return };
        let participant = &transaction.participants[transaction.next];
        let (wire, op, key) = (participant.wire, transaction.round.op(), participant.keys[0]);
        self.call(index, wire, op, key, id);
    }

    /// A participant has answered: the next is asked, or the next round begins.
    pub(in crate::sim) fn transaction_goes_on(&mut self, at: u32, index: u32, outcome: Outcome) {
        let id = self.attempts.rare(index).transaction;
        let Some(transaction) = self.transactions.get(id) else {
            return self.transaction_ends(at, index, Outcome::Failed, &[]);
        };
        // A fallback has prepared nothing.
        let ok = outcome == Outcome::Ok;
        if !ok {
            transaction.outcome.get_or_insert(outcome);
        }
        let last = transaction.next + 1 == transaction.participants.len();
        match transaction.round {
            // All that were asked so far are told, also the one that did not say yes: it may have been prepared too late.
            Round::Prepare if !ok => {
                transaction.participants.truncate(transaction.next + 1);
                (transaction.round, transaction.next) = (Round::Abort, 0);
            }
            Round::Prepare if last => (transaction.round, transaction.next) = (Round::Commit, 0),
            _ if last => {
                let outcome = transaction.outcome.unwrap_or(Outcome::Ok);
                let keys = self.settle_transaction(id);
                return self.transaction_ends(at, index, outcome, &keys);
            }
            _ => transaction.next += 1,
        }
        self.ask_participant(index, id);
    }

    /// The transaction is over. What a participant that could not be told still holds for it is given back. Gives its keys.
    fn settle_transaction(&mut self, id: u32) -> Vec<u32> {
        let Some(closed) = self.transactions.close(id) else { return Vec::new() };
        for participant in &closed.participants {
            let Some(to) = self.wires.get(participant.wire as usize).map(|wire| wire.to) else { continue };
            self.release_prepared(to, id, closed.class, &participant.keys);
        }
        closed.participants.into_iter().flat_map(|participant| participant.keys).collect()
    }

    /// Keeps the keys of a transaction that is over, for caches to forget.
    pub(super) fn note_forgetting(&mut self, index: u32, keys: &[u32]) {
        let (at, space) = (self.attempts[index].at, self.space_of(index));
        let id = self.transactions.open(at, space, vec![Participant { wire: NONE, keys: keys.to_vec() }]);
        self.transactions.get(id).iter_mut().for_each(|over| over.round = Round::Forget);
        self.attempts.rare_mut(index).transaction = id;
    }

    /// Whether caches are forgetting the keys of a transaction for this attempt.
    pub(super) fn is_forgetting(&mut self, index: u32) -> bool {
        let id = self.attempts.rare(index).transaction;
        id != NONE && self.transactions.get(id).is_some_and(|over| over.round == Round::Forget)
    }

    /// The next key that a cache is to forget; none once all have.
    pub(super) fn next_to_forget(&mut self, index: u32) -> Option<u32> {
        let id = self.attempts.rare(index).transaction;
        let over = self.transactions.get(id)?;
        let key = over.participants[0].keys.get(over.next).copied();
        over.next += 1;
        if key.is_none() {
            self.transactions.close(id);
        }
        key
    }

    fn transaction_ends(&mut self, at: u32, index: u32, outcome: Outcome, keys: &[u32]) {
        match &self.parts[at as usize].behavior {
            Behavior::Router(_) => self.answer(index, outcome),
            _ => self.server_transacted(at, index, outcome, keys),
        }
    }

    /// A coordinator is gone: its participants hold their rows until its process is back.
    pub(in crate::sim) fn orphan_transaction(&mut self, index: u32) {
        let id = self.attempts.rare(index).transaction;
        if id != NONE
            && let Some(transaction) = self.transactions.get(id)
        {
            transaction.orphan = true;
        }
    }

    /// Coordinators that are back (or will never be) give up what they had begun.
    pub(in crate::sim) fn settle_orphans(&mut self) {
        for slot in 0..self.transactions.slots.len() {
            let transaction = &self.transactions.slots[slot];
            let id = slot as u32 | transaction.generation << SLOT_BITS;
            if transaction.orphan && self.parts.get(transaction.at as usize).is_none_or(|part| !part.down || part.gone)
            {
                self.settle_transaction(id);
            }
        }
    }
}
