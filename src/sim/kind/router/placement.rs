//! The shard of every key, by the router's strategy.

use crate::design::{self, Sharding};

use crate::sim::engine::Simulation;
use crate::sim::random::{Stream, mix};
use crate::sim::ring::Ring;

use super::NOWHERE;

/// Places keys on shards by the router's strategy.
struct Placement<'a> {
    settings: &'a design::ShardRouter,
    /// The shards that may keep the class's keys.
    shards: &'a [u16],
    ring: &'a Ring,
    count: u32,
    /// Keys that each shard may still take, with a bounded load.
    room: Vec<u32>,
}

impl Placement<'_> {
    fn shard_of(&mut self, class: u16, key: u32) -> u16 {
        let n = self.shards.len() as u64;
        let hash = mix(u64::from(key) ^ u64::from(class) << 32);
        match self.settings.strategy {
            _ if n == 0 => NOWHERE,
            Sharding::Hash => self.shards[(hash % n) as usize],
            Sharding::Range => self.shards[(u64::from(key) * n / u64::from(self.count.max(key + 1))) as usize],
            Sharding::ConsistentHash if self.room.is_empty() => {
                self.ring.node(hash).map_or(NOWHERE, |place| self.shards[place as usize])
            }
            Sharding::ConsistentHash => {
                let free = self.ring.from(hash).find(|place| self.room[*place as usize] > 0);
                let Some(place) = free else { return NOWHERE };
                self.room[place as usize] -= 1;
                self.shards[place as usize]
            }
        }
    }
}

impl Simulation {
    /// Finds the shard of each key of a class. A key that nobody keeps yet, or whose shard is gone with its data, is at
    /// home there at once; any other has to be copied first.
    pub(super) fn place_keys(&mut self, at: u32, class: u16) {
        let count = self.classes[usize::from(class)].key_space;
        // A wire of weight 0 takes no keys: so a shard is emptied before it is taken away.
        let able: Vec<u16> = (0u16..)
            .zip(&self.router(at).shards.clone())
            .filter(|(_, shard)| {
                let wire = shard.members.first().map(|wire| &self.wires[*wire as usize]);
                wire.is_some_and(|wire| wire.carries(class) && wire.policy.weight > 0)
            })
            .map(|(shard, _)| shard)
            .collect();
        let alive: Vec<bool> = self.router(at).shards.clone().iter().map(|shard| !shard.members.is_empty()).collect();
        let label = |shard: u16| Stream::new(0, &self.parts[self.shard_part(at, shard) as usize].name).bits();
        let ring = Ring::new((0..).zip(&able).map(|(place, shard)| (place, label(*shard))));
        let router = self.router(at);
        let settings = router.settings.clone();
        let room = match settings.bounded_load {
            Some(bound) if !able.is_empty() => {
                let most = libm::ceil(bound * f64::from(count) / able.len() as f64);
                vec![most as u32; able.len()]
            }
            _ => Vec::new(),
        };
        let mut placement = Placement { settings: &settings, shards: &able, ring: &ring, count, room };
        let homes = &mut router.homes[usize::from(class)];
        for key in 0..count {
            let wanted = placement.shard_of(class, key);
            match homes.get_mut(key as usize) {
                None => homes.push(wanted),
                Some(home) if *home == wanted => {}
                Some(home) if alive.get(usize::from(*home)) != Some(&true) => *home = wanted,
                Some(_) if wanted == NOWHERE => {}
                Some(_) => router.moves.push_back((class, key, wanted)),
            }
        }
    }
}
