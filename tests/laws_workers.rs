//! Laws of workers whose machines come and go: when they come, how many, what they cost, and that nothing is lost on the way.

mod support;

use pressure_point::insight::{RunCost, cost_per_hour};
use pressure_point::metrics::Report;
use pressure_point::sim::{Figure, Frame, Happening, Ledger};
use pressure_point::units::Time;
use support::{near, read, run_queue};

const EVEN: &str = "arrivals = \"even\"\ntraffic = ";
/// Machines of 10 consumers that do 100 messages a second.
const TEN: &str = "consumers = 10\ncores = 10";

/// Users → queue → worker.
fn line(clients: &str, cpu: &str, queue: &str, worker: &str, duration: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.job]\ncpu = \"{cpu}\"\n[components.users]\nkind = \"clients\"\n\
         {clients}\n[components.jobs]\nkind = \"queue\"\npublish = \"0s\"\nhandover = \"1us\"\nconcurrency = 1000\n{queue}\n\
         [components.worker]\nkind = \"worker\"\n{worker}\n[wires]\n\"users -> jobs\" = {{}}\n\"jobs -> worker\" = {{}}\n"
    )
}

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
    /// When the log tells of this, in seconds.
    fn times(&self, wanted: impl Fn(&Happening) -> bool) -> Vec<f64> {
        let log = self.frames.iter().flat_map(|frame| &frame.log);
        log.filter(|entry| wanted(&entry.what)).map(|entry| entry.at.as_secs_f64()).collect()
    }

    /// The mean of a figure of a component between two moments.
    fn mean(&self, component: usize, figure: Figure, from: usize, to: usize) -> f64 {
        let frames = &self.frames[from * 10..to * 10];
        frames.iter().filter_map(|frame| frame.components[component].figure(figure)).sum::<f64>() / frames.len() as f64
    }
}

#[test]
fn a_backlog_calls_for_machines_after_interval_and_start_up() {
    // One machine does 100 of 250 a second. At the first look, after 10 s, 1,500 wait and 10 are in hand: at 500 for each
    // machine, four are wanted. They work from 30 s on; by then three more looks have found more to wait.
    let scale = "autoscale = { backlog = 500, interval = \"10s\", start_up = \"20s\", cooldown = \"1000s\", max = 4 }";
    let design = line(&format!("{EVEN}\"250/s\""), "100ms", "", &format!("{TEN}\n{scale}"), "100s");
    let run = play(&design, 1);
    assert_eq!(run.times(|what| matches!(what, Happening::Scaled(2, _))), [30.0, 30.0, 30.0]);
    // 4,500 wait by then; at 400 − 250 a second they are gone after 30 s.
    let waits = run.mean(1, Figure::Backlog, 44, 46);
    near("half of it is left in the middle", waits, 2250.0, 0.03);
    assert!(run.mean(1, Figure::Backlog, 62, 100) < 1.0, "and nothing at the end");
    // Paid for from the order on: one for 10 s, four for 90 s.
    near("machines", run.report.components[2].1.figures["instances"], 3.7, 1e-6);
    let (one, queue) = (0.01 + 0.04 * 10.0, 0.03);
    let cost = RunCost::of(&read(&design), &run.report).machines.0;
    near("dollars for machines", cost, (370.0 * one + 100.0 * queue) / 3600.0, 1e-6);
    near("dollars per hour at the start", cost_per_hour(&read(&design)).0, one + queue, 1e-9);
}

#[test]
fn machines_follow_the_oldest_message_or_the_cpu_where_asked() {
    let worker = |by: &str| {
        format!("{TEN}\nautoscale = {{ {by}, interval = \"5s\", start_up = \"10s\", cooldown = \"30s\", max = 40 }}")
    };
    let clients = "traffic = [[\"0s\", \"60/s\"], [\"60s\", \"60/s\"], [\"61s\", \"900/s\"]]";
    // 90 erlangs at 60% want 15 machines of ten cores; chance may ask for one more.
    let run = play(&line(clients, "exp(100ms)", "", &worker("by = \"cpu\""), "400s"), 1);
    let there = run.mean(2, Figure::Instances, 300, 400);
    assert!((15.0..=17.5).contains(&there), "{there}");
    // By age there are as many as keep the oldest message young, and at least the nine that the work takes.
    for seed in 1..=3 {
        let run = play(&line(clients, "exp(100ms)", "", &worker("by = \"age\", age = \"20s\""), "400s"), seed);
        let (there, oldest) = (run.mean(2, Figure::Instances, 200, 400), run.mean(1, Figure::OldestMessage, 300, 400));
        assert!(oldest < 20.0 && (9.0..=40.0).contains(&there), "seed {seed}: {oldest} s, {there} machines");
    }
}

/// A burst, and quiet: machines come and go.
fn burst(queue: &str) -> String {
    let scale = "autoscale = { backlog = 50, interval = \"2s\", start_up = \"3s\", cooldown = \"5s\", max = 6 }";
    let worker = format!("consumers = 3\ncores = 3\n{scale}");
    let clients = "traffic = [[\"0s\", \"10/s\"], [\"10s\", \"90/s\"], [\"40s\", \"90/s\"], [\"41s\", \"5/s\"], [\"200s\", \"5/s\"], [\"201s\", \"0/s\"]]";
    line(clients, "exp(100ms)", queue, &worker, "260s")
}

#[test]
fn a_machine_that_goes_finishes_what_it_holds() {
    for (seed, queue) in (1..).zip([
        "",
        "prefetch = 20",
        "preset = \"rabbitmq\"",
        "preset = \"sqs\"",
        "preset = \"redis-streams\"",
        "preset = \"kafka\"\nprefetch = 20\npartitions = 12\nrebalance = \"500ms\"",
    ]) {
        let run = play(&burst(queue), seed);
        let seen = run.ledger;
        assert!(seen.published > 3000, "{queue}: {seen:?}");
        assert_eq!(seen.processed, seen.published, "{queue}: all is worked off: {seen:?}");
        assert_eq!((seen.lost, seen.redelivered, seen.duplicates), (0, 0, 0), "{queue}: nothing twice: {seen:?}");
        let most = (0..260).map(|second| run.mean(2, Figure::Instances, second, second + 1)).fold(0.0, f64::max);
        assert!(most > 3.0, "{queue}: it grew to {most}");
        near(&format!("{queue}: machines at the end"), run.mean(2, Figure::Instances, 240, 260), 1.0, 1e-6);
        let slots: Vec<f32> = run.frames.iter().map(|frame| frame.components[2].slots).collect();
        assert!(slots.iter().all(|slots| (3.0..=18.0).contains(slots)), "{queue}: three consumers for each machine");
    }
}

#[test]
fn a_machine_that_dies_gives_back_what_it_held() {
    for (queue, back) in [
        ("", 0.0),
        ("preset = \"rabbitmq\"\nprefetch = 5", 0.0),
        ("preset = \"sqs\"\nvisibility = \"20s\"", 20.0),
        ("preset = \"kafka\"\nprefetch = 5\npartitions = 9\nsession = \"10s\"\nrebalance = \"500ms\"", 10.0),
    ] {
        let worker = "consumers = 3\ncores = 3\ninstances = 3";
        let clients = "traffic = [[\"0s\", \"75/s\"], [\"60s\", \"75/s\"], [\"61s\", \"0/s\"]]";
        let fault = "[[faults]]\nat = \"20s\"\ntarget = \"worker\"\nfault = \"crash\"\ninstances = 1\nfor = \"5s\"\n";
        let mut again = 0;
        for seed in 1..=4 {
            let run = play(&(line(clients, "exp(100ms)", queue, worker, "120s") + fault), seed);
            let seen = run.ledger;
            assert_eq!((seen.processed, seen.lost), (seen.published, 0), "{queue}: {seen:?}");
            again += seen.redelivered;
            assert_eq!(run.times(|what| *what == Happening::InstancesDied(2, 1)), [20.0], "{queue}");
            let done = |from: usize, to: usize| {
                let frames = run.frames[from * 10..to * 10].iter().map(|frame| &frame.components[2]);
                frames.map(|worker| f64::from(worker.completions)).sum::<f64>() / (to - from) as f64
            };
            assert!(done(21, 25) > 25.0, "{queue}: the others go on: {}", done(21, 25));
            // The oldest message is one that was in its hands, until it comes back.
            let oldest =
                (20..60).map(|second| run.mean(1, Figure::OldestMessage, second, second + 1)).fold(0.0, f64::max);
            let least = if seen.redelivered > 0 { (back - 2.0_f64).max(0.0) } else { 0.0 };
            assert!((least..back + 15.0).contains(&oldest), "{queue}: {oldest} s");
        }
        assert!((1..400).contains(&again), "{queue}: what it held is worked off again: {again}");
    }
}

#[test]
fn each_machine_that_comes_or_goes_shares_the_partitions_anew() {
    let run = play(&burst("preset = \"kafka\"\npartitions = 4\nrebalance = \"500ms\""), 3);
    let (scaled, shared) = (
        run.times(|what| matches!(what, Happening::Scaled(2, _))),
        run.times(|what| *what == Happening::Rebalancing(1)),
    );
    assert!(scaled.len() > 3 && scaled.iter().all(|at| shared.contains(at)), "{scaled:?} {shared:?}");
    // However many machines there are, four partitions keep four consumers busy.
    let busy = run.frames.iter().map(|frame| f64::from(frame.components[2].held)).fold(0.0, f64::max);
    assert!(busy <= 4.000_01, "{busy}");
}

#[test]
fn machines_drawn_by_hand_share_the_messages() {
    // Three machines of ten do what thirty consumers on one machine do.
    let busy = |worker: &str| {
        let run = play(&line("traffic = \"200/s\"", "exp(100ms)", "", worker, "200s"), 5);
        (run.ledger.processed as f64, run.report.components[2].1.utilization)
    };
    let (one, three) = (busy("consumers = 30\ncores = 30"), busy(&format!("{TEN}\ninstances = 3")));
    near("worked off", three.0, one.0, 0.005);
    near("busy", three.1, 200.0 * 0.1 / 30.0, 0.03);
    near("busy as one", three.1, one.1, 0.03);
}
