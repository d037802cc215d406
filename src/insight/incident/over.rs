//! Whether what began an incident is over.

use std::ops::Range;

use crate::metrics::Recording;
use crate::sim::Health;

use super::digest::{self, Digest};
use super::{Entry, Place, What};

/// The second from which on the cause is over, if it is by the end of the stretch.
pub fn over(
    recording: &Recording,
    digest: &Digest,
    root: &Entry,
    pain: &Range<usize>,
    calm: &Range<usize>,
) -> Option<usize> {
    let begun = (root.at.0 / 1_000_000_000) as usize;
    let seconds = || begun + 1..pain.end.min(digest.seconds);
    let place = root.place?;
    let holds = |second: usize| match (root.what, place) {
        (What::Crashed | What::OutOfMemory | What::Resized, Place::Component(index)) => {
            let frame = recording.frames.get(second * 10 + 9);
            let health = frame.and_then(|frame| frame.components.get(index as usize)).map(|part| part.health);
            matches!(health, Some(Health::Down | Health::Booting))
        }
        (What::Stalled, Place::Component(index)) => {
            let part = digest.part(second, index);
            part.completions + part.failed < 1.0 || part.began < 1.0
        }
        (What::Slowed, Place::Component(index)) => {
            let time = |second| {
                let part = digest.part(second, index);
                (part.began >= 3.0).then(|| part.busy / part.began)
            };
            let usual = digest::median(calm.clone().filter_map(time).collect()).unwrap_or(f64::INFINITY);
            time(second).is_none_or(|time| time > 1.4 * usual)
        }
        (What::Surge, _) => {
            // What was answered before it hurt could be answered again.
            let until = (pain.start + 2).min(digest.seconds);
            let most = digest.users[..until].iter().map(|users| users.succeeded).fold(0.0, f64::max);
            digest.users[second].wanted > most
        }
        (What::Cut | What::PacketLoss, Place::Wire(wire)) => digest.line(second, wire).lost >= 1.0,
        (What::CacheEmptied | What::CacheExpired, Place::Component(index)) => {
            let ratio = |part: &digest::Part| part.hits / (part.hits + part.misses).max(1.0);
            let usual =
                digest::median(calm.clone().map(|second| ratio(digest.part(second, index))).collect()).unwrap_or(0.5);
            ratio(digest.part(second, index)) < 0.9 * usual
        }
        _ => true,
    };
    let last = seconds().rev().find(|second| holds(*second)).unwrap_or(begun);
    Some(last + 1)
}
