//! Laws that hold for every design: conservation, determinism, and that changes in mid-run keep the past.

mod support;

use pressure_point::design::{self, Design};
use pressure_point::metrics::{Recording, Report};
use pressure_point::sim::{Change, Frame, Health, Replay, Status};
use pressure_point::units::Time;
use support::{Dice, random_design, run_design};

const SEEDS: std::ops::Range<u64> = 0..300;

#[test]
fn requests_are_conserved() {
    for seed in SEEDS {
        let design = random_design(seed);
        for warmup in [Time::ZERO, Time::from_secs(2)] {
            let (simulation, frames) = run_design(&design, warmup);
            let report = Report::of(&simulation).expect("totals were asked for");
            let requests = &report.requests;
            let failed = &requests.failed;
            let ended = requests.succeeded + failed.timed_out + failed.refused + failed.shed + failed.failed;
            assert_eq!(requests.issued, ended + requests.in_flight, "seed {seed}");
            if warmup == Time::ZERO {
                frames_agree(seed, &report, &frames);
            }
        }
    }
}

/// What the frames show adds up to what the report says, for users and for every wire.
fn frames_agree(seed: u64, report: &Report, frames: &[Frame]) {
    let issued: u64 = frames.iter().flat_map(|frame| &frame.users).map(|users| u64::from(users.issued)).sum();
    assert_eq!(issued, report.requests.issued, "seed {seed}");
    let in_flight: u64 =
        frames.last().iter().flat_map(|frame| &frame.users).map(|users| u64::from(users.in_flight)).sum();
    assert_eq!(in_flight, report.requests.in_flight, "seed {seed}");
    for (index, (name, wire)) in report.wires.iter().enumerate() {
        // What is neither answered nor given up on is in flight; that is never negative and fits the last frames.
        assert!(wire.ok + wire.failed <= wire.attempts, "seed {seed}, {name}: {wire:?}");
        let refused: u64 = frames.iter().map(|frame| u64::from(frame.wires[index].refused)).sum();
        assert_eq!(refused, wire.refused, "seed {seed}, {name}");
    }
    for (name, component) in &report.components {
        let ended = component.completions + component.shed + component.failed;
        assert!(ended <= component.arrivals, "seed {seed}, {name}: {component:?}");
        assert!((0.0..=1.000_001).contains(&component.utilization), "seed {seed}, {name}: {component:?}");
    }
}

#[test]
fn the_same_scenario_gives_the_same_run() {
    for seed in SEEDS.step_by(10) {
        let design = random_design(seed);
        let (first, frames) = run_design(&design, Time::ZERO);
        let (second, again) = run_design(&design, Time::ZERO);
        assert_eq!(first.trace_hash(), second.trace_hash(), "seed {seed}");
        assert_eq!(frames, again, "seed {seed}");
        let (other, _) = run_design(&Design { seed: seed + 1, ..design }, Time::ZERO);
        // A design that answers nobody has no history to differ in.
        let answered = first.totals().expect("totals were asked for").requests().succeeded;
        assert!(other.trace_hash() != first.trace_hash() || answered < 20, "seed {seed}: {answered} answers");
    }
}

#[test]
fn what_is_written_reads_as_the_same_design() {
    for seed in SEEDS {
        let design = random_design(seed);
        let text = design::write(&design);
        assert_eq!(design::read(&text).expect("what is written reads"), design, "seed {seed}\n{text}");
    }
}

/// Runs a replay to its end in slices of random size.
fn play(replay: &mut Replay, dice: &mut Dice) -> Vec<Frame> {
    let mut frames = Vec::new();
    loop {
        let (more, status) = replay.run(Time::MAX, 1 + dice.below(20_000));
        frames.extend(more);
        if status != Status::Running {
            return frames;
        }
    }
}

/// A change at any moment keeps the past, and replaying the same script gives the same future, wherever the checkpoints
/// happened to lie.
#[test]
fn a_change_keeps_the_past_and_its_future_repeats() {
    for seed in SEEDS.step_by(5) {
        let mut dice = Dice(seed | 1);
        let (before, after) = (random_design(seed), random_design(seed + 1));
        let after = Design { duration: before.duration, ..after };
        let mut replay = Replay::new(before.clone());
        let original = play(&mut replay, &mut dice);
        let at = Time(dice.below(before.duration.0));
        let changed_at = replay.change(at, Change::Design(Box::new(after.clone())));
        let kept = (changed_at.0 / 100_000_000) as usize;
        let future = play(&mut replay, &mut dice);
        assert_eq!(kept + future.len(), original.len(), "seed {seed}");

        let mut straight = Replay::new(before);
        let (past, _) = straight.run(changed_at, u64::MAX);
        assert_eq!(past[..], original[..kept], "seed {seed}");
        straight.change(at, Change::Design(Box::new(after)));
        assert_eq!(play(&mut straight, &mut dice), future, "seed {seed}");
    }
}

/// Requests in flight go on when a setting changes around them: nobody and nothing is lost.
#[test]
fn a_changed_setting_loses_nothing() {
    for seed in SEEDS.step_by(3) {
        let mut dice = Dice(seed | 1);
        let design = random_design(seed);
        let mut replay = Replay::new(design.clone());
        play(&mut replay, &mut dice);
        for _ in 0..3 {
            let mut changed = design.clone();
            for component in &mut changed.components {
                if let design::Kind::Server(server) = &mut component.kind {
                    server.cores = 1 + dice.below(8) as u32;
                    server.concurrency = 1 + dice.below(30) as u32;
                }
            }
            replay.change(Time(dice.below(design.duration.0)), Change::Design(Box::new(changed)));
            let frames = play(&mut replay, &mut dice);
            let users = &replay.parts().clients;
            assert!(frames.iter().all(|frame| frame.users.len() == users.len()), "seed {seed}");
            let gone = frames.iter().flat_map(|frame| &frame.components).any(|seen| seen.health == Health::Gone);
            assert!(!gone, "seed {seed}");
        }
    }
}

#[test]
fn a_longer_duration_wakes_a_run_that_had_ended() {
    let design = random_design(3);
    let mut replay = Replay::new(design.clone());
    let (short, status) = replay.run(Time::MAX, u64::MAX);
    assert_eq!(status, Status::Ended);
    let longer = Design { duration: design.duration + Time::from_secs(2), ..design };
    replay.change(Time::MAX, Change::Design(Box::new(longer)));
    let (more, status) = replay.run(Time::MAX, u64::MAX);
    assert_eq!((more.len(), status), (20, Status::Ended));
    assert_eq!(more[0].index as usize, short.len());
}

#[test]
fn a_recording_takes_frames_and_forgets_the_future() {
    for seed in SEEDS.step_by(25) {
        let (simulation, frames) = run_design(&random_design(seed), Time::ZERO);
        let half = frames.len() / 2;
        let mut whole = Recording::default();
        whole.extend(frames.clone());
        assert_eq!(whole.end(), simulation.now());
        for trip in &whole.trips {
            let ends = trip.spans.iter().filter_map(|span| span.settled);
            assert!(ends.clone().all(|(at, _)| at >= trip.wanted), "seed {seed}");
            assert!(trip.spans.iter().all(|span| span.arrived.get().is_none_or(|at| at >= span.sent)), "seed {seed}");
        }
        let mut cut = whole.clone();
        cut.truncate(Time(half as u64 * 100_000_000));
        cut.extend(frames[half..].to_vec());
        assert_eq!(cut.trips, whole.trips, "seed {seed}");
        assert_eq!((cut.frames.len(), cut.log), (whole.frames.len(), whole.log), "seed {seed}");
    }
}
