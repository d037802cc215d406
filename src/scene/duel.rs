//! Two runs beside each other: their figures second by second, overlaid curves, and what differs up to the playhead.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::metrics::Recording;
use crate::sim::{FRAME, Frame};
use crate::units::Time;

use super::figures::share_text;
use super::plot::short;

/// Frames of one second.
const SECOND: usize = (1_000_000_000 / FRAME.0) as usize;
/// Points of a curve at most.
const POINTS_MAX: usize = 300;

/// What two runs are compared in, over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Requests answered well, per second.
    Goodput,
    /// The share of the requests that ended without a good answer.
    Errors,
    /// The 95th percentile of the latency of good answers, in seconds.
    P95,
    /// Requests waiting anywhere.
    Waiting,
}

impl Measure {
    /// All of them, in the order of the screen.
    pub const ALL: [Measure; 4] = [Measure::Goodput, Measure::Errors, Measure::P95, Measure::Waiting];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Measure::Goodput => "Answered well",
            Measure::Errors => "Lost",
            Measure::P95 => "p95 latency",
            Measure::Waiting => "Waiting",
        }
    }

    /// A value as people write it.
    pub fn text(self, value: f64) -> String {
        match self {
            Measure::Goodput => format!("{}/s", short(value)),
            Measure::Errors if value > 0.0 && value < 0.1 => format!("{:.2} %", value * 100.0),
            Measure::Errors => share_text(value),
            Measure::P95 => Time::from_secs_f64(value).rounded(),
            Measure::Waiting => short(value),
        }
    }

    /// Whether more of it is better.
    fn more_is_better(self) -> bool {
        self == Measure::Goodput
    }

    /// The least top of its axis.
    fn top_least(self) -> f64 {
        match self {
            Measure::Goodput | Measure::Waiting => 4.0,
            Measure::Errors => 0.01,
            Measure::P95 => 0.01,
        }
    }
}

/// The measures of a run for each of its whole seconds; NaN where nothing is known.
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    values: [Vec<f32>; 4],
}

impl Pulse {
    /// Takes in what was recorded since, at most this many seconds; forgets what was cut off.
    pub fn follow(&mut self, recording: &Recording, seconds_max: usize) {
        let whole = recording.frames.len() / SECOND;
        self.values.iter_mut().for_each(|values| values.truncate(whole));
        let known = self.values[0].len();
        for second in known..whole.min(known + seconds_max) {
            let frames = &recording.frames[second * SECOND..(second + 1) * SECOND];
            for (measure, values) in Measure::ALL.into_iter().zip(&mut self.values) {
                values.push(value_of(measure, frames) as f32);
            }
        }
    }

    /// Forgets all from this second on.
    pub fn truncate(&mut self, seconds: usize) {
        self.values.iter_mut().for_each(|values| values.truncate(seconds));
    }

    /// Whole seconds that are known.
    pub fn seconds(&self) -> usize {
        self.values[0].len()
    }

    fn of(&self, measure: Measure) -> &[f32] {
        &self.values[measure as usize]
    }
}

/// The measure over these frames as one stretch of time; NaN where nothing is known.
pub fn value_of(measure: Measure, frames: &[Frame]) -> f64 {
    let users = || frames.iter().flat_map(|frame| &frame.users);
    let good: u64 = users().map(|users| u64::from(users.succeeded)).sum();
    match measure {
        Measure::Goodput => good as f64 / (frames.len().max(1) as f64 * FRAME.as_secs_f64()),
        Measure::Errors => {
            let lost: u64 = users().map(|users| u64::from(users.lost())).sum();
            if good + lost == 0 { 0.0 } else { lost as f64 / (good + lost) as f64 }
        }
        Measure::P95 => {
            let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
            let latencies = users().flat_map(|users| users.latency.latencies());
            latencies.for_each(|(micros, count)| *counts.entry(micros).or_default() += u64::from(count));
            let total: u64 = counts.values().sum();
            let mut left = total - total / 20;
            let found = counts.into_iter().find(|(_, count)| {
                left = left.saturating_sub(*count);
                left == 0
            });
            found.filter(|_| total > 0).map_or(f64::NAN, |(micros, _)| f64::from(micros) / 1e6)
        }
        Measure::Waiting => {
            let waiting = frames.iter().flat_map(|frame| &frame.components).map(|part| f64::from(part.waiting));
            waiting.sum::<f64>() / frames.len().max(1) as f64
        }
    }
}

/// Two curves on one sheet, `WIDTH` by `HEIGHT`, as SVG paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// Which measure.
    pub measure: Measure,
    /// The curve of the run on the page.
    pub own: String,
    /// The curve of the other one.
    pub other: String,
    /// The value at the top of the sheet.
    pub top: f64,
}

/// The width of the sheet of an overlay.
pub const WIDTH: f64 = 600.0;
/// Its height.
pub const HEIGHT: f64 = 100.0;

/// The curves of both runs up to the playhead, of a run that takes so long.
pub fn overlay(measure: Measure, own: &Pulse, other: &Pulse, playhead: Time, duration: Time) -> Overlay {
    let shown = (playhead.0 / 1_000_000_000) as usize;
    let cut = |pulse: &Pulse| {
        let values = pulse.of(measure);
        values[..shown.min(values.len())].to_vec()
    };
    let (own, other) = (cut(own), cut(other));
    let highest = own.iter().chain(&other).filter(|value| !value.is_nan()).fold(0.0, |a: f32, b| a.max(*b));
    let top = (f64::from(highest) * 1.05).max(measure.top_least());
    let top = if measure == Measure::Errors { top.min(1.0) } else { top };
    let per_second = WIDTH / duration.as_secs_f64().max(1.0);
    Overlay { measure, own: path(&own, per_second, top), other: path(&other, per_second, top), top }
}

fn path(values: &[f32], per_second: f64, top: f64) -> String {
    let (mut out, mut pen_up) = (String::new(), true);
    let step = values.len().div_ceil(POINTS_MAX).max(1);
    for (index, stretch) in values.chunks(step).enumerate() {
        // The worst second of a stretch must not be thinned away.
        let value = stretch.iter().copied().fold(f32::NAN, f32::max);
        if value.is_nan() {
            pen_up = true;
            continue;
        }
        // A line along the very edge could not be seen whole.
        let y = HEIGHT - (f64::from(value) / top).min(0.98) * HEIGHT;
        let x = (index * step + stretch.len()) as f64 * per_second;
        let _ = write!(out, "{}{x:.1} {y:.1}", if pen_up { 'M' } else { 'L' });
        pen_up = false;
    }
    out
}

/// How one figure differs between the two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub title: &'static str,
    /// The value of the run on the page.
    pub own: String,
    /// The value of the other one.
    pub other: String,
    /// The change from the other one to the own.
    pub change: String,
    /// Whether the own is better; none if they are equal or one is not known.
    pub better: Option<bool>,
}

/// The figures of both runs from the start to the playhead, or as far as both are known.
pub fn rows(own: &Recording, other: &Recording, playhead: Time) -> Vec<Row> {
    let frames = ((playhead.0 / FRAME.0) as usize).min(own.frames.len()).min(other.frames.len());
    let row = |measure: Measure| {
        let value = |recording: &Recording| value_of(measure, &recording.frames[..frames]);
        let (own, other) = if frames == 0 { (f64::NAN, f64::NAN) } else { (value(own), value(other)) };
        let text = |value: f64| if value.is_nan() { "–".to_owned() } else { measure.text(value) };
        row_of(measure.title(), own, other, text, measure.more_is_better())
    };
    let mut rows: Vec<Row> = Measure::ALL.map(row).into();
    let [own, other] = [own, other].map(|recording| f64::from(recording.parts.scale.max(1)));
    // Figures of requests that stand for many are coarser: whoever compares must know.
    if own.max(other) > 1.0 {
        let scale = row_of("Real requests in a simulated one", own, other, |k| format!("{k}"), false);
        rows.push(Row { better: None, ..scale });
    }
    rows
}

/// A row for two values; `text` writes one.
pub fn row_of(title: &'static str, own: f64, other: f64, text: impl Fn(f64) -> String, more_is_better: bool) -> Row {
    let (own_text, other_text) = (text(own), text(other));
    let same = own_text == other_text || own.is_nan() || other.is_nan();
    let change = match (same, other) {
        (true, _) if own.is_nan() || other.is_nan() => "–".to_owned(),
        (true, _) => "same".to_owned(),
        (false, other) if other.abs() < 1e-12 => format!("+{own_text}"),
        (false, other) => change_text(own / other),
    };
    let better = (!same).then_some((own > other) == more_is_better);
    Row { title, own: own_text, other: other_text, change, better }
}

/// A ratio in words: `+12 %`, `−40 %`, `× 8`.
fn change_text(ratio: f64) -> String {
    match ratio {
        r if r >= 3.0 => format!("× {}", short(r)),
        r if r >= 1.0 => format!("+{:.0} %", (r - 1.0) * 100.0),
        r => format!("−{:.0} %", (1.0 - r) * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design;
    use crate::sim::{Replay, Scenario};

    fn recorded(cores: u32) -> Recording {
        let text = format!(
            "version = 1\nduration = \"20s\"\n[classes.x]\ncpu = \"exp(10ms)\"\n[components.users]\nkind = \"clients\"\n\
             traffic = [[\"0s\", \"150/s\"]]\n[components.app]\nkind = \"server\"\ncores = {cores}\ncapacity = 20\n\
             [wires]\n\"users -> app\" = {{}}\n"
        );
        let mut replay = Replay::of(Scenario::of(design::read(&text).unwrap()));
        let mut recording = Recording { parts: replay.parts().clone(), ..Recording::default() };
        recording.extend(replay.run(Time::from_secs(20), u64::MAX).0);
        recording
    }

    #[test]
    fn the_stronger_build_wins_in_every_row() {
        let (strong, weak) = (recorded(4), recorded(1));
        let rows = rows(&strong, &weak, Time::from_secs(20));
        for row in &rows {
            assert_eq!(row.better, Some(true), "{row:?}");
        }
        assert_eq!(rows[0].title, "Answered well");
        // 150 a second come, and one core does about 100.
        assert!(rows[1].own == "0 %" && rows[1].other.ends_with(" %"), "{rows:?}");
        let mut same = super::rows(&weak, &weak, Time::from_secs(9));
        assert!(same.iter().all(|row| row.change == "same" && row.better.is_none()), "{same:?}");
        same = super::rows(&weak, &weak, Time::ZERO);
        assert!(same.iter().all(|row| row.own == "–"), "{same:?}");
        let mut coarse = weak.clone();
        coarse.parts.scale = 4;
        let told = super::rows(&coarse, &weak, Time::from_secs(9)).pop().unwrap();
        assert_eq!((told.own.as_str(), told.other.as_str(), told.better), ("4", "1", None));
    }

    #[test]
    fn curves_end_at_the_playhead_and_follow_cuts() {
        let mut recording = recorded(1);
        let mut pulse = Pulse::default();
        pulse.follow(&recording, 5);
        assert_eq!(pulse.seconds(), 5);
        pulse.follow(&recording, 100);
        assert_eq!(pulse.seconds(), 20);
        let at = |seconds| overlay(Measure::Goodput, &pulse, &pulse, Time::from_secs(seconds), Time::from_secs(20));
        assert!(at(20).own.contains("L600.0 ") && at(20).own == at(20).other);
        assert!(at(10).own.contains("L300.0 ") && !at(10).own.contains("L330.0"));
        assert_eq!(at(0).own, "");
        recording.truncate(Time::from_millis(7500));
        pulse.follow(&recording, 100);
        assert_eq!(pulse.seconds(), 7);
    }

    #[test]
    fn changes_in_words() {
        let check = |own: f64, other: f64, expected: &str| {
            assert_eq!(row_of("x", own, other, |v| format!("{v}"), true).change, expected, "{own} {other}");
        };
        check(110.0, 100.0, "+10 %");
        check(60.0, 100.0, "−40 %");
        check(800.0, 100.0, "× 8");
        check(5.0, 0.0, "+5");
        check(5.0, 5.0, "same");
        check(f64::NAN, 5.0, "–");
    }
}
