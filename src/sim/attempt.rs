//! Attempts: everything in flight, in a slab reused by index.

use crate::units::Time;

use super::Outcome;
use super::row::Row;

/// No attempt, no wire, no component.
pub const NONE: u32 = u32::MAX;
/// The class of health probes, which belong to no request.
pub const PROBE: u16 = u16::MAX;
/// In place of a caller: a queue that waits for the acknowledgement of a delivery.
pub const BROKER: u32 = u32::MAX - 1;

/// What the callee is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Serve the request, whatever that means there.
    Serve,
    /// Read a key.
    Read,
    /// Write a key.
    Write,
    /// Take a key over, with its version, from another shard.
    Copy,
    /// Write all keys of a transaction.
    Transact,
    /// First round of a transaction over several shards: lock its keys here and log it, but do not show it yet.
    Prepare,
    /// Second round: show it.
    Commit,
    /// Second round: forget it.
    Abort,
    /// Look a key up in a cache.
    Lookup,
    /// Keep a key in a cache: a message that nobody waits for and that gets no answer (memcached's `noreply`).
    Set,
    /// Forget a key in a cache.
    Delete,
    /// Store a blob.
    Put,
    /// Fetch a blob.
    Fetch,
    /// Say that you are alive.
    Probe,
    /// Work off a message.
    Consume,
    /// Give a lock.
    Lock,
    /// Take a lock back.
    Unlock,
}

impl Op {
    /// Whether it is about a transaction, whose number is then in the attempt's `version`.
    #[inline]
    pub fn is_transaction(self) -> bool {
        matches!(self, Op::Transact | Op::Prepare | Op::Commit | Op::Abort)
    }

    /// Whether it is a request of somebody: probes and messages without an answer are not.
    #[inline]
    pub fn is_request(self) -> bool {
        !matches!(self, Op::Probe | Op::Set)
    }
}

/// Where an attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nowhere: the slot is free.
    Free,
    /// On its way to the callee.
    Travelling,
    /// Lost on the way; only its caller's timeout ends it.
    Lost,
    /// In the callee's waiting room.
    WaitingSlot,
    /// Holding a slot of a server, waiting for a core (or a storage's line).
    WaitingCore,
    /// Being served.
    Working,
    /// Waiting for a call it made; a user waiting for the page.
    Calling,
    /// On its way back.
    Returning,
    /// Not sent yet: the pause before a retry, or a user's hesitation before a reload.
    Pausing,
    /// Not sent yet: waiting at its caller for a place in the wire's bulkhead.
    Queued,
}

/// One try of a call, or a user's request (the root of a trip, with no wire and no caller).
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The attempt that waits for this one; NONE for a root, a probe, or once the caller has given up.
    pub parent: u32,
    /// The attempt this one waits for.
    pub child: u32,
    /// The wire it goes over; NONE for a root.
    pub wire: u32,
    /// The component that works on it; for a root, the clients.
    pub at: u32,
    /// The next in the same waiting room.
    pub next: u32,
    /// The sequence number of the timeout (or patience) that is running; 0 is none.
    pub timer: u32,
    /// The sequence number of the event that moves it on; 0 is none.
    pub due: u32,
    /// Where it is in its server's plan: an index of the engine's steps.
    pub step: u32,
    /// The key it is about.
    pub key: u32,
    /// The user it is for.
    pub user: u32,
    /// The version of the key that a read has seen; of a queue's delivery, which one it is.
    pub version: u32,
    /// The fencing token of the lock it works under, handed on to all it calls; 0 is none.
    pub fence: u32,
    /// What the component that works on it has noted: the lease of a look-up that missed, the edge of a request at a CDN.
    pub token: u32,
    /// The sampled trip it belongs to, plus one; 0 is none.
    pub trip: u32,
    /// Where the slab keeps what only few attempts have; NONE if it has nothing of that.
    pub rare: u32,
    /// Its span in that trip.
    pub span: u16,
    /// The request class.
    pub class: u16,
    /// Which try of its call it is, from 1; of a root, how many reloads are left.
    pub tries: u16,
    /// Which instance of a server it is at.
    pub instance: u16,
    /// What is asked.
    pub op: Op,
    /// Where it is.
    pub stage: Stage,
    /// How the callee answered.
    pub outcome: Outcome,
    /// Whether a cache look-up found its key.
    pub hit: bool,
    /// Whether the root was wanted after the warm-up, so that it counts.
    pub counts: bool,
    /// Whether a root belongs to the closed population.
    pub closed: bool,
    /// When it was sent; of a root, when it was wanted.
    pub sent: Time,
    /// Since when it waits, in whatever waiting room; of a copy on its way to a CDN's edge, until when it may be used.
    pub since: Time,
    /// The last pause before a retry, for decorrelated jitter.
    pub pause: Time,
}

impl Attempt {
    /// An attempt that is nowhere yet.
    #[inline(always)]
    pub fn new(class: u16, op: Op) -> Attempt {
        Attempt {
            parent: NONE,
            child: NONE,
            wire: NONE,
            at: NONE,
            next: NONE,
            timer: 0,
            due: 0,
            step: 0,
            key: 0,
            user: 0,
            version: 0,
            fence: 0,
            token: 0,
            trip: 0,
            rare: NONE,
            span: 0,
            class,
            tries: 1,
            instance: 0,
            op,
            stage: Stage::Travelling,
            outcome: Outcome::Ok,
            hit: false,
            counts: false,
            closed: false,
            sent: Time::ZERO,
            since: Time::ZERO,
            pause: Time::ZERO,
        }
    }
}

/// What only few attempts have, beside the slab so that the others stay small.
#[derive(Clone, Copy, Debug)]
pub struct Rare {
    /// When nobody waits for it any more; [`Time::MAX`] if it carries no deadline.
    pub deadline: Time,
    /// The next attempt for the same call, where the call is hedged.
    pub twin: u32,
    /// The sequence number of the event that sends the next hedge; 0 is none.
    pub hedge: u32,
    /// Hedges sent beside it.
    pub hedged: u32,
    /// Whether it is a hedge itself.
    pub is_hedge: bool,
    /// The transaction that it coordinates; NONE if it does not.
    pub transaction: u32,
}

const COMMON: Rare = Rare { deadline: Time::MAX, twin: NONE, hedge: 0, hedged: 0, is_hedge: false, transaction: NONE };

/// All attempts in flight.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    slots: Row<Attempt>,
    free: Vec<u32>,
    rare: Vec<Rare>,
    rare_free: Vec<u32>,
}

impl Attempts {
    /// Keeps an attempt and gives its index.
    #[inline(always)]
    pub fn add(&mut self, attempt: Attempt) -> u32 {
        let index = self.place();
        self.put(index, attempt);
        index
    }

    /// Takes a free slot for what `put` will keep there.
    #[inline(always)]
    pub fn place(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| self.grow())
    }

    /// Keeps an attempt in its slot.
    #[inline(always)]
    pub fn put(&mut self, index: u32, attempt: Attempt) {
        // A copy of another attempt does not share what that one has. In one go, so that the attempt is built in its slot.
        self.slots[index as usize] = Attempt { rare: NONE, ..attempt };
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> u32 {
        self.slots.push(Attempt { stage: Stage::Free, ..Attempt::new(PROBE, Op::Probe) });
        self.slots.len() as u32 - 1
    }

    /// Frees the slot.
    #[inline(always)]
    pub fn remove(&mut self, index: u32) {
        let attempt = &mut self.slots[index as usize];
        debug_assert!(attempt.stage != Stage::Free, "freed twice");
        attempt.stage = Stage::Free;
        (attempt.timer, attempt.due) = (0, 0);
        if attempt.rare != NONE {
            self.rare_free.push(std::mem::replace(&mut attempt.rare, NONE));
        }
        self.free.push(index);
    }

    /// Whether the slot is that of somebody at work.
    pub fn is_at_work(&self, index: u32) -> bool {
        let stage = self.slots[index as usize].stage;
        matches!(stage, Stage::WaitingCore | Stage::Working | Stage::Calling)
    }

    /// What only few attempts have: of this one.
    #[inline]
    pub fn rare(&self, index: u32) -> Rare {
        match self.slots[index as usize].rare {
            NONE => COMMON,
            rare => self.rare[rare as usize],
        }
    }

    /// The same, to change.
    pub fn rare_mut(&mut self, index: u32) -> &mut Rare {
        let rare = &mut self.slots[index as usize].rare;
        if *rare == NONE {
            *rare = self.rare_free.pop().unwrap_or(self.rare.len() as u32);
            match self.rare.get_mut(*rare as usize) {
                Some(place) => *place = COMMON,
                None => self.rare.push(COMMON),
            }
        }
        &mut self.rare[*rare as usize]
    }

    /// When nobody waits for it any more.
    #[inline]
    pub fn deadline(&self, index: u32) -> Time {
        self.rare(index).deadline
    }

    /// How many are in flight.
    pub fn alive(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.slots.len() * size_of::<Attempt>()
            + (self.free.len() + self.rare_free.len()) * size_of::<u32>()
            + self.rare.len() * size_of::<Rare>()
    }

    /// The indices of those that fit.
    pub fn which(&self, fits: impl Fn(&Attempt) -> bool) -> Vec<u32> {
        let all = self.slots.iter().enumerate();
        all.filter(|(_, a)| a.stage != Stage::Free && fits(a)).map(|(index, _)| index as u32).collect()
    }
}

impl std::ops::Index<u32> for Attempts {
    type Output = Attempt;
    #[inline(always)]
    fn index(&self, index: u32) -> &Attempt {
        &self.slots[index as usize]
    }
}

impl std::ops::IndexMut<u32> for Attempts {
    #[inline(always)]
    fn index_mut(&mut self, index: u32) -> &mut Attempt {
        &mut self.slots[index as usize]
    }
}
