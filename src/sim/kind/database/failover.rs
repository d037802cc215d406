//! Failover: a primary that stays out of reach is replaced by the replica that has most of its log. What that one never
//! received is lost.

use crate::sim::Happening;
use crate::sim::Outcome;
use crate::sim::attempt::NONE;
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::units::Time;

/// How often a group without a primary looks for one.
const RETRY: Time = Time::from_millis(100);

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
        let (is_primary, is_candidate) = (group.primary == at && !group.headless, group.candidate == at);
        if is_primary {
            for member in &mut group.members {
                member.connected = false;
                // A process takes what is in its connections with it.
                if down {
                    member.flying.clear();
                    member.answers.clear();
                }
            }
            if down {
                self.show_log(g);
            }
        }
        if is_candidate {
            self.groups[g].candidate = NONE;
        }
        if is_primary || is_candidate {
            self.plan_failover(g);
        }
    }

    /// What the primary's log holds counts, though nobody was told so.
    pub(super) fn show_log(&mut self, g: usize) {
        let primary = self.groups[g].primary;
        let Behavior::Database(database) = &mut self.parts[primary as usize].behavior else { return };
        self.groups[g].shown = self.groups[g].end();
        for write in self.groups[g].log.iter_mut().rev().filter(|write| !write.visible) {
            write.visible = true;
            let known = &mut database.versions[usize::from(write.class)][write.key as usize];
            *known = write.version.max(*known);
        }
    }

    fn plan_failover(&mut self, g: usize) {
        let (head, headless) = (self.groups[g].head, self.groups[g].headless);
        // Once the primary is given up there is no way back.
        let after = self.database(head).settings.failover.or(headless.then_some(RETRY));
        if let Some(after) = after {
            let after = if headless { after.max(RETRY) } else { after };
            self.groups[g].failing = self.calendar.schedule(self.now, Delay::For(after), Event::Upkeep.on(head));
        }
    }

    fn usable(&self, part: u32) -> bool {
        !self.parts[part as usize].refuses() && !self.parts[part as usize].cut
    }

    /// The replica that has received most takes over, once it has applied all of it.
    pub(super) fn fail_over(&mut self, g: usize) {
        let group = &self.groups[g];
        let (old, headless) = (group.primary, group.headless);
        if group.candidate != NONE || (!headless && self.usable(old)) {
            return;
        }
        let able = group.members.iter().filter(|member| (headless || member.part != old) && self.usable(member.part));
        // Of equals, the first drawn.
        let Some((part, cut)) = able.map(|member| (member.part, member.received)).rev().max_by_key(|(_, most)| *most)
        else {
            let head = self.groups[g].head;
            self.groups[g].failing = self.calendar.schedule(self.now, Delay::For(RETRY), Event::Upkeep.on(head));
            return;
        };
        if !headless {
            self.show_log(g);
        }
        (self.groups[g].headless, self.groups[g].candidate) = (true, part);
        self.cut_log(g, cut);
        // Whoever still waits at the old primary waits in vain; it may only be cut off.
        while let Some((_, index)) = self.database(old).waiting.pop_front() {
            self.statement_ends(old, index, Outcome::Failed);
        }
        let done = |member: &super::group::Member| member.part == part && member.applied == member.received;
        if self.groups[g].members.iter().any(done) {
            self.crown(g);
        }
    }

    /// Takes back all writes from this place in the log on, wherever they were applied.
    fn cut_log(&mut self, g: usize, cut: u64) {
        let group = &mut self.groups[g];
        group.account(self.now);
        let mut lost_writes = 0;
        while group.end() > cut {
            let Some(write) = group.log.pop_back() else { break };
            let place = group.base + group.log.len() as u64;
            lost_writes += u32::from(write.acknowledged);
            for member in group.members.iter().filter(|member| member.applied > place) {
                let Behavior::Database(database) = &mut self.parts[member.part as usize].behavior else { continue };
                database.versions[usize::from(write.class)][write.key as usize] = write.before;
            }
        }
        group.shown = group.shown.min(cut);
        for member in &mut group.members {
            (member.received, member.applied) = (member.received.min(cut), member.applied.min(cut));
            member.connected = false;
            member.flying.clear();
            member.answers.clear();
        }
        let head = group.head;
        self.database(head).count.lost_writes += lost_writes;
    }

    /// The candidate is the primary from now on, and the others follow it.
    pub(super) fn crown(&mut self, g: usize) {
        let group = &mut self.groups[g];
        let new = std::mem::replace(&mut group.candidate, NONE);
        (group.primary, group.headless) = (new, false);
        let parts: Vec<u32> = group.members.iter().map(|member| member.part).collect();
        // Versions are never given twice, or a stale copy would look fresh.
        let newest = parts.into_iter().map(|part| self.database(part).writes).max();
        self.database(new).writes = newest.unwrap_or(0);
        self.tell(Happening::Promoted(new));
        self.databases_wake();
    }
}
