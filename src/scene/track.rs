//! The geometry of the player's track: the planned traffic as an area, named spans, and marks for what happened.
//!
//! Across, 0 is the start and 1 the end of the run.

use std::fmt::Write;

use crate::design::{Curve, Design, Kind};
use crate::metrics::Recording;
use crate::sim::{Happening, Parts};
use crate::units::Time;

use super::words;

/// Points of the traffic area.
const AREA_POINTS: u32 = 300;
/// Marks shown at most; of a run with more, the first ones.
const MARKS_MAX: usize = 200;
/// Log events closer together than this share of the track, and of the same sort, are one mark.
const MARK_GAP: f64 = 0.008;

/// The track as the design plans it.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// The planned rate as an SVG path in a box of 1 by 1, y down.
    pub area: String,
    /// The greatest planned rate, per second.
    pub rate_max: f64,
    /// The named spans.
    pub spans: Vec<TrackSpan>,
    /// The scripted faults.
    pub faults: Vec<TrackMark>,
}

/// A named stretch of the track.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackSpan {
    /// Its name.
    pub name: String,
    /// Its start.
    pub from: f64,
    /// Its end.
    pub to: f64,
}

/// What a mark is about; the screen gives it shape and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// Something broke.
    Bad,
    /// Something is in trouble.
    Warning,
    /// Something works again.
    Good,
    /// The learner's hand.
    Hand,
}

impl MarkKind {
    /// How much it matters beside others: the greater, the more.
    pub fn weight(self) -> u8 {
        match self {
            MarkKind::Good => 0,
            MarkKind::Hand => 1,
            MarkKind::Warning => 2,
            MarkKind::Bad => 3,
        }
    }

    /// A short name for style sheets.
    pub fn id(self) -> &'static str {
        match self {
            MarkKind::Bad => "bad",
            MarkKind::Warning => "warning",
            MarkKind::Good => "good",
            MarkKind::Hand => "hand",
        }
    }
}

/// One mark of the track.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackMark {
    /// Where.
    pub at: f64,
    /// When.
    pub time: Time,
    /// What it is about.
    pub kind: MarkKind,
    /// What it says.
    pub text: String,
}

/// The track of a design.
pub fn track(design: &Design) -> Track {
    let duration = design.duration;
    let rates: Vec<f64> = (0..=AREA_POINTS).map(|point| planned_rate(design, duration * share(point))).collect();
    let rate_max = rates.iter().copied().fold(0.0, f64::max);
    let across = |time: Time| across(time, duration);
    let span = |span: &crate::design::Span| TrackSpan {
        name: span.name.clone(),
        from: across(span.from),
        to: across(span.to),
    };
    let fault = |fault: &crate::design::Fault| TrackMark {
        at: across(fault.settings.at),
        time: fault.settings.at,
        kind: MarkKind::Bad,
        text: format!("planned: {} {}", fault.settings.fault.word(), fault.target),
    };
    Track {
        area: area(&rates, rate_max),
        rate_max,
        spans: design.spans.iter().filter(|span| span.from < duration).map(span).collect(),
        faults: design.faults.iter().filter(|fault| fault.settings.at < duration).map(fault).take(MARKS_MAX).collect(),
    }
}

/// The marks of what happened by the playhead.
pub fn marks(recording: &Recording, playhead: Time, duration: Time) -> Vec<TrackMark> {
    let mut marks: Vec<TrackMark> = Vec::new();
    for entry in recording.log.iter().take_while(|entry| entry.at <= playhead) {
        let Some(kind) = mark_kind(&entry.what) else { continue };
        let at = across(entry.at, duration);
        if marks.iter().rev().take_while(|mark| at - mark.at < MARK_GAP).any(|mark| mark.kind == kind) {
            continue;
        }
        marks.push(TrackMark { at, time: entry.at, kind, text: words::happening(&entry.what, &recording.parts) });
        if marks.len() == MARKS_MAX {
            break;
        }
    }
    marks
}

pub(super) fn mark_kind(what: &Happening) -> Option<MarkKind> {
    match what {
        Happening::Crashed(_)
        | Happening::OutOfMemory(_)
        | Happening::InstancesDied(..)
        | Happening::CutOff(_)
        | Happening::WireCut(_)
        | Happening::RegionCutOff(_)
        | Happening::Stopped(_) => Some(MarkKind::Bad),
        Happening::Overflowed(_)
        | Happening::Slowed(..)
        | Happening::DiskFull(_)
        | Happening::Promoted(_)
        | Happening::WireSlowed(..)
        | Happening::Lossy(..)
        | Happening::Delayed(..)
        | Happening::Flushed(_)
        | Happening::LeaderElected(_)
        | Happening::Rebalancing(_)
        | Happening::DeadLettered(_)
        | Happening::LeaseLost(_)
        | Happening::Paused(_)
        | Happening::Leaking(_)
        | Happening::HotKey(_)
        | Happening::Surged(..)
        | Happening::BreakerOpened(_)
        | Happening::TakenOut(_)
        | Happening::Ejected(_) => Some(MarkKind::Warning),
        Happening::Recovered(_)
        | Happening::WireRecovered(_)
        | Happening::NetworkRecovered(_)
        | Happening::BreakerClosed(_)
        | Happening::BroughtBack(_) => Some(MarkKind::Good),
        Happening::Changed => Some(MarkKind::Hand),
        Happening::Booting(_) | Happening::Scaled(..) | Happening::Resizing(_) | Happening::Deploying(..) => None,
    }
}

/// The requests per second that all users together are planned to send.
pub fn planned_rate(design: &Design, at: Time) -> f64 {
    let clients = design.components.iter().filter_map(|component| match &component.kind {
        Kind::Clients(clients) => Some(clients),
        _ => None,
    });
    clients.map(|clients| rate_at(&clients.traffic, at) + closed_rate(clients)).sum()
}

/// What a closed population sends at most: when every answer comes at once.
fn closed_rate(clients: &crate::design::Clients) -> f64 {
    let think = clients.think.mean().as_secs_f64();
    if clients.users == 0 || think <= 0.0 { 0.0 } else { f64::from(clients.users) / think }
}

fn rate_at(curve: &Curve, at: Time) -> f64 {
    let next = curve.0.partition_point(|(time, _)| *time <= at);
    match (next.checked_sub(1).map(|last| curve.0[last]), curve.0.get(next)) {
        (Some((from, before)), Some((to, after))) => {
            let share = at.since(from).as_secs_f64() / to.since(from).as_secs_f64();
            before.0 + (after.0 - before.0) * share
        }
        (Some((_, last)), None) => last.0,
        (None, Some((_, first))) => first.0,
        (None, None) => 0.0,
    }
}

fn share(point: u32) -> f64 {
    f64::from(point) / f64::from(AREA_POINTS)
}

/// A time's place on a track of this duration.
pub fn across(time: Time, duration: Time) -> f64 {
    (time.as_secs_f64() / duration.as_secs_f64().max(1e-9)).min(1.0)
}

fn area(rates: &[f64], rate_max: f64) -> String {
    let mut path = String::from("M0 1");
    for (point, rate) in (0..).zip(rates) {
        let _ = write!(path, "L{:.4} {:.4}", share(point), 1.0 - 0.92 * rate / rate_max.max(1e-9));
    }
    path.push_str("L1 1Z");
    path
}

/// A part's name, for words.
pub(super) fn component(parts: &Parts, index: u32) -> &str {
    parts.components.get(index as usize).map_or("?", String::as_str)
}

#[cfg(test)]
mod tests {
    use crate::design::read;
    use crate::sim::LogEntry;

    use super::*;

    const SPIKE: &str = r#"
        version = 1
        duration = "2m"
        [components.users]
        kind = "clients"
        traffic = [["0s", "30/s"], ["60s", "30/s"], ["80s", "930/s"]]
        [components.app]
        kind = "server"
        [wires]
        "users -> app" = {}
        [spans]
        spike = ["60s", "2m"]
        [[faults]]
        at = "90s"
        target = "app"
        fault = "crash"
    "#;

    #[test]
    fn plans_of_a_design() {
        let design = read(SPIKE).unwrap();
        let rate = |seconds| planned_rate(&design, Time::from_secs(seconds));
        assert_eq!([rate(0), rate(60), rate(70), rate(80), rate(119)], [30.0, 30.0, 480.0, 930.0, 930.0]);
        let track = track(&design);
        assert_eq!(track.spans, [TrackSpan { name: "spike".to_owned(), from: 0.5, to: 1.0 }]);
        assert_eq!((track.faults[0].at, track.faults[0].text.as_str()), (0.75, "planned: crash app"));
        assert!(
            track.area.starts_with("M0 1L0.0000 0.9703") && track.area.ends_with("L1.0000 0.0800L1 1Z"),
            "{}",
            track.area
        );
    }

    #[test]
    fn an_empty_design_has_an_empty_track() {
        let track = track(&Design::default());
        assert_eq!((track.rate_max, track.spans.len()), (0.0, 0));
        assert!(!track.area.contains("NaN"));
    }

    #[test]
    fn marks_up_to_the_playhead_without_repeats() {
        let entry = |seconds, what| LogEntry { at: Time::from_secs_f64(seconds), what };
        let log = vec![
            entry(10.0, Happening::Overflowed(0)),
            entry(10.1, Happening::Overflowed(1)),
            entry(10.2, Happening::Crashed(0)),
            entry(50.0, Happening::Recovered(0)),
        ];
        let parts = Parts { components: vec!["app".to_owned(), "db".to_owned()], ..Parts::default() };
        let recording = Recording { log, parts, ..Recording::default() };
        let kinds = |playhead| {
            let marks = marks(&recording, Time::from_secs(playhead), Time::from_secs(100));
            marks.iter().map(|mark| mark.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(20), [MarkKind::Warning, MarkKind::Bad]);
        assert_eq!(kinds(60), [MarkKind::Warning, MarkKind::Bad, MarkKind::Good]);
    }
}
