//! How sure one can be of a result: the same scenario with other seeds, and what came of it each time.

use serde::{Deserialize, Serialize};

use crate::units::put_in_order;

/// What came of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Its seed.
    pub seed: u64,
    /// The latency that 95 % of the good answers stay below, in seconds; none if there were none.
    pub p95: Option<f64>,
    /// The share of ended requests that ended badly.
    pub error_rate: f64,
    /// Good answers per second.
    pub goodput: f64,
    /// Whether all goals of the lesson were met; none without a lesson.
    pub passed: Option<bool>,
}

/// Where a figure lies over many runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The smallest.
    pub least: f64,
    /// One of ten runs is below.
    pub low: f64,
    /// Half of the runs are below.
    pub middle: f64,
    /// One of ten runs is above.
    pub high: f64,
    /// The greatest.
    pub most: f64,
}

impl Band {
    /// The band of these figures; none if there are none. Quantiles between two figures are interpolated linearly
    /// (Hyndman & Fan 1996, definition 7).
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Option<Band> {
        let mut sorted: Vec<f64> = figures.into_iter().filter(|figure| figure.is_finite()).collect();
        put_in_order(&mut sorted, |a, b| a < b);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let quantile = |share: f64| {
            let at = share * (sorted.len() - 1) as f64;
            let below = at as usize;
            let above = (below + 1).min(sorted.len() - 1);
            sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
        };
        Some(Band { least, low: quantile(0.1), middle: quantile(0.5), high: quantile(0.9), most })
    }
}

/// What many runs came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Confidence {
    /// How many runs.
    pub runs: usize,
    /// How many of them passed; none without goals.
    pub passed: Option<usize>,
    /// Between which shares the chance to pass lies, with 95 % confidence.
    pub chance: Option<(f64, f64)>,
    /// The latency that 95 % of the good answers stay below, in seconds.
    pub p95: Option<Band>,
    /// The share of ended requests that ended badly.
    pub error_rate: Option<Band>,
    /// Good answers per second.
    pub goodput: Option<Band>,
}

impl Confidence {
    /// What these runs came to.
    pub fn of(trials: &[Trial]) -> Confidence {
        let graded = trials.iter().filter_map(|trial| trial.passed);
        let (count, passed) = graded.fold((0, 0), |(count, passed), good| (count + 1, passed + usize::from(good)));
        Confidence {
            runs: trials.len(),
            passed: (count > 0).then_some(passed),
            chance: (count > 0).then(|| wilson(passed, count)),
            p95: Band::of(trials.iter().filter_map(|trial| trial.p95)),
            error_rate: Band::of(trials.iter().map(|trial| trial.error_rate)),
            goodput: Band::of(trials.iter().map(|trial| trial.goodput)),
        }
    }
}

/// The 95 % confidence interval of a chance of which `successes` of `count` are known (Wilson 1927): good for few runs and
/// for chances near 0 and 1, where the normal interval is not.
pub fn wilson(successes: usize, count: usize) -> (f64, f64) {
    let (z, n) = (1.959_963_985_f64, count.max(1) as f64);
    let share = successes as f64 / n;
    let centre = share + z * z / (2.0 * n);
    let spread = z * libm::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    let scale = 1.0 + z * z / n;
    (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        let band = Band::of([4.0, 1.0, 3.0, 2.0, 5.0]).expect("there are figures");
        assert_eq!((band.least, band.middle, band.most), (1.0, 3.0, 5.0));
        assert!((band.low - 1.4).abs() < 1e-12 && (band.high - 4.6).abs() < 1e-12, "{band:?}");
        assert_eq!(Band::of([7.0]).expect("one").high, 7.0);
        assert_eq!(Band::of([f64::NAN]), None);
    }

    #[test]
    fn intervals_are_wilsons() {
        let check = |(successes, count): (usize, usize), (low, high): (f64, f64)| {
            let seen = wilson(successes, count);
            assert!((seen.0 - low).abs() < 5e-4 && (seen.1 - high).abs() < 5e-4, "{successes}/{count}: {seen:?}");
        };
        // Rows of Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        check((81, 263), (0.2553, 0.3662));
        check((15, 148), (0.0624, 0.1605));
        check((0, 20), (0.0, 0.1611));
        check((1, 29), (0.0061, 0.1718));
    }

    #[test]
    fn runs_come_to_bands_and_a_chance() {
        let trial = |seed: u64| Trial {
            seed,
            p95: (seed > 0).then_some(seed as f64),
            error_rate: 0.1 * seed as f64,
            goodput: 100.0,
            passed: Some(seed < 3),
        };
        let trials: Vec<Trial> = (0..5).map(trial).collect();
        let seen = Confidence::of(&trials);
        assert_eq!((seen.runs, seen.passed), (5, Some(3)));
        assert_eq!(seen.p95.expect("four runs had answers").least, 1.0);
        assert_eq!(seen.goodput.expect("all runs").high, 100.0);
        assert_eq!(Confidence::of(&[]), Confidence::default());
    }
}
