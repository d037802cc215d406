//! Laws of what stands before the servers: rate limits, duties of a balancer, API gateway, DNS, external APIs.

mod support;

use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::sim::{Frame, Happening};
use pressure_point::units::Time;
use support::{near, report, run};

/// Users → `front` → one ample server, with the front's kind and settings.
fn behind(front: &str, traffic: &str, wire: &str, duration: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.page]\ncpu = \"0s\"\n[components.users]\nkind = \"clients\"\n{traffic}\n\
         [components.front]\n{front}\n[components.app]\nkind = \"server\"\ncores = 100\nconcurrency = 1000000\n\
         [wires]\n\"users -> front\" = {{ {wire} }}\n\"front -> app\" = {{}}\n"
    )
}

fn balancer(settings: &str) -> String {
    format!("kind = \"load-balancer\"\nhealth = \"none\"\n{settings}")
}

#[track_caller]
fn part<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1
}

const EVEN_500: &str = "arrivals = \"even\"\ntraffic = \"500/s\"";

#[test]
fn a_rate_limit_lets_its_rate_through_and_refuses_the_rest_at_once() {
    for (algorithm, expected) in [
        // 10 at first and 50 a second for 20 s.
        ("token-bucket", 1010),
        // Ten may wait in the bucket; those still in it at the end are not through.
        ("leaky-bucket", 1000),
        ("fixed-window", 1000),
        // The window is a sixteenth longer than it says, so that the limit always holds.
        ("sliding-window", 950),
    ] {
        let limit = format!("limit = {{ algorithm = \"{algorithm}\", rate = \"50/s\", burst = 10 }}");
        for kind in ["load-balancer", "api-gateway"] {
            let seen = report(&behind(&format!("kind = \"{kind}\"\n{limit}"), EVEN_500, "", "20s"), 1, Time::ZERO);
            let passed = part(&seen, "app").arrivals;
            assert!(passed.abs_diff(expected) <= if expected == 950 { 20 } else { 1 }, "{kind}, {algorithm}: {passed}");
            let refused = seen.requests.failed.refused;
            assert_eq!(refused as f64, part(&seen, "front").figures["limited"], "{kind}, {algorithm}");
            assert_eq!(refused + seen.requests.succeeded + seen.requests.in_flight, seen.requests.issued);
        }
    }
}

#[test]
fn a_limit_per_client_spares_the_others() {
    let bot = "traffic = \"20/s\"\n[components.bot]\nkind = \"clients\"\ntraffic = \"0/s\"\nusers = 1\nthink = \"2ms\"";
    let text = |per: &str| {
        let limit = format!("limit = {{ rate = \"30/s\", burst = 10, per = \"{per}\" }}");
        behind(&balancer(&limit), bot, "", "30s") + "\"bot -> front\" = {}\n"
    };
    let ended = |text: &str| {
        let frames = run(text, 1).1;
        let of = |users: usize| {
            let users = frames.iter().map(move |frame| &frame.users[users]);
            users.fold((0, 0), |(good, refused), users| (good + users.succeeded, refused + users.refused))
        };
        (of(0), of(1))
    };
    let ((_, refused), _) = ended(&text("global"));
    assert!(refused > 300, "the bot takes the people's tokens: {refused}");
    let ((_, refused), (bots, refused_bots)) = ended(&text("client"));
    assert_eq!(refused, 0);
    assert!((900..=911).contains(&bots) && refused_bots > 5000, "{bots} and {refused_bots}");
}

#[test]
fn shaping_delays_what_a_limit_would_refuse_and_lets_it_on_evenly() {
    let burst = "arrivals = \"even\"\ntraffic = [[\"0s\", \"400/s\"], [\"1s\", \"400/s\"], [\"1s\", \"0/s\"]]";
    let text = behind(&balancer("shape = { rate = \"50/s\", capacity = 1000 }"), burst, "", "20s");
    let (_, frames) = run(&text, 1);
    let per_frame: Vec<u32> = frames.iter().map(|frame| frame.wires[1].attempts).collect();
    // 400 requests leave at 50 a second: five in each tenth of a second, for eight seconds.
    assert!(per_frame[1..79].iter().all(|count| *count == 5), "{per_frame:?}");
    assert_eq!(per_frame.iter().sum::<u32>(), 399, "none was refused");
    // The last one waited 399/50 − 399/400 s.
    let seen = report(&text, 1, Time::ZERO);
    near("the longest wait", seen.latency_s.max, 7.0, 0.01);
    near("the mean wait", part(&seen, "front").mean_wait_s, 3.5, 0.02);
    // By Little's law the mean number held back is all waiting over the time.
    near("held back", part(&seen, "front").mean_queue_length, 3.5 * 400.0 / 20.0, 0.02);
    let small = behind(&balancer("shape = { rate = \"50/s\", capacity = 30 }"), burst, "", "20s");
    let seen = report(&small, 1, Time::ZERO);
    assert!(seen.requests.failed.shed > 300 && part(&seen, "front").shed == seen.requests.failed.shed);
}

#[test]
fn handshakes_cost_cpu_and_a_round_trip_for_those_who_come_anew() {
    // 200 users who each ask every 2 s or so, and whose connections stay open for 2 s when idle.
    let users = "traffic = \"0/s\"\nusers = 200\nthink = \"exp(2s)\"";
    let tls = "cores = 1\ntls = { handshake = \"5ms\", keep_alive = \"2s\" }";
    let seen = report(&behind(&balancer(tls), users, "latency = \"25ms\"", "600s"), 1, Time::from_secs(20));
    let front = part(&seen, "front");
    let (rate, handshakes) = (front.arrivals as f64 / 580.0, front.figures["handshakes"]);
    // Requests of one user come nearly as a Poisson process: a gap is longer than 2 s with chance exp(−2 s · rate).
    let fresh = (-2.0 * rate / 200.0).exp();
    near("handshakes a request", handshakes / front.arrivals as f64, fresh, 0.03);
    near("utilization", front.utilization, handshakes / 580.0 * 0.005, 0.01);
    // There and back, and once more for a handshake; a little waiting for the core comes on top (M/D/1).
    let rho = front.utilization;
    let handshake = 0.050 + 0.005 + rho * 0.005 / (2.0 * (1.0 - rho));
    near("latency", seen.latency_s.mean, 0.050 + fresh * handshake, 0.02);
    let open = tls.replace("\"2s\"", "\"1h\"");
    let open = report(&behind(&balancer(&open), users, "", "60s"), 1, Time::ZERO);
    assert_eq!(part(&open, "front").figures["handshakes"], 200.0, "each user opens one connection");
}

#[test]
fn a_crash_closes_all_connections() {
    let users = "traffic = \"0/s\"\nusers = 300\nthink = \"exp(1s)\"";
    let tls = "tls = { handshake = \"1ms\", keep_alive = \"10m\" }";
    let text = behind(&balancer(tls), users, "", "60s")
        + "[[faults]]\nat = \"30s\"\ntarget = \"front\"\nfault = \"crash\"\nfor = \"1s\"\n";
    let seen = report(&text, 1, Time::ZERO);
    assert_eq!(part(&seen, "front").figures["handshakes"], 600.0, "everybody comes back and shakes hands again");
}

/// A balancer that looks into requests for 1 ms on one core serves a thousand a second and waits as an M/D/1 queue.
#[test]
fn a_balancer_has_a_capacity_of_its_own() {
    let filter = "cores = 1\nconcurrency = 200\ncapacity = 100\nfilter = { cpu = \"1ms\" }";
    let text = |rate: u32| behind(&balancer(filter), &format!("traffic = \"{rate}/s\""), "", "200s");
    let calm = report(&text(800), 1, Time::from_secs(10));
    near("Wq", part(&calm, "front").mean_wait_s, 0.8 * 0.001 / (2.0 * 0.2), 0.05);
    near("ρ", part(&calm, "front").utilization, 0.8, 0.01);
    let over = report(&text(1500), 1, Time::from_secs(10));
    let front = part(&over, "front");
    near("throughput", front.completions as f64 / 190.0, 1000.0, 0.005);
    near("ρ", front.utilization, 1.0, 0.001);
    near("shed", front.shed as f64 / 190.0, 500.0, 0.03);
    // Without duties it passes on whatever comes.
    let free = report(&behind(&balancer(""), "traffic = \"1500/s\"", "", "20s"), 1, Time::ZERO);
    assert!(part(&free, "front").shed == 0 && part(&free, "front").utilization == 0.0);
}

#[test]
fn slots_are_held_until_the_answer_is_back() {
    // Little's law: 100 a second, each away for 0.2 s, hold 20 slots; with 10 of them only 50 a second get through.
    let text = behind(&balancer("concurrency = 10\ncapacity = 0"), "traffic = \"100/s\"", "", "200s")
        .replace("\"front -> app\" = {}", "\"front -> app\" = { latency = \"100ms\" }");
    let seen = report(&text, 1, Time::from_secs(10));
    // Erlang B: 20 erlangs offered to 10 slots, whatever the holding time's distribution.
    let lost = (1..=10).fold(1.0, |b, k| 20.0 * b / (f64::from(k) + 20.0 * b));
    near("loss", part(&seen, "front").shed as f64 / part(&seen, "front").arrivals as f64, lost, 0.03);
    near("busy slots", part(&seen, "front").utilization, 2.0 * (1.0 - lost), 0.02);
}

#[test]
fn a_filter_blocks_its_classes_and_nothing_else() {
    let text = behind(&balancer("filter = { classes = [\"bots\"] }"), "traffic = \"300/s\"", "", "20s")
        .replace("[classes.page]", "[classes.bots]\nshare = 2\n[classes.page]");
    let seen = report(&text, 1, Time::ZERO);
    let class = |name: &str| seen.classes.iter().find(|(known, _)| known == name).map(|(_, class)| class);
    let (bots, page) = (class("bots").expect("declared"), class("page").expect("declared"));
    assert!(bots.succeeded == 0 && bots.issued > 3500);
    assert_eq!(part(&seen, "app").arrivals, page.issued);
    assert_eq!(seen.requests.failed.refused, bots.issued);
    assert_eq!(part(&seen, "front").figures["filtered"], bots.issued as f64);
}

#[test]
fn compression_saves_bytes_for_cpu_time() {
    let text = behind(
        &balancer("cores = 2\ncompression = { ratio = \"25%\", cpu = \"20ms\" }"),
        "traffic = \"200/s\"",
        "",
        "100s",
    )
    .replace("cpu = \"0s\"", "cpu = \"0s\"\nresponse = \"200KB\"");
    let seen = report(&text, 1, Time::ZERO);
    let front = part(&seen, "front");
    near("bytes saved", front.figures["bytes_saved"], front.completions as f64 * 150_000.0, 1e-3);
    // 0.2 MB at 20 ms a megabyte.
    near("ρ", front.utilization, front.completions as f64 / 100.0 * 0.004 / 2.0, 0.001);
    let tiny = report(&text.replace("\"200KB\"", "\"500B\""), 1, Time::ZERO);
    assert_eq!(part(&tiny, "front").figures["bytes_saved"], 0.0, "not worth it");
}

/// Static answers, 50 keys of one popularity, kept for 10 s: a key is fetched once, and again when its copy is too old.
#[test]
fn a_balancer_keeps_copies_of_static_answers() {
    let text = behind(&balancer("cache = { entries = 100, ttl = \"10s\" }"), "traffic = \"500/s\"", "", "100s")
        .replace(
            "cpu = \"0s\"",
            "cpu = \"0s\"\nstatic = true\nkeys = { count = 50, zipf = 0.0 }\n[classes.page]\nshare = 1",
        );
    let text = text.replacen("[classes.page]", "[classes.pictures]", 1);
    let seen = report(&text, 1, Time::ZERO);
    let class = |name: &str| seen.classes.iter().find(|(known, _)| known == name).expect("declared").1.issued;
    let fetched = part(&seen, "app").arrivals - class("page");
    // Each key is asked for five times a second, so it is fetched every 10.2 s: the tenth time at 92 s or so.
    near("fetches", fetched as f64, 50.0 * 10.0, 0.01);
    let ratio = part(&seen, "front").hit_ratio.expect("it keeps copies");
    near("misses", 1.0 - ratio, fetched as f64 / class("pictures") as f64, 0.001);
    // Room for half of the keys, all equally popular: half of the requests hit.
    let small =
        report(&text.replace("entries = 100", "entries = 25").replace("\"10s\"", "\"none\""), 1, Time::from_secs(5));
    near("hits", part(&small, "front").hit_ratio.expect("it keeps copies"), 0.5, 0.03);
}

#[test]
fn copies_of_what_changes_are_counted_as_stale() {
    let text = "version = 1\nduration = \"60s\"\n[classes.article]\nshare = 99\nreads = 1\nstatic = true\nkeys = { count = 20 }\n\
                [classes.edit]\nshare = 1\nwrites = 1\nkeys = { of = \"article\" }\n[components.users]\nkind = \"clients\"\ntraffic = \"200/s\"\n\
                [components.front]\nkind = \"load-balancer\"\ncache = { ttl = \"5s\" }\n[components.app]\nkind = \"server\"\n[components.db]\n\
                kind = \"database\"\n[wires]\n\"users -> front\" = {}\n\"front -> app\" = {}\n\"app -> db\" = {}\n";
    let stale = |text: &str| part(&report(text, 1, Time::ZERO), "front").stale_reads.expect("it keeps copies");
    let (long, short) = (stale(text), stale(&text.replace("\"5s\"", "\"500ms\"")));
    assert!(short > 0 && long > 3 * short, "an older copy is more often out of date: {long} and {short}");
}

/// A gateway before two services and a rest.
fn gateway(settings: &str, traffic: &str) -> String {
    format!(
        "version = 1\nduration = \"60s\"\n[classes.pay]\nshare = 1\n[classes.feed]\nshare = 3\n[classes.other]\nshare = 2\n\
         [components.users]\nkind = \"clients\"\n{traffic}\n[components.gate]\nkind = \"api-gateway\"\n{settings}\n\
         [components.payments]\nkind = \"server\"\n[components.feeds]\nkind = \"server\"\n[components.rest]\nkind = \"server\"\n[wires]\n\
         \"users -> gate\" = {{}}\n\"gate -> payments\" = {{ classes = [\"pay\"] }}\n\"gate -> feeds\" = {{ classes = [\"feed\"] }}\n\
         \"gate -> rest\" = {{}}\n"
    )
}

#[test]
fn a_gateway_routes_by_class_and_the_rest_to_the_rest() {
    let seen = report(&gateway("auth = \"none\"", "traffic = \"300/s\""), 1, Time::ZERO);
    for (class, service) in [("pay", "payments"), ("feed", "feeds"), ("other", "rest")] {
        let issued = seen.classes.iter().find(|(known, _)| known == class).expect("declared").1.issued;
        assert_eq!(part(&seen, service).arrivals, issued, "{class} goes to {service} and nowhere else");
    }
    // Without a wire for the rest, what no wire names has no route.
    let text = gateway("auth = \"none\"", "traffic = \"300/s\"").replace("\"gate -> rest\" = {}\n", "");
    let seen = report(&text, 1, Time::ZERO);
    let other = &seen.classes.iter().find(|(known, _)| known == "other").expect("declared").1;
    assert!(other.succeeded == 0 && seen.requests.failed.failed == other.issued);
}

#[test]
fn a_gateway_logs_each_user_in_once_a_token() {
    let auth = "cores = 1\nauth = { verify = \"1ms\", login = \"10ms\", token = \"20s\" }";
    let users = "traffic = \"0/s\"\nusers = 100\nthink = \"exp(500ms)\"";
    let seen = report(&gateway(auth, users), 1, Time::ZERO);
    let gate = part(&seen, "gate");
    let logins = gate.figures["logins"];
    // In 60 s a token of 20 s is renewed at the first request after 20 s and 40 s, half a second later on average.
    assert!((280.0..=300.0).contains(&logins), "{logins}");
    let busy = (logins * 0.010 + (gate.arrivals as f64 - logins) * 0.001) / 60.0;
    near("ρ", gate.utilization, busy, 0.01);
}

/// Two regions behind DNS; `west` dies at 30 s.
fn regions(dns: &str, duration: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.page]\ncpu = \"1ms\"\n[components.users]\nkind = \"clients\"\ntraffic = \"200/s\"\n\
         [components.dns]\nkind = \"dns\"\n{dns}\n[components.west]\nkind = \"server\"\n[components.east]\nkind = \"server\"\n[wires]\n\
         \"users -> dns\" = {{}}\n\"dns -> west\" = {{ latency = \"10ms\" }}\n\"dns -> east\" = {{ latency = \"50ms\" }}\n"
    )
}

/// In which seconds requests failed, by frame: the first and the last.
fn troubled(frames: &[Frame]) -> Option<(f64, f64)> {
    let lost = |frame: &&Frame| frame.users.iter().any(|users| users.lost() > 0);
    let mut indices = frames.iter().filter(lost).map(|frame| f64::from(frame.index) / 10.0);
    let first = indices.next()?;
    Some((first, indices.next_back().unwrap_or(first) + 0.1))
}

#[test]
fn users_leave_a_dead_region_when_their_answers_expire() {
    let crash = "[[faults]]\nat = \"30s\"\ntarget = \"west\"\nfault = \"crash\"\n";
    for (seed, ttl) in [(1, 5.0), (2, 5.0), (3, 20.0), (4, 20.0)] {
        for policy in ["failover", "geographic", "latency"] {
            let dns = format!(
                "policy = \"{policy}\"\nttl = \"{ttl}s\"\nlookup = \"20ms\"\nhealth = {{ interval = \"1s\", timeout = \"500ms\" }}"
            );
            let frames = run(&(regions(&dns, "80s") + crash), seed).1;
            let (first, last) = troubled(&frames).expect("a dead region hurts");
            // Two probes find it out within 2 s; the last resolver asked just before that, and once more after its ttl.
            let within = 30.0 + 2.0 + ttl + 0.2;
            assert!(first >= 30.0 && last <= within, "{policy}, ttl {ttl}: {first} to {last}");
            assert!(last > 30.0 + ttl * 0.8, "{policy}, ttl {ttl}: resolvers kept the dead address only until {last}");
        }
    }
}

#[test]
fn a_dead_dns_is_missed_only_when_answers_expire() {
    let crash = "[[faults]]\nat = \"30s\"\ntarget = \"dns\"\nfault = \"crash\"\n";
    let dns = "policy = \"failover\"\nttl = \"10s\"\nlookup = \"20ms\"\nresolvers = 50";
    let frames = run(&(regions(dns, "60s") + crash), 1).1;
    let (first, _) = troubled(&frames).expect("in the end it is missed");
    let lost_at = |second: usize| {
        let users = frames[second * 10..(second + 1) * 10].iter().map(|frame| &frame.users[0]);
        let (lost, issued) = users.fold((0, 0), |(lost, issued), users| (lost + users.lost(), issued + users.issued));
        f64::from(lost) / f64::from(issued)
    };
    assert!(first >= 30.0, "{first}");
    assert!(lost_at(30) < 0.9 && lost_at(45) == 1.0, "{} and {}", lost_at(30), lost_at(45));
    let before: u32 = frames[..300].iter().map(|frame| frame.users[0].lost()).sum();
    assert_eq!(before, 0);
}

#[test]
fn dns_asks_once_a_ttl_and_keeps_to_its_weights() {
    let dns = "policy = \"weighted\"\nttl = \"10s\"\nlookup = \"20ms\"\nresolvers = 400";
    let text = regions(dns, "100s").replace("\"50ms\"", "\"50ms\", weight = 3").replace("\"200/s\"", "\"2000/s\"");
    let seen = report(&text, 1, Time::ZERO);
    let lookups = part(&seen, "dns").figures["lookups"];
    // 400 in the beginning; then, in a stationary renewal process, one every 10 s and a fifth, as five users a second ask.
    near("look-ups", lookups, 400.0 * (1.0 + 100.0 / 10.2), 0.02);
    let share = part(&seen, "east").arrivals as f64 / seen.requests.issued as f64;
    // 4000 answers in turn, 3 of 4 for the east; users are not spread over resolvers quite evenly.
    assert!((share - 0.75).abs() < 0.01, "{share}");
    // All but the first of ten seconds' worth of requests need no look-up.
    near("latency", seen.latency_s.p50, 0.101, 0.02);
}

#[test]
fn the_nearest_region_answers_and_latency_notices_a_slow_one() {
    let share = |policy: &str, extra: &str| {
        let dns = format!("policy = \"{policy}\"\nttl = \"2s\"\nhealth = {{ interval = \"500ms\", timeout = \"5s\" }}");
        let seen = report(&(regions(&dns, "60s") + extra), 1, Time::from_secs(30));
        part(&seen, "west").arrivals as f64 / seen.requests.issued as f64
    };
    // But for requests on their way at either end.
    assert!(share("geographic", "") > 0.995, "10 ms is nearer than 50 ms");
    assert!(share("latency", "") > 0.995);
    let slow = "[[faults]]\nat = \"10s\"\ntarget = \"dns -> west\"\nfault = \"slow-down\"\nfactor = 20\n";
    assert_eq!(share("latency", slow), 0.0, "200 ms is more than 50 ms");
}

/// Users in three places; `front` leads to a server in the east and one in the west, 40 ms and more apart.
fn world(front: &str) -> String {
    format!(
        "version = 1\nduration = \"40s\"\n[classes.page]\ncpu = \"0s\"\n[regions]\n\"east -> west\" = \"40ms\"\n\"east -> south\" = \"20ms\"\n\
         \"west -> south\" = \"60ms\"\n[components.easterners]\nkind = \"clients\"\nregion = \"east\"\ntraffic = \"50/s\"\n\
         [components.westerners]\nkind = \"clients\"\nregion = \"west\"\ntraffic = \"70/s\"\n[components.southerners]\nkind = \"clients\"\n\
         region = \"south\"\ntraffic = \"90/s\"\n[components.front]\n{front}\n[components.east-1]\nkind = \"server\"\nregion = \"east\"\n\
         cores = 100\n[components.west-1]\nkind = \"server\"\nregion = \"west\"\ncores = 100\n[wires]\n\"easterners -> front\" = {{}}\n\
         \"westerners -> front\" = {{}}\n\"southerners -> front\" = {{}}\n\"front -> west-1\" = {{}}\n\"front -> east-1\" = {{}}\n"
    )
}

/// Issued and mean latency of the users of each place.
fn by_place(text: &str) -> Vec<(u64, f64)> {
    let frames = run(text, 1).1;
    let of = |users: usize| {
        let all = frames[50..].iter().map(move |frame| &frame.users[users]);
        let (issued, time, answered) = all.fold((0, 0.0, 0), |(issued, time, answered), users| {
            let sum: f64 = users.latency.latencies().map(|(us, count)| f64::from(us) * f64::from(count) / 1e6).sum();
            (issued + u64::from(users.issued), time + sum, answered + users.succeeded)
        });
        (issued, time / f64::from(answered))
    };
    (0..3).map(of).collect()
}

/// The distance to the users is that of their own region, though DNS (and a balancer for all the world) stands nowhere.
#[test]
fn users_go_to_the_region_nearest_to_them() {
    let dns = "kind = \"dns\"\npolicy = \"geographic\"\nlookup = \"0s\"";
    let anycast = "kind = \"load-balancer\"\nstrategy = \"geographic\"";
    let latency = "kind = \"dns\"\npolicy = \"latency\"\nlookup = \"0s\"\nttl = \"1s\"";
    for front in [dns, anycast, latency] {
        let places = by_place(&world(front));
        for ((_, seen), expected) in places.iter().zip([0.0, 0.0, 0.040]) {
            assert!((seen - expected).abs() < 0.001, "{front}: {places:?}");
        }
        let seen = report(&world(front), 1, Time::from_secs(5));
        let (east, west) = (part(&seen, "east-1").arrivals, part(&seen, "west-1").arrivals);
        assert!(east.abs_diff(places[0].0 + places[2].0) <= 10, "{front}: easterners and southerners, not {east}");
        assert!(west.abs_diff(places[1].0) <= 10, "{front}: westerners, not {west}");
    }
    // Sent to the wrong side of the world, they wait for the way there and back.
    let places = by_place(&world("kind = \"dns\"\npolicy = \"failover\"\nlookup = \"0s\""));
    for ((_, seen), expected) in places.iter().zip([0.080, 0.0, 0.120]) {
        assert!((seen - expected).abs() < 0.001 + expected * 0.01, "failover: {places:?}");
    }
}

/// A balancer that stands in a region sends each user to a backend of the user's own region first.
#[test]
fn a_balancer_in_a_region_prefers_the_users_own() {
    let text = world("kind = \"load-balancer\"\nstrategy = \"geographic\"\nregion = \"east\"");
    let seen = report(&text, 1, Time::ZERO);
    let issued = |users: &str| part(&seen, users).arrivals;
    assert!(part(&seen, "west-1").arrivals.abs_diff(issued("westerners")) <= 10);
    assert!(part(&seen, "east-1").arrivals.abs_diff(issued("easterners") + issued("southerners")) <= 10);
}

#[test]
fn compressed_answers_take_less_of_a_line() {
    // 100 answers a second of 100 kB fill a line of 8 MB/s more than once over; compressed to a quarter they fit.
    let text = |duty: &str| {
        behind(&balancer(duty), "traffic = \"100/s\"", "bandwidth = \"8MB\"", "30s")
            .replace("cpu = \"0s\"", "cpu = \"0s\"\nresponse = \"100KB\"")
    };
    let plain = report(&text(""), 1, Time::ZERO);
    let small = report(&text("compression = { ratio = \"25%\", cpu = \"1ms\" }"), 1, Time::ZERO);
    assert!(plain.latency_s.p50 > 1.0, "{}", plain.latency_s.p50);
    // M/D/1 at the line: 25 kB take 3.125 ms, 100 a second.
    let (s, rho) = (0.003125, 0.3125);
    near("latency", small.latency_s.mean, 0.0001 + s + rho * s / (2.0 * (1.0 - rho)), 0.05);
}

#[test]
fn a_third_party_limits_and_bills() {
    let text = |limit: &str| {
        format!(
            "version = 1\nduration = \"60s\"\n[classes.pay]\ncpu = \"1ms\"\n[components.users]\nkind = \"clients\"\ntraffic = \"100/s\"\n\
             [components.app]\nkind = \"server\"\nconcurrency = 10000\n[components.bank]\nkind = \"external\"\nlatency = \"exp(150ms)\"\n\
             price = \"$2000\"\n{limit}\n[wires]\n\"users -> app\" = {{}}\n\"app -> bank\" = {{ latency = \"30ms\" }}\n"
        )
    };
    let free = report(&text("limit = \"none\""), 1, Time::ZERO);
    near("latency", free.latency_s.mean, 0.211, 0.03);
    near("spent", part(&free, "bank").figures["spent"], part(&free, "bank").completions as f64 * 0.002, 1e-3);
    let limited = report(&text("limit = { rate = \"40/s\", burst = 20 }"), 1, Time::ZERO);
    let bank = part(&limited, "bank");
    assert!((bank.completions as f64 - 2420.0).abs() < 15.0, "{}", bank.completions);
    // But for those whose answer is on its way at the end.
    let unseen = bank.figures["limited"] - limited.requests.failed.refused as f64;
    assert!((0.0..20.0).contains(&unseen), "what it refuses, users see: {unseen}");
    let crowded = report(&text("limit = \"none\"\nconcurrency = 10\ncapacity = 0"), 1, Time::ZERO);
    // Erlang B again: 15 erlangs offered to 10.
    let lost = (1..=10).fold(1.0, |b, k| 15.0 * b / (f64::from(k) + 15.0 * b));
    near("loss", part(&crowded, "bank").shed as f64 / part(&crowded, "bank").arrivals as f64, lost, 0.06);
}

/// Whether one kind may call another, and the reason where it may not.
fn may_call(caller: &str, callee: &str) -> Result<(), String> {
    let text = format!("version = 1\n[components.a]\nkind = \"{caller}\"\n[components.b]\nkind = \"{callee}\"\n");
    pressure_point::design::may_connect(&support::read(&text), "a", "b")
}

#[test]
fn who_may_call_whom_at_the_front() {
    for (caller, callee) in [
        ("clients", "dns"),
        ("clients", "api-gateway"),
        ("dns", "load-balancer"),
        ("dns", "api-gateway"),
        ("dns", "server"),
        ("dns", "object-storage"),
        ("load-balancer", "api-gateway"),
        ("api-gateway", "load-balancer"),
        ("api-gateway", "external"),
        ("server", "external"),
        ("server", "api-gateway"),
    ] {
        assert_eq!(may_call(caller, callee), Ok(()), "{caller} -> {callee}");
    }
    for (caller, callee) in [
        ("load-balancer", "dns"),
        ("dns", "dns"),
        ("server", "dns"),
        ("clients", "external"),
        ("dns", "external"),
        ("external", "server"),
        ("api-gateway", "database"),
        ("api-gateway", "cache"),
        ("dns", "database"),
    ] {
        let why = may_call(caller, callee).expect_err(&format!("{caller} -> {callee}"));
        assert!(why.len() > 30, "{caller} -> {callee} is refused for a reason: {why}");
    }
}

#[test]
fn a_class_without_a_route_is_remarked() {
    let whole = support::read(&gateway("", "traffic = \"1/s\""));
    assert_eq!(pressure_point::design::remarks(&whole), []);
    let text = gateway("", "traffic = \"1/s\"").replace("\"gate -> rest\" = {}\n", "\"feeds -> rest\" = {}\n");
    let remarks = pressure_point::design::remarks(&support::read(&text));
    assert!(remarks.len() == 1 && remarks[0].message.contains("`other` has no route"), "{remarks:?}");
}

#[test]
fn duties_can_be_switched_on_and_off_in_mid_run() {
    use pressure_point::sim::{Change, Replay};
    let plain = behind(&balancer(""), "traffic = \"400/s\"", "timeout = \"1s\"", "20s")
        .replace("\"front -> app\" = {}", "\"front -> app\" = { latency = \"200ms\" }");
    let busy = plain.replace(
        "health = \"none\"",
        "health = \"none\"\ncores = 1\nconcurrency = 60\ncapacity = 10\nfilter = { cpu = \"1ms\" }\nlimit = {}",
    );
    let mut replay = Replay::new(support::read(&plain));
    let mut frames = Vec::new();
    for (second, text) in [(5, &busy), (10, &plain), (15, &busy)] {
        frames.extend(replay.run(Time::from_secs(second), u64::MAX).0);
        replay.change(Time::from_secs(second), Change::Design(Box::new(support::read(text))));
    }
    frames.extend(replay.run(Time::from_secs(20), u64::MAX).0);
    let (issued, ended) = frames
        .iter()
        .flat_map(|frame| &frame.users)
        .fold((0, 0), |(issued, ended), users| (issued + users.issued, ended + users.succeeded + users.lost()));
    assert_eq!(issued, ended + frames.last().expect("it ran").users[0].in_flight);
    let held = frames.last().expect("it ran").components[1].held;
    assert!(held > 5.0 && held <= 60.0, "slots are held and none is held twice: {held}");
    assert!(!frames.iter().flat_map(|frame| &frame.log).any(|entry| matches!(entry.what, Happening::Stopped(_))));
}
