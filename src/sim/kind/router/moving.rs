//! Keys on their way to another shard: each is read at its old home and written at its new one, at the pace that is set.

use crate::units::Time;

use crate::sim::Outcome;
use crate::sim::attempt::{Attempt, NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;

/// Keys that are copied at once, at most: a slow database must not pile them up.
const COPIES_MAX: u32 = 64;

impl Simulation {
    pub(super) fn plan_move(&mut self, at: u32) {
        let router = self.router(at);
        if router.moves.is_empty() || router.next != 0 {
            return;
        }
        let pause = Time::from_secs_f64(1.0 / router.settings.rebalance.0);
        self.router(at).next = self.calendar.schedule(self.now, Delay::For(pause), Event::Upkeep.on(at));
    }

    /// It is time to copy the next key.
    pub(in crate::sim) fn move_next_key(&mut self, at: u32, seq: u32) {
        if self.router(at).next != seq {
            return;
        }
        if self.parts[at as usize].gone {
            return;
        }
        let refuses = self.parts[at as usize].refuses();
        let router = self.router(at);
        router.next = 0;
        let epoch = router.epoch;
        if !refuses
            && router.copying < COPIES_MAX
            && let Some((class, key, target)) = router.moves.pop_front()
        {
            let source = router.homes[usize::from(class)][key as usize];
            router.copying += 1;
            let mut copy = Attempt::new(class, Op::Copy);
            (copy.at, copy.key, copy.user, copy.step, copy.tries) = (at, key, NONE, u32::from(target), epoch);
            copy.stage = Stage::Calling;
            let copy = self.attempts.add(copy);
            self.copy_asks(at, copy, source, Op::Read, 0);
        }
        self.plan_move(at);
    }

    fn copy_asks(&mut self, at: u32, copy: u32, shard: u16, op: Op, version: u32) {
        let key = self.attempts[copy].key;
        // Copies read at the primary: a replica may be behind.
        match self.shard_wire(at, shard, true) {
            NONE => self.drop_copy(at, copy, false),
            wire => self.call(copy, wire, op, key, version),
        }
    }

    /// A shard has read a key that is to be moved, or has taken it over.
    pub(super) fn copy_goes_on(&mut self, at: u32, copy: u32, reply: Reply) {
        let Attempt { step, tries, .. } = self.attempts[copy];
        let (target, epoch) = (step as u16, self.router(at).epoch);
        let ok = reply.outcome == Outcome::Ok;
        if !ok || tries != epoch {
            // After a change of the shards, the key is among the new moves if it still has to move.
            return self.drop_copy(at, copy, tries == epoch);
        }
        if reply.op == Op::Read {
            return self.copy_asks(at, copy, target, Op::Copy, reply.version);
        }
        let source = self.router(at).homes[usize::from(reply.class)][reply.key as usize];
        let part = self.shard_part(at, source);
        // Written meanwhile, or about to be: the copy is out of date, so once more.
        let busy = self.transactions.touch(at, reply.class, reply.key);
        if busy || self.version_at_primary(part, reply.class, reply.key).is_some_and(|version| version != reply.version)
        {
            return self.copy_asks(at, copy, source, Op::Read, 0);
        }
        self.router(at).homes[usize::from(reply.class)][reply.key as usize] = target;
        self.drop_copy(at, copy, false);
    }

    /// Ends a copy; `again` puts its key back in line.
    fn drop_copy(&mut self, at: u32, copy: u32, again: bool) {
        let Attempt { class, key, step, .. } = self.attempts[copy];
        self.attempts.remove(copy);
        let router = self.router(at);
        router.copying -= 1;
        if again {
            router.moves.push_back((class, key, step as u16));
            self.plan_move(at);
        }
    }

    /// A copy is lost with the router.
    pub(in crate::sim) fn lose_copy(&mut self, at: u32, copy: u32) {
        let child = std::mem::replace(&mut self.attempts[copy].child, NONE);
        self.abandon(child, Outcome::Failed);
        self.drop_copy(at, copy, true);
    }
}
