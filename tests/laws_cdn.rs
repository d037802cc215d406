//! Laws of CDNs: hit ratios of edges, what reaches the origin, request collapsing, the shield, bytes, and stale copies.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::units::Time;
use support::{near, report, run};

/// Users in some places, a CDN, and an origin that costs nothing.
fn design(classes: &str, traffic: &[&str], duration: &str, cdn: &str, rest: &str) -> String {
    let mut text = format!(
        "version = 1\nduration = \"{duration}\"\n{classes}\n[components.cdn]\nkind = \"cdn\"\nlookup = \"0s\"\n{cdn}\n\
         [components.origin]\nkind = \"server\"\ncores = 1000\nconcurrency = 1000000\ncapacity = 0\n"
    );
    let mut wires = "[wires]\n\"cdn -> origin\" = {}\n".to_owned();
    for (place, rate) in traffic.iter().enumerate() {
        text += &format!("[components.users-{place}]\nkind = \"clients\"\ntraffic = \"{rate}\"\n");
        wires += &format!("\"users-{place} -> cdn\" = {{}}\n");
    }
    text + &wires + rest
}

fn pictures(keys: u32, zipf: f64) -> String {
    format!(
        "[classes.picture]\ncpu = \"0s\"\nstatic = true\nresponse = \"100KB\"\nkeys = {{ count = {keys}, zipf = {zipf} }}\n"
    )
}

fn part<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(known, _)| known == name).expect("every design here has one").1
}

/// Che, Tung & Wang (2002): an LRU of `entries` under Zipf's law.
fn che(keys: u32, exponent: f64, entries: f64) -> f64 {
    let weights: Vec<f64> = (1..=keys).map(|rank| f64::from(rank).powf(-exponent)).collect();
    let sum: f64 = weights.iter().sum();
    let held = |weight: f64, time: f64| 1.0 - (-weight / sum * time).exp();
    let (mut low, mut high) = (0.0_f64, 1e9_f64);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        let all: f64 = weights.iter().map(|weight| held(*weight, middle)).sum();
        if all < entries { low = middle } else { high = middle }
    }
    weights.iter().map(|weight| weight / sum * held(*weight, low)).sum()
}

/// Each edge is a cache of its own: two edges with half of the users each hit as often as one with all of them.
#[test]
fn an_edge_hits_as_che_says() {
    let expected = che(2000, 0.9, 200.0);
    for traffic in [&["8000/s"][..], &["4000/s", "4000/s"]] {
        // 200 objects of 100,064 bytes.
        let text = design(&pictures(2000, 0.9), traffic, "20s", "memory = \"20.02MB\"\nttl = \"none\"", "");
        let seen = part(&report(&text, 1, Time::from_secs(4)), "cdn").hit_ratio.expect("it was asked");
        near(&format!("{} edges", traffic.len()), seen, expected, 0.015);
    }
}

#[test]
fn the_origin_sees_only_what_is_missing_and_every_byte_is_counted() {
    for (coalesce, shield) in [(true, false), (false, false), (true, true)] {
        let cdn = format!("ttl = \"500ms\"\ncoalesce = {coalesce}\nshield = {shield}");
        let text = design(&pictures(300, 0.8), &["500/s", "900/s"], "10s", &cdn, "")
            .replace("\"cdn -> origin\" = {}", "\"cdn -> origin\" = { latency = \"30ms\" }");
        let (simulation, frames) = run(&text, 3);
        let report = Report::of(&simulation).expect("totals were asked for");
        let cdn = part(&report, "cdn");
        let misses: u32 = frames.iter().map(|frame| frame.components[0].misses).sum();
        let fetch = report.wires.iter().find(|(name, _)| name == "cdn -> origin").expect("there is a wire");
        let origin = fetch.1.attempts as f64;
        if !shield {
            assert_eq!(origin, f64::from(misses) - cdn.figures["coalesced"], "coalesce = {coalesce}");
        }
        assert_eq!(cdn.figures["coalesced"] > 0.0, coalesce);
        // When the run ends, 60 ms of misses are on their way.
        assert_eq!(cdn.figures["bytes_served"], report.requests.succeeded as f64 * 1e5);
        let fetched = cdn.figures["bytes_from_origin"] / 1e5;
        assert!(fetched <= origin && fetched > origin - 120.0, "{fetched} of {origin}");
        assert!(origin < report.requests.issued as f64 / 2.0, "the origin's load falls: {origin}");
    }
}

/// One object that nobody has, a request each millisecond at each of three edges, an origin 50 ms away: how often is it fetched?
fn fetches(cdn: &str) -> u64 {
    let text = design(&pictures(1, 0.0), &["1000/s", "1000/s", "1000/s"], "1s", cdn, "")
        .replace("\"cdn -> origin\" = {}", "\"cdn -> origin\" = { latency = \"24750us\" }")
        .replace("kind = \"clients\"", "kind = \"clients\"\narrivals = \"even\"");
    let report = report(&text, 1, Time::ZERO);
    assert_eq!(report.requests.succeeded, report.requests.issued, "everyone is answered");
    part(&report, "origin").arrivals
}

#[test]
fn an_edge_asks_once_for_all_and_a_shield_once_for_all_edges() {
    assert_eq!(fetches("coalesce = false"), 150, "50 at each edge before the first answer");
    assert_eq!(fetches(""), 3, "one for each edge");
    assert_eq!(fetches("shield = true"), 1, "one in all");
    assert_eq!(fetches("lease = \"20ms\""), 9, "one more for each lease that runs out in 49.5 ms");
}

/// With a shield each object leaves the origin once in each ttl, because copies keep the age they have; without one, once for each
/// edge.
#[test]
fn a_shield_fetches_each_object_once_in_each_ttl() {
    let origin = |cdn: &str| {
        let text = design(&pictures(50, 0.0), &["2000/s", "2000/s", "2000/s"], "10s", cdn, "");
        part(&report(&text, 1, Time::ZERO), "origin").arrivals
    };
    let (shielded, bare) = (origin("ttl = \"1s\"\nshield = true"), origin("ttl = \"1s\""));
    assert!(shielded <= 50 * 10 && shielded > 50 * 8, "{shielded}");
    assert!(bare <= 3 * 50 * 10 && bare as f64 > 2.7 * shielded as f64, "{bare} of {shielded}");
}

#[test]
fn what_is_not_static_passes_through() {
    let classes = format!("{}[classes.page]\ncpu = \"0s\"\n", pictures(1, 0.0));
    let text = design(&classes, &["500/s"], "10s", "lookup = \"2ms\"", "")
        .replace("lookup = \"0s\"\n", "")
        .replace("-> cdn\" = {}", "-> cdn\" = { latency = \"5ms\" }")
        .replace("\"cdn -> origin\" = {}", "\"cdn -> origin\" = { latency = \"40ms\" }");
    let report = report(&text, 1, Time::from_secs(1));
    let p99 = |class: &str| report.classes.iter().find(|(name, _)| name == class).expect("a class").1.p99;
    near("a picture", p99("picture"), 0.012, 0.01);
    near("a page", p99("page"), 0.092, 0.01);
    let pages = report.classes.iter().find(|(name, _)| name == "page").expect("a class").1.issued;
    assert!(part(&report, "origin").arrivals.abs_diff(pages) < 60, "only pages come to the origin");
}

/// As for a cache with a ttl and no invalidation (tests/laws_cache.rs): of the copies that live T, read at rate r and changed at
/// rate w, the share 1 − (1 − e^(−wT)) / (wT) of the hits is out of date; a purge makes them all fresh.
#[test]
fn copies_go_stale_until_the_ttl_or_a_purge() {
    let (r, w, ttl, keys) = (4.0_f64, 0.5_f64, 2.0_f64, 400.0_f64);
    let classes = format!(
        "{}reads = 1\nshare = {r}\n[classes.edit]\ncpu = \"0s\"\nwrites = 1\nshare = {w}\nkeys = {{ of = \"picture\", zipf = 0 }}\n",
        pictures(keys as u32, 0.0)
    );
    let rate = format!("{}/s", (r + w) * keys);
    let store = "\"origin -> db\" = {}\n[components.db]\nkind = \"database\"\nread = \"0s\"\nwrite = \"0s\"\n";
    let text = design(&classes, &[&rate], "60s", &format!("ttl = \"{}s\"", ttl), store);
    let seen = report(&text, 1, Time::from_secs(10));
    let cdn = part(&seen, "cdn");
    let hits = cdn.hit_ratio.expect("it was asked") * seen.classes[0].1.issued as f64;
    let stale = cdn.stale_reads.expect("a CDN counts them") as f64 / hits;
    near("stale hits", stale, 1.0 - (1.0 - (-w * ttl).exp()) / (w * ttl), 0.03);

    // Editors of their own, who stop at 5 s; then, perhaps, a purge.
    let editors = "\"users-0 -> editor\" = { classes = [\"edit\"] }\n\"editor -> db\" = {}\n[components.editor]\nkind = \"server\"\n\
                   [[faults]]\nat = \"5s\"\ntarget = \"users-0 -> editor\"\nfault = \"partition\"\n";
    let purge = "[[faults]]\nat = \"6s\"\ntarget = \"cdn\"\nfault = \"cache-flush\"\n";
    let late = |faults: &str| {
        let rest = store.replacen('\n', &format!("\n{editors}"), 1);
        let text = design(&classes, &[&rate], "8s", "ttl = \"none\"", &format!("{rest}{faults}"))
            .replace("\"users-0 -> cdn\" = {}", "\"users-0 -> cdn\" = { classes = [\"picture\"] }");
        let frames = run(&text, 1).1;
        let cdn = frames.iter().filter(|frame| frame.index >= 65).map(|frame| &frame.components[0]);
        cdn.fold((0, 0), |(hits, stale), seen| (hits + seen.hits, stale + seen.stale))
    };
    let (hits, stale) = late("");
    assert!(stale > hits / 2, "without a ttl, old copies stay: {stale} of {hits}");
    let (hits, stale) = late(purge);
    assert!(hits > 1000 && stale == 0, "none is left after a purge: {stale} of {hits}");
}

/// One edge for each region: users of one region share one, and each is as far from the origin as its users are.
#[test]
fn edges_stand_where_users_are() {
    let seen = |cdn: &str| {
        let text =
            design(&pictures(1, 0.0), &["100/s", "100/s", "100/s"], "2s", cdn, "[regions]\n\"eu -> us\" = \"45ms\"\n")
                .replace("[components.users-0]\n", "[components.users-0]\nregion = \"eu\"\narrivals = \"even\"\n")
                .replace("[components.users-1]\n", "[components.users-1]\nregion = \"eu\"\narrivals = \"even\"\n")
                .replace("[components.users-2]\n", "[components.users-2]\nregion = \"us\"\narrivals = \"even\"\n")
                .replace("[components.origin]\n", "[components.origin]\nregion = \"us\"\n")
                .replace("\"users-2 -> cdn\" = {}", "\"users-2 -> cdn\" = { latency = \"200ms\" }");
        let report = report(&text, 1, Time::ZERO);
        let fetched = part(&report, "origin").arrivals;
        (fetched, report.latency_s.max)
    };
    // Europe is 45 ms from the origin, America 200 ms from its own edge.
    let (fetched, longest) = seen("");
    assert_eq!(fetched, 2, "one for each region");
    near("from America", longest, 0.400, 0.002);
    let (fetched, longest) = seen("shield = true\nshield_latency = \"10ms\"");
    assert_eq!(fetched, 1, "one for all");
    near("from America, whose copy the shield has", longest, 0.420, 0.002);
    let europe = |cdn: &str| {
        let text = design(&pictures(1, 0.0), &["100/s"], "2s", cdn, "[regions]\n\"eu -> us\" = \"45ms\"\n")
            .replace("[components.users-0]\n", "[components.users-0]\nregion = \"eu\"\narrivals = \"even\"\n")
            .replace("[components.origin]\n", "[components.origin]\nregion = \"us\"\n");
        report(&text, 1, Time::ZERO).latency_s
    };
    near("a miss in Europe", europe("").max, 0.090, 0.002);
    near("a miss there through the shield", europe("shield = true\nshield_latency = \"10ms\"").max, 0.110, 0.002);
    assert!(europe("").p50 < 0.001, "a hit there");
}
