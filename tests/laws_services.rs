//! Laws of the services: each differs from a plain server by a mechanism, and that does what it says.

mod support;

use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::sim::{Frame, Happening};
use pressure_point::units::Time;
use support::{near, report, run};

/// Users before one service of this kind, with a cache and a database behind.
fn service(kind: &str, class: &str, settings: &str, rate: u32, duration: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.event]\ncpu = \"1ms\"\n{class}\n[components.users]\n\
         kind = \"clients\"\narrivals = \"even\"\ntraffic = \"{rate}/s\"\n[components.app]\nkind = \"{kind}\"\n{settings}\n\
         [components.cache]\nkind = \"cache\"\n[components.db]\nkind = \"database\"\nread = \"5ms\"\nwrite = \"20ms\"\n[wires]\n\
         \"users -> app\" = {{}}\n\"app -> cache\" = {{}}\n\"app -> db\" = {{}}\n"
    )
}

fn of<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(known, _)| known == name).expect("it is in the design").1
}

fn all_good(report: &Report) {
    let requests = &report.requests;
    assert_eq!(requests.succeeded + requests.in_flight, requests.issued, "{requests:?}");
}

#[test]
fn payment_reads_pass_caches_by() {
    let class = "reads = 1\nkeys = { count = 10 }";
    let seen = report(&service("payment", class, "", 100, "20s"), 1, Time::ZERO);
    all_good(&seen);
    assert_eq!((of(&seen, "cache").arrivals, of(&seen, "db").arrivals), (0, 1999));
    let plain = report(&service("server", class, "", 100, "20s"), 1, Time::ZERO);
    assert!(of(&plain, "cache").arrivals == 1999 && of(&plain, "db").arrivals <= 20);
}

#[test]
fn payment_sheds_rather_than_queue() {
    let seen = report(&service("payment", "writes = 1", "", 3000, "20s"), 1, Time::from_secs(5));
    assert!(of(&seen, "app").shed > 0, "more than it can do is turned away");
    assert!(seen.latency_s.max < 0.2, "{:?}", seen.latency_s);
}

#[test]
fn search_reads_its_own_index() {
    let seen = report(&service("search", "reads = 1", "index = \"4ms\"", 100, "20s"), 1, Time::ZERO);
    all_good(&seen);
    assert_eq!((of(&seen, "cache").arrivals, of(&seen, "db").arrivals), (0, 0));
    near("a look-up is CPU", seen.latency_s.mean, 0.005, 1e-6);
    near("cores", of(&seen, "app").utilization, 100.0 * 0.005 / 8.0, 0.001);
}

#[test]
fn notifications_are_accepted_at_once_and_sent_after() {
    let sender = "[components.mail]\nkind = \"server\"\ncores = 50\ncpu = \"100ms\"\n[wires]\n\"app -> mail\" = {}\n";
    let design = |kind: &str| {
        let text = service(kind, "", "fan_out = 4", 20, "30s");
        let (components, wires) = text.split_once("[wires]\n").expect("it has wires");
        format!("{components}{sender}{wires}")
    };
    let seen = report(&design("notification"), 1, Time::ZERO);
    all_good(&seen);
    near("answered after its own work", seen.latency_s.max, 0.001, 1e-6);
    // Each sends four, one after another; those of the last moments are still on their way.
    let sent = of(&seen, "mail").arrivals;
    assert!((4 * 590..=4 * 600).contains(&sent), "{sent}");
    // A plain server lets its callers wait for all of that.
    near("a server", report(&design("server"), 1, Time::ZERO).latency_s.mean, 0.001 + 0.4, 1e-6);
}

#[test]
fn analytics_writes_once_for_a_batch() {
    // 1000 events a second in batches of 250, or of what came within 2 s: 4 writes a second.
    let settings = "batch = { size = 250, every = \"2s\", cpu = \"100us\" }";
    let seen = report(&service("analytics", "writes = 1", settings, 1000, "60s"), 1, Time::ZERO);
    all_good(&seen);
    near("writes", of(&seen, "db").arrivals as f64, 4.0 * 60.0, 0.01);
    // 1 ms before the answer for each, and 0.1 ms in the batch: 1.1 cores of 2.
    near("cores", of(&seen, "app").utilization, 1.1 / 2.0, 0.01);
    // Slowly, a batch is as old as it may get: 10 a second, so 20 (and the one that began it) each 2.1 s or so.
    let slow = report(&service("analytics", "writes = 1", settings, 10, "60s"), 1, Time::ZERO);
    near("writes of old batches", of(&slow, "db").arrivals as f64, 60.0 / 2.1, 0.05);
}

#[test]
fn accepted_work_is_lost_in_a_crash() {
    let crash = "[[faults]]\nat = \"10050ms\"\ntarget = \"app\"\nfault = \"restart\"\n";
    let settings = "batch = { size = 1000, every = \"20s\" }";
    let seen = report(&(service("analytics", "writes = 1", settings, 10, "15s") + crash), 1, Time::ZERO);
    // 100 events (10 a second for 10 s) had been answered, and were nowhere but in memory.
    assert_eq!(of(&seen, "app").figures["lost_work"], 100.0);
    assert_eq!(of(&seen, "db").arrivals, 0);
    // A server that answers when all is done loses only what its callers know to be lost.
    let plain = report(&(service("server", "writes = 1", "", 10, "15s") + crash), 1, Time::ZERO);
    assert!(!of(&plain, "app").figures.contains_key("lost_work"));
}

#[test]
fn chat_connections_hold_slots_and_memory() {
    // Little: 50 a second, each open for 10 s, are 500 connections, of 1 MB beside the process.
    let chat = service("chat", "", "hold = \"10s\"\nbase_memory = \"200MB\"", 50, "60s");
    let (_, frames) = run(&chat, 1);
    let late = &frames[300..];
    let held = late.iter().map(|frame| f64::from(frame.components[1].held)).sum::<f64>() / late.len() as f64;
    near("connections", held, 50.0 * 10.0, 0.001);
    let seen = report(&chat, 1, Time::from_secs(30));
    all_good(&seen);
    near("answered at once", seen.latency_s.max, 0.001, 1e-6);
    near("memory", of(&seen, "app").figures["memory"], 200e6 + 500.0 * 1e6, 0.001);
    assert!(of(&seen, "app").utilization < 0.03, "connections take no core");
}

#[test]
fn too_many_connections_run_out_of_slots_or_memory() {
    let slots =
        report(&service("chat", "", "hold = \"10s\"\nconcurrency = 400\ncapacity = 0", 50, "60s"), 1, Time::ZERO);
    assert!(of(&slots, "app").shed > 400, "100 more want in than can");
    let tight = service("chat", "", "hold = \"10s\"\nmemory = \"600MB\"", 50, "60s");
    let (_, frames) = run(&tight, 1);
    let died = |frame: &&Frame| frame.log.iter().any(|entry| entry.what == Happening::OutOfMemory(1));
    // 400 connections fit beside the process; the 401st kills it, 8 s after the start.
    assert_eq!(frames.iter().find(died).expect("it dies").index, 80);
}
