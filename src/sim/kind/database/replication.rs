//! Replication: one primary takes the writes and ships its log; each replica applies it in order, one write at a time.
//!
//! A message over a replica's wire says "the log up to here", as a stream does: what was lost on a cut wire is sent again
//! when it is whole. A replica keeps what it has received over a crash.

use std::collections::VecDeque;

use crate::design::{Design, Kind, Replication};
use crate::units::Time;

use crate::sim::attempt::NONE;
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::sim::random::mix;
use crate::sim::{ComponentFrame, FRAME, Figure, Outcome};

use super::statement::COMMITTED;
use super::writes;

/// Writes that a group's log holds at most. A replica further behind gets the oldest as a fresh copy, at no cost.
const LOG_MAX: usize = 500_000;
/// The users' last writes that are remembered, to notice a read that misses its user's own. A power of two.
const RECENT: usize = 1 << 13;

/// A primary with its replicas.
#[derive(Clone, Debug)]
pub struct Group {
    /// The primary as drawn.
    pub head: u32,
    /// Who takes the writes.
    pub primary: u32,
    /// The primary is given up, and nobody has taken over yet.
    pub(super) headless: bool,
    /// The replica that is about to take over.
    pub(super) candidate: u32,
    /// All databases of the group, the head first.
    pub(super) members: Vec<Member>,
    pub(super) log: VecDeque<Write>,
    /// The place in the log of the first one that is still held.
    pub(super) base: u64,
    /// The failover that is planned: its event's number; 0 is none.
    pub(super) failing: u32,
    recent: Vec<Recent>,
}

/// A write in the log.
#[derive(Clone, Debug)]
pub(super) struct Write {
    at: Time,
    pub key: u32,
    pub version: u32,
    /// The version that the key had before.
    pub before: u32,
    pub class: u16,
    pub acknowledged: bool,
    /// Whether reads at the primary see it.
    pub visible: bool,
}

/// A database of a group.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub part: u32,
    /// The wire it is drawn with; of the head, NONE.
    wire: u32,
    /// How much of the log it has received.
    pub received: u64,
    /// How much of the log it has applied.
    pub applied: u64,
    /// How much the primary knows it has.
    acknowledged: u64,
    /// Whether the stream from the primary stands.
    pub connected: bool,
    /// Messages on their way to it, and acknowledgements on their way back: event and place in the log.
    pub flying: VecDeque<(u32, u64)>,
    pub answers: VecDeque<(u32, u64)>,
    /// When the last message arrives: a stream keeps its order.
    last: Time,
    /// The event of the write that is being applied; 0 is none.
    pub applying: u32,
    changed: Time,
    area: u64,
}

/// A user's last write of a key.
#[derive(Clone, Debug, Default)]
struct Recent {
    user: u32,
    key: u32,
    version: u32,
    class: u16,
}

impl Group {
    pub(super) fn end(&self) -> u64 {
        self.base + self.log.len() as u64
    }

    pub(super) fn member(&self, part: u32) -> Option<usize> {
        self.members.iter().position(|member| member.part == part)
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.log.len() * size_of::<Write>() + self.recent.len() * size_of::<Recent>()
    }

    /// Nobody follows any more.
    fn dissolve(&mut self) {
        self.base = self.end();
        self.log.clear();
        self.members.clear();
        (self.primary, self.candidate, self.failing, self.headless) = (self.head, NONE, 0, false);
    }

    /// Counts the writes that each replica is behind, up to now.
    pub(super) fn account(&mut self, now: Time) {
        let end = self.end();
        for member in &mut self.members {
            member.area += now.since(member.changed).0 * (end - member.applied);
            member.changed = now;
        }
    }

    fn slot(&mut self, user: u32, class: u16, key: u32) -> &mut Recent {
        let hash = mix(u64::from(user) << 32 | u64::from(key)) ^ u64::from(class);
        &mut self.recent[hash as usize & (RECENT - 1)]
    }

    fn remember(&mut self, user: u32, class: u16, key: u32, version: u32) {
        if user != NONE {
            *self.slot(user, class, key) = Recent { user, key, version, class };
        }
    }

    /// Whether a user who sees this version misses a write of its own.
    fn misses_own(&mut self, user: u32, class: u16, key: u32, version: u32) -> bool {
        let slot = self.slot(user, class, key);
        (slot.user, slot.class, slot.key) == (user, class, key) && slot.version > version
    }
}

impl Simulation {
    /// Finds primaries and their replicas: a wire from a database to a database makes the callee a replica.
    pub(in crate::sim) fn group_databases(&mut self, design: &Design) {
        let single = |name: &str| match design.component(name).map(|component| &component.kind) {
            Some(Kind::Database(settings)) => settings.quorum.is_none(),
            _ => false,
        };
        let mut heads = Vec::new();
        for at in 0..self.parts.len() as u32 {
            let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { continue };
            database.group = NONE;
            if self.parts[at as usize].gone || !single(&self.parts[at as usize].name) {
                continue;
            }
            let mut replicas = self.wires_to(at, |to| matches!(to, Behavior::Database(_)));
            replicas.retain(|wire| single(&self.parts[self.wires[*wire as usize].to as usize].name));
            if !replicas.is_empty() {
                heads.push((at, replicas));
            }
        }
        for group in &mut self.groups {
            if heads.iter().all(|(head, _)| *head != group.head) {
                group.dissolve();
            }
        }
        heads.into_iter().for_each(|(head, replicas)| self.form_group(head, &replicas));
    }

    fn form_group(&mut self, head: u32, replicas: &[u32]) {
        let now = self.now;
        let known = self.groups.iter().position(|group| group.head == head);
        let g = known.unwrap_or_else(|| {
            self.groups.push(Group {
                head,
                primary: head,
                headless: false,
                candidate: NONE,
                members: Vec::new(),
                log: VecDeque::new(),
                base: 0,
                failing: 0,
                recent: vec![Recent::default(); RECENT],
            });
            self.groups.len() - 1
        });
        self.groups[g].account(now);
        let end = self.groups[g].end();
        let mut members = Vec::with_capacity(replicas.len() + 1);
        let mut drawn = vec![(head, NONE)];
        drawn.extend(replicas.iter().map(|wire| (self.wires[*wire as usize].to, *wire)));
        for (part, wire) in drawn {
            let group = &mut self.groups[g];
            let before = group.member(part).map(|index| group.members[index].clone());
            // A newcomer begins with a fresh copy.
            if before.is_none() && part != head {
                self.copy_primary(g, part);
            }
            let before = before.map(|member| Member { wire, ..member });
            members.push(before.unwrap_or(Member {
                part,
                wire,
                received: end,
                applied: end,
                acknowledged: end,
                connected: true,
                flying: VecDeque::new(),
                answers: VecDeque::new(),
                last: Time::ZERO,
                applying: 0,
                changed: now,
                area: 0,
            }));
            self.database(part).group = g as u32;
        }
        self.groups[g].members = members;
        // A primary that is not drawn any more leaves its place to the head, with all it had.
        if self.groups[g].member(self.groups[g].primary).is_none() {
            self.copy_primary(g, head);
            let group = &mut self.groups[g];
            (group.primary, group.candidate, group.headless) = (head, NONE, false);
            (group.members[0].received, group.members[0].applied) = (end, end);
        }
        let group = &mut self.groups[g];
        if group.candidate != NONE && group.member(group.candidate).is_none() {
            group.candidate = NONE;
        }
    }

    fn copy_primary(&mut self, g: usize, part: u32) {
        let primary = self.groups[g].primary;
        let source = self.database(primary);
        let (versions, writes) = (source.versions.clone(), source.writes);
        let copy = self.database(part);
        (copy.versions, copy.writes) = (versions, writes);
    }

    /// Whether a database takes writes: a replica does not.
    pub(super) fn takes_writes(&mut self, at: u32) -> bool {
        let group = self.database(at).group;
        self.groups.get(group as usize).is_none_or(|group| group.primary == at && !group.headless)
    }

    /// A statement takes effect at a database with replicas, or at a replica.
    pub(super) fn commit_in_group(&mut self, at: u32, index: u32) {
        let g = self.database(at).group as usize;
        if !writes(&self.attempts[index], &self.classes) {
            self.read_in_group(at, index, g);
            return self.statement_ends(at, index, Outcome::Ok);
        }
        // It may have lost its place while the statement was in progress.
        if !self.takes_writes(at) {
            return self.statement_ends(at, index, Outcome::Failed);
        }
        let now = self.now;
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        let attempt = &mut self.attempts[index];
        let (class, key, user) = (attempt.class, attempt.key, attempt.user);
        let at_once = match self.groups[g].head {
            head if head == at => database.settings.replication == Replication::Async,
            head => match &self.parts[head as usize].behavior {
                Behavior::Database(head) => head.settings.replication == Replication::Async,
                _ => true,
            },
        };
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        if attempt.op == crate::sim::attempt::Op::Copy {
            database.writes = database.writes.max(attempt.version);
        } else {
            database.writes = database.writes.wrapping_add(1);
            attempt.version = database.writes;
        }
        let version = attempt.version;
        // What waits for replicas is in the log already, though no read sees it.
        let attempts = &self.attempts;
        let same = |index: &u32| attempts[*index].class == class && attempts[*index].key == key;
        let hidden = database.waiting.iter().rev().map(|(_, index)| *index).find(same);
        let before = hidden.map_or(database.version(class, key), |index| attempts[index].version);
        let group = &mut self.groups[g];
        group.account(now);
        group.log.push_back(Write { at: now, key, version, before, class, acknowledged: at_once, visible: at_once });
        let end = group.end();
        if let Some(primary) = group.member(at) {
            (group.members[primary].received, group.members[primary].applied) = (end, end);
        }
        if at_once {
            database.versions[usize::from(class)][key as usize] = version;
            group.remember(user, class, key, version);
        } else {
            database.waiting.push_back((end, index));
            self.attempts[index].step = COMMITTED;
        }
        (0..self.groups[g].members.len()).for_each(|m| self.ship(g, m));
        self.trim(g);
        if at_once {
            self.statement_ends(at, index, Outcome::Ok);
        }
    }

    /// Reads a key, and notes whether the answer is older than it should be.
    fn read_in_group(&mut self, at: u32, index: u32, g: usize) {
        let (class, key, user) = (self.attempts[index].class, self.attempts[index].key, self.attempts[index].user);
        let version = self.database(at).version(class, key);
        self.attempts[index].version = version;
        let truth = self.version_at_primary(at, class, key).unwrap_or(version);
        let missed = self.groups[g].misses_own(user, class, key, version);
        let count = &mut self.database(at).count;
        count.stale += u32::from(version < truth);
        count.own_writes_missed += u32::from(missed);
    }

    /// The wire that the stream to a member goes over: its own; for the head, which has none, the primary's.
    fn line(&self, g: usize, m: usize) -> Option<u32> {
        let group = &self.groups[g];
        let drawn = |m: usize| Some(group.members[m].wire).filter(|wire| *wire != NONE);
        drawn(m).or_else(|| drawn(group.member(group.primary)?))
    }

    /// Whether the stream from the primary to a member can stand: both ends up, and the line whole.
    fn reachable(&self, g: usize, m: usize) -> bool {
        let group = &self.groups[g];
        let up = |part: u32| !self.parts[part as usize].refuses() && !self.parts[part as usize].cut;
        let whole = self.line(g, m).is_some_and(|wire| !self.wires[wire as usize].cut);
        !group.headless && whole && up(group.primary) && up(group.members[m].part)
    }

    /// Sends a replica the log up to its end.
    fn ship(&mut self, g: usize, m: usize) {
        let member = &self.groups[g].members[m];
        if member.part == self.groups[g].primary || !member.connected {
            return;
        }
        if !self.reachable(g, m) {
            self.groups[g].members[m].connected = false;
            return;
        }
        let end = self.groups[g].end();
        match self.message(g, m) {
            None => self.log_arrives(g, m, end),
            Some(seq) => self.groups[g].members[m].flying.push_back((seq, end)),
        }
    }

    /// Puts a message on a member's line; none if it takes no time.
    fn message(&mut self, g: usize, m: usize) -> Option<u32> {
        let wire = &self.wires[self.line(g, m)? as usize];
        let latency = wire.latency?;
        let slow = if wire.slow == 1.0 { wire.policy.latency } else { wire.policy.latency * wire.slow };
        let member = &mut self.groups[g].members[m];
        let arrives = (self.now + slow).max(member.last);
        // What was sent before over a slower line arrives before.
        let delay = if arrives == self.now + slow { latency } else { Delay::For(arrives.since(self.now)) };
        member.last = arrives;
        Some(self.calendar.schedule(self.now, delay, Event::Upkeep.on(member.part)))
    }

    /// An event of replication: a message arrives, a write is applied, an acknowledgement comes back, a failover is due.
    pub(in crate::sim) fn replication_goes_on(&mut self, at: u32, seq: u32) {
        let g = self.database(at).group as usize;
        let Some(group) = self.groups.get_mut(g) else { return };
        if group.failing == seq {
            group.failing = 0;
            return self.fail_over(g);
        }
        let Some(m) = group.member(at) else { return };
        let member = &mut group.members[m];
        if member.applying == seq {
            member.applying = 0;
            self.write_applied(g, m);
        } else if let Some((_, upto)) = member.flying.pop_front_if(|(due, _)| *due == seq) {
            self.log_arrives(g, m, upto);
        } else if let Some((_, upto)) = member.answers.pop_front_if(|(due, _)| *due == seq) {
            self.acknowledged(g, m, upto);
        }
    }

    fn log_arrives(&mut self, g: usize, m: usize, upto: u64) {
        if !self.reachable(g, m) {
            self.groups[g].members[m].connected = false;
            return;
        }
        let member = &mut self.groups[g].members[m];
        member.received = member.received.max(upto);
        if self.replication(g) == Replication::SemiSync {
            self.acknowledge(g, m, upto);
        }
        self.apply_next(g, m);
    }

    fn replication(&mut self, g: usize) -> Replication {
        let head = self.groups[g].head;
        self.database(head).settings.replication
    }

    /// A replica turns to the next write that it has received.
    fn apply_next(&mut self, g: usize, m: usize) {
        let member = &self.groups[g].members[m];
        let (part, idle) = (member.part, member.applying == 0 && member.applied < member.received);
        let down = self.parts[part as usize].refuses();
        let database = self.database(part);
        if !idle || down || database.full {
            return;
        }
        let apply = crate::sim::part::Duration { distribution: database.settings.apply, constant: None };
        let delay = self.service(part, apply);
        self.groups[g].members[m].applying = self.calendar.schedule(self.now, delay, Event::Upkeep.on(part));
    }

    fn write_applied(&mut self, g: usize, m: usize) {
        let now = self.now;
        let group = &mut self.groups[g];
        group.account(now);
        let member = &mut group.members[m];
        // A failover or a fresh copy may have taken the write away meanwhile.
        if member.applied >= member.received {
            return;
        }
        member.applied += 1;
        let (part, applied, caught_up) = (member.part, member.applied, member.applied == member.received);
        let place = (applied - 1).checked_sub(group.base);
        if let Some(write) = place.and_then(|place| group.log.get(place as usize)) {
            let (class, key, version) = (write.class, write.key, write.version);
            self.database(part).take_over(class, key, version);
        }
        if self.replication(g) == Replication::Sync {
            self.acknowledge(g, m, applied);
        }
        self.trim(g);
        if caught_up && self.groups[g].headless && self.groups[g].candidate == part {
            return self.crown(g);
        }
        self.apply_next(g, m);
    }

    /// A replica tells the primary how far it is.
    fn acknowledge(&mut self, g: usize, m: usize, upto: u64) {
        if !self.reachable(g, m) {
            self.groups[g].members[m].connected = false;
            return;
        }
        // Acknowledgements are in order by themselves; they share the line's clock with what comes the other way.
        match self.message(g, m) {
            None => self.acknowledged(g, m, upto),
            Some(seq) => self.groups[g].members[m].answers.push_back((seq, upto)),
        }
    }

    fn acknowledged(&mut self, g: usize, m: usize, upto: u64) {
        if !self.reachable(g, m) {
            self.groups[g].members[m].connected = false;
            return;
        }
        let member = &mut self.groups[g].members[m];
        member.acknowledged = member.acknowledged.max(upto);
        self.confirm(g);
    }

    /// Answers the writes that enough replicas have acknowledged.
    pub(super) fn confirm(&mut self, g: usize) {
        let replication = self.replication(g);
        let group = &self.groups[g];
        let primary = group.primary;
        let known = group.members.iter().filter(|member| member.part != primary).map(|member| member.acknowledged);
        let confirmed = match replication {
            Replication::Async => Some(group.end()),
            Replication::SemiSync => known.max(),
            Replication::Sync => known.min(),
        };
        let confirmed = confirmed.unwrap_or(group.end());
        while let Some((place, index)) = self.database(primary).waiting.pop_front_if(|(place, _)| *place <= confirmed) {
            let (class, key) = (self.attempts[index].class, self.attempts[index].key);
            let (user, version) = (self.attempts[index].user, self.attempts[index].version);
            let known = &mut self.database(primary).versions[usize::from(class)][key as usize];
            *known = version.max(*known);
            let group = &mut self.groups[g];
            group.remember(user, class, key, version);
            let write = (place - 1).checked_sub(group.base).and_then(|place| group.log.get_mut(place as usize));
            write.into_iter().for_each(|write| (write.acknowledged, write.visible) = (true, true));
            self.statement_ends(primary, index, Outcome::Ok);
        }
        self.trim(g);
    }

    /// Streams that can stand again do so: what was missed is sent again.
    pub(in crate::sim) fn databases_wake(&mut self) {
        for g in 0..self.groups.len() {
            for m in 0..self.groups[g].members.len() {
                let part = self.groups[g].members[m].part;
                if self.database(part).group != g as u32 {
                    continue;
                }
                if !self.groups[g].members[m].connected && part != self.groups[g].primary && self.reachable(g, m) {
                    let member = &mut self.groups[g].members[m];
                    member.connected = true;
                    member.flying.clear();
                    member.answers.clear();
                    let known = if self.replication(g) == Replication::Sync {
                        self.groups[g].members[m].applied
                    } else {
                        self.groups[g].members[m].received
                    };
                    self.acknowledge(g, m, known);
                    self.ship(g, m);
                }
                self.apply_next(g, m);
            }
            self.confirm(g);
        }
    }

    /// Forgets what everybody has applied.
    fn trim(&mut self, g: usize) {
        let group = &mut self.groups[g];
        let applied = group.members.iter().map(|member| member.applied).min().unwrap_or(0);
        while group.base < applied && group.log.pop_front_if(|write| write.visible).is_some() {
            group.base += 1;
        }
        while self.groups[g].log.len() > LOG_MAX {
            self.fold_oldest(g);
        }
    }

    /// Replicas that have not applied the oldest write get it at once.
    fn fold_oldest(&mut self, g: usize) {
        let now = self.now;
        self.groups[g].account(now);
        let Some(write) = self.groups[g].log.pop_front() else { return };
        let primary = self.groups[g].primary;
        let known = &mut self.database(primary).versions[usize::from(write.class)][write.key as usize];
        *known = write.version.max(*known);
        self.groups[g].base += 1;
        let base = self.groups[g].base;
        for m in 0..self.groups[g].members.len() {
            let member = &mut self.groups[g].members[m];
            if member.applied < base {
                (member.applied, member.received) = (base, member.received.max(base));
                let part = member.part;
                self.database(part).take_over(write.class, write.key, write.version);
            }
        }
    }

    /// Fills in what a replica has of figures.
    pub(in crate::sim) fn harvest_replica(&mut self, at: u32, frame: &mut ComponentFrame) {
        let now = self.now;
        let Behavior::Database(database) = &self.parts[at as usize].behavior else { return };
        let Some(group) = self.groups.get_mut(database.group as usize) else { return };
        group.account(now);
        let base = group.base;
        let Some(m) = group.member(at) else { return };
        let member = &mut group.members[m];
        let behind = std::mem::replace(&mut member.area, 0) as f64 / FRAME.0 as f64;
        let oldest = member.applied.checked_sub(base).and_then(|place| group.log.get(place as usize));
        let lag = oldest.map_or(Time::ZERO, |write| now.since(write.at));
        frame.figures.push((Figure::ReplicationLag, lag.as_secs_f64() as f32));
        frame.figures.push((Figure::UnappliedWrites, behind as f32));
        frame.figures.sort_by_key(|(figure, _)| *figure);
    }
}
