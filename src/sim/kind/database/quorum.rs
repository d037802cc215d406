//! A cluster without a leader (Dynamo: DeCandia et al. 2007): a write goes to all n nodes and is answered when w have it,
//! a read asks r nodes and takes the newest answer. Whether reads are stale follows from how fast writes spread
//! (probabilistically bounded staleness: Bailis et al. 2012).

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op, Stage};
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::sim::station::{Admission, Station};
use crate::sim::{ComponentFrame, FRAME, Outcome};

use super::{fit, writes};

/// The nodes of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    /// All there ever were; the first `n` count.
    nodes: Vec<Node>,
    n: u32,
    r: u32,
    w: u32,
}

#[derive(Clone, Debug)]
struct Node {
    station: Station,
    /// The version of each key that it has.
    versions: Vec<Vec<u32>>,
}

impl Nodes {
    /// Takes over what the design says. A new node begins with a copy of all data.
    pub fn configure(&mut self, settings: &design::Quorum, concurrency: u32, versions: &[Vec<u32>]) {
        self.n = settings.n;
        (self.r, self.w) = (settings.r.min(settings.n), settings.w.min(settings.n));
        while self.nodes.len() < settings.n as usize {
            self.nodes.push(Node { station: Station::new(0, u32::MAX), versions: versions.to_vec() });
        }
        let counts: Vec<u32> = versions.iter().map(|keys| keys.len() as u32).collect();
        for node in &mut self.nodes {
            node.station.servers = concurrency;
            fit(&mut node.versions, &counts, 0);
        }
    }

    /// Loses all work in hand.
    pub fn clear(&mut self, now: Time) {
        self.nodes.iter_mut().for_each(|node| node.station.clear(now));
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.nodes.iter().flat_map(|node| &node.versions).map(Vec::len).sum::<usize>() * size_of::<u32>()
    }

    /// Fills in the frame that ends now: the nodes' work is what is busy.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.servers) = (0.0, 0.0);
        for node in &mut self.nodes {
            let (busy, waiting) = node.station.harvest(now, FRAME);
            (frame.busy, frame.waiting) = (frame.busy + busy, frame.waiting + waiting);
            frame.servers += node.station.servers as f32;
        }
    }
}

impl Simulation {
    /// A request reaches the cluster: it is sent on to the nodes, and answered when enough of them have answered.
    ///
    /// While it waits, `step` counts the answers that are still needed, `next` holds the version that a read must not
    /// fall behind, and `child` begins the list of what its nodes do for it.
    pub(super) fn coordinate(&mut self, at: u32, index: u32) {
        let writing = writes(&self.attempts[index], &self.classes);
        let (class, key, op) = (self.space_of(index), self.attempts[index].key, self.attempts[index].op);
        let part = &mut self.parts[at as usize];
        let Behavior::Database(database) = &mut part.behavior else { return };
        let truth = database.version(class, key);
        let Some(nodes) = &database.nodes else { return };
        let (n, needed) = (nodes.n, if writing { nodes.w } else { nodes.r });
        let (first, asked) = if writing { (0, n) } else { (part.stream.below(n), nodes.r) };
        let attempt = &mut self.attempts[index];
        (attempt.stage, attempt.step, attempt.next) = (Stage::Working, needed, truth);
        match (writing, op) {
            (true, Op::Copy) => database.writes = database.writes.max(attempt.version),
            (true, _) => {
                database.writes = database.writes.wrapping_add(1);
                attempt.version = database.writes;
            }
            (false, _) => attempt.version = 0,
        }
        let version = attempt.version;
        // All are noted before the first begins.
        let mut inner = [NONE; 16];
        for (slot, offset) in inner.iter_mut().zip(0..asked) {
            let mut work = Attempt::new(class, if writing { Op::Write } else { Op::Read });
            (work.at, work.parent, work.key, work.version) = (at, index, key, version);
            work.step = 1 + (first + offset) % n;
            work.child = self.attempts[index].child;
            *slot = self.attempts.add(work);
            self.attempts[index].child = *slot;
        }
        inner[..asked as usize].iter().for_each(|work| self.node_takes(at, *work));
    }

    fn node_takes(&mut self, at: u32, work: u32) {
        let now = self.now;
        let node = self.attempts[work].step as usize - 1;
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        let Some(nodes) = &mut database.nodes else { return };
        match nodes.nodes[node].station.admit(now, work, &mut self.attempts) {
            Admission::Served => self.node_starts(at, work),
            Admission::Waits => self.attempts[work].stage = Stage::WaitingCore,
            Admission::Full => unreachable!("a node's queue has no bound"),
        }
    }

    fn node_starts(&mut self, at: u32, work: u32) {
        self.attempts[work].stage = Stage::Working;
        let database = self.database(at);
        let (read, write) = (database.read, database.write);
        let delay = self.service(at, if self.attempts[work].op == Op::Write { write } else { read });
        self.move_on(work, delay, Event::Done);
    }

    /// Lets work on that waits at nodes with room.
    pub(super) fn refill_nodes(&mut self, at: u32) {
        let count = self.database(at).nodes.as_ref().map_or(0, |nodes| nodes.nodes.len());
        (0..count).for_each(|node| self.refill_node(at, node));
    }

    fn refill_node(&mut self, at: u32, node: usize) {
        let now = self.now;
        while let Behavior::Database(database) = &mut self.parts[at as usize].behavior {
            let Some(nodes) = &mut database.nodes else { return };
            let Some(next) = nodes.nodes[node].station.next(now, &self.attempts) else { return };
            self.parts[at as usize].frame.waited += now.since(self.attempts[next].since).as_secs_f64();
            self.node_starts(at, next);
        }
    }

    /// A node is done with its part of a request.
    pub(super) fn node_done(&mut self, at: u32, work: u32) {
        let now = self.now;
        let Attempt { parent, class, key, op, version, child, step, .. } = self.attempts[work];
        let node = step as usize - 1;
        let Some(nodes) = &mut self.database(at).nodes else { return };
        nodes.nodes[node].station.release(now);
        let known = &mut nodes.nodes[node].versions[usize::from(class)][key as usize];
        if op == Op::Write {
            *known = version.max(*known);
        }
        let seen = *known;
        self.refill_node(at, node);
        self.attempts.remove(work);
        if parent == NONE {
            return;
        }
        self.unlink(parent, work, child);
        let attempt = &mut self.attempts[parent];
        if op == Op::Read {
            attempt.version = attempt.version.max(seen);
        }
        attempt.step -= 1;
        if attempt.step == 0 {
            self.quorum_reached(at, parent);
        }
    }

    /// Takes one out of the list of what nodes do for an attempt.
    fn unlink(&mut self, parent: u32, work: u32, after: u32) {
        if self.attempts[parent].child == work {
            self.attempts[parent].child = after;
            return;
        }
        let mut before = self.attempts[parent].child;
        while self.attempts[before].child != work {
            before = self.attempts[before].child;
        }
        self.attempts[before].child = after;
    }

    /// Enough nodes have answered; the others work on for nobody.
    fn quorum_reached(&mut self, at: u32, index: u32) {
        let mut rest = std::mem::replace(&mut self.attempts[index].child, NONE);
        while rest != NONE {
            let work = &mut self.attempts[rest];
            work.parent = NONE;
            rest = std::mem::replace(&mut work.child, NONE);
        }
        let writing = writes(&self.attempts[index], &self.classes);
        let Attempt { key, version, next: truth, .. } = self.attempts[index];
        let class = self.space_of(index);
        let database = self.database(at);
        if writing {
            let known = &mut database.versions[usize::from(class)][key as usize];
            *known = version.max(*known);
        } else {
            database.count.stale += u32::from(version < truth);
        }
        self.leave(at, index, Outcome::Ok);
    }
}
