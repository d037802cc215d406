//! The latencies of the users' good answers as a histogram on a logarithmic axis, with the percentiles marked.

use crate::metrics::Recording;
use crate::sim::{FRAME, Sketch};
use crate::units::Time;

/// Bars of each power of ten.
const BARS: f64 = 12.0;
/// Powers of ten that the axis spans at least.
const DECADES_MIN: f64 = 2.0;

/// One bar; places are shares of the whole width and height.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its left edge.
    pub x: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Answers in it.
    pub count: u64,
    /// Latencies from here on …
    pub from: Time,
    /// … up to here are in it.
    pub to: Time,
}

/// The histogram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Good answers that were counted.
    pub answers: u64,
    /// The bars that are not empty.
    pub columns: Vec<Column>,
    /// Percentiles: name, latency, and its place across.
    pub marks: Vec<(&'static str, Time, f64)>,
    /// Marks of the axis: place across, and what it says.
    pub ticks: Vec<(f64, String)>,
}

/// The histogram of the answers between these times; of one request class, if its number is given.
pub fn histogram(recording: &Recording, from: Time, to: Time, class: Option<u16>) -> Histogram {
    let frames = |at: Time| ((at.0 / FRAME.0) as usize).min(recording.frames.len());
    let (first, last) = (frames(from), frames(to));
    let mut counts = vec![0u64; Sketch::STEPS];
    for frame in &recording.frames[first.min(last)..last] {
        match class {
            None => frame.users.iter().for_each(|users| users.latency.add_to(&mut counts)),
            Some(class) => {
                if let Some(answers) = frame.classes.get(usize::from(class)) {
                    answers.latency.add_to(&mut counts);
                }
            }
        }
    }
    let steps: Vec<(f64, u64)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(step, count)| (f64::from(Sketch::greatest(step as u32)) / 1e6, *count))
        .collect();
    shape(&steps)
}

/// The histogram of latencies in seconds, in order, and how often each.
fn shape(steps: &[(f64, u64)]) -> Histogram {
    let (Some((least, _)), Some((most, _))) = (steps.first(), steps.last()) else { return Histogram::default() };
    let floor = libm::floor(libm::log10(*least) + 1e-9);
    let decades = (libm::ceil(libm::log10(*most) - 1e-9) - floor).max(DECADES_MIN);
    let place = |seconds: f64| ((libm::log10(seconds) - floor) / decades).clamp(0.0, 1.0);
    let answers: u64 = steps.iter().map(|(_, count)| count).sum();
    let bars = (decades * BARS) as usize;
    let mut counts = vec![0u64; bars];
    for (seconds, count) in steps {
        counts[((place(*seconds) * bars as f64) as usize).min(bars - 1)] += count;
    }
    let highest = counts.iter().copied().max().unwrap_or(1).max(1);
    let edge = |bar: usize| Time::from_secs_f64(libm::exp10(floor + bar as f64 / BARS));
    let column = |(bar, count): (usize, u64)| Column {
        x: bar as f64 / bars as f64,
        width: 1.0 / bars as f64,
        height: count as f64 / highest as f64,
        count,
        from: edge(bar),
        to: edge(bar + 1),
    };
    let mark = |(name, share): (&'static str, f64)| {
        let seconds = within(steps, (answers as f64 * share) as u64);
        (name, Time::from_secs_f64(seconds), place(seconds))
    };
    Histogram {
        answers,
        columns: counts.into_iter().enumerate().filter(|(_, count)| *count > 0).map(column).collect(),
        marks: [("p50", 0.50), ("p95", 0.95), ("p99", 0.99)].map(mark).to_vec(),
        ticks: ticks(floor, decades),
    }
}

/// The latency that this many answers stay within.
fn within(steps: &[(f64, u64)], mut left: u64) -> f64 {
    for (seconds, count) in steps {
        if left < *count {
            return *seconds;
        }
        left -= count;
    }
    steps.last().map_or(0.0, |(seconds, _)| *seconds)
}

/// Powers of ten; where there are few, twice and five times them, too.
fn ticks(floor: f64, decades: f64) -> Vec<(f64, String)> {
    let factors: &[f64] = if decades <= 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let whole = 0..=decades as i32;
    let ticks = whole.flat_map(|decade| factors.iter().map(move |factor| (f64::from(decade), *factor)));
    ticks
        .map(|(decade, factor)| (decade + libm::log10(factor), libm::exp10(floor + decade) * factor))
        .filter(|(at, _)| *at <= decades + 1e-9)
        .map(|(at, seconds)| (at / decades, Time::from_secs_f64(seconds).rounded()))
        .collect()
}

impl Histogram {
    /// It in words: the percentiles.
    pub fn words(&self) -> String {
        if self.answers == 0 {
            return "No good answers in this time.".to_owned();
        }
        let marks: Vec<String> = self.marks.iter().map(|(name, at, _)| format!("{name} {}", at.rounded())).collect();
        format!("{} good answers: {}.", self.answers, marks.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_where_their_latencies_are() {
        let histogram = shape(&[(0.001, 10), (0.1, 30), (1.0, 1)]);
        assert_eq!(histogram.answers, 41);
        let said: Vec<(f64, u64, f64)> =
            histogram.columns.iter().map(|column| (column.x, column.count, column.height)).collect();
        assert_eq!(said, [(0.0, 10, 1.0 / 3.0), (24.0 / 36.0, 30, 1.0), (35.0 / 36.0, 1, 1.0 / 30.0)]);
        for column in &histogram.columns {
            assert!(column.from < column.to && column.x + column.width <= 1.0 + 1e-9, "{column:?}");
        }
        let marks: Vec<(&str, String)> = histogram.marks.iter().map(|(name, at, _)| (*name, at.rounded())).collect();
        assert_eq!(marks, [("p50", "100 ms".to_owned()), ("p95", "100 ms".to_owned()), ("p99", "1 s".to_owned())]);
        assert!((histogram.marks[0].2 - 2.0 / 3.0).abs() < 1e-9);
        let ticks: Vec<&str> = histogram.ticks.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(ticks.len(), 10);
        assert_eq!((ticks[0], ticks[3], ticks[9]), ("1 ms", "10 ms", "1 s"));
    }

    #[test]
    fn nothing_and_one_answer_have_a_shape() {
        assert_eq!(shape(&[]), Histogram::default());
        let one = shape(&[(0.05, 1)]);
        assert_eq!((one.columns.len(), one.marks[2].1), (1, Time::from_millis(50)));
        assert!(one.ticks.iter().all(|(at, _)| (0.0..=1.0 + 1e-9).contains(at)));
    }
}
