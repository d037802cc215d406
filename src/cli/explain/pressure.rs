//! Bottlenecks over time, theory beside practice and trade-offs of a run: as text and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::design::Design;
use crate::insight::{Bottleneck, Little, Pressure, Pressures, Suspect, Theory, TradeOffs, little_of_users, part_name};
use crate::sim::{FRAME, Frame, Parts};

/// Frames between two looks for the bottleneck.
const EVERY: usize = 10;

/// A stretch of time with one bottleneck.
struct Stretch {
    /// The frames, the last not included.
    from: usize,
    to: usize,
    bottleneck: Bottleneck,
    next: Option<Suspect>,
    /// The highest use of it, and the most requests per second that it cost.
    used_max: f64,
    costs_max: f64,
}

/// For people.
pub fn in_words(design: &Design, parts: &Parts, frames: &[Frame]) -> String {
    let mut out = String::from("\nbottleneck over time\n");
    for stretch in stretches(design, parts, frames) {
        let (of, used) = (named(parts, stretch.bottleneck.of), 100.0 * stretch.used_max);
        let costs = match stretch.costs_max {
            costs if costs > 0.0 => format!(", costs up to {costs:.0} requests/s"),
            _ => String::new(),
        };
        let next = stretch.next.map_or_else(String::new, |next| format!("; next would be {}", named(parts, next)));
        _ = writeln!(out, "  {} {of}: up to {used:.0}% in use{costs}{next}", span(stretch.from, stretch.to));
    }
    let mut told = String::new();
    for (level, words) in warnings(design, parts, frames) {
        _ = writeln!(told, "  {:>7} {words}", seconds(level));
    }
    if !told.is_empty() {
        out += &format!("warnings, when each part was first near its limit\n{told}");
    }
    out += "theory beside practice (mean time in the station: waiting and work)\n";
    for (name, theory) in theories(design, parts, frames) {
        let expected = theory.expected.map_or("no end".to_owned(), |time| format!("{:.2} ms", 1e3 * time));
        _ = writeln!(
            out,
            "  {name}: {:.2} ms seen, {expected} by {}; {:.0} of {:.0}/s, knee at {:.0}/s; L {:.2}, λ·W {:.2}",
            1e3 * theory.live.1,
            theory.law,
            theory.live.0,
            theory.limit,
            theory.knee,
            theory.waiting.number,
            theory.waiting.product(),
        );
    }
    if let Some(little) = little_of_users(frames) {
        _ = writeln!(
            out,
            "  Little's law, all users: L {:.2}, λ {:.1}/s × W {:.1} ms = {:.2}",
            little.number,
            little.rate,
            1e3 * little.time,
            little.product(),
        );
    }
    out += "trade-offs (score 0 to 100)\n";
    for axis in TradeOffs::of(design, parts, frames).axes {
        _ = writeln!(out, "  {:<13}{:>3.0}  {}", axis.name, 100.0 * axis.score, axis.figure);
    }
    out
}

/// For programs: `bottlenecks`, `warnings`, `theory`, `little`, `trade_offs`.
pub fn json(design: &Design, parts: &Parts, frames: &[Frame]) -> Value {
    let stretch = |stretch: &Stretch| {
        json!({
            "from_s": FRAME.as_secs_f64() * stretch.from as f64,
            "to_s": FRAME.as_secs_f64() * stretch.to as f64,
            "part": part_name(parts, stretch.bottleneck.of.part),
            "resource": stretch.bottleneck.of.resource.label(),
            "used": stretch.used_max,
            "costs_per_s": stretch.costs_max,
            "next": stretch.next.map(|next| named(parts, next)),
        })
    };
    let warned = |(at, words): &(usize, String)| json!({ "at_s": FRAME.as_secs_f64() * *at as f64, "text": words });
    let theory = |(name, theory): &(String, Theory)| {
        json!({
            "component": name,
            "law": theory.law,
            "service_s": theory.service,
            "rate_per_s": theory.live.0,
            "time_s": theory.live.1,
            "expected_s": theory.expected,
            "limit_per_s": theory.limit,
            "knee_per_s": theory.knee,
            "waiting": little_json(theory.waiting),
        })
    };
    let axis = |axis: &crate::insight::Axis| json!({ "name": axis.name, "value": axis.value, "score": axis.score, "figure": axis.figure, "how": axis.how });
    json!({
        "bottlenecks": stretches(design, parts, frames).iter().map(stretch).collect::<Vec<_>>(),
        "warnings": warnings(design, parts, frames).iter().map(warned).collect::<Vec<_>>(),
        "theory": theories(design, parts, frames).iter().map(theory).collect::<Vec<_>>(),
        "little": little_of_users(frames).map(little_json),
        "trade_offs": TradeOffs::of(design, parts, frames).axes.iter().map(axis).collect::<Vec<_>>(),
    })
}

fn little_json(little: Little) -> Value {
    json!({ "l": little.number, "lambda_per_s": little.rate, "w_s": little.time, "difference": little.difference() })
}

fn named(parts: &Parts, suspect: Suspect) -> String {
    format!("{}'s {}", part_name(parts, suspect.part), suspect.resource.label())
}

fn seconds(frame: usize) -> String {
    format!("{:.1}s", FRAME.as_secs_f64() * frame as f64)
}

fn span(from: usize, to: usize) -> String {
    format!("{:>7} to {:>7}", seconds(from), seconds(to))
}

/// Looks every second; stretches with the same bottleneck are one.
fn stretches(design: &Design, parts: &Parts, frames: &[Frame]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for end in (EVERY..=frames.len()).step_by(EVERY) {
        let seen = Pressures::at(design, parts, frames, end);
        let Some(bottleneck) = seen.bottleneck.filter(|bottleneck| bottleneck.used > 0.05) else { continue };
        match stretches.last_mut() {
            Some(last) if last.bottleneck.fleet.contains(&bottleneck.of) && last.to + EVERY >= end => {
                last.to = end;
                last.used_max = last.used_max.max(bottleneck.used);
                last.costs_max = last.costs_max.max(bottleneck.costs);
                last.next = seen.next;
            }
            _ => stretches.push(Stretch {
                from: end - EVERY,
                to: end,
                used_max: bottleneck.used,
                costs_max: bottleneck.costs,
                bottleneck,
                next: seen.next,
            }),
        }
    }
    stretches
}

/// When each part was first near its limit, and what was told of it then.
fn warnings(design: &Design, parts: &Parts, frames: &[Frame]) -> Vec<(usize, String)> {
    let mut seen = std::collections::BTreeSet::new();
    let mut told = Vec::new();
    for end in (EVERY..=frames.len()).step_by(EVERY) {
        for warning in Pressures::at(design, parts, frames, end).warnings() {
            let Pressure { of, .. } = warning.pressure;
            if warning.level >= crate::insight::Level::Near && seen.insert(of.part) {
                told.push((end, warning.words(parts)));
            }
        }
    }
    told
}

/// Each component that has a theory, by name.
fn theories(design: &Design, parts: &Parts, frames: &[Frame]) -> Vec<(String, Theory)> {
    let of = |at: usize| Some((parts.components[at].clone(), Theory::of(design, parts, frames, at as u32)?));
    (0..parts.components.len()).filter_map(of).collect()
}
