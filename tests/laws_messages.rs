//! Laws of queues and workers that hold for every design: messages are conserved, and none is stuck or lost.

mod support;

use pressure_point::design::{self, Design};
use pressure_point::sim::{Ledger, Simulation};
use pressure_point::units::Time;
use support::{Dice, random_design_of, read, run_design};

#[track_caller]
fn conserved(what: &str, seen: &Ledger) {
    assert_eq!(seen.published, seen.left() + seen.waiting + seen.in_hand, "{what}: {seen:?}");
}

#[test]
fn messages_are_conserved() {
    let (mut published, mut ends) = (0, [0; 5]);
    for seed in 0..400 {
        let design = random_design_of(seed, &["queue", "worker", "server"]);
        let (simulation, _) = run_design(&design, Time::ZERO);
        for component in &design.components {
            let Some(seen) = simulation.ledger(&component.name) else { continue };
            conserved(&format!("seed {seed}, {}", component.name), &seen);
            published += seen.published;
            let parts = [seen.processed, seen.dead, seen.dropped, seen.expired, seen.lost];
            ends.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
    }
    assert!(published > 20_000, "{published}");
    assert!(ends.iter().all(|end| *end > 0), "every end is met: {ends:?}");
}

/// Users → queue ← two workers, with faults of all sorts that all end, and traffic that ends before.
fn troubled(seed: u64) -> Design {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    // Machines and nodes by dice of their own, so that all else is as it would be without.
    let mut groups = Dice(seed.wrapping_mul(0xd134_2543_de82_ef95) | 1);
    let preset = dice.pick(&["plain", "kafka", "rabbitmq", "sqs", "redis-streams"]);
    let mut text = format!(
        "version = 1\nseed = {seed}\nduration = \"120s\"\n[classes.job]\ncpu = \"exp({}ms)\"\nwrites = 1\n\
         keys = {{ count = {}, zipf = 0.9 }}\n[components.users]\nkind = \"clients\"\n\
         traffic = [[\"0s\", \"100/s\"], [\"20s\", \"100/s\"], [\"20s\", \"0/s\"]]\n\
         [components.jobs]\nkind = \"queue\"\npreset = \"{preset}\"\ncapacity = 1000000\nflush = \"0s\"\nattempts_max = 0\n\
         visibility = \"2s\"\nsession = \"3s\"\nboot = \"500ms\"\n{}{}",
        5 + dice.below(20),
        1 + dice.below(500),
        // Not so many that they wait longer than they are hidden: see `too_many_sent_ahead_never_end`.
        dice.pick(&["prefetch = 1\n", "prefetch = 7\n", "prefetch = 30\n"]),
        dice.pick(&["", "", "overflow = \"block\"\n"]),
    );
    text += groups.pick(&[
        "",
        "",
        "replicas = { lag = \"exp(20ms)\", failover = \"500ms\" }\npriorities = \"fair\"\n",
        "replicas = { count = 5, min_in_sync = 2, lag = \"5ms\", failover = \"1s\" }\n",
    ]);
    for worker in ["first", "second"] {
        let consumers = 1 + dice.below(6);
        text += &format!(
            "[components.{worker}]\nkind = \"worker\"\nconsumers = {consumers}\ncores = 6\nboot = \"700ms\"\n"
        );
        text += dice.pick(&["", "", "group = \"others\"\n"]);
        text += groups.pick(&[
            "",
            "",
            "instances = 2\n",
            "autoscale = { backlog = 20, max = 4, interval = \"700ms\", start_up = \"300ms\", cooldown = \"1s\" }\n",
            "autoscale = { by = \"age\", age = \"1s\", interval = \"2s\", start_up = \"1s\", cooldown = \"3s\" }\n",
        ]);
    }
    let latency = dice.pick(&["", "latency = \"3ms\""]);
    text += &format!(
        "[wires]\n\"users -> jobs\" = {{}}\n\"jobs -> first\" = {{ {latency} }}\n\"second -> jobs\" = {{ {latency} }}\n"
    );
    for _ in 0..1 + dice.below(5) {
        let target = dice.pick(&["first", "second", "jobs", "jobs -> first", "second -> jobs"]);
        let fault = dice.pick(&["crash", "restart", "slow-down", "partition", "packet-loss", "added-latency"]);
        let (at, lasts) = (dice.below(25_000), 100 + dice.below(9_000));
        text +=
            &format!("[[faults]]\nat = \"{at}ms\"\ntarget = \"{target}\"\nfault = \"{fault}\"\nfor = \"{lasts}ms\"\n");
        text += groups.pick(&["", "instances = 1\n", "instances = 1\nfollowers = true\n"]);
    }
    read(&text)
}

/// At-least-once delivery: after all troubles every message has been worked off, by every group.
#[test]
fn no_message_is_stuck_or_lost() {
    let (mut redelivered, mut duplicates) = (0, 0);
    for seed in 0..160 {
        let design = troubled(seed);
        let (simulation, _) = run_design(&design, Time::ZERO);
        let seen = simulation.ledger("jobs").expect("it is a queue");
        conserved(&format!("seed {seed}"), &seen);
        let text = || design::write(&design);
        assert!(seen.published > 500, "seed {seed}: {seen:?}\n{}", text());
        assert_eq!(seen.processed, seen.published, "seed {seed}: {seen:?}\n{}", text());
        redelivered += seen.redelivered;
        duplicates += seen.duplicates;
    }
    assert!(redelivered > 1000 && duplicates > 300, "{redelivered} redelivered, {duplicates} duplicates");
}

/// The same while the design is changed by hand in mid-run: consumers come and go, move to other groups, the queue's
/// settings change.
#[test]
fn changes_in_mid_run_lose_no_message() {
    for seed in 0..80 {
        let design = troubled(seed);
        let mut dice = Dice(seed | 1);
        let mut simulation = Simulation::new(&design, None);
        let mut now = 0;
        for _ in 0..4 {
            now += 1 + dice.below(80);
            while simulation.now() < Time::from_millis(now * 100) && simulation.frame().is_some() {}
            let mut changed = design.clone();
            for component in &mut changed.components {
                match &mut component.kind {
                    design::Kind::Worker(worker) => {
                        worker.consumers = 1 + dice.below(8) as u32;
                        worker.instances = 1 + dice.below(3) as u32;
                    }
                    design::Kind::Queue(queue) => {
                        queue.prefetch = Some(1 + dice.below(20) as u32);
                        queue.partitions = dice.pick(&["0", "3", "8"]).parse().ok();
                        let orders = [design::Priorities::None, design::Priorities::Strict, design::Priorities::Fair];
                        queue.priorities = orders[dice.below(3) as usize];
                        let nodes = design::Replicas { count: 1 + dice.below(5) as u32, ..design::Replicas::default() };
                        queue.replicas = (dice.below(3) > 0).then_some(nodes);
                    }
                    _ => {}
                }
            }
            if dice.below(3) == 0 {
                changed.wires.retain(|wire| wire.to != "first");
            }
            simulation.change(&changed);
        }
        simulation.change(&design);
        while simulation.frame().is_some() {}
        let seen = simulation.ledger("jobs").expect("it is a queue");
        conserved(&format!("seed {seed}"), &seen);
        assert_eq!(seen.processed + seen.dropped, seen.published, "seed {seed}: {seen:?}");
    }
}
