//! How far the solution's figures are from the goals' bounds: the worst of all seeds.

use std::fmt;

use super::super::goal::{Comparison, Goal, Hold, Metric, Standing, Unit};
use super::runs::Run;

/// How far the solution is from losing.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    /// The goal.
    pub goal: String,
    /// The distance to the bound as a share of the bound: 0.1 for 90 ms where 100 ms are allowed. Below 0 it is missed.
    pub share: f64,
    /// The seed with the least.
    pub seed: u64,
}

impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}%", (self.share * 100.0).floor())
    }
}

/// The least margin of each goal over these runs; none for goals whose figure says nothing of a margin: those that must
/// hold for a time, those of an exact figure or of none at all, and the cost, which no seed changes.
pub fn margins(goals: &[Goal], runs: &[&Run]) -> Vec<Margin> {
    let mut margins = Vec::new();
    for (index, goal) in goals.iter().enumerate() {
        let of_run = |run: &&Run| Some((share(goal, run.standings.get(index)?)?, run.seed));
        let shares: Vec<(f64, u64)> = runs.iter().filter_map(of_run).collect();
        let worst = shares.into_iter().reduce(|worst, other| if other.0 < worst.0 { other } else { worst });
        margins.extend(worst.map(|(share, seed)| Margin { goal: goal.text.clone(), share, seed }));
    }
    margins
}

fn share(goal: &Goal, standing: &Standing) -> Option<f64> {
    if goal.hold != Hold::Overall || goal.metric == Metric::Cost {
        return None;
    }
    let (figure, bound) = (standing.figure?, goal.bound);
    // 99.95% where 99.9% are asked for is half the failures: what counts is the rest to the whole.
    let rest = goal.metric.info().unit == Unit::Share && bound > 0.5;
    let (less, figure, bound) = match goal.comparison {
        Comparison::Less | Comparison::AtMost if rest => (false, 1.0 - figure, 1.0 - bound),
        Comparison::More | Comparison::AtLeast if rest => (true, 1.0 - figure, 1.0 - bound),
        Comparison::Less | Comparison::AtMost => (true, figure, bound),
        Comparison::More | Comparison::AtLeast => (false, figure, bound),
        Comparison::Equal => return None,
    };
    if bound <= 0.0 {
        return None;
    }
    Some(if less { (bound - figure) / bound } else { (figure - bound) / bound })
}

#[cfg(test)]
mod tests {
    use super::super::super::goal::State;
    use super::*;

    fn run(seed: u64, goal: &Goal, figure: f64) -> Run {
        let standing = Standing {
            text: goal.text.clone(),
            note: String::new(),
            state: State::Met,
            figure: Some(figure),
            value: String::new(),
            holds: None,
            progress: 1.0,
            level: None,
        };
        Run { build: String::new(), seed, scale: 1, standings: vec![standing], watched: Vec::new() }
    }

    #[test]
    fn the_worst_seed_counts() {
        let check = |goal: &str, figures: [f64; 2], expected: &str| {
            let goal: Goal = goal.parse().expect(goal);
            let runs = [run(7, &goal, figures[0]), run(8, &goal, figures[1])];
            let margins = margins(std::slice::from_ref(&goal), &[&runs[0], &runs[1]]);
            let told = margins.first().map(|margin| format!("{margin} seed {}", margin.seed));
            assert_eq!(told.unwrap_or_default(), expected, "{}", goal.text);
        };
        check("p95(users) < 100ms", [0.08, 0.09], "10% seed 8");
        check("goodput(users) >= 800/s", [880.0, 1000.0], "10% seed 7");
        check("success_rate(users) >= 99%", [0.995, 0.998], "50% seed 7");
        check("utilization(db) < 80%", [0.7, 0.6], "50% seed 7");
        check("error_rate(users) < 2%", [0.03, 0.0], "-50% seed 7");
        check("stale_reads(users) = 0", [0.0, 0.0], "");
        check("utilization(db) < 80% for 2s", [0.1, 0.1], "");
        check("cost <= $3/h", [2.9, 2.9], "");
    }
}
