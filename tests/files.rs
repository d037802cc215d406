//! Design files: what is read, and what is said about what is wrong.

use pressure_point::design;

const HEAD: &str = "version = 1\n[components.users]\nkind = \"clients\"\n[components.app]\nkind = \"server\"\n";

/// The problems of `HEAD` and these lines, one `line: message (hint)` a line.
fn problems(lines: &str) -> String {
    let Err(problems) = design::read(&format!("{HEAD}{lines}")) else { return String::new() };
    let told = problems.iter().map(|p| format!("{}: {} ({})", p.line, p.message, p.hint.as_deref().unwrap_or("–")));
    told.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(lines: &str, expected: &str) {
    assert_eq!(problems(lines), expected, "for\n{HEAD}{lines}");
}

#[test]
fn good_files_have_no_problems() {
    check("", "");
    check("cores = 4\n[wires]\n\"users -> app\" = {}\n", "");
    check("[wires]\n\"users->app\" = { timeout = \"1s\", retry = { tries = 2 }, bulkhead = 50 }\n", "");
    check(
        "[spans]\nspike = [\"1s\", \"2s\"]\n[[faults]]\ntarget = \"app\"\nat = \"3s\"\nfault = \"crash\"\nfor = \"1s\"\n",
        "",
    );
    check("capacity = 1_000_000\nconcurrency = 1000000\n", "");
}

#[test]
fn unknown_words_are_refused_with_a_hint() {
    check("core = 4\n", "6: unknown setting `core` (did you mean `cores`?)");
    check(
        "[component.db]\nkind = \"database\"\n",
        "6: unknown table or setting `component` (did you mean `components`?)",
    );
    check("[components.db]\nkind = \"databse\"\n", "7: unknown kind `databse` (did you mean `database`?)");
    check(
        "[components.lb]\nkind = \"load-balancer\"\nstrategy = \"least-connection\"\n",
        "8: unknown choice `least-connection` (did you mean `least-connections`?)",
    );
    check("[wires]\n\"users -> app\" = { timout = \"1s\" }\n", "7: unknown setting `timout` (did you mean `timeout`?)");
}

#[test]
fn dangling_and_forbidden_wires_are_refused() {
    check(
        "[wires]\n\"users -> ap\" = {}\n",
        "7: wire `users -> ap` is dangling: there is no component `ap` (did you mean `app`?)",
    );
    // What is wrong with a component is told once, not again with each of its wires.
    check(
        "[components.db]\nkind = \"databas\"\n[wires]\n\"app -> db\" = {}\n",
        "7: unknown kind `databas` (did you mean `database`?)",
    );
    check("[wires]\n\"app -> users\" = {}\n", "7: wire `app -> users`: users make requests; nothing calls them (–)");
    check("[wires]\n\"app -> app\" = {}\n", "7: wire `app -> app`: a component cannot call itself (–)");
    check("[wires]\n\"app\" = {}\n", "7: `app` is no wire (name it by its ends, like `\"users -> app\" = {}`)");
    check(
        "[components.b]\nkind = \"server\"\n[wires]\n\"app -> b\" = {}\n\"b -> app\" = {}\n",
        "10: wire `b -> app`: `app` already leads to `b`; calls would go round in a circle (–)",
    );
}

#[test]
fn impossible_values_are_refused() {
    check("cores = 0\n", "6: `cores` cannot be 0 (it must lie between 1 and 1000000)");
    check("cores = -1\n", "6: `-1` is not a whole number from 0 (–)");
    check("cores = 2.5\n", "6: `2.5` is not a whole number from 0 (–)");
    check("capacity = 1000001\n", "6: `capacity` cannot be 1000001 (it must lie between 0 and 1000000)");
    check(
        "[wires]\n\"users -> app\" = { timeout = \"5\" }\n",
        "7: `5` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\" (–)",
    );
    check(
        "[wires]\n\"users -> app\" = { latency = \"5h\" }\n",
        "7: `latency` cannot be 5h (it must lie between 0s and 1m)",
    );
    check("[spans]\nspike = [\"2s\", \"1s\"]\n", "7: span `spike` must end after it starts (–)");
    check(
        "[[faults]]\nfault = \"crash\"\n",
        "6: a fault needs a target (write `target = \"app\"` or `target = \"app -> db\"`)",
    );
    check("[[faults]]\ntarget = \"ap\"\n", "7: the fault's target `ap` does not exist (did you mean `app`?)");
}

#[test]
fn keys_belong_to_a_class_that_has_some() {
    let classes = "[classes.view]\nreads = 1\n[classes.edit]\nwrites = 1\nkeys = { of = \"view\" }\n";
    check(
        &format!("{classes}[classes.more]\nkeys = {{ of = \"vew\" }}\n"),
        "11: there is no class `vew` (did you mean `view`?)",
    );
    check(
        &format!("{classes}[classes.more]\nkeys = {{ of = \"edit\" }}\n"),
        "11: `more` cannot use the keys of `edit`, which has none of its own (name the class that has the keys)",
    );
}

#[test]
fn all_problems_are_told_at_once() {
    check(
        "core = 4\ncapacity = \"many\"\n[wires]\n\"users -> db\" = {}\n",
        "6: unknown setting `core` (did you mean `cores`?)\n\
         7: `many` is not a whole number from 0 (–)\n\
         9: wire `users -> db` is dangling: there is no component `db` (there is users, app)",
    );
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let told = problems("cores = \n[wires\n");
    assert!(told.starts_with("6: "), "{told}");
    assert!(told.contains("\n7: ") || told.lines().count() > 1, "{told}");
}

#[test]
fn a_file_of_another_version_is_refused() {
    let told = |text: &str| design::read(text).map_err(|problems| problems[0].to_string());
    assert_eq!(
        told("version = 2\n").unwrap_err(),
        "line 1: this version of the format is not known\n  hint: only `version = 1` exists yet"
    );
    assert!(told("").unwrap_err().contains("`version` is missing"));
}

#[test]
fn the_example_of_the_contract_reads() {
    let text = include_str!("support/contract.toml");
    let design = design::read(text).unwrap_or_else(|problems| panic!("{}", problems[0]));
    assert_eq!((design.components.len(), design.wires.len(), design.classes.len()), (4, 3, 2));
    assert_eq!(design::read(&design::write(&design)).expect("it reads again"), design);
}

/// Mutations of a good file: whatever happens to it, it is read or refused, and never crashes the reader.
#[test]
fn mutated_files_never_crash() {
    let text = include_str!("support/contract.toml");
    let mut state = 1u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % n
    };
    let mut refused = 0;
    for _ in 0..2000 {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..1 + below(4) {
            let at = below(bytes.len());
            match below(4) {
                0 => bytes[at] = b"0\"[]{}=.,-x\n#"[below(13)],
                1 => _ = bytes.remove(at),
                2 => bytes.insert(at, b"9e\"[\n-"[below(6)]),
                _ => bytes.truncate(at.max(10)),
            }
        }
        refused += usize::from(design::read(&String::from_utf8_lossy(&bytes)).is_err());
    }
    assert!(refused > 500, "most mutations are wrong: {refused}");
}
