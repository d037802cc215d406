//! Nothing fails just so: every failed trip of every run has a reason of its own, and the counts are exact.

mod support;

use std::collections::BTreeMap;

use pressure_point::insight::{Why, ranked, reason};
use pressure_point::metrics::Recording;
use pressure_point::sim::{Figure, Outcome, Simulation};
use pressure_point::units::Time;
use support::{random_design, read};

fn record(simulation: &mut Simulation) -> Recording {
    let frames = std::iter::from_fn(|| simulation.frame()).collect();
    let mut recording = Recording { parts: simulation.parts().clone(), ..Recording::default() };
    recording.extend(frames);
    recording
}

#[test]
fn every_failed_trip_has_a_reason() {
    let mut seen: BTreeMap<Why, u32> = BTreeMap::new();
    for seed in 0..300 {
        let design = random_design(seed);
        let recording = record(&mut Simulation::new(&design, None));
        for (number, trip) in recording.trips.iter().enumerate() {
            let Some((_, outcome)) = trip.ended else {
                assert_eq!(reason(&recording, &design, trip), None);
                continue;
            };
            let found = reason(&recording, &design, trip).expect("it has ended");
            assert!(!found.words.is_empty() && !found.words.contains('?'), "seed {seed}, trip {number}: {found:?}");
            if !matches!(outcome, Outcome::Ok | Outcome::Degraded) {
                *seen.entry(found.why).or_default() += 1;
            }
        }
    }
    // Many kinds of designs fail for many kinds of reasons.
    println!("{seen:?}");
    assert!(seen.len() >= 12, "{seen:?}");
}

#[test]
fn counts_are_those_of_all_attempts() {
    for seed in 0..100 {
        let design = random_design(seed);
        let recording = record(&mut Simulation::new(&design, None));
        let rows = ranked(&recording, &design, Time::ZERO..recording.end());
        let told = |whys: &[Why]| rows.iter().filter(|row| whys.contains(&row.why)).map(|row| row.count).sum::<u64>();
        let wires = || recording.frames.iter().flat_map(|frame| &frame.wires);
        let parts = || recording.frames.iter().flat_map(|frame| &frame.components);
        let timed_out: u64 = wires().map(|wire| u64::from(wire.timed_out)).sum();
        assert_eq!(told(&[Why::TimedOut, Why::Lost]), timed_out, "seed {seed}");
        let shed: u64 = parts().map(|part| u64::from(part.shed)).sum();
        assert_eq!(told(&[Why::RoomFull, Why::NoConnection, Why::QueueFull]), shed, "seed {seed}");
        let limited: f64 = parts().filter_map(|part| part.figure(Figure::Limited)).sum();
        assert_eq!(told(&[Why::RateLimited, Why::ThirdPartyLimit]), limited as u64, "seed {seed}");
        let dead: u64 = parts().map(|part| u64::from(part.dead)).sum();
        assert_eq!(told(&[Why::Dead]), dead, "seed {seed}");
        for wire in wires() {
            assert!(wire.turned_away <= wire.refused, "seed {seed}");
        }
        for part in parts() {
            assert!(part.dead <= part.failed, "seed {seed}");
        }
    }
}

/// A small shop in trouble, and the reason that most of its failed trips must have.
#[track_caller]
fn check(app: &str, db: &str, wire: &str, rest: &str, expected: Why) {
    let design = read(&format!(
        "version = 1\nduration = \"20s\"\n[classes.r]\ncpu = \"exp(2ms)\"\nwrites = 1\n\
         [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"200/s\"]]\n\
         [components.app]\nkind = \"server\"\n{app}\n[components.db]\nkind = \"database\"\n{db}\n\
         [wires]\n\"users -> app\" = {{ timeout = \"1s\" }}\n\"app -> db\" = {{ {wire} }}\n{rest}"
    ));
    let recording = record(&mut Simulation::new(&design, None));
    let mut seen: BTreeMap<Why, u32> = BTreeMap::new();
    let failed = |outcome| !matches!(outcome, Outcome::Ok | Outcome::Degraded);
    for trip in recording.trips.iter().filter(|trip| trip.ended.is_some_and(|(_, outcome)| failed(outcome))) {
        *seen.entry(reason(&recording, &design, trip).expect("it has ended").why).or_default() += 1;
    }
    let most = seen.iter().max_by_key(|(_, count)| **count).map(|(why, _)| *why);
    assert_eq!(most, Some(expected), "{seen:?}");
}

#[test]
fn a_queue_with_too_few_nodes_in_sync_says_so() {
    let design = read(
        "version = 1\nduration = \"20s\"\n[classes.r]\ncpu = \"1ms\"\n[components.users]\nkind = \"clients\"\n\
         traffic = \"50/s\"\n[components.jobs]\nkind = \"queue\"\npreset = \"kafka\"\n\
         replicas = { min_in_sync = 3, failover = \"0s\" }\n[components.worker]\nkind = \"worker\"\n[wires]\n\
         \"users -> jobs\" = {}\n\"jobs -> worker\" = {}\n[[faults]]\nat = \"5s\"\ntarget = \"jobs\"\n\
         fault = \"crash\"\ninstances = 1\nfollowers = true\nfor = \"5s\"\n",
    );
    let recording = record(&mut Simulation::new(&design, None));
    let failed = recording.trips.iter().filter(|trip| trip.ended.is_some_and(|(_, of)| of == Outcome::Failed));
    let reasons: Vec<_> = failed.map(|trip| reason(&recording, &design, trip).expect("it has ended")).collect();
    assert!(reasons.len() > 100 && reasons.iter().all(|found| found.why == Why::NoPrimary), "{reasons:?}");
    assert!(reasons[0].words.contains("too few nodes in sync"), "{}", reasons[0].words);
    let rows = ranked(&recording, &design, Time::ZERO..recording.end());
    assert!(rows.iter().any(|row| row.why == Why::NoPrimary && row.count > 200), "{rows:?}");
}

#[test]
fn the_reason_is_the_true_one() {
    let fault =
        |target: &str, kind: &str| format!("[[faults]]\nat = \"5s\"\ntarget = \"{target}\"\nfault = \"{kind}\"\n");
    check("", "", "", &fault("db", "crash"), Why::Dead);
    check("", "", "", &fault("db", "disk-full"), Why::DiskFull);
    check("", "", "timeout = \"100ms\"", &fault("app -> db", "partition"), Why::Lost);
    check("", "connections = 1", "", "", Why::NoConnection);
    check("", "", "bulkhead = 1", "", Why::BulkheadFull);
    check("", "", "timeout = \"200ms\", breaker = { window = \"2s\" }", &fault("db", "partition"), Why::BreakerOpen);
    check("concurrency = 1\ncapacity = 2", "", "", "", Why::RoomFull);
    check("concurrency = 1\ncapacity = 2000", "", "", "", Why::Waited);
    let patient = "concurrency = 2000";
    check(patient, "write = \"1500ms\"\nconcurrency = 1000\nconnections = 5000", "", "", Why::Worked);
}
