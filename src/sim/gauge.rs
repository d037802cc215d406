//! A gauge: a number of things, and its time average over a frame.

use crate::units::Time;

/// A number of things that come and go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauge {
    /// How many there are.
    pub count: u32,
    changed: Time,
    /// Things · ns since the last harvest.
    area: u64,
}

impl Gauge {
    fn account(&mut self, now: Time) {
        self.area += now.since(self.changed).0 * u64::from(self.count);
        self.changed = now;
    }

    /// One more, or one less.
    pub fn add(&mut self, now: Time, by: i32) {
        self.account(now);
        self.count = self.count.wrapping_add_signed(by);
    }

    /// The time average over the last `span`, which ends now; starts anew.
    pub fn harvest(&mut self, now: Time, span: Time) -> f32 {
        self.account(now);
        let mean = self.area as f64 / span.0 as f64;
        self.area = 0;
        mean as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_over_time() {
        let mut gauge = Gauge::default();
        gauge.add(Time(10), 1);
        gauge.add(Time(20), 3);
        gauge.add(Time(30), -4);
        assert_eq!(gauge.harvest(Time(100), Time(100)), 0.5);
        assert_eq!(gauge.harvest(Time(200), Time(100)), 0.0);
    }
}
