//! How the cost of a request grows. All runs of a group have as many requests, so that their times compare.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use pressure_point::design;
use pressure_point::sim::Simulation;

use super::check;
use super::cpu_time::CpuTime;
use super::reference::{Reference, closed};
use super::workload::{Load, product};

/// Requests of each run.
const REQUESTS: f64 = 600_000.0;

/// From 15,000 to a million requests a second: the shape of W2 with machines that grow with the rate.
pub fn rate(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("rate");
    group.sample_size(10);
    for times in [1u32, 4, 16, 66] {
        let rate = 15_000.0 * f64::from(times);
        let load = Load {
            rate,
            end_ns: (REQUESTS / rate * 10.0) as u64 * 100_000_000,
            workers: 16 * times,
            statements: 200 * times,
            ..Load::W2
        };
        let (design, requests) = check(load);
        group.throughput(Throughput::Elements(requests));
        group.bench_function(BenchmarkId::new("bare reference loop", rate), |bench| {
            bench.iter(|| Reference::new(load).run());
        });
        group.bench_function(BenchmarkId::new("product engine", rate), |bench| bench.iter(|| product(&design)));
    }
    group.finish();
}

/// From a thousand to a million pending events: users who think, so many that 20,000 of them a second want something.
pub fn pending(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("pending events");
    group.sample_size(10).throughput(Throughput::Elements(REQUESTS as u64));
    for users in [1_000u32, 10_000, 100_000, 1_000_000] {
        let think = f64::from(users) / 20_000.0;
        let design = design::read(&format!(
            "version = 1\nduration = \"1h\"\n[classes.feed]\ncpu = \"exp(1ms)\"\n[components.users]\nkind = \"clients\"\n\
             traffic = \"0/s\"\nusers = {users}\nthink = \"exp({think}s)\"\n[components.app]\nkind = \"server\"\n\
             cores = 1000\nconcurrency = 1000\n[wires]\n\"users -> app\" = {{}}\n"
        ))
        .expect("the design is written here");
        group.bench_function(BenchmarkId::new("bare reference loop", users), |bench| {
            let setup = || closed(users, think * 1e9, 1e6, REQUESTS as u64);
            bench.iter_batched(setup, |run| run(), BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("product engine", users), |bench| {
            // Thirty simulated seconds; the first moment, which plans everyone's first thought, is not measured.
            let setup = || {
                let mut simulation = Simulation::scaled(&design, None, 1);
                simulation.frame();
                simulation
            };
            let run = |mut simulation: Simulation| {
                (0..300).for_each(|_| _ = black_box(simulation.frame()));
                simulation
            };
            bench.iter_batched(setup, run, BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// From ten to a thousand servers with as many workers together, and the same traffic.
pub fn components(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("components");
    group.sample_size(10);
    for (servers, workers) in [(10u32, 100u32), (100, 10), (1000, 1)] {
        let load = Load { servers, workers, end_ns: 40_000_000_000, statements: 1000, ..Load::W2 };
        let (design, requests) = check(load);
        group.throughput(Throughput::Elements(requests));
        group.bench_function(BenchmarkId::new("bare reference loop", servers), |bench| {
            bench.iter(|| Reference::new(load).run());
        });
        group.bench_function(BenchmarkId::new("product engine", servers), |bench| bench.iter(|| product(&design)));
    }
    group.finish();
}
