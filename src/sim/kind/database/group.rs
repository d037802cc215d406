//! A group: one primary that takes the writes, its log, and its replicas.

use std::collections::VecDeque;

use crate::design::{Design, Kind};
use crate::units::Time;

use crate::sim::attempt::NONE;
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::sim::random::mix;

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
    /// The place in the log up to which reads at the primary see it.
    pub(super) shown: u64,
    /// The failover that is planned: its event's number; 0 is none.
    pub(super) failing: u32,
    recent: Vec<Recent>,
}

/// A write in the log.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub at: Time,
    pub key: u32,
    pub version: u32,
    /// The version that the key had before.
    pub before: u32,
    pub user: u32,
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
    pub wire: u32,
    /// How much of the log it has received.
    pub received: u64,
    /// How much of the log it has applied.
    pub applied: u64,
    /// How much the primary knows it has.
    pub acknowledged: u64,
    /// Whether the stream from the primary stands.
    pub connected: bool,
    /// Messages on their way to it, and acknowledgements on their way back: event and place in the log.
    pub flying: VecDeque<(u32, u64)>,
    pub answers: VecDeque<(u32, u64)>,
    /// When the last message arrives: a stream keeps its order.
    pub last: Time,
    /// The event of the write that is being applied; 0 is none.
    pub applying: u32,
    pub changed: Time,
    pub area: u64,
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
        self.shown = self.base;
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

    pub(super) fn remember(&mut self, user: u32, class: u16, key: u32, version: u32) {
        if user != NONE {
            *self.slot(user, class, key) = Recent { user, key, version, class };
        }
    }

    /// Whether a user who sees this version misses a write of its own.
    pub(super) fn misses_own(&mut self, user: u32, class: u16, key: u32, version: u32) -> bool {
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
                shown: 0,
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
}
