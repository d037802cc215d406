//! What happens in a run, in words: for the live region, the marks of the track, and toasts.

use crate::metrics::Recording;
use crate::sim::{Happening, Parts};
use crate::units::Time;

use super::plot::{clock, short};
use super::track::component;

/// One happening as a sentence without its full stop.
pub fn happening(what: &Happening, parts: &Parts) -> String {
    let name = |index: &u32| component(parts, *index);
    let wire = |index: &u32| match parts.wires.get(*index as usize) {
        Some((from, to)) => format!("{} to {}", component(parts, *from), component(parts, *to)),
        None => "?".to_owned(),
    };
    let callee = |index: &u32| parts.wires.get(*index as usize).map_or("?", |(_, to)| component(parts, *to));
    let times = |percent: &u32| short(f64::from(*percent) / 100.0);
    match what {
        Happening::Crashed(index) => format!("{} crashed", name(index)),
        Happening::Booting(index) => format!("{} is starting again", name(index)),
        Happening::Recovered(index) => format!("{} works again", name(index)),
        Happening::Slowed(index, percent) => format!("{} became {} times slower", name(index), times(percent)),
        Happening::WireSlowed(index, percent) => {
            format!("the wire from {} became {} times slower", wire(index), times(percent))
        }
        Happening::CutOff(index) => format!("{} was cut off", name(index)),
        Happening::WireCut(index) => format!("the wire from {} was cut", wire(index)),
        Happening::WireRecovered(index) => format!("the wire from {} works again", wire(index)),
        Happening::Lossy(name, thousandths) => {
            format!("{name} loses {}% of its packets", short(f64::from(*thousandths) / 10.0))
        }
        Happening::Delayed(name, millis) => format!("packets of {name} take {millis} ms longer"),
        Happening::RegionCutOff(name) => format!("the region {name} was cut off"),
        Happening::NetworkRecovered(name) => format!("the network of {name} works again"),
        Happening::Flushed(index) => format!("{} forgot everything", name(index)),
        Happening::DiskFull(index) => format!("the disk of {} is full", name(index)),
        Happening::Promoted(index) => format!("{} is the primary now", name(index)),
        Happening::OutOfMemory(index) => format!("{} ran out of memory and was killed", name(index)),
        Happening::InstancesDied(index, count) => format!("{count} instances of {} died", name(index)),
        Happening::Scaled(index, instances) => format!("{} has {instances} instances serving", name(index)),
        Happening::Resizing(index) => format!("{} moves to another machine", name(index)),
        Happening::Deploying(index, 100) => format!("{} is being deployed", name(index)),
        Happening::Deploying(index, percent) => {
            format!("{} is being deployed, {} times slower", name(index), f64::from(*percent) / 100.0)
        }
        Happening::Paused(index) => format!("{} stands still", name(index)),
        Happening::Leaking(index) => format!("{} began to leak memory", name(index)),
        Happening::HotKey(index) => format!("{} all ask for one key", name(index)),
        Happening::Surged(index, percent) => {
            format!("{} come {} times as often", name(index), f64::from(*percent) / 100.0)
        }
        Happening::Overflowed(index) => format!("{} is full and turns requests away", name(index)),
        Happening::LeaderElected(index) => format!("a follower leads the nodes of {} now", name(index)),
        Happening::Rebalancing(index) => format!("the consumers of {} share its partitions anew", name(index)),
        Happening::DeadLettered(index) => format!("{} gave up on a message", name(index)),
        Happening::LeaseLost(index) => format!("a lease of {} ran out before its holder let go", name(index)),
        Happening::BreakerOpened(index) => format!("the breaker from {} opened", wire(index)),
        Happening::BreakerClosed(index) => format!("the breaker from {} closed", wire(index)),
        Happening::TakenOut(index) => format!("a health check took {} out", callee(index)),
        Happening::BroughtBack(index) => format!("{} gets requests again", callee(index)),
        Happening::Ejected(index) => format!("{} failed too often and was taken out", callee(index)),
        Happening::Changed => "you changed the design".to_owned(),
        Happening::Stopped(why) => format!("the run was stopped: {why}"),
    }
}

/// How a run is going for its users; told when it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mood {
    /// Nearly everybody gets an answer.
    Fine,
    /// Some do not: one in fifty or more.
    Troubled,
    /// Half of them do not.
    Failing,
}

impl Mood {
    /// The mood over the last seconds before the playhead. It takes more to get better than to get worse, so that it
    /// does not flutter.
    pub fn at(recording: &Recording, playhead: Time, before: Mood) -> Mood {
        const FRAMES: usize = 20;
        let end = ((playhead.0 / crate::sim::FRAME.0) as usize).min(recording.frames.len());
        let recent = recording.frames[end.saturating_sub(FRAMES)..end].iter().flat_map(|frame| &frame.users);
        let (lost, answered) = recent.fold((0u64, 0u64), |(lost, answered), users| {
            (lost + u64::from(users.lost()), answered + u64::from(users.succeeded))
        });
        if lost + answered < 5 {
            return before;
        }
        let share = lost as f64 / (lost + answered) as f64;
        let limit = |mood: Mood, limit: f64| if before >= mood { limit / 2.0 } else { limit };
        match share {
            share if share >= limit(Mood::Failing, 0.5) => Mood::Failing,
            share if share >= limit(Mood::Troubled, 0.02) => Mood::Troubled,
            _ => Mood::Fine,
        }
    }

    /// What to say when a run comes into this mood.
    pub fn words(self) -> &'static str {
        match self {
            Mood::Fine => "users get their answers",
            Mood::Troubled => "some users get no answer",
            Mood::Failing => "most users get no answer",
        }
    }
}

/// What happened in a stretch of time, after its start and up to its end, as one sentence for a live region. Many
/// things at once are counted rather than listed.
pub fn told(recording: &Recording, after: Time, until: Time) -> Option<String> {
    const LISTED: usize = 3;
    let entries: Vec<_> = recording.log.iter().filter(|entry| entry.at > after && entry.at <= until).collect();
    let first = entries.first()?;
    let mut said: Vec<String> =
        entries.iter().take(LISTED).map(|entry| happening(&entry.what, &recording.parts)).collect();
    if entries.len() > LISTED {
        said.push(format!("and {} more", entries.len() - LISTED));
    }
    Some(format!("{}: {}.", clock(first.at), said.join(", ")))
}

#[cfg(test)]
mod tests {
    use crate::sim::{Answers, Frame, LogEntry};

    use super::*;

    fn recording(lost: u32) -> Recording {
        let users = Answers { succeeded: 100 - lost, timed_out: lost, ..Answers::default() };
        let frame = Frame { users: vec![users], ..Frame::default() };
        Recording { frames: vec![frame; 30], ..Recording::default() }
    }

    #[test]
    fn mood_changes_late_both_ways() {
        let mood = |lost, before| Mood::at(&recording(lost), Time::from_secs(3), before);
        assert_eq!(mood(0, Mood::Fine), Mood::Fine);
        assert_eq!(mood(1, Mood::Fine), Mood::Fine);
        assert_eq!(mood(1, Mood::Troubled), Mood::Troubled);
        assert_eq!(mood(3, Mood::Fine), Mood::Troubled);
        assert_eq!(mood(60, Mood::Fine), Mood::Failing);
        assert_eq!(mood(30, Mood::Failing), Mood::Failing);
        assert_eq!(Mood::at(&recording(60), Time::ZERO, Mood::Fine), Mood::Fine);
    }

    #[test]
    fn tells_what_happened() {
        let log = (0..6).map(|n| LogEntry { at: Time::from_secs(61 + n), what: Happening::Crashed(0) }).collect();
        let parts = crate::sim::Parts { components: vec!["app".to_owned()], ..Default::default() };
        let recording = Recording { log, parts, ..Recording::default() };
        assert_eq!(told(&recording, Time::ZERO, Time::from_secs(60)), None);
        assert_eq!(told(&recording, Time::ZERO, Time::from_secs(61)).unwrap(), "1:01: app crashed.");
        let all = told(&recording, Time::ZERO, Time::from_secs(99)).unwrap();
        assert_eq!(all, "1:01: app crashed, app crashed, app crashed, and 3 more.");
    }
}
