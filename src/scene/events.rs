//! The events of a run, to jump to: what the log tells, gathered where much happens at once, and what is still planned.

use crate::design::{Design, Fault};
use crate::metrics::Recording;
use crate::sim::{Change, Scenario};
use crate::units::Time;

use super::track::{MarkKind, TrackMark, mark_kind};
use super::words;

/// Events this close after the first of them are one stop.
const TOGETHER: Time = Time(1_000_000_000);
/// Texts that a stop lists; the rest is counted.
const LISTED: usize = 4;
/// Stops that are listed; of a run with more, the first ones.
const STOPS_MAX: usize = 300;

/// A moment worth a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// When.
    pub at: Time,
    /// The worst of what happened.
    pub kind: MarkKind,
    /// What happened, as a sentence without its full stop.
    pub text: String,
    /// It is in the script of the design, and the run is not that far yet.
    pub planned: bool,
}

/// All stops of a run, in order of time: what was recorded, then the faults that are planned beyond.
pub fn stops(recording: &Recording, design: &Design) -> Vec<Stop> {
    let mut stops = Vec::new();
    let mut gathered: Vec<(Time, MarkKind, String)> = Vec::new();
    for entry in &recording.log {
        let Some(kind) = mark_kind(&entry.what) else { continue };
        if gathered.first().is_some_and(|first| entry.at.since(first.0) >= TOGETHER) {
            stops.push(gather(std::mem::take(&mut gathered)));
        }
        gathered.push((entry.at, kind, words::happening(&entry.what, &recording.parts)));
        if stops.len() >= STOPS_MAX {
            return stops;
        }
    }
    if !gathered.is_empty() {
        stops.push(gather(gathered));
    }
    let ahead = design.faults.iter().filter(|fault| {
        (recording.end()..design.duration).contains(&fault.settings.at)
            && !recording.log.iter().any(|e| e.at == fault.settings.at)
    });
    let mut planned: Vec<Stop> = ahead.take(STOPS_MAX - stops.len()).map(planned).collect();
    crate::units::put_in_order(&mut planned, |a, b| a.at < b.at);
    stops.append(&mut planned);
    stops
}

fn planned(fault: &Fault) -> Stop {
    let text = format!("planned: {} {}", fault.settings.fault.word(), fault.target);
    Stop { at: fault.settings.at, kind: MarkKind::Bad, text, planned: true }
}

fn gather(events: Vec<(Time, MarkKind, String)>) -> Stop {
    let at = events.first().map_or(Time::ZERO, |event| event.0);
    let kind = events.iter().map(|event| event.1).max_by_key(|kind| kind.weight()).unwrap_or(MarkKind::Good);
    let mut texts: Vec<String> = Vec::new();
    for (_, _, text) in events {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let more = texts.len().saturating_sub(LISTED);
    texts.truncate(LISTED);
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    Stop { at, kind, text: texts.join(", "), planned: false }
}

/// The next stop after a time, or the last one before it.
pub fn next_stop(stops: &[Stop], playhead: Time, forward: bool) -> Option<&Stop> {
    match forward {
        true => stops.iter().find(|stop| stop.at > playhead && !stop.planned),
        false => stops.iter().rev().find(|stop| stop.at < playhead && !stop.planned),
    }
}

/// Marks of the blows by the learner's own hand, each with its time.
pub fn hand_marks(scenario: &Scenario, duration: Time) -> Vec<TrackMark> {
    let blow = |(at, change): &(Time, Change)| match change {
        Change::Fault(fault) => Some(TrackMark {
            at: super::track::across(*at, duration),
            time: *at,
            kind: MarkKind::Hand,
            text: format!("by hand: {} {}", fault.settings.fault.word(), fault.target),
        }),
        Change::Design(_) => None,
    };
    scenario.script.iter().filter_map(blow).collect()
}

#[cfg(test)]
mod tests {
    use crate::design::read;
    use crate::sim::{Happening, LogEntry, Parts};

    use super::*;

    fn recording(log: &[(u64, Happening)], end: usize) -> Recording {
        let entry = |(millis, what): &(u64, Happening)| LogEntry { at: Time::from_millis(*millis), what: what.clone() };
        Recording {
            log: log.iter().map(entry).collect(),
            frames: vec![Default::default(); end],
            parts: Parts { components: vec!["app".into(), "db".into()], ..Parts::default() },
            ..Recording::default()
        }
    }

    fn design() -> Design {
        read("version = 1\nduration = \"60s\"\n[components.app]\nkind = \"server\"\n[[faults]]\nat = \"50s\"\ntarget = \"app\"\nfault = \"crash\"\n").unwrap()
    }

    #[test]
    fn what_happens_at_once_is_one_stop() {
        let log = [
            (10_000, Happening::Overflowed(0)),
            (10_200, Happening::Crashed(0)),
            (10_300, Happening::Overflowed(0)),
            (12_000, Happening::Recovered(0)),
            (13_000, Happening::Booting(0)),
        ];
        let stops = stops(&recording(&log, 200), &design());
        let said: Vec<(u64, MarkKind, &str, bool)> =
            stops.iter().map(|stop| (stop.at.0 / 1_000_000, stop.kind, stop.text.as_str(), stop.planned)).collect();
        assert_eq!(
            said,
            [
                (10_000, MarkKind::Bad, "app is full and turns requests away, app crashed", false),
                (12_000, MarkKind::Good, "app works again", false),
                (50_000, MarkKind::Bad, "planned: crash app", true),
            ]
        );
        let at = |playhead, forward| {
            next_stop(&stops, Time::from_millis(playhead), forward).map(|stop| stop.at.0 / 1_000_000)
        };
        assert_eq!(at(0, true), Some(10_000));
        assert_eq!(at(10_000, true), Some(12_000));
        assert_eq!(at(12_000, true), None, "what is planned has not happened yet");
        assert_eq!(at(12_000, false), Some(10_000));
        assert_eq!(at(10_000, false), None);
    }

    #[test]
    fn a_long_list_is_counted() {
        let log: Vec<(u64, Happening)> = (0..9).map(|n| (1_000 + n, Happening::Scaled(n as u32, 1))).collect();
        assert!(stops(&recording(&log, 600), &design()).is_empty(), "what has no mark is no stop");
        let names = (0..9).map(|n| Happening::NetworkRecovered(format!("r{n}")));
        let log: Vec<(u64, Happening)> = names.enumerate().map(|(n, what)| (1_000 + n as u64, what)).collect();
        let stops = stops(&recording(&log, 600), &design());
        assert!(stops.len() == 1 && stops[0].text.ends_with(", and 5 more"), "{stops:?}");
    }

    #[test]
    fn blows_by_hand_are_marked_with_their_time() {
        let fault = design().faults[0].clone();
        let mut scenario = Scenario::of(design());
        scenario.change(Time::from_secs(15), Change::Fault(fault));
        scenario.change(Time::from_secs(20), Change::Design(Box::new(design())));
        let marks = hand_marks(&scenario, Time::from_secs(60));
        assert_eq!(marks.len(), 1);
        assert_eq!((marks[0].at, marks[0].kind, marks[0].text.as_str()), (0.25, MarkKind::Hand, "by hand: crash app"));
    }
}
