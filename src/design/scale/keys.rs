//! Keys are sampled, not thinned: of the rare ones every k-th is kept, at its full rate; the popular ones all stay.
//!
//! If requests for all keys came k times as rarely, copies would run out unused and a cold cache would take k times as long
//! to warm up. So rare keys keep their rate and become fewer, and the room for copies with them (Waldspurger et al. 2015 size
//! caches by such samples). Popular keys are too few to be sampled; they stay, each asked for a k-th as often.

use crate::design::{Design, RequestClass};
use crate::units::{Bytes, Time};

use super::divider::Divider;

/// A key whose rank is this many times k lies among neighbours about as popular as itself: they can stand for each other.
const RANK: u32 = 16;
/// Popular copies that run out are fetched k times as often as they should; so much of the peak rate it may come to.
const REFETCHED: f64 = 0.001;
/// The bytes that a cache needs for an entry besides its value.
const OVERHEAD: f64 = 64.0;

/// How many of the most popular keys of each class are all kept.
pub fn hot_keys(k: u32) -> u32 {
    RANK * k
}

/// What a cache keeps copies of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// What is read from a data store.
    Data,
    /// Answers of static classes.
    Static,
}

impl Copies {
    fn are_of(self, class: &RequestClass) -> bool {
        match self {
            Copies::Data => class.cost.accesses_data(),
            Copies::Static => class.cost.is_static,
        }
    }
}

/// The class whose keys a class uses.
fn owner(class: &RequestClass) -> &str {
    class.cost.keys.of.0.first().unwrap_or(&class.name)
}

/// The popular keys that a cache may have copies of: how many, and their bytes as entries.
fn hot(design: &Design, copies: Copies, k: u32) -> (f64, f64) {
    let is_copied = |name: &str| design.classes.iter().any(|class| copies.are_of(class) && owner(class) == name);
    let own = design.classes.iter().filter(|class| is_copied(&class.name));
    own.fold((0.0, 0.0), |(count, bytes), class| {
        let keys = f64::from(class.cost.keys.count.min(hot_keys(k)));
        (count + keys, bytes + keys * (class.cost.response.0 as f64 + OVERHEAD))
    })
}

fn kept(room: f64, hot: f64, k: u32) -> f64 {
    if room > hot { hot + (room - hot) / f64::from(k) } else { room }
}

impl Divider {
    /// Room for so many copies.
    pub fn entries(&mut self, entries: &mut u32, copies: Copies, design: &Design) {
        *entries = (kept(f64::from(*entries), hot(design, copies, self.k).0, self.k) + 0.5) as u32;
    }

    /// Room for copies of so many bytes.
    pub fn memory(&mut self, memory: &mut Bytes, copies: Copies, design: &Design) {
        memory.0 = kept(memory.0 as f64, hot(design, copies, self.k).1, self.k) as u64;
    }

    /// Remembers what a cache's popular entries take, so that its use can be told; it has so many stores.
    pub fn remember(&mut self, stores: u32, copies: Copies, design: &Design) {
        self.hot_bytes.push((self.name(), hot(design, copies, self.k).1 * f64::from(stores)));
    }

    /// Copies that run out after a time.
    pub fn run_out(&mut self, ttl: Option<Time>, copies: Copies, design: &Design) {
        let Some(ttl) = ttl else { return };
        let refetched = hot(design, copies, self.k).0 * f64::from(self.k - 1) / ttl.as_secs_f64();
        let felt = refetched > REFETCHED * self.peak;
        self.too_far_if(felt, "has copies that run out so soon that fetches of the popular ones count");
    }

    /// Copies that may be outdated: how often depends on how often each key is written.
    pub fn outdated(&mut self, copies: Copies, design: &Design) {
        let is_written = |keys: &str| design.classes.iter().any(|class| class.cost.writes > 0 && owner(class) == keys);
        let outdated = design.classes.iter().any(|class| copies.are_of(class) && is_written(owner(class)));
        self.refuse_if(
            outdated,
            "keeps copies of what is written, and how many are outdated depends on each key's own rate",
        );
    }
}
