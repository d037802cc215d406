//! What the tests share: running a design's text with the real engine, and designs at random.
#![allow(dead_code)]

pub mod traces;

use pressure_point::design::{self, Design};
use pressure_point::metrics::Report;
use pressure_point::sim::{Frame, Ledger, Simulation};
use pressure_point::units::Time;

/// Reads a design; a problem fails the test with its words.
#[track_caller]
pub fn read(text: &str) -> Design {
    design::read(text).unwrap_or_else(|problems| {
        let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", words.join("\n"))
    })
}

/// Runs a design with this seed to its end.
#[track_caller]
pub fn run(text: &str, seed: u64) -> (Simulation, Vec<Frame>) {
    run_design(&Design { seed, ..read(text) }, Time::ZERO)
}

/// Runs a design to its end.
pub fn run_design(design: &Design, warmup: Time) -> (Simulation, Vec<Frame>) {
    let mut simulation = Simulation::new(design, Some(warmup));
    let frames = std::iter::from_fn(|| simulation.frame()).collect();
    (simulation, frames)
}

/// The report of a run.
#[track_caller]
pub fn report(text: &str, seed: u64, warmup: Time) -> Report {
    let (simulation, _) = run_design(&Design { seed, ..read(text) }, warmup);
    Report::of(&simulation).expect("totals were asked for")
}

/// A run of a design with a queue called `jobs`, with its report and what became of its messages: none is lost from the books.
#[track_caller]
pub fn run_queue(text: &str, seed: u64, warmup: Time) -> (Simulation, Vec<Frame>, Report, Ledger) {
    let (simulation, frames) = run_design(&Design { seed, ..read(text) }, warmup);
    let report = Report::of(&simulation).expect("totals were asked for");
    let ledger = simulation.ledger("jobs").expect("every design here has a queue");
    assert_eq!(ledger.published, ledger.left() + ledger.waiting + ledger.in_hand, "seed {seed}: {ledger:?}");
    (simulation, frames, report, ledger)
}

/// Fails if a figure is further from what theory expects than this share of it.
#[track_caller]
pub fn near(what: &str, seen: f64, expected: f64, tolerance: f64) {
    let off = (seen / expected - 1.0).abs();
    assert!(off <= tolerance, "{what}: {seen} instead of {expected}, off by {:.2}%", off * 100.0);
}

/// A design at random, from a seed: every pair of kinds that may meet does so sooner or later, with policies and faults
/// of all sorts. Small rates, so that hundreds run in a test.
pub fn random_design(seed: u64) -> Design {
    random_design_of(seed, &favourites(seed))
}

/// The same without the settings that came after histories were recorded: those must stay what they are.
pub fn random_design_of_old(seed: u64) -> Design {
    draw_design(seed, &favourites(seed), None)
}

fn favourites(seed: u64) -> Vec<&'static str> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..4).map(|_| dice.pick(design::Kind::WORDS)).collect()
}

/// A design at random in which half of the components are of these kinds: among so many kinds, two that work together
/// would seldom meet otherwise.
pub fn random_design_of(seed: u64, favourites: &[&str]) -> Design {
    draw_design(seed, favourites, Some(Dice(seed.wrapping_mul(0xd134_2543_de82_ef95) | 1)))
}

/// `newer` draws what came later, by dice of its own: so all else stays as it was.
fn draw_design(seed: u64, favourites: &[&str], mut newer: Option<Dice>) -> Design {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut text = format!("version = 1\nseed = {seed}\nduration = \"{}s\"\n", 5 + dice.below(15));
    for class in 0..1 + dice.below(3) {
        text += &format!(
            "[classes.c{class}]\nshare = {}\ncpu = \"{}\"\nreads = {}\nwrites = {}\n{}keys = {{ count = {}, zipf = 0.9{} }}\n",
            1 + dice.below(9),
            dice.pick(&["exp(3ms)", "2ms", "lognormal(4ms, 2)", "0s", "pareto(3ms, 2.5)"]),
            dice.below(4),
            dice.below(3),
            dice.pick(&["", "transaction = true\n"]),
            1 + dice.below(300),
            if class > 0 { dice.pick(&["", ", of = \"c0\""]) } else { "" },
        );
        text += dice.pick(&["", "", "static = true\n"]);
        text += dice.pick(&["", "criticality = \"low\"\n", "criticality = \"critical\"\nmemory = \"300KB\"\n"]);
        text += dice.pick(&["", "body = \"200KB\"\n", "blobs = 1\nresponse = \"50KB\"\n", "job = \"exp(20ms)\"\n"]);
        text += dice.pick(&["", "", "lock = true\n", "poison = \"10%\"\n"]);
        text += newer.as_mut().map_or("", |newer| newer.pick(&["", "", "query = 5\n"]));
    }
    let mut names = Vec::new();
    for index in 0..2 + dice.below(8) {
        let kind = match (index, dice.below(2)) {
            (0, _) => "clients",
            (_, 0) => dice.pick(favourites),
            _ => dice.pick(design::Kind::WORDS),
        };
        let name = format!("n{index}");
        let mut settings = random_settings(kind, &mut dice);
        if let Some(newer) = &mut newer {
            settings =
                settings.replace("w = 2 }", newer.pick(&["w = 2 }", "w = 2, read_repair = \"50%\", hints = \"1h\" }"]));
            settings += &newer_settings(kind, newer);
        }
        text += &format!("[components.{name}]\nkind = \"{kind}\"\n{settings}");
        text += dice.pick(&["", "", "", "region = \"eu\"\n", "region = \"us\"\n"]);
        names.push(name);
    }
    text += dice.pick(&["", "[regions]\n\"eu -> us\" = \"30ms\"\n", "[regions]\ndefault = \"9ms\"\n"]);
    text += "[wires]\n";
    let mut design = read(&text);
    for from in &names {
        for to in &names {
            if dice.below(100) < 45 && design::may_connect(&design, from, to).is_ok() {
                let policy = random_policy(&mut dice);
                let policy = newer.as_mut().map_or(policy.clone(), |newer| newer_policy(&policy, newer));
                let wire = format!("\"{from} -> {to}\" = {{ {policy} }}\n");
                text += &wire;
                design = read(&text);
            }
        }
    }
    for _ in 0..dice.below(5) {
        let target = match (dice.below(3), design.wires.as_slice()) {
            (0, [_, ..]) => design.wires[dice.below(design.wires.len() as u64) as usize].name(),
            _ => names[dice.below(names.len() as u64) as usize].clone(),
        };
        let target = match dice.below(6) {
            0 if design.has_region("eu") => "eu".to_owned(),
            _ => target,
        };
        let fault = dice.pick(design::FaultKind::WORDS);
        text += &format!("[[faults]]\nat = \"{}ms\"\ntarget = \"{target}\"\nfault = \"{fault}\"\n", dice.below(9000));
        text += dice.pick(&["", "for = \"2s\"\n", "for = \"700ms\"\nfactor = 8\n"]);
        let nodes = ["", "instances = 1\n", "instances = 2\n", "instances = 1\nfollowers = true\n"];
        text += newer.as_mut().map_or("", |newer| newer.pick(&nodes));
    }
    read(&text)
}

fn random_settings(kind: &str, dice: &mut Dice) -> String {
    match kind {
        "clients" => format!(
            "traffic = [[\"0s\", \"{}/s\"], [\"3s\", \"{}/s\"]]\nusers = {}\nthink = \"exp(1s)\"\n{}",
            dice.below(200),
            dice.below(900),
            dice.below(40),
            dice.pick(&["", "patience = \"300ms\"\nrefreshes = 2\n", "patience = \"1s\"\n", "arrivals = \"even\"\n"]),
        ),
        "load-balancer" => random_balancer(dice),
        "api-gateway" => format!(
            "{}cores = {}\nconcurrency = {}\ncapacity = {}\n{}",
            dice.pick(&["", "auth = \"none\"\n", "auth = { verify = \"1ms\", login = \"9ms\", token = \"1s\" }\n"]),
            1 + dice.below(3),
            1 + dice.below(30),
            dice.below(20),
            random_limit(dice),
        ),
        "dns" => format!(
            "policy = \"{}\"\nresolvers = {}\nttl = \"{}\"\n{}",
            dice.pick(design::Routing::WORDS),
            1 + dice.below(4),
            dice.pick(&["0s", "500ms", "4s"]),
            dice.pick(&["", "health = \"none\"\n", "health = { interval = \"300ms\", timeout = \"200ms\" }\n"]),
        ),
        "external" => format!(
            "latency = \"exp(20ms)\"\nconcurrency = {}\ncapacity = {}\n{}",
            1 + dice.below(20),
            dice.below(20),
            random_limit(dice),
        ),
        "server" | "payment" | "search" | "notification" | "analytics" | "chat" => random_server(dice),
        "cache" => format!(
            "entries = {}\neviction = \"{}\"\nmode = \"{}\"\n{}{}{}",
            1 + dice.below(100),
            dice.pick(&["lru", "lfu", "fifo", "random"]),
            dice.pick(&["aside", "aside", "read-through", "write-through", "write-behind"]),
            dice.pick(&["", "ttl = \"1s\"\nttl_jitter = \"30%\"\n", "lookup = \"0s\"\n", "memory = \"20KB\"\n"]),
            dice.pick(&["", "coalesce = true\nlease = \"200ms\"\n", "coalesce = true\n"]),
            dice.pick(&["", "invalidate = \"none\"\n", "flush_every = \"50ms\"\nbatch = 3\n"]),
        ),
        "cdn" => format!(
            "memory = \"{}KB\"\n{}{}",
            3 + dice.below(400),
            dice.pick(&["", "ttl = \"1s\"\n", "ttl = \"none\"\n", "ttl = \"500ms\"\nttl_jitter = \"50%\"\n"]),
            dice.pick(&["", "shield = true\n", "coalesce = false\n", "shield = true\nlease = \"30ms\"\n"]),
        ),
        "database" => random_database(dice),
        "shard-router" => format!(
            "strategy = \"{}\"\n{}",
            dice.pick(&["hash", "range", "consistent-hash"]),
            dice.pick(&["", "bounded_load = 1.25\n", "rebalance = \"200/s\"\n"]),
        ),
        "queue" => format!(
            "preset = \"{}\"\ncapacity = {}\nboot = \"500ms\"\n{}{}{}{}",
            dice.pick(&["plain", "kafka", "rabbitmq", "sqs", "redis-streams"]),
            1 + dice.below(300),
            dice.pick(&["", "overflow = \"reject\"\n", "overflow = \"drop-oldest\"\n", "overflow = \"block\"\n"]),
            dice.pick(&[
                "",
                "delivery = \"at-most-once\"\n",
                "visibility = \"50ms\"\n",
                "visibility = \"1s\"\nprefetch = 3\n"
            ]),
            dice.pick(&["", "attempts_max = 2\n", "retention = \"500ms\"\n", "flush = \"300ms\"\n"]),
            dice.pick(&["", "session = \"700ms\"\nrebalance = \"300ms\"\n", "partitions = 3\nbackoff = \"20ms\"\n"]),
        ),
        "worker" => format!(
            "consumers = {}\ncores = {}\nboot = \"500ms\"\n{}",
            1 + dice.below(6),
            1 + dice.below(3),
            dice.pick(&["", "group = \"others\"\n"]),
        ),
        "lock-service" => format!(
            "lease = \"{}ms\"\nfencing = {}\nrenewal = {}\n",
            1 + dice.below(200),
            dice.below(2) == 0,
            dice.below(2) == 0
        ),
        _ => dice.pick(&["", "concurrency = 3\ncapacity = 2\n", "bandwidth = \"5MB\"\n"]).to_owned(),
    }
}

/// Settings that came after histories were recorded.
fn newer_settings(kind: &str, dice: &mut Dice) -> String {
    match kind {
        "queue" => {
            let replicas = dice.pick(&[
                "",
                "",
                "replicas = true\n",
                "replicas = { acks = \"leader\", lag = \"60ms\", failover = \"300ms\" }\n",
                "replicas = { acks = \"none\", count = 2, lag = \"exp(20ms)\", failover = \"1s\", unclean = true }\n",
                "replicas = { count = 3, min_in_sync = 3, lag = \"exp(20ms)\", failover = \"200ms\" }\n",
                "replicas = { count = 5, min_in_sync = 2, failover = \"700ms\", unclean = true }\n",
            ]);
            return format!("{replicas}priorities = \"{}\"\n", dice.pick(&["none", "none", "strict", "fair"]));
        }
        "worker" => dice.pick(&[
            "",
            "instances = 3\n",
            "autoscale = { backlog = 3, max = 4, interval = \"300ms\", start_up = \"200ms\", cooldown = \"500ms\" }\n",
            "autoscale = { by = \"age\", age = \"500ms\", interval = \"700ms\", start_up = \"200ms\", cooldown = \"1s\" }\n",
            "instances = 2\nautoscale = { by = \"cpu\", max = 5, interval = \"400ms\", start_up = \"1s\", cooldown = \"0s\" }\n",
        ]),
        _ => "",
    }
    .to_owned()
}

/// A wire's policy with what came later.
fn newer_policy(policy: &str, dice: &mut Dice) -> String {
    let after = dice.pick(&["hedge = true", "hedge = { after = \"p80\" }", "hedge = { after = \"p50\", most = 2 }"]);
    policy.replace("hedge = true", after)
}

fn random_database(dice: &mut Dice) -> String {
    let mut text =
        format!("concurrency = {}\nconnections = {}\nboot = \"1s\"\n", 1 + dice.below(8), 1 + dice.below(30));
    for choices in [
        &["", "", "cores = 2\n"][..],
        &["", "", "disk = { iops = 900 }\n", "disk = { iops = 400, depth = 1, group_commit = true }\nbuffer = 20\n"],
        &["", "locks = true\n"],
        &["", "", "contention = 0.02\ncoherency = 0.001\n"],
        &["", "replication = \"semi-sync\"\n", "replication = \"sync\"\napply = \"exp(2ms)\"\n"],
        &["", "failover = \"800ms\"\n"],
        &["", "", "", "quorum = { n = 3, r = 1, w = 2 }\n"],
    ] {
        text += dice.pick(choices);
    }
    text
}

fn random_server(dice: &mut Dice) -> String {
    let (cores, concurrency, capacity) = (1 + dice.below(4), 1 + dice.below(20), dice.below(50));
    let mut text = format!("cores = {cores}\nconcurrency = {concurrency}\ncapacity = {capacity}\nboot = \"500ms\"\n");
    for (percent, settings) in [
        (20, "memory = \"220MB\"\nbase_memory = \"200MB\"\n"),
        (15, "bandwidth = \"500KB\"\n"),
        (15, "instances = 3\nspread = \"round-robin\"\n"),
        (15, "autoscale = { max = 4, interval = \"700ms\", cooldown = \"1s\", start_up = \"400ms\" }\n"),
        (15, "shed = true\n"),
        (15, "codel = { interval = \"50ms\" }\n"),
        (15, "degrade = \"10%\"\n"),
        (15, "order = \"lifo\"\n"),
        (15, "warm_up = \"1s\"\n"),
        (10, "consistency = \"strong\"\n"),
        (10, "index = \"exp(1ms)\"\n"),
        (15, "answer_first = true\nfan_out = 2\n"),
        (15, "batch = { size = 20, every = \"300ms\" }\n"),
        (10, "hold = \"exp(200ms)\"\n"),
    ] {
        if dice.below(100) < percent {
            text += settings;
        }
    }
    text
}

fn random_balancer(dice: &mut Dice) -> String {
    let mut text = format!(
        "strategy = \"{}\"\n{}{}",
        dice.pick(design::Strategy::WORDS),
        dice.pick(&[
            "health = \"none\"\n",
            "health = { interval = \"300ms\", timeout = \"200ms\" }\n",
            "health = { interval = \"300ms\", timeout = \"200ms\", slow_start = \"2s\" }\n",
            "",
        ]),
        random_limit(dice),
    );
    for duty in [
        "outlier = { errors = 3, eject = \"1s\", most = \"50%\" }\n",
        "hash_by = \"key\"\nhash_bound = 1.25\n",
        "cores = 1\n",
        "concurrency = 8\ncapacity = 5\n",
        "tls = { handshake = \"3ms\", keep_alive = \"2s\" }\n",
        "filter = { classes = [\"c0\"], cpu = \"500us\" }\n",
        "compression = { ratio = \"30%\", cpu = \"100ms\" }\n",
        "cache = { entries = 20, ttl = \"700ms\" }\n",
        "shape = { rate = \"60/s\", capacity = 10 }\n",
    ] {
        text += if dice.below(100) < 15 { duty } else { "" };
    }
    text
}

fn random_limit(dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => format!(
            "limit = {{ algorithm = \"{}\", rate = \"{}/s\", burst = {}, per = \"{}\" }}\n",
            dice.pick(design::Algorithm::WORDS),
            1 + dice.below(100),
            1 + dice.below(10),
            dice.pick(design::Per::WORDS),
        ),
        _ => String::new(),
    }
}

fn random_policy(dice: &mut Dice) -> String {
    let mut parts = Vec::new();
    let mut maybe = |text: &str, percent: u64, dice: &mut Dice| {
        if dice.below(100) < percent {
            parts.push(text.to_owned());
        }
    };
    maybe("latency = \"5ms\"", 40, dice);
    let timeout = format!("timeout = \"{}ms\"", 20 + dice.below(500));
    maybe(&timeout, 60, dice);
    let backoff = dice.pick(&["none", "fixed", "exponential"]);
    let jitter = dice.pick(&["none", "full", "equal", "decorrelated"]);
    let budget = dice.pick(&["", ", budget = \"10%\"", ", budget = \"0%\""]);
    let on = dice.pick(&["", "", ", on = \"failures\"", ", on = \"timeouts\""]);
    let retry =
        format!("retry = {{ tries = 3, backoff = \"{backoff}\", base = \"10ms\", jitter = \"{jitter}\"{budget}{on} }}");
    maybe(&retry, 50, dice);
    let breaker = dice.pick(&[
        "breaker = { errors = \"50%\", window = \"1s\", open = \"500ms\", minimum = 5 }",
        "breaker = { slow = \"20ms\", slow_rate = \"60%\", window = \"1s\", open = \"500ms\", minimum = 5 }",
    ]);
    maybe(breaker, 30, dice);
    maybe("bulkhead = 4", 20, dice);
    maybe("bulkhead_queue = 3", 20, dice);
    maybe("deadline = true", 30, dice);
    let hedge = dice.pick(&[
        "hedge = true",
        "hedge = { after = \"3ms\", most = 3 }",
        "hedge = { after = \"9ms\", budget = \"20%\" }",
    ]);
    maybe(hedge, 25, dice);
    maybe("fallback = true", 15, dice);
    maybe("bandwidth = \"3MB\"", 15, dice);
    maybe("loss = \"2%\"", 15, dice);
    maybe("weight = 3", 20, dice);
    maybe("classes = [\"c0\"]", 12, dice);
    parts.join(", ")
}

/// A small generator for tests (xorshift64*); the engine's own streams are under test.
pub struct Dice(pub u64);

impl Dice {
    /// Uniform below n.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % n
    }

    /// One of these.
    pub fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}
