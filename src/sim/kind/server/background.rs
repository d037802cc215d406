//! Work after the answer: a server that answers first goes on by itself, keeps a connection open, or collects a batch.

use crate::sim::attempt::{NONE, Stage};
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Duration;
use crate::sim::{Outcome, kind::server::agenda::Chore};
use crate::units::Distribution;

/// A batch that is being filled. The first request of it keeps its slot, and works for all of them.
#[derive(Clone, Debug)]
pub struct OpenBatch {
    class: u16,
    first: u32,
    /// How many requests are in it.
    pub count: u32,
}

impl Simulation {
    /// Answers now; what is left of the plan is done for nobody in particular, with the same slot.
    pub(super) fn answer_first(&mut self, at: u32, index: u32) {
        let mut rest = self.attempts[index].clone();
        (rest.parent, rest.child, rest.wire) = (NONE, NONE, NONE);
        (rest.timer, rest.due, rest.trip, rest.counts) = (0, 0, 0, false);
        rest.step += 1;
        rest.stage = Stage::Working;
        let rest = self.attempts.add(rest);
        self.answer(index, Outcome::Ok);
        self.server_steps(at, rest);
    }

    /// A connection stays open: it takes its slot and its memory, but no core.
    pub(super) fn hold_open(&mut self, at: u32, index: u32, distribution: Distribution) {
        self.attempts[index].stage = Stage::Working;
        let now = self.now;
        let paused = self.server(at).pause.total(now);
        self.attempts[index].since = paused;
        let time = self.service_unslowed(at, Duration { distribution, constant: None });
        self.move_on(index, time, Event::Done);
    }

    /// Joins the batch of its class, or begins one.
    pub(super) fn join_batch(&mut self, at: u32, index: u32) {
        let (class, instance) = (self.attempts[index].class, self.attempts[index].instance);
        let server = self.server(at);
        let Some(batch) = server.settings.batch.clone() else { return self.leave(at, index, Outcome::Ok) };
        let open = &mut server.instances[usize::from(instance)].batches;
        match open.iter_mut().find(|open| open.class == class) {
            Some(open) => {
                open.count += 1;
                let full = open.count >= batch.size;
                self.leave(at, index, Outcome::Ok);
                if full {
                    self.flush_batch(at, instance, class);
                }
            }
            None => {
                open.push(OpenBatch { class, first: index, count: 1 });
                self.attempts[index].stage = Stage::Calling;
                match batch.size {
                    1 => self.flush_batch(at, instance, class),
                    _ => self.plan_chore(at, batch.every, Chore::Flush(instance, class)),
                }
            }
        }
    }

    /// A batch is full, or old enough: it is worked off.
    pub(super) fn flush_batch(&mut self, at: u32, instance: u16, class: u16) {
        let server = self.server(at);
        server.agenda.cancel(|chore| chore == Chore::Flush(instance, class));
        let open = &mut server.instances[usize::from(instance)].batches;
        let Some(found) = open.iter().position(|open| open.class == class) else { return };
        let batch = open.swap_remove(found);
        // Nobody reads a version of it: it says for how many it works.
        let first = &mut self.attempts[batch.first];
        first.version = batch.count;
        first.step += 1;
        self.server_steps(at, batch.first);
    }
}
