//! The nodes of a queue: a leader that stores, followers that copy in order, and who of them is in sync. As in Kafka (a
//! message counts when all in sync have it) or in Raft (when most have it). This file knows no engine.

use std::collections::VecDeque;

use crate::design::Replicas;
use crate::units::Time;

/// How a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It leads, or follows.
    Up,
    /// It copies what it has missed, until then.
    CatchingUp(Time),
    /// It is dead until `back`; the others notice it at `noticed`.
    Dead { noticed: Time, back: Time },
}

/// One node. Messages are told by their number: the first one stored is 1.
#[derive(Clone, Debug)]
struct Node {
    life: Life,
    in_sync: bool,
    /// The last message that it has.
    has: u32,
    /// What is on its way to it, with when it is there.
    coming: VecDeque<(u32, Time)>,
}

/// All nodes of a queue.
#[derive(Clone, Debug)]
pub struct Nodes {
    /// What the design says.
    pub settings: Replicas,
    by_majority: bool,
    nodes: Vec<Node>,
    leader: Option<usize>,
    /// When the death of a leader is noticed.
    election: Option<Time>,
    /// The last message that the leader has stored.
    end: u32,
    /// The last message that is safe: those up to it are seen by consumers.
    safe: u32,
}

impl Nodes {
    /// All are there, and have all there is.
    pub fn new(settings: &Replicas, by_majority: bool) -> Nodes {
        let node = Node { life: Life::Up, in_sync: true, has: 0, coming: VecDeque::new() };
        Nodes {
            settings: settings.clone(),
            by_majority,
            nodes: vec![node; settings.count as usize],
            leader: Some(0),
            election: None,
            end: 0,
            safe: 0,
        }
    }

    /// Whether nobody leads: nothing is stored, and nothing is handed out.
    pub fn is_leaderless(&self) -> bool {
        self.leader.is_none()
    }

    /// How many nodes are in sync, as far as anybody has noticed; none while there is no leader.
    pub fn in_sync(&self) -> u32 {
        let synced = self.nodes.iter().filter(|node| node.in_sync).count() as u32;
        if self.is_leaderless() { 0 } else { synced }
    }

    /// Whether a message that all in sync must have may be stored.
    pub fn takes_all(&self) -> bool {
        self.by_majority || self.in_sync() >= self.settings.min_in_sync
    }

    /// The nodes that copy what the leader stores.
    pub fn followers(&self) -> Vec<usize> {
        let follows = |index: &usize| Some(*index) != self.leader && self.nodes[*index].life == Life::Up;
        (0..self.nodes.len()).filter(follows).collect()
    }

    /// The leader stores one more message; gives its number.
    pub fn store(&mut self) -> u32 {
        self.end += 1;
        if let Some(leader) = self.leader {
            self.nodes[leader].has = self.end;
        }
        self.end
    }

    /// A follower gets the last message at this time, or when it has all before it.
    pub fn send(&mut self, follower: usize, arrives: Time) {
        let coming = &mut self.nodes[follower].coming;
        let after = coming.back().map_or(Time::ZERO, |(_, time)| *time);
        coming.push_back((self.end, arrives.max(after)));
    }

    /// Takes note of what has come by now. Gives how many messages have become safe.
    pub fn advance(&mut self, now: Time) -> u32 {
        for node in &mut self.nodes {
            while let Some(&(number, arrives)) = node.coming.front()
                && arrives <= now
            {
                node.has = number;
                node.coming.pop_front();
            }
        }
        let before = self.safe;
        if self.leader.is_some() {
            self.safe = self.safe.max(self.have_enough());
        }
        self.safe - before
    }

    /// The last message that as many nodes have as must.
    fn have_enough(&self) -> u32 {
        if self.by_majority {
            let mut known: Vec<u32> = self.nodes.iter().map(|node| node.has).collect();
            known.sort_unstable();
            return known[(known.len() - 1) / 2];
        }
        self.nodes.iter().filter(|node| node.in_sync).map(|node| node.has).min().unwrap_or(self.end)
    }

    /// When something happens by itself next: a message comes that may make one safe, or a node's life changes.
    pub fn next(&self) -> Option<Time> {
        let lives = self.nodes.iter().filter_map(|node| match node.life {
            Life::Up => None,
            Life::CatchingUp(until) => Some(until),
            // What is noticed already waits for the return only.
            Life::Dead { noticed, back } if node.in_sync && self.leader.is_some() => Some(noticed.min(back)),
            Life::Dead { back, .. } => Some(back),
        });
        let waits = self.leader.is_some() && self.safe < self.end;
        let copies = self.nodes.iter().filter(|_| waits).filter_map(|node| {
            let first = node.coming.front()?;
            let place = (self.safe + 1).saturating_sub(first.0) as usize;
            node.coming.get(place).map(|(_, time)| *time)
        });
        lives.chain(copies).chain(self.election).min()
    }

    /// Some nodes die, the leader first (unless only followers do); each is back at `back`. Gives how many, and whether the
    /// leader is among them.
    pub fn kill(&mut self, count: u32, followers: bool, now: Time, back: Time) -> (u32, bool) {
        self.advance(now);
        let others = (0..self.nodes.len()).filter(|index| Some(*index) != self.leader);
        let alive = |index: &usize| !matches!(self.nodes[*index].life, Life::Dead { .. });
        let doomed: Vec<usize> =
            self.leader.filter(|_| !followers).into_iter().chain(others).filter(alive).take(count as usize).collect();
        for index in &doomed {
            let node = &mut self.nodes[*index];
            node.life = Life::Dead { noticed: now + self.settings.failover, back };
            node.coming.clear();
        }
        let beheaded = self.leader.is_some_and(|leader| doomed.contains(&leader));
        if beheaded {
            self.leader = None;
            self.election = Some(now + self.settings.failover);
        }
        (doomed.len() as u32, beheaded)
    }

    /// Looks after lives: deaths are noticed, nodes come back and catch up (`copying` a message each). Gives whether fewer
    /// are in sync than before.
    pub fn look(&mut self, now: Time, copying: Time) -> bool {
        let before = self.in_sync();
        let (end, leader) = (self.end, self.leader);
        for (index, node) in self.nodes.iter_mut().enumerate() {
            match node.life {
                Life::Dead { back, .. } if back <= now => {
                    // Without a leader, nobody has more than it.
                    let missed = if leader.is_some() { end - node.has.min(end) } else { 0 };
                    node.life = Life::CatchingUp(now + copying * f64::from(missed));
                    node.in_sync &= leader.is_none() || missed == 0;
                }
                Life::Dead { noticed, .. } if noticed <= now && leader.is_some_and(|leader| leader != index) => {
                    node.in_sync = false;
                }
                _ => {}
            }
            if let Life::CatchingUp(until) = node.life
                && until <= now
            {
                node.life = Life::Up;
                if leader.is_some() {
                    (node.has, node.in_sync) = (end, true);
                }
            }
        }
        self.in_sync() < before
    }

    /// A follower takes over, if it is time for that and one is there. Gives the last message that it has, if it leads now.
    pub fn elect(&mut self, now: Time) -> Option<u32> {
        if self.leader.is_some() || self.election.is_some_and(|election| election > now) {
            return None;
        }
        self.election = None;
        let alive = |node: &Node| !matches!(node.life, Life::Dead { .. });
        let most = self.nodes.iter().filter(|node| alive(node)).count() * 2 > self.nodes.len();
        let able =
            |node: &Node| alive(node) && if self.by_majority { most } else { node.in_sync || self.settings.unclean };
        // In sync first; of those, who has most; of equals, the first.
        let candidates = self.nodes.iter().enumerate().filter(|(_, node)| able(node));
        let (leader, _) = candidates.rev().max_by_key(|(_, node)| (node.in_sync || self.by_majority, node.has))?;
        let has = self.nodes[leader].has;
        (self.leader, self.end, self.safe) = (Some(leader), has, self.safe.min(has));
        for node in &mut self.nodes {
            node.in_sync = alive(node);
            node.has = node.has.min(has);
            node.coming.clear();
            if node.in_sync {
                node.life = Life::Up;
            }
        }
        Some(has)
    }

    /// The new leader gives a follower what that lacks, by this time.
    pub fn send_all(&mut self, follower: usize, arrives: Time) {
        let node = &mut self.nodes[follower];
        let missed = node.has + 1..=self.end;
        node.coming.extend(missed.map(|number| (number, arrives)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(u64) -> Time = Time::from_secs;

    /// Three nodes with five messages; the followers have two and three of them.
    fn three(by_majority: bool) -> Nodes {
        let settings = Replicas { failover: AT(9), ..Replicas::default() };
        let mut nodes = Nodes::new(&settings, by_majority);
        for number in 1..=5 {
            assert_eq!(nodes.store(), number);
            assert_eq!(nodes.followers(), [1, 2]);
            nodes.send(1, if number <= 2 { AT(1) } else { AT(100) });
            nodes.send(2, if number <= 3 { AT(1) } else { AT(100) });
        }
        nodes
    }

    #[test]
    fn safe_is_what_all_in_sync_have_or_what_most_have() {
        let (mut all, mut most) = (three(false), three(true));
        assert_eq!((all.next(), all.advance(AT(0)), most.advance(AT(0))), (Some(AT(1)), 0, 0));
        assert_eq!((all.advance(AT(1)), most.advance(AT(1))), (2, 3));
        assert_eq!((all.next(), all.advance(AT(100))), (Some(AT(100)), 3));
    }

    #[test]
    fn a_dead_follower_holds_all_up_until_it_is_noticed() {
        let mut nodes = three(false);
        nodes.advance(AT(1));
        assert_eq!(nodes.kill(1, true, AT(2), AT(60)), (1, false));
        assert_eq!((nodes.advance(AT(10)), nodes.in_sync(), nodes.next()), (0, 3, Some(AT(11))));
        assert!(nodes.look(AT(11), AT(1)), "noticed");
        assert_eq!((nodes.in_sync(), nodes.advance(AT(11))), (2, 1), "it waits for the third only");
        nodes.look(AT(60), AT(1));
        assert_eq!((nodes.in_sync(), nodes.next()), (2, Some(AT(63))), "three messages to copy");
        nodes.look(AT(63), AT(1));
        assert_eq!(nodes.in_sync(), 3);
    }

    #[test]
    fn who_has_most_leads_and_the_rest_is_gone() {
        let mut nodes = three(false);
        nodes.advance(AT(1));
        assert_eq!(nodes.kill(1, false, AT(2), AT(60)), (1, true));
        assert!(nodes.is_leaderless() && nodes.elect(AT(10)).is_none());
        assert_eq!((nodes.next(), nodes.elect(AT(11)), nodes.leader), (Some(AT(11)), Some(3), Some(2)));
        assert_eq!((nodes.in_sync(), nodes.store()), (2, 4));
    }

    #[test]
    fn raft_needs_most_of_its_nodes() {
        let mut nodes = three(true);
        nodes.advance(AT(1));
        assert_eq!(nodes.kill(2, false, AT(2), AT(60)), (2, true));
        assert_eq!(nodes.elect(AT(11)), None);
        nodes.look(AT(60), AT(1));
        // The old leader is back with all it had.
        assert_eq!(nodes.elect(AT(60)), Some(5));
    }

    #[test]
    fn out_of_sync_leads_only_where_that_is_allowed() {
        for unclean in [false, true] {
            let mut nodes = three(false);
            nodes.settings.unclean = unclean;
            nodes.advance(AT(1));
            (nodes.nodes[1].in_sync, nodes.nodes[2].in_sync) = (false, false);
            nodes.kill(1, false, AT(2), AT(60));
            assert_eq!(nodes.elect(AT(20)), unclean.then_some(3));
            nodes.look(AT(60), AT(1));
            assert_eq!(nodes.elect(AT(61)), (!unclean).then_some(5), "or when the old leader is back");
        }
    }
}
