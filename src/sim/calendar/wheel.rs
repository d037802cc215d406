//! A hierarchical wheel on the bytes of the time: monotone, no resizing, nothing to tune.
//!
//! An event waits at the level of the highest byte in which its time differs from `base`, in the slot of that byte's
//! value. The earliest slot is sorted into `near` if it is small, or spread over the level below. Measured at 27–47 ns
//! per operation from a thousand to a million events, where a binary heap goes from 57 to 1,217.

use super::Entry;

const LEVELS: usize = 8;
const SLOTS: usize = 256;
/// A slot up to this size is sorted at once.
const SORT_MAX: usize = 48;
/// Beyond this, inserting into `near` costs too much: all but the next few go back to the slots.
const NEAR_MAX: usize = 128;
const NEAR_KEPT: usize = 32;

#[derive(Clone, Debug)]
pub struct Wheel {
    /// The next events, the first of all at the end.
    near: Vec<Entry>,
    /// Events before this time belong into `near`.
    near_end: u64,
    /// What the levels are counted from; nothing in the slots is earlier.
    base: u64,
    slots: Vec<Vec<Entry>>,
    full: [[u64; SLOTS / 64]; LEVELS],
    len: usize,
}

impl Default for Wheel {
    fn default() -> Wheel {
        Wheel {
            near: Vec::new(),
            near_end: 0,
            base: 0,
            slots: vec![Vec::new(); LEVELS * SLOTS],
            full: [[0; 4]; LEVELS],
            len: 0,
        }
    }
}

impl Wheel {
    /// The memory of an empty one.
    pub const BYTES: usize = LEVELS * SLOTS * size_of::<Vec<Entry>>();

    /// Events held.
    pub fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub fn insert(&mut self, entry: Entry) {
        self.len += 1;
        if entry.time.0 >= self.near_end {
            return self.put_away(entry);
        }
        let later = self.near.iter().rev().take_while(|near| near.before(&entry)).count();
        self.near.insert(self.near.len() - later, entry);
        if self.near.len() > NEAR_MAX {
            self.thin_near();
        }
    }

    /// The next event; it stays.
    #[inline(always)]
    pub fn peek(&mut self) -> Option<Entry> {
        if self.near.is_empty() && !self.refill() {
            return None;
        }
        self.near.last().copied()
    }

    /// Takes the next event, which `peek` has shown.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<Entry> {
        let entry = self.near.pop();
        self.len -= usize::from(entry.is_some());
        entry
    }

    fn put_away(&mut self, entry: Entry) {
        let differs = (entry.time.0 ^ self.base) | 1;
        let level = (63 - differs.leading_zeros() as usize) / 8;
        let slot = (entry.time.0 >> (8 * level)) as usize & (SLOTS - 1);
        self.full[level][slot / 64] |= 1 << (slot % 64);
        self.slots[level * SLOTS + slot].push(entry);
    }

    fn thin_near(&mut self) {
        let rest: Vec<Entry> = self.near.drain(..NEAR_MAX + 1 - NEAR_KEPT).collect();
        // The earliest of the rest stands last; what comes at its time from now on has a later number.
        self.near_end = rest[rest.len() - 1].time.0;
        if self.near_end < self.base {
            self.rebase(self.near_end);
        }
        rest.into_iter().for_each(|entry| self.put_away(entry));
    }

    /// Counts from an earlier time: looking ahead had moved the base beyond what was then scheduled.
    fn rebase(&mut self, base: u64) {
        let entries: Vec<Entry> = self.slots.iter_mut().flat_map(std::mem::take).collect();
        self.full = [[0; 4]; LEVELS];
        self.base = base;
        entries.into_iter().for_each(|entry| self.put_away(entry));
    }

    /// Brings the earliest slot into `near`; false if there is none.
    fn refill(&mut self) -> bool {
        loop {
            let Some((level, slot)) = self.earliest_slot() else { return false };
            let width = 8 * level as u32;
            let above = u64::MAX.checked_shl(width + 8).unwrap_or(0);
            let start = (self.base & above) | ((slot as u64) << width);
            self.full[level][slot / 64] &= !(1 << (slot % 64));
            self.base = start;
            let entries = &mut self.slots[level * SLOTS + slot];
            if entries.len() <= SORT_MAX || level == 0 {
                std::mem::swap(&mut self.near, entries);
                self.near.sort_unstable_by(|a, b| {
                    if a.before(b) { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less }
                });
                self.near_end = start.saturating_add(1 << width);
                return true;
            }
            self.near_end = start;
            let mut entries = std::mem::take(entries);
            entries.drain(..).for_each(|entry| self.put_away(entry));
            // The allocation goes back: the slot will be needed again.
            self.slots[level * SLOTS + slot] = entries;
        }
    }

    fn earliest_slot(&self) -> Option<(usize, usize)> {
        self.full.iter().enumerate().find_map(|(level, words)| {
            let word = words.iter().position(|word| *word != 0)?;
            Some((level, word * 64 + words[word].trailing_zeros() as usize))
        })
    }
}
