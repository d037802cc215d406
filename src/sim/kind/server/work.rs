//! What a request is busy with at a server: a core, or the line; both first come, first served.

use crate::sim::attempt::{Attempts, NONE, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, Duration, Step};
use crate::sim::station::Admission;

use super::Instance;

impl Simulation {
    #[inline(always)]
    fn instance(&mut self, at: u32, index: u32) -> (&mut Instance, &mut Attempts) {
        match &mut self.parts[at as usize].behavior {
            Behavior::Server(server) => {
                (&mut server.instances[usize::from(self.attempts[index].instance)], &mut self.attempts)
            }
            _ => unreachable!("only servers have instances"),
        }
    }

    pub(super) fn wants_core(&mut self, at: u32, index: u32) {
        let now = self.now;
        let (instance, attempts) = self.instance(at, index);
        match instance.cores.admit(now, index, attempts) {
            Admission::Served => self.core_starts(at, index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingCore,
            Admission::Full => unreachable!("the run queue has no bound"),
        }
    }

    #[inline(always)]
    pub(super) fn core_starts(&mut self, at: u32, index: u32) {
        let now = self.now;
        let attempt = &mut self.attempts[index];
        // In a batch, once for each request.
        let (distribution, times) = match self.steps[attempt.step as usize] {
            Step::Cpu(distribution) => (distribution, 1),
            Step::Bulk(distribution) => (distribution, attempt.version),
            _ => return,
        };
        attempt.stage = Stage::Working;
        let part = &mut self.parts[at as usize];
        let Behavior::Server(server) = &mut part.behavior else { return };
        attempt.since = server.pause.total(now);
        let mut time = self.exponential.sample(distribution, &mut part.stream);
        for _ in 1..times {
            time += self.exponential.sample(distribution, &mut part.stream);
        }
        let mut slow = part.slow;
        if server.uneven {
            slow *= server.instances[usize::from(attempt.instance)].slowness(now, &server.settings);
        }
        let delay = Delay::For(if slow == 1.0 { time } else { time * slow });
        attempt.due = self.calendar.schedule(now, delay, Event::Done.on(index));
    }

    /// Draws a time that no fault makes slower.
    pub(super) fn service_unslowed(&mut self, at: u32, duration: Duration) -> Delay {
        let stream = &mut self.parts[at as usize].stream;
        Delay::For(self.exponential.sample(duration.distribution, stream))
    }

    /// What an attempt was busy with is over.
    pub(in crate::sim) fn server_done(&mut self, at: u32, index: u32) {
        if self.stood_still(at, index) {
            return;
        }
        match self.steps[self.attempts[index].step as usize] {
            Step::Cpu(_) | Step::Bulk(_) => self.core_done(at, index),
            Step::Send(_) => self.line_done(at, index),
            _ => {}
        }
        self.attempts[index].step += 1;
        self.server_steps(at, index);
    }

    fn core_done(&mut self, at: u32, index: u32) {
        let now = self.now;
        let (instance, attempts) = self.instance(at, index);
        instance.cores.release(now);
        if instance.cores.waiting > 0 {
            let picked = attempts[index].instance;
            self.next_core(at, picked);
        }
    }

    /// Gives a core that is free to the next in line that somebody still waits for.
    #[inline(never)]
    fn next_core(&mut self, at: u32, instance: u16) {
        let now = self.now;
        while let Behavior::Server(server) = &mut self.parts[at as usize].behavior {
            let cores = &mut server.instances[usize::from(instance)].cores;
            let Some(next) = cores.next(now, &self.attempts) else { return };
            if self.attempts[next].rare != NONE && self.attempts.deadline(next) <= now {
                cores.release(now);
                self.expire(at, next);
                continue;
            }
            let waited = now.since(self.attempts[next].since);
            self.parts[at as usize].frame.waited += waited.as_secs_f64();
            return self.core_starts(at, next);
        }
    }

    pub(super) fn wants_line(&mut self, at: u32, index: u32) {
        let now = self.now;
        let (instance, attempts) = self.instance(at, index);
        match instance.line.admit(now, index, attempts) {
            Admission::Served => self.line_starts(at, index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingCore,
            Admission::Full => unreachable!("the line has no bound"),
        }
    }

    pub(super) fn line_starts(&mut self, at: u32, index: u32) {
        let Step::Send(time) = self.steps[self.attempts[index].step as usize] else { return };
        let now = self.now;
        self.attempts[index].stage = Stage::Working;
        self.attempts[index].since = self.server(at).pause.total(now);
        self.move_on(index, Delay::For(time), Event::Done);
    }

    fn line_done(&mut self, at: u32, index: u32) {
        let now = self.now;
        let (instance, attempts) = self.instance(at, index);
        instance.line.release(now);
        if let Some(next) = instance.line.next(now, attempts) {
            let waited = now.since(attempts[next].since);
            self.parts[at as usize].frame.waited += waited.as_secs_f64();
            self.line_starts(at, next);
        }
    }
}
