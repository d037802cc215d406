//! Laws of queues with several nodes, and of priorities: what is answered when, what a dead leader takes along, who is next.

mod support;

use pressure_point::design;
use pressure_point::insight::cost_per_hour;
use pressure_point::metrics::Report;
use pressure_point::sim::{Figure, Frame, Happening, Ledger};
use pressure_point::units::Time;
use support::{Dice, near, read, run_queue};

/// Users → queue → worker, with constant or random arrivals.
fn line(clients: &str, queue: &str, duration: &str, faults: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.job]\ncpu = \"100us\"\n[components.users]\nkind = \"clients\"\n\
         {clients}\n[components.jobs]\nkind = \"queue\"\n{queue}\n[components.worker]\nkind = \"worker\"\nconsumers = 12\n\
         cores = 12\n[wires]\n\"users -> jobs\" = {{}}\n\"jobs -> worker\" = {{}}\n{faults}"
    )
}

fn crash(nodes: &str, at: &str, lasts: &str) -> String {
    format!("[[faults]]\ntarget = \"jobs\"\nfault = \"crash\"\nat = \"{at}\"\nfor = \"{lasts}\"\n{nodes}\n")
}

const LEADER: &str = "instances = 1";
const FOLLOWER: &str = "instances = 1\nfollowers = true";
const EVEN: &str = "arrivals = \"even\"\ntraffic = ";

struct Run {
    report: Report,
    frames: Vec<Frame>,
    ledger: Ledger,
}

#[track_caller]
fn play(text: &str, seed: u64) -> Run {
    let (_, frames, report, ledger) = run_queue(text, seed, Time::ZERO);
    Run { report, frames, ledger }
}

impl Run {
    fn sum(&self, of: impl Fn(&Frame) -> u32, from: usize, to: usize) -> f64 {
        self.frames[from * 10..to * 10].iter().map(|frame| f64::from(of(frame))).sum()
    }

    /// Publications answered well, and failed, between two moments.
    fn answers(&self, from: usize, to: usize) -> (f64, f64) {
        (self.sum(|frame| frame.wires[0].ok, from, to), self.sum(|frame| frame.wires[0].failed, from, to))
    }

    /// Nodes in sync at a moment.
    fn in_sync(&self, second: usize) -> f64 {
        self.frames[second * 10].components[1].figure(Figure::InSync).expect("it has nodes")
    }
}

/// A queue like Kafka that stores in no time, with copies.
fn kafka(replicas: &str) -> String {
    format!("preset = \"kafka\"\npublish = \"10ms\"\nrebalance = \"0s\"\nreplicas = {{ {replicas} }}")
}

#[test]
fn a_publisher_waits_for_those_that_must_have_it() {
    // Rarely enough that copies do not queue: the slowest of two followers takes 3/2 of one, the faster half of it.
    let clients = "traffic = \"1/s\"";
    let lag = "lag = \"exp(10ms)\"";
    for (queue, expected) in [
        (kafka(&format!("acks = \"none\", {lag}")), 0.0),
        (kafka(&format!("acks = \"leader\", {lag}")), 0.001),
        (kafka(lag), 0.001 + 0.015),
        (kafka(&format!("count = 5, {lag}")), 0.001 + 0.010 * (1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0)),
        (kafka(lag).replace("kafka", "rabbitmq"), 0.001 + 0.005),
        // The second of four.
        (kafka(&format!("count = 5, {lag}")).replace("kafka", "rabbitmq"), 0.001 + 0.010 * (1.0 / 4.0 + 1.0 / 3.0)),
    ] {
        let design = line(clients, &queue.replace("publish = \"10ms\"", "publish = \"1ms\""), "4000s", "");
        let means = (1..=4).map(|seed| play(&design, seed).report.latency_s.mean);
        let mean = means.sum::<f64>() / 4.0;
        assert!((mean - expected).abs() <= 0.03 * expected, "{queue}: {mean} s in place of {expected} s");
    }
}

#[test]
fn a_dead_leader_takes_along_what_its_followers_had_not_copied() {
    // 1,000 a second; each is stored after 10 ms, and copied 100 ms later.
    for (acks, lost) in [("none", 110.0), ("leader", 100.0), ("all", 0.0)] {
        let queue = kafka(&format!("acks = \"{acks}\", lag = \"100ms\", failover = \"2s\""));
        let design = line(&format!("{EVEN}\"1000/s\""), &queue, "30s", &crash(LEADER, "10s", "10s"));
        let run = play(&design, 1);
        let seen = run.ledger;
        assert!((seen.lost as f64 - lost).abs() <= 1.0, "{acks}: {seen:?}");
        // Nothing is published until a follower leads, two seconds later.
        assert_eq!(run.answers(10, 12).0, 0.0, "{acks}");
        assert!(run.answers(10, 12).1 >= 1999.0 && run.answers(13, 30).1 == 0.0, "{acks}");
        let led: Vec<f64> = run
            .frames
            .iter()
            .flat_map(|frame| &frame.log)
            .filter(|entry| entry.what == Happening::LeaderElected(1))
            .map(|entry| entry.at.as_secs_f64())
            .collect();
        assert_eq!(led, [12.0], "{acks}");
        assert_eq!((run.in_sync(9), run.in_sync(11), run.in_sync(15), run.in_sync(29)), (3.0, 0.0, 2.0, 3.0), "{acks}");
    }
}

/// Whatever dies when: what all in sync have acknowledged is there for consumers, and so is what most have.
#[test]
fn what_all_or_most_have_acknowledged_is_never_lost() {
    for preset in ["kafka", "rabbitmq", "plain"] {
        for seed in 0..20 {
            let mut dice = Dice(seed * 77 + 1);
            let nodes = [LEADER, FOLLOWER, "instances = 2"];
            let faults: String = (0..6)
                .map(|_| {
                    let (at, lasts) = (1 + dice.below(20), 1 + dice.below(8_000));
                    crash(dice.pick(&nodes), &format!("{at}s"), &format!("{lasts}ms"))
                })
                .collect();
            let count = 3 + 2 * dice.below(2);
            let queue =
                kafka(&format!("count = {count}, lag = \"exp(30ms)\", failover = \"500ms\"")).replace("kafka", preset);
            let run = play(&line("traffic = \"300/s\"", &queue, "60s", &faults), seed);
            let seen = run.ledger;
            let (answered, _) = run.answers(0, 60);
            assert_eq!(seen.lost, 0, "{preset}, seed {seed}: {seen:?}");
            assert!(
                answered > 1000.0 && seen.published as f64 >= answered,
                "{preset}, seed {seed}: {answered} {seen:?}"
            );
        }
    }
}

#[test]
fn a_dead_follower_holds_up_all_until_it_is_noticed_but_not_most() {
    let design = |queue: &str| line(&format!("{EVEN}\"100/s\""), queue, "40s", &crash(FOLLOWER, "10s", "20s"));
    let replicas = "lag = \"10ms\", failover = \"5s\"";
    let all = play(&design(&kafka(replicas)), 1);
    assert!(all.answers(11, 15) == (0.0, 0.0) && all.answers(15, 16).0 > 550.0, "five seconds' worth at once");
    assert_eq!((all.in_sync(14), all.in_sync(16), all.in_sync(31)), (3.0, 2.0, 3.0));
    // It is back at 30 s and has 2,000 messages less 10 s of them to copy, at 10 ms / 1,000 each.
    let most = play(&design(&kafka(replicas).replace("kafka", "rabbitmq")), 1);
    near("answers by most", most.answers(11, 15).0, 400.0, 0.01);
    near(
        "answers by the leader",
        play(&design(&kafka(&format!("{replicas}, acks = \"leader\""))), 1).answers(11, 15).0,
        400.0,
        0.01,
    );
}

#[test]
fn too_few_in_sync_refuse_what_all_must_have() {
    let design = |acks: &str, least: u32| {
        let queue = kafka(&format!("acks = \"{acks}\", min_in_sync = {least}, lag = \"10ms\", failover = \"1s\""));
        let faults = crash(FOLLOWER, "10s", "20s") + &crash(FOLLOWER, "15s", "15s");
        play(&line(&format!("{EVEN}\"100/s\""), &queue, "40s", &faults), 1)
    };
    for (acks, least, one_dead, two_dead) in
        [("all", 1, 0.0, 0.0), ("all", 2, 0.0, 400.0), ("all", 3, 200.0, 400.0), ("leader", 3, 0.0, 0.0)]
    {
        let run = design(acks, least);
        assert_eq!((run.answers(12, 14).1, run.answers(18, 22).1), (one_dead, two_dead), "{acks}, {least}");
        assert_eq!(run.answers(32, 40).1, 0.0, "{acks}, {least}: all are back");
        assert_eq!(run.ledger.lost, 0);
    }
}

#[test]
fn an_unclean_leader_is_there_at_once_and_has_less() {
    // Both followers die at 5 s and are out of sync at 6 s; one is back at 20 s, when the leader has been dead for 5 s.
    let design = |unclean: bool| {
        let replicas = format!("lag = \"10ms\", failover = \"1s\", unclean = {unclean}");
        let followers = FOLLOWER.replace('1', "2");
        let faults = crash(&followers, "5s", "15s") + &crash(LEADER, "15s", "15s");
        // Nobody works anything off, so that all is there to be lost.
        let design = line(&format!("{EVEN}\"100/s\""), &kafka(&replicas), "40s", &faults);
        play(&design.replace("\"jobs -> worker\" = {}", ""), 1)
    };
    let (clean, unclean) = (design(false), design(true));
    assert_eq!(clean.ledger.lost, 0);
    assert!(clean.answers(16, 30).0 == 0.0 && clean.answers(31, 39).0 > 790.0, "it waits for the old leader");
    near("lost", unclean.ledger.lost as f64, 100.0 * 10.0, 0.01);
    assert!(unclean.answers(16, 20).0 == 0.0 && unclean.answers(21, 39).0 > 1790.0, "it goes on without");
}

#[test]
fn each_node_has_its_price() {
    let price = |queue: &str| cost_per_hour(&read(&line("", queue, "1s", ""))).0;
    let one = price("preset = \"kafka\"");
    near("three nodes", price(&kafka("count = 3")) - one, 2.0 * 0.03, 1e-6);
}

// ---- priorities ----

/// Two classes at one consumer: λ = 20/s of 10 ms and 10/s of 50 ms, so ρ = 0.7.
fn two_classes(queue: &str, quick: &str, slow: &str) -> String {
    format!(
        "version = 1\nduration = \"2000s\"\n[classes.quick]\nshare = 20\ncpu = \"exp(10ms)\"\ncriticality = \"{quick}\"\n\
         [classes.slow]\nshare = 10\ncpu = \"exp(50ms)\"\ncriticality = \"{slow}\"\n[components.users]\nkind = \"clients\"\n\
         traffic = \"30/s\"\n[components.jobs]\nkind = \"queue\"\npublish = \"0s\"\nhandover = \"1us\"\n{queue}\n\
         [components.worker]\nkind = \"worker\"\nconsumers = 1\ncores = 1\n[wires]\n\"users -> jobs\" = {{}}\n\
         \"jobs -> worker\" = {{}}\n"
    )
}

#[test]
fn priorities_wait_as_cobham_says() {
    // W_k = R / ((1 − σ_{k−1})(1 − σ_k)), where R = Σ λ E[S²] / 2 and σ_k is the load of the first k classes.
    let (rho, residual) = ([0.2, 0.5], 20.0 * 0.010_f64.powi(2) + 10.0 * 0.050_f64.powi(2));
    let share = [20.0 / 30.0, 10.0 / 30.0];
    let ahead = |first: usize| {
        let (a, b) = (rho[first], rho[first] + rho[1 - first]);
        share[first] * residual / (1.0 - a) + share[1 - first] * residual / ((1.0 - a) * (1.0 - b))
    };
    let service = share[0] * 0.010 + share[1] * 0.050;
    for (queue, quick, slow, wait) in [
        ("", "critical", "low", residual / (1.0 - 0.7)),
        ("priorities = \"strict\"", "critical", "low", ahead(0)),
        ("priorities = \"strict\"", "normal", "high", ahead(1)),
        ("priorities = \"strict\"", "high", "high", residual / (1.0 - 0.7)),
        ("preset = \"rabbitmq\"\nprefetch = 1\npriorities = \"strict\"", "critical", "low", ahead(0)),
    ] {
        let design = two_classes(queue, quick, slow);
        // Little's law: what waits and what is in hand, over what comes.
        let times = (1..=4).map(|seed| {
            let run = play(&design, seed);
            let figure = |word: &str| run.report.components[1].1.figures[word];
            (figure("backlog") + figure("in_hand")) / (run.ledger.published as f64 / 2000.0)
        });
        near(&format!("{queue} {quick} {slow}"), times.sum::<f64>() / 4.0, wait + service, 0.06);
    }
}

#[test]
fn fair_priorities_starve_nobody() {
    // Both classes come twice as fast as one consumer works: strictly, the critical take all; fairly, two of three.
    let share = |priorities: &str| {
        let mut design = two_classes(&format!("capacity = 1000000\npriorities = \"{priorities}\""), "high", "normal");
        for (from, to) in [
            ("exp(10ms)", "10ms"),
            ("exp(50ms)", "10ms"),
            ("2000s", "100s"),
            ("share = 20", "share = 10"),
            ("30/s", "400/s"),
            (
                "[wires]",
                "[components.a]\nkind = \"server\"\ncpu = \"0s\"\n[components.b]\nkind = \"server\"\ncpu = \"0s\"\n[wires]",
            ),
        ] {
            design = design.replace(from, to);
        }
        // What the worker calls for each tells how many it has worked off.
        design += "\"worker -> a\" = { classes = [\"quick\"] }\n\"worker -> b\" = { classes = [\"slow\"] }\n";
        let wires = play(&design, 1).report.wires;
        let calls = |name: &str| wires.iter().find(|(wire, _)| wire == name).expect("it is there").1.attempts as f64;
        calls("worker -> a") / (calls("worker -> a") + calls("worker -> b"))
    };
    near("strict", share("strict"), 1.0, 0.01);
    near("fair", share("fair"), 2.0 / 3.0, 0.01);
    near("neither", share("none"), 1.0 / 2.0, 0.02);
}

#[test]
fn priorities_are_for_queues_that_know_them() {
    for (queue, told) in
        [("preset = \"rabbitmq\"", false), ("preset = \"kafka\"", true), ("hosts = 2", true), ("partitions = 3", true)]
    {
        let design = read(&two_classes(&format!("{queue}\npriorities = \"strict\""), "high", "low"));
        let remarks = design::remarks(&design);
        assert_eq!(
            remarks.iter().any(|remark| remark.message.contains("`priorities` have no effect")),
            told,
            "{queue}"
        );
    }
}
