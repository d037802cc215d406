//! Laws of queueing networks: losses, finite populations, tandems, Jackson's and Gordon and Newell's product forms.

mod support;

use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::units::Time;
use support::{near, report};

/// The mean over seeds of a figure of the report, after a warm-up.
fn mean(design: &str, figure: impl Fn(&Report) -> f64) -> f64 {
    let seeds = [1, 2, 3, 4];
    seeds.iter().map(|seed| figure(&report(design, *seed, Time::from_secs(20)))).sum::<f64>() / seeds.len() as f64
}

fn of<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(known, _)| known == name).expect("it is in the design").1
}

/// The mean number at a station: waiting and served.
fn number(report: &Report, name: &str) -> f64 {
    of(report, name).mean_queue_length + of(report, name).utilization
}

const AMPLE: &str = "cores = 1\nconcurrency = 1000000\ncapacity = 1000000";

/// Single-core servers with exponential service and these mean times in ms, users in front, and wires.
fn network(users: &str, stations: &[(&str, u32)], wires: &str, duration: &str) -> String {
    let mut text = format!(
        "version = 1\nduration = \"{duration}\"\n[classes.one]\n[classes.two]\n[components.users]\nkind = \"clients\"\n{users}\n"
    );
    for (name, millis) in stations {
        text += &format!("[components.{name}]\nkind = \"server\"\ncpu = \"exp({millis}ms)\"\n{AMPLE}\n");
    }
    text + "[wires]\n" + wires
}

#[test]
fn mm1k_loses_and_holds_as_in_theory() {
    for (lambda, k) in [(80.0, 5), (120.0, 8)] {
        let design = format!(
            "version = 1\nduration = \"600s\"\n[classes.job]\ncpu = \"exp(10ms)\"\n[components.users]\nkind = \"clients\"\n\
             traffic = \"{lambda}/s\"\n[components.app]\nkind = \"server\"\ncores = 1\nconcurrency = 1\ncapacity = {}\n\
             [wires]\n\"users -> app\" = {{}}\n",
            k - 1
        );
        let rho: f64 = lambda * 0.010;
        let p = |n: i32| (1.0 - rho) * rho.powi(n) / (1.0 - rho.powi(k + 1));
        near("loss", mean(&design, |r| of(r, "app").shed as f64 / of(r, "app").arrivals as f64), p(k), 0.04);
        let held: f64 = (0..=k).map(|n| f64::from(n) * p(n)).sum();
        near("mean number", mean(&design, |r| number(r, "app")), held, 0.02);
    }
}

#[test]
fn machine_repair_is_as_in_theory() {
    // N machines that run 100 ms between failures, one repairman who takes 20 ms (Palm's finite-source model).
    let (n, think, service) = (8, 0.100, 0.020);
    let users = "traffic = \"0/s\"\nusers = 8\nthink = \"exp(100ms)\"";
    let design = network(users, &[("app", 20)], "\"users -> app\" = {}\n", "1000s");
    let mut weight = 1.0;
    let mut sum = 1.0;
    for k in 0..n {
        weight *= f64::from(n - k) * service / think;
        sum += weight;
    }
    let throughput = (1.0 - 1.0 / sum) / service;
    near("X", mean(&design, |r| r.requests.succeeded as f64 / r.counted_s), throughput, 0.01);
    near("L", mean(&design, |r| number(r, "app")), f64::from(n) - throughput * think, 0.02);
}

#[test]
fn a_tandem_is_two_independent_queues() {
    // Burke (1956): what leaves an M/M/1 queue is Poisson; Reich (1957): the times spent in the two are independent.
    let wires = "\"users -> a\" = {}\n\"a -> b\" = {}\n";
    let design = network("traffic = \"80/s\"", &[("a", 10), ("b", 8)], wires, "900s");
    let (slow, fast) = (100.0 - 80.0, 125.0 - 80.0);
    near("L of a", mean(&design, |r| number(r, "a")), 80.0 / slow, 0.05);
    near("L of b", mean(&design, |r| number(r, "b")), 80.0 / fast, 0.05);
    near("W", mean(&design, |r| r.latency_s.mean), 1.0 / slow + 1.0 / fast, 0.04);
    // The sum of two independent exponential times: P(W > t) = (f e^(−st) − s e^(−ft)) / (f − s); where is it 1%?
    let tail = |t: f64| (fast * (-slow * t).exp() - slow * (-fast * t).exp()) / (fast - slow);
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        *if tail(middle) > 0.01 { &mut low } else { &mut high } = middle;
    }
    near("p99", mean(&design, |r| r.latency_s.p99), low, 0.08);
}

#[test]
fn a_jackson_network_is_a_product_of_queues() {
    // Class one: a, then b. Class two: a, then c, and c calls b. So a and b see both classes, c one.
    let wires = "\"users -> a\" = {}\n\"a -> b\" = { classes = [\"one\"] }\n\"a -> c\" = { classes = [\"two\"] }\n\
                 \"c -> b\" = { classes = [\"two\"] }\n";
    let design = network("traffic = \"70/s\"", &[("a", 10), ("b", 9), ("c", 20)], wires, "900s");
    for (name, rate, service) in [("a", 70.0, 0.010), ("b", 70.0, 0.009), ("c", 35.0, 0.020)] {
        let rho: f64 = rate * service;
        near(name, mean(&design, |r| number(r, name)), rho / (1.0 - rho), 0.05);
    }
}

#[test]
fn feedback_is_a_higher_rate() {
    // Each request comes to b three times, one after another: λb = 3 λ, and the product form still holds (Jackson 1963).
    let wires = "\"users -> a\" = {}\n\"a -> b\" = {}\n";
    let design = network("traffic = \"40/s\"", &[("a", 15), ("b", 6)], wires, "900s");
    let design = design.replace("cpu = \"exp(15ms)\"", "cpu = \"exp(15ms)\"\nfan_out = 3");
    for (name, rate, service) in [("a", 40.0, 0.015), ("b", 120.0, 0.006)] {
        let rho: f64 = rate * service;
        near(name, mean(&design, |r| number(r, name)), rho / (1.0 - rho), 0.05);
    }
    let rate = mean(&design, |r| of(r, "b").arrivals as f64 / r.counted_s);
    near("λb", rate, 120.0, 0.01);
}

#[test]
fn a_closed_network_goes_as_mean_value_analysis_says() {
    // Reiser & Lavenberg (1980): exact for the product form of Gordon and Newell (1967).
    let (think, services) = (0.5, [0.010, 0.014]);
    let users = "traffic = \"0/s\"\nusers = 40\nthink = \"exp(500ms)\"";
    let wires = "\"users -> a\" = {}\n\"a -> b\" = {}\n";
    let design = network(users, &[("a", 10), ("b", 14)], wires, "600s");
    let (mut lengths, mut throughput) = ([0.0; 2], 0.0);
    for n in 1..=40 {
        let times = [0, 1].map(|k: usize| services[k] * (1.0 + lengths[k]));
        throughput = f64::from(n) / (think + times.iter().sum::<f64>());
        lengths = times.map(|time| throughput * time);
    }
    near("X", mean(&design, |r| r.requests.succeeded as f64 / r.counted_s), throughput, 0.01);
    near("L of a", mean(&design, |r| number(r, "a")), lengths[0], 0.03);
    near("L of b", mean(&design, |r| number(r, "b")), lengths[1], 0.03);
}
