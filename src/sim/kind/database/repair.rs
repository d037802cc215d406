//! How the nodes of a cluster come to agree again: read repair (a read asks all nodes, and those that are behind are sent
//! what they lack) and hinted hand-off (what a dead node misses is kept, and sent to it when it is back). As in Dynamo
//! (DeCandia et al. 2007) and Cassandra.

use std::collections::BTreeMap;

use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;

/// What is known of nodes that are behind.
#[derive(Clone, Debug, Default)]
pub struct Repair {
    /// Reads whose nodes are compared, in a slab reused by index.
    checks: Vec<Check>,
    free: Vec<u32>,
    /// For each node, the newest version of each key (class, key) that it missed.
    hints: Vec<BTreeMap<(u16, u32), u32>>,
    /// For each node, the hint that is being sent: the attempt; NONE is none.
    sending: Vec<u32>,
    /// Writes sent to nodes that a read found behind, in this frame.
    pub repairs: u32,
}

/// A read that all nodes were asked.
#[derive(Clone, Debug, Default)]
struct Check {
    class: u16,
    key: u32,
    /// Nodes that have not answered yet.
    left: u32,
    /// The nodes that answered, and with which version.
    answers: Vec<(u32, u32)>,
}

impl Repair {
    /// How many writes are kept for nodes that missed them.
    pub fn hints(&self) -> usize {
        self.hints.iter().map(BTreeMap::len).sum()
    }

    /// Loses all work in hand; hints are on disk.
    pub fn clear(&mut self) {
        (self.checks, self.free) = (Vec::new(), Vec::new());
        self.sending.iter_mut().for_each(|sending| *sending = NONE);
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.hints() * 3 * size_of::<u32>() + self.checks.len() * size_of::<Check>()
    }

    /// Compares what so many nodes answer; gives the mark of their work.
    pub(super) fn compare(&mut self, class: u16, key: u32, nodes: u32) -> u32 {
        let check = Check { class, key, left: nodes, answers: Vec::new() };
        match self.free.pop() {
            Some(place) => {
                self.checks[place as usize] = check;
                place + 1
            }
            None => {
                self.checks.push(check);
                self.checks.len() as u32
            }
        }
    }

    /// A node answered (or died: none). Gives the comparison when all have.
    fn answered(&mut self, mark: u32, answer: Option<(u32, u32)>) -> Option<Check> {
        let check = self.checks.get_mut(mark.checked_sub(1)? as usize)?;
        check.answers.extend(answer);
        check.left = check.left.saturating_sub(1);
        if check.left > 0 {
            return None;
        }
        self.free.push(mark - 1);
        Some(std::mem::take(check))
    }

    /// Keeps what a dead node misses.
    pub(super) fn hint(&mut self, node: u32, class: u16, key: u32, version: u32) {
        let node = node as usize;
        if self.hints.len() <= node {
            self.hints.resize_with(node + 1, BTreeMap::new);
            self.sending.resize(node + 1, NONE);
        }
        let known = self.hints[node].entry((class, key)).or_default();
        *known = version.max(*known);
    }

    /// Forgets all hints.
    pub(super) fn forget_hints(&mut self) {
        self.hints.iter_mut().for_each(BTreeMap::clear);
    }

    fn is_sending(&self, node: u32) -> bool {
        self.sending.get(node as usize).is_some_and(|sending| *sending != NONE)
    }

    /// What was sent to a node has arrived, or is lost with it: a hint that arrived is not needed any more.
    fn sent(&mut self, work: u32, node: u32, done: Option<&Attempt>, class: u16) -> bool {
        let Some(sending) = self.sending.get_mut(node as usize) else { return false };
        if *sending != work {
            return false;
        }
        *sending = NONE;
        if let Some(done) = done
            && self.hints[node as usize].get(&(class, done.key)) == Some(&done.version)
        {
            self.hints[node as usize].remove(&(class, done.key));
        }
        true
    }
}

impl Simulation {
    /// Work of a node that nobody asked for: a write of this version.
    fn node_is_sent(&mut self, at: u32, node: u32, class: u16, key: u32, version: u32) -> u32 {
        let mut work = Attempt::new(class, Op::Write);
        (work.at, work.key, work.version, work.step) = (at, key, version, 1 + node);
        let work = self.attempts.add(work);
        self.node_takes(at, work);
        work
    }

    /// A node is done with its part (or has lost it with its life). `seen` is the version that it has.
    pub(super) fn nodes_compare(&mut self, at: u32, index: u32, work: &Attempt, seen: Option<u32>) {
        let node = work.step - 1;
        let Some(nodes) = &mut self.database(at).nodes else { return };
        if nodes.repair.sent(index, node, seen.map(|_| work), work.class) {
            return self.send_hint(at, node);
        }
        if work.op != Op::Read || work.token == 0 {
            return;
        }
        let Some(check) = nodes.repair.answered(work.token, seen.map(|seen| (node, seen))) else { return };
        let newest = check.answers.iter().map(|(_, version)| *version).max().unwrap_or(0);
        let behind: Vec<u32> =
            check.answers.iter().filter(|(_, version)| *version < newest).map(|(node, _)| *node).collect();
        nodes.repair.repairs += behind.len() as u32;
        for node in behind {
            if self.is_node_alive(at, node) {
                self.node_is_sent(at, node, check.class, check.key, newest);
            }
        }
    }

    fn is_node_alive(&mut self, at: u32, node: u32) -> bool {
        let now = self.now;
        self.database(at).nodes.as_ref().is_some_and(|nodes| nodes.is_alive(node, now))
    }

    /// Sends a node the next of the writes that it missed, if it is back.
    fn send_hint(&mut self, at: u32, node: u32) {
        if self.parts[at as usize].refuses() || !self.is_node_alive(at, node) {
            return;
        }
        let Some(nodes) = &mut self.database(at).nodes else { return };
        if nodes.repair.is_sending(node) {
            return;
        }
        let first = nodes.repair.hints.get(node as usize).and_then(|hints| hints.first_key_value());
        let Some((&(class, key), &version)) = first else { return };
        let work = self.node_is_sent(at, node, class, key, version);
        if let Some(nodes) = &mut self.database(at).nodes {
            nodes.repair.sending[node as usize] = work;
        }
    }

    /// Nodes that are back are sent what they missed.
    pub(in crate::sim) fn send_hints(&mut self, at: u32) {
        let Behavior::Database(database) = &self.parts[at as usize].behavior else { return };
        let known = database.nodes.as_ref().map_or(0, |nodes| nodes.repair.hints.len()) as u32;
        (0..known).for_each(|node| self.send_hint(at, node));
    }

    /// Sees to it that nodes are sent what they miss once they are back.
    pub(super) fn plan_hints(&mut self, at: u32, back: Time) {
        let keeps = self.database(at).settings.quorum.as_ref().is_some_and(|quorum| quorum.hints.is_some());
        if keeps {
            self.calendar.schedule(self.now, Delay::For(back.since(self.now)), Event::Upkeep.on(at));
        }
    }
}
