//! The shard router: knows which database keeps which key, and moves keys when databases come and go.

mod homes;
mod moving;
mod placement;

use std::collections::VecDeque;

use crate::design;

use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::sim::{ComponentFrame, Figure, Outcome};

pub use homes::Databases;

/// No shard keeps the key.
const NOWHERE: u16 = u16::MAX;
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
        let (most, all) =
            self.shards.iter().fold((0, 0), |(most, all), shard| (shard.requests.max(most), shard.requests + all));
        self.shards.iter_mut().for_each(|shard| shard.requests = 0);
        frame.figures.push((Figure::KeysToMove, (self.moves.len() + self.copying as usize) as f32));
        if all > 0 {
            frame.figures.push((Figure::HottestShard, most as f32 / all as f32));
        }
    }
}

impl Simulation {
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
        // A class that uses another's keys has none of its own.
        let owners = (0..classes).filter(|class| usize::from(self.classes[*class].space) == *class);
        owners.collect::<Vec<_>>().into_iter().for_each(|class| self.place_keys(at, class as u16));
        self.plan_move(at);
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
    pub(in crate::sim) fn send_to_shard(&mut self, at: u32, index: u32) {
        let Attempt { op, class, key, .. } = self.attempts[index];
        if op == Op::Probe {
            return self.answer(index, Outcome::Ok);
        }
        let space = self.space_of(index);
        if op.is_transaction() {
            return self.route_transaction(at, index);
        }
        let router = self.router(at);
        let home = router.homes.get(usize::from(space)).and_then(|homes| homes.get(key as usize)).copied();
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

    /// Sends the keys of a transaction to their shards. A coordinator before this one has its second round with the
    /// router alone, which has settled everything in the first.
    fn route_transaction(&mut self, at: u32, index: u32) {
        let Attempt { op, version, wire, .. } = self.attempts[index];
        let class = self.space_of(index);
        if matches!(op, Op::Commit | Op::Abort) {
            return self.answer(index, Outcome::Ok);
        }
        let Some(keys) = self.transactions.keys(version, wire) else { return self.answer(index, Outcome::Failed) };
        let keys = keys.to_vec();
        let mut homes = Vec::with_capacity(keys.len());
        for key in keys {
            let home = self.router(at).homes[usize::from(class)].get(key as usize).copied().unwrap_or(NOWHERE);
            if let Some(shard) = self.router(at).shards.get_mut(usize::from(home)) {
                shard.requests += 1;
            }
            homes.push((self.shard_wire(at, home, true), key));
        }
        self.begin_transaction(at, index, &homes);
    }

    /// A shard has answered.
    pub(in crate::sim) fn router_resumes(&mut self, at: u32, caller: u32, reply: Reply) {
        if self.attempts[caller].op == Op::Copy {
            return self.copy_goes_on(at, caller, reply);
        }
        if reply.op.is_transaction() {
            return self.transaction_goes_on(at, caller, reply.outcome);
        }
        let ok = reply.outcome == Outcome::Ok;
        let space = self.space_of(caller);
        // A router that was taken away knows nothing of new keys.
        let homes = self.router(at).homes.get(usize::from(space));
        let home = homes.and_then(|homes| homes.get(reply.key as usize)).copied().unwrap_or(NOWHERE);
        // The key has moved while the write was under way: the old shard says so, and the new one is asked.
        if ok && self.wrote(caller) && home != NOWHERE && u32::from(home) != self.attempts[caller].step {
            return self.send_to_shard(at, caller);
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
}
