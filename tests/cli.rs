//! The command line as a person uses it: the real binary, its output, its exit code, its words for what is wrong.
#![cfg(not(target_arch = "wasm32"))]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// An M/M/1 queue at half its capacity, with a timeout that matters to few.
const DESIGN: &str = r#"version = 1
seed = 5
duration = "30s"
[classes.feed]
cpu = "exp(5ms)"
[components.users]
kind = "clients"
traffic = "100/s"
[components.app]
kind = "server"
cores = 1
[wires]
"users -> app" = { timeout = "1s" }
"#;

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the folder for tests is there");
    path
}

fn run(arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_pressure-point")).args(arguments).output();
    command.expect("the binary was built for this test")
}

#[track_caller]
fn good(arguments: &[&str]) -> String {
    let output = run(arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    assert_eq!(told, "", "nothing is told where there is no terminal");
    String::from_utf8(output.stdout).expect("text")
}

/// What is told on standard error, with `{file}` for the design's path; the exit code must be 1.
#[track_caller]
fn bad(name: &str, arguments: &[&str]) -> String {
    let path = file(name, DESIGN);
    let path = path.to_str().expect("a plain path");
    let with_path: Vec<&str> =
        arguments.iter().map(|argument| if *argument == "{file}" { path } else { argument }).collect();
    let output = run(&with_path);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}: nothing is half done");
    String::from_utf8_lossy(&output.stderr).replace(path, "{file}")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn one_run_is_told_in_words_and_in_json() {
    let path = file("one.toml", DESIGN);
    let path = path.to_str().expect("a plain path");
    let words = good(&["run", path]);
    assert!(words.contains("requests") && words.contains("app") && !words.contains("95%"), "{words}");
    let object = json(&good(&["run", path, "--json", "--seed", "9", "--duration", "10s", "--warmup", "2s"]));
    assert_eq!((&object["seed"], &object["simulated_s"], &object["counted_s"]), (&9.into(), &10.0.into(), &8.0.into()));
    assert!(object.get("seeds").is_none(), "one seed has no estimates");
}

/// A crowd of a million a second: one request stands for two, unless it is told not to, or the design does not allow it.
#[test]
fn a_scale_is_told_and_can_be_chosen() {
    let crowd = DESIGN.replace("100/s", "1000000/s").replace("30s", "200ms").replace("exp(5ms)", "exp(500us)");
    let path = file("crowd.toml", &crowd.replace("cores = 1", "cores = 1\ninstances = 800"));
    let path = path.to_str().expect("a plain path");
    let object = |scale: &[&str]| json(&good(&[&["run", path, "--json"], scale].concat()));
    let scaled = object(&[]);
    assert_eq!((&scaled["scale"], &object(&["--scale", "1"])["scale"]), (&2.into(), &1.into()));
    assert_eq!(object(&["--scale", "4"])["scale"], 4);
    let issued = scaled["requests"]["issued"].as_f64().expect("a number");
    assert!((issued / 200_000.0 - 1.0).abs() < 0.02, "{issued}: figures are those of real requests");
    assert!(good(&["run", path]).contains("1 simulated request stands for 2 real ones"));
    let single = file("single.toml", &crowd);
    let words = good(&["run", single.to_str().expect("a plain path"), "--duration", "100ms"]);
    assert!(words.contains("simulated by itself, because `app` has 1 core,"), "{words}");
    let refused = bad("scale.toml", &["run", "{file}", "--scale", "2"]);
    assert!(refused.contains("no request can stand for 2 here, because `app` has 1 core,"), "{refused}");
}

/// `--seeds` gives the first seed's whole object as without it, and beside it estimates that hold the theory's value.
#[test]
fn several_seeds_estimate_what_theory_says() {
    let path = file("seeds.toml", DESIGN);
    let path = path.to_str().expect("a plain path");
    let mut one = json(&good(&["run", path, "--json"]));
    let mut several = json(&good(&["run", path, "--json", "--seeds", "12"]));
    let seeds = several.as_object_mut().expect("an object").remove("seeds").expect("estimates");
    for object in [&mut one, &mut several] {
        object["wall_s"] = 0.into();
    }
    assert_eq!(one, several);
    assert_eq!(seeds["count"], 12);
    assert_eq!(seeds["seeds"], serde_json::json!([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]));
    let check = |name: &str, expected: f64, wide: f64| {
        let figure = &seeds["figures"][name];
        let (mean, half) = (figure["mean"].as_f64().unwrap(), figure["ci95"].as_f64().unwrap());
        // Twice the half-width: one figure in a few hundred is further off.
        assert!((mean - expected).abs() < 2.0 * half && half < wide, "{name}: {mean} ± {half}, not {expected}");
    };
    // M/M/1 with ρ = 0.5 and a service of 5 ms: a mean stay of 10 ms.
    check("utilization(app)", 0.5, 0.02);
    check("mean_latency_s", 0.010, 0.001);
    check("goodput_per_s", 100.0, 3.0);
}

#[test]
fn seeds_are_told_in_words_with_the_goals_they_met() {
    let lesson = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/part-1/01-it-works");
    let words = good(&["run", lesson, "--seeds", "3"]);
    assert!(words.contains("3 seeds from "), "{words}");
    assert!(words.contains("goodput_per_s") && words.contains(" ± "), "{words}");
    assert!(words.contains("of 3   "), "{words}");
}

#[test]
fn a_sweep_is_a_table_of_all_combinations_in_order() {
    let path = file("sweep.toml", DESIGN);
    let path = path.to_str().expect("a plain path");
    let set = ["--set", "components.app.cores=1..3", "--set", "wires.users->app.timeout=20ms,1s"];
    let table = good(&[&["sweep", path, "--duration", "5s"], &set[..]].concat());
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..4], ["components.app.cores", "wires.users -> app.timeout", "goodput_per_s", "error_rate"]);
    let settings: Vec<String> = lines[1..].iter().map(|line| line[..2].join(" ")).collect();
    assert_eq!(settings, ["1 20ms", "1 1s", "2 20ms", "2 1s", "3 20ms", "3 1s"]);
    let column = |name: &str| {
        let at = lines[0].iter().position(|head| *head == name).unwrap_or_else(|| panic!("no column {name}"));
        lines[1..].iter().map(|line| line[at].parse::<f64>().expect("a number")).collect::<Vec<f64>>()
    };
    let busy = column("utilization(app)");
    assert!(busy[1] > 1.8 * busy[3] && busy[3] > 1.3 * busy[5], "the load is shared by the cores: {busy:?}");
    let errors = column("error_rate");
    assert!(errors[0] > 0.05 && errors[1] == 0.0, "only a short timeout strikes: {errors:?}");
    assert_eq!(table, good(&[&["sweep", path, "--duration", "5s"], &set[..]].concat()), "the same again");
}

/// A row with one seed is what `run` says of that design, and several seeds bring a column of half-widths each.
#[test]
fn a_row_is_a_run() {
    let path = file("row.toml", DESIGN);
    let path = path.to_str().expect("a plain path");
    let csv = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("row.csv");
    let csv_path = csv.to_str().expect("a plain path");
    let out = good(&["sweep", path, "--set", "components.app.cores=1", "--seeds", "3", "--csv", csv_path]);
    assert_eq!(out, "", "the table goes into the file");
    let table = std::fs::read_to_string(&csv).expect("the file was written");
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let at = lines[0].iter().position(|head| *head == "p99_s").expect("a column");
    assert_eq!(lines[0][at + 1], "p99_s ±95%");
    let several = json(&good(&["run", path, "--json", "--seeds", "3"]));
    for (cell, word) in [(at, "mean"), (at + 1, "ci95")] {
        let expected = several["seeds"]["figures"]["p99_s"][word].as_f64().expect("a number");
        let seen: f64 = lines[1][cell].parse().expect("a number");
        assert!((seen - expected).abs() < 1e-7, "{word}: {seen}, not {expected}");
    }
}

#[test]
fn bad_settings_are_told_with_line_and_hint() {
    let check = |set: &str, expected: &str| {
        assert_eq!(bad("bad.toml", &["sweep", "{file}", "--set", set]).trim_end(), expected, "{set}");
    };
    check("components.app.core=1,2", "{file}:9: unknown setting `core`\n  hint: did you mean `cores`?");
    check("components.app.cores=0..2", "{file}:11: `cores` cannot be 0\n  hint: it must lie between 1 and 1000000");
    check("components.ap.cores=1", "{file}:6: unknown component `ap`\n  hint: did you mean `app`?");
    check("wires.users->db.timeout=1s", "{file}:12: unknown wire `users -> db`\n  hint: did you mean `users -> app`?");
    check("wires.users -> app.timeout=5", "{file}:13: `5` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\"");
    check(
        "components.app.cores=9..1",
        "{file}:1: `--set components.app.cores=9..1`: the range from 9 to 1 is empty\n  hint: write a range as \
         `1..16`, `10ms..100ms:10ms` or `1..64:x2`, both ends in one unit",
    );
    check(
        "cores=1",
        "{file}:1: there is nothing at `cores`\n  hint: write `components.NAME.SETTING`, `classes.NAME.SETTING`, \
         `wires.FROM -> TO.SETTING` or `regions.FROM -> TO`",
    );
}

#[test]
fn too_much_is_refused_before_anything_runs() {
    let sets = ["--set", "components.app.cores=1..200", "--set", "components.app.capacity=1..200"];
    let told = bad("much.toml", &[&["sweep", "{file}"], &sets[..]].concat());
    assert!(
        told.starts_with("{file}:1: 200 × 200 combinations on 1 seeds are too many\n  hint: at most 10000"),
        "{told}"
    );
    let told = bad("much.toml", &["sweep", "{file}", "--seeds", "10000", "--set", "components.app.cores=1..200"]);
    assert!(told.contains("200 combinations on 10000 seeds are too many"), "{told}");
    let told = bad("much.toml", &["run", "{file}", "--warmup", "30s"]);
    assert!(told.starts_with("{file}:1: the warm-up of 30s leaves nothing of the run of 30s\n  hint: "), "{told}");
}

#[test]
fn bad_arguments_end_with_usage() {
    for arguments in [&["run"][..], &["sweep", "x.toml"], &["run", "x.toml", "--seeds", "0"], &["swep", "x.toml"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    let output = run(&["run", "no-such-file.toml"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.starts_with("no-such-file.toml:1: cannot be read: ") && told.contains("hint: "), "{told}");
}

#[test]
fn a_run_is_explained_and_written_down() {
    let crash = "[[faults]]\nat = \"15s\"\ntarget = \"app\"\nfault = \"crash\"\nfor = \"5s\"\n";
    let path = file("explained.toml", &format!("{DESIGN}{crash}"));
    let path = path.to_str().expect("a plain path");
    let page = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("post-mortem.md");
    let words = good(&["run", path, "--explain", "--postmortem", page.to_str().expect("a plain path")]);
    assert!(words.contains("root cause: app died") && words.contains("app was down"), "{words}");
    let page = std::fs::read_to_string(page).expect("the page was written");
    for title in ["# Post-mortem", "## Summary", "## Root cause", "## Timeline", "## Charts", "## What to change"] {
        assert!(page.contains(title), "{title} is missing: {page}");
    }
    assert!(page.contains("single point of failure"), "{page}");
    let object = json(&good(&["run", path, "--explain", "--json"]));
    let incident = &object["explain"]["incidents"][0];
    assert_eq!((&incident["root"]["what"], &incident["root"]["place"]), (&"crashed".into(), &"app".into()));
    assert_eq!(incident["recovered"], true);
    let lost = object["requests"]["failed"]["failed"].as_u64().expect("a count");
    assert_eq!(object["explain"]["reasons"][0]["why"], "dead");
    assert_eq!(object["explain"]["reasons"][0]["count"].as_u64(), Some(lost), "all that failed found it dead");
    assert!(json(&good(&["run", path, "--json"])).get("explain").is_none());
    let refused = bad("explained-nowhere.toml", &["run", "{file}", "--postmortem", "/no/such/folder/page.md"]);
    assert!(refused.contains("cannot be written"), "{refused}");
}

#[test]
fn an_explained_run_names_bottleneck_theory_and_trade_offs() {
    let path = file("overloaded.toml", &DESIGN.replace("100/s", "300/s").replace("30s", "20s"));
    let path = path.to_str().expect("a plain path");
    let explained = &json(&good(&["run", path, "--explain", "--json"]))["explain"];
    let last = explained["bottlenecks"].as_array().and_then(|all| all.last()).expect("it is overloaded");
    assert_eq!((last["part"].as_str(), last["resource"].as_str()), (Some("app"), Some("CPU")));
    assert!(explained["warnings"][0]["text"].as_str().is_some_and(|text| text.starts_with("app is ")), "{explained}");
    assert_eq!(explained["theory"][0]["component"], "app");
    assert_eq!(explained["trade_offs"].as_array().map(Vec::len), Some(6));
    let words = good(&["run", path, "--explain"]);
    assert!(words.contains("app's CPU: up to 100% in use, costs up to"), "{words}");
    // Nobody is given up on at a third of the traffic.
    let path = file("explained-quiet.toml", DESIGN);
    let words = good(&["run", path.to_str().expect("a plain path"), "--explain"]);
    assert!(words.contains("Little's law, all users"), "{words}");
}
