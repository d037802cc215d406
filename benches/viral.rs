//! W2, the viral workload of `performance.md`: the product engine beside a bare reference loop, in one run.
//!
//! And how the cost of a request grows with the rate, with pending events, and with components (`growth`), each beside a
//! bare loop too. Times are times on the processor; read the ratios.

mod cpu_time;
mod growth;
mod reference;
mod workload;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pressure_point::design::Design;

use cpu_time::CpuTime;
use reference::Reference;
use workload::{Load, product, w2};

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
