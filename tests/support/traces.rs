//! Histories that must be the same natively and in wasm: real lessons, and designs at random.

use pressure_point::design::Design;
use pressure_point::sim::Simulation;
use pressure_point::units::Time;

use super::{random_design_of_old, read};

/// What they were when last looked at; `tests/traces.rs` says how to renew it.
pub const RECORDED: &str = include_str!("traces.txt");

/// One line for each history: its name, events and hash.
pub fn histories() -> String {
    let mut lines = String::new();
    for (name, text) in [
        ("contract", include_str!("contract.toml")),
        ("02-the-spike", include_str!("../../lessons/part-1/02-the-spike/start.toml")),
        ("04-more-machines", include_str!("../../lessons/part-1/04-more-machines/solution.toml")),
    ] {
        let design = read(text);
        // Long enough to be well into the spike, short enough for a test.
        lines += &line(name, &Design { duration: design.duration.min(Time::from_secs(30)), ..design });
    }
    for seed in 1000..1040 {
        lines += &line(&format!("random-{seed}"), &random_design_of_old(seed));
    }
    lines
}

/// One request for three: the history of a crowd that is not simulated one by one.
pub fn scaled_history() -> String {
    let design = read(
        "version = 1\nduration = \"300ms\"\n[classes.feed]\ncpu = \"exp(1ms)\"\nreads = 1\n\
         keys = { count = 50000, zipf = 0.9 }\n\
         [components.users]\nkind = \"clients\"\ntraffic = \"1100000/s\"\n\
         [components.app]\nkind = \"server\"\ninstances = 900\n\
         [components.cache]\nkind = \"cache\"\nttl = \"20s\"\n\
         [components.db]\nkind = \"database\"\nconcurrency = 9000\nconnections = 12000\n\
         [wires]\n\"users -> app\" = {}\n\"app -> cache\" = {}\n\"app -> db\" = {}\n",
    );
    line("scaled", &design)
}

/// What it is.
pub const SCALED: &str = "scaled 395813 10c2e70a4db5b636\n";

fn line(name: &str, design: &Design) -> String {
    let mut simulation = Simulation::new(design, None);
    while simulation.frame().is_some() {}
    format!("{name} {} {:016x}\n", simulation.events(), simulation.trace_hash())
}
