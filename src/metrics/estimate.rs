//! A mean over several runs, and how sure one can be of it.

/// What a figure came to over several independent runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean of the runs.
    pub mean: f64,
    /// Half the width of the 95 % confidence interval around the mean; none for a single run.
    pub half_width: Option<f64>,
    /// How many runs had the figure.
    pub count: usize,
}

impl Estimate {
    /// The estimate from these runs; none if there are none.
    ///
    /// Runs with different seeds are independent and equally distributed, so that mean ± t · s / √n covers the true mean
    /// in 95 of 100 cases (Student 1908), exactly for normal figures and nearly so for means of many requests.
    pub fn of(runs: &[f64]) -> Option<Estimate> {
        let count = runs.len();
        if count == 0 {
            return None;
        }
        let mean = runs.iter().sum::<f64>() / count as f64;
        let squares: f64 = runs.iter().map(|run| (run - mean) * (run - mean)).sum();
        let half_width = (count > 1).then(|| {
            let error = (squares / (count - 1) as f64 / count as f64).sqrt();
            student_t(count - 1) * error
        });
        Some(Estimate { mean, half_width, count })
    }
}

/// The 97.5 % quantile of Student's t for 1 to 10 degrees of freedom, where the expansion is not good enough.
const T: [f64; 10] = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281];

/// The 97.5 % quantile of Student's t: from a table, and beyond it by the expansion around the normal quantile
/// (Abramowitz & Stegun 26.7.5), good to four digits there.
fn student_t(freedom: usize) -> f64 {
    if let Some(known) = T.get(freedom.saturating_sub(1)) {
        return *known;
    }
    let (z, n) = (1.959_963_985_f64, freedom as f64);
    let z3 = z * z * z;
    let z5 = z3 * z * z;
    let z7 = z5 * z * z;
    let first = (z3 + z) / 4.0;
    let second = (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0;
    let third = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0;
    z + first / n + second / (n * n) + third / (n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_students() {
        let check = |freedom: usize, expected: f64| {
            assert!((student_t(freedom) - expected).abs() < 2e-4, "{freedom}: {}", student_t(freedom));
        };
        check(1, 12.7062);
        check(10, 2.2281);
        check(11, 2.2010);
        check(19, 2.0930);
        check(30, 2.0423);
        check(100, 1.9840);
        check(100_000, 1.9600);
    }

    #[test]
    fn a_mean_and_its_half_width() {
        let estimate = Estimate::of(&[1.0, 2.0, 3.0, 4.0]).expect("there are runs");
        // s = √(5/3), t(3) = 3.1824: 3.1824 · √(5/3) / 2.
        assert_eq!(estimate.mean, 2.5);
        assert!((estimate.half_width.expect("several runs") - 2.054_23).abs() < 1e-4, "{estimate:?}");
        assert_eq!(Estimate::of(&[7.0]), Some(Estimate { mean: 7.0, half_width: None, count: 1 }));
        assert_eq!(Estimate::of(&[]), None);
    }

    /// The interval must hold what it promises: over many small samples it covers the true mean in 95 of 100.
    #[test]
    fn covers_the_true_mean_in_95_of_100() {
        let mut state = 9u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let samples = 20_000;
        let covered = (0..samples).filter(|_| {
            // Sums of twelve uniform numbers are normal enough; their mean is 6.
            let runs: Vec<f64> = (0..5).map(|_| (0..12).map(|_| uniform()).sum()).collect();
            let estimate = Estimate::of(&runs).expect("there are runs");
            (estimate.mean - 6.0).abs() <= estimate.half_width.expect("several runs")
        });
        let share = covered.count() as f64 / f64::from(samples);
        // Four standard errors of a share of 0.95.
        assert!((share - 0.95).abs() < 4.0 * (0.95 * 0.05 / f64::from(samples)).sqrt(), "{share}");
    }
}
