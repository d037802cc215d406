//! What a design is good at and what it pays with: six axes, each with its figure, how that is computed, and a score between
//! two stated anchors. Improving one weakens another.

use crate::design::Design;
use crate::sim::{Figure, Frame, Parts};

use super::cost::cost_per_hour;
use super::pressure::Pressures;
use super::window::FRAME_S;

/// One axis of the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its name.
    pub name: &'static str,
    /// The figure in words: `p95 120 ms`.
    pub figure: String,
    /// The figure itself, in the unit of `how`.
    pub value: f64,
    /// From 0 (the bad anchor and beyond) to 1 (the good one and beyond); between them by the logarithm of the figure.
    pub score: f64,
    /// How the figure is computed, and the anchors, on a scale up to 100.
    pub how: &'static str,
}

/// All axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TradeOffs {
    /// Latency, availability, consistency, scalability, cost, simplicity; those without a figure are left out.
    pub axes: Vec<Axis>,
}

/// What the frames of a stretch come to, all users together.
struct Sums {
    succeeded: f64,
    lost: f64,
    p95: Option<f64>,
    wrong: f64,
    spent: f64,
}

impl TradeOffs {
    /// The trade-offs of a design, by the frames of a stretch in which it ran.
    pub fn of(design: &Design, parts: &Parts, frames: &[Frame]) -> TradeOffs {
        let sums = sums_of(frames);
        let hours = frames.len() as f64 * FRAME_S / 3600.0;
        let axes = [
            latency(&sums),
            availability(&sums),
            consistency(&sums),
            scalability(design, parts, frames),
            cost(design, &sums, hours),
            Some(simplicity(design)),
        ];
        TradeOffs { axes: axes.into_iter().flatten().collect() }
    }
}

/// Where a figure lies between a bad and a good anchor, by its logarithm.
fn score(value: f64, bad: f64, good: f64) -> f64 {
    let at = (libm::log(value.max(1e-12)) - libm::log(bad)) / (libm::log(good) - libm::log(bad));
    at.clamp(0.0, 1.0)
}

fn sums_of(frames: &[Frame]) -> Sums {
    let users = || frames.iter().flat_map(|frame| &frame.users);
    let seen = || frames.iter().flat_map(|frame| &frame.components);
    let figures = |wanted: &[Figure]| {
        let of = |figure: &&(Figure, f32)| wanted.contains(&figure.0);
        seen().flat_map(|seen| seen.figures.iter().filter(of)).map(|(_, value)| f64::from(*value)).sum::<f64>()
    };
    let wrong = [
        Figure::OwnWritesMissed,
        Figure::LostWrites,
        Figure::UnwrittenLost,
        Figure::LostMessages,
        Figure::UnsafeWrites,
        Figure::LostWork,
        Figure::DroppedMessages,
    ];
    Sums {
        succeeded: users().map(|users| f64::from(users.succeeded)).sum(),
        lost: users().map(|users| f64::from(users.lost())).sum(),
        p95: percentile(frames, 0.95),
        wrong: seen().map(|seen| f64::from(seen.stale)).sum::<f64>() + figures(&wrong),
        spent: figures(&[Figure::Spent]),
    }
}

/// The latency that this share of the good answers in these frames stay below, in seconds.
pub fn percentile(frames: &[Frame], share: f64) -> Option<f64> {
    let mut counts = std::collections::BTreeMap::new();
    let mut total = 0.0;
    for (micros, count) in frames.iter().flat_map(|frame| &frame.users).flat_map(|users| users.latency.latencies()) {
        *counts.entry(micros).or_insert(0.0) += f64::from(count);
        total += f64::from(count);
    }
    let mut below = 0.0;
    let found = counts.iter().find(|(_, count)| {
        below += **count;
        below >= share * total
    });
    found.map(|(micros, _)| f64::from(*micros) / 1e6)
}

fn latency(sums: &Sums) -> Option<Axis> {
    let p95 = sums.p95?;
    Some(Axis {
        name: "Latency",
        figure: format!("p95 {}", crate::units::Time::from_secs_f64(p95).rounded()),
        value: p95,
        score: score(p95, 5.0, 0.05),
        how: "The time that 95 % of the good answers stay below. 5 s scores 0, 50 ms scores 100.",
    })
}

fn availability(sums: &Sums) -> Option<Axis> {
    let ended = sums.succeeded + sums.lost;
    let bad = (ended > 0.0).then(|| sums.lost / ended)?;
    Some(Axis {
        name: "Availability",
        figure: format!("{} % answered", short_percent(1.0 - bad)),
        value: 1.0 - bad,
        // Fewer failures than this cannot be told from none in a run of so few requests.
        score: score(bad.max(0.5 / ended), 0.5, 0.0001),
        how: "The share of ended requests that were answered well. 50 % scores 0, 99.99 % scores 100; none lost counts as half a request lost.",
    })
}

fn consistency(sums: &Sums) -> Option<Axis> {
    let wrong = (sums.succeeded > 0.0).then(|| 1000.0 * sums.wrong / sums.succeeded)?;
    Some(Axis {
        name: "Consistency",
        figure: format!("{} stale or lost per 1,000", short(wrong)),
        value: wrong,
        score: score(wrong.max(0.1), 100.0, 0.1),
        how: "Stale answers, own writes not seen, and writes, messages and work lost, for each 1,000 good answers. 100 scores 0, 0.1 and less scores 100.",
    })
}

fn scalability(design: &Design, parts: &Parts, frames: &[Frame]) -> Option<Axis> {
    let bottleneck = Pressures::at(design, parts, frames, frames.len()).bottleneck?;
    // What is asked for beyond the limit counts against it.
    let head_room = 1.0 / bottleneck.asked.max(bottleneck.used).max(0.01);
    Some(Axis {
        name: "Scalability",
        figure: match head_room {
            many if many > 20.0 => "over 20 times this traffic".to_owned(),
            few => format!("{} times this traffic", short(few)),
        },
        value: head_room,
        score: score(head_room, 0.5, 8.0),
        how: "Head-room: how many times the traffic of the last seconds the busiest resource could take, if use grows in step with traffic. Half scores 0, 8 times scores 100.",
    })
}

fn cost(design: &Design, sums: &Sums, hours: f64) -> Option<Axis> {
    let dollars = cost_per_hour(design).0 * hours + sums.spent;
    let each = (sums.succeeded > 0.0).then(|| dollars / sums.succeeded * 1e6)?;
    Some(Axis {
        name: "Cost",
        figure: format!("${} per million", short(each)),
        value: each,
        score: score(each, 1000.0, 0.5),
        how: "Dollars for machines by the hour, and for calls to other people's APIs, for each million good answers. $1,000 scores 0, $0.50 scores 100.",
    })
}

fn simplicity(design: &Design) -> Axis {
    let users = |name: &str| matches!(design.component(name).map(|of| &of.kind), Some(crate::design::Kind::Clients(_)));
    let parts = design.components.iter().filter(|component| !users(&component.name)).count();
    let things = (parts + design.wires.len()) as f64;
    let hops = hops_of(design);
    Axis {
        name: "Simplicity",
        figure: format!("{parts} parts, {} wires, {hops} hops", design.wires.len()),
        value: things,
        score: score(things.max(1.0), 60.0, 3.0),
        how: "Parts and wires that must be built, watched and mended (users not counted); beside them the most hops on a request's way. 60 parts and wires score 0, 3 score 100.",
    }
}

/// The most wires that one request goes over, one after the other.
fn hops_of(design: &Design) -> usize {
    let mut far = std::collections::BTreeMap::<&str, usize>::new();
    for _ in 0..design.components.len().min(12) {
        for wire in &design.wires {
            let (from, to) = design.flow(wire);
            let next = far.get(from).copied().unwrap_or(0) + 1;
            // Calls may go in circles.
            if next <= design.components.len() {
                let known = far.entry(to).or_insert(0);
                *known = (*known).max(next);
            }
        }
    }
    far.values().copied().max().unwrap_or(0)
}

/// A number as people read it: two significant digits below ten, whole above.
pub(super) fn short(value: f64) -> String {
    match value {
        value if value >= 10.0 => format!("{}", libm::round(value)),
        value if value >= 1.0 => format!("{:.1}", value).trim_end_matches(".0").to_owned(),
        value if value >= 0.01 => format!("{value:.2}"),
        value if value > 0.0 => "under 0.01".to_owned(),
        _ => "0".to_owned(),
    }
}

/// A share as percent, with as many digits as nines need.
fn short_percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 99.0 && percent < 100.0 { format!("{percent:.2}") } else { format!("{}", libm::round(percent)) }
}
