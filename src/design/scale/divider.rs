//! The arithmetic of scaling: what becomes of a number of servers, of places, of a rate; and when it is refused.

use crate::units::{Bytes, Rate};

/// Servers that a station keeps at least: with fewer, requests wait that the real ones would not.
pub const SERVERS_LEFT: u32 = 50;
/// Identical instances that a group keeps at least.
pub const INSTANCES_LEFT: u32 = 10;
/// How far a number may be off after it was divided and rounded: near saturation a hundredth would be felt.
const UNEVEN: f64 = 0.0025;
/// A single server may be divided where one service takes less than this then, in seconds: what waits for it is not felt.
const NOT_FELT: f64 = 1e-4;

/// Divides by k, and remembers the first reason why that is not honest.
pub struct Divider {
    /// How many real requests one stands for.
    pub k: u32,
    /// Users' requests per second at the peak.
    pub peak: f64,
    /// Servers whose instances were divided.
    pub fleets: Vec<String>,
    /// Caches, and the bytes of their popular entries.
    pub hot_bytes: Vec<(String, f64)>,
    /// The first reason against it.
    pub refusal: Option<String>,
    /// A greater k is refused for certain.
    pub most: u32,
    name: String,
}

impl Divider {
    /// Nothing divided yet.
    pub fn new(k: u32, peak: f64) -> Divider {
        Divider {
            k,
            peak,
            fleets: Vec::new(),
            hot_bytes: Vec::new(),
            refusal: None,
            most: u32::MAX,
            name: String::new(),
        }
    }

    /// What comes next belongs to the component or wire of this name.
    pub fn at(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// The name of the component or wire whose settings are being divided.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// It cannot be divided, by whatever number: `` `db` `` and then these words.
    pub fn refuse(&mut self, why: &str) {
        self.most = 1;
        self.note(why);
    }

    /// It cannot be divided, by whatever number, if this holds.
    pub fn refuse_if(&mut self, holds: bool, why: &str) {
        if holds {
            self.refuse(why);
        }
    }

    /// It cannot be divided by so much if this holds; by less, perhaps.
    pub fn too_far_if(&mut self, holds: bool, why: &str) {
        if holds {
            self.note(why);
        }
    }

    fn note(&mut self, why: &str) {
        if self.refusal.is_none() {
            self.refusal = Some(format!("`{}` {why}", self.name));
        }
    }

    /// Servers of a station, or anything that many share: a great many must be left.
    pub fn servers(&mut self, count: &mut u32, what: &str) {
        self.divided(count, SERVERS_LEFT, what);
    }

    /// Identical things that stand side by side, each of them as it was.
    pub fn identical(&mut self, count: &mut u32, what: &str) {
        self.divided(count, INSTANCES_LEFT, what);
    }

    fn divided(&mut self, count: &mut u32, left: u32, what: &str) {
        let (before, k) = (*count, self.k);
        *count = self.quotient(before).max(1);
        self.most = self.most.min((before / left).max(1));
        if before / k < left {
            self.note(&format!("has {}, and {left} or more must be left of them", counted(before, what)));
        } else if !self.is_even(before) {
            self.note(&format!("has {}, which {k} does not divide", counted(before, what)));
        }
    }

    /// Whether enough servers would be left of so many.
    pub fn is_large(&self, servers: u32) -> bool {
        servers / self.k >= SERVERS_LEFT
    }

    /// Whether enough identical ones would be left of so many.
    pub fn can_be_divided(&self, count: u32) -> bool {
        count / self.k >= INSTANCES_LEFT && self.is_even(count)
    }

    fn is_even(&self, count: u32) -> bool {
        let off = f64::from(self.quotient(count)) * f64::from(self.k) - f64::from(count);
        off.abs() <= UNEVEN * f64::from(count)
    }

    fn quotient(&self, count: u32) -> u32 {
        count / self.k + u32::from(count % self.k * 2 >= self.k)
    }

    /// Places to wait in: as many requests fit in as did, to a rounding.
    pub fn places(&mut self, count: &mut u32) {
        if *count > 0 {
            *count = self.quotient(*count).max(1);
        }
    }

    /// So many a second.
    pub fn rate(&mut self, rate: &mut Rate) {
        rate.0 /= f64::from(self.k);
    }

    /// Bytes that requests fill, each as many as it did.
    pub fn bytes(&mut self, bytes: &mut Bytes) {
        bytes.0 = (bytes.0 / u64::from(self.k)).max(u64::from(bytes.0 > 0));
    }

    /// A line that sends one message after the other: each takes k times as long then. `largest` is the greatest message,
    /// in bytes.
    pub fn line(&mut self, per_second: &mut Bytes, largest: u64) {
        self.bytes(per_second);
        let takes = largest as f64 / per_second.0 as f64;
        self.too_far_if(takes > NOT_FELT, "has a line that sends one after the other, slowly enough to be felt");
    }

    /// A gate that lets one pass after the other, so many a second.
    pub fn gate(&mut self, rate: &mut Rate) {
        self.rate(rate);
        self.too_far_if(1.0 / rate.0 > NOT_FELT, "lets one pass after the other, slowly enough to be felt");
    }
}

/// So many, of words whose first is a plural.
fn counted(count: u32, what: &str) -> String {
    let (first, rest) = what.split_once(' ').map_or((what, String::new()), |(first, rest)| (first, format!(" {rest}")));
    let first = if count == 1 { first.trim_end_matches('s') } else { first };
    format!("{count} {first}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_or_says_why_not() {
        let check = |count: u32, k: u32, expected: Result<u32, &str>| {
            let mut divider = Divider::new(k, 1e6);
            divider.at("db");
            let mut divided = count;
            divider.servers(&mut divided, "servers");
            match (expected, &divider.refusal) {
                (Ok(expected), None) => assert_eq!(divided, expected),
                (Err(part), Some(why)) => assert!(why.contains(part), "{why}"),
                other => panic!("{count} by {k}: {other:?}"),
            }
        };
        check(1000, 4, Ok(250));
        check(1000, 3, Ok(333));
        check(200, 4, Ok(50));
        check(199, 4, Err("50 or more must be left"));
        check(220, 3, Err("which 3 does not divide"));
        check(1, 2, Err("`db` has 1 server, and"));
    }

    #[test]
    fn what_sends_one_after_the_other_must_not_be_felt() {
        let check = |per_second: u64, largest: u64, honest: bool| {
            let mut divider = Divider::new(4, 1e6);
            let mut line = Bytes(per_second);
            divider.line(&mut line, largest);
            assert_eq!((line.0, divider.refusal.is_none()), (per_second / 4, honest));
        };
        check(1_250_000_000, 2_000, true);
        check(1_250_000_000, 2_000_000, false);
    }
}
