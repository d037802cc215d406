//! The list of sampled requests around the playhead: failed ones first, then the slowest.

use crate::metrics::{Recording, Trip};
use crate::sim::Outcome;
use crate::units::Time;

/// How far back the list looks from the playhead: requests that were under way, or ended, since then.
pub const WINDOW: Time = Time(10_000_000_000);
/// A request that began longer ago than this before the window is not looked for.
const LIFE_MAX: Time = Time(60_000_000_000);
/// Requests that are listed.
pub const LISTED_MAX: usize = 60;

/// Which requests are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    #[default]
    All,
    /// Those without a good answer.
    Failed,
    /// Those answered.
    Answered,
    /// Those still under way.
    UnderWay,
    /// Those of which some attempt was a retry.
    Retried,
}

impl Wanted {
    /// All of them, in the order of the screen.
    pub const ALL: [Wanted; 5] = [Wanted::All, Wanted::Failed, Wanted::Answered, Wanted::UnderWay, Wanted::Retried];

    /// For the list to choose from.
    pub fn word(self) -> &'static str {
        match self {
            Wanted::All => "all",
            Wanted::Failed => "failed",
            Wanted::Answered => "answered",
            Wanted::UnderWay => "under way",
            Wanted::Retried => "with retries",
        }
    }
}

/// One request of the list, as it stands at the playhead.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The trip's number in the recording.
    pub number: usize,
    /// The number of its request class.
    pub class: u16,
    /// When the user wanted it.
    pub wanted: Time,
    /// How long the user waited, or has waited by now.
    pub took: Time,
    /// How it ended; none while under way.
    pub outcome: Option<Outcome>,
    /// Attempts made for it, on all wires.
    pub attempts: usize,
    /// Of these, retries.
    pub retries: usize,
}

impl Entry {
    fn of(number: usize, trip: &Trip, playhead: Time) -> Entry {
        let ended = trip.ended.filter(|(at, _)| *at <= playhead);
        let sent = || trip.spans.iter().filter(|span| span.sent <= playhead);
        Entry {
            number,
            class: trip.class,
            wanted: trip.wanted,
            took: ended.map_or(playhead, |(at, _)| at).since(trip.wanted),
            outcome: ended.map(|(_, outcome)| outcome),
            attempts: sent().count(),
            retries: sent().filter(|span| span.attempt > 1).count(),
        }
    }

    fn failed(&self) -> bool {
        !matches!(self.outcome, None | Some(Outcome::Ok | Outcome::Degraded))
    }

    fn is(&self, wanted: Wanted) -> bool {
        match wanted {
            Wanted::All => true,
            Wanted::Failed => self.failed(),
            Wanted::Answered => self.outcome.is_some() && !self.failed(),
            Wanted::UnderWay => self.outcome.is_none(),
            Wanted::Retried => self.retries > 0,
        }
    }

    /// Whether it stands before the other in the list.
    fn before(&self, other: &Entry) -> bool {
        (self.failed(), self.took) > (other.failed(), other.took)
    }
}

/// The requests around the playhead, of this sort and (if named) this class; how many there are, and the first of them.
pub fn requests(recording: &Recording, playhead: Time, wanted: Wanted, class: Option<u16>) -> (usize, Vec<Entry>) {
    let since = playhead.since(WINDOW);
    let begin = recording.trips.partition_point(|trip| trip.wanted < since.since(LIFE_MAX));
    let end = recording.trips.partition_point(|trip| trip.wanted <= playhead);
    let (mut count, mut listed) = (0, Vec::<Entry>::new());
    for (offset, trip) in recording.trips[begin..end.max(begin)].iter().enumerate() {
        let over = trip.ended.is_some_and(|(at, _)| at < since);
        if over || class.is_some_and(|class| class != trip.class) {
            continue;
        }
        let entry = Entry::of(begin + offset, trip, playhead);
        if !entry.is(wanted) {
            continue;
        }
        count += 1;
        let place = listed.partition_point(|other| !entry.before(other));
        if place < LISTED_MAX {
            listed.truncate(LISTED_MAX - 1);
            listed.insert(place, entry);
        }
    }
    (count, listed)
}
