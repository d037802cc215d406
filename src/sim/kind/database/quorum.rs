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
use crate::sim::{ComponentFrame, FRAME, Figure, Happening, Outcome};

use super::repair::Repair;
use super::{fit, writes};

/// The nodes of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    /// All there ever were; the first `n` count.
    nodes: Vec<Node>,
    n: u32,
    r: u32,
    w: u32,
    /// How they come to agree again.
    pub(super) repair: Repair,
}

#[derive(Clone, Debug)]
struct Node {
    station: Station,
    /// The version of each key that it has, on its disk: a crash leaves them.
    versions: Vec<Vec<u32>>,
    /// It is dead until then.
    down_until: Time,
    /// When it died last.
    died: Time,
}

impl Nodes {
    /// Takes over what the design says. A new node begins with a copy of all data.
    pub fn configure(&mut self, settings: &design::Quorum, concurrency: u32, versions: &[Vec<u32>]) {
        self.n = settings.n;
        (self.r, self.w) = (settings.r.min(settings.n), settings.w.min(settings.n));
        if settings.hints.is_none() {
            self.repair.forget_hints();
        }
        while self.nodes.len() < settings.n as usize {
            let station = Station::new(0, u32::MAX);
            self.nodes.push(Node { station, versions: versions.to_vec(), down_until: Time::ZERO, died: Time::ZERO });
        }
        let counts: Vec<u32> = versions.iter().map(|keys| keys.len() as u32).collect();
        for node in &mut self.nodes {
            node.station.servers = concurrency;
            fit(&mut node.versions, &counts, 0);
        }
    }

    /// The nodes to ask, from this one on around the ring: of those that live, as many as are wanted.
    fn living(&self, first: u32, wanted: u32, now: Time) -> impl Iterator<Item = u32> {
        let ring = (0..self.n).map(move |offset| (first + offset) % self.n);
        ring.filter(move |node| self.nodes[*node as usize].down_until <= now).take(wanted as usize)
    }

    /// Loses all work in hand.
    pub fn clear(&mut self, now: Time) {
        self.nodes.iter_mut().for_each(|node| node.station.clear(now));
        self.repair.clear();
    }

    /// The versions that each node has.
    #[cfg(test)]
    pub(super) fn versions(&self) -> Vec<&Vec<Vec<u32>>> {
        self.nodes.iter().map(|node| &node.versions).collect()
    }

    /// Whether a node is part of the cluster, and lives.
    pub(super) fn is_alive(&self, node: u32, now: Time) -> bool {
        node < self.n && self.nodes[node as usize].down_until <= now
    }

    /// Keeps a write for the nodes that are dead, but not for longer than this.
    fn keep_hints(&mut self, class: u16, key: u32, version: u32, now: Time, kept: Time) {
        for node in 0..self.n {
            let known = &self.nodes[node as usize];
            if known.down_until > now && now.since(known.died) <= kept {
                self.repair.hint(node, class, key, version);
            }
        }
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.nodes.iter().flat_map(|node| &node.versions).map(Vec::len).sum::<usize>() * size_of::<u32>()
            + self.repair.bytes()
    }

    /// Fills in the frame that ends now: the nodes' work is what is busy.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.servers) = (0.0, 0.0);
        for node in &mut self.nodes {
            let (busy, waiting) = node.station.harvest(now, FRAME);
            (frame.busy, frame.waiting) = (frame.busy + busy, frame.waiting + waiting);
            frame.servers += node.station.servers as f32;
        }
        let repairs = std::mem::take(&mut self.repair.repairs);
        frame.figures.push((Figure::ReadRepairs, repairs as f32));
        frame.figures.push((Figure::Hints, self.repair.hints() as f32));
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
        let (repairs, hints) =
            database.settings.quorum.as_ref().map_or((None, None), |quorum| (quorum.read_repair, quorum.hints));
        let Some(nodes) = &mut database.nodes else { return };
        let compares = !writing && repairs.is_some_and(|share| part.stream.unit() < share.0);
        let needed = if writing { nodes.w } else { nodes.r };
        let (first, wanted) =
            if writing { (0, nodes.n) } else { (part.stream.below(nodes.n), if compares { nodes.n } else { nodes.r }) };
        let mut asked = [NONE; 16];
        let mut count = 0;
        for (place, node) in asked.iter_mut().zip(nodes.living(first, wanted, self.now)) {
            (*place, count) = (node, count + 1);
        }
        let attempt = &mut self.attempts[index];
        (attempt.stage, attempt.step, attempt.next) = (Stage::Working, needed, truth);
        if count < needed as usize {
            // It knows at once that there are not enough.
            return self.leave(at, index, Outcome::Failed);
        }
        match (writing, op) {
            (true, Op::Copy) => database.writes = database.writes.max(attempt.version),
            (true, _) => {
                database.writes = database.writes.wrapping_add(1);
                attempt.version = database.writes;
            }
            (false, _) => attempt.version = 0,
        }
        let version = attempt.version;
        let mark = if compares { nodes.repair.compare(class, key, count as u32) } else { 0 };
        if let (true, Some(kept)) = (writing, hints) {
            nodes.keep_hints(class, key, version, self.now, kept);
        }
        // All are noted before the first begins.
        for slot in &mut asked[..count] {
            let mut work = Attempt::new(class, if writing { Op::Write } else { Op::Read });
            (work.at, work.parent, work.key, work.version) = (at, index, key, version);
            (work.step, work.token) = (1 + *slot, mark);
            work.child = self.attempts[index].child;
            *slot = self.attempts.add(work);
            self.attempts[index].child = *slot;
        }
        asked[..count].iter().for_each(|work| self.node_takes(at, *work));
    }

    /// Some nodes of a cluster die; each is back after a while, with what its disk holds. Nobody tells them what they missed.
    pub(in crate::sim) fn kill_nodes(&mut self, at: u32, count: u32, lasts: Option<Time>) {
        let now = self.now;
        let back = now + lasts.unwrap_or(self.parts[at as usize].boot);
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        let Some(nodes) = &mut database.nodes else { return };
        let doomed: Vec<u32> = nodes.living(0, count, now).collect();
        for node in &doomed {
            let node = &mut nodes.nodes[*node as usize];
            (node.down_until, node.died) = (back, now);
            node.station.clear(now);
        }
        self.tell(Happening::InstancesDied(at, doomed.len() as u32));
        let is_work = |work: &Attempt| work.at == at && work.wire == NONE && matches!(work.op, Op::Read | Op::Write);
        let lost = self.attempts.which(|work| is_work(work) && doomed.contains(&work.step.wrapping_sub(1)));
        lost.into_iter().for_each(|work| self.node_loses(at, work));
        self.plan_hints(at, back);
    }

    /// A dead node's part of a request is lost. Where those who live are too few, the request has failed.
    fn node_loses(&mut self, at: u32, work: u32) {
        let lost = self.attempts[work].clone();
        let Attempt { parent, child, .. } = lost;
        self.attempts[work].due = 0;
        self.attempts.remove(work);
        let database = self.database(at);
        if lost.op == Op::Write
            && database.settings.quorum.as_ref().is_some_and(|quorum| quorum.hints.is_some())
            && let Some(nodes) = &mut database.nodes
        {
            nodes.repair.hint(lost.step - 1, lost.class, lost.key, lost.version);
        }
        self.nodes_compare(at, work, &lost, None);
        if parent == NONE {
            return;
        }
        self.unlink(parent, work, child);
        let (mut left, mut next) = (0, self.attempts[parent].child);
        while next != NONE {
            (left, next) = (left + 1, self.attempts[next].child);
        }
        if left < self.attempts[parent].step {
            self.let_go(parent);
            self.leave(at, parent, Outcome::Failed);
        }
    }

    pub(super) fn node_takes(&mut self, at: u32, work: u32) {
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
        let done = self.attempts[work].clone();
        let Attempt { parent, class, key, op, version, child, step, .. } = done;
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
        self.nodes_compare(at, work, &done, Some(seen));
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

    /// The nodes that still work on a request do so for nobody from now on.
    fn let_go(&mut self, index: u32) {
        let mut rest = std::mem::replace(&mut self.attempts[index].child, NONE);
        while rest != NONE {
            let work = &mut self.attempts[rest];
            work.parent = NONE;
            rest = std::mem::replace(&mut work.child, NONE);
        }
    }

    /// Enough nodes have answered.
    fn quorum_reached(&mut self, at: u32, index: u32) {
        self.let_go(index);
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
