//! Regions: where components stand in the world, and how far that is.

use crate::units::Time;

use super::file::DISTANCE_BOUNDS;
use super::node::{Node, key_text};
use super::problem::{Findings, suggest};
use super::setting::{Setting, within};
use super::{Component, Design, Kind, Target, check_name};

/// How far apart regions are: one-way latencies by pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// Of pairs that are not listed, one way.
    pub default: Time,
    /// The pairs, in the order of the file. A pair holds for both directions unless the other one is listed too.
    pub pairs: Vec<Distance>,
}

/// The one-way latency from one region to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Distance {
    /// The region of the caller.
    pub from: String,
    /// The region of the callee.
    pub to: String,
    /// The time one way.
    pub latency: Time,
}

impl Default for Regions {
    fn default() -> Regions {
        // Half the round trip between two clouds' regions on different continents, roughly.
        Regions { default: Time::from_millis(75), pairs: Vec::new() }
    }
}

impl Regions {
    /// The one-way latency between two regions; none within one.
    pub fn latency(&self, from: &str, to: &str) -> Time {
        if from == to {
            return Time::ZERO;
        }
        let listed = |from: &str, to: &str| self.pairs.iter().find(|pair| pair.from == from && pair.to == to);
        listed(from, to).or_else(|| listed(to, from)).map_or(self.default, |pair| pair.latency)
    }

    /// Whether a pair names this region.
    pub fn names(&self, region: &str) -> bool {
        self.pairs.iter().any(|pair| pair.from == region || pair.to == region)
    }

    /// Reads the table `[regions]`.
    pub(super) fn read(node: &Node, findings: &mut Findings) -> Regions {
        let mut regions = Regions::default();
        for entry in node.entries("regions", findings) {
            let latency = |findings: &mut Findings| {
                let time = Time::read(&entry.node, findings)?;
                within(&entry.key, time, Some(DISTANCE_BOUNDS), entry.node.line, findings)
            };
            match Target::parse(&entry.key) {
                Target::Wire(from, to) => {
                    let Some(latency) = latency(findings) else { continue };
                    match regions.set(&from, &to, latency) {
                        Ok(()) => {}
                        Err(why) => findings.note(entry.line, format!("`{}`: {why}", entry.key)),
                    }
                }
                Target::Component(key) if key == "default" => {
                    regions.default = latency(findings).unwrap_or(regions.default);
                }
                Target::Component(key) => {
                    let hint = match suggest(&key, ["default"].into_iter()) {
                        near if near.starts_with("did you mean") => near,
                        _ => "write a pair like `\"eu -> us\" = \"45ms\"`, or `default = \"75ms\"`".to_owned(),
                    };
                    findings.hint(entry.line, format!("`{key}` is no pair of regions"), hint);
                }
            }
        }
        regions
    }

    /// Sets the latency of a pair, in this direction.
    pub fn set(&mut self, from: &str, to: &str, latency: Time) -> Result<(), String> {
        check_name(from)?;
        check_name(to)?;
        if from == to {
            return Err("a region is not far from itself; give the wire a latency instead".to_owned());
        }
        match self.pairs.iter_mut().find(|pair| pair.from == from && pair.to == to) {
            Some(pair) => pair.latency = latency,
            None => self.pairs.push(Distance { from: from.to_owned(), to: to.to_owned(), latency }),
        }
        Ok(())
    }

    /// Writes the table, with its heading; nothing if all is as it is without one.
    pub(super) fn written(&self) -> String {
        if *self == Regions::default() {
            return String::new();
        }
        let mut out = String::from("\n[regions]\n");
        if self.default != Regions::default().default {
            out += &format!("default = \"{}\"\n", self.default);
        }
        for pair in &self.pairs {
            out += &format!("{} = \"{}\"\n", key_text(&format!("{} -> {}", pair.from, pair.to)), pair.latency);
        }
        out
    }
}

impl Design {
    /// Whether there is a region of this name: a component stands in it, or a pair names it.
    pub fn has_region(&self, name: &str) -> bool {
        self.regions.names(name) || self.components.iter().any(|component| component.region.as_deref() == Some(name))
    }

    /// The names of all regions, each once.
    pub fn region_names(&self) -> Vec<&str> {
        let named = self.regions.pairs.iter().flat_map(|pair| [pair.from.as_str(), pair.to.as_str()]);
        let mut names: Vec<&str> =
            named.chain(self.components.iter().filter_map(|component| component.region.as_deref())).collect();
        crate::units::put_in_order(&mut names, |a, b| a < b);
        names.dedup();
        names
    }

    /// The distances that can be set, by their keys in the table `[regions]`: the default, and each pair of regions. A pair
    /// is there once, as it is listed; twice where it is listed both ways. None where there are no two regions.
    pub fn distance_keys(&self) -> Vec<String> {
        let names = self.region_names();
        if names.len() < 2 {
            return Vec::new();
        }
        let listed = |from: &str, to: &str| self.regions.pairs.iter().any(|pair| pair.from == from && pair.to == to);
        let key = |from: &str, to: &str| format!("{from} -> {to}");
        let mut keys = vec!["default".to_owned()];
        for (index, from) in names.iter().enumerate() {
            for to in &names[index + 1..] {
                let (there, back) = (listed(from, to), listed(to, from));
                keys.extend((there || !back).then(|| key(from, to)));
                keys.extend(back.then(|| key(to, from)));
            }
        }
        keys
    }

    /// The distance of this key of the table `[regions]`.
    pub fn distance_of(&self, key: &str) -> Option<Time> {
        match Target::parse(key) {
            Target::Wire(from, to) => Some(self.regions.latency(&from, &to)),
            Target::Component(key) => (key == "default").then_some(self.regions.default),
        }
    }

    /// What the distance between the regions of two components adds to a wire's latency, one way. A component without a
    /// region is near everything, and a CDN is near all users.
    pub fn distance(&self, from: &Component, to: &Component) -> Time {
        if matches!(from.kind, Kind::Cdn(_)) || matches!(to.kind, Kind::Cdn(_)) {
            return Time::ZERO;
        }
        match (&from.region, &to.region) {
            (Some(from), Some(to)) => self.regions.latency(from, to),
            _ => Time::ZERO,
        }
    }

    /// Whether a component may stand in this region (none is nowhere in particular); otherwise why not.
    pub fn check_region(&self, region: Option<&str>) -> Result<(), String> {
        let Some(region) = region else { return Ok(()) };
        check_name(region)?;
        match self.component(region) {
            Some(_) => Err(format!("`{region}` is a component; a region needs a name of its own")),
            None => Ok(()),
        }
    }
}

/// A region as it is typed: nothing, or `none`, is nowhere in particular.
pub fn region_typed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text != "none").then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_holds_both_ways_unless_both_are_listed() {
        let mut regions = Regions::default();
        regions.set("eu", "us", Time::from_millis(45)).expect("a good pair");
        regions.set("us", "ap", Time::from_millis(80)).expect("a good pair");
        regions.set("ap", "us", Time::from_millis(90)).expect("a good pair");
        let check = |from: &str, to: &str, millis: u64| {
            assert_eq!(regions.latency(from, to), Time::from_millis(millis), "{from} -> {to}");
        };
        check("eu", "us", 45);
        check("us", "eu", 45);
        check("us", "ap", 80);
        check("ap", "us", 90);
        check("eu", "ap", 75);
        check("eu", "eu", 0);
        let design = Design { regions: regions.clone(), ..Design::default() };
        assert_eq!(design.distance_keys(), ["default", "ap -> eu", "ap -> us", "us -> ap", "eu -> us"]);
        assert_eq!(design.distance_of("ap -> us"), Some(Time::from_millis(90)));
        assert_eq!((design.distance_of("default"), design.distance_of("else")), (Some(Time::from_millis(75)), None));
        assert!(regions.set("eu", "eu", Time::ZERO).is_err() && regions.set("e u", "us", Time::ZERO).is_err());
    }
}
