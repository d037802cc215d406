//! Laws of replication that only the inside can see: once the writes stop and everything is whole again, all databases
//! of a group agree, nobody waits, and no lock is held.

use crate::design::{Design, read};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::sim::random::Stream;

/// Two shards of three databases behind a router, under faults of all sorts that are over by 12 s; writes end at 6 s.
fn design(seed: u64, pick: &mut impl FnMut(&[&'static str]) -> &'static str) -> Design {
    let mut text = format!(
        "version = 1\nseed = {seed}\nduration = \"200s\"\n[classes.page]\ncpu = \"1ms\"\nreads = 1\n{}\n\
         keys = {{ count = 40, zipf = 0.9 }}\n[components.users]\nkind = \"clients\"\n\
         traffic = [[\"0s\", \"120/s\"], [\"6s\", \"120/s\"], [\"6s\", \"0/s\"]]\n[components.app]\nkind = \"server\"\n\
         [components.router]\nkind = \"shard-router\"\n",
        pick(&["writes = 1", "writes = 3\ntransaction = true"])
    );
    let mut wires = "[wires]\n\"users -> app\" = {}\n\"app -> router\" = { timeout = \"2s\" }\n".to_owned();
    for shard in ["a", "b"] {
        for name in [shard.to_owned(), format!("{shard}2"), format!("{shard}3")] {
            text += &format!("[components.{name}]\nkind = \"database\"\nboot = \"700ms\"\n");
            text += pick(&["", "cores = 2\n"]);
            text += pick(&[
                "",
                "disk = { iops = 900 }\n",
                "disk = { iops = 500, depth = 1, group_commit = true }\nbuffer = 9\n",
            ]);
            text += pick(&["", "locks = true\n"]);
            text += pick(&["", "replication = \"semi-sync\"\n", "replication = \"sync\"\n"]);
            text += pick(&["", "failover = \"300ms\"\n", "failover = \"900ms\"\n"]);
            text += pick(&["", "apply = \"exp(3ms)\"\n", "apply = \"30ms\"\n"]);
            let latency = pick(&["0s", "5ms", "80ms", "400ms"]);
            wires += &format!("\"router -> {name}\" = {{ timeout = \"1s\" }}\n");
            if name != shard {
                wires += &format!("\"{shard} -> {name}\" = {{ latency = \"{latency}\" }}\n");
            }
        }
    }
    text += &wires;
    for _ in 0..4 {
        let target = pick(&["a", "a", "a2", "a3", "b", "b2", "b3", "a -> a2", "a -> a3", "b -> b2", "router"]);
        let fault = pick(&["crash", "crash", "restart", "partition", "slow-down", "disk-full"]);
        let at = pick(&["1s", "1500ms", "2s", "2030ms", "3s", "3500ms", "4s", "5s"]);
        let lasts = pick(&["300ms", "1s", "1300ms", "3s", "6s"]);
        text += &format!("[[faults]]\nat = \"{at}\"\ntarget = \"{target}\"\nfault = \"{fault}\"\nfor = \"{lasts}\"\n");
    }
    read(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

fn agrees(simulation: &Simulation, seed: u64) {
    for group in &simulation.groups {
        assert_eq!((group.log.len(), group.headless), (0, false), "seed {seed}: all have applied all");
        let versions = |part: u32| match &simulation.parts[part as usize].behavior {
            Behavior::Database(database) => database.versions.clone(),
            _ => Vec::new(),
        };
        for member in &group.members {
            assert_eq!(versions(member.part), versions(group.primary), "seed {seed}");
        }
    }
    for part in simulation.parts.iter() {
        if let Behavior::Database(database) = &part.behavior {
            let station = &database.station;
            assert_eq!((station.busy, station.waiting), (0, 0), "seed {seed}, {}", part.name);
            assert!(database.waiting.is_empty(), "seed {seed}, {}: writes wait for replicas", part.name);
            assert!(database.locks.as_ref().is_none_or(|locks| locks.is_free()), "seed {seed}, {}", part.name);
        }
    }
    assert!(simulation.transactions.is_empty(), "seed {seed}: no transaction is under way");
    assert_eq!(simulation.attempts.alive(), 0, "seed {seed}: nothing is in flight");
}

#[test]
fn replicas_agree_once_the_writes_stop_whatever_went_wrong() {
    for seed in 0..150 {
        let mut dice = Stream::new(seed, "faults of databases");
        let mut pick = |words: &[&'static str]| words[dice.below(words.len() as u32) as usize];
        let mut simulation = Simulation::new(&design(seed, &mut pick), None);
        while simulation.frame().is_some() {}
        agrees(&simulation, seed);
    }
}
