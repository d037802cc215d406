//! Replication: the primary's writes go into its log; each replica applies it in order, one write at a time.

use crate::design::Replication;
use crate::units::{Time, put_in_order};

use crate::sim::attempt::{Attempt, Op};
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::sim::{ComponentFrame, FRAME, Figure, Outcome};

use super::group::Write;
use super::statement::COMMITTED;
use super::writes;

impl Simulation {
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
        let at_once = self.replication(g) == Replication::Async;
        let Attempt { op, key, .. } = self.attempts[index];
        let class = self.space_of(index);
        if op.is_transaction() {
            let keys = self.written_keys(index);
            keys.into_iter().for_each(|(class, key)| self.log_write(at, index, class, key, at_once));
        } else {
            self.log_write(at, index, class, key, at_once);
        }
        let end = self.groups[g].end();
        if !at_once {
            self.database(at).waiting.push_back((end, index));
            self.attempts[index].step = COMMITTED;
        }
        (0..self.groups[g].members.len()).for_each(|m| self.ship(g, m));
        self.trim(g);
        if at_once {
            self.statement_ends(at, index, Outcome::Ok);
        }
    }

    /// Appends a write to the primary's log; with asynchronous replication, it takes effect at once.
    fn log_write(&mut self, at: u32, index: u32, class: u16, key: u32, at_once: bool) {
        let now = self.now;
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        let attempt = &mut self.attempts[index];
        if attempt.op == Op::Copy {
            database.writes = database.writes.max(attempt.version);
        } else {
            database.writes = database.writes.wrapping_add(1);
        }
        let (user, version) = (attempt.user, if attempt.op == Op::Copy { attempt.version } else { database.writes });
        if !attempt.op.is_transaction() {
            attempt.version = version;
        }
        let group = &mut self.groups[database.group as usize];
        group.account(now);
        // What waits for replicas is in the log already, though no read sees it.
        let hidden = group.log.iter().rev().take_while(|write| !write.visible);
        let before = hidden.filter(|write| (write.class, write.key) == (class, key)).map(|write| write.version).next();
        let before = before.unwrap_or(database.version(class, key));
        let write = Write { at: now, key, version, before, user, class, acknowledged: at_once, visible: at_once };
        group.log.push_back(write);
        let end = group.end();
        if let Some(primary) = group.member(at) {
            (group.members[primary].received, group.members[primary].applied) = (end, end);
        }
        if at_once {
            database.versions[usize::from(class)][key as usize] = version;
            group.remember(user, class, key, version);
            if group.shown + 1 == end {
                group.shown = end;
            }
        }
    }

    /// Reads a key, and notes whether the answer is older than it should be.
    fn read_in_group(&mut self, at: u32, index: u32, g: usize) {
        let (class, key, user) = (self.space_of(index), self.attempts[index].key, self.attempts[index].user);
        let version = self.database(at).version(class, key);
        self.attempts[index].version = version;
        let truth = self.version_at_primary(at, class, key).unwrap_or(version);
        let missed = self.groups[g].misses_own(user, class, key, version);
        let count = &mut self.database(at).count;
        count.stale += u32::from(version < truth);
        count.own_writes_missed += u32::from(missed);
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
            self.acknowledgement_arrives(g, m, upto);
        }
    }

    pub(super) fn replication(&mut self, g: usize) -> Replication {
        let head = self.groups[g].head;
        self.database(head).settings.replication
    }

    /// A replica turns to the next write that it has received.
    pub(super) fn apply_next(&mut self, g: usize, m: usize) {
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
        put_in_order(&mut frame.figures, |a, b| a.0 < b.0);
    }
}
