//! Laws of the simulator over seeds: the closed forms of queueing theory, conservation, determinism, retry storms.

mod support;

use pressure_point::design;
use pressure_point::metrics::Report;
use pressure_point::units::Time;
use support::{near, report, run};

/// A bare server under Poisson traffic: `lambda` per second, `settings` of the server, service time `cpu`.
fn station(lambda: f64, cpu: &str, settings: &str, duration: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.job]\ncpu = \"{cpu}\"\n\
         [components.users]\nkind = \"clients\"\ntraffic = \"{lambda}/s\"\n\
         [components.app]\nkind = \"server\"\n{settings}\n[wires]\n\"users -> app\" = {{}}\n"
    )
}

/// The mean over seeds of a figure of the report, after a warm-up.
fn mean(design: &str, figure: impl Fn(&Report) -> f64) -> f64 {
    let seeds = [1, 2, 3, 4, 5];
    seeds.iter().map(|seed| figure(&report(design, *seed, Time::from_secs(20)))).sum::<f64>() / seeds.len() as f64
}

fn app(report: &Report) -> &pressure_point::metrics::ComponentReport {
    &report.components.iter().find(|(name, _)| name == "app").expect("every design here has one").1
}

const AMPLE: &str = "concurrency = 1000000\ncapacity = 1000000";

/// Erlang C: the chance that an arrival waits, for `a` erlangs offered to `c` servers (Erlang 1917).
fn erlang_c(c: u32, a: f64) -> f64 {
    let b = erlang_b(c, a);
    let rho = a / f64::from(c);
    b / (1.0 - rho * (1.0 - b))
}

/// Erlang B, by its recursion: the chance that an arrival finds all `c` servers busy and no place to wait.
fn erlang_b(c: u32, a: f64) -> f64 {
    (1..=c).fold(1.0, |b, k| a * b / (f64::from(k) + a * b))
}

#[test]
fn mm1() {
    let design = station(80.0, "exp(10ms)", &format!("cores = 1\n{AMPLE}"), "3000s");
    // W = 1/(μ − λ), Wq = ρ/(μ − λ), Lq = ρ²/(1 − ρ).
    near("Wq", mean(&design, |r| app(r).mean_wait_s), 0.8 / 20.0, 0.04);
    near("W", mean(&design, |r| r.latency_s.mean), 1.0 / 20.0, 0.04);
    near("Lq", mean(&design, |r| app(r).mean_queue_length), 0.64 / 0.2, 0.04);
    near("ρ", mean(&design, |r| app(r).utilization), 0.8, 0.01);
    // The time in the system is exponential: its 99th percentile is ln 100 times its mean.
    near("p99", mean(&design, |r| r.latency_s.p99), 4.605 / 20.0, 0.06);
}

#[test]
fn mmc_waits_as_erlang_c_says() {
    for (c, rho) in [(2, 0.7), (8, 0.85), (50, 0.95)] {
        let lambda = rho * f64::from(c) / 0.010;
        let design = station(lambda, "exp(10ms)", &format!("cores = {c}\n{AMPLE}"), "300s");
        let expected = erlang_c(c, rho * f64::from(c)) / (f64::from(c) / 0.010 - lambda);
        near(&format!("Wq of M/M/{c}"), mean(&design, |r| app(r).mean_wait_s), expected, 0.06);
    }
}

#[test]
fn md1_waits_half_as_long() {
    let design = station(80.0, "10ms", &format!("cores = 1\n{AMPLE}"), "1000s");
    // Pollaczek–Khinchine with cv = 0: Wq = ρ/(2μ(1 − ρ)).
    near("Wq", mean(&design, |r| app(r).mean_wait_s), 0.8 * 0.010 / (2.0 * 0.2), 0.03);
}

#[test]
fn mg1_waits_as_pollaczek_and_khinchine_say() {
    for (cpu, variance_ratio) in
        [("lognormal(10ms, 1.5)", 2.25), ("uniform(0s, 20ms)", 1.0 / 3.0), ("pareto(10ms, 4)", 0.125)]
    {
        let design = station(70.0, cpu, &format!("cores = 1\n{AMPLE}"), "1500s");
        let expected = (1.0 + variance_ratio) / 2.0 * 0.7 * 0.010 / 0.3;
        near(cpu, mean(&design, |r| app(r).mean_wait_s), expected, 0.05);
    }
}

#[test]
fn mmcc_loses_as_erlang_b_says() {
    for (c, a) in [(1, 0.5), (10, 9.0), (60, 70.0)] {
        let settings = format!("cores = {c}\nconcurrency = {c}\ncapacity = 0");
        let design = station(a / 0.010, "exp(10ms)", &settings, "400s");
        let lost = mean(&design, |r| app(r).shed as f64 / app(r).arrivals as f64);
        near(&format!("loss of M/M/{c}/{c}"), lost, erlang_b(c, a), 0.03);
    }
}

#[test]
fn littles_law_holds() {
    // N = X · (R + Z): 500 users who think 10 s, at a server that answers in some milliseconds.
    let design = "version = 1\nduration = \"400s\"\n[classes.page]\ncpu = \"exp(15ms)\"\n[components.users]\n\
                  kind = \"clients\"\ntraffic = \"0/s\"\nusers = 500\nthink = \"exp(10s)\"\n[components.app]\nkind = \"server\"\n\
                  cores = 1\n[wires]\n\"users -> app\" = { latency = \"20ms\" }\n";
    let population = mean(design, |r| r.requests.succeeded as f64 / (r.simulated_s - 20.0) * (r.latency_s.mean + 10.0));
    near("N", population, 500.0, 0.02);
    // And at the station: L = λW, with what the station itself counted.
    let gap = mean(design, |r| app(r).mean_queue_length / (app(r).arrivals as f64 / 380.0 * app(r).mean_wait_s));
    near("Lq / (λ Wq)", gap, 1.0, 0.01);
}

#[test]
fn even_arrivals_are_even_and_curves_are_followed() {
    let even = station(50.0, "exp(1ms)", "cores = 4", "100s")
        .replace("kind = \"clients\"", "kind = \"clients\"\narrivals = \"even\"");
    assert_eq!(report(&even, 1, Time::ZERO).requests.issued, 4999, "50 a second, the first after one gap");
    let ramp = station(1.0, "1ms", "cores = 4", "100s")
        .replace("traffic = \"1/s\"", "traffic = [[\"0s\", \"0/s\"], [\"50s\", \"200/s\"], [\"100s\", \"0/s\"]]");
    // Without the first 20 s, which are left out.
    near("area of the triangle", mean(&ramp, |r| r.requests.issued as f64), 9_200.0, 0.02);
}

/// Users → server → database, as a viral moment hits it. `retry` is the wire's retry policy.
fn storm(retry: &str) -> String {
    format!(
        "version = 1\nduration = \"240s\"\n[classes.page]\ncpu = \"exp(2ms)\"\n[components.users]\nkind = \"clients\"\n\
         traffic = [[\"0s\", \"700/s\"], [\"60s\", \"700/s\"], [\"61s\", \"4000/s\"], [\"80s\", \"4000/s\"], [\"81s\", \"700/s\"]]\n\
         [components.app]\nkind = \"server\"\ncores = 2\nconcurrency = 64\ncapacity = 4000\n\
         [wires]\n\"users -> app\" = {{ timeout = \"1s\"{retry} }}\n"
    )
}

/// The share of requests of the last minute that were answered, two minutes after the spike.
fn after_the_spike(design: &str, seed: u64) -> f64 {
    let frames = run(design, seed).1;
    let late = frames.iter().filter(|frame| frame.index >= 1800).flat_map(|frame| &frame.users);
    let (good, lost) = late.fold((0, 0), |(good, lost), users| (good + users.succeeded, lost + users.lost()));
    f64::from(good) / f64::from(good + lost).max(1.0)
}

/// Brooker's model of retries (2022): with naive retries the overload feeds itself and outlives its cause, with a budget
/// and jitter the system comes back.
#[test]
fn a_retry_storm_outlives_the_spike_unless_there_is_a_budget() {
    for seed in 1..=3 {
        let naive = after_the_spike(&storm(", retry = { tries = 4, backoff = \"none\" }"), seed);
        assert!(naive < 0.2, "seed {seed}: naive retries stay collapsed, but {naive} succeeded");
        let retry =
            ", retry = { tries = 4, backoff = \"exponential\", base = \"200ms\", jitter = \"full\", budget = \"10%\" }";
        let budgeted = after_the_spike(&storm(retry), seed);
        assert!(budgeted > 0.99, "seed {seed}: a budget lets it recover, but only {budgeted} succeeded");
    }
}

#[test]
fn impatient_users_make_it_worse() {
    let calm = storm("");
    let impatient = calm.replace("kind = \"clients\"", "kind = \"clients\"\npatience = \"800ms\"\nrefreshes = 3");
    let issued = |design: &str| report(design, 1, Time::ZERO).requests.issued;
    assert!(issued(&impatient) > issued(&calm) * 3 / 2, "reloads are requests too");
    let frames = run(&impatient, 1).1;
    assert!(frames.iter().flat_map(|frame| &frame.users).any(|users| users.refreshes > 0));
}

#[test]
fn work_goes_on_for_callers_who_gave_up() {
    let seen = report(&storm(""), 1, Time::ZERO);
    let wire = &seen.wires[0].1;
    assert!(wire.timed_out > 1000 && wire.late > 1000, "{wire:?}");
    assert_eq!(app(&seen).late, wire.late, "with no latency, what is late there is late here");
    assert!(app(&seen).utilization > 0.5);
}

#[test]
fn a_longer_run_begins_like_a_shorter_one() {
    let design = storm(", retry = { tries = 3 }");
    let short = run(&design.replace("\"240s\"", "\"90s\""), 5).1;
    let long = run(&design, 5).1;
    assert_eq!(short[..], long[..900]);
}

#[test]
fn the_same_users_come_whatever_the_design() {
    let offered = |design: &str| {
        let frames = run(design, 9).1;
        frames.iter().map(|frame| frame.users[0].issued - frame.users[0].refreshes).collect::<Vec<_>>()
    };
    let slow = storm("").replace("cores = 2", "cores = 1");
    assert_eq!(offered(&storm("")), offered(&slow));
}

#[test]
fn a_mid_run_reading_is_a_whole_design_again() {
    let design = design::read(&storm(", retry = { tries = 3, budget = \"5%\" }")).expect("it reads");
    assert_eq!(design::read(&design::write(&design)).expect("what is written reads"), design);
}
