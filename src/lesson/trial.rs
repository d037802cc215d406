//! The same scenario with another seed, run to its end and graded: would one pass again?

use crate::insight::{Trial, percentile};
use crate::sim::{FRAME, Frame, Scenario};

use super::goal::Goal;
use super::played::play_graded;

/// Runs a scenario with this seed, what was done in mid-run included.
pub fn trial(scenario: &Scenario, goals: &[Goal], seed: u64) -> Trial {
    let mut seen: Vec<Frame> = Vec::new();
    // The rest of a frame is not needed again. Whoever waits can stop it: it may take what it takes.
    let mut see = |frame: &Frame| seen.push(Frame { users: frame.users.clone(), ..Frame::default() });
    let grader = play_graded(scenario, goals, seed, u64::MAX, &mut see).grader;
    let users = || seen.iter().flat_map(|frame| &frame.users);
    let good: f64 = users().map(|users| f64::from(users.succeeded)).sum();
    let lost: f64 = users().map(|users| f64::from(users.lost())).sum();
    let seconds = seen.len() as f64 * FRAME.as_secs_f64();
    Trial {
        seed,
        p95: percentile(&seen, 0.95),
        error_rate: if good + lost > 0.0 { lost / (good + lost) } else { 0.0 },
        goodput: if seconds > 0.0 { good / seconds } else { 0.0 },
        passed: (!goals.is_empty()).then(|| grader.all_met()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Change;
    use crate::units::Time;

    const DESIGN: &str = "version = 1\nduration = \"10s\"\n[classes.c]\ncpu = \"exp(5ms)\"\n[components.users]\n\
        kind = \"clients\"\ntraffic = [[\"0s\", \"150/s\"]]\n[components.app]\nkind = \"server\"\ncores = 1\n\
        [wires]\n\"users -> app\" = {}\n";

    #[test]
    fn other_seeds_are_other_runs_of_the_same_system() {
        let scenario = Scenario::of(crate::design::read(DESIGN).expect("a good design"));
        let goals: Vec<Goal> =
            ["error_rate(users) <= 1%", "p95(users) < 1ms"].map(|text| text.parse().expect("a goal")).into();
        let (first, second) = (trial(&scenario, &goals[..1], 1), trial(&scenario, &goals[..1], 2));
        assert_eq!(first, trial(&scenario, &goals[..1], 1));
        assert_eq!((first.passed, second.passed), (Some(true), Some(true)));
        assert_ne!(first.p95, second.p95);
        assert!((first.goodput - 150.0).abs() < 25.0, "{first:?}");
        assert_eq!(trial(&scenario, &goals, 1).passed, Some(false));
        assert_eq!(trial(&scenario, &[], 1).passed, None);
    }

    #[test]
    fn what_was_done_in_mid_run_is_done_again() {
        let design = crate::design::read(DESIGN).expect("a good design");
        let mut scenario = Scenario::of(design.clone());
        let quiet = trial(&scenario, &[], 5);
        let mut slow = design;
        slow.classes[0].cost.cpu = crate::units::Distribution::Exponential(Time::from_millis(50));
        scenario.change(Time::from_secs(3), Change::Design(Box::new(slow)));
        let overloaded = trial(&scenario, &[], 5);
        assert!(overloaded.goodput < 0.7 * quiet.goodput, "{quiet:?} {overloaded:?}");
    }
}
