//! What each component kind does, one file for each.

mod balancer;
mod broker;
mod cache;
mod cdn;
mod clients;
mod database;
mod locks;
mod dns;
mod external;
mod gateway;
mod recent;
mod router;
mod server;
mod storage;
mod transaction;
mod worker;

pub use balancer::{Balancer, Duties, PeakEwma, Pool, Work, nearest, user_hash};
pub use broker::{Broker, Ledger};
pub use cache::Cache;
pub use cdn::Cdn;
pub use clients::Clients;
pub use database::{Database, Group};
pub use dns::Dns;
pub use external::External;
pub use gateway::Gateway;
pub use locks::Locks;
pub use recent::USER_BITS;
pub use router::Router;
pub use server::Server;
pub use storage::Storage;
pub use transaction::Transactions;
pub use worker::Inbox;

use super::attempt::{NONE, Op, Stage};
use super::engine::Simulation;
use super::event::Event;
use super::part::Behavior;
use super::station::Admission;
use super::{Outcome, Step};
use crate::units::Time;
use database::SERVED;

impl Simulation {
    /// An attempt enters the waiting room of a component that has one.
    #[inline]
    pub(super) fn enter(&mut self, at: u32, index: u32) {
        if self.attempts[index].op == Op::Consume {
            return self.inbox_takes(at, index);
        }
        let Some(station) = self.parts[at as usize].behavior.station() else { return self.enter_server(at, index) };
        self.attempts[index].since = self.now;
        match station.admit(self.now, index, &mut self.attempts) {
            Admission::Served => self.begin(index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingSlot,
            Admission::Full => self.shed(at, index),
        }
    }

    /// A component starts on an attempt that its waiting room has let in.
    pub(super) fn begin(&mut self, index: u32) {
        let now = self.now;
        let attempt = &mut self.attempts[index];
        let (at, op, since) = (attempt.at, attempt.op, attempt.since);
        attempt.stage = Stage::Working;
        if attempt.rare != NONE && self.is_overdue(index) {
            return self.expire(at, index);
        }
        self.mark(index, Step::Began);
        let attempt = &mut self.attempts[index];
        if op == Op::Probe {
            return self.leave(at, index, Outcome::Ok);
        }
        let waited = now.since(since);
        let part = &mut self.parts[at as usize];
        part.frame.began += 1;
        if waited > Time::ZERO {
            part.frame.waited += waited.as_secs_f64();
        }
        let duration = match &part.behavior {
            Behavior::Server(_) => return self.server_begins(at, index, waited),
            Behavior::Cache(cache) => &cache.lookup,
            Behavior::Cdn(cdn) => &cdn.lookup,
            Behavior::Database(database) if database.plain => {
                attempt.step = SERVED;
                database.statement(attempt, &self.classes)
            }
            Behavior::Database(_) => return self.statement_begins(at, index),
            Behavior::Storage(storage) => &storage.latency,
            Behavior::Broker(broker) if broker.promises() => {
                let publish = broker.publish;
                let rest = self.promise(index);
                let delay = self.service(at, publish);
                return self.move_on(rest, delay, Event::Done);
            }
            Behavior::Broker(broker) => &broker.publish,
            Behavior::Locks(locks) => &locks.operation,
            Behavior::External(external) => &external.latency,
            Behavior::Balancer(_) | Behavior::Gateway(_) => return self.duty_begins(at, index),
            Behavior::Clients(_) | Behavior::Dns(_) | Behavior::Router(_) => unreachable!("they have no waiting room"),
        };
        let delay = duration.draw(&self.exponential, &mut part.stream, part.slow);
        attempt.due = self.calendar.schedule(now, delay, Event::Done.on(index));
    }

    /// A service is over.
    pub(super) fn done(&mut self, index: u32) {
        let at = self.attempts[index].at;
        match &mut self.parts[at as usize].behavior {
            Behavior::Server(_) => self.server_done(at, index),
            Behavior::Cache(_) => self.cache_done(at, index),
            Behavior::Cdn(_) => self.cdn_done(at, index),
            Behavior::Database(database) if !database.plain || self.attempts[index].step != SERVED => {
                self.statement_done(at, index);
            }
            Behavior::Database(_) if self.attempts[index].fence != 0 => {
                let admitted = self.lock_admits(at, index);
                if let (true, Behavior::Database(database)) = (admitted, &mut self.parts[at as usize].behavior) {
                    database.execute(&mut self.attempts[index], &self.classes);
                }
                self.leave(at, index, if admitted { Outcome::Ok } else { Outcome::Failed });
            }
            Behavior::Database(database) => {
                database.execute(&mut self.attempts[index], &self.classes);
                self.leave(at, index, Outcome::Ok);
            }
            Behavior::Storage(_) => self.storage_done(at, index),
            Behavior::Broker(_) => self.broker_done(at, index),
            Behavior::Locks(_) => self.locks_done(at, index),
            Behavior::External(_) => self.external_done(at, index),
            Behavior::Balancer(_) | Behavior::Gateway(_) => self.duty_done(at, index),
            Behavior::Dns(_) => self.looked_up(at, index),
            Behavior::Clients(_) | Behavior::Router(_) => unreachable!("they serve nothing"),
        }
    }

    /// A store's own work is due.
    pub(super) fn upkeep(&mut self, at: u32, seq: u32) {
        match &self.parts[at as usize].behavior {
            Behavior::Cache(_) => self.flush_due(at, seq),
            Behavior::Database(_) => {
                self.send_hints(at);
                self.replication_goes_on(at, seq);
            }
            Behavior::Router(_) => self.move_next_key(at, seq),
            Behavior::Broker(_) => self.nodes_go_on(at, seq),
            _ => {}
        }
    }

    /// An attempt leaves the component's station, with an answer; the next in line is let in.
    pub(super) fn leave(&mut self, at: u32, index: u32, outcome: Outcome) {
        let attempt = &self.attempts[index];
        if attempt.op == Op::Consume {
            return self.inbox_leaves(at, index, outcome);
        }
        let inner = attempt.wire == NONE;
        self.free_slot(at, index);
        if inner {
            return self.work_after_ends(at, index, outcome);
        }
        self.answer_now(index, outcome);
    }

    /// Frees a place of a component's station; the next in line is let in.
    #[inline(always)]
    pub(super) fn free_slot(&mut self, at: u32, index: u32) {
        let Some(station) = self.parts[at as usize].behavior.station() else { return self.free_place(at, index) };
        station.release(self.now);
        if let Some(next) = station.next(self.now, &self.attempts) {
            // Not at once: a chain of answers that take no time would nest without bound.
            self.ready.push_back(next);
        }
    }
}
