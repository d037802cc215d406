//! Laws of caches: hit ratios against the known approximations, expiry, staleness, stampedes, and what each mode keeps or loses.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::sim::Frame;
use pressure_point::units::Time;
use support::{near, report, run};

/// Users who view and edit, a server that costs nothing, a cache, and a database that costs nothing where `db` does not say
/// otherwise.
fn design(classes: &str, rate: &str, duration: &str, cache: &str, db: &str, wires: &str) -> String {
    let free = ["read = \"0s\"", "write = \"0s\"", "concurrency = 100000", "connections = 1000000"];
    let said = |line: &&&str| !db.lines().any(|said| said.split(' ').next() == line.split(' ').next());
    let db = free.iter().filter(said).fold(db.to_owned(), |db, line| format!("{db}\n{line}"));
    format!(
        "version = 1\nduration = \"{duration}\"\n{classes}\n\
         [components.users]\nkind = \"clients\"\ntraffic = \"{rate}\"\n\
         [components.app]\nkind = \"server\"\ncores = 1000\nconcurrency = 1000000\ncapacity = 0\n\
         [components.cache]\nkind = \"cache\"\nlookup = \"0s\"\nconcurrency = 1000000\n{cache}\n\
         [components.db]\nkind = \"database\"\n{db}\n\
         [wires]\n\"users -> app\" = {{}}\n{wires}\n"
    )
}

const ASIDE: &str = "\"app -> cache\" = {}\n\"app -> db\" = {}";
const THROUGH: &str = "\"app -> cache\" = {}\n\"cache -> db\" = {}";

fn views(keys: u32, zipf: f64) -> String {
    format!("[classes.view]\ncpu = \"0s\"\nreads = 1\nkeys = {{ count = {keys}, zipf = {zipf} }}")
}

/// Views of `keys` keys, all equally popular, and edits of the same keys.
fn views_and_edits(keys: u32, view: f64, edit: f64) -> String {
    format!(
        "{}\nshare = {view}\n[classes.edit]\ncpu = \"0s\"\nwrites = 1\nshare = {edit}\nkeys = {{ of = \"view\", zipf = 0 }}",
        views(keys, 0.0)
    )
}

fn part<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(known, _)| known == name).expect("every design here has one").1
}

/// The popularity of each of `keys` keys under Zipf's law.
fn zipf(keys: u32, exponent: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=keys).map(|rank| f64::from(rank).powf(-exponent)).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// The hit ratio of a cache of `entries` where a key of popularity p is held with the share `held(p · T)`: the
/// characteristic time T is the one at which the shares add up to the entries.
fn characteristic(popularity: &[f64], entries: f64, held: fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1e12_f64);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        let sum: f64 = popularity.iter().map(|p| held(p * middle)).sum();
        if sum < entries { low = middle } else { high = middle }
    }
    popularity.iter().map(|p| p * held(p * low)).sum()
}

/// LRU: Che, Tung & Wang (2002).
fn lru(x: f64) -> f64 {
    1.0 - (-x).exp()
}

/// RANDOM and FIFO: Fricker, Robert & Roberts (2012), after Gelenbe (1973), who showed that both have the same hit ratio.
fn random(x: f64) -> f64 {
    x / (1.0 + x)
}

const KEYS: u32 = 2000;
const ZIPF: f64 = 0.9;

fn hit_ratio(cache: &str, seed: u64) -> f64 {
    let design = design(&views(KEYS, ZIPF), "8000/s", "20s", cache, "", ASIDE);
    part(&report(&design, seed, Time::from_secs(4)), "cache").hit_ratio.expect("it was asked")
}

#[test]
fn lru_hits_as_che_says() {
    for (entries, seed) in [(50, 1), (200, 2), (800, 3)] {
        let expected = characteristic(&zipf(KEYS, ZIPF), f64::from(entries), lru);
        let seen = hit_ratio(&format!("entries = {entries}"), seed);
        near(&format!("LRU of {entries}"), seen, expected, 0.015);
    }
}

#[test]
fn fifo_and_random_hit_as_gelenbe_and_fricker_say() {
    for (eviction, seed) in [("fifo", 1), ("random", 2)] {
        let expected = characteristic(&zipf(KEYS, ZIPF), 200.0, random);
        let seen = hit_ratio(&format!("entries = 200\neviction = \"{eviction}\""), seed);
        near(eviction, seen, expected, 0.015);
    }
}

/// When popularity stands still, frequency is the better guess: LFU lies between LRU and the best there can be, which is to
/// hold the most popular keys (Coffman & Denning 1973).
#[test]
fn lfu_beats_lru_when_popularity_stands_still() {
    for seed in 1..=3 {
        let best: f64 = zipf(KEYS, ZIPF).iter().take(200).sum();
        let (lfu, lru) = (hit_ratio("entries = 200\neviction = \"lfu\"", seed), hit_ratio("entries = 200", seed));
        assert!(lfu > lru + 0.3 * (best - lru) && lfu < best, "seed {seed}: LFU {lfu}, LRU {lru}, best {best}");
    }
}

/// A copy lives for its ttl from the miss that fetched it, so a key asked for λ times a second is found λT times for each miss:
/// λT / (1 + λT) (Jung, Berger & Balakrishnan 2003, for DNS).
#[test]
fn a_ttl_alone_hits_as_renewal_theory_says() {
    for (ttl, seconds, seed) in [("200ms", 0.2, 1), ("1s", 1.0, 2), ("5s", 5.0, 3)] {
        let popularity = zipf(KEYS, ZIPF);
        let expected: f64 = popularity.iter().map(|p| p * random(p * 8000.0 * seconds)).sum();
        // Longer than the longest ttl by far, after a warm-up of two of them.
        let design =
            design(&views(KEYS, ZIPF), "8000/s", "25s", &format!("entries = 5000\nttl = \"{ttl}\""), "", ASIDE);
        let seen = part(&report(&design, seed, Time::from_secs(10)), "cache").hit_ratio.expect("it was asked");
        near(&format!("hits with a ttl of {ttl}"), seen, expected, 0.01);
    }
}

#[test]
fn memory_holds_as_many_entries_as_fit() {
    // 200 entries of 2000 bytes and 64 more each.
    let (by_count, by_bytes) = (hit_ratio("entries = 200", 1), hit_ratio("memory = \"412.8KB\"", 1));
    assert_eq!(by_count, by_bytes);
    let large = format!("{}\nresponse = \"50KB\"\n{}", views(500, 0.5), views(500, 0.5).replace("view", "other"));
    let text = design(&large, "3000/s", "5s", "memory = \"1MB\"", "", ASIDE);
    let report = report(&text, 1, Time::from_secs(1));
    let cache = part(&report, "cache");
    assert!(cache.figures["memory_used"] <= 1e6 && cache.figures["memory_used"] > 0.9e6, "{:?}", cache.figures);
    assert!(cache.figures["evictions"] > 1000.0, "{:?}", cache.figures);
}

/// One key that nobody has, a request each millisecond, and a database that takes 99.5 ms: a hundred come before it answers.
fn stampede(cache: &str, wires: &str) -> (u64, f64) {
    let text = design(&views(1, 0.0), "1000/s", "1s", cache, "read = \"99.5ms\"", wires)
        .replace("kind = \"clients\"", "kind = \"clients\"\narrivals = \"even\"");
    let report = report(&text, 1, Time::ZERO);
    assert_eq!(report.requests.succeeded, report.requests.issued, "everyone is answered");
    (part(&report, "db").completions, part(&report, "cache").figures["coalesced"])
}

#[test]
fn a_stampede_is_one_read_for_each_who_misses_or_one_for_all() {
    let through = "mode = \"read-through\"";
    assert_eq!(stampede("", ASIDE), (100, 0.0));
    assert_eq!(stampede(through, THROUGH), (100, 0.0));
    assert_eq!(stampede("coalesce = true", ASIDE), (1, 99.0));
    assert_eq!(stampede(&format!("{through}\ncoalesce = true"), THROUGH), (1, 99.0));
}

/// Who fetches for all may be slow, or dead: after the lease the next may fetch, so a slow database sees one more read for each
/// lease that runs out.
#[test]
fn a_lease_that_runs_out_lets_the_next_one_fetch() {
    for (cache, wires) in [("", ASIDE), ("mode = \"read-through\"", THROUGH)] {
        // They set out at 1, 31, 61 and 91 ms; the first brings it.
        let (reads, _) = stampede(&format!("coalesce = true\nlease = \"30ms\"\n{cache}"), wires);
        assert_eq!(reads, 4, "{cache}");
    }
}

/// Copies that live for T and are not invalidated, of keys read at rate r and written at rate w, both Poisson. A copy of age a is
/// outdated with chance 1 − e^(−wa). In one life there is one miss and, on average, rT hits at ages spread evenly over 0..T, so
/// of all reads the share r (T − (1 − e^(−wT)) / w) / (1 + rT) is stale.
#[test]
fn without_invalidation_staleness_is_what_the_ttl_allows() {
    for (r, w, ttl) in [(4.0_f64, 0.5_f64, 2.0_f64), (10.0, 0.2, 1.0), (2.0, 2.0, 3.0)] {
        let keys = 400;
        let classes = views_and_edits(keys, r, w);
        let rate = format!("{}/s", (r + w) * f64::from(keys));
        let cache = format!("entries = 5000\ninvalidate = \"none\"\nttl = \"{}ms\"", ttl * 1e3);
        let text = design(&classes, &rate, "60s", &cache, "", ASIDE);
        let report = report(&text, 1, Time::from_secs(10));
        let cache = part(&report, "cache");
        let stale = cache.stale_reads.expect("a cache counts them") as f64 / report.classes[0].1.issued as f64;
        let expected = r * (ttl - (1.0 - (-w * ttl).exp()) / w) / (1.0 + r * ttl);
        near(&format!("stale share for r = {r}, w = {w}, T = {ttl}"), stale, expected, 0.03);
    }
}

#[test]
fn invalidation_without_races_is_never_stale() {
    for seed in 1..=3 {
        let text = design(&views_and_edits(50, 10.0, 3.0), "3000/s", "10s", "", "", ASIDE);
        let report = report(&text, seed, Time::ZERO);
        let cache = part(&report, "cache");
        assert_eq!(cache.stale_reads, Some(0), "seed {seed}");
        assert!(cache.hit_ratio > Some(0.5) && report.classes[1].1.succeeded > 1000, "seed {seed}: {cache:?}");
    }
}

/// Stale answers from 8 s on, of keys that were written only in the first 4 s.
fn stale_for_good(cache: &str, seed: u64) -> u32 {
    let wires = "\"users -> fast\" = { classes = [\"edit\"] }\n\"app -> cache\" = { latency = \"40ms\" }\n\"app -> db\" = {}\n\
                 \"fast -> cache\" = {}\n\"fast -> db\" = {}\n[components.fast]\nkind = \"server\"\n\
                 [[faults]]\nat = \"4s\"\ntarget = \"users -> fast\"\nfault = \"partition\"";
    let text = design(&views_and_edits(30, 10.0, 10.0), "2000/s", "12s", cache, "", wires)
        .replace("\"users -> app\" = {}", "\"users -> app\" = { classes = [\"view\"] }");
    let frames = run(&text, seed).1;
    frames.iter().filter(|frame| frame.index >= 80).map(|frame| frame.components[2].stale).sum()
}

/// A reader far from the cache reads version 1; a writer near it writes version 2 and deletes the key; then the reader's set of
/// version 1 arrives, and stays. A lease that the delete has made void stops it (Nishtala et al. 2013).
#[test]
fn a_slow_reader_sets_an_old_version_for_good_unless_leases_forbid_it() {
    for seed in 1..=3 {
        assert!(stale_for_good("", seed) > 100, "seed {seed}");
        assert_eq!(stale_for_good("coalesce = true", seed), 0, "seed {seed}");
    }
}

/// Between users who edit and view, and a database with latencies and random times, through a cache that also evicts.
#[test]
fn one_write_through_cache_is_never_stale() {
    let wires = "\"app -> cache\" = { latency = \"2ms\" }\n\"cache -> db\" = { latency = \"3ms\" }";
    let db = "read = \"exp(5ms)\"\nwrite = \"exp(8ms)\"\nconcurrency = 30";
    for (seed, coalesce) in [(1, "true"), (2, "false"), (3, "true"), (4, "false")] {
        let cache = format!("mode = \"write-through\"\nentries = 25\nttl = \"1s\"\ncoalesce = {coalesce}");
        let text = design(&views_and_edits(40, 10.0, 2.0), "2000/s", "10s", &cache, db, wires);
        let report = report(&text, seed, Time::ZERO);
        let cache = part(&report, "cache");
        assert_eq!(cache.stale_reads, Some(0), "seed {seed}");
        assert!(cache.hit_ratio > Some(0.3) && report.classes[1].1.succeeded > 1000, "seed {seed}: {cache:?}");
        let ended = report.classes.iter().map(|(_, class)| class.issued - class.succeeded).sum::<u64>();
        assert!(ended < 400, "seed {seed}: nobody waits for ever, but {ended} have no answer");
    }
}

/// Writes of keys that are hardly ever the same, into a cache that dies in the middle of an interval.
fn behind(settings: &str, seed: u64) -> (u64, u64, f64) {
    let classes = "[classes.edit]\ncpu = \"0s\"\nwrites = 1\nkeys = { count = 1000000, zipf = 0 }";
    let cache = format!("mode = \"write-behind\"\n{settings}");
    let crash = "[[faults]]\nat = \"5500ms\"\ntarget = \"cache\"\nfault = \"crash\"";
    let text = design(classes, "100/s", "10s", &cache, "", &format!("{THROUGH}\n{crash}"));
    let report = report(&text, seed, Time::ZERO);
    let lost = part(&report, "cache").figures["unwritten_lost"];
    (report.requests.succeeded, part(&report, "db").completions, lost)
}

#[test]
fn write_behind_loses_exactly_what_was_not_yet_written() {
    for seed in 1..=3 {
        let (confirmed, written, lost) = behind("flush_every = \"1s\"\nbatch = 1000", seed);
        assert_eq!(confirmed, written + lost as u64, "seed {seed}: confirmed, written, lost");
        assert!((20.0..90.0).contains(&lost), "seed {seed}: {lost} of half a second's 50");
        // At most 10 a second reach the database: the rest piles up.
        let (confirmed, written, lost) = behind("flush_every = \"1s\"\nbatch = 10", seed);
        assert_eq!((confirmed, written <= 50), (written + lost as u64, true), "seed {seed}");
        assert!(lost > 400.0, "seed {seed}: {lost}");
    }
}

#[test]
fn write_behind_spares_the_database_and_brings_it_everything_in_the_end() {
    // Ten keys, written a thousand times a second, flushed once a second.
    let classes = "[classes.edit]\ncpu = \"0s\"\nwrites = 1\nkeys = { count = 10, zipf = 0 }";
    let text = design(classes, "1000/s", "10500ms", "mode = \"write-behind\"", "write = \"100ms\"", THROUGH);
    let report = report(&text, 1, Time::ZERO);
    assert_eq!(part(&report, "db").completions, 100, "each key once in each interval");
    assert!(report.latency_s.max < 0.001, "nobody waits for the database: {}", report.latency_s.max);
    assert_eq!(part(&report, "cache").figures["unwritten_lost"], 0.0);
}

/// The most reads that the database gets in 100 ms, after the first fill.
fn peak(cache: &str) -> u32 {
    let text = design(&views(200, 0.0), "10000/s", "14s", cache, "", ASIDE);
    let frames: Vec<Frame> = run(&text, 1).1;
    frames.iter().filter(|frame| frame.index >= 20).map(|frame| frame.components[3].arrivals).max().unwrap_or(0)
}

/// What was filled in one breath expires in one breath, unless each entry has a ttl of its own.
#[test]
fn jitter_spreads_what_was_filled_together() {
    let (together, spread) = (peak("ttl = \"8s\""), peak("ttl = \"8s\"\nttl_jitter = \"50%\""));
    assert!(together > 100, "{together} of 200 keys in 100 ms");
    // Evenly over 8 s it would be 2.5 at a time.
    assert!(spread < 15, "{spread}");
}

/// One user who reads a key and writes it, again and again: stale reads, and look-ups that hit.
fn own_writes(cache: &str, wires: &str) -> (u64, f64) {
    let classes = "[classes.both]\ncpu = \"1ms\"\nreads = 1\nwrites = 1\nkeys = { count = 1, zipf = 0 }";
    let wires = wires.replace("{}", "{ latency = \"2ms\" }");
    let text = design(classes, "0/s", "10s", cache, "", &wires)
        .replace("kind = \"clients\"", "kind = \"clients\"\nusers = 1\nthink = \"10ms\"");
    let report = report(&text, 1, Time::ZERO);
    let cache = part(&report, "cache");
    assert!(report.requests.succeeded > 300);
    (cache.stale_reads.expect("a cache counts them"), cache.hit_ratio.expect("it was asked"))
}

#[test]
fn a_user_reads_their_own_writes_unless_nothing_invalidates() {
    assert_eq!(own_writes("", ASIDE), (0, 0.0), "what is deleted at each write is never found");
    let (stale, hits) = own_writes("invalidate = \"none\"", ASIDE);
    assert!(stale > 300 && hits > 0.99, "each is served what they wrote over: {stale}, {hits}");
    for mode in ["write-through", "write-behind"] {
        let (stale, hits) = own_writes(&format!("mode = \"{mode}\""), THROUGH);
        assert!(stale == 0 && hits > 0.99, "{mode}: {stale}, {hits}");
    }
    assert_eq!(own_writes("mode = \"read-through\"", THROUGH), (0, 0.0), "a write through it drops the key");
}

#[test]
fn a_cache_in_front_of_nothing_stands_aside() {
    // Read-through without a wire to a database: the server, which has one, does the reading.
    let aside = design(&views(500, 0.9), "2000/s", "5s", "entries = 100", "", ASIDE);
    let unwired = aside.replace("entries = 100", "entries = 100\nmode = \"read-through\"");
    let seen = |text: &str| part(&report(text, 1, Time::ZERO), "cache").hit_ratio;
    assert_eq!(seen(&aside), seen(&unwired));
}

#[test]
fn keys_are_shared_among_the_caches_of_a_server() {
    // Each key lives in one of two caches: together they hold as much as one of twice the size.
    let one = design(&views(1000, 0.8), "4000/s", "10s", "entries = 200", "", ASIDE);
    let two = design(
        &views(1000, 0.8),
        "4000/s",
        "10s",
        "entries = 100",
        "",
        &format!("{ASIDE}\n\"app -> cache-2\" = {{}}"),
    )
    .replace(
        "[wires]",
        "[components.cache-2]\nkind = \"cache\"\nlookup = \"0s\"\nconcurrency = 1000000\nentries = 100\n[wires]",
    );
    let reads = |text: &str| part(&report(text, 1, Time::from_secs(2)), "db").completions as f64;
    near("database reads", reads(&two), reads(&one), 0.03);
}

/// Busy places = operations a second · time of one: look-ups, sets after misses, and deletes after writes.
#[test]
fn every_operation_loads_the_cache() {
    let cache = "entries = 100\nlookup = \"1ms\"\nconcurrency = 10";
    let text = design(&views_and_edits(1000, 900.0, 100.0), "1000/s", "20s", cache, "", ASIDE)
        .replace("lookup = \"0s\"\nconcurrency = 1000000\n", "");
    let report = report(&text, 1, Time::ZERO);
    let (cache, db) = (part(&report, "cache"), part(&report, "db"));
    let (views, edits) = (report.classes[0].1.issued as f64, report.classes[1].1.issued as f64);
    let sets = db.completions as f64 - edits;
    assert!(sets > 0.8 * views, "most miss: {sets} of {views}");
    near("utilization", cache.utilization, (views + edits + sets) * 0.001 / 20.0 / 10.0, 0.01);
    near("arrivals", cache.arrivals as f64, views + edits, 0.001);
}

#[test]
fn a_cold_cache_sends_everyone_to_the_database() {
    for fault in ["restart", "cache-flush"] {
        let faults = format!("{ASIDE}\n[[faults]]\nat = \"5s\"\ntarget = \"cache\"\nfault = \"{fault}\"");
        let text = design(&views(500, 0.5), "4000/s", "10s", "boot = \"500ms\"", "", &faults);
        let frames = run(&text, 1).1;
        let reads = |from: usize, to: usize| {
            frames[from..to].iter().map(|frame| frame.components[3].arrivals).sum::<u32>() / (to - from) as u32
        };
        // All 500 keys are held, so nothing comes to the database; then everything does, until they are held again.
        assert_eq!(reads(45, 50), 0);
        assert!(reads(50, 51) > 150, "{fault}: {}", reads(50, 51));
        assert_eq!(reads(90, 100), 0, "{fault}");
        if fault == "restart" {
            assert!(reads(50, 55) > 380, "while it is down, every read goes there: {}", reads(50, 55));
        }
    }
}
