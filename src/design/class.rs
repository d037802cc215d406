//! Request classes: what one request of each kind costs.

use crate::units::{Bytes, Chance, Distribution, Time};

use super::setting::{Names, choices, settings};

settings! {
    /// The keys that a class reads and writes.
    Keys {
        /// How many different keys there are.
        count: u32 = 10_000, Some((1.0, 1_000_000.0));
        /// The Zipf exponent of their popularity: 0 is uniform, 1 is the usual web.
        zipf: f64 = 1.0, Some((0.0, 4.0));
        /// The class whose keys these are, where one class writes what another reads: its count holds. None is keys of its own.
        of: Names = Names::default(), None;
    }
}

choices! {
    /// How bad it is to lose a request.
    Criticality {
        /// Nobody would notice: shed first.
        Low = "low",
        /// As most are.
        Normal = "normal",
        /// Users would notice.
        High = "high",
        /// What the business lives on: shed last.
        Critical = "critical",
    }
}

settings! {
    /// What one request of a class costs.
    ClassCost {
        /// Its share of the traffic, relative to the other classes.
        share: f64 = 1.0, Some((0.0, 1_000_000.0));
        /// CPU time at a server, on one core.
        cpu: Distribution = Distribution::Exponential(Time::from_millis(1)), Some((0.0, 3600.0));
        /// Reads of a key from the data store.
        reads: u32 = 0, Some((0.0, 100.0));
        /// Writes of a key to the data store.
        writes: u32 = 0, Some((0.0, 100.0));
        /// How many times as long as usual its statements take at a database: 1 with the right index, many without one.
        query: f64 = 1.0, Some((0.01, 100_000.0));
        /// Its writes are one transaction: all take effect or none, and the rows stay locked (with `locks`) until the end.
        transaction: bool = false, None;
        /// The keys that are read and written, and how popular they are.
        keys: Keys = Keys::default(), None;
        /// Its answers depend on the key alone, so that a CDN may keep copies of them: pictures, scripts, videos.
        is_static as "static": bool = false, None;
        /// Bytes uploaded with the request; put into object storage where a server is wired to one.
        body: Bytes = Bytes(0), Some((0.0, 1e12));
        /// Bytes of the answer.
        response: Bytes = Bytes(2000), Some((0.0, 1e12));
        /// Images and other blobs fetched from object storage, where a server is wired to one.
        blobs: u32 = 0, Some((0.0, 100.0));
        /// Work that need not be done before the answer, on one core (image processing); without a queue it is done inline.
        job: Option<Distribution> = None, Some((0.0, 3600.0));
        /// The share of keys (of users, where it has no keys) whose job fails every time: broken pictures, bad data.
        poison: Chance = Chance(0.0), Some((0.0, 1.0));
        /// Whether its key is locked from its reads to its writes, where a server is wired to a lock service.
        lock: bool = false, None;
        /// Memory that a server needs for such a request from its arrival to its answer, waiting included.
        memory: Bytes = Bytes(1_000_000), Some((0.0, 1e12));
        /// How bad it is to lose one, for servers that shed the least critical first.
        criticality: Criticality = Criticality::Normal, None;
    }
}

/// A kind of request (feed, login, upload …) and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestClass {
    /// Its name, unique in the design.
    pub name: String,
    /// What one such request costs.
    pub cost: ClassCost,
}

impl ClassCost {
    /// Whether its requests are about one of its keys: they read or write some, or ask for one static object of many.
    pub fn uses_keys(&self) -> bool {
        self.accesses_data() || self.is_static
    }

    /// Whether its requests read or write the data store.
    pub fn accesses_data(&self) -> bool {
        self.reads + self.writes > 0
    }
}
