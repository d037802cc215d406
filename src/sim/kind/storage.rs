//! Object storage: a time to the first byte, then a line that all transfers share in turn.

use crate::design;
use crate::units::Time;

use crate::sim::attempt::{Attempt, Op, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::{Behavior, Class, Duration};
use crate::sim::station::{Admission, Station};
use crate::sim::{ComponentFrame, FRAME, Outcome};

/// Object storage at run time.
#[derive(Clone, Debug)]
pub struct Storage {
    /// What the design says.
    pub settings: design::ObjectStorage,
    /// Requests under way and waiting.
    pub station: Station,
    /// The line: one transfer at a time, at full bandwidth.
    pub line: Station,
    /// The time to the first byte.
    pub latency: Duration,
}

impl Storage {
    /// Empty storage.
    pub fn new(settings: &design::ObjectStorage) -> Storage {
        Storage {
            settings: settings.clone(),
            station: Station::new(settings.concurrency, settings.capacity),
            line: Station::new(1, u32::MAX),
            latency: Duration { distribution: settings.latency, constant: None },
        }
    }

    /// Takes over what the design says.
    pub fn configure(&mut self, settings: &design::ObjectStorage, latency: Duration) {
        self.settings = settings.clone();
        self.latency = latency;
        (self.station.servers, self.station.capacity) = (settings.concurrency, settings.capacity);
    }

    fn transfer(&self, attempt: &Attempt, classes: &[Class]) -> Time {
        let cost = &classes[usize::from(attempt.class)].cost;
        let bytes = match attempt.op {
            Op::Put => cost.body,
            Op::Serve if cost.body.0 > 0 => cost.body,
            _ => cost.response,
        };
        Time::from_secs_f64(bytes.0 as f64 / self.settings.bandwidth.0 as f64)
    }

    /// Loses all work in hand; what is stored stays.
    pub fn clear(&mut self, now: Time) {
        self.station.clear(now);
        self.line.clear(now);
    }

    /// Fills in the frame that ends now: the line is what is busy.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        let (held, waiting) = self.station.harvest(now, FRAME);
        let (busy, queued) = self.line.harvest(now, FRAME);
        (frame.busy, frame.servers) = (busy, 1.0);
        (frame.held, frame.slots) = (held, self.station.servers as f32);
        frame.waiting = waiting + queued;
        frame.capacity = self.station.capacity as f32;
    }
}

/// Marks that an attempt has its first byte and is on the line.
const ON_LINE: u32 = 1;

impl Simulation {
    pub(super) fn storage_done(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Behavior::Storage(storage) = &mut self.parts[at as usize].behavior else { return };
        if self.attempts[index].step != ON_LINE {
            self.attempts[index].step = ON_LINE;
            match storage.line.admit(now, index, &mut self.attempts) {
                Admission::Served => self.transfer_starts(at, index),
                Admission::Waits => self.attempts[index].stage = Stage::WaitingCore,
                Admission::Full => unreachable!("the line has no bound"),
            }
            return;
        }
        storage.line.release(now);
        if let Some(next) = storage.line.next(now, &self.attempts) {
            let waited = now.since(self.attempts[next].since);
            self.parts[at as usize].frame.waited += waited.as_secs_f64();
            self.transfer_starts(at, next);
        }
        self.leave(at, index, Outcome::Ok);
    }

    fn transfer_starts(&mut self, at: u32, index: u32) {
        let part = &self.parts[at as usize];
        let Behavior::Storage(storage) = &part.behavior else { return };
        let time = storage.transfer(&self.attempts[index], &self.classes) * part.slow;
        self.attempts[index].stage = Stage::Working;
        self.move_on(index, Delay::For(time), Event::Done);
    }
}

impl Simulation {
    /// Takes over what the design says.
    pub(in crate::sim) fn configure_storage(&mut self, at: u32, settings: &design::ObjectStorage) {
        let latency = self.prepared(settings.latency);
        if let Behavior::Storage(storage) = &mut self.parts[at as usize].behavior {
            storage.configure(settings, latency);
        }
    }
}
