//! Laws of wires over seeds: what every policy promises, by closed form or as an invariant of a real run.

mod support;

use pressure_point::design;
use pressure_point::metrics::{ComponentReport, Report, WireReport};
use pressure_point::sim::{BreakerState, Frame, Happening, WireFrame};
use pressure_point::units::Time;
use support::{Dice, near, random_design, report, run, run_design};

/// Users → server over one wire of this policy: `lambda` requests a second, `cpu` each, ample cores.
fn pair(lambda: f64, cpu: &str, policy: &str, duration: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.job]\ncpu = \"{cpu}\"\n\
         [components.users]\nkind = \"clients\"\ntraffic = \"{lambda}/s\"\n\
         [components.app]\nkind = \"server\"\ncores = 1000\nconcurrency = 1000000\ncapacity = 1000000\n\
         [wires]\n\"users -> app\" = {{ {policy} }}\n"
    )
}

/// The mean over seeds of a figure of the report.
fn mean(design: &str, figure: impl Fn(&Report) -> f64) -> f64 {
    let seeds = [1, 2, 3, 4, 5];
    seeds.iter().map(|seed| figure(&report(design, *seed, Time::ZERO))).sum::<f64>() / seeds.len() as f64
}

#[track_caller]
fn wire<'a>(report: &'a Report, name: &str) -> &'a WireReport {
    &report.wires.iter().find(|(wire, _)| wire == name).unwrap_or_else(|| panic!("no wire {name}")).1
}

#[track_caller]
fn component<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(part, _)| part == name).unwrap_or_else(|| panic!("no component {name}")).1
}

fn success(report: &Report) -> f64 {
    report.requests.succeeded as f64 / (report.requests.issued - report.requests.in_flight) as f64
}

/// When the breaker of the only wire was told to have turned, and into what.
fn turns(frames: &[Frame]) -> Vec<(f64, bool)> {
    let entries = frames.iter().flat_map(|frame| &frame.log);
    let turn = |what: &Happening| match what {
        Happening::BreakerOpened(_) => Some(true),
        Happening::BreakerClosed(_) => Some(false),
        _ => None,
    };
    entries.filter_map(|entry| Some((entry.at.as_secs_f64(), turn(&entry.what)?))).collect()
}

/// A dead server from 10 s to 21 s: the breaker opens when half of its window has failed, probes every 3 s, and closes with
/// the first probes after the recovery.
#[test]
fn a_breaker_opens_at_its_share_probes_and_closes() {
    let policy = "breaker = { errors = \"50%\", window = \"4s\", open = \"3s\", minimum = 20, probes = 3 }";
    let fault = "[[faults]]\nat = \"10s\"\ntarget = \"app\"\nfault = \"crash\"\nfor = \"11s\"\n";
    let design = pair(100.0, "1ms", policy, "40s") + fault;
    for seed in 1..=5 {
        let frames = run(&design, seed).1;
        let turns = turns(&frames);
        let (opened, closed) = (turns[0], turns.last().expect("it turned"));
        // Half of a window of 4 s is failures after 2 s, give or take the Poisson noise of 200 arrivals and a bucket.
        assert!(opened.1 && (11.6..12.6).contains(&opened.0), "seed {seed}: {turns:?}");
        // Every 3 s and a moment, a probe fails and opens it again: at 15, 18 and 21 or so; then it closes.
        let again: Vec<f64> = turns.iter().filter(|turn| turn.1).map(|turn| turn.0).collect();
        assert!(again.windows(2).all(|pair| (3.0..3.2).contains(&(pair[1] - pair[0]))), "seed {seed}: {turns:?}");
        assert!(!closed.1 && (21.0..24.4).contains(&closed.0), "seed {seed}: {turns:?}");
        let refused =
            |from: usize, to: usize| -> u32 { frames[from..to].iter().map(|frame| frame.wires[0].refused).sum() };
        assert!(refused(130, 200) > 600, "while open, nearly all are refused at once");
        assert_eq!(refused(0, 110) + refused(250, 400), 0, "seed {seed}");
        let open = frames[130..200].iter().filter(|frame| frame.wires[0].breaker == BreakerState::Open).count();
        assert!(open >= 60, "seed {seed}: {open} of 70 frames");
        // While open, probes alone reach the wire's other end.
        let reached: u32 = frames[130..200].iter().map(|frame| frame.components[1].arrivals).sum();
        assert!(reached <= 4, "seed {seed}: {reached} probes");
    }
}

/// Below its share a breaker stays closed: 30% failures do not open one that wants 50%.
#[test]
fn a_breaker_below_its_share_stays_closed() {
    let policy = "timeout = \"100ms\", loss = \"16.34%\", breaker = { errors = \"50%\", window = \"2s\" }";
    for seed in 1..=3 {
        let seen = report(&pair(200.0, "1ms", policy, "60s"), seed, Time::ZERO);
        // 1 − (1 − p)² = 30% of the attempts are lost there or back.
        near("failures", wire(&seen, "users -> app").timed_out as f64 / seen.requests.issued as f64, 0.30, 0.05);
        assert_eq!(wire(&seen, "users -> app").refused, 0, "seed {seed}");
    }
}

/// The slow-call rate (resilience4j): all answers are good, but slower than the limit from 10 s on.
#[test]
fn a_breaker_opens_for_slowness_too() {
    let policy = "breaker = { slow = \"50ms\", slow_rate = \"60%\", window = \"4s\", open = \"30s\" }";
    let fault = "[[faults]]\nat = \"10s\"\ntarget = \"app\"\nfault = \"slow-down\"\nfactor = 20\n";
    for seed in 1..=3 {
        let turns = turns(&run(&(pair(100.0, "5ms", policy, "30s") + fault), seed).1);
        assert!(turns.len() == 1 && (11.8..13.2).contains(&turns[0].0), "seed {seed}: {turns:?}");
    }
}

/// A user who leaves takes a probe's result along. The probe's place is free again, or the breaker would never close.
#[test]
fn a_probe_whose_caller_leaves_makes_room_for_another() {
    let policy = "breaker = { window = \"2s\", open = \"2s\", minimum = 5, probes = 1 }";
    let design = pair(50.0, "1ms", policy, "30s")
        .replace("kind = \"clients\"", "kind = \"clients\"\npatience = \"200ms\"")
        + "[[faults]]\nat = \"5s\"\ntarget = \"app\"\nfault = \"crash\"\nfor = \"4s\"\n\
           [[faults]]\nat = \"5s\"\ntarget = \"users -> app\"\nfault = \"partition\"\nfor = \"9s\"\n";
    // The crash opens nothing, as nobody gets through; so let it fail once more after the partition.
    let design = design.replace("target = \"users -> app\"", "target = \"app\"").replace(
        "at = \"5s\"\ntarget = \"app\"\nfault = \"partition\"",
        "at = \"8500ms\"\ntarget = \"app\"\nfault = \"partition\"",
    );
    for seed in 1..=3 {
        let frames = run(&design, seed).1;
        let good: u32 = frames[220..].iter().map(|frame| frame.users[0].succeeded).sum();
        assert!(good > 300, "seed {seed}: {good} good answers after the partition, {:?}", turns(&frames));
    }
}

/// In-flight calls never exceed the bulkhead, and as many as that wait in its queue; the rest are refused.
#[test]
fn a_bulkhead_bounds_calls_in_flight() {
    let loss = |c: f64, places: f64, a: f64| {
        // M/M/c/K: the chance that an arrival finds all `places` taken.
        let weight = |n: i32| (1..=n).fold(1.0, |w, k| w * a / f64::from(k).min(c));
        weight(places as i32) / (0..=places as i32).map(weight).sum::<f64>()
    };
    for (queue, expected) in [(0, loss(8.0, 8.0, 10.0)), (5, loss(8.0, 13.0, 10.0))] {
        let design = pair(100.0, "exp(100ms)", &format!("bulkhead = 8, bulkhead_queue = {queue}"), "300s");
        for seed in 1..=3 {
            let frames = run(&design, seed).1;
            assert!(frames.iter().all(|frame| frame.wires[0].in_flight <= 8.000_01), "seed {seed}");
            assert!(frames.iter().any(|frame| frame.wires[0].in_flight > 7.9), "it is used");
        }
        // The bulkhead is a station of 8 servers; who finds its waiting room full is refused.
        near("refused", mean(&design, |r| r.requests.failed.refused as f64 / r.requests.issued as f64), expected, 0.04);
    }
}

/// Waiting for the bulkhead counts against the caller's timeout.
#[test]
fn who_waits_for_the_bulkhead_times_out_there() {
    let design = pair(50.0, "1s", "bulkhead = 1, bulkhead_queue = 1000, timeout = \"300ms\"", "20s");
    let seen = report(&design, 1, Time::ZERO);
    let requests = &seen.requests;
    assert_eq!(requests.issued, requests.failed.timed_out + requests.in_flight);
    // Those of the last 300 ms.
    assert!(requests.in_flight < 30, "{requests:?}");
    assert!(component(&seen, "app").arrivals < requests.issued * 21 / 20, "whoever gave up is not sent any more");
}

/// Hedging at infinitely many servers: the answer comes after min(T₁, h + T₂) of two exponential times, so that
/// P(T > t) = e^(−μt) · e^(−μ(t − h)) for t > h (Dean & Barroso 2013).
#[test]
fn a_hedge_shortens_the_tail_as_the_minimum_of_two() {
    let (mu, h) = (1.0 / 0.1, 0.15);
    let plain = pair(200.0, "exp(100ms)", "", "200s");
    let hedged = pair(200.0, "exp(100ms)", "hedge = { after = \"150ms\" }", "200s");
    let quantile = |p: f64| (mu * h - (1.0 - p).ln()) / (2.0 * mu);
    near("p99 without", mean(&plain, |r| r.latency_s.p99), -(0.01_f64.ln()) / mu, 0.03);
    near("p90", mean(&hedged, |r| r.latency_s.p90), quantile(0.90), 0.02);
    near("p99", mean(&hedged, |r| r.latency_s.p99), quantile(0.99), 0.03);
    near("p99.9", mean(&hedged, |r| r.latency_s.p999), quantile(0.999), 0.06);
    // Who has not answered after h is hedged: e^(−μh) of all. Each hedge has one that is beaten, and works on for nobody.
    near(
        "hedges",
        mean(&hedged, |r| wire(r, "users -> app").hedges as f64 / r.requests.issued as f64),
        (-mu * h).exp(),
        0.02,
    );
    let seen = report(&hedged, 1, Time::ZERO);
    let both = wire(&seen, "users -> app");
    assert!(both.hedges - both.beaten <= seen.requests.in_flight, "{both:?}");
    near("late", both.late as f64, both.beaten as f64, 0.01);
    assert_eq!(both.attempts, seen.requests.issued + both.hedges);
}

#[test]
fn a_percentile_hedges_its_share_however_slow_the_callee_is() {
    // Whatever the distribution, one attempt in 100/(100 − p) takes longer than its pth percentile.
    for (cpu, percentile, share) in
        [("exp(100ms)", "p95", 0.05), ("lognormal(50ms, 1.5)", "p90", 0.10), ("uniform(10ms, 90ms)", "p75", 0.25)]
    {
        let hedged = pair(400.0, cpu, &format!("hedge = {{ after = \"{percentile}\" }}"), "300s");
        let hedges = |seen: &Report| wire(seen, "users -> app").hedges as f64 / seen.requests.issued as f64;
        near(&format!("hedges of {cpu} after {percentile}"), mean(&hedged, hedges), share, 0.05);
    }
    // The law of the minimum of two holds for the percentile as for a time: e^(−μh) = 5% at h = ln(20)/μ.
    let hedged = pair(400.0, "exp(100ms)", "hedge = { after = \"p95\" }", "300s");
    let (mu, h) = (10.0, 20.0_f64.ln() / 10.0);
    near("p99.9", mean(&hedged, |r| r.latency_s.p999), (mu * h - 0.001_f64.ln()) / (2.0 * mu), 0.06);
    // A callee that turns four times slower is soon hedged no more often than before; a fixed time hedges nearly all.
    let slow = "[[faults]]\nat = \"60s\"\ntarget = \"app\"\nfault = \"slow-down\"\nfactor = 4\n";
    let after = |after: &str| {
        let hedged = pair(100.0, "exp(100ms)", &format!("hedge = {{ after = \"{after}\" }}"), "300s");
        let (_, frames) = run(&format!("{hedged}{slow}"), 1);
        let sum =
            |of: fn(&WireFrame) -> u32| frames[900..].iter().map(|frame| f64::from(of(&frame.wires[0]))).sum::<f64>();
        sum(|wire| wire.hedges) / sum(|wire| wire.attempts - wire.hedges)
    };
    near("hedges of a slow callee", after("p95"), 0.05, 0.1);
    near("hedges after a fixed time", after("300ms"), (-300.0_f64 / 400.0).exp(), 0.1);
}

#[test]
fn a_hedge_budget_and_its_most_are_kept() {
    let budgeted = pair(200.0, "exp(100ms)", "hedge = { after = \"1ms\", budget = \"5%\" }", "100s");
    for seed in 1..=3 {
        let seen = report(&budgeted, seed, Time::ZERO);
        let hedges = wire(&seen, "users -> app").hedges as f64;
        let bound = 10.0 + 0.05 * seen.requests.issued as f64;
        assert!(hedges <= bound && hedges > 0.98 * bound, "seed {seed}: {hedges} of {bound}");
    }
    // Nobody answers for 1 s: one attempt and three hedges for each request, and the first answers.
    let many = report(&pair(50.0, "1s", "hedge = { after = \"100ms\", most = 3 }", "60s"), 1, Time::ZERO);
    near("attempts", wire(&many, "users -> app").attempts as f64, 4.0 * many.requests.issued as f64, 0.01);
    near("mean", many.latency_s.mean, 1.0, 0.001);
}

/// In overload a hedge is more load: without a budget it makes things worse.
#[test]
fn hedging_an_overloaded_server_makes_it_worse() {
    let design = |policy: &str| {
        pair(90.0, "exp(10ms)", &format!("timeout = \"1s\"{policy}"), "120s").replace("cores = 1000", "cores = 1")
    };
    let (calm, hedged) = (design(""), design(", hedge = { after = \"50ms\" }"));
    let (without, with) = (mean(&calm, success), mean(&hedged, success));
    assert!(without > 0.99 && with < 0.9, "{without} without hedges, {with} with them");
}

/// Each way loses p. An attempt gets through with (1 − p)², a call of r tries fails with (1 − (1 − p)²)ʳ.
#[test]
fn lost_packets_are_made_good_by_retries() {
    for (loss, tries) in [(0.1, 1), (0.2, 3), (0.5, 2)] {
        let policy = format!(
            "loss = \"{}%\", timeout = \"100ms\", retry = {{ tries = {tries}, backoff = \"none\" }}",
            loss * 100.0
        );
        let design = pair(400.0, "1ms", &policy, "100s");
        let through = (1.0_f64 - loss) * (1.0 - loss);
        let expected = 1.0 - (1.0 - through).powi(tries);
        near(&format!("loss {loss}, {tries} tries"), mean(&design, success), expected, 0.01);
        // A lost request never arrives; a lost answer was worked for.
        let arrived = mean(&design, |r| component(r, "app").arrivals as f64 / wire(r, "users -> app").attempts as f64);
        near("arrived", arrived, 1.0 - loss, 0.01);
    }
}

/// Without a timeout a lost packet is never noticed: its caller waits for ever.
#[test]
fn a_loss_without_a_timeout_is_never_noticed() {
    let seen = report(&pair(100.0, "1ms", "loss = \"10%\"", "50s"), 1, Time::ZERO);
    near("waiting", seen.requests.in_flight as f64 / seen.requests.issued as f64, 0.19, 0.05);
    assert_eq!(seen.requests.issued, seen.requests.succeeded + seen.requests.in_flight);
}

/// Messages of one size that come at random wait for the line as in an M/D/1 queue: W = D + ρ·D / (2(1 − ρ)). An answer
/// of no bytes at all then waits behind those that came meanwhile, L = λ·W of them, each for D.
#[test]
fn a_line_is_an_md1_queue() {
    let (rate, bytes) = (60.0, 10_000.0);
    let design = pair(rate, "0s", "bandwidth = \"1MB\"", "1000s")
        .replace("cpu = \"0s\"", "cpu = \"0s\"\nbody = \"10KB\"\nresponse = \"0B\"");
    let service = bytes / 1e6;
    let rho = rate * service;
    let through = service + rho * service / (2.0 * (1.0 - rho));
    let there_and_back = through + rate * through * service;
    near("time on the line", mean(&design, |r| r.latency_s.mean), there_and_back, 0.03);
    // Up and down share it: half the bytes each way, and all of them must fit.
    let shared = design.replace("body = \"10KB\"\nresponse = \"0B\"", "body = \"15KB\"\nresponse = \"15KB\"");
    for seed in 1..=2 {
        let frames = run(&shared, seed).1;
        let total: u64 = frames.iter().map(|frame| frame.wires[0].bytes).sum();
        near("bytes a second", total as f64 / 1000.0, 1e6, 0.001);
        let most = frames.iter().map(|frame| frame.wires[0].bytes).max().unwrap_or_default();
        assert!(most <= 100_001, "{most} bytes in a tenth of a second");
    }
    // Without a bound, bytes are counted all the same.
    let free = report(&shared.replace("bandwidth = \"1MB\"", ""), 1, Time::ZERO);
    assert_eq!(wire(&free, "users -> app").bytes, 30_000 * free.requests.succeeded);
}

/// Users → app → database; callers stop waiting after 300 ms. The database can do 800 reads a second.
fn overload(traffic: &str, deadline: bool) -> String {
    format!(
        "version = 1\nduration = \"60s\"\n[classes.page]\ncpu = \"exp(1ms)\"\nreads = 1\n\
         [components.users]\nkind = \"clients\"\ntraffic = {traffic}\n\
         [components.app]\nkind = \"server\"\ncores = 4\nconcurrency = 8000\ncapacity = 8000\n\
         [components.db]\nkind = \"database\"\nread = \"exp(10ms)\"\nconcurrency = 8\nconnections = 8000\n\
         [wires]\n\"users -> app\" = {{ timeout = \"300ms\", deadline = {deadline} }}\n\
         \"app -> db\" = {{ deadline = {deadline} }}\n"
    )
}

/// A callee that knows the deadline begins nothing that nobody waits for. Its work goes to those who still wait, though
/// first come first served it serves those first who have the least time left, so that much still comes too late.
#[test]
fn deadlines_end_work_for_nobody_and_keep_goodput() {
    for seed in 1..=3 {
        let [without, with] = [false, true].map(|on| report(&overload("\"1000/s\"", on), seed, Time::ZERO));
        // A read whose page came too late for its user.
        let wasted = |report: &Report| {
            let useful = report.requests.succeeded + report.requests.in_flight;
            1.0 - useful as f64 / component(report, "db").completions as f64
        };
        assert!(wasted(&without) > 0.9, "seed {seed}: without, {} of the reads were for nobody", wasted(&without));
        assert!(wasted(&with) < 0.7, "seed {seed}: with, {} of the reads were for nobody", wasted(&with));
        let goodput = |report: &Report| report.requests.succeeded as f64 / 60.0;
        assert!(goodput(&with) > 4.0 * goodput(&without), "seed {seed}: {} and {}", goodput(&with), goodput(&without));
        assert_eq!(component(&without, "db").expired, 0);
        // What the database did not do is work saved; the rest of what came is still there.
        let db = component(&with, "db");
        let left = db.arrivals - db.completions - db.failed - db.expired;
        assert!(db.expired > 8000 && left < 1000, "seed {seed}: {db:?}");
    }
}

/// After a spike there is no backlog of the dead to work off.
#[test]
fn with_deadlines_a_spike_is_over_when_it_ends() {
    let spike = "[[\"0s\", \"500/s\"], [\"10s\", \"500/s\"], [\"10s\", \"2000/s\"], [\"14s\", \"2000/s\"], [\"14s\", \"500/s\"]]";
    for seed in 1..=3 {
        let [without, with] = [false, true].map(|on| {
            let frames = run(&overload(spike, on), seed).1;
            let users = frames[150..200].iter().map(|frame| &frame.users[0]);
            let (good, lost) = users.fold((0, 0), |(good, lost), users| (good + users.succeeded, lost + users.lost()));
            f64::from(good) / f64::from(good + lost)
        });
        assert!(without < 0.1 && with > 0.95, "seed {seed}: from 1 s to 6 s after it, {without} without, {with} with");
    }
}

/// Nothing is begun whose user has given up: in a sampled trip no span that carries the deadline begins after its end.
#[test]
fn nothing_overdue_is_begun() {
    let mut recording = pressure_point::metrics::Recording::default();
    recording.extend(run(&overload("\"1500/s\"", true), 1).1);
    let ended = recording.trips.iter().filter_map(|trip| Some((trip, trip.ended?.0)));
    let begun = ended.flat_map(|(trip, end)| trip.spans.iter().filter_map(move |span| Some((span.began.get()?, end))));
    let begun: Vec<_> = begun.collect();
    assert!(begun.len() > 3000 && begun.iter().all(|(began, end)| began < end));
}

/// Down a chain the time left shrinks: a wire further down waits no longer than its caller's caller, whatever it says.
#[test]
fn deadlines_shrink_along_the_chain() {
    let design = "version = 1\nduration = \"20s\"\n[classes.page]\ncpu = \"1ms\"\n\
         [components.users]\nkind = \"clients\"\ntraffic = \"50/s\"\n\
         [components.a]\nkind = \"server\"\n[components.b]\nkind = \"server\"\n\
         [components.c]\nkind = \"server\"\ncpu = \"5s\"\ncores = 1000\nconcurrency = 1000\n[wires]\n\
         \"users -> a\" = { timeout = \"200ms\", deadline = true, latency = \"10ms\" }\n\
         \"a -> b\" = { timeout = \"10s\", deadline = true, retry = { tries = 5, backoff = \"none\" } }\n\
         \"b -> c\" = { timeout = \"150ms\", deadline = true, retry = { tries = 5, backoff = \"none\" } }\n";
    let (simulation, frames) = run(design, 1);
    let parts = simulation.parts().clone();
    let mut recording = pressure_point::metrics::Recording { parts, ..Default::default() };
    recording.extend(frames);
    let trips: Vec<_> = recording.trips.iter().filter(|trip| trip.ended.is_some()).collect();
    assert!(trips.len() > 100);
    for trip in trips {
        let callee = |span: &&pressure_point::metrics::TripSpan| recording.parts.wires[span.wire as usize].1;
        let waited = |part: u32| {
            let spans = trip.spans.iter().filter(|span| callee(span) == part);
            spans.filter_map(|span| span.settled.map(|(at, _)| (at - span.sent).0 / 1000)).collect::<Vec<_>>()
        };
        // Waits in µs: 200 ms at the users; from there on only what is left of it, and no try after it.
        assert_eq!(waited(1), [200_000]);
        assert_eq!(waited(2), [189_000], "10 ms on the way, 1 ms of work");
        assert_eq!(waited(3), [150_000, 38_000], "the second try has what is left");
    }
}

/// The pauses before retries, as they happen in a run: the gaps between an attempt's end and the next one.
fn pauses(retry: &str) -> Vec<Vec<f64>> {
    let policy = format!("retry = {{ tries = 6, base = \"100ms\", cap = \"1s\", {retry} }}");
    let design = pair(20.0, "0s", &policy, "120s") + "[[faults]]\ntarget = \"app\"\nfault = \"crash\"\n";
    let mut recording = pressure_point::metrics::Recording::default();
    recording.extend(run(&design, 3).1);
    let ended = recording.trips.iter().filter(|trip| trip.ended.is_some());
    let gap = |pair: &[pressure_point::metrics::TripSpan]| {
        (pair[1].sent - pair[0].settled.expect("it failed").0).as_secs_f64()
    };
    let all: Vec<Vec<f64>> = ended.map(|trip| trip.spans.windows(2).map(gap).collect()).collect();
    assert!(all.len() > 500 && all.iter().all(|gaps| gaps.len() == 5));
    all
}

#[test]
fn backoff_doubles_up_to_its_cap() {
    for gaps in pauses("backoff = \"exponential\"") {
        assert_eq!(gaps, [0.1, 0.2, 0.4, 0.8, 1.0]);
    }
    for gaps in pauses("backoff = \"fixed\"") {
        assert_eq!(gaps, [0.1; 5]);
    }
    for gaps in pauses("backoff = \"none\", jitter = \"full\"") {
        assert_eq!(gaps, [0.0; 5]);
    }
}

/// Brooker 2015, "Exponential backoff and jitter": uniform in its bounds, so the mean lies in their middle.
#[test]
fn jitter_spreads_within_its_bounds() {
    let highs = [0.1, 0.2, 0.4, 0.8, 1.0];
    for (jitter, low) in [("full", 0.0), ("equal", 0.5)] {
        let all = pauses(&format!("backoff = \"exponential\", jitter = \"{jitter}\""));
        for (index, high) in highs.iter().enumerate() {
            let gaps: Vec<f64> = all.iter().map(|gaps| gaps[index]).collect();
            assert!(gaps.iter().all(|gap| (low * high..*high).contains(gap)), "{jitter} {index}");
            let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
            let error = (1.0 - low) * high / (12.0 * gaps.len() as f64).sqrt();
            assert!((mean - (1.0 + low) / 2.0 * high).abs() < 4.0 * error, "{jitter} {index}: mean {mean}");
        }
    }
    let all = pauses("backoff = \"exponential\", jitter = \"decorrelated\"");
    for gaps in &all {
        let mut last = 0.1_f64;
        for gap in gaps {
            assert!((0.1..=(3.0 * last).min(1.0) + 1e-9).contains(gap), "decorrelated: {gaps:?}");
            last = *gap;
        }
    }
    let first = all.iter().map(|gaps| gaps[0]).sum::<f64>() / all.len() as f64;
    near("first decorrelated pause", first, 0.2, 0.05);
}

#[test]
fn a_budget_bounds_retries_to_its_share_and_a_burst() {
    for (share, seed) in [(0.1, 1), (0.1, 2), (0.5, 3), (0.0, 4)] {
        let policy = format!("retry = {{ tries = 10, backoff = \"none\", budget = \"{}%\" }}", share * 100.0);
        let fault = "[[faults]]\nat = \"30s\"\ntarget = \"app\"\nfault = \"crash\"\n";
        let frames = run(&(pair(100.0, "1ms", &policy, "60s") + fault), seed).1;
        let count = |from: usize| {
            let wires = frames[from..].iter().map(|frame| &frame.wires[0]);
            wires.fold((0, 0), |(first, again), wire| (first + wire.attempts - wire.retries, again + wire.retries))
        };
        let (first, again) = count(300);
        let bound = 100.0 + share * f64::from(first);
        assert!(f64::from(again) <= bound, "{share}: {again} retries for {first} calls");
        assert!(f64::from(again) >= bound.min(share * f64::from(first)) * 0.95, "{share}: it is used, {again} retries");
    }
}

/// What was turned away asks for less: `on = "failures"` does not try it again, `timeouts` nothing else.
#[test]
fn retries_only_what_may_be_retried() {
    let retries = |on: &str, policy: &str, fault: &str| {
        let policy = format!("timeout = \"100ms\", retry = {{ tries = 3, on = \"{on}\" }}{policy}");
        let fault = format!("[[faults]]\ntarget = \"app\"\nfault = \"{fault}\"\n");
        report(&(pair(50.0, "50ms", &policy, "20s") + &fault), 1, Time::ZERO).wires[0].1.retries
    };
    for (on, crash, partition, refused) in
        [("any", true, true, true), ("failures", true, true, false), ("timeouts", false, true, false)]
    {
        assert_eq!(retries(on, "", "crash") > 0, crash, "{on}, failed");
        assert_eq!(retries(on, "", "partition") > 0, partition, "{on}, timed out");
        assert_eq!(retries(on, ", bulkhead = 1", "cache-flush") > 0, refused, "{on}, refused");
    }
}

/// A recommender that dies: without a fallback its pages die with it; with one they are poorer, and counted apart.
#[test]
fn a_fallback_answers_less_well_and_is_counted_apart() {
    let design = |fallback: bool| {
        format!(
            "version = 1\nduration = \"40s\"\n[classes.page]\ncpu = \"1ms\"\n\
             [components.users]\nkind = \"clients\"\ntraffic = \"100/s\"\n[components.lb]\nkind = \"load-balancer\"\n\
             [components.app]\nkind = \"server\"\n[components.recommender]\nkind = \"server\"\n\
             [wires]\n\"users -> lb\" = {{}}\n\"lb -> app\" = {{}}\n\
             \"app -> recommender\" = {{ fallback = {fallback} }}\n\
             [[faults]]\nat = \"20s\"\ntarget = \"recommender\"\nfault = \"crash\"\n"
        )
    };
    for seed in 1..=3 {
        let (without, with) = (report(&design(false), seed, Time::ZERO), report(&design(true), seed, Time::ZERO));
        near("half fails", success(&without), 0.5, 0.05);
        assert_eq!(without.requests.degraded, 0);
        assert_eq!(with.requests.succeeded + with.requests.in_flight, with.requests.issued, "seed {seed}");
        assert_eq!(with.requests.degraded, wire(&with, "app -> recommender").degraded, "seed {seed}");
        assert_eq!(with.classes[0].1.degraded, with.requests.degraded);
        near("degraded", with.requests.degraded as f64 / with.requests.issued as f64, 0.5, 0.05);
    }
}

/// A fallback's answer is no answer of the database: it must not be cached, and a look-up it stands in for is a miss.
#[test]
fn a_fallback_is_not_remembered() {
    let design = "version = 1\nduration = \"30s\"\n[classes.page]\ncpu = \"1ms\"\nreads = 1\nkeys = { count = 50 }\n\
         [components.users]\nkind = \"clients\"\ntraffic = \"100/s\"\n[components.app]\nkind = \"server\"\n\
         [components.cache]\nkind = \"cache\"\n[components.db]\nkind = \"database\"\n\
         [wires]\n\"users -> app\" = {}\n\"app -> cache\" = { fallback = true }\n\"app -> db\" = { fallback = true }\n\
         [[faults]]\ntarget = \"db\"\nfault = \"crash\"\nfor = \"10s\"\n\
         [[faults]]\nat = \"20s\"\ntarget = \"cache\"\nfault = \"crash\"\n";
    let frames = run(design, 1).1;
    let sum = |from: usize, to: usize, figure: fn(&Frame) -> u32| frames[from..to].iter().map(figure).sum::<u32>();
    let hits = |frame: &Frame| frame.components[2].hits;
    let degraded = |frame: &Frame| frame.users[0].degraded;
    assert_eq!(sum(0, 99, hits), 0, "nothing was remembered while the database was dead");
    assert!(sum(0, 99, degraded) > 800 && sum(120, 199, hits) > 500);
    assert_eq!(sum(101, 300, degraded), 0, "a dead cache's look-ups are misses, and the database answers truly");
}

/// One way 45 ms, the other way round too unless it is listed; 75 ms where nothing is; nothing within a region, and nothing
/// for who stands nowhere.
#[test]
fn regions_are_as_far_apart_as_the_table_says() {
    let check = |from: &str, to: &str, table: &str, millis: f64| {
        let place = |region: &str| if region.is_empty() { String::new() } else { format!("region = \"{region}\"\n") };
        let design = format!(
            "version = 1\nduration = \"10s\"\n[classes.page]\ncpu = \"0s\"\n[components.users]\nkind = \"clients\"\n{}\
             [components.app]\nkind = \"server\"\n{}{table}[wires]\n\"users -> app\" = {{ latency = \"1ms\" }}\n",
            place(from),
            place(to)
        );
        let seen = report(&design, 1, Time::ZERO).latency_s.mean * 1000.0;
        assert!((seen - millis).abs() < 1e-6, "{from} to {to}: {seen} ms there and back instead of {millis} ms");
    };
    let table = "[regions]\n\"eu -> us\" = \"45ms\"\n\"us -> ap\" = \"80ms\"\n\"ap -> us\" = \"95ms\"\n";
    check("eu", "us", table, 2.0 + 90.0);
    check("us", "eu", table, 2.0 + 90.0);
    check("us", "ap", table, 2.0 + 160.0);
    check("ap", "us", table, 2.0 + 190.0);
    check("eu", "ap", table, 2.0 + 150.0);
    check("eu", "ap", &format!("{table}default = \"120ms\"\n"), 2.0 + 240.0);
    check("eu", "ap", "", 2.0 + 150.0);
    check("eu", "eu", table, 2.0);
    check("", "eu", table, 2.0);
    check("eu", "", table, 2.0);
}

/// Two regions, each with users, a server and a database; everybody calls both servers.
fn two_regions(faults: &str) -> String {
    let mut text = "version = 1\nduration = \"30s\"\n[classes.page]\ncpu = \"1ms\"\nreads = 1\n".to_owned();
    let mut wires = "[regions]\ndefault = \"5ms\"\n[wires]\n".to_owned();
    for here in ["eu", "us"] {
        for (stem, kind) in [("users", "clients"), ("app", "server"), ("db", "database")] {
            text += &format!("[components.{stem}-{here}]\nkind = \"{kind}\"\nregion = \"{here}\"\n");
        }
        for there in ["eu", "us"] {
            wires += &format!("\"users-{here} -> app-{there}\" = {{ timeout = \"200ms\" }}\n");
            wires += &format!("\"app-{here} -> db-{there}\" = {{ timeout = \"100ms\" }}\n");
        }
    }
    text + &wires + faults
}

/// A partition of a region cuts exactly the wires that cross its border, for as long as it lasts.
#[test]
fn a_partition_of_a_region_cuts_what_crosses_its_border() {
    let fault = "[[faults]]\nat = \"10s\"\ntarget = \"eu\"\nfault = \"partition\"\nfor = \"10s\"\n";
    let design = support::read(&two_regions(fault));
    let frames = run_design(&design, Time::ZERO).1;
    for (index, wire) in design.wires.iter().enumerate() {
        let region = |name: &str| design.component(name).and_then(|part| part.region.clone());
        let crosses = region(&wire.from) != region(&wire.to);
        let lost = |from: usize, to: usize| frames[from..to].iter().map(|frame| frame.wires[index].lost).sum::<u32>();
        let ok = |from: usize, to: usize| frames[from..to].iter().map(|frame| frame.wires[index].ok).sum::<u32>();
        let name = wire.name();
        assert_eq!(lost(0, 100) + lost(200, 300), 0, "{name}");
        assert_eq!(lost(100, 200) > 0, crosses, "{name}");
        assert!(ok(0, 99) > 0 && ok(203, 300) > 0, "{name}");
        assert_eq!(ok(101, 199) == 0, crosses, "{name}");
    }
    let told =
        |what: &Happening| frames.iter().flat_map(|frame| &frame.log).filter(|entry| entry.what == *what).count();
    assert_eq!((told(&Happening::RegionCutOff("eu".into())), told(&Happening::NetworkRecovered("eu".into()))), (1, 1));
}

/// A region that goes dark: whatever stands in it dies, nothing else does.
#[test]
fn a_crash_of_a_region_takes_all_that_stands_in_it() {
    let fault = "[[faults]]\nat = \"10s\"\ntarget = \"eu\"\nfault = \"crash\"\nfor = \"10s\"\n";
    let (simulation, frames) = run(&two_regions(fault), 1);
    let down = |index: usize, frame: usize| frames[frame].components[index].health == pressure_point::sim::Health::Down;
    for (index, name) in simulation.parts().components.iter().enumerate() {
        let dies = name.ends_with("eu") && !name.starts_with("users");
        assert_eq!((down(index, 50), down(index, 150), down(index, 250)), (false, dies, false), "{name}");
    }
}

/// Faults of one kind on one target overlap; the first that ends does not end the other, and causes add up.
#[test]
fn overlapping_faults_end_on_their_own() {
    let fault = |at: u32, lasts: u32, target: &str, fault: &str| {
        format!("[[faults]]\nat = \"{at}s\"\nfor = \"{lasts}s\"\ntarget = \"{target}\"\n{fault}\n")
    };
    let ok = |frames: &[Frame], second: usize| -> u32 {
        frames[second * 10..second * 10 + 10].iter().map(|frame| frame.wires[0].ok).sum()
    };
    for target in ["users -> app", "app"] {
        for kind in ["partition", "crash"] {
            let kind = format!("fault = \"{kind}\"");
            let faults = fault(5, 10, target, &kind) + &fault(10, 10, target, &kind) + &fault(12, 1, target, &kind);
            let frames = run(&(pair(100.0, "1ms", "timeout = \"50ms\"", "30s") + &faults), 1).1;
            for second in [2, 22, 28] {
                assert!(ok(&frames, second) > 50, "{target} {kind}: it works at {second} s");
            }
            for second in [6, 11, 14, 16, 18] {
                assert_eq!(ok(&frames, second), 0, "{target} {kind}: it is struck at {second} s");
            }
        }
    }
    let latency = |frames: &[Frame], second: usize| {
        let sketches =
            frames[second * 10..second * 10 + 10].iter().flat_map(|frame| frame.users[0].latency.latencies());
        let (sum, count) = sketches.fold((0.0, 0.0), |(sum, count), (micros, n)| {
            (sum + f64::from(micros) * f64::from(n), count + f64::from(n))
        });
        sum / count / 1000.0
    };
    // 10 ms there and 10 ms back, 1 ms of work.
    for (faults, target, expected) in [
        (
            ["fault = \"added-latency\"\nlatency = \"20ms\"", "fault = \"added-latency\"\nlatency = \"50ms\""],
            "users -> app",
            [61.0, 161.0, 121.0],
        ),
        (
            ["fault = \"slow-down\"\nfactor = 2", "fault = \"slow-down\"\nfactor = 4"],
            "users -> app",
            [41.0, 161.0, 81.0],
        ),
        (["fault = \"slow-down\"\nfactor = 5", "fault = \"slow-down\"\nfactor = 3"], "app", [25.0, 35.0, 23.0]),
        (
            ["fault = \"added-latency\"\nlatency = \"20ms\"", "fault = \"added-latency\"\nlatency = \"50ms\""],
            "app",
            [61.0, 161.0, 121.0],
        ),
    ] {
        let script = fault(5, 10, target, faults[0]) + &fault(10, 10, target, faults[1]);
        let frames = run(&(pair(100.0, "1ms", "latency = \"10ms\"", "30s") + &script), 1).1;
        for (second, expected) in [(2, 21.0), (7, expected[0]), (12, expected[1]), (17, expected[2]), (25, 21.0)] {
            near(&format!("{target} {} at {second} s", faults[0]), latency(&frames, second), expected, 0.02);
        }
    }
}

/// Two losses that have nothing to do with each other: 1 − (1 − a)(1 − b) each way.
#[test]
fn losses_of_wire_and_faults_add_up_as_independent_ones() {
    let fault = "[[faults]]\ntarget = \"app\"\nfault = \"packet-loss\"\nshare = \"20%\"\n\
                 [[faults]]\ntarget = \"users -> app\"\nfault = \"packet-loss\"\nshare = \"30%\"\n";
    let design = pair(400.0, "1ms", "loss = \"10%\", timeout = \"50ms\"", "60s") + fault;
    let through = 0.9_f64 * 0.8 * 0.7;
    near("through", mean(&design, success), through * through, 0.02);
}

/// A component that is cut off can neither be called nor call.
#[test]
fn a_partition_of_a_component_cuts_its_calls_too() {
    let fault = "[[faults]]\nat = \"10s\"\ntarget = \"app-eu\"\nfault = \"partition\"\nfor = \"10s\"\n";
    let (simulation, frames) = run(&two_regions(fault), 1);
    for (index, (from, to)) in simulation.parts().wires.iter().enumerate() {
        let name = |part: &u32| simulation.parts().components[*part as usize].as_str();
        let ok: u32 = frames[102..199].iter().map(|frame| frame.wires[index].ok).sum();
        assert_eq!(ok == 0, name(from) == "app-eu" || name(to) == "app-eu", "{} -> {}", name(from), name(to));
    }
}

/// Faults in force strike wires that are drawn while they last, and let go of a component that moves away.
#[test]
fn a_change_of_the_design_meets_the_faults_in_force() {
    let fault = "[[faults]]\nat = \"5s\"\ntarget = \"eu\"\nfault = \"partition\"\nfor = \"15s\"\n";
    let design = support::read(&two_regions(fault));
    let mut moved = design.clone();
    moved.components.iter_mut().filter(|part| part.name == "app-eu").for_each(|part| part.region = Some("us".into()));
    let mut simulation = pressure_point::sim::Simulation::new(&design, None);
    let mut frames: Vec<Frame> = (0..100).filter_map(|_| simulation.frame()).collect();
    simulation.change(&moved);
    frames.extend(std::iter::from_fn(|| simulation.frame()));
    let ok = |from: &str, to: &str, range: std::ops::Range<usize>| -> u32 {
        let index = simulation.parts().wire(from, to).expect("it is there") as usize;
        frames[range].iter().map(|frame| frame.wires[index].ok).sum()
    };
    assert_eq!((ok("users-us", "app-eu", 60..99), ok("users-eu", "app-eu", 104..190)), (0, 0));
    assert!(ok("users-us", "app-eu", 104..190) > 0 && ok("users-eu", "app-eu", 210..300) > 0);
}

/// With all policies mixed, every wire keeps its own books: an attempt ends one way, or is in flight.
#[test]
fn wires_conserve_attempts_whatever_their_policies() {
    for seed in 5000..5150 {
        let mut design = random_design(seed);
        let mut dice = Dice(seed | 1);
        // More of what is rare.
        for wire in &mut design.wires {
            wire.policy.hedge = wire.policy.hedge.clone().or_else(|| (dice.below(2) == 0).then(design::Hedge::default));
            wire.policy.deadline |= dice.below(2) == 0;
        }
        let (simulation, frames) = run_design(&design, Time::ZERO);
        let report = Report::of(&simulation).expect("totals were asked for");
        for (index, (name, wire)) in report.wires.iter().enumerate() {
            let ended = wire.ok + wire.failed + wire.beaten;
            assert!(ended <= wire.attempts, "seed {seed}, {name}: {wire:?}");
            assert!(wire.hedges + wire.retries <= wire.attempts, "seed {seed}, {name}: {wire:?}");
            let ends: Vec<f64> = frames.iter().map(|frame| f64::from(frame.wires[index].in_flight)).collect();
            assert!(ends.iter().all(|in_flight| *in_flight >= 0.0 && *in_flight < 1e6), "seed {seed}, {name}");
            // Between a queue and its workers prefetch decides how much is under way.
            let queued = design.component(name.split(" -> ").next().unwrap_or_default());
            let queued =
                queued.is_some_and(|from| matches!(from.kind, design::Kind::Queue(_) | design::Kind::Worker(_)));
            if let Some(places) = design.wires[index].policy.bulkhead.filter(|_| !queued) {
                assert!(ends.iter().all(|in_flight| *in_flight <= f64::from(places) + 1e-3), "seed {seed}, {name}");
            }
        }
        let requests = &report.requests;
        assert!(requests.degraded <= requests.succeeded, "seed {seed}");
        let by_class: u64 = report.classes.iter().map(|(_, class)| class.degraded).sum();
        assert_eq!(by_class, requests.degraded, "seed {seed}");
    }
}
