//! Somebody else's API: a latency, a rate limit, a bill.

use crate::design;
use crate::units::Time;

use crate::sim::engine::Simulation;
use crate::sim::figure::Figure;
use crate::sim::limiter::Limiter;
use crate::sim::part::{Behavior, Duration};
use crate::sim::station::Station;
use crate::sim::{ComponentFrame, FRAME, Outcome};

/// A third party's API at run time.
#[derive(Clone, Debug)]
pub struct External {
    /// What the design says.
    pub settings: design::External,
    /// Calls worked on and waiting.
    pub station: Station,
    /// The time of a call.
    pub latency: Duration,
    /// Its rate limit.
    pub limiter: Option<Limiter>,
    /// Calls it refused in this frame.
    pub limited: u32,
    /// Calls it answered in this frame.
    answered: u32,
}

impl External {
    /// An API that nobody has called.
    pub fn new(settings: &design::External) -> External {
        External {
            settings: settings.clone(),
            station: Station::new(settings.concurrency, settings.capacity),
            latency: Duration { distribution: settings.latency, constant: None },
            limiter: settings.limit.as_ref().map(Limiter::new),
            limited: 0,
            answered: 0,
        }
    }

    fn configure(&mut self, settings: &design::External, latency: Duration) {
        if self.settings.limit != settings.limit {
            self.limiter = settings.limit.as_ref().map(Limiter::new);
        }
        self.settings = settings.clone();
        self.latency = latency;
        (self.station.servers, self.station.capacity) = (settings.concurrency, settings.capacity);
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        (frame.busy, frame.waiting) = self.station.harvest(now, FRAME);
        frame.servers = self.station.servers as f32;
        frame.capacity = self.station.capacity as f32;
        if self.limiter.is_some() {
            frame.figures.push((Figure::Limited, self.limited as f32));
        }
        let spent = f64::from(self.answered) * self.settings.price.0 / 1e6;
        frame.figures.push((Figure::Spent, spent as f32));
        (self.limited, self.answered) = (0, 0);
    }
}

impl Simulation {
    pub(super) fn external_done(&mut self, at: u32, index: u32) {
        if self.was_held_back(at, index) {
            return self.enter(at, index);
        }
        if let Behavior::External(external) = &mut self.parts[at as usize].behavior {
            external.answered += 1;
        }
        self.leave(at, index, Outcome::Ok);
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_external(&mut self, at: u32, settings: &design::External) {
        let latency = self.prepared(settings.latency);
        if let Behavior::External(external) = &mut self.parts[at as usize].behavior {
            external.configure(settings, latency);
        }
    }
}
