//! Theory beside practice, over seeds: live points lie on the curves, Little's law holds, warnings come before failures.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use pressure_point::design::Design;
use pressure_point::insight::{Level, Pressures, Theory, TradeOffs, little_of_users};
use pressure_point::sim::{Frame, Parts};
use pressure_point::units::Time;
use support::{near, read, run_design};

/// A station that users ask at this rate.
fn station(rate: u32, cpu: &str, settings: &str) -> Design {
    read(&format!(
        "version = 1\nduration = \"90s\"\n[classes.c]\ncpu = \"{cpu}\"\n\
         [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"{rate}/s\"]]\n\
         [components.app]\nkind = \"server\"\n{settings}[wires]\n\"users -> app\" = {{}}\n"
    ))
}

fn frames_of(design: &Design, seed: u64) -> (Parts, Vec<Frame>) {
    let (simulation, frames) = run_design(&Design { seed, ..design.clone() }, Time::ZERO);
    (simulation.parts().clone(), frames)
}

fn theory(design: &Design, seed: u64) -> Theory {
    let (parts, frames) = frames_of(design, seed);
    // The first ten seconds fill the queue.
    let at = parts.component("app").expect("it is there");
    Theory::of(design, &parts, &frames[100..], at).expect("requests came")
}

/// The mean over seeds of how far the live point is from the curve lies within this share.
#[track_caller]
fn on_the_curve(design: &Design, law: &str, tolerance: f64) {
    let seeds = 6;
    let (mut seen, mut expected) = (0.0, 0.0);
    for seed in 1..=seeds {
        let theory = theory(design, seed);
        assert_eq!(theory.law, law);
        seen += theory.live.1;
        expected += theory.expected.expect("below the limit");
    }
    near(law, seen, expected, tolerance);
}

#[test]
fn live_points_lie_on_the_curve() {
    let ample = "concurrency = 100000\ncapacity = 100000\n";
    on_the_curve(&station(140, "exp(5ms)", &format!("cores = 1\n{ample}")), "M/M/1", 0.06);
    on_the_curve(&station(640, "exp(5ms)", &format!("cores = 4\n{ample}")), "M/M/4", 0.06);
    on_the_curve(&station(150, "5ms", &format!("cores = 1\n{ample}")), "G/G/1", 0.06);
    on_the_curve(&station(140, "lognormal(5ms, 2)", &format!("cores = 1\n{ample}")), "G/G/1", 0.12);
    on_the_curve(&station(300, "exp(5ms)", "cores = 1\nconcurrency = 1\ncapacity = 20\n"), "M/M/1/21", 0.04);
}

#[test]
fn the_knee_and_the_limit_are_where_theory_has_them() {
    let theory = theory(&station(100, "exp(5ms)", "cores = 1\nconcurrency = 100000\ncapacity = 100000\n"), 1);
    // M/M/1: the wait equals the work at half load.
    near("limit", theory.limit, 200.0, 0.03);
    near("knee", theory.knee, theory.limit / 2.0, 0.001);
}

#[test]
fn little_s_law_holds_in_every_run() {
    for seed in 1..=6 {
        let design = station(150, "exp(5ms)", "cores = 1\nconcurrency = 100000\ncapacity = 100000\n");
        let (parts, frames) = frames_of(&design, seed);
        let users = little_of_users(&frames).expect("requests were answered");
        // Those under way are counted at the ends of frames only.
        assert!(users.difference().abs() < 0.08, "seed {seed}: {users:?}");
        let at = parts.component("app").expect("it is there");
        let waiting = Theory::of(&design, &parts, &frames, at).expect("requests came").waiting;
        assert!(waiting.difference().abs() < 0.02, "seed {seed}: {waiting:?}");
    }
}

/// Traffic that grows slowly beyond what a part can do.
fn ramp(kind: &str) -> Design {
    read(&format!(
        "version = 1\nduration = \"80s\"\n[classes.c]\ncpu = \"exp(4ms)\"\nreads = 1\nkeys = {{ count = 1000 }}\n\
         [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"60/s\"], [\"80s\", \"900/s\"]]\n{kind}\
         [wires]\n\"users -> app\" = {{ timeout = \"1s\" }}\n\"app -> db\" = {{}}\n"
    ))
}

const RAMPS: [&str; 3] = [
    "[components.app]\nkind = \"server\"\ncores = 2\n[components.db]\nkind = \"database\"\nread = \"1ms\"\n",
    "[components.app]\nkind = \"server\"\ncores = 16\n[components.db]\nkind = \"database\"\nread = \"exp(8ms)\"\nconcurrency = 4\n",
    "[components.app]\nkind = \"server\"\ncores = 16\nconcurrency = 4\ncapacity = 50\n[components.db]\nkind = \"database\"\nread = \"exp(10ms)\"\n",
];

#[test]
fn warnings_come_before_failures() {
    let mut leads = Vec::new();
    for (number, kind) in RAMPS.iter().enumerate() {
        let design = ramp(kind);
        for seed in 1..=5 {
            let (parts, frames) = frames_of(&design, seed);
            let failed = frames.iter().position(|frame| frame.users.iter().any(|users| users.lost() > 0));
            let failed = failed.expect("the ramp goes beyond every limit");
            let warns = |end: &usize| {
                let seen = Pressures::at(&design, &parts, &frames, *end);
                seen.warnings().iter().any(|warning| warning.level >= Level::Near)
            };
            let warned = (5..=failed).find(warns).unwrap_or(failed + 1);
            let lead = (failed as f64 - warned as f64) / 10.0;
            assert!(lead >= 2.0, "ramp {number}, seed {seed}: warned at frame {warned}, failed at {failed}");
            leads.push(lead);
        }
    }
    let mean = leads.iter().sum::<f64>() / leads.len() as f64;
    println!("warnings came {mean:.1} s before failures on average: {leads:?}");
    assert!(mean >= 4.0, "{leads:?}");
}

#[test]
fn quiet_systems_are_not_warned_of() {
    for seed in 1..=5 {
        let design = station(60, "exp(5ms)", "cores = 1\n");
        let (parts, frames) = frames_of(&design, seed);
        let warned = (10..frames.len()).step_by(5).filter(|end| {
            Pressures::at(&design, &parts, &frames, *end).warnings().iter().any(|warning| warning.level >= Level::Near)
        });
        assert_eq!(warned.count(), 0, "seed {seed}");
    }
}

#[test]
fn more_servers_trade_cost_and_simplicity_for_latency_and_head_room() {
    let few = station(180, "exp(5ms)", "cores = 1\n");
    let many = station(180, "exp(5ms)", "cores = 8\n");
    let axes = |design: &Design| {
        let (parts, frames) = frames_of(design, 3);
        TradeOffs::of(design, &parts, &frames).axes
    };
    let (few, many) = (axes(&few), axes(&many));
    let score = |axes: &[pressure_point::insight::Axis], name: &str| {
        axes.iter().find(|axis| axis.name == name).unwrap_or_else(|| panic!("no {name}")).score
    };
    assert_eq!(few.len(), 6);
    for better in ["Latency", "Scalability"] {
        assert!(score(&many, better) > score(&few, better) + 0.05, "{better}: {few:?} {many:?}");
    }
    assert!(score(&many, "Cost") < score(&few, "Cost"));
    assert_eq!(score(&many, "Consistency"), 1.0);
    assert!(many.iter().chain(&few).all(|axis| (0.0..=1.0).contains(&axis.score)));
}
