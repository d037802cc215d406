//! Which database keeps which key: for servers over several databases, and for the shard router, which also moves keys
//! when databases come and go.

use std::collections::VecDeque;

use crate::design::{self, Sharding};
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, by_key};
use crate::sim::random::{Stream, mix};
use crate::sim::ring::Ring;
use crate::sim::{ComponentFrame, Figure, Outcome};

/// No shard keeps the key.
const NOWHERE: u16 = u16::MAX;
/// Keys that are copied at once, at most: a slow database must not pile them up.
const COPIES_MAX: u32 = 64;

/// The databases that a server is wired to: several share the keys by their hash, and the replicas of one primary count
/// as one.
#[derive(Clone, Debug, Default)]
pub struct Databases {
    /// A wire for each that keeps keys of its own.
    homes: Vec<u32>,
    /// For each, the wires to its primary and its replicas; empty if no replica is wired anywhere.
    pub members: Vec<Vec<u32>>,
    turn: u32,
}

impl Databases {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// The wire to the database of a key.
    #[inline]
    pub fn home(&self, key: u32) -> u32 {
        by_key(&self.homes, key)
    }

    /// The wire to the database of a key, where no replica needs to be thought of.
    #[inline]
    pub fn plain(&self, key: u32) -> Option<u32> {
        self.members.is_empty().then(|| self.home(key))
    }

    /// Whose turn it is, and the place of the key's database in `members`.
    pub fn choice(&mut self, key: u32) -> (u32, usize) {
        self.turn = self.turn.wrapping_add(1);
        let home = self.home(key);
        (self.turn, self.homes.iter().position(|wire| *wire == home).unwrap_or(0))
    }
}

/// A shard router at run time.
#[derive(Clone, Debug)]
pub struct Router {
    settings: design::ShardRouter,
    /// All shards there ever were.
    shards: Vec<Shard>,
    /// The shard that keeps each key of each class.
    homes: Vec<Vec<u16>>,
    /// Keys on their way to another shard, and which.
    moves: VecDeque<(u16, u32, u16)>,
    copying: u32,
    /// The event of the next move; 0 is none.
    next: u32,
    /// Counts the changes of shards: copies from before one are void.
    epoch: u16,
}

/// One shard: a database, with its replicas.
#[derive(Clone, Debug)]
struct Shard {
    /// The primary as drawn.
    part: u32,
    /// Wires to all of its databases; empty once it is wired no more.
    members: Vec<u32>,
    /// Requests of the current frame.
    requests: u32,
    turn: u32,
}

impl Router {
    /// A router without shards.
    pub fn new(settings: &design::ShardRouter) -> Router {
        Router {
            settings: settings.clone(),
            shards: Vec::new(),
            homes: Vec::new(),
            moves: VecDeque::new(),
            copying: 0,
            next: 0,
            epoch: 0,
        }
    }

    /// The database (as drawn) that keeps a key now.
    pub fn home(&self, class: u16, key: u32) -> Option<u32> {
        let shard = *self.homes.get(usize::from(class))?.get(key as usize)?;
        self.shards.get(usize::from(shard)).map(|shard| shard.part)
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.homes.iter().map(Vec::len).sum::<usize>() * size_of::<u16>() + self.moves.len() * 8
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, frame: &mut ComponentFrame) {
        let (most, all) = self.shards.iter().fold((0, 0), |(most, all), shard| (shard.requests.max(most), shard.requests + all));
        self.shards.iter_mut().for_each(|shard| shard.requests = 0);
        frame.figures.push((Figure::KeysToMove, (self.moves.len() + self.copying as usize) as f32));
        if all > 0 {
            frame.figures.push((Figure::HottestShard, most as f32 / all as f32));
        }
    }
}

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
    /// Wires to databases and routers, with the replicas of one primary put together.
    pub(in crate::sim) fn grouped(&self, wires: &[u32]) -> Databases {
        let mut databases = Databases::default();
        for (_, members) in self.shards_of(wires) {
            databases.homes.push(members[0]);
            databases.members.push(members);
        }
        if databases.members.iter().all(|members| !self.has_replicas(members[0])) {
            databases.members.clear();
        }
        databases
    }

    fn has_replicas(&self, wire: u32) -> bool {
        match &self.parts[self.wires[wire as usize].to as usize].behavior {
            Behavior::Database(database) => database.group != NONE,
            _ => false,
        }
    }

    /// The shards behind these wires, in their order: the head of each, and the wires to its members, the head's first.
    fn shards_of(&self, wires: &[u32]) -> Vec<(u32, Vec<u32>)> {
        let mut shards: Vec<(u32, Vec<u32>)> = Vec::new();
        for &wire in wires {
            let to = self.wires[wire as usize].to;
            let head = match &self.parts[to as usize].behavior {
                Behavior::Database(database) => {
                    self.groups.get(database.group as usize).map_or(to, |group| group.head)
                }
                _ => to,
            };
            match shards.iter_mut().find(|(known, _)| *known == head) {
                Some((_, members)) if to == head => members.insert(0, wire),
                Some((_, members)) => members.push(wire),
                None => shards.push((head, vec![wire])),
            }
        }
        shards
    }

    /// Of the wires to a primary and its replicas, the one for the next statement: writes go to whoever is primary now,
    /// reads to its replicas in turn. A replica that is down refuses connections, so another one is asked.
    pub(super) fn member_wire(&self, members: &[u32], writing: bool, turn: u32) -> u32 {
        let Some(&first) = members.first() else { return NONE };
        let to = |wire: &u32| self.wires[*wire as usize].to;
        let Behavior::Database(database) = &self.parts[to(&first) as usize].behavior else { return first };
        let Some(group) = self.groups.get(database.group as usize) else { return first };
        let primary = members.iter().copied().find(|wire| to(wire) == group.primary);
        let able = |wire: &&u32| to(wire) != group.primary && !self.parts[to(wire) as usize].refuses();
        let replicas = if writing { 0 } else { members.iter().filter(able).count() };
        match replicas {
            0 => primary.unwrap_or(first),
            n => members.iter().filter(able).nth(turn as usize % n).copied().unwrap_or(first),
        }
    }

    fn router(&mut self, at: u32) -> &mut Router {
        match &mut self.parts[at as usize].behavior {
            Behavior::Router(router) => router,
            _ => unreachable!("only routers know shards"),
        }
    }

    /// Takes over what the design says: keys whose shard is another one now are to be moved.
    pub(in crate::sim) fn configure_router(&mut self, at: u32, settings: &design::ShardRouter) {
        let wires = self.wires_to(at, |to| matches!(to, Behavior::Database(_)));
        let wired = self.shards_of(&wires);
        let classes = self.classes.len();
        let router = self.router(at);
        router.settings = settings.clone();
        router.shards.iter_mut().for_each(|shard| shard.members.clear());
        for (part, members) in wired {
            match router.shards.iter_mut().find(|shard| shard.part == part) {
                Some(shard) => shard.members = members,
                None => router.shards.push(Shard { part, members, requests: 0, turn: 0 }),
            }
        }
        router.moves.clear();
        router.epoch = router.epoch.wrapping_add(1);
        router.homes.resize(classes, Vec::new());
        (0..classes).for_each(|class| self.place_keys(at, class as u16));
        self.plan_move(at);
    }

    /// Finds the shard of each key of a class. A key that nobody keeps yet, or whose shard is gone with its data, is at
    /// home there at once; any other has to be copied first.
    fn place_keys(&mut self, at: u32, class: u16) {
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

    fn shard_part(&self, at: u32, shard: u16) -> u32 {
        match &self.parts[at as usize].behavior {
            Behavior::Router(router) => router.shards[usize::from(shard)].part,
            _ => NONE,
        }
    }

    /// The wire for a statement at a shard.
    fn shard_wire(&mut self, at: u32, shard: u16, writing: bool) -> u32 {
        let Some(known) = self.router(at).shards.get_mut(usize::from(shard)) else { return NONE };
        known.turn = known.turn.wrapping_add(1);
        let Behavior::Router(router) = &self.parts[at as usize].behavior else { return NONE };
        let known = &router.shards[usize::from(shard)];
        self.member_wire(&known.members, writing, known.turn)
    }

    /// Sends a request on to the shard that keeps its key.
    pub(in crate::sim) fn route(&mut self, at: u32, index: u32) {
        let Attempt { op, class, key, .. } = self.attempts[index];
        if op == Op::Probe {
            return self.answer(index, Outcome::Ok);
        }
        let router = self.router(at);
        let home = router.homes.get(usize::from(class)).and_then(|homes| homes.get(key as usize)).copied();
        let home = home.unwrap_or(NOWHERE);
        if let Some(shard) = router.shards.get_mut(usize::from(home)) {
            shard.requests += 1;
        }
        let writing = match op {
            Op::Serve => self.classes[usize::from(class)].cost.writes > 0,
            op => op == Op::Write,
        };
        self.attempts[index].step = u32::from(home);
        match self.shard_wire(at, home, writing) {
            NONE => self.answer(index, Outcome::Failed),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// A shard has answered.
    pub(in crate::sim) fn router_resumes(&mut self, at: u32, caller: u32, reply: Reply) {
        if self.attempts[caller].op == Op::Copy {
            return self.copy_goes_on(at, caller, reply);
        }
        let ok = matches!(reply.outcome, Outcome::Ok | Outcome::Degraded);
        let home = self.router(at).homes[usize::from(reply.class)][reply.key as usize];
        // The key has moved while the write was under way: the old shard says so, and the new one is asked.
        if ok && self.wrote(caller) && u32::from(home) != self.attempts[caller].step {
            return self.route(at, caller);
        }
        self.attempts[caller].version = reply.version;
        self.answer(caller, reply.outcome);
    }

    fn wrote(&self, index: u32) -> bool {
        let attempt = &self.attempts[index];
        match attempt.op {
            Op::Serve => self.classes[usize::from(attempt.class)].cost.writes > 0,
            op => op == Op::Write,
        }
    }

    fn plan_move(&mut self, at: u32) {
        let router = self.router(at);
        if router.moves.is_empty() || router.next != 0 {
            return;
        }
        let pause = Time::from_secs_f64(1.0 / router.settings.rebalance.0);
        self.router(at).next = self.calendar.schedule(self.now, Delay::For(pause), Event::Upkeep.on(at));
    }

    /// It is time to copy the next key.
    pub(in crate::sim) fn move_next_key(&mut self, at: u32, seq: u32) {
        if self.router(at).next != seq {
            return;
        }
        if self.parts[at as usize].gone {
            return;
        }
        let refuses = self.parts[at as usize].refuses();
        let router = self.router(at);
        router.next = 0;
        let epoch = router.epoch;
        if !refuses && router.copying < COPIES_MAX
            && let Some((class, key, target)) = router.moves.pop_front()
        {
            let source = router.homes[usize::from(class)][key as usize];
            router.copying += 1;
            let mut copy = Attempt::new(class, Op::Copy);
            (copy.at, copy.key, copy.user, copy.step, copy.tries) = (at, key, NONE, u32::from(target), epoch);
            copy.stage = Stage::Calling;
            let copy = self.attempts.add(copy);
            self.copy_asks(at, copy, source, Op::Read, 0);
        }
        self.plan_move(at);
    }

    fn copy_asks(&mut self, at: u32, copy: u32, shard: u16, op: Op, version: u32) {
        let key = self.attempts[copy].key;
        // Copies read at the primary: a replica may be behind.
        match self.shard_wire(at, shard, true) {
            NONE => self.drop_copy(at, copy, false),
            wire => self.call(copy, wire, op, key, version),
        }
    }

    /// A shard has read a key that is to be moved, or has taken it over.
    fn copy_goes_on(&mut self, at: u32, copy: u32, reply: Reply) {
        let Attempt { step, tries, .. } = self.attempts[copy];
        let (target, epoch) = (step as u16, self.router(at).epoch);
        let ok = matches!(reply.outcome, Outcome::Ok | Outcome::Degraded);
        if !ok || tries != epoch {
            // After a change of the shards, the key is among the new moves if it still has to move.
            return self.drop_copy(at, copy, tries == epoch);
        }
        if reply.op == Op::Read {
            return self.copy_asks(at, copy, target, Op::Copy, reply.version);
        }
        let source = self.router(at).homes[usize::from(reply.class)][reply.key as usize];
        let part = self.shard_part(at, source);
        // Written meanwhile: the copy is out of date, so once more.
        if self.version_at_primary(part, reply.class, reply.key).is_some_and(|version| version != reply.version) {
            return self.copy_asks(at, copy, source, Op::Read, 0);
        }
        self.router(at).homes[usize::from(reply.class)][reply.key as usize] = target;
        self.drop_copy(at, copy, false);
    }

    /// Ends a copy; `again` puts its key back in line.
    fn drop_copy(&mut self, at: u32, copy: u32, again: bool) {
        let Attempt { class, key, step, .. } = self.attempts[copy];
        self.attempts.remove(copy);
        let router = self.router(at);
        router.copying -= 1;
        if again {
            router.moves.push_back((class, key, step as u16));
            self.plan_move(at);
        }
    }

    /// A copy is lost with the router.
    pub(super) fn lose_copy(&mut self, at: u32, copy: u32) {
        let child = std::mem::replace(&mut self.attempts[copy].child, NONE);
        self.abandon(child, Outcome::Failed);
        self.drop_copy(at, copy, true);
    }
}
