//! Results that students hand in: `grade` plays them again, and no editing of the text makes one pass.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pressure_point::design::read;
use pressure_point::lesson::{
    HandIn, Judgement, Lesson, PlayedGoal, RESULT_BYTES_MAX, does_not_count, judge, play, read_scenario,
};
use pressure_point::sim::{Change, Scenario};
use pressure_point::units::Time;

const LESSON: &str = "+++
title = \"Small\"
summary = \"A server too few.\"
minutes = 3
palette = [\"server\"]
locked = [\"users\"]
[fixed.server]
cores = 1
[stars]
cost = \"<= $0.1/h\"
+++
## Do it
```goals
p95(users) < 500ms
error_rate(users) <= 1%
```
";
const START: &str = "version = 1
seed = 7
duration = \"10s\"
[classes.feed]
cpu = \"exp(1ms)\"
[components.users]
kind = \"clients\"
traffic = \"1200/s\"
[components.app]
kind = \"server\"
cores = 1
[wires]
\"users -> app\" = {}
";

fn lesson() -> Lesson {
    Lesson::read("l", LESSON, START).expect("a good lesson")
}

/// A second server, for a crowd that one cannot serve.
fn solved() -> Scenario {
    let text = START.replace("[wires]", "[components.b]\nkind = \"server\"\ncores = 1\n[wires]\n\"users -> b\" = {}");
    Scenario::of(read(&text).expect("a good design"))
}

fn result_of(student: &str, scenario: &Scenario) -> HandIn {
    HandIn::of(student, "part/01-small", scenario, &play(scenario, &lesson().goals, scenario.design.seed))
}

fn judged(hand_in: &HandIn) -> Judgement {
    judge(hand_in, &lesson(), None, 0).judgement
}

#[test]
fn what_is_written_can_be_read() {
    let mut scenario = solved();
    scenario.change(Time::from_secs(3), Change::Design(Box::new(read(START).expect("a good design"))));
    let result = result_of("  Ada\n\u{202e}Lovelace \u{7} ", &scenario);
    assert_eq!(result.student, "Ada Lovelace");
    let again = HandIn::read(&result.write()).expect("a good result");
    assert_eq!(again, result);
    assert_eq!(again.check, again.sum());
    assert_eq!(again.file_name(), "01-small-Ada-Lovelace.result.toml");
    assert!(result.line().starts_with("Ada Lovelace · part/01-small · seed 7 · "), "{}", result.line());
    // What literal lines cannot hold is escaped.
    let mut odd = result_of("'''\\\"", &solved());
    odd.goals.push(PlayedGoal { text: "a = '''b'''\t\"c\"".to_owned(), met: false, value: "\\".to_owned() });
    assert_eq!(HandIn::read(&odd.write()).expect("a good result"), odd);
}

#[test]
fn an_honest_result_passes_or_fails_for_its_reason() {
    let good = result_of("Ada", &solved());
    assert_eq!(judged(&good), Judgement::Passed);
    let all = judge(&good, &lesson(), Some(7), 3);
    assert_eq!((all.held, all.played.expect("it was played").trace_hash), (3, good.trace_hash.clone()));
    let check = |hand_in: &HandIn, seed: Option<u64>, why: &str| match judge(hand_in, &lesson(), seed, 0).judgement {
        Judgement::Failed(told) => assert!(told.contains(why), "{told}"),
        other => panic!("{other:?}"),
    };
    check(&good, Some(8), "seed 7 was played, not 8");
    check(&result_of("Bob", &Scenario::of(read(START).expect("good"))), None, "misses `error_rate(users) <= 1%` (");
    let two_cores = START.replace("cores = 1", "cores = 2");
    check(&result_of("Eve", &Scenario::of(read(&two_cores).expect("good"))), None, "`cores` is fixed in this lesson");
    let easy = START.replace("1200/s", "100/s");
    check(&result_of("Eve", &Scenario::of(read(&easy).expect("good"))), None, "`users` is locked in this lesson");
    // The rules hold in mid-run, too; and nobody may kill the crowd by hand.
    let mut cheat = solved();
    cheat.change(Time::from_secs(1), Change::Design(Box::new(read(&two_cores).expect("good"))));
    check(&result_of("Eve", &cheat), None, "`cores` is fixed in this lesson");
    let struck = "+++ at 1s fault\ntarget = \"users\"\nfault = \"crash\"\n";
    let text = pressure_point::lesson::write_scenario(&solved()) + struck;
    let struck = read_scenario(&text).expect("a good scenario");
    check(&result_of("Eve", &struck), None, "at 1s `users` got a fault by hand");
    assert!(does_not_count(&solved(), &lesson()).is_empty());
    let older = HandIn { app: "0.0.1".to_owned(), ..good.clone() };
    check(&HandIn { check: older.sum(), ..older }, None, "it was made with version 0.0.1 of the app");
}

#[test]
fn no_claim_can_be_edited() {
    let (good, bad) = (result_of("Ada", &solved()), result_of("Eve", &Scenario::of(read(START).expect("good"))));
    let sealed = |hand_in: HandIn| HandIn { check: hand_in.sum(), ..hand_in };
    let check = |hand_in: HandIn, why: &str| match judged(&hand_in) {
        Judgement::Forged(told) => assert!(told.contains(why), "{told}"),
        other => panic!("{other:?}, wanted forged: {why}"),
    };
    check(HandIn { student: "Eve".to_owned(), ..good.clone() }, "changed after it was made");
    // Who makes the sum fit still cannot make the run fit.
    check(sealed(HandIn { goals: good.goals.clone(), ..bad.clone() }), "it claims `p95(users) < 500ms` met");
    check(sealed(HandIn { trace_hash: good.trace_hash.clone(), ..bad.clone() }), "it claims the run ");
    check(sealed(HandIn { scenario: bad.scenario.clone(), ..good.clone() }), "it claims the run ");
    check(sealed(HandIn { seed: 8, ..good.clone() }), "it claims seed 8, but its run has seed 7");
    let mut reseeded = good.clone();
    (reseeded.seed, reseeded.scenario.design.seed) = (8, 8);
    check(sealed(reseeded), "it claims the run ");
    let mut dearer = good.clone();
    dearer.goals[0].value = "1ms".to_owned();
    check(sealed(dearer), "met (1ms), which is met (");
}

/// A small generator, so that a failure can be repeated from its number.
fn below(seed: &mut u64, bound: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    ((*seed >> 33) as usize) % bound.max(1)
}

#[test]
fn edited_texts_never_pass_and_never_panic() {
    let good = result_of("Ada", &solved()).write();
    for number in 0..400 {
        let mut seed = number;
        let mut chars: Vec<char> = good.chars().collect();
        let at = below(&mut seed, chars.len());
        let to = (at + below(&mut seed, 30)).min(chars.len());
        match below(&mut seed, 4) {
            0 => drop(chars.drain(at..to)),
            1 => drop(chars.splice(at..to, "'''\n+++ at 1s fault\n\0".chars())),
            2 => drop(chars.splice(at..at, ["9", "\"", "[", "true", "goals = 1\n"][below(&mut seed, 5)].chars())),
            _ => chars.truncate(at),
        }
        let text: String = chars.into_iter().collect();
        // A comment or white space may differ; then all that counts is as it was.
        let Ok(hand_in) = HandIn::read(&text) else { continue };
        if hand_in.check != hand_in.sum() {
            assert!(matches!(judged(&hand_in), Judgement::Forged(_)), "{number}: {text}");
        } else {
            assert_eq!(hand_in.write(), good, "{number}");
        }
    }
    let check = |text: &str, told: &str| {
        let problems = HandIn::read(text).expect_err(told);
        assert!(problems.iter().any(|problem| problem.to_string().contains(told)), "{problems:?}");
    };
    check(&"x".repeat(RESULT_BYTES_MAX + 1), "too large for a result");
    check("", "this is no result that can be read");
    check(START, "unknown setting `duration`");
    check(&good.replace("kind = \"server\"", "kind = \"sever\""), "did you mean `server`?");
    check(&good.replace("student = \"Ada\"", "student = \"A\\nda\""), "`student` must be a name");
}

/// A folder of this test with a course of one lesson, and results.
fn folder(name: &str, results: &[(&str, String)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    let lesson = folder.join("course/part/01-small");
    fs::create_dir_all(&lesson).expect("a folder for tests");
    fs::create_dir_all(folder.join("in/late")).expect("a folder for tests");
    fs::write(lesson.join("lesson.md"), LESSON).expect("a file");
    fs::write(lesson.join("start.toml"), START).expect("a file");
    for (file, text) in results {
        fs::write(folder.join("in").join(file), text).expect("a file");
    }
    folder
}

fn graded(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pressure-point"));
    command.current_dir(folder).args(["grade", "in", "--course", "course"]).args(more);
    let output = command.output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn grade_tells_all_in_a_table_and_as_csv() {
    let good = result_of("Ada", &solved());
    let mut failed = result_of("=Bob, \"B\"", &Scenario::of(read(START).expect("good")));
    failed.check = failed.sum();
    let elsewhere = HandIn { lesson: "../../etc".to_owned(), ..good.clone() };
    let files = [
        ("a.toml", good.write()),
        ("b.toml", failed.write()),
        ("c.toml", good.write().replace("\"Ada\"", "\"Eve\"")),
        ("d.toml", "version = ".to_owned()),
        ("e.toml", HandIn { check: elsewhere.sum(), ..elsewhere }.write()),
        ("late/f.toml", result_of("Cyd", &solved()).write()),
        ("notes.txt", "no result".to_owned()),
    ];
    let folder = folder("graded", &files);
    let (code, table, told) = graded(&folder, &["--csv", "out.csv", "--seeds", "2"]);
    assert_eq!((code, told.as_str()), (Some(1), ""), "{table}");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 7, "{table}");
    let check = |line: usize, begin: &str, holds: &str| {
        assert!(lines[line].starts_with(begin) && lines[line].contains(holds), "{}", lines[line]);
    };
    check(0, "passed ", "Ada");
    check(0, "passed ", "holds on 2 of 2 other seeds");
    check(1, "failed ", "misses `error_rate(users) <= 1%` (");
    check(2, "forged ", "the file was changed after it was made");
    check(3, "unreadable ", "in/d.toml:1: ");
    check(4, "failed ", "it names no lesson");
    check(5, "passed ", "the same run as in/a.toml");
    assert_eq!(lines[6], "2 of 6 passed");
    let csv = fs::read_to_string(folder.join("out.csv")).expect("the table was written");
    assert!(csv.starts_with("file,student,lesson,seed,verdict,goals_met,held_on,cost,trace_hash,same_as,why\n"));
    assert!(
        csv.contains(&format!("in/a.toml,Ada,part/01-small,7,passed,2 of 2,2 of 2,$0.1/h,{},,\n", good.trace_hash)),
        "{csv}"
    );
    assert!(csv.contains("in/b.toml,\"'=Bob, \"\"B\"\"\",part/01-small,7,failed,"), "{csv}");
}

#[test]
fn grade_ends_well_only_if_all_passed() {
    let good = folder("all-passed", &[("a.toml", result_of("Ada", &solved()).write())]);
    let (code, table, told) = graded(&good, &[]);
    assert_eq!((code, table.lines().last(), told.as_str()), (Some(0), Some("1 of 1 passed"), ""));
    let (code, table, _) = graded(&good, &["--seed", "8"]);
    assert!(code == Some(1) && table.contains("seed 7 was played, not 8"), "{table}");
    let (code, _, told) = graded(&folder("no-results", &[]), &[]);
    assert_eq!(code, Some(1));
    assert_eq!(told, "in:1: there is no result here\n  hint: results are files that end in `.toml`\n");
}
