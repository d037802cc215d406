//! The streams from a primary to its replicas, and their acknowledgements.
//!
//! A message over a replica's wire says "the log up to here", as a stream does: what was lost on a cut wire is sent again
//! when it is whole. A replica keeps what it has received over a crash.

use crate::design::Replication;
use crate::units::Time;

use crate::sim::Outcome;
use crate::sim::attempt::NONE;
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::line::Passage;
use crate::sim::part::Behavior;

/// Writes that a group's log holds at most. A replica further behind gets the oldest as a fresh copy, at no cost.
const LOG_MAX: usize = 500_000;

/// How long a stream waits before it sends again what got lost (the least that Linux waits; RFC 6298).
const RESEND: Time = Time::from_millis(200);
/// After this long something gets through: no line loses everything for ever.
const LOST_MAX: Time = Time::from_secs(60);

impl Simulation {
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
    pub(super) fn ship(&mut self, g: usize, m: usize) {
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
        let line = self.line(g, m)? as usize;
        let wire = &mut self.wires[line];
        let mut takes = wire.one_way();
        let plain = wire.plain;
        let way = wire.latency.filter(|_| plain);
        if !plain {
            takes = Time::ZERO;
            // A stream sends again what got lost.
            loop {
                match wire.pass(self.now, 0) {
                    Passage::Lost if takes < LOST_MAX => takes += RESEND,
                    Passage::Lost => break,
                    Passage::Takes(time) => {
                        takes += time;
                        break;
                    }
                }
            }
        }
        let member = &mut self.groups[g].members[m];
        let arrives = (self.now + takes).max(member.last);
        // What was sent before over a slower line arrives before.
        let in_order = arrives == self.now + takes;
        let delay = match way.filter(|_| in_order) {
            Some(way) => way,
            None if arrives == self.now => return None,
            None => Delay::For(arrives.since(self.now)),
        };
        member.last = arrives;
        Some(self.calendar.schedule(self.now, delay, Event::Upkeep.on(member.part)))
    }

    pub(super) fn log_arrives(&mut self, g: usize, m: usize, upto: u64) {
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

    /// A replica tells the primary how far it is.
    pub(super) fn acknowledge(&mut self, g: usize, m: usize, upto: u64) {
        if !self.reachable(g, m) {
            self.groups[g].members[m].connected = false;
            return;
        }
        // Acknowledgements are in order by themselves; they share the line's clock with what comes the other way.
        match self.message(g, m) {
            None => self.acknowledgement_arrives(g, m, upto),
            Some(seq) => self.groups[g].members[m].answers.push_back((seq, upto)),
        }
    }

    pub(super) fn acknowledgement_arrives(&mut self, g: usize, m: usize, upto: u64) {
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
        self.show(g, confirmed);
        while let Some((_, index)) = self.database(primary).waiting.pop_front_if(|(place, _)| *place <= confirmed) {
            self.statement_ends(primary, index, Outcome::Ok);
        }
        self.trim(g);
    }

    /// Reads at the primary see the log up to here, and its users know.
    fn show(&mut self, g: usize, upto: u64) {
        let group = &mut self.groups[g];
        let Behavior::Database(database) = &mut self.parts[group.primary as usize].behavior else { return };
        group.shown = group.shown.max(group.base);
        while group.shown < upto.min(group.end()) {
            let write = &mut group.log[(group.shown - group.base) as usize];
            (write.acknowledged, write.visible) = (true, true);
            let (user, class, key, version) = (write.user, write.class, write.key, write.version);
            let known = &mut database.versions[usize::from(class)][key as usize];
            *known = version.max(*known);
            group.remember(user, class, key, version);
            group.shown += 1;
        }
    }

    /// Streams that can stand again do so: what was missed is sent again.
    pub(in crate::sim) fn databases_wake(&mut self) {
        self.settle_orphans();
        (0..self.parts.len() as u32).for_each(|at| self.send_hints(at));
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
    pub(super) fn trim(&mut self, g: usize) {
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
}
