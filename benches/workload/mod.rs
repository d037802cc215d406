//! W2 of `performance.md` for the product engine.

use std::hint::black_box;

use pressure_point_design::design::{self, Design};
use pressure_point_design::units::Time;
use pressure_point_sim::sim::Simulation;

/// How much W2 there is.
#[derive(Clone, Copy)]
pub struct Load {
    /// Requests per second.
    pub rate: f64,
    /// When it ends.
    pub end_ns: u64,
    /// Servers behind the balancer.
    pub servers: u32,
    /// Workers of each.
    pub workers: u32,
    /// Statements that the database serves at once.
    pub statements: u32,
}

impl Load {
    /// W2 of `performance.md`.
    pub const W2: Load = Load { rate: 15_000.0, end_ns: 60_000_000_000, servers: 10, workers: 16, statements: 200 };
}

/// W2, or more or less of it, as a design file.
pub fn w2(load: Load) -> Design {
    let Load { rate, end_ns, servers, workers, statements } = load;
    let (duration, capacity) = (Time(end_ns), 16 * workers);
    let mut text = format!(
        "version = 1\nseed = 7\nduration = \"{duration}\"\n[classes.feed]\ncpu = \"exp(5ms)\"\nreads = 1\n\
         keys = {{ count = 100000, zipf = 1.0 }}\n[components.users]\nkind = \"clients\"\ntraffic = \"{rate}/s\"\n\
         [components.lb]\nkind = \"load-balancer\"\nhealth = \"none\"\n\
         [components.cache]\nkind = \"cache\"\nentries = 10000\nlookup = \"500us\"\nconcurrency = 1000000\n\
         [components.db]\nkind = \"database\"\nread = \"exp(8ms)\"\nconcurrency = {statements}\nconnections = 1000000\n"
    );
    let mut wires = "[wires]\n\"users -> lb\" = { timeout = \"1s\", retry = { tries = 3, base = \"100ms\", jitter = \"equal\" } }\n".to_owned();
    for n in 0..servers {
        text += &format!(
            "[components.app-{n}]\nkind = \"server\"\ncores = {workers}\nconcurrency = {workers}\ncapacity = {capacity}\n"
        );
        wires += &format!("\"lb -> app-{n}\" = {{}}\n\"app-{n} -> cache\" = {{}}\n\"app-{n} -> db\" = {{}}\n");
    }
    design::read(&(text + &wires)).expect("the design is written here")
}

/// Runs a design to its end and gives the requests that succeeded.
pub fn product(design: &Design) -> u64 {
    let mut simulation = Simulation::scaled(design, Some(Time::ZERO), 1);
    while let Some(frame) = simulation.frame() {
        black_box(frame);
    }
    simulation.totals().expect("totals were asked for").requests().succeeded
}
