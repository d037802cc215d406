//! W2, the viral workload of `performance.md`: the product engine beside a bare reference loop, in one run.
//!
//! And how the cost of a request grows with the rate, with pending events, and with components (`growth`), each beside a
//! bare loop too. Times are times on the processor; read the ratios.

mod cpu_time;
mod growth;
mod reference;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pressure_point::design::{self, Design};
use pressure_point::sim::Simulation;
use pressure_point::units::Time;

use cpu_time::CpuTime;
use reference::{Load, Reference};

/// W2, or more or less of it, as a design file.
fn w2(load: Load) -> Design {
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
fn product(design: &Design) -> u64 {
    let mut simulation = Simulation::new(design, Some(Time::ZERO));
    while let Some(frame) = simulation.frame() {
        black_box(frame);
    }
    simulation.totals().expect("totals were asked for").requests().succeeded
}

/// Both must simulate the same before it means anything that one is faster.
fn check(load: Load) -> (Design, u64) {
    let design = w2(load);
    let (ours, theirs) = (product(&design), Reference::new(load).run());
    let off = (ours as f64 / theirs as f64 - 1.0).abs();
    assert!(off < 0.01, "they do not simulate the same: {ours} and {theirs} succeeded");
    (design, ours)
}

fn viral(criterion: &mut Criterion<CpuTime>) {
    let (design, requests) = check(Load::W2);
    let mut group = criterion.benchmark_group("W2");
    group.sample_size(10).throughput(Throughput::Elements(requests));
    group.bench_function("bare reference loop", |bench| bench.iter(|| Reference::new(Load::W2).run()));
    group.bench_function("product engine", |bench| bench.iter(|| product(&design)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = viral, growth::rate, growth::pending, growth::components
}
criterion_main!(benches);
