//! The life of a statement: row lock, page, core, log, commit; it holds its connection and its place all the while.

use crate::sim::Outcome;
use crate::sim::attempt::{NONE, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, Duration};
use crate::sim::station::Admission;

use super::writes;

/// How far a statement is, in its attempt's `step`: it is served, without a core of its own to wait for. All that a
/// plain database knows.
pub const SERVED: u32 = 0;
/// It waits for its row lock.
const LOCK: u32 = 1;
/// Its page is read from the disk.
const PAGE: u32 = 2;
/// It is served on a core, or waits for one.
const CORE: u32 = 3;
/// Its write goes to the log.
const LOG: u32 = 4;
/// It is in the log and waits for replicas.
pub(super) const COMMITTED: u32 = 5;

impl Simulation {
    /// A statement has its place.
    pub(in crate::sim) fn statement_begins(&mut self, at: u32, index: u32) {
        let writing = writes(&self.attempts[index], &self.classes);
        let database = self.database(at);
        if writing && database.full {
            return self.leave(at, index, Outcome::Failed);
        }
        if database.settings.quorum.is_some() {
            // A cluster without a leader knows no transactions.
            return match self.attempts[index].op.is_transaction() {
                true => self.leave(at, index, Outcome::Failed),
                false if self.attempts[index].fence != 0 && !self.lock_admits(at, index) => {
                    self.leave(at, index, Outcome::Failed)
                }
                false => self.coordinate(at, index),
            };
        }
        if (writing && !self.takes_writes(at)) || self.transaction_is_over(index) {
            return self.leave(at, index, Outcome::Failed);
        }
        match self.attempts[index].op {
            // What was prepared is logged and shown, or forgotten.
            Op::Commit => return self.statement_logs(at, index),
            Op::Abort => return self.statement_ends(at, index, Outcome::Ok),
            _ => self.first_key(index),
        }
        self.attempts[index].step = LOCK;
        match writing && self.database(at).settings.locks {
            true => self.statement_locks(at, index),
            false => self.statement_reads_page(at, index),
        }
    }

    /// Takes the lock of its key; a transaction, of all its keys in their order.
    fn statement_locks(&mut self, at: u32, index: u32) {
        match self.takes_lock(at, index) {
            true => self.lock_given(at, index),
            false => self.attempts[index].stage = Stage::WaitingCore,
        }
    }

    pub(super) fn lock_given(&mut self, at: u32, index: u32) {
        if let Some(key) = self.next_key(index) {
            self.attempts[index].key = key;
            return self.statement_locks(at, index);
        }
        self.first_key(index);
        self.statement_reads_page(at, index);
    }

    fn takes_lock(&mut self, at: u32, index: u32) -> bool {
        let (now, space, own) = (self.now, self.space_of(index), self.prepared_holder(index));
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return true };
        database.locks.as_mut().is_none_or(|locks| locks.take(now, space, index, own, &mut self.attempts))
    }

    /// Reads the page of its key, unless memory holds it.
    fn statement_reads_page(&mut self, at: u32, index: u32) {
        let (class, key) = (self.space_of(index), self.attempts[index].key);
        let database = self.database(at);
        if database.settings.disk.is_some()
            && let Some(buffer) = database.disk.as_mut().and_then(|disk| disk.buffer.as_mut())
        {
            let hit = buffer.touch(class, key);
            *if hit { &mut database.count.hits } else { &mut database.count.misses } += 1;
            if !hit {
                self.attempts[index].step = PAGE;
                return self.wants_disk(at, index);
            }
        }
        self.statement_computes(at, index);
    }

    fn statement_computes(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Behavior::Database(database) = &mut self.parts[at as usize].behavior else { return };
        if database.settings.cores.is_none() {
            self.attempts[index].step = SERVED;
            return self.statement_is_served(at, index);
        }
        self.attempts[index].step = CORE;
        let Some(cores) = &mut database.cores else { return };
        match cores.admit(now, index, &mut self.attempts) {
            Admission::Served => self.statement_is_served(at, index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingCore,
            Admission::Full => unreachable!("the run queue has no bound"),
        }
    }

    fn statement_is_served(&mut self, at: u32, index: u32) {
        self.attempts[index].stage = Stage::Working;
        let Behavior::Database(database) = &self.parts[at as usize].behavior else { return };
        let duration = *database.statement(&self.attempts[index], &self.classes);
        let query = self.classes[usize::from(self.attempts[index].class)].cost.query;
        let stretch = stretch(&database.settings, database.station.busy) * query;
        let delay = match stretch == 1.0 {
            true => self.service(at, duration),
            false => self.stretched(at, duration, stretch),
        };
        self.move_on(index, delay, Event::Done);
    }

    fn stretched(&mut self, at: u32, duration: Duration, stretch: f64) -> Delay {
        let part = &mut self.parts[at as usize];
        Delay::For(self.exponential.sample(duration.distribution, &mut part.stream) * (part.slow * stretch))
    }

    /// A stage of a statement is over.
    pub(in crate::sim) fn statement_done(&mut self, at: u32, index: u32) {
        if self.attempts[index].wire == NONE {
            return self.node_done(at, index);
        }
        match self.attempts[index].step {
            PAGE => {
                self.disk_done(at);
                let (class, key) = (self.space_of(index), self.attempts[index].key);
                if let Some(buffer) = self.database(at).disk.as_mut().and_then(|disk| disk.buffer.as_mut()) {
                    buffer.put(class, key);
                }
                self.statement_computes(at, index);
            }
            CORE => {
                let now = self.now;
                self.database(at).cores.iter_mut().for_each(|cores| cores.release(now));
                self.refill_statements(at);
                self.statement_logs(at, index);
            }
            LOG => self.log_done(at, index),
            _ => self.statement_logs(at, index),
        }
    }

    /// Lets statements on that wait for a core, a disk, where there is more room now than before.
    pub(super) fn refill_statements(&mut self, at: u32) {
        let now = self.now;
        while let Behavior::Database(database) = &mut self.parts[at as usize].behavior {
            let Some(next) = database.cores.as_mut().and_then(|cores| cores.next(now, &self.attempts)) else { break };
            self.parts[at as usize].frame.waited += now.since(self.attempts[next].since).as_secs_f64();
            self.statement_is_served(at, next);
        }
        self.refill_disk(at);
        self.refill_nodes(at);
    }

    fn statement_logs(&mut self, at: u32, index: u32) {
        if self.attempts[index].op != Op::Commit
            && let Some(key) = self.next_key(index)
        {
            self.attempts[index].key = key;
            return self.statement_reads_page(at, index);
        }
        let writing = writes(&self.attempts[index], &self.classes);
        if writing && self.database(at).settings.disk.is_some() {
            self.attempts[index].step = LOG;
            return self.wants_log(at, index);
        }
        self.statement_commits(at, index);
    }

    /// The statement takes effect. A write may have to wait for replicas.
    pub(super) fn statement_commits(&mut self, at: u32, index: u32) {
        let fenced = self.attempts[index].fence != 0 && !self.lock_admits(at, index);
        if fenced || self.transaction_is_over(index) {
            return self.statement_ends(at, index, Outcome::Failed);
        }
        if self.attempts[index].op == Op::Prepare {
            self.keep_rows(at, index);
            return self.leave(at, index, Outcome::Ok);
        }
        if self.database(at).group != NONE {
            return self.commit_in_group(at, index);
        }
        if self.attempts[index].op.is_transaction() {
            let keys = self.written_keys(index);
            self.database(at).write_all(&keys);
        } else if let Behavior::Database(database) = &mut self.parts[at as usize].behavior {
            database.execute(&mut self.attempts[index], &self.classes);
        }
        self.statement_ends(at, index, Outcome::Ok);
    }

    /// The statement is over: whoever waits for its key goes on.
    pub(super) fn statement_ends(&mut self, at: u32, index: u32, outcome: Outcome) {
        self.give_locks(at, index);
        self.leave(at, index, outcome);
    }

    /// What is done for no caller is lost with its component: copies of keys, and work of a cluster's nodes.
    pub(in crate::sim) fn lose_inner_work(&mut self, at: u32) {
        if !matches!(self.parts[at as usize].behavior, Behavior::Database(_) | Behavior::Router(_)) {
            return;
        }
        let mut moved = Vec::new();
        let inner = |attempt: &crate::sim::attempt::Attempt| {
            attempt.at == at && attempt.wire == NONE && attempt.op != Op::Serve && attempt.op != Op::Probe
        };
        for index in self.attempts.which(inner) {
            let parent = self.attempts[index].parent;
            if parent != NONE {
                self.attempts[parent].child = NONE;
            }
            if self.attempts[index].op == Op::Copy {
                moved.push(index);
            } else {
                self.attempts.remove(index);
            }
        }
        moved.into_iter().for_each(|index| self.lose_copy(at, index));
    }
}

/// How many times longer a statement takes with `n` in progress: Gunther's Universal Scalability Law (Gunther 1993) as
/// a queueing effect. Throughput n / (S · stretch) is then λn / (1 + α(n−1) + βn(n−1)): contention α is the serial
/// share (Amdahl), coherency β the cost of each pair that must agree.
fn stretch(settings: &crate::design::Database, n: u32) -> f64 {
    let n = f64::from(n.max(1));
    1.0 + settings.contention * (n - 1.0) + settings.coherency * n * (n - 1.0)
}
