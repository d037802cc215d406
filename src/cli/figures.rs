//! The main figures of a run by name, and their estimates over several seeds.

use serde_json::{Map, Value, json};

use crate::design::{Design, Kind};
use crate::lesson::State;
use crate::metrics::Estimate;

use super::batch::Outcome;

/// The names of the main figures of a design's runs, with their units: `p99_s`, `utilization(app-1)`.
pub fn figure_names(design: &Design) -> Vec<String> {
    let fixed = ["goodput_per_s", "error_rate", "mean_latency_s", "p50_s", "p95_s", "p99_s"].map(str::to_owned);
    let busy = with_servers(design).map(|name| format!("utilization({name})"));
    let last = ["cost_per_hour_usd", "cost_per_million_usd", "goals_met"].map(str::to_owned);
    fixed.into_iter().chain(busy).chain(last).collect()
}

/// The components whose busy share says something: all but users, who serve nobody.
fn with_servers(design: &Design) -> impl Iterator<Item = &str> {
    let serves = design.components.iter().filter(|component| !matches!(component.kind, Kind::Clients(_)));
    serves.map(|component| component.name.as_str())
}

/// The figures of one run, in the order of their names; none where there was nothing to measure.
pub fn figures_of(outcome: &Outcome, design: &Design) -> Vec<Option<f64>> {
    let (report, latency) = (&outcome.report, &outcome.report.latency_s);
    let (requests, failed) = (&report.requests, &report.requests.failed);
    let bad = failed.timed_out + failed.refused + failed.shed + failed.failed;
    let ended = requests.succeeded + bad;
    let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let answered = |figure: f64| (requests.succeeded > 0).then_some(figure);
    let busy = |name: &str| {
        let found = report.components.iter().find(|(known, _)| known == name);
        found.map(|(_, seen)| seen.utilization)
    };
    let met = outcome.goals.iter().filter(|goal| goal.state == State::Met).count();
    let mut figures = vec![
        ratio(requests.succeeded as f64, report.counted_s),
        ratio(bad as f64, ended as f64),
        answered(latency.mean),
        answered(latency.p50),
        answered(latency.p95),
        answered(latency.p99),
    ];
    figures.extend(with_servers(design).map(busy));
    let per_million = outcome.run_cost.per_million.map(|money| money.0);
    figures.extend([Some(outcome.cost), per_million, Some(met as f64)]);
    figures
}

/// The estimates over several runs, figure by figure; none where no run had the figure.
pub fn estimates(runs: &[Vec<Option<f64>>]) -> Vec<Option<Estimate>> {
    let count = runs.first().map_or(0, Vec::len);
    (0..count).map(|index| Estimate::of(&runs.iter().filter_map(|run| run[index]).collect::<Vec<_>>())).collect()
}

/// Several seeds as the value of `"seeds"` in the JSON report.
pub fn seeds_json(outcomes: &[Outcome], design: &Design) -> Value {
    let runs: Vec<_> = outcomes.iter().map(|outcome| figures_of(outcome, design)).collect();
    let mut figures = Map::new();
    for (name, estimate) in figure_names(design).into_iter().zip(estimates(&runs)) {
        let told =
            |estimate: Estimate| json!({ "mean": estimate.mean, "ci95": estimate.half_width, "runs": estimate.count });
        figures.insert(name, estimate.map_or(Value::Null, told));
    }
    let goals = goal_counts(outcomes);
    let goals: Vec<Value> = goals.iter().map(|(text, met)| json!({ "text": text, "met_on": met })).collect();
    json!({
        "count": outcomes.len(),
        "seeds": outcomes.iter().map(|outcome| outcome.seed).collect::<Vec<_>>(),
        "stopped": stopped(outcomes),
        "figures": figures,
        "goals": goals,
    })
}

/// The goals, and on how many seeds each was met.
pub fn goal_counts(outcomes: &[Outcome]) -> Vec<(String, usize)> {
    let Some(first) = outcomes.first() else { return Vec::new() };
    let met = |index: usize| outcomes.iter().filter(|outcome| outcome.goals[index].state == State::Met).count();
    first.goals.iter().enumerate().map(|(index, goal)| (goal.text.clone(), met(index))).collect()
}

/// How many runs were stopped before their time.
pub fn stopped(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.report.stopped.is_some()).count()
}
