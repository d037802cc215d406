//! The store of a cache: real keys, real memory, real eviction, expiry. Caches, CDN edges and whoever else keeps copies
//! use it.

use crate::design::Eviction;
use crate::units::{Bytes, Time};

use crate::sim::attempt::NONE;
use crate::sim::random::Stream;
use crate::sim::row::Row;

/// How many entries an approximate LFU looks at to find its victim (as Redis does: `maxmemory-samples 5`).
const LFU_SAMPLE: u32 = 5;
/// Counts of use are halved each time a store has been asked this often per entry, so that yesterday's favourites make
/// room (the reset of TinyLFU, Einziger, Friedman & Manes 2017; Redis decays its counters by the minute).
const LFU_AGE: u64 = 10;
/// Bytes that an entry takes besides its value: header, links and key (memcached's item header alone is 48 to 56).
const OVERHEAD: u64 = 64;

/// How much a store holds, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Entries it has room for, where `memory` does not say.
    pub entries: u32,
    /// Bytes it has room for, in place of a number of entries.
    pub memory: Option<Bytes>,
    /// Which entry it drops when full.
    pub eviction: Eviction,
    /// How long an entry may be used.
    pub ttl: Option<Time>,
    /// By which share of itself each entry's ttl is spread, up and down.
    pub jitter: f64,
}

/// What a look-up has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The version that is kept.
    pub version: u32,
    /// Until when it may be used.
    pub expires: Time,
}

/// Entries by class and key, within a limit of number or bytes. It knows nothing of calls and stations.
#[derive(Clone, Debug)]
pub struct Store {
    rules: Rules,
    stream: Stream,
    /// Bytes that an entry of each class takes.
    sizes: Vec<u64>,
    /// Where each key of each class is, or NONE.
    places: Vec<Vec<u32>>,
    entries: Row<Entry>,
    /// The ends of the list in order of use (LRU) or of age: the first is dropped next.
    first: u32,
    last: u32,
    bytes: u64,
    asked: u64,
    /// How often counts of use have been halved.
    age: u16,
    evicted: u32,
}

#[derive(Clone, Debug)]
struct Entry {
    key: u32,
    class: u16,
    /// The store's age when `uses` was last brought up to date.
    age: u16,
    version: u32,
    uses: u32,
    expires: Time,
    before: u32,
    after: u32,
}

impl Store {
    /// An empty store; it holds nothing before `configure` has told it what keys there are.
    pub fn new(rules: Rules, stream: Stream) -> Store {
        Store {
            rules,
            stream,
            sizes: Vec::new(),
            places: Vec::new(),
            entries: Row::default(),
            first: NONE,
            last: NONE,
            bytes: 0,
            asked: 0,
            age: 0,
            evicted: 0,
        }
    }

    /// Takes over new rules and classes, and keeps the entries that still fit: the keys of each class are
    /// 0..`counts[class]`, and the value of each takes `bytes[class]`.
    pub fn configure(&mut self, rules: Rules, counts: &[u32], bytes: &[u64]) {
        self.rules = rules;
        self.sizes = bytes.iter().map(|bytes| bytes + OVERHEAD).collect();
        self.sizes.resize(counts.len(), OVERHEAD);
        self.places.resize(counts.len(), Vec::new());
        for (places, count) in self.places.iter_mut().zip(counts) {
            // Keys beyond a smaller count stay, unused, until they are evicted.
            places.resize((*count as usize).max(places.len()), NONE);
        }
        self.bytes = self.entries.iter().map(|entry| self.sizes[usize::from(entry.class)]).sum();
        while self.is_over(0) {
            self.evict();
        }
    }

    /// Forgets everything.
    pub fn flush(&mut self) {
        self.entries.clear();
        self.places.iter_mut().for_each(|places| places.fill(NONE));
        (self.first, self.last, self.bytes) = (NONE, NONE, 0);
    }

    /// Finds a key and counts the use. An entry past its time is dropped when somebody asks for it, as memcached does.
    #[inline]
    pub fn look_up(&mut self, class: u16, key: u32, now: Time) -> Option<Found> {
        self.asked += 1;
        let place = self.place(class, key);
        if place == NONE {
            return None;
        }
        if self.entries[place as usize].expires <= now {
            self.take_out(place);
            return None;
        }
        match self.rules.eviction {
            Eviction::Lru if place != self.last => {
                self.unlink(place);
                self.link_last(place);
            }
            Eviction::Lfu => self.count_use(place),
            Eviction::Lru | Eviction::Fifo | Eviction::Random => {}
        }
        let entry = &self.entries[place as usize];
        Some(Found { version: entry.version, expires: entry.expires })
    }

    /// The version that is kept of a key, whether or not it has expired; nobody uses it.
    pub fn version(&self, class: u16, key: u32) -> Option<u32> {
        let place = self.place(class, key);
        (place != NONE).then(|| self.entries[place as usize].version)
    }

    /// Keeps a version of a key for a ttl of its own.
    pub fn put(&mut self, class: u16, key: u32, version: u32, now: Time) -> Time {
        let expires = match self.rules.ttl {
            None => Time::MAX,
            Some(ttl) if self.rules.jitter == 0.0 => now + ttl,
            Some(ttl) => now + ttl * (1.0 + self.rules.jitter * (2.0 * self.stream.unit() - 1.0)),
        };
        self.put_until(class, key, version, expires);
        expires
    }

    /// Keeps a version of a key until a given time; what is larger than the whole store is not kept, nor are keys that the
    /// store has not been told of.
    pub fn put_until(&mut self, class: u16, key: u32, version: u32, expires: Time) {
        let place = self.place(class, key);
        if place != NONE {
            let entry = &mut self.entries[place as usize];
            (entry.version, entry.expires) = (version, expires);
            match self.rules.eviction {
                Eviction::Lru => {
                    self.unlink(place);
                    self.link_last(place);
                }
                Eviction::Lfu => self.count_use(place),
                Eviction::Fifo | Eviction::Random => {}
            }
            return;
        }
        if self.places.get(usize::from(class)).is_none_or(|places| places.len() <= key as usize) {
            return;
        }
        let size = self.sizes[usize::from(class)];
        while self.is_over(size) {
            if self.entries.is_empty() {
                return;
            }
            self.evict();
        }
        let place = self.entries.len() as u32;
        let age = self.age;
        self.entries.push(Entry { key, class, age, version, uses: 1, expires, before: NONE, after: NONE });
        self.bytes += size;
        self.places[usize::from(class)][key as usize] = place;
        self.link_last(place);
    }

    /// Sets the version of a key that is kept; its time goes on.
    pub fn set_version(&mut self, class: u16, key: u32, version: u32) {
        let place = self.place(class, key);
        if place != NONE {
            self.entries[place as usize].version = version;
        }
    }

    /// Forgets a key; whether it was kept.
    pub fn remove(&mut self, class: u16, key: u32) -> bool {
        let place = self.place(class, key);
        if place != NONE {
            self.take_out(place);
        }
        place != NONE
    }

    /// The bytes that its entries take.
    pub fn held(&self) -> u64 {
        self.bytes
    }

    /// Entries dropped for want of room since last asked.
    pub fn take_evicted(&mut self) -> u32 {
        std::mem::take(&mut self.evicted)
    }

    /// The memory that the simulation of it takes.
    pub fn memory(&self) -> usize {
        let places: usize = self.places.iter().map(Vec::len).sum();
        places * size_of::<u32>() + self.entries.len() * size_of::<Entry>()
    }

    #[inline(always)]
    fn place(&self, class: u16, key: u32) -> u32 {
        let places = self.places.get(usize::from(class));
        places.and_then(|places| places.get(key as usize)).copied().unwrap_or(NONE)
    }

    /// Whether it would be too full with one more entry of this size; with 0, whether it is too full as it is.
    #[inline(always)]
    fn is_over(&self, size: u64) -> bool {
        match self.rules.memory {
            Some(memory) => self.bytes + size > memory.0,
            None => self.entries.len() + usize::from(size > 0) > self.rules.entries as usize,
        }
    }

    fn evict(&mut self) {
        let n = self.entries.len() as u32;
        let victim = match self.rules.eviction {
            Eviction::Lru | Eviction::Fifo => self.first,
            Eviction::Random => self.stream.below(n),
            Eviction::Lfu => {
                let age = self.aged();
                let sample = (0..LFU_SAMPLE).map(|_| self.stream.below(n));
                sample.min_by_key(|place| self.entries[*place as usize].uses_at(age)).unwrap_or(0)
            }
        };
        self.evicted += 1;
        self.take_out(victim);
    }

    fn count_use(&mut self, place: u32) {
        let age = self.aged();
        let entry = &mut self.entries[place as usize];
        entry.uses = entry.uses_at(age).saturating_add(1);
        entry.age = age;
    }

    /// The store's age now, in halvings.
    fn aged(&mut self) -> u16 {
        if self.asked >= LFU_AGE * self.entries.len() as u64 {
            (self.asked, self.age) = (0, self.age.wrapping_add(1));
        }
        self.age
    }

    /// Takes an entry out; the last one moves into its place.
    fn take_out(&mut self, place: u32) {
        self.unlink(place);
        let entry = self.entries.swap_remove(place as usize);
        self.bytes -= self.sizes[usize::from(entry.class)];
        self.places[usize::from(entry.class)][entry.key as usize] = NONE;
        let Some(moved) = self.entries.get(place as usize) else { return };
        let (class, key, before, after) = (moved.class, moved.key, moved.before, moved.after);
        self.places[usize::from(class)][key as usize] = place;
        match before {
            NONE => self.first = place,
            before => self.entries[before as usize].after = place,
        }
        match after {
            NONE => self.last = place,
            after => self.entries[after as usize].before = place,
        }
    }

    #[inline(always)]
    fn unlink(&mut self, place: u32) {
        let (before, after) = (self.entries[place as usize].before, self.entries[place as usize].after);
        match before {
            NONE => self.first = after,
            before => self.entries[before as usize].after = after,
        }
        match after {
            NONE => self.last = before,
            after => self.entries[after as usize].before = before,
        }
    }

    #[inline(always)]
    fn link_last(&mut self, place: u32) {
        let last = self.last;
        let entry = &mut self.entries[place as usize];
        (entry.before, entry.after) = (last, NONE);
        match last {
            NONE => self.first = place,
            last => self.entries[last as usize].after = place,
        }
        self.last = place;
    }
}

impl Entry {
    /// How often it was used, with what lies back halved by each halving since.
    #[inline]
    fn uses_at(&self, age: u16) -> u32 {
        self.uses >> u32::from(age.wrapping_sub(self.age)).min(31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(entries: u32, eviction: Eviction) -> Rules {
        Rules { entries, memory: None, eviction, ttl: None, jitter: 0.0 }
    }

    fn store(rules: Rules) -> Store {
        let mut store = Store::new(rules.clone(), Stream::new(1, "cache"));
        store.configure(rules, &[100], &[2000]);
        store
    }

    fn hit(store: &mut Store, key: u32, now: Time) -> bool {
        store.look_up(0, key, now).is_some()
    }

    /// What is left of keys 0, 1, 2 in a store of three after 0 was used again and 3 came.
    fn left(eviction: Eviction) -> Vec<u32> {
        let mut store = store(rules(3, eviction));
        (0..3).for_each(|key| _ = store.put(0, key, 0, Time::ZERO));
        assert!(hit(&mut store, 0, Time::ZERO));
        store.put(0, 3, 0, Time::ZERO);
        assert_eq!(store.take_evicted(), 1);
        (0..4).filter(|key| store.version(0, *key).is_some()).collect()
    }

    #[test]
    fn evicts_by_its_rule() {
        assert_eq!(left(Eviction::Lru), [0, 2, 3]);
        assert_eq!(left(Eviction::Fifo), [1, 2, 3]);
        assert_eq!(left(Eviction::Random).len(), 3);
        assert!(left(Eviction::Lfu).contains(&0));
    }

    #[test]
    fn ttl_expires_and_removal_forgets() {
        let mut store = store(Rules { ttl: Some(Time::from_secs(5)), ..rules(10, Eviction::Lru) });
        store.put(0, 7, 0, Time::ZERO);
        store.put(0, 8, 0, Time::ZERO);
        assert!(store.remove(0, 8) && !store.remove(0, 8));
        assert!(hit(&mut store, 7, Time::from_secs(4)));
        assert!(!hit(&mut store, 7, Time::from_secs(5)));
        assert!(!hit(&mut store, 8, Time::ZERO));
        assert_eq!(store.held(), 0, "what has expired is dropped when asked for");
    }

    #[test]
    fn jitter_spreads_the_ttl_evenly_around_itself() {
        let jittered = Rules { ttl: Some(Time::from_secs(10)), jitter: 0.2, ..rules(100, Eviction::Lru) };
        let mut store = store(jittered);
        let times: Vec<f64> = (0..100).map(|key| store.put(0, key, 0, Time::ZERO).as_secs_f64()).collect();
        assert!(times.iter().all(|time| (8.0..=12.0).contains(time)));
        let mean = times.iter().sum::<f64>() / 100.0;
        // The mean of 100 uniform draws over 4 s: its deviation is 4 / √(12 · 100) ≈ 0.115 s.
        assert!((mean - 10.0).abs() < 0.4, "{mean}");
    }

    #[test]
    fn memory_is_a_limit_in_bytes() {
        // Each entry takes 2000 + 64 bytes.
        let mut store = store(Rules { memory: Some(Bytes(5000)), ..rules(1, Eviction::Lru) });
        (0..50).for_each(|key| {
            store.put(0, key, 0, Time::ZERO);
            assert!(store.held() <= 5000);
        });
        assert_eq!(store.held(), 2 * 2064);
        let tiny = Rules { memory: Some(Bytes(2000)), ..rules(1, Eviction::Lru) };
        store.configure(tiny, &[100], &[2000]);
        assert_eq!(store.held(), 0, "a smaller limit drops at once");
        store.put(0, 1, 0, Time::ZERO);
        assert_eq!(store.held(), 0, "what is larger than all memory is not kept");
    }

    #[test]
    fn counts_of_use_fade() {
        let mut store = store(rules(2, Eviction::Lfu));
        store.put(0, 0, 0, Time::ZERO);
        (0..1000).for_each(|_| assert!(hit(&mut store, 0, Time::ZERO)));
        store.put(0, 1, 0, Time::ZERO);
        (0..1000).for_each(|_| assert!(hit(&mut store, 1, Time::ZERO)));
        let uses = |store: &Store, key: u32| store.entries[store.place(0, key) as usize].uses_at(store.age);
        assert!(uses(&store, 0) < uses(&store, 1) / 4, "{} of old, {} of late", uses(&store, 0), uses(&store, 1));
    }
}
