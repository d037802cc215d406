//! Failover: a primary that stays out of reach is replaced by the replica that has most of its log. What that one never
//! received is lost.

use crate::sim::Happening;
use crate::sim::Outcome;
use crate::sim::attempt::NONE;
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;

impl Simulation {
    /// A component is down or cut off: if it is a primary, its replicas wait for a while, then one takes over.
    pub(in crate::sim) fn database_lost(&mut self, at: u32) {
        let Behavior::Database(database) = &self.parts[at as usize].behavior else { return };
        let g = database.group as usize;
        let down = self.parts[at as usize].refuses();
        let Some(group) = self.groups.get_mut(g) else { return };
        if let Some(m) = group.member(at)
            && down
        {
            group.members[m].applying = 0;
        }
        if group.primary == at && group.candidate == NONE {
            for member in &mut group.members {
                member.connected = false;
                // A process takes what is in its connections with it.
                if down {
                    member.flying.clear();
                    member.answers.clear();
                }
            }
            self.plan_failover(g);
        } else if group.candidate == at {
            group.candidate = NONE;
            self.plan_failover(g);
        }
    }

    fn plan_failover(&mut self, g: usize) {
        let head = self.groups[g].head;
        if let Some(after) = self.database(head).settings.failover {
            self.groups[g].failing = self.calendar.schedule(self.now, Delay::For(after), Event::Upkeep.on(head));
        }
    }

    fn usable(&self, part: u32) -> bool {
        !self.parts[part as usize].refuses() && !self.parts[part as usize].cut
    }

    /// The replica that has received most takes over, once it has applied all of it.
    pub(super) fn fail_over(&mut self, g: usize) {
        let old = self.groups[g].primary;
        if self.groups[g].candidate != NONE || self.usable(old) {
            return;
        }
        let group = &self.groups[g];
        let able = group.members.iter().filter(|member| member.part != old && self.usable(member.part));
        // Of equals, the first drawn.
        let Some((part, cut)) = able.map(|member| (member.part, member.received)).rev().max_by_key(|(_, most)| *most)
        else {
            return self.plan_failover(g);
        };
        let group = &mut self.groups[g];
        group.account(self.now);
        let keep = cut.saturating_sub(group.base) as usize;
        let lost: Vec<_> = group.log.drain(keep.min(group.log.len())..).collect();
        let acknowledged = lost.iter().filter(|write| write.acknowledged).count() as u32;
        group.lost.extend(lost);
        for member in &mut group.members {
            (member.received, member.applied) = (member.received.min(cut), member.applied.min(cut));
            member.connected = false;
            member.flying.clear();
            member.answers.clear();
        }
        group.candidate = part;
        let head = group.head;
        self.database(head).count.lost_writes += acknowledged;
        // Whoever still waits at the old primary waits in vain; it may only be cut off.
        while let Some((_, index)) = self.database(old).waiting.pop_front() {
            self.statement_ends(old, index, Outcome::Failed);
        }
        let group = &self.groups[g];
        let done = group.members.iter().any(|member| member.part == part && member.applied == member.received);
        if done {
            self.crown(g);
        }
    }

    /// The candidate is the primary from now on; the others follow it, and forget what it never had.
    pub(super) fn crown(&mut self, g: usize) {
        let group = &mut self.groups[g];
        let (old, new) = (group.primary, std::mem::replace(&mut group.candidate, NONE));
        group.primary = new;
        let lost = std::mem::take(&mut group.lost);
        let others: Vec<u32> = group.members.iter().map(|member| member.part).filter(|part| *part != new).collect();
        let newest = self.database(old).writes;
        let primary = self.database(new);
        // Versions are never given twice, or a stale copy would look fresh.
        primary.writes = primary.writes.max(newest);
        for write in lost {
            let truth = self.database(new).version(write.class, write.key);
            for other in &others {
                let known = &mut self.database(*other).versions[usize::from(write.class)][write.key as usize];
                *known = truth.min(*known);
            }
        }
        self.tell(Happening::Promoted(new));
        self.databases_wake();
    }
}
