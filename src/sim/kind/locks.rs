//! The lock service: one lease for each key, waiters first come first served, and fencing tokens.
//!
//! Leases: Gray & Cheriton 1989. Fencing tokens: the sequencers of Chubby (Burrows 2006), as told by Kleppmann, "How to
//! do distributed locking" (2016): a number that grows with every grant of a lock, sent along with every write, so that
//! a store can refuse who comes with an older one than it has seen.

use std::collections::BTreeMap;

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::gauge::Gauge;
use crate::sim::part::{Behavior, Duration};
use crate::sim::station::Station;
use crate::sim::{ComponentFrame, FRAME, Figure, Happening, Outcome};

/// A token is the service's part number and, in its low bits, the lock's own count of grants.
const COUNT_BITS: u32 = 20;
const COUNT_MASK: u32 = (1 << COUNT_BITS) - 1;
/// A lost lease is told of again only after this long.
const LOST_QUIET: Time = Time::from_secs(10);

/// A lock service at run time.
#[derive(Clone, Debug)]
pub struct Locks {
    /// What the design says.
    pub settings: design::LockService,
    /// Operations served, and those that wait to be.
    pub station: Station,
    /// The time of one operation.
    pub operation: Duration,
    /// Locks that were ever taken, by key space and key.
    table: BTreeMap<(u16, u32), Lock>,
    held: Gauge,
    waiting: Gauge,
    lost: u32,
    unsafe_writes: u32,
    fenced_writes: u32,
}

/// The lock of one key.
#[derive(Clone, Debug)]
struct Lock {
    /// How often it was granted, in the bits of a token; never 0 once granted.
    grants: u32,
    /// The greatest count that the data store has seen.
    seen: u32,
    held: bool,
    /// The request that holds it; NONE if it had given up already.
    holder: u32,
    expires: Time,
    first: u32,
    last: u32,
}

impl Lock {
    const FREE: Lock =
        Lock { grants: 0, seen: 0, held: false, holder: NONE, expires: Time::ZERO, first: NONE, last: NONE };
}

/// Whether count `a` is not older than `b`; counts wrap.
fn not_older(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) & COUNT_MASK < 1 << (COUNT_BITS - 1)
}

impl Locks {
    /// A service that has granted nothing.
    pub fn new(settings: &design::LockService) -> Locks {
        Locks {
            settings: settings.clone(),
            station: Station::new(settings.concurrency, settings.capacity),
            operation: Duration { distribution: settings.operation, constant: None },
            table: BTreeMap::new(),
            held: Gauge::default(),
            waiting: Gauge::default(),
            lost: 0,
            unsafe_writes: 0,
            fenced_writes: 0,
        }
    }

    /// Loses all who wait; leases are on disk.
    pub fn clear(&mut self, now: Time) {
        self.station.clear(now);
        for lock in self.table.values_mut() {
            (lock.first, lock.last) = (NONE, NONE);
        }
        self.waiting.add(now, -(self.waiting.count as i32));
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.table.len() * (size_of::<Lock>() + 16)
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        let (busy, queued) = self.station.harvest(now, FRAME);
        (frame.busy, frame.servers) = (busy, self.station.servers as f32);
        frame.waiting = queued + self.waiting.harvest(now, FRAME);
        frame.held = self.held.harvest(now, FRAME);
        let figures = &mut frame.figures;
        figures.push((Figure::LocksHeld, frame.held));
        figures.push((Figure::LeasesLost, std::mem::take(&mut self.lost) as f32));
        figures.push((Figure::UnsafeWrites, std::mem::take(&mut self.unsafe_writes) as f32));
        figures.push((Figure::FencedWrites, std::mem::take(&mut self.fenced_writes) as f32));
    }

    /// Whether a store should take a statement that comes with this token; and it has seen the token then.
    fn admits(&mut self, name: (u16, u32), attempt: &Attempt) -> bool {
        let Some(lock) = self.table.get_mut(&name) else { return true };
        let count = attempt.fence & COUNT_MASK;
        if not_older(count, lock.seen) {
            lock.seen = count;
            return true;
        }
        if attempt.op != Op::Write {
            return true;
        }
        *match self.settings.fencing {
            true => &mut self.fenced_writes,
            false => &mut self.unsafe_writes,
        } += 1;
        !self.settings.fencing
    }
}

impl Simulation {
    fn locks(&mut self, at: u32) -> &mut Locks {
        match &mut self.parts[at as usize].behavior {
            Behavior::Locks(locks) => locks,
            _ => unreachable!("only lock services have locks"),
        }
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_locks(&mut self, at: u32, settings: &design::LockService) {
        let operation = self.prepared(settings.operation);
        self.parts[at as usize].boot = settings.boot;
        let locks = self.locks(at);
        locks.settings = settings.clone();
        locks.operation = operation;
        (locks.station.servers, locks.station.capacity) = (settings.concurrency, settings.capacity);
    }

    /// An operation is done; or the lease that the first waiter waits for has run out.
    pub(super) fn locks_done(&mut self, at: u32, index: u32) {
        if self.attempts[index].stage == Stage::WaitingCore {
            return self.lease_over(at, index);
        }
        match self.attempts[index].op {
            Op::Lock => {
                let now = self.now;
                let Behavior::Locks(locks) = &mut self.parts[at as usize].behavior else { return };
                locks.station.release(now);
                self.ready.extend(locks.station.next(now, &self.attempts));
                self.wants_lock(at, index);
            }
            Op::Unlock => {
                self.unlocks(at, index);
                self.leave(at, index, Outcome::Ok);
            }
            _ => self.leave(at, index, Outcome::Failed),
        }
    }

    /// A request wants the lock of its key: it gets it, or waits behind the others.
    fn wants_lock(&mut self, at: u32, index: u32) {
        let now = self.now;
        let name = self.key_of(index);
        let lock = self.locks(at).table.entry(name).or_insert(Lock::FREE).clone();
        let nobody_waits = lock.first == NONE;
        if nobody_waits && (!lock.held || (lock.expires <= now && !self.renewed(at, name))) {
            return self.grant(at, index);
        }
        self.attempts[index].stage = Stage::WaitingCore;
        self.attempts[index].next = NONE;
        let locks = self.locks(at);
        locks.waiting.add(now, 1);
        let Some(known) = locks.table.get_mut(&name) else { return };
        let (before, expires) = (std::mem::replace(&mut known.last, index), known.expires);
        if nobody_waits {
            known.first = index;
            return self.watch_lease(index, expires);
        }
        self.attempts[before].next = index;
    }

    /// Lets the first waiter know when the lease before it runs out.
    fn watch_lease(&mut self, waiter: u32, expires: Time) {
        self.move_on(waiter, Delay::For(expires.since(self.now)), Event::Done);
    }

    /// A lease that has run out: whether its holder renews it, because it lives, works on and can be reached.
    fn renewed(&mut self, at: u32, name: (u16, u32)) -> bool {
        let now = self.now;
        let locks = self.locks(at);
        let (renewal, lease) = (locks.settings.renewal, locks.settings.lease);
        let Some(lock) = locks.table.get(&name).filter(|_| renewal) else { return false };
        let (holder, token) = (lock.holder, at << COUNT_BITS | lock.grants);
        if holder == NONE || !self.attempts.is_at_work(holder) {
            return false;
        }
        let Attempt { fence: seen, at: server, .. } = self.attempts[holder];
        let part = &self.parts[server as usize];
        if self.key_of(holder) != name || seen != token || part.refuses() || part.cut {
            return false;
        }
        if let Some(lock) = self.locks(at).table.get_mut(&name) {
            lock.expires = now + lease;
        }
        true
    }

    /// The lease before the first waiter has run out.
    fn lease_over(&mut self, at: u32, index: u32) {
        let name = self.key_of(index);
        if self.renewed(at, name) {
            let expires = self.locks(at).table[&name].expires;
            return self.watch_lease(index, expires);
        }
        self.next_holder(at, name);
    }

    /// Gives a lock to the first who waits for it. Who has hung up is passed over: its connection is closed.
    fn next_holder(&mut self, at: u32, name: (u16, u32)) {
        while let Some(first) = self.next_waiter(at, name) {
            self.attempts[first].due = 0;
            if self.attempts[first].parent != NONE {
                return self.grant(at, first);
            }
            self.answer(first, Outcome::Failed);
        }
    }

    /// Takes the first waiter out of its row.
    fn next_waiter(&mut self, at: u32, name: (u16, u32)) -> Option<u32> {
        let now = self.now;
        let Behavior::Locks(locks) = &mut self.parts[at as usize].behavior else { return None };
        let lock = locks.table.get_mut(&name).filter(|lock| lock.first != NONE)?;
        let first = lock.first;
        lock.first = self.attempts[first].next;
        if lock.first == NONE {
            lock.last = NONE;
        }
        locks.waiting.add(now, -1);
        Some(first)
    }

    /// Grants the lock of its key to a request.
    fn grant(&mut self, at: u32, index: u32) {
        let now = self.now;
        let (name, parent) = (self.key_of(index), self.attempts[index].parent);
        let locks = self.locks(at);
        let lease = locks.settings.lease;
        let Some(lock) = locks.table.get_mut(&name) else { return };
        let taken_away = std::mem::replace(&mut lock.held, true);
        lock.grants = (lock.grants + 1) & COUNT_MASK;
        lock.grants += u32::from(lock.grants == 0);
        (lock.holder, lock.expires) = (parent, now + lease);
        let (token, next) = (at << COUNT_BITS | lock.grants, lock.first);
        match taken_away {
            true => locks.lost += 1,
            false => locks.held.add(now, 1),
        }
        if taken_away {
            self.tell_lost(at);
        }
        if next != NONE {
            self.watch_lease(next, now + lease);
        }
        self.attempts[index].version = token;
        self.answer(index, Outcome::Ok);
    }

    fn tell_lost(&mut self, at: u32) {
        let part = &mut self.parts[at as usize];
        let quiet = part.overflowed.is_some_and(|last| self.now.since(last) < LOST_QUIET);
        part.overflowed = Some(self.now);
        if !quiet {
            self.tell(Happening::LeaseLost(at));
        }
    }

    /// A holder lets go. One whose lease was given to another meanwhile has nothing to let go of.
    fn unlocks(&mut self, at: u32, index: u32) {
        let now = self.now;
        let (name, token) = (self.key_of(index), self.attempts[index].fence);
        let locks = self.locks(at);
        let Some(lock) = locks.table.get_mut(&name) else { return };
        if !lock.held || lock.grants != token & COUNT_MASK {
            return;
        }
        (lock.held, lock.holder) = (false, NONE);
        locks.held.add(now, -1);
        self.next_holder(at, name);
    }

    /// Whether a data store takes a statement of a request that works under a lock.
    pub(super) fn lock_admits(&mut self, at: u32, index: u32) -> bool {
        if !matches!(self.parts[at as usize].behavior, Behavior::Database(_)) {
            return true;
        }
        let (name, token) = (self.key_of(index), self.attempts[index].fence);
        let Some(part) = self.parts.get_mut((token >> COUNT_BITS) as usize) else { return true };
        match &mut part.behavior {
            Behavior::Locks(locks) => locks.admits(name, &self.attempts[index]),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_grow_and_wrap() {
        assert!(not_older(5, 5) && not_older(6, 5) && !not_older(5, 6));
        assert!(not_older(1, COUNT_MASK) && !not_older(COUNT_MASK, 1));
        assert!(not_older(1, 0), "a store that has seen nothing takes anything");
    }

    #[test]
    fn a_store_sees_tokens_in_order() {
        let mut locks = Locks::new(&design::LockService { fencing: true, ..Default::default() });
        locks.table.insert((0, 7), Lock { grants: 2, ..Lock::FREE });
        let write = |token: u32| Attempt { key: 7, fence: token, ..Attempt::new(0, Op::Write) };
        assert!(locks.admits((0, 7), &write(1)));
        assert!(locks.admits((0, 7), &Attempt { op: Op::Read, ..write(2) }));
        assert!(!locks.admits((0, 7), &write(1)), "2 has been there");
        assert!(locks.admits((0, 7), &write(2)));
        locks.settings.fencing = false;
        assert!(locks.admits((0, 7), &write(1)));
        assert_eq!((locks.fenced_writes, locks.unsafe_writes), (1, 1));
    }
}
