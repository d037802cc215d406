//! Laws of object storage: its line, its places, what servers fetch and put, and what a crash takes.

mod support;

use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::units::Time;
use support::{near, report, run};

/// Users straight at a storage.
fn straight(traffic: &str, class: &str, storage: &str, faults: &str) -> String {
    format!(
        "version = 1\nduration = \"600s\"\n[classes.picture]\n{class}\n[components.users]\nkind = \"clients\"\n{traffic}\n\
         [components.files]\nkind = \"object-storage\"\n{storage}\n[wires]\n\"users -> files\" = {{}}\n{faults}"
    )
}

fn files(report: &Report) -> &ComponentReport {
    &report.components.iter().find(|(name, _)| name == "files").expect("every design here has one").1
}

fn mean(design: &str, figure: impl Fn(&Report) -> f64) -> f64 {
    (1..=4).map(|seed| figure(&report(design, seed, Time::from_secs(20)))).sum::<f64>() / 4.0
}

/// Transfers of one size, one after another: an M/D/1 queue, whose wait is ρS / (2(1 − ρ)), after the first byte.
#[test]
fn transfers_wait_for_the_line_as_md1_says() {
    for (rate, rho) in [(5.0, 0.5), (8.0, 0.8)] {
        let class = "response = \"1MB\"";
        let design =
            straight(&format!("traffic = \"{rate}/s\""), class, "latency = \"30ms\"\nbandwidth = \"10MB\"", "");
        let expected = 0.030 + 0.100 + rho * 0.100 / (2.0 * (1.0 - rho));
        near(&format!("time at ρ = {rho}"), mean(&design, |r| r.latency_s.mean), expected, 0.05);
        near(&format!("line at ρ = {rho}"), mean(&design, |r| files(r).utilization), rho, 0.03);
    }
}

/// Without room to wait, those who find all places taken are shed: Erlang's formula B.
#[test]
fn places_are_lost_as_erlang_b_says() {
    let storage = "latency = \"exp(100ms)\"\nconcurrency = 10\ncapacity = 0";
    let design = straight("traffic = \"80/s\"", "response = \"1KB\"", storage, "");
    let lost = (1..=10).fold(1.0, |b, k| 8.0 * b / (f64::from(k) + 8.0 * b));
    near("shed", mean(&design, |r| files(r).shed as f64 / files(r).arrivals as f64), lost, 0.05);
}

/// A server fetches each blob and puts the body, one after the other, before it answers; without storage they cost nothing.
#[test]
fn servers_fetch_blobs_and_put_bodies() {
    let design = "version = 1\nduration = \"100s\"\n[classes.album]\ncpu = \"2ms\"\nblobs = 3\nresponse = \"1MB\"\nbody = \"4MB\"\n\
                  [components.users]\nkind = \"clients\"\narrivals = \"even\"\ntraffic = \"1/s\"\n[components.app]\nkind = \"server\"\n\
                  [components.files]\nkind = \"object-storage\"\nlatency = \"30ms\"\nbandwidth = \"100MB\"\n[wires]\n\
                  \"users -> app\" = {}\n\"app -> files\" = {}\n";
    let seen = report(design, 1, Time::ZERO);
    // Three times 30 ms and 1 MB, once 30 ms and 4 MB.
    near("latency", seen.latency_s.mean, 0.002 + 3.0 * 0.040 + 0.070, 0.01);
    assert_eq!(files(&seen).completions, 4 * seen.requests.succeeded);
    let without = report(&design.replace("\"app -> files\" = {}", ""), 1, Time::ZERO);
    near("without storage", without.latency_s.mean, 0.002, 0.01);
}

#[test]
fn a_crash_loses_transfers_and_no_blobs() {
    let fault = "[[faults]]\nat = \"100s\"\ntarget = \"files\"\nfault = \"crash\"\nfor = \"10s\"\n";
    let traffic = "arrivals = \"even\"\ntraffic = \"10/s\"";
    let design =
        straight(traffic, "body = \"2MB\"", "latency = \"10ms\"\nbandwidth = \"4MB\"\ncapacity = 100000", fault);
    let design = design.replace("600s", "200s");
    let (_, frames) = run(&design, 1);
    let sum = |from: usize, to: usize| {
        let frames = frames[from * 10..to * 10].iter().map(|frame| &frame.users[0]);
        frames.fold((0, 0), |(good, bad), users| (good + users.succeeded, bad + users.failed))
    };
    // 10 a second come and 2 a second go: 800 are inside at 100 s, and die.
    near("answered before", f64::from(sum(0, 100).0), 200.0, 0.02);
    near("lost", f64::from(sum(100, 101).1), 800.0 + 10.0, 0.02);
    assert_eq!(sum(101, 110), (0, 90));
    near("answered after", f64::from(sum(110, 200).0), 180.0, 0.02);
    assert_eq!(sum(111, 200).1, 0);
}
