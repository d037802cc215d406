//! A queue of several nodes at run time: what its leader has stored and consumers do not see yet, who is answered when, and
//! what is lost when a leader dies.

use std::collections::VecDeque;

use crate::design::{self, Acks};
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, Duration};
use crate::sim::{Happening, Outcome};

use super::Broker;
use super::group::Message;
use super::nodes::Nodes;

/// The nodes of a broker, and what they have not all got yet.
#[derive(Clone, Debug)]
pub struct Replication {
    pub(super) nodes: Nodes,
    /// What the leader has stored and is not safe yet, oldest first.
    tail: VecDeque<Unsafe>,
    /// The event that looks after it next, and when that is; 0 is none.
    due: (u32, Time),
}

/// A message that is not safe yet.
#[derive(Clone, Debug)]
struct Unsafe {
    message: Message,
    /// The publisher that waits for it to be safe; NONE if nobody does.
    attempt: u32,
    /// Its publisher was told that all is well.
    acknowledged: bool,
}

impl Replication {
    /// Empty nodes.
    pub fn new(settings: &design::Replicas, by_majority: bool) -> Replication {
        Replication { nodes: Nodes::new(settings, by_majority), tail: VecDeque::new(), due: (0, Time::MAX) }
    }

    /// How many messages consumers do not see yet.
    pub fn unseen(&self) -> usize {
        self.tail.len()
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.tail.len() * size_of::<Unsafe>()
    }
}

impl Broker {
    /// Whether publishers are answered before anything is stored.
    pub fn promises(&self) -> bool {
        self.replication.as_ref().is_some_and(|of| of.nodes.settings.acks == Acks::None)
    }

    /// Whether its nodes have no leader.
    pub fn is_leaderless(&self) -> bool {
        self.replication.as_ref().is_some_and(|of| of.nodes.is_leaderless())
    }

    /// Counts a message as lost that consumers never saw.
    fn lose_unseen(&mut self, class: u16) {
        self.groups.iter_mut().filter(|group| group.subscribes(class)).for_each(|group| group.unseen());
    }
}

impl Simulation {
    /// Answers a publisher at once; what is left is done for nobody in particular.
    pub(in crate::sim) fn promise(&mut self, index: u32) -> u32 {
        let mut rest = self.attempts[index].clone();
        (rest.parent, rest.child, rest.wire) = (NONE, NONE, NONE);
        (rest.timer, rest.due, rest.trip, rest.counts) = (0, 0, 0, false);
        let rest = self.attempts.add(rest);
        self.answer(index, Outcome::Ok);
        rest
    }

    /// Tells a publisher how it went, if it still is one.
    pub(super) fn tell_publisher(&mut self, index: u32, outcome: Outcome) {
        match self.attempts[index].wire {
            NONE => self.attempts.remove(index),
            _ => self.answer(index, outcome),
        }
    }

    /// The leader stores a message and sends it to its followers.
    pub(super) fn replicate(&mut self, at: u32, index: u32, mut message: Message) {
        let now = self.now;
        let Some(of) = &mut self.broker(at).replication else { return };
        let (acks, followers) = (of.nodes.settings.acks, of.nodes.followers());
        if acks == Acks::All && !of.nodes.takes_all() {
            return self.tell_publisher(index, Outcome::Failed);
        }
        message.stored = of.nodes.store();
        let lag = Duration { distribution: of.nodes.settings.lag, constant: None };
        for follower in followers {
            let Delay::For(takes) = self.service(at, lag) else { unreachable!("it was not prepared") };
            let Some(of) = &mut self.broker(at).replication else { return };
            of.nodes.send(follower, now + takes);
        }
        let waits = acks == Acks::All;
        let Some(of) = &mut self.broker(at).replication else { return };
        of.tail.push_back(Unsafe { message, attempt: if waits { index } else { NONE }, acknowledged: !waits });
        match waits {
            true => self.attempts[index].stage = Stage::WaitingCore,
            false => self.tell_publisher(index, Outcome::Ok),
        }
        self.make_safe(at);
    }

    /// What enough nodes have by now is shown to consumers, and its publishers are answered.
    fn make_safe(&mut self, at: u32) {
        let now = self.now;
        let Some(of) = &mut self.broker(at).replication else { return };
        for _ in 0..of.nodes.advance(now) {
            let Some(of) = &mut self.broker(at).replication else { return };
            let Some(first) = of.tail.pop_front() else { break };
            self.reveal(at, first.message);
            if first.attempt != NONE {
                self.tell_publisher(first.attempt, Outcome::Ok);
            }
        }
        self.plan_replication(at);
    }

    /// Sees to it that the nodes are looked after when something happens to them.
    fn plan_replication(&mut self, at: u32) {
        let now = self.now;
        let Some(of) = &self.broker(at).replication else { return };
        let Some(next) = of.nodes.next() else { return };
        let next = next.max(now);
        if of.due.0 != 0 && of.due.1 <= next {
            return;
        }
        let seq = self.calendar.schedule(now, Delay::For(next.since(now)), Event::Upkeep.on(at));
        if let Some(of) = &mut self.broker(at).replication {
            of.due = (seq, next);
        }
    }

    /// The nodes are looked after: copies come, deaths are noticed, nodes come back, a leader is found.
    pub(in crate::sim::kind) fn nodes_go_on(&mut self, at: u32, seq: u32) {
        let now = self.now;
        let gone = self.parts[at as usize].gone;
        let broker = self.broker(at);
        let copying = broker.terms.publish.mean() * (1.0 / f64::from(broker.terms.concurrency));
        let Some(of) = &mut broker.replication else { return };
        if of.due.0 != seq || gone {
            return;
        }
        of.due = (0, Time::MAX);
        if of.nodes.look(now, copying) && of.nodes.settings.acks == Acks::All && !of.nodes.takes_all() {
            self.fail_waiting(at);
        }
        self.find_leader(at);
        self.make_safe(at);
        self.serve(at);
    }

    /// Publishers that wait for more nodes than there are learn that it failed. (Their messages may still be seen.)
    fn fail_waiting(&mut self, at: u32) {
        let Some(of) = &mut self.broker(at).replication else { return };
        let waiting: Vec<u32> = of.tail.iter_mut().map(|of| std::mem::replace(&mut of.attempt, NONE)).collect();
        waiting
            .into_iter()
            .filter(|index| *index != NONE)
            .for_each(|index| self.tell_publisher(index, Outcome::Failed));
    }

    /// A follower takes over, if there is no leader and it is time: what it has not got is lost.
    fn find_leader(&mut self, at: u32) {
        let now = self.now;
        let Some(of) = &mut self.broker(at).replication else { return };
        let Some(has) = of.nodes.elect(now) else { return };
        let kept = of.tail.iter().take_while(|of| of.message.stored <= has).count();
        let lost = of.tail.split_off(kept);
        let lag = Duration { distribution: of.nodes.settings.lag, constant: None };
        for follower in of.nodes.followers() {
            let Delay::For(takes) = self.service(at, lag) else { unreachable!("it was not prepared") };
            let Some(of) = &mut self.broker(at).replication else { return };
            of.nodes.send_all(follower, now + takes);
        }
        let broker = self.broker(at);
        lost.iter().filter(|of| of.acknowledged).for_each(|of| broker.lose_unseen(of.message.class));
        // Only a leader that was not in sync lacks what consumers could see.
        broker.groups.iter_mut().for_each(|group| group.lose_stored_after(has, now));
        self.tell(Happening::LeaderElected(at));
        self.refresh_down(at);
        self.stir(at);
    }

    /// Some nodes of a queue die. Without its leader it is down until a follower leads.
    pub(in crate::sim) fn kill_queue_nodes(&mut self, at: u32, fault: &design::FaultSettings) {
        let now = self.now;
        let back = now + fault.lasts.unwrap_or(self.parts[at as usize].boot);
        let Some(of) = &mut self.broker(at).replication else { return };
        let (dead, beheaded) = of.nodes.kill(fault.instances, fault.followers, now, back);
        self.tell(Happening::InstancesDied(at, dead));
        self.make_safe(at);
        if beheaded && !self.parts[at as usize].down {
            self.parts[at as usize].down = true;
            self.lose_all(at);
        }
    }

    /// Whether a queue's nodes have no leader.
    pub(in crate::sim) fn is_leaderless(&self, at: u32) -> bool {
        matches!(&self.parts[at as usize].behavior, Behavior::Broker(broker) if broker.is_leaderless())
    }

    /// The process dies, or it is taken out: nobody waits any more for what is not safe, and what was only promised is lost.
    pub(super) fn publishers_are_cut_off(&mut self, at: u32, gone: bool) {
        let promised = self.attempts.which(|attempt: &Attempt| attempt.at == at && attempt.wire == NONE);
        let classes: Vec<u16> = promised.into_iter().map(|index| self.attempts[index].class).collect();
        let broker = self.broker(at);
        let Some(of) = &mut broker.replication else { return };
        of.tail.iter_mut().for_each(|of| of.attempt = NONE);
        let tail = if gone { std::mem::take(&mut of.tail) } else { VecDeque::new() };
        tail.iter().filter(|of| of.acknowledged).for_each(|of| broker.lose_unseen(of.message.class));
        classes.into_iter().for_each(|class| broker.lose_unseen(class));
    }

    /// Takes over what the design says of the nodes. Other nodes than before begin with all there is.
    pub(super) fn configure_replicas(&mut self, at: u32) {
        let broker = self.broker(at);
        let (wanted, by_majority) = (broker.terms.replicas.clone(), broker.terms.by_majority);
        if broker.replication.as_ref().map(|of| &of.nodes.settings) == wanted.as_ref() {
            return;
        }
        let before = broker.replication.take();
        broker.replication = wanted.map(|settings| Box::new(Replication::new(&settings, by_majority)));
        for unseen in before.into_iter().flat_map(|of| of.tail) {
            self.reveal(at, unseen.message);
            if unseen.attempt != NONE {
                self.tell_publisher(unseen.attempt, Outcome::Ok);
            }
        }
        self.refresh_down(at);
    }
}
