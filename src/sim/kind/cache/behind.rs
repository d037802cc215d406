//! Write-behind: the cache answers a write at once and brings it to the database with the next flush. Several writes of a key
//! become one; what has not been flushed when the cache dies is lost, although its writers were told otherwise.

use std::collections::{BTreeMap, VecDeque};

use crate::sim::Outcome;
use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::calendar::Delay;
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;

/// Keys that were written here and not yet in the database. They are kept beside the store: eviction does not touch them.
#[derive(Clone, Debug, Default)]
pub struct Behind {
    changed: BTreeMap<(u16, u32), Changed>,
    /// The keys to be flushed, in the order in which they were first written.
    queue: VecDeque<(u16, u32)>,
    /// The flush event that is running; 0 is none.
    next: u32,
    /// Writes lost since last asked.
    lost: u32,
}

#[derive(Clone, Debug)]
struct Changed {
    /// The class of the last write.
    class: u16,
    /// Writes since the key was last sent to the database.
    writes: u32,
    /// Writes that are on their way to the database.
    sent: u32,
}

impl Behind {
    /// Takes a write.
    pub fn add(&mut self, space: u16, key: u32, class: u16) {
        let changed = self.changed.entry((space, key)).or_insert(Changed { class, writes: 0, sent: 0 });
        changed.class = class;
        changed.writes += 1;
        if changed.writes == 1 && changed.sent == 0 {
            self.queue.push_back((space, key));
        }
    }

    /// Whether a key has writes that the database does not know yet.
    #[inline]
    pub fn holds(&self, space: u16, key: u32) -> bool {
        !self.changed.is_empty() && self.changed.contains_key(&(space, key))
    }

    /// How many keys have such writes.
    pub fn keys(&self) -> usize {
        self.changed.len()
    }

    /// The next key to flush, with its class.
    fn send(&mut self) -> Option<(u16, u32)> {
        let id = self.queue.pop_front()?;
        let changed = self.changed.get_mut(&id)?;
        (changed.sent, changed.writes) = (changed.writes, 0);
        Some((changed.class, id.1))
    }

    /// The database has answered. What failed is tried again, with what came since.
    fn sent(&mut self, space: u16, key: u32, ok: bool) -> bool {
        let Some(changed) = self.changed.get_mut(&(space, key)) else { return false };
        changed.writes += if ok { 0 } else { changed.sent };
        changed.sent = 0;
        if changed.writes == 0 {
            self.changed.remove(&(space, key));
            return true;
        }
        self.queue.push_back((space, key));
        false
    }

    /// Everything is gone. What was on its way to the database arrives there all the same.
    pub fn lose(&mut self) {
        self.lost += self.changed.values().map(|changed| changed.writes).sum::<u32>();
        self.changed.clear();
        self.queue.clear();
        self.next = 0;
    }

    /// Writes lost since last asked.
    pub fn take_lost(&mut self) -> u32 {
        std::mem::take(&mut self.lost)
    }

    /// The memory it takes, roughly.
    pub fn memory(&self) -> usize {
        self.changed.len() * size_of::<((u16, u32), Changed)>() + self.queue.len() * size_of::<(u16, u32)>()
    }
}

impl Simulation {
    /// Plans the next flush, if there is something to flush and somewhere to flush it to.
    pub(super) fn plan_flush(&mut self, at: u32) {
        let Behavior::Cache(cache) = &mut self.parts[at as usize].behavior else { return };
        let ready = !cache.behind.changed.is_empty() && cache.databases.iter().any(|databases| !databases.is_empty());
        if ready && cache.behind.next == 0 {
            let delay = Delay::For(cache.settings.flush_every);
            cache.behind.next = self.calendar.schedule(self.now, delay, Event::Upkeep.on(at));
        }
    }

    /// It is time for a flush.
    pub(in crate::sim::kind) fn flush_due(&mut self, at: u32, seq: u32) {
        let Some(cache) = self.cache(at) else { return };
        if cache.behind.next != seq {
            return;
        }
        cache.behind.next = 0;
        let waiting = cache.behind.queue.len().min(cache.settings.batch as usize);
        for _ in 0..waiting {
            let Some((class, key)) = self.cache(at).and_then(|cache| cache.behind.send()) else { break };
            let wire = self.database_of(at, class, key);
            if wire == NONE {
                let space = self.classes[usize::from(class)].space;
                self.cache(at).map(|cache| cache.behind.sent(space, key, false));
                continue;
            }
            let index = self.attempts.add(Attempt { at, key, ..Attempt::new(class, Op::Write) });
            self.call(index, wire, Op::Write, key, 0);
        }
        self.plan_flush(at);
    }

    /// A key was flushed, or was not.
    pub(super) fn flushed(&mut self, at: u32, index: u32, reply: Reply) {
        let (space, key) = self.key_of(index);
        self.attempts.remove(index);
        let Some(cache) = self.cache(at) else { return };
        if cache.behind.sent(space, key, reply.outcome == Outcome::Ok) {
            cache.store.set_version(space, key, reply.version);
        }
        self.plan_flush(at);
    }
}
