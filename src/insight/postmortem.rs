//! The post-mortem of a run: one page in Markdown, written from its explanation.

use std::fmt::Write;

use crate::design::{Design, scale_words};
use crate::metrics::Recording;
use crate::sim::FRAME;
use crate::units::Time;

use super::advice::advice;
use super::incident::words::{number, percent, seconds};
use super::{Explanation, Incident, Place, What};

/// Points of a small chart.
const POINTS: usize = 60;
/// Reasons that are listed.
const REASONS: usize = 8;

/// The page about a run, in Markdown.
pub fn post_mortem(title: &str, explanation: &Explanation, recording: &Recording, design: &Design) -> String {
    let mut out = format!("# Post-mortem: {title}\n\n");
    summary(&mut out, explanation, recording.parts.scale, design);
    match explanation.worst() {
        None => out += "\nUsers were never hurt in this run: there is no incident to learn from.\n",
        Some(worst) => incident(&mut out, worst, explanation, recording, design),
    }
    out
}

fn summary(out: &mut String, explanation: &Explanation, scale: u32, design: &Design) {
    _ = writeln!(out, "Seed {}, {} of simulated time.\n", design.seed, seconds(explanation.until.as_secs_f64()));
    if scale > 1 {
        _ = writeln!(out, "{}\n", scale_words(scale));
    }
    out.push_str("## Summary\n\n");
    _ = writeln!(out, "{}.", explanation.users.words());
    for incident in &explanation.incidents {
        let end = if incident.recovered {
            format!("until {}", clock(incident.end))
        } else {
            "until the end of the recording".to_owned()
        };
        let harm = &incident.harm;
        let latency = harm.usual_p95.map_or(String::new(), |usual| {
            format!("; 95 % of answers within {} in place of {}", seconds(harm.p95), seconds(usual))
        });
        _ = writeln!(
            out,
            "\nUsers were hurt from {} {end}: {} requests without an answer, up to {} of all{latency}.",
            clock(incident.start),
            number(harm.lost),
            percent(harm.worst)
        );
    }
}

fn incident(out: &mut String, worst: &Incident, explanation: &Explanation, recording: &Recording, design: &Design) {
    _ = write!(out, "\n## Root cause\n\n{}\n\n", worst.headline());
    out.push_str("## Timeline\n\n| time | what happened | figures | because of |\n|---|---|---|---|\n");
    for entry in &worst.entries {
        let because = entry.because.map_or(String::new(), |because| worst.entries[because].sentence.clone());
        _ = writeln!(out, "| {} | {} | {} | {because} |", clock(entry.at), entry.sentence, entry.evidence);
    }
    out.push_str("\n## Charts\n\nOver the whole run, from left to right; each line has its own scale.\n\n```text\n");
    charts(out, worst, recording);
    out.push_str("```\n");
    list(
        out,
        "What attempts failed of",
        explanation
            .reasons
            .iter()
            .take(REASONS)
            .map(|row| format!("{} attempts: {}", number(row.count as f64), row.words)),
    );
    let advice = advice(worst, design, &recording.parts);
    let factors = advice.iter().filter(|advice| !advice.factor.is_empty()).map(|advice| advice.factor.clone() + ".");
    list(out, "Contributing factors", factors);
    list(out, "What went well", went_well(worst, explanation).into_iter());
    list(out, "What to change", advice.iter().map(|advice| advice.change.clone() + "."));
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.map(|item| format!("- {item}\n")).collect();
    if !items.is_empty() {
        _ = write!(out, "\n## {title}\n\n{}", items.concat());
    }
}

fn went_well(worst: &Incident, explanation: &Explanation) -> Vec<String> {
    let mut well = Vec::new();
    for entry in &worst.entries {
        let after = seconds(entry.at.since(worst.entries[worst.root].at).as_secs_f64());
        match entry.what {
            What::TakenOut => well.push(format!("{} {after} after it began.", entry.sentence)),
            What::BreakerOpened => {
                well.push(format!("{} {after} after it began, and spared the callee.", entry.sentence))
            }
            What::Recovered => well.push(format!(
                "Users got their answers again {} after they were first hurt.",
                seconds(worst.end.since(worst.start).as_secs_f64())
            )),
            _ => {}
        }
    }
    let harm = &worst.harm;
    let answered = harm.succeeded / (harm.succeeded + harm.lost).max(1.0);
    if answered > 0.5 {
        well.push(format!("{} of the requests in that time got an answer all the same.", percent(answered)));
    }
    if explanation.users.degraded > 0 {
        well.push(format!(
            "{} requests got a poorer answer rather than none.",
            number(explanation.users.degraded as f64)
        ));
    }
    well
}

fn charts(out: &mut String, worst: &Incident, recording: &Recording) {
    let sum = |of: fn(&crate::sim::Answers) -> u32| {
        points(recording, move |frame| frame.users.iter().map(|answers| f64::from(of(answers))).sum::<f64>() * 10.0)
    };
    line(out, "requests a second", &sum(|answers| answers.issued), number);
    line(out, "good answers a second", &sum(|answers| answers.succeeded), number);
    line(out, "lost a second", &sum(crate::sim::Answers::lost), number);
    let mut shown: Vec<u32> = Vec::new();
    for entry in &worst.entries {
        if let Some(Place::Component(index)) = entry.place
            && !shown.contains(&index)
            && !recording.parts.clients.contains(&index)
            && shown.len() < 4
        {
            shown.push(index);
        }
    }
    for index in shown {
        let name = &recording.parts.components[index as usize];
        let part = move |frame: &crate::sim::Frame| frame.components.get(index as usize).cloned().unwrap_or_default();
        let busy = points(recording, move |frame| {
            let part = part(frame);
            if part.servers > 0.0 { f64::from(part.busy / part.servers) } else { 0.0 }
        });
        let waiting = points(recording, move |frame| f64::from(part(frame).waiting));
        if busy.iter().any(|busy| *busy > 0.0) {
            line(out, &format!("{name} busy"), &busy, percent);
        }
        if waiting.iter().any(|waiting| *waiting >= 1.0) {
            line(out, &format!("{name} waiting"), &waiting, number);
        }
    }
}

/// A figure over the run, averaged into a few points.
fn points(recording: &Recording, figure: impl Fn(&crate::sim::Frame) -> f64) -> Vec<f64> {
    let each = recording.frames.len().div_ceil(POINTS).max(1);
    let mean = |frames: &[crate::sim::Frame]| frames.iter().map(&figure).sum::<f64>() / frames.len() as f64;
    recording.frames.chunks(each).map(mean).collect()
}

/// A line of a chart in block characters, with its greatest value.
fn line(out: &mut String, name: &str, points: &[f64], told: fn(f64) -> String) {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = points.iter().copied().fold(0.0, f64::max);
    let block = |point: &f64| {
        let height = if most > 0.0 { point / most * 7.0 } else { 0.0 };
        BLOCKS[(height.round() as usize).min(7)]
    };
    let drawn: String = points.iter().map(block).collect();
    _ = writeln!(out, "{name:<24} {drawn}  at most {}", told(most));
}

/// A simulated time as a clock shows it, to a tenth of a second.
pub fn clock(at: Time) -> String {
    let tenths = at.0 / FRAME.0;
    let (minutes, rest) = (tenths / 600, tenths % 600);
    match rest % 10 {
        0 => format!("{minutes}:{:02}", rest / 10),
        tenth => format!("{minutes}:{:02}.{tenth}", rest / 10),
    }
}
