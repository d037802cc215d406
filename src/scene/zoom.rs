//! Which stretch of time the charts show: all of the run, its last seconds, or what was chosen.

use crate::units::Time;

/// The stretch that "the last seconds" are.
const LAST: Time = Time(30_000_000_000);
/// The shortest stretch that can be chosen.
const LENGTH_MIN: Time = Time(1_000_000_000);

/// A stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The whole run.
    #[default]
    Whole,
    /// Half a minute up to the playhead; it moves with it.
    Last,
    /// From here to there.
    Range(Time, Time),
}

impl Shown {
    /// A chosen stretch, from either end; made longer if it is too short, and the whole if it is all.
    pub fn between(a: Time, b: Time, duration: Time) -> Shown {
        let (from, to) = (a.min(b), a.max(b).min(duration));
        let length = to.since(from).max(LENGTH_MIN);
        let from = from.min(duration.since(length));
        match from == Time::ZERO && from + length >= duration {
            true => Shown::Whole,
            false => Shown::Range(from, from + length),
        }
    }

    /// Its ends.
    pub fn ends(self, playhead: Time, duration: Time) -> (Time, Time) {
        match self {
            Shown::Whole => (Time::ZERO, duration),
            Shown::Last => (playhead.since(LAST), playhead.max(LAST)),
            Shown::Range(from, to) => (from, to),
        }
    }

    /// Longer (a factor above 1) or shorter about a time, which stays where it is.
    pub fn zoomed(self, about: Time, factor: f64, playhead: Time, duration: Time) -> Shown {
        let (from, to) = self.ends(playhead, duration);
        let about = about.clamp(from, to);
        let factor = factor.max(LENGTH_MIN.as_secs_f64() / to.since(from).as_secs_f64().max(1e-9));
        let from = about.since(about.since(from) * factor);
        Shown::between(from, about + to.since(about) * factor, duration)
    }

    /// Moved by this share of its length, later or (if negative) earlier, within the run.
    pub fn moved(self, share: f64, playhead: Time, duration: Time) -> Shown {
        let Shown::Range(from, to) = self else {
            // The whole cannot move; the last seconds stay with the playhead until they are taken hold of.
            let (from, to) = self.ends(playhead, duration);
            return if self == Shown::Last {
                Shown::between(from, to, duration).moved(share, playhead, duration)
            } else {
                self
            };
        };
        let length = to.since(from);
        let by = length * share.abs();
        let from = if share < 0.0 { from.since(by) } else { (from + by).min(duration.since(length)) };
        Shown::Range(from, from + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Time = Time::from_secs(100);

    fn range(from: u64, to: u64) -> Shown {
        Shown::Range(Time::from_secs(from), Time::from_secs(to))
    }

    #[test]
    fn what_is_chosen_stays_within_the_run() {
        let between = |a, b| Shown::between(Time::from_secs(a), Time::from_secs(b), RUN);
        assert_eq!(between(40, 20), range(20, 40));
        assert_eq!(between(20, 20), range(20, 21));
        assert_eq!(between(100, 100), range(99, 100));
        assert_eq!(between(90, 500), range(90, 100));
        assert_eq!(between(0, 100), Shown::Whole);
    }

    #[test]
    fn the_time_under_the_pointer_stays() {
        let zoom = |shown: Shown, about, factor| shown.zoomed(Time::from_secs(about), factor, Time::from_secs(50), RUN);
        assert_eq!(zoom(Shown::Whole, 50, 0.5), range(25, 75));
        assert_eq!(zoom(range(20, 40), 20, 0.5), range(20, 30));
        assert_eq!(zoom(range(20, 40), 30, 2.0), range(10, 50));
        assert_eq!(zoom(range(20, 40), 30, 100.0), Shown::Whole);
        assert_eq!(zoom(range(20, 22), 21, 0.001).ends(Time::ZERO, RUN).1.as_secs_f64(), 21.5);
        assert_eq!(Shown::Last.ends(Time::from_secs(10), RUN), (Time::ZERO, Time::from_secs(30)));
    }

    #[test]
    fn moves_stop_at_the_ends() {
        let moved = |shown: Shown, share| shown.moved(share, Time::from_secs(50), RUN);
        assert_eq!(moved(range(20, 40), 0.5), range(30, 50));
        assert_eq!(moved(range(20, 40), -5.0), range(0, 20));
        assert_eq!(moved(range(20, 40), 5.0), range(80, 100));
        assert_eq!(moved(Shown::Whole, 0.5), Shown::Whole);
        assert_eq!(moved(Shown::Last, -0.5), range(5, 35));
    }
}
