//! Laws of queues and workers: waiting times, throughput, what is delivered how often and in which order, how presets differ.

mod support;

use pressure_point::design;
use pressure_point::lesson::{Goal, Grader, State};
use pressure_point::metrics::{ComponentReport, Recording, Report};
use pressure_point::sim::{Figure, Frame, Ledger, Parts};
use pressure_point::units::Time;
use support::{near, read, run_queue};

/// Users → queue → worker: what the clients say, what a message costs, the settings of queue and worker.
fn line(clients: &str, class: &str, queue: &str, worker: &str) -> String {
    format!(
        "version = 1\nduration = \"60s\"\n[classes.job]\n{class}\n[components.users]\nkind = \"clients\"\n{clients}\n\
         [components.jobs]\nkind = \"queue\"\n{queue}\n[components.worker]\nkind = \"worker\"\n{worker}\n\
         [wires]\n\"users -> jobs\" = {{}}\n\"jobs -> worker\" = {{}}\n"
    )
}

/// A second worker like the first, at the same queue.
fn and_another(design: &str, name: &str, worker: &str) -> String {
    let part = format!("[components.{name}]\nkind = \"worker\"\n{worker}\n[wires]\n\"jobs -> {name}\" = {{}}");
    design.replace("[wires]", &part)
}

fn fault(target: &str, fault: &str, at: &str, lasts: &str) -> String {
    format!("[[faults]]\ntarget = \"{target}\"\nfault = \"{fault}\"\nat = \"{at}\"\nfor = \"{lasts}\"\n")
}

struct Run {
    report: Report,
    frames: Vec<Frame>,
    parts: Parts,
    ledger: Ledger,
}

#[track_caller]
fn play(text: &str, seed: u64, warmup: Time) -> Run {
    let (simulation, frames, report, ledger) = run_queue(text, seed, warmup);
    Run { report, frames, parts: simulation.parts().clone(), ledger }
}

impl Run {
    fn component(&self, name: &str) -> &ComponentReport {
        &self.report.components.iter().find(|(known, _)| known == name).expect("it is in the design").1
    }

    fn figure(&self, name: &str, word: &str) -> f64 {
        self.component(name).figures[word]
    }

    /// When, from this time on, the queue is first found without backlog.
    fn empty_after(&self, from: Time) -> f64 {
        let first = (from.0 / 100_000_000) as usize;
        let backlog = |frame: &Frame| frame.components.iter().find_map(|seen| seen.figure(Figure::Backlog));
        let empty = self.frames[first..].iter().find(|frame| backlog(frame).is_some_and(|backlog| backlog < 1.0));
        f64::from(empty.expect("it drains").index) * 0.1
    }
}

fn erlang_c(c: u32, a: f64) -> f64 {
    let b = (1..=c).fold(1.0, |b, k| a * b / (f64::from(k) + a * b));
    b / (1.0 - a / f64::from(c) * (1.0 - b))
}

const STEADY: &str = "arrivals = \"even\"\ntraffic = \"100/s\"";
const FAST: &str = "publish = \"0s\"\nhandover = \"1us\"\nconcurrency = 1000";

#[test]
fn a_backlog_drains_at_the_rate_that_is_left() {
    // μ = 8 consumers / 100 ms = 80/s. 30 s of 160/s leave 2,400 messages; at 40/s they are gone after 2,400/(80 − 40) s.
    let burst = "arrivals = \"even\"\ntraffic = [[\"0s\", \"160/s\"], [\"30s\", \"160/s\"], [\"30s\", \"40/s\"]]";
    let design = line(burst, "cpu = \"100ms\"", &format!("{FAST}\nprefetch = 2"), "consumers = 8\ncores = 8");
    let run = play(&design.replace("\"60s\"", "\"120s\""), 1, Time::ZERO);
    near("drained", run.empty_after(Time::from_secs(30)) - 30.0, 2400.0 / 40.0, 0.02);
}

#[test]
fn messages_wait_as_erlang_c_says() {
    for (c, rho) in [(1, 0.7), (4, 0.8), (16, 0.9)] {
        let lambda = rho * f64::from(c) / 0.020;
        let clients = format!("traffic = \"{lambda}/s\"");
        let worker = format!("consumers = {c}\ncores = {c}");
        let design = line(&clients, "cpu = \"exp(20ms)\"", FAST, &worker).replace("\"60s\"", "\"600s\"");
        // By Little's law, from what waits and what is in hand.
        let times = (1..=4).map(|seed| {
            let run = play(&design, seed, Time::from_secs(20));
            let (backlog, in_hand) = (run.figure("jobs", "backlog"), run.figure("jobs", "in_hand"));
            (backlog + in_hand) / (run.component("worker").completions as f64 / 580.0)
        });
        let expected = erlang_c(c, rho * f64::from(c)) / (f64::from(c) / 0.020 - lambda) + 0.020;
        near(&format!("time in the system of M/M/{c}"), times.sum::<f64>() / 4.0, expected, 0.05);
    }
}

/// Two workers, of which one dies for a while in the middle.
fn with_a_death(queue: &str) -> String {
    let worker = "consumers = 3\ncores = 3\nboot = \"1s\"";
    let clients = "arrivals = \"even\"\ntraffic = [[\"0s\", \"20/s\"], [\"30s\", \"20/s\"], [\"30s\", \"0/s\"]]";
    let design = and_another(&line(clients, "cpu = \"exp(250ms)\"", queue, worker), "second", worker);
    design.replace("\"60s\"", "\"200s\"") + &fault("worker", "crash", "10s", "5s")
}

#[test]
fn at_least_once_loses_nothing_and_repeats_some() {
    for (seed, queue) in
        (1..).zip(["", "preset = \"rabbitmq\"", "preset = \"sqs\"", "preset = \"redis-streams\"", "preset = \"kafka\""])
    {
        let seen = play(&with_a_death(queue), seed, Time::ZERO).ledger;
        assert!(seen.published > 590, "{queue}: {seen:?}");
        assert_eq!((seen.processed, seen.lost), (seen.published, 0), "{queue}: {seen:?}");
        assert!(seen.redelivered > 0, "{queue}: what it had in hand is handed out again: {seen:?}");
    }
    // Offsets are committed after a batch: what was worked off before the crash is worked off again.
    let seen = play(&with_a_death("preset = \"kafka\"\nprefetch = 50").replace("20/s", "60/s"), 1, Time::ZERO).ledger;
    assert!(seen.duplicates > 0 && seen.processed == seen.published, "{seen:?}");
}

#[test]
fn at_most_once_repeats_nothing_and_loses_what_was_in_hand() {
    for (preset, prefetch) in [("plain", 1), ("plain", 20), ("kafka", 20), ("sqs", 10)] {
        let queue = format!("preset = \"{preset}\"\ndelivery = \"at-most-once\"\nprefetch = {prefetch}");
        let seen = play(&with_a_death(&queue), 3, Time::ZERO).ledger;
        assert_eq!((seen.duplicates, seen.redelivered), (0, 0), "{queue}: {seen:?}");
        assert!((1..=3 * prefetch).contains(&seen.lost), "{queue}: {seen:?}");
        assert_eq!(seen.processed + seen.lost, seen.published, "{queue}: {seen:?}");
    }
}

#[test]
fn a_message_comes_back_when_the_preset_notices() {
    // A broken connection at once; a visibility timeout after 30 s and 60 s; a consumer's session after 45 s.
    for (queue, low, high) in [
        ("", 0.0, 4.0),
        ("preset = \"rabbitmq\"\nprefetch = 1", 0.0, 4.0),
        ("preset = \"sqs\"\nprefetch = 1", 30.0, 34.0),
        ("preset = \"redis-streams\"\nprefetch = 1", 60.0, 64.0),
        ("preset = \"kafka\"\nprefetch = 1", 45.0, 50.0),
    ] {
        let oldest = play(&with_a_death(queue), 2, Time::ZERO).figure("jobs", "oldest_message");
        assert!((low..high).contains(&oldest), "{queue}: {oldest} s");
    }
}

#[test]
fn only_partitions_keep_the_order_of_keys() {
    let class = "cpu = \"exp(20ms)\"\nwrites = 1\nkeys = { count = 20, zipf = 0.5 }";
    let disorder = |queue: &str, consumers: u32| {
        let worker = format!("consumers = {consumers}\ncores = {consumers}");
        let rate = if consumers == 1 { "40/s" } else { "200/s" };
        let design = line(&format!("traffic = \"{rate}\""), class, queue, &worker);
        let seen = play(&design, 5, Time::ZERO).ledger;
        assert_eq!(seen.redelivered, 0, "{queue}: {seen:?}");
        seen.out_of_order
    };
    assert_eq!(disorder("preset = \"kafka\"", 6), 0);
    assert_eq!(disorder("preset = \"kafka\"\npartitions = 3", 8), 0);
    assert!(disorder("preset = \"rabbitmq\"\nprefetch = 1", 6) > 100, "competing consumers overtake each other");
    assert!(disorder("", 6) > 100);
    assert_eq!(disorder("preset = \"rabbitmq\"", 1), 0, "one consumer takes one after the other");
    assert!(disorder("preset = \"sqs\"", 1) > 10, "hosts have no common order, even for one consumer");
}

#[test]
fn partitions_cap_parallelism() {
    for (partitions, consumers) in [(3, 8), (8, 3), (4, 4_u32)] {
        let queue = format!("preset = \"kafka\"\npartitions = {partitions}");
        let worker = format!("consumers = {consumers}\ncores = {consumers}");
        let class = "cpu = \"100ms\"\nwrites = 1\nkeys = { count = 10000, zipf = 0 }";
        let run = play(&line("traffic = \"300/s\"", class, &queue, &worker), 1, Time::from_secs(20));
        let rate = run.component("worker").completions as f64 / 40.0;
        near("throughput", rate, f64::from(partitions.min(consumers)) / 0.1, 0.02);
        let idle = run.figure("jobs", "idle_consumers");
        let without = consumers.saturating_sub(partitions);
        assert!((idle - f64::from(without)).abs() < 0.3, "{idle} of {consumers} consumers are idle");
    }
}

#[test]
fn a_visibility_shorter_than_the_work_makes_duplicates() {
    let design = |visibility: &str| {
        let queue = format!("preset = \"sqs\"\nprefetch = 1\nvisibility = \"{visibility}\"");
        line("traffic = \"2/s\"", "cpu = \"2s\"", &queue, "consumers = 20\ncores = 20")
    };
    let short = play(&design("1s"), 1, Time::ZERO).ledger;
    assert!(short.duplicates > 20, "{short:?}");
    let long = play(&design("5s"), 1, Time::ZERO).ledger;
    assert_eq!((long.duplicates, long.redelivered), (0, 0), "{long:?}");
    assert!(long.processed > 80);
}

#[test]
fn too_many_sent_ahead_time_out_for_ever() {
    // 250 sent ahead take one consumer 5 s, but stay hidden for 2 s only: nearly all work is done twice or more often.
    let design = |prefetch: u32| {
        let queue = format!("preset = \"rabbitmq\"\nvisibility = \"2s\"\nprefetch = {prefetch}");
        line(
            "traffic = [[\"0s\", \"300/s\"], [\"2s\", \"300/s\"], [\"2s\", \"40/s\"]]",
            "cpu = \"20ms\"",
            &queue,
            "consumers = 1",
        )
    };
    let (many, few) = (play(&design(250), 1, Time::ZERO).ledger, play(&design(10), 1, Time::ZERO).ledger);
    assert_eq!(few.duplicates, 0, "{few:?}");
    assert!(many.duplicates > many.processed / 2, "{many:?}");
}

#[test]
fn dead_letters_after_exactly_so_many_tries() {
    for queue in [
        "",
        "preset = \"rabbitmq\"",
        "preset = \"sqs\"\nvisibility = \"1s\"",
        "preset = \"kafka\"",
        "preset = \"redis-streams\"\nvisibility = \"500ms\"",
    ] {
        for tries in [1, 4] {
            let queue = format!("{queue}\nattempts_max = {tries}\nbackoff = \"20ms\"");
            let clients =
                "arrivals = \"even\"\ntraffic = [[\"0s\", \"20/s\"], [\"10s\", \"20/s\"], [\"10s\", \"0/s\"]]";
            let seen = play(&line(clients, "cpu = \"5ms\"\npoison = \"100%\"", &queue, ""), 1, Time::ZERO).ledger;
            assert!(seen.published > 190, "{queue}: {seen:?}");
            assert_eq!((seen.dead, seen.processed), (seen.published, 0), "{queue}: {seen:?}");
            assert_eq!(seen.redelivered, seen.published * (tries - 1), "{queue}: {seen:?}");
        }
    }
}

#[test]
fn a_poison_key_blocks_its_partition_unless_it_is_given_up_on() {
    let class = "cpu = \"2ms\"\nwrites = 1\npoison = \"3%\"\nkeys = { count = 100, zipf = 0 }";
    let run = |tries: u32| {
        play(
            &line(STEADY, class, &format!("preset = \"kafka\"\nattempts_max = {tries}"), "consumers = 6"),
            1,
            Time::ZERO,
        )
    };
    let (blocked, given_up) = (run(0), run(3));
    assert!(blocked.ledger.waiting + blocked.ledger.in_hand > 1000, "{:?}", blocked.ledger);
    assert!(blocked.ledger.processed > 500, "other partitions go on: {:?}", blocked.ledger);
    assert!(given_up.ledger.dead > 50 && given_up.ledger.waiting < 200, "{:?}", given_up.ledger);
    assert!(given_up.figure("jobs", "dead_letters") == given_up.ledger.dead as f64);
}

#[test]
fn retention_drops_what_is_too_old() {
    let design =
        line("arrivals = \"even\"\ntraffic = \"10/s\"", "cpu = \"1ms\"", "preset = \"kafka\"\nretention = \"5s\"", "");
    let design = design.replace("\"jobs -> worker\" = {}\n", "");
    let run = play(&design, 1, Time::ZERO);
    assert!((45..=51).contains(&run.ledger.waiting), "5 s of 10/s are left: {:?}", run.ledger);
    assert_eq!(run.ledger.expired + run.ledger.waiting, run.ledger.published);
    assert!(run.figure("jobs", "oldest_message") < 5.2);
    assert_eq!(run.figure("jobs", "expired_messages"), run.ledger.expired as f64);
}

#[test]
fn sending_far_ahead_is_unfair() {
    // A burst for a fast and a slow worker: sent ahead in equal shares, the slow one's share waits while the fast is idle.
    let design = |prefetch: u32| {
        let clients = "arrivals = \"even\"\ntraffic = [[\"0s\", \"400/s\"], [\"1s\", \"400/s\"], [\"1s\", \"0/s\"]]";
        let queue = format!("preset = \"rabbitmq\"\nprefetch = {prefetch}");
        let design = line(clients, "cpu = \"20ms\"", &queue, "consumers = 1");
        and_another(&design, "slow", "consumers = 1\nspeed = 0.1").replace("\"60s\"", "\"120s\"")
    };
    let (fair, unfair) = (play(&design(1), 1, Time::ZERO), play(&design(250), 1, Time::ZERO));
    assert_eq!(fair.ledger.processed, unfair.ledger.processed);
    let oldest = |run: &Run| run.figure("jobs", "oldest_message");
    // Together they do 55/s: about 7.3 s. Shared in halves, the slow one needs 200 / 5 = 40 s.
    assert!((6.0..9.0).contains(&oldest(&fair)), "{}", oldest(&fair));
    assert!(oldest(&unfair) > 35.0, "{}", oldest(&unfair));
}

#[test]
fn a_full_queue_rejects_drops_or_blocks() {
    let run = |overflow: &str| {
        let queue = format!("{FAST}\ncapacity = 50\noverflow = \"{overflow}\"");
        play(&line("traffic = \"200/s\"", "cpu = \"exp(20ms)\"", &queue, "consumers = 2"), 1, Time::ZERO)
    };
    let (reject, drop, block) = (run("reject"), run("drop-oldest"), run("block"));
    assert!(reject.report.requests.failed.shed > 4000 && reject.ledger.dropped == 0, "{:?}", reject.ledger);
    assert!(drop.report.requests.failed.shed == 0 && drop.ledger.dropped > 4000, "{:?}", drop.ledger);
    assert!(block.report.requests.failed.shed == 0 && block.ledger.dropped == 0, "{:?}", block.ledger);
    assert!(block.report.latency_s.mean > 10.0, "publishers wait: {}", block.report.latency_s.mean);
    for run in [reject, drop, block] {
        assert!(run.figure("jobs", "backlog") <= 50.0);
        near("what is worked off", run.ledger.processed as f64, 100.0 * 60.0, 0.05);
    }
}

#[test]
fn memory_alone_loses_the_last_second_in_a_crash() {
    let lost = |queue: &str| {
        let design = line(STEADY, "cpu = \"100ms\"", queue, "consumers = 2") + &fault("jobs", "crash", "30s", "2s");
        play(&design, 1, Time::ZERO).ledger.lost
    };
    assert_eq!(lost(""), 0);
    assert_eq!(lost("preset = \"kafka\"\npartitions = 3"), 0);
    let redis = lost("preset = \"redis-streams\"");
    assert!((95..=101).contains(&redis), "one second of 100/s: {redis}");
}

#[test]
fn a_busy_broker_is_a_bottleneck_too() {
    // One thread that needs 2 ms for a message stores 500/s, whatever the workers could do.
    let queue = "publish = \"2ms\"\nconcurrency = 1\ncapacity = 100000";
    let run = play(&line("traffic = \"800/s\"", "cpu = \"1us\"", queue, "consumers = 50\ncores = 50"), 1, Time::ZERO);
    near("stored", run.ledger.published as f64 / 60.0, 500.0, 0.02);
    assert!(run.component("jobs").utilization > 0.98);
}

/// Lesson 09: pictures made at once, or later. The same number of cores in both.
#[test]
fn uploads_through_a_queue_answer_at_once() {
    let head = "version = 1\nduration = \"180s\"\n[classes.upload]\ncpu = \"exp(5ms)\"\njob = \"exp(400ms)\"\n\
                [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"5/s\"], [\"30s\", \"5/s\"], [\"31s\", \"40/s\"], [\"60s\", \"40/s\"], [\"61s\", \"5/s\"], [\"170s\", \"5/s\"], [\"170s\", \"0/s\"]]\n\
                [components.jobs]\nkind = \"queue\"\n[components.app]\nkind = \"server\"\n";
    let inline = format!("{head}cores = 10\ncapacity = 10000\n[wires]\n\"users -> app\" = {{}}\n");
    let queued = format!(
        "{head}cores = 2\n[components.worker]\nkind = \"worker\"\nconsumers = 8\ncores = 8\n\
         [wires]\n\"users -> app\" = {{}}\n\"app -> jobs\" = {{}}\n\"worker -> jobs\" = {{}}\n"
    );
    let (inline, queued) = (play(&inline, 1, Time::ZERO), play(&queued, 1, Time::ZERO));
    assert!(inline.report.latency_s.p99 > 5.0, "{}", inline.report.latency_s.p99);
    assert!(queued.report.latency_s.p99 < 0.1, "{}", queued.report.latency_s.p99);
    assert_eq!(queued.ledger.processed, queued.report.requests.succeeded, "the burst has drained");
    assert!(queued.figure("worker", "message_age") > 1.0, "but pictures are ready later");
}

#[test]
fn every_group_gets_every_message_and_a_group_shares() {
    let worker = |group: &str| format!("consumers = 2\ncores = 2\ngroup = \"{group}\"");
    for queue in ["", "preset = \"kafka\"", "preset = \"sqs\""] {
        let clients = "arrivals = \"even\"\ntraffic = [[\"0s\", \"50/s\"], [\"20s\", \"50/s\"], [\"20s\", \"0/s\"]]";
        let one = line(clients, "cpu = \"5ms\"", queue, &worker("pictures"));
        let two = and_another(&one, "second", &worker("pictures"));
        let three = and_another(&two, "third", &worker("search"));
        let run = play(&three, 1, Time::ZERO);
        let done = |name: &str| run.component(name).completions;
        let sent = run.report.requests.succeeded;
        assert_eq!((done("worker") + done("second"), done("third")), (sent, sent), "{queue}");
        assert!(
            done("worker") > sent / 4 && done("second") > sent / 4,
            "{queue}: {} and {}",
            done("worker"),
            done("second")
        );
        assert_eq!(run.ledger.published, 2 * sent);
    }
}

#[test]
fn a_wire_that_names_classes_subscribes_to_those() {
    let design = line(
        "traffic = \"100/s\"",
        "cpu = \"1ms\"\n[classes.video]\ncpu = \"1ms\"\n[classes.none]\ncpu = \"1ms\"",
        "",
        "",
    )
    .replace("\"jobs -> worker\" = {}", "\"jobs -> worker\" = { classes = [\"job\"] }");
    let design = and_another(&design, "second", "")
        .replace("\"jobs -> second\" = {}", "\"jobs -> second\" = { classes = [\"video\"] }");
    let run = play(&design, 1, Time::ZERO);
    let of =
        |class: &str| run.report.classes.iter().find(|(name, _)| name == class).map_or(0, |(_, seen)| seen.succeeded);
    let done = |name: &str| run.component(name).completions;
    assert!(of("job").abs_diff(done("worker")) <= 2 && of("video").abs_diff(done("second")) <= 2);
    assert_eq!(run.ledger.dropped, of("none"), "nobody subscribes to it");
}

#[test]
fn the_wire_may_be_drawn_either_way_but_once() {
    let there = line(STEADY, "cpu = \"exp(20ms)\"", "", "");
    let back = there.replace("jobs -> worker", "worker -> jobs");
    assert_eq!(play(&there, 1, Time::ZERO).ledger, play(&back, 1, Time::ZERO).ledger);
    let twice = there.replace("[wires]", "[wires]\n\"worker -> jobs\" = {}");
    assert!(design::read(&twice).is_err());
    let design = read(&there);
    for (from, to) in [("jobs", "users"), ("users", "worker"), ("worker", "jobs")] {
        assert!(design::may_connect(&design, from, to).is_err(), "{from} -> {to}");
    }
    // A worker that calls a server which publishes to the worker's own queue goes round in a circle.
    let server = there.replace("[wires]", "[components.app]\nkind = \"server\"\n[wires]\n\"app -> jobs\" = {}");
    assert!(design::may_connect(&read(&server), "worker", "app").is_err());
}

#[test]
fn a_worker_writes_what_it_made() {
    let class = "cpu = \"1ms\"\njob = \"10ms\"\nwrites = 1\nbody = \"200KB\"";
    let design = line("traffic = \"50/s\"", class, "", "").replace(
        "[wires]",
        "[components.db]\nkind = \"database\"\n[components.files]\nkind = \"object-storage\"\n[wires]\n\"worker -> db\" = {}\n\"worker -> files\" = {}",
    );
    let run = play(&design, 1, Time::ZERO);
    let done = run.component("worker").completions;
    for store in ["db", "files"] {
        assert!(run.component(store).completions.abs_diff(done) <= 4, "{store}");
    }
    near("CPU of a message", run.component("worker").utilization * 4.0 * 60.0 / done as f64, 0.010, 0.02);
}

#[test]
fn poison_fails_for_the_same_keys_wherever_the_job_is_done() {
    let class = "cpu = \"1ms\"\njob = \"2ms\"\nwrites = 1\nkeys = { count = 1000, zipf = 0 }\npoison = \"5%\"";
    let queue = "attempts_max = 1";
    let design = line(
        "arrivals = \"even\"\ntraffic = [[\"0s\", \"100/s\"], [\"50s\", \"100/s\"], [\"50s\", \"0/s\"]]",
        class,
        queue,
        "",
    );
    let server = "[components.db]\nkind = \"database\"\nread = \"0s\"\nwrite = \"0s\"\n[components.app]\nkind = \"server\"\n[wires]\n\
                  \"app -> db\" = {}\n\"users -> app\" = {}\n\"app -> jobs\" = {}";
    let queued = design.replace("[wires]", server).replace("\"users -> jobs\" = {}\n", "");
    let inline = queued.replace("\"app -> jobs\" = {}\n", "");
    let (queued, inline) = (play(&queued, 1, Time::ZERO), play(&inline, 1, Time::ZERO));
    assert_eq!(queued.report.requests.failed.failed, 0, "users do not see it");
    assert_eq!(queued.ledger.dead, inline.report.requests.failed.failed);
    near("share of requests", queued.ledger.dead as f64, 0.05 * 5000.0, 0.35);
}

#[test]
fn a_trip_goes_on_after_its_answer() {
    let design = line("traffic = \"5/s\"", "cpu = \"2s\"", "", "consumers = 20\ncores = 20");
    let run = play(&design, 1, Time::ZERO);
    let mut recording = Recording::default();
    recording.extend(run.frames);
    let trip = recording.trips.iter().find(|trip| trip.wanted > Time::from_secs(10)).expect("some are sampled");
    let [published, worked] = trip.spans.as_slice() else { panic!("{trip:?}") };
    let ended = trip.ended.expect("it is answered").0;
    assert!(ended.since(trip.wanted) < Time::from_millis(10), "the user does not wait for it");
    assert_eq!((published.parent, worked.parent), (None, Some(0)));
    assert!(worked.settled.expect("it is acknowledged").0.since(trip.wanted) > Time::from_secs(2));
}

#[test]
fn goals_can_name_what_a_queue_shows() {
    let burst = "traffic = [[\"0s\", \"30/s\"], [\"10s\", \"30/s\"], [\"10s\", \"5/s\"]]";
    let design = line(burst, "cpu = \"100ms\"", "", "consumers = 1");
    let goals = [
        "oldest_message(jobs) < 30s at end",
        "oldest_message(jobs) < 2s always",
        "backlog(jobs) > 50 ever",
        "message_age(worker) > 5s ever",
        "duplicates(jobs) = 0",
        "dead_letters(jobs) = 0",
    ];
    let goals: Vec<Goal> = goals.iter().map(|goal| goal.parse().unwrap_or_else(|_| panic!("{goal}"))).collect();
    let mut grader = Grader::new(&goals, &read(&design));
    let run = play(&design, 1, Time::ZERO);
    run.frames.iter().for_each(|frame| grader.feed(&run.parts, frame));
    grader.finish();
    let met: Vec<bool> = grader.standings().iter().map(|standing| standing.state == State::Met).collect();
    assert_eq!(met, [true, false, true, true, true, true], "{:?}", grader.standings());
}

#[test]
fn a_consumer_that_joins_or_dies_stops_its_group_for_a_while() {
    let design =
        line(STEADY, "cpu = \"5ms\"", "preset = \"kafka\"\nsession = \"5s\"\nrebalance = \"2s\"", "consumers = 2");
    let design =
        and_another(&design, "second", "consumers = 2\nboot = \"1s\"") + &fault("second", "crash", "20s", "20s");
    let run = play(&design, 1, Time::ZERO);
    let done = |from: f64, to: f64| {
        let part = run.report.components.iter().position(|(name, _)| name == "worker").expect("it is there");
        let frames = run.frames.iter().filter(|frame| (from..to).contains(&(f64::from(frame.index) * 0.1)));
        frames.map(|frame| frame.components[part].completions).sum::<u32>()
    };
    assert!(done(21.0, 24.0) > 0, "the living go on with their partitions while the session of the dead runs");
    assert_eq!(done(25.5, 26.9), 0, "then nobody works while they are shared anew");
    assert!(done(27.2, 39.0) > 1000, "the living take over");
    assert_eq!(done(40.5, 41.9), 0, "and once more when it is back");
    assert_eq!(run.ledger.processed + run.ledger.waiting + run.ledger.in_hand, run.ledger.published);
}
