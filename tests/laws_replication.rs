//! Laws of replication, failover and sharding: lag, what a write waits for, what is lost, which keys move.

mod support;

use pressure_point::design::{self, Design};
use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::sim::{Change, Figure, Frame, Replay, Status};
use pressure_point::units::Time;
use support::{near, read, report, run};

fn mean(design: &str, figure: impl Fn(&Report) -> f64) -> f64 {
    let seeds = [1, 2, 3, 4];
    seeds.iter().map(|seed| figure(&report(design, *seed, Time::from_secs(10)))).sum::<f64>() / seeds.len() as f64
}

fn part<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(known, _)| known == name).expect("it is in the design").1
}

fn total(frames: &[Frame], at: usize, figure: Figure) -> f64 {
    frames.iter().filter_map(|frame| frame.components[at].figure(figure)).sum()
}

const AMPLE: &str = "concurrency = 100000\nconnections = 100000\n";

/// Users → app → primary `db`, with replicas `r1` (and `r2`) that the app is wired to as well.
fn replicated(traffic: &str, class: &str, primary: &str, replica: &str, lines: &[&str], duration: &str) -> String {
    let mut text = format!(
        "version = 1\nduration = \"{duration}\"\n[classes.page]\ncpu = \"0s\"\n{class}\n[components.users]\n\
         kind = \"clients\"\n{traffic}\n[components.app]\nkind = \"server\"\nconcurrency = 100000\ncapacity = 100000\n\
         [components.db]\nkind = \"database\"\n{AMPLE}{primary}\n"
    );
    for index in 1..=lines.len() {
        text += &format!("[components.r{index}]\nkind = \"database\"\n{AMPLE}{replica}\n");
    }
    text += "[wires]\n\"users -> app\" = {}\n\"app -> db\" = {}\n";
    for (index, latency) in lines.iter().enumerate() {
        let name = format!("r{}", index + 1);
        text += &format!("\"app -> {name}\" = {{}}\n\"db -> {name}\" = {{ latency = \"{latency}\" }}\n");
    }
    text
}

/// By Little's law the writes that a replica is behind are λ times the lag of a write: its way, and its time in the
/// M/M/1 queue of the applier.
#[test]
fn a_replica_lags_by_its_line_and_its_apply_queue() {
    let design = replicated(
        "traffic = \"70/s\"",
        "writes = 1",
        "write = \"exp(5ms)\"",
        "apply = \"exp(10ms)\"",
        &["30ms"],
        "500s",
    );
    let behind = mean(&design, |r| part(r, "r1").figures["unapplied_writes"]);
    near("lag of a write", behind / 70.0, 0.030 + 1.0 / (100.0 - 70.0), 0.05);
    let worst = mean(&design, |r| part(r, "r1").figures["replication_lag"]);
    assert!(worst > 0.1, "the oldest unapplied write is older at times: {worst}");
}

#[test]
fn writes_wait_for_what_their_replication_says() {
    let check = |replication: &str, expected: f64| {
        let design = replicated(
            "traffic = \"2/s\"\narrivals = \"even\"",
            "writes = 1",
            &format!("write = \"10ms\"\nreplication = \"{replication}\""),
            "apply = \"5ms\"",
            &["20ms", "50ms"],
            "30s",
        );
        near(replication, mean(&design, |r| r.latency_s.mean), expected, 1e-6);
    };
    check("async", 0.010);
    // The nearest replica has received it: there and back.
    check("semi-sync", 0.010 + 0.020 + 0.020);
    // The farthest has applied it.
    check("sync", 0.010 + 0.050 + 0.005 + 0.050);
}

#[test]
fn reads_go_to_replicas_in_turn_and_writes_to_the_primary() {
    let design = replicated("traffic = \"300/s\"", "reads = 2\nwrites = 1", "", "", &["1ms", "1ms"], "30s");
    let seen = report(&design, 1, Time::ZERO);
    let share = |name: &str| part(&seen, name).completions as f64 / seen.requests.issued as f64;
    near("the primary's writes", share("db"), 1.0, 0.01);
    near("the first replica's reads", share("r1"), 1.0, 0.01);
    near("the second's", share("r2"), 1.0, 0.01);
    // One that is down is passed over.
    let design = design + "[[faults]]\nat = \"0s\"\ntarget = \"r2\"\nfault = \"crash\"\n";
    let seen = report(&design, 1, Time::from_secs(1));
    assert_eq!(seen.requests.failed.failed, 0);
    near("all the reads", part(&seen, "r1").completions as f64 / seen.requests.issued as f64, 2.0, 0.01);
}

/// One user who writes and reads again `pause` later, with a lag of 100 ms.
fn own_writes(pause: &str, replication: &str) -> (f64, u64) {
    let design = replicated(
        &format!("traffic = \"0/s\"\nusers = 1\nthink = \"{pause}\""),
        "reads = 1\nwrites = 1\nkeys = { count = 1 }",
        &format!("read = \"1ms\"\nwrite = \"1ms\"\nreplication = \"{replication}\""),
        "read = \"1ms\"\napply = \"1ms\"",
        &["100ms"],
        "20s",
    );
    let seen = report(&design, 1, Time::ZERO);
    let replica = part(&seen, "r1");
    (replica.figures["own_writes_missed"], replica.stale_reads.expect("a replica counts them"))
}

#[test]
fn a_user_who_comes_back_too_soon_misses_the_own_write() {
    let (missed, stale) = own_writes("50ms", "async");
    // Every read but the first comes within the lag.
    near("reads that miss the own write", missed, 20.0 / 0.052, 0.02);
    assert_eq!(missed as u64, stale, "each is a stale read too");
    assert_eq!(own_writes("200ms", "async"), (0.0, 0), "late enough");
    assert_eq!(own_writes("50ms", "sync"), (0.0, 0), "all replicas have what is acknowledged");
}

/// 200 writes a second, evenly, until the primary dies at 5 s; replicas are 200 ms away. What is acknowledged and lost.
fn lost(replication: &str, more: &str) -> (f64, f64) {
    let design = replicated(
        "arrivals = \"even\"\ntraffic = \"200/s\"",
        "writes = 1",
        &format!("write = \"5ms\"\nreplication = \"{replication}\"\nfailover = \"1s\""),
        "write = \"5ms\"\napply = \"1ms\"",
        &["200ms"],
        "12s",
    ) + "[[faults]]\nat = \"5001ms\"\ntarget = \"db\"\nfault = \"crash\"\nfor = \"3s\"\n"
        + more;
    let (_, frames) = run(&design, 1);
    let acknowledged: u32 = frames[..52].iter().map(|frame| frame.components[2].completions).sum();
    // Afterwards the replica takes the writes, and the old primary follows it.
    let late = &frames[62..];
    let ended = late.iter().fold((0, 0), |(good, bad), f| (good + f.users[0].succeeded, bad + f.users[0].lost()));
    if replication == "async" {
        assert!(ended.0 > 1000 && ended.1 == 0, "{replication}: {ended:?}");
    }
    let behind = frames.last().and_then(|frame| frame.components[2].figure(Figure::UnappliedWrites));
    assert!(behind.is_some_and(|behind| behind > 30.0 && behind < 50.0), "the old primary is a replica: {behind:?}");
    (f64::from(acknowledged), total(&frames, 2, Figure::LostWrites))
}

#[test]
fn a_failover_loses_what_was_acknowledged_and_not_replicated() {
    let (acknowledged, gone) = lost("async", "");
    // Write k comes at 5k ms and is answered 5 ms later; what was answered in the last 200 ms had not arrived.
    assert_eq!(acknowledged, 999.0);
    assert_eq!(gone, 40.0);
    // The line is cut a second before.
    let (acknowledged, gone) =
        lost("async", "[[faults]]\nat = \"4001ms\"\ntarget = \"db -> r1\"\nfault = \"partition\"\nfor = \"4s\"\n");
    assert_eq!((acknowledged, gone), (999.0, 240.0));
}

#[test]
fn a_failover_loses_nothing_that_a_replica_had_to_acknowledge() {
    assert_eq!(lost("semi-sync", "").1, 0.0);
    assert_eq!(lost("sync", "").1, 0.0);
}

#[test]
fn a_replica_that_is_down_stops_synchronous_writes_only() {
    let check = |replication: &str, served: bool| {
        let design = replicated(
            "traffic = \"100/s\"",
            "writes = 1",
            &format!("replication = \"{replication}\""),
            "",
            &["1ms", "1ms"],
            "20s",
        ) + "[[faults]]\nat = \"5s\"\ntarget = \"r1\"\nfault = \"crash\"\nfor = \"10s\"\n";
        let (_, frames) = run(&design, 1);
        let good = |from: usize| frames[from..from + 40].iter().map(|frame| frame.users[0].succeeded).sum::<u32>();
        assert!(good(0) > 300 && (good(100) > 300) == served, "{replication}: {} then {}", good(0), good(100));
        // And it catches up: nothing is lost, nobody waits for ever.
        let failed: u32 = frames.iter().map(|frame| frame.users[0].lost()).sum();
        let left = frames.last().expect("it ran").users[0].in_flight;
        assert!(failed == 0 && left < 20, "{replication}: {failed} failed, {left} left");
    };
    check("async", true);
    check("semi-sync", true);
    check("sync", false);
}

/// Users straight at a router over shards `s0`, `s1`, …
fn sharded(shards: u32, router: &str, class: &str, rate: u32) -> String {
    let mut text = format!(
        "version = 1\nduration = \"60s\"\n[classes.page]\n{class}\n[components.users]\nkind = \"clients\"\n\
         traffic = \"{rate}/s\"\n[components.router]\nkind = \"shard-router\"\n{router}\n"
    );
    let mut wires = "[wires]\n\"users -> router\" = {}\n".to_owned();
    for shard in 0..shards {
        text += &format!("[components.s{shard}]\nkind = \"database\"\n{AMPLE}\n");
        wires += &format!("\"router -> s{shard}\" = {{}}\n");
    }
    text + &wires
}

fn shares(design: &str, shards: u32) -> Vec<f64> {
    let seen = report(design, 1, Time::ZERO);
    let of = |shard: u32| part(&seen, &format!("s{shard}")).arrivals as f64 / part(&seen, "router").arrivals as f64;
    (0..shards).map(of).collect()
}

#[test]
fn hashes_share_keys_evenly_and_ranges_do_not_share_popular_ones() {
    let uniform = "reads = 1\nkeys = { count = 10000, zipf = 0 }";
    for share in shares(&sharded(4, "strategy = \"hash\"", uniform, 500), 4) {
        near("hash", share, 0.25, 0.06);
    }
    for share in shares(&sharded(4, "strategy = \"range\"", uniform, 500), 4) {
        near("range, all keys alike", share, 0.25, 0.05);
    }
    for share in shares(&sharded(4, "strategy = \"consistent-hash\"", uniform, 500), 4) {
        near("consistent hash", share, 0.25, 4.0 / 128f64.sqrt());
    }
    for share in shares(&sharded(4, "strategy = \"consistent-hash\"\nbounded_load = 1.05", uniform, 500), 4) {
        assert!(share < 0.25 * 1.05 * 1.05, "bounded: {share}");
    }
    // Zipf 1 over 10,000 keys: the first quarter of the ranks has ln-wise most of the traffic.
    let zipf = "reads = 1\nkeys = { count = 10000, zipf = 1 }";
    let harmonic = |n: u32| (1..=n).map(|rank| 1.0 / f64::from(rank)).sum::<f64>();
    let hot = shares(&sharded(4, "strategy = \"range\"", zipf, 500), 4);
    near("the hot range", hot[0], harmonic(2500) / harmonic(10_000), 0.02);
    let figure = mean(&sharded(4, "strategy = \"range\"", zipf, 500), |r| part(r, "router").figures["hottest_shard"]);
    near("as the router tells it", figure, hot[0], 0.02);
}

/// The same design with one shard more, as an edit would make it.
fn grown(text: &str, shards: u32) -> Design {
    let name = format!("s{shards}");
    read(
        &(text.replace("[wires]\n", &format!("[components.{name}]\nkind = \"database\"\n{AMPLE}\n[wires]\n"))
            + &format!("\"router -> {name}\" = {{}}\n")),
    )
}

fn play(replay: &mut Replay, until: Time) -> Vec<Frame> {
    let mut frames = Vec::new();
    loop {
        let (more, status) = replay.run(until, u64::MAX);
        let done = more.is_empty() || status != Status::Running;
        frames.extend(more);
        if done {
            return frames;
        }
    }
}

#[test]
fn a_new_shard_takes_its_share_of_keys_with_consistent_hashing_and_nearly_all_with_modulo() {
    let class = "reads = 1\nkeys = { count = 10000, zipf = 0 }";
    let moving = |strategy: &str| {
        let text = sharded(4, &format!("strategy = \"{strategy}\"\nrebalance = \"0.01/s\""), class, 10);
        let mut replay = Replay::new(read(&text));
        play(&mut replay, Time::from_secs(2));
        replay.change(Time::from_secs(2), Change::Design(Box::new(grown(&text, 4))));
        let frames = play(&mut replay, Time::from_secs(3));
        frames[0].components[1].figure(Figure::KeysToMove).expect("a router tells") / 10_000.0
    };
    // The spread of a share is about 1/√128 of it.
    near("consistent hash", moving("consistent-hash"), 0.2, 4.0 / 128f64.sqrt());
    near("modulo", moving("hash"), 0.8, 0.03);
}

/// Keys move at the pace that is set; each move is a read at the old home and a write at the new one; meanwhile and
/// afterwards every request is served, and no copy is lost or older than what was there.
#[test]
fn moving_keys_costs_work_and_loses_nothing() {
    let text = "version = 1\nduration = \"60s\"\n[classes.page]\ncpu = \"0s\"\nreads = 2\nwrites = 1\n\
                keys = { count = 3000, zipf = 0.5 }\n[components.users]\nkind = \"clients\"\ntraffic = \"300/s\"\n\
                [components.app]\nkind = \"server\"\nconcurrency = 10000\n[components.router]\nkind = \"shard-router\"\n\
                rebalance = \"100/s\"\n[components.cache]\nkind = \"cache\"\nlookup = \"0s\"\n[components.s0]\n\
                kind = \"database\"\n[components.s1]\nkind = \"database\"\n[wires]\n\"users -> app\" = {}\n\
                \"app -> router\" = {}\n\"app -> cache\" = {}\n\"router -> s0\" = {}\n\"router -> s1\" = {}\n";
    let mut replay = Replay::new(read(text));
    let before = play(&mut replay, Time::from_secs(10));
    replay.change(Time::from_secs(10), Change::Design(Box::new(grown(text, 2))));
    let after = play(&mut replay, Time::from_secs(60));
    let parts = replay.parts();
    let index = |name: &str| parts.component(name).expect("it is drawn") as usize;
    let (router, newcomer, cache) = (index("router"), index("s2"), index("cache"));
    let left = |frame: &Frame| frame.components[router].figure(Figure::KeysToMove).expect("a router tells");
    let to_move = left(&after[0]) + 10.0;
    near("a third of the keys", to_move / 3000.0, 1.0 / 3.0, 4.0 / 128f64.sqrt());
    let done = after.iter().position(|frame| left(frame) == 0.0).expect("all keys arrive");
    near("at the pace that is set", done as f64 / 10.0, to_move / 100.0, 0.1);
    // The newcomer is not asked for a key before it has it, and afterwards for its share.
    let asked = |frames: &[Frame], at: usize| frames.iter().map(|f| f.components[at].arrivals).sum::<u32>();
    assert!(asked(&after[done + 10..], newcomer) > 0);
    let all = before.iter().chain(&after);
    let (issued, ended) = all
        .clone()
        .fold((0, 0), |(issued, ended), frame| (issued + frame.users[0].issued, ended + frame.users[0].succeeded));
    let in_flight = after.last().expect("it ran").users[0].in_flight;
    assert_eq!(issued, ended + in_flight, "every request is served");
    let stale: u32 = all.map(|frame| frame.components[cache].stale).sum();
    assert_eq!(stale, 0, "a key keeps its version when it moves");
}

/// A shard behind a router may have replicas: reads go to them, and a failover is followed.
#[test]
fn shards_have_replicas_too() {
    let design = "version = 1\nduration = \"40s\"\n[classes.page]\ncpu = \"0s\"\nreads = 1\nwrites = 1\n[components.users]\n\
                  kind = \"clients\"\ntraffic = \"100/s\"\n[components.app]\nkind = \"server\"\n[components.router]\n\
                  kind = \"shard-router\"\n[components.a]\nkind = \"database\"\nfailover = \"1s\"\n[components.b]\n\
                  kind = \"database\"\n[components.a2]\nkind = \"database\"\n[wires]\n\"users -> app\" = {}\n\
                  \"app -> router\" = {}\n\"router -> a\" = {}\n\"router -> a2\" = {}\n\"router -> b\" = {}\n\
                  \"a -> a2\" = { latency = \"1ms\" }\n\
                  [[faults]]\nat = \"10s\"\ntarget = \"a\"\nfault = \"crash\"\n";
    let (_, frames) = run(design, 1);
    let bad = |from: usize, to: usize| frames[from..to].iter().map(|frame| frame.users[0].lost()).sum::<u32>();
    assert_eq!(bad(0, 99), 0);
    assert!(bad(100, 110) > 10, "nobody takes the writes of half the keys");
    assert_eq!(bad(112, 400), 0, "the replica does");
}

#[test]
fn only_one_level_of_replicas_can_be_drawn() {
    let text = "version = 1\n[components.a]\nkind = \"database\"\n[components.b]\nkind = \"database\"\n[components.c]\n\
                kind = \"database\"\n[wires]\n\"a -> b\" = {}\n";
    let design = read(text);
    assert!(design::may_connect(&design, "a", "c").is_ok());
    for (from, to) in [("b", "c"), ("c", "b"), ("c", "a")] {
        assert!(design::may_connect(&design, from, to).is_err(), "{from} -> {to}");
    }
}
