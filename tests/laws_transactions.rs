//! Laws of transactions: one statement on one database, two rounds over shards, and rows that stay locked in between.

mod support;

use pressure_point::sim::{Figure, Frame};
use pressure_point::units::Time;
use support::{near, report, run};

fn mean_latency(design: &str) -> f64 {
    let of = |seed: u64| report(design, seed, Time::ZERO).latency_s.mean;
    (of(1) + of(2) + of(3)) / 3.0
}

fn on_one_database(transaction: bool, settings: &str) -> String {
    format!(
        "version = 1\nduration = \"20s\"\n[classes.order]\ncpu = \"0s\"\nwrites = 3\ntransaction = {transaction}\n\
         keys = {{ count = 1000000, zipf = 0 }}\n[components.users]\nkind = \"clients\"\ntraffic = \"5/s\"\n\
         arrivals = \"even\"\n[components.app]\nkind = \"server\"\n[components.db]\nkind = \"database\"\nwrite = \"10ms\"\n\
         {settings}\n[wires]\n\"users -> app\" = {{}}\n\"app -> db\" = {{ latency = \"5ms\" }}\n"
    )
}

#[test]
fn a_transaction_on_one_database_is_one_statement() {
    near("three statements", mean_latency(&on_one_database(false, "")), 3.0 * 0.020, 1e-4);
    near("one statement", mean_latency(&on_one_database(true, "")), 0.010 + 0.030, 1e-4);
    let disk = "locks = true\ndisk = { iops = 100, depth = 1 }";
    near("three logged", mean_latency(&on_one_database(false, disk)), 3.0 * 0.030, 1e-4);
    near("logged together", mean_latency(&on_one_database(true, disk)), 0.010 + 0.030 + 0.010, 1e-4);
}

/// Two keys on two shards, each 5 ms away, drawn evenly.
fn on_two_shards(shards: &str) -> String {
    format!(
        "version = 1\nduration = \"200s\"\n[classes.order]\ncpu = \"0s\"\nwrites = 2\ntransaction = true\n\
         keys = {{ count = 2, zipf = 0 }}\n[components.users]\nkind = \"clients\"\ntraffic = \"5/s\"\narrivals = \"even\"\n\
         [components.app]\nkind = \"server\"\n[components.router]\nkind = \"shard-router\"\nstrategy = \"range\"\n\
         [components.s0]\nkind = \"database\"\nwrite = \"10ms\"\n{shards}\n[components.s1]\nkind = \"database\"\n\
         write = \"10ms\"\n{shards}\n[wires]\n\"users -> app\" = {{}}\n\"app -> router\" = {{}}\n\
         \"router -> s0\" = {{ latency = \"5ms\" }}\n\"router -> s1\" = {{ latency = \"5ms\" }}\n"
    )
}

#[test]
fn two_shards_cost_a_second_round() {
    // Half of the time both keys are one: one shard, one round. Otherwise both shards prepare, and both commit.
    let (one, two) = (0.005 + 0.010 + 0.005, 2.0 * (0.005 + 0.010 + 0.005) + 2.0 * 0.010);
    near("in memory", mean_latency(&on_two_shards("")), (one + two) / 2.0, 0.03);
    // Each shard logs that it is prepared, and again that it has committed.
    let logged = (one + 0.010 + two + 4.0 * 0.010) / 2.0;
    near("on disk", mean_latency(&on_two_shards("disk = { iops = 100, depth = 1 }")), logged, 0.03);
}

/// Two servers that each coordinate transactions over two databases, with few rows.
fn two_coordinators(faults: &str) -> String {
    format!(
        "version = 1\nduration = \"30s\"\n[classes.order]\ncpu = \"0s\"\nwrites = 2\ntransaction = true\n\
         keys = {{ count = 60, zipf = 0 }}\n[components.users]\nkind = \"clients\"\n\
         traffic = [[\"0s\", \"60/s\"], [\"25s\", \"60/s\"], [\"25s\", \"0/s\"]]\n[components.lb]\nkind = \"load-balancer\"\n\
         health = \"none\"\n[components.app-1]\nkind = \"server\"\n[components.app-2]\nkind = \"server\"\n[components.a]\n\
         kind = \"database\"\nlocks = true\nwrite = \"5ms\"\n[components.b]\nkind = \"database\"\nlocks = true\nwrite = \"5ms\"\n\
         [wires]\n\"users -> lb\" = {{}}\n\"lb -> app-1\" = {{}}\n\"lb -> app-2\" = {{}}\n\"app-1 -> a\" = {{ latency = \"30ms\" }}\n\
         \"app-1 -> b\" = {{ latency = \"30ms\" }}\n\"app-2 -> b\" = {{ latency = \"5ms\" }}\n\
         \"app-2 -> a\" = {{ latency = \"5ms\" }}\n{faults}"
    )
}

fn waiters(frame: &Frame) -> f64 {
    frame.components.iter().filter_map(|component| component.figure(Figure::LockWaiters)).sum()
}

#[test]
fn transactions_never_wait_for_each_other_in_a_circle() {
    for seed in 1..6 {
        let (simulation, frames) = run(&two_coordinators(""), seed);
        let lost: u32 = frames.iter().map(|frame| frame.users[0].lost()).sum();
        let left = frames.last().expect("it ran").users[0].in_flight;
        assert_eq!((lost, left), (0, 0), "seed {seed} at {}", simulation.now());
        assert!(frames.iter().map(waiters).sum::<f64>() > 1.0, "seed {seed}: they do wait");
    }
}

/// The known weakness of two-phase commit: between the rounds only the coordinator knows.
#[test]
fn rows_stay_locked_while_a_coordinator_is_down() {
    let faults = "[[faults]]\nat = \"5003ms\"\ntarget = \"app-1\"\nfault = \"crash\"\nfor = \"5s\"\n";
    for seed in 1..6 {
        let (_, frames) = run(&two_coordinators(faults), seed);
        assert!(frames[70..99].iter().all(|frame| waiters(frame) >= 1.0), "seed {seed}: somebody waits all the while");
        let longest = frames[100..105].iter().flat_map(|frame| &frame.components);
        let longest = longest.filter_map(|component| component.figure(Figure::LockWait)).fold(0.0, f64::max);
        assert!(longest > 3.0, "seed {seed}: {longest}");
        assert_eq!(frames.last().expect("it ran").users[0].in_flight, 0, "seed {seed}: all goes on afterwards");
    }
}
