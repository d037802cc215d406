//! The cache: real keys, real memory, real eviction.

use crate::design::{self, Eviction};
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, Duration};
use crate::sim::random::Stream;
use crate::sim::station::Station;
use crate::sim::{ComponentFrame, FRAME};

/// How many entries an approximate LFU looks at to find its victim (as Redis does).
const LFU_SAMPLE: u32 = 5;

/// A cache at run time.
#[derive(Clone, Debug)]
pub struct Cache {
    /// What the design says.
    pub settings: design::Cache,
    /// Look-ups served and waiting.
    pub station: Station,
    /// The time of a look-up.
    pub lookup: Duration,
    stream: Stream,
    /// Where each key of each class is, or NONE.
    places: Vec<Vec<u32>>,
    entries: Vec<Entry>,
    /// The ends of the list in order of use (LRU) or of age: the first is dropped next.
    first: u32,
    last: u32,
    hits: u32,
    misses: u32,
    stale: u32,
}

#[derive(Clone, Debug)]
struct Entry {
    key: u32,
    class: u16,
    version: u32,
    uses: u32,
    stored: Time,
    before: u32,
    after: u32,
}

impl Cache {
    /// An empty cache.
    pub fn new(settings: &design::Cache) -> Cache {
        Cache {
            settings: settings.clone(),
            station: Station::new(settings.concurrency, settings.capacity),
            lookup: Duration { distribution: settings.lookup, constant: None },
            stream: Stream::new(0, "eviction"),
            places: Vec::new(),
            entries: Vec::new(),
            first: NONE,
            last: NONE,
            hits: 0,
            misses: 0,
            stale: 0,
        }
    }

    /// Takes over what the design says; the keys of each class are 0..`counts[class]`.
    pub fn configure(&mut self, settings: &design::Cache, lookup: Duration, counts: &[u32], stream: Stream) {
        (self.station.servers, self.station.capacity) = (settings.concurrency, settings.capacity);
        self.settings = settings.clone();
        self.lookup = lookup;
        self.stream = stream;
        self.places.resize(counts.len(), Vec::new());
        for (places, count) in self.places.iter_mut().zip(counts) {
            // Keys beyond a smaller count stay, unused, until they are evicted.
            places.resize((*count as usize).max(places.len()), NONE);
        }
        while self.entries.len() > settings.entries as usize {
            self.evict();
        }
    }

    /// Forgets everything.
    pub fn flush(&mut self) {
        self.entries.clear();
        self.places.iter_mut().for_each(|places| places.fill(NONE));
        (self.first, self.last) = (NONE, NONE);
    }

    /// Answers a look-up; of a hit, the version that is kept.
    pub fn look_up(&mut self, attempt: &mut Attempt, now: Time) {
        if attempt.op != Op::Lookup {
            return;
        }
        let place = self.place(attempt.class, attempt.key);
        let expired = |entry: &Entry| self.settings.ttl.is_some_and(|ttl| now.since(entry.stored) >= ttl);
        if place == NONE || expired(&self.entries[place as usize]) {
            self.misses += 1;
            attempt.hit = false;
            return;
        }
        let entry = &mut self.entries[place as usize];
        entry.uses = entry.uses.saturating_add(1);
        (attempt.hit, attempt.version) = (true, entry.version);
        self.hits += 1;
        if self.settings.eviction == Eviction::Lru {
            self.unlink(place);
            self.link_last(place);
        }
    }

    /// Notes that the last hit was of an outdated version.
    pub fn note_stale(&mut self) {
        self.stale += 1;
    }

    /// Keeps what the database said.
    pub fn put(&mut self, class: u16, key: u32, version: u32, now: Time) {
        let place = self.place(class, key);
        if place != NONE {
            let entry = &mut self.entries[place as usize];
            (entry.version, entry.stored) = (version, now);
            return;
        }
        if self.entries.len() >= self.settings.entries as usize {
            self.evict();
        }
        let place = self.entries.len() as u32;
        self.entries.push(Entry { key, class, version, uses: 1, stored: now, before: NONE, after: NONE });
        self.places[usize::from(class)][key as usize] = place;
        self.link_last(place);
    }

    /// Forgets a key.
    pub fn remove(&mut self, class: u16, key: u32) {
        let place = self.place(class, key);
        if place != NONE {
            self.take_out(place);
        }
    }

    fn place(&self, class: u16, key: u32) -> u32 {
        self.places[usize::from(class)][key as usize]
    }

    fn evict(&mut self) {
        let n = self.entries.len() as u32;
        let victim = match self.settings.eviction {
            Eviction::Lru | Eviction::Fifo => self.first,
            Eviction::Random => self.stream.below(n),
            Eviction::Lfu => {
                let sample = (0..LFU_SAMPLE).map(|_| self.stream.below(n));
                sample.min_by_key(|place| self.entries[*place as usize].uses).unwrap_or(0)
            }
        };
        self.take_out(victim);
    }

    /// Takes an entry out; the last one moves into its place.
    fn take_out(&mut self, place: u32) {
        self.unlink(place);
        let entry = self.entries.swap_remove(place as usize);
        self.places[usize::from(entry.class)][entry.key as usize] = NONE;
        let Some(moved) = self.entries.get(place as usize).cloned() else { return };
        self.places[usize::from(moved.class)][moved.key as usize] = place;
        match moved.before {
            NONE => self.first = place,
            before => self.entries[before as usize].after = place,
        }
        match moved.after {
            NONE => self.last = place,
            after => self.entries[after as usize].before = place,
        }
    }

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

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        let places: usize = self.places.iter().map(Vec::len).sum();
        places * size_of::<u32>() + self.entries.len() * size_of::<Entry>()
    }

    /// Loses all work in hand, and all entries.
    pub fn clear(&mut self, now: Time) {
        self.station.clear(now);
        self.flush();
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.waiting) = self.station.harvest(now, FRAME);
        frame.servers = self.station.servers as f32;
        (frame.held, frame.slots) = (frame.busy, frame.servers);
        frame.capacity = self.station.capacity as f32;
        (frame.hits, frame.misses, frame.stale) = (self.hits, self.misses, self.stale);
        (self.hits, self.misses, self.stale) = (0, 0, 0);
    }
}

impl Simulation {
    /// Takes over what the design says.
    pub(in crate::sim) fn configure_cache(&mut self, at: u32, settings: &design::Cache) {
        let (lookup, counts) = (self.prepared(settings.lookup), self.key_counts());
        let part = &mut self.parts[at as usize];
        let stream = Stream::new(self.seed, &format!("{}/eviction", part.name));
        if let Behavior::Cache(cache) = &mut part.behavior {
            cache.configure(settings, lookup, &counts, stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: u32, eviction: Eviction) -> Cache {
        let settings = design::Cache { entries, eviction, ..design::Cache::default() };
        let mut cache = Cache::new(&settings);
        let lookup = cache.lookup;
        cache.configure(&settings, lookup, &[100], Stream::new(1, "cache"));
        cache
    }

    fn hit(cache: &mut Cache, key: u32, now: Time) -> bool {
        let mut attempt = Attempt::new(0, Op::Lookup);
        attempt.key = key;
        cache.look_up(&mut attempt, now);
        attempt.hit
    }

    /// What is left of keys 0, 1, 2 in a cache of three after 0 was used again and 3 came.
    fn left(eviction: Eviction) -> Vec<u32> {
        let mut cache = cache(3, eviction);
        (0..3).for_each(|key| cache.put(0, key, 0, Time::ZERO));
        assert!(hit(&mut cache, 0, Time::ZERO));
        cache.put(0, 3, 0, Time::ZERO);
        (0..4).filter(|key| cache.place(0, *key) != NONE).collect()
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
        let mut cache = cache(10, Eviction::Lru);
        cache.settings.ttl = Some(Time::from_secs(5));
        cache.put(0, 7, 0, Time::ZERO);
        cache.put(0, 8, 0, Time::ZERO);
        cache.remove(0, 8);
        assert!(hit(&mut cache, 7, Time::from_secs(4)));
        assert!(!hit(&mut cache, 7, Time::from_secs(5)));
        assert!(!hit(&mut cache, 8, Time::ZERO));
    }
}
