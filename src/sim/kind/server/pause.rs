//! Stop-the-world: the process stands still. Work in progress finishes that much later, answers to its calls lie unread,
//! and what arrives waits at the door.

use crate::sim::attempt::Attempts;
use crate::sim::calendar::Delay;
use crate::sim::call::Reply;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::units::Time;

/// How long a server has stood still, and what waits for it to go on.
#[derive(Clone, Debug, Default)]
pub struct Pause {
    /// Pauses that are on; they may overlap.
    on: u32,
    /// Since when it stands still.
    since: Time,
    /// How long it stood still before that, ever.
    total: Time,
    /// Work whose time came up while all stood still, with what it still has to do.
    suspended: Vec<(u32, Time)>,
    /// Answers that lie unread.
    replies: Vec<(u32, Reply)>,
}

impl Pause {
    /// Whether it stands still.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.on > 0
    }

    /// How long it has ever stood still.
    #[inline]
    pub fn total(&self, now: Time) -> Time {
        if self.on > 0 { self.total + now.since(self.since) } else { self.total }
    }

    /// Leaves an answer unread.
    pub fn defer(&mut self, attempt: u32, reply: Reply) {
        self.replies.push((attempt, reply));
    }

    /// Forgets what waited in a process (or one instance of it) that has died.
    pub fn forget(&mut self, attempts: &Attempts, at: u32, instance: Option<u16>) {
        let dead = |index: u32| {
            let attempt = &attempts[index];
            attempt.at == at && instance.is_none_or(|instance| attempt.instance == instance)
        };
        self.suspended.retain(|(index, _)| !dead(*index));
        self.replies.retain(|(index, _)| !dead(*index));
    }
}

impl super::Server {
    /// Forgets what waited for the end of a pause: all instances have died.
    pub fn forget_pauses(&mut self, attempts: &Attempts, at: u32) {
        self.pause.forget(attempts, at, None);
    }
}

impl Simulation {
    /// A pause begins (`by` 1) or ends (−1).
    pub(in crate::sim) fn pause_server(&mut self, at: u32, by: i32) {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        let before = server.pause.is_on();
        server.pause.on = server.pause.on.saturating_add_signed(by);
        let after = server.pause.is_on();
        if before == after {
            return;
        }
        match after {
            true => server.pause.since = now,
            false => server.pause.total += now.since(server.pause.since),
        }
        let settings = &server.settings;
        server.instances.iter_mut().for_each(|instance| instance.open(settings, after));
        if !after {
            self.go_on(at);
        }
    }

    /// Forgets what waited for the end of a pause at an instance that has died.
    pub(super) fn forget_paused(&mut self, at: u32, instance: u16) {
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        server.pause.forget(&self.attempts, at, Some(instance));
    }

    /// All that waited for the end of a pause goes on.
    fn go_on(&mut self, at: u32) {
        let pause = &mut self.server(at).pause;
        let (suspended, replies) = (std::mem::take(&mut pause.suspended), std::mem::take(&mut pause.replies));
        let total = pause.total;
        for (index, left) in suspended {
            self.attempts[index].since = total;
            self.move_on(index, Delay::For(left), Event::Done);
        }
        self.refill_server(at);
        for (index, reply) in replies {
            self.server_resumes(at, index, reply);
        }
    }

    /// Whether work whose time is up has stood still in between; if so, it goes on for as long.
    #[inline]
    pub(super) fn stood_still(&mut self, at: u32, index: u32) -> bool {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return false };
        let left = server.pause.total(now).since(self.attempts[index].since);
        if left == Time::ZERO {
            return false;
        }
        if server.pause.is_on() {
            server.pause.suspended.push((index, left));
        } else {
            self.attempts[index].since = server.pause.total;
            self.move_on(index, Delay::For(left), Event::Done);
        }
        true
    }
}
