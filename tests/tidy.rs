//! The house rules that no compiler knows, each with what to do instead.
//!
//! [`problems_of`] is a function of a file's path and text, so that every rule can be shown to bite: see `SAMPLES`.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::io::Write;
use std::path::Path;

/// Each module may use those before it. `cli` stands beside `ui`, at the end.
const ROW: [&str; 9] = ["units", "design", "sim", "metrics", "insight", "lesson", "editor", "scene", "ui"];

/// Crates of the browser (or beginnings of their names): for `ui` alone.
const BROWSER: [&str; 7] =
    ["leptos", "web_sys", "js_sys", "plotters", "wasm_bindgen", "gloo", "console_error_panic_hook"];

/// Words that make a run differ from the next one, or from itself elsewhere; below `ui`.
#[rustfmt::skip]
const BANNED: [(&str, &str); 12] = [
    ("HashMap", "use BTreeMap or a Vec: a HashMap's order differs from run to run"),
    ("HashSet", "use BTreeSet or a Vec: a HashSet's order differs from run to run"),
    ("Instant", "use units::Time: simulated time never mixes with the clock on the wall"),
    ("SystemTime", "use units::Time: simulated time never mixes with the clock on the wall"),
    ("static mut", "pass the value in: a run is a function of its scenario"),
    ("thread_local!", "pass the value in: a run is a function of its scenario"),
    ("SmallRng", "use rand_xoshiro's named generators: SmallRng's stream differs on wasm32"),
    ("StdRng", "use rand_xoshiro's named generators: StdRng's stream may change with its version"),
    ("thread_rng", "use the scenario's seed: a run is a function of its scenario"),
    ("ThreadRng", "use the scenario's seed: a run is a function of its scenario"),
    ("rand::rng", "use the scenario's seed: a run is a function of its scenario"),
    ("getrandom", "use the scenario's seed: a run is a function of its scenario"),
];

/// Float functions whose last bits differ between platforms. (`sqrt`, `abs`, `floor`, `round` and the like are exact.)
const FLOAT: [&str; 25] = [
    "ln", "ln_1p", "log2", "log10", "exp", "exp2", "exp_m1", "powf", "powi", "sin", "cos", "tan", "sin_cos", "asin",
    "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "hypot",
];

/// Names that say nothing about what is inside.
const VAGUE: [&str; 6] = ["utils", "util", "common", "types", "helpers", "misc"];

/// How long a file and a function should be, and must be.
const FILE_LINES: (usize, usize) = (400, 500);
const FUNCTION_LINES: (usize, usize) = (60, 80);

#[test]
fn the_house_is_tidy() {
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests", "benches"] {
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), folder, &mut files);
    }
    assert!(files.iter().any(|(path, _)| path == "src/lib.rs"), "the walk found no src/lib.rs");
    let mut problems = Vec::new();
    for (path, text) in &files {
        problems.extend(problems_of(path, text));
        for advice in lengths(path, text, FILE_LINES.0, FUNCTION_LINES.0) {
            // Not println!, which a passing test would swallow.
            writeln!(std::io::stderr(), "advice: {advice}").expect("stderr is open");
        }
    }
    assert!(problems.is_empty(), "\n\n{}\n", problems.join("\n"));
}

fn rust_files(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("a readable folder")).collect();
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() && entry.file_name() != "node_modules" {
            rust_files(&entry.path(), &path, files);
        } else if path.ends_with(".rs") {
            files.push((path, fs::read_to_string(entry.path()).expect("a readable file")));
        }
    }
}

/// All problems of one file, as `path:line: message`.
fn problems_of(path: &str, text: &str) -> Vec<String> {
    let mut problems = first_sentence(path, text);
    if !path.starts_with("src/") {
        return problems;
    }
    let code = code_of(text);
    problems.extend(vague_names(path, &code));
    problems.extend(lengths(path, text, FILE_LINES.1, FUNCTION_LINES.1));
    if path == "src/lib.rs" {
        problems.extend(map(path, text));
    } else if path != "src/main.rs" {
        problems.extend(layers(path, &code));
    }
    if module_of(path) == "ui" {
        problems.extend(heavy(path, &code));
    }
    if !matches!(module_of(path), "ui" | "main") {
        problems.extend(browser(path, &code));
        problems.extend(banned(path, without_tests(path, &code)));
    }
    problems
}

/// `src/sim/calendar.rs` and `src/sim.rs` belong to `sim`.
fn module_of(path: &str) -> &str {
    let inner = path.trim_start_matches("src/");
    inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
}

fn first_sentence(path: &str, text: &str) -> Vec<String> {
    let paragraph: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//! ")).collect();
    if paragraph.last().is_some_and(|line| line.ends_with(['.', '?', '!', ':'])) {
        return Vec::new();
    }
    vec![format!("{path}:1: start the file with a `//!` sentence that says what it is for")]
}

fn vague_names(path: &str, code: &str) -> Vec<String> {
    let say =
        |line: usize, name: &str| format!("{path}:{line}: `{name}` says nothing; name the module by what it holds");
    let in_path = path.split(['/', '.']).filter(|part| VAGUE.contains(part)).map(|name| say(1, name));
    let declared = VAGUE.iter().flat_map(|name| {
        lines_with(code, &format!("mod {name}")).into_iter().map(move |line| say(line, name)).collect::<Vec<_>>()
    });
    in_path.chain(declared).collect()
}

/// The map at the top of lib.rs: one row for each module.
fn map(path: &str, text: &str) -> Vec<String> {
    // A module of its own, or what a crate of the workspace gives: `pub use a_crate::{module, module};`.
    let declared = |line: &str| {
        let rest =
            line.strip_prefix("pub mod ").or_else(|| Some(line.strip_prefix("pub use ")?.split_once("::")?.1))?;
        Some(rest.strip_suffix(';')?.trim_matches(['{', '}']).to_owned())
    };
    let declared: Vec<String> = text.lines().filter_map(declared).collect();
    let modules: Vec<&str> = declared.iter().flat_map(|names| names.split(", ")).collect();
    let rows: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.trim_start_matches(['[', '`']).split('`').next())
        .collect();
    let unnamed = modules.iter().filter(|module| !rows.contains(module));
    let unknown = modules.iter().filter(|module| !ROW.contains(module) && **module != "cli");
    unnamed
        .map(|module| {
            format!("{path}:1: the map does not name `{module}`; give it a row: what it says, what it must not know")
        })
        .chain(unknown.map(|module| {
            format!("{path}:1: `{module}` has no place in the order of modules; give it one in `ROW` of tests/tidy.rs")
        }))
        .collect()
}

fn layers(path: &str, code: &str) -> Vec<String> {
    let from = module_of(path);
    let mut problems = Vec::new();
    for (line, to) in named_modules(path, code) {
        if !may_use(from, &to) {
            problems.push(format!(
                "{path}:{line}: `{from}` may not use `{to}` ({}; cli uses all but ui): hand the value in as a plain type, or \
                 move the code to the right",
                ROW.join(" → ")
            ));
        }
    }
    problems
}

fn may_use(from: &str, to: &str) -> bool {
    let place = |module| ROW.iter().position(|name| *name == module);
    match (from, to) {
        _ if from == to => true,
        ("cli", _) => to != "ui",
        (_, "cli") => false,
        _ => place(to) < place(from),
    }
}

/// The top-level modules that a file names, with their lines: `crate::a`, `crate::{a, b::c}`, and `super::` up to the top.
fn named_modules(path: &str, code: &str) -> Vec<(usize, String)> {
    let depth = path.trim_end_matches("/mod.rs").split('/').count() - 1;
    // In an inline test module `super::` is the file itself, not what is above it.
    let roots = [("crate::".to_string(), code), ("super::".repeat(depth), without_tests(path, code))];
    let known = |name: &String| name == "cli" || ROW.contains(&name.as_str());
    let mut found = Vec::new();
    for (root, code) in &roots {
        for (at, _) in code.match_indices(root.as_str()) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| is_word(c) || c == ':') {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            let names = heads(&code[at + root.len()..]);
            found.extend(names.into_iter().filter(known).map(|name| (line, name)));
        }
    }
    found
}

/// The first names of what follows `crate::`: `a` of `a::b`, or `a` and `c` of `{a::{b, x}, c}`.
fn heads(rest: &str) -> Vec<String> {
    let word = |text: &str| text.trim_start().chars().take_while(|c| is_word(*c)).collect::<String>();
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let mut depth = 1;
    let mut names = vec![word(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(word(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn browser(path: &str, code: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut words = line.split(|c| !is_word(c));
        if let Some(word) = words.find(|word| BROWSER.iter().any(|name| word.starts_with(name))) {
            problems.push(format!(
                "{path}:{}: only `ui` may name `{word}`: compute plain data here and let ui show it",
                number + 1
            ));
        }
    }
    problems
}

/// What Leptos would compile anew for every type, where the page has one of its own.
#[rustfmt::skip]
const HEAVY: [(&str, &str, &str); 4] = [
    ("view!", "view;", "element::view"),
    ("RwSignal", "RwSignal", "signal::RwSignal"),
    ("Memo", "Memo", "signal::Memo"),
    ("Effect::new(move |_|", "effect", "signal::effect"),
];

fn heavy(path: &str, code: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if path == "src/ui/signal.rs" {
        return problems;
    }
    for (word, import, ours) in HEAVY {
        let (room, _) = ours.split_once("::").unwrap_or((ours, ""));
        let imported = code.lines().any(|line| line.contains(&format!("{room}::")) && line.contains(import));
        let used = lines_with(code, word);
        let first = used.first().filter(|_| !imported || word.contains("::"));
        problems.extend(
            first.map(|line| format!("{path}:{line}: `{word}`: use {ours}: Leptos' own weighs more with each use")),
        );
    }
    problems
}

fn banned(path: &str, code: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (word, instead) in BANNED {
        let clock = matches!(word, "Instant" | "SystemTime");
        if clock && module_of(path) == "cli" {
            continue; // it tells people how long a run took
        }
        problems.extend(lines_with(code, word).iter().map(|line| format!("{path}:{line}: `{word}`: {instead}")));
    }
    for name in FLOAT {
        for form in [format!(".{name}("), format!("f64::{name}"), format!("f32::{name}")] {
            problems.extend(lines_with(code, &form).iter().map(|line| {
                format!("{path}:{line}: `{form}`: use libm's: the platform's differs in its last bits, and so would the trace")
            }));
        }
    }
    problems
}

/// The file and the functions in it that pass these limits; tests may be as long as they like.
fn lengths(path: &str, text: &str, file_limit: usize, function_limit: usize) -> Vec<String> {
    if !path.starts_with("src/") {
        return Vec::new();
    }
    let code = code_of(text);
    let lines: Vec<&str> = without_tests(path, &code).lines().collect();
    let mut problems = Vec::new();
    if lines.len() > file_limit {
        let count = lines.len();
        problems
            .push(format!("{path}:1: {count} lines, more than {file_limit}: split the file where its subject changes"));
    }
    for (first, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
        let length = function_length(&lines[first..]);
        if length > function_limit {
            let name = line.split("fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next()).unwrap_or_default();
            problems.push(format!(
                "{path}:{}: `{name}` has {length} lines, more than {function_limit}: give its steps names",
                first + 1
            ));
        }
    }
    problems
}

fn is_function(line: &str) -> bool {
    let words = line.split_whitespace().take_while(|word| *word != "fn");
    line.contains("fn ")
        && words
            .clone()
            .all(|word| word.starts_with("pub") || ["const", "async", "unsafe", "extern", "in"].contains(&word))
}

/// By indentation, which rustfmt guarantees: the first line as deep as the `fn` that closes a block or ends a declaration.
fn function_length(lines: &[&str]) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let ends = |line: &&str| line.trim_start().starts_with('}') || line.ends_with([';', '}']);
    let end = lines.iter().position(|line| indent(line) == indent(lines[0]) && ends(line));
    end.map_or(lines.len(), |end| end + 1)
}

/// What comes before a file's inline test module. A `tests.rs` is nothing but tests.
fn without_tests<'a>(path: &str, code: &'a str) -> &'a str {
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return "";
    }
    let inline = code.match_indices("#[cfg(test)]\n").find(|(at, attribute)| {
        let next = code[at + attribute.len()..].lines().next().unwrap_or_default();
        next.starts_with("mod ") && next.ends_with('{')
    });
    inline.map_or(code, |(at, _)| &code[..at])
}

/// The numbers of the lines that hold `word`, not as a part of a longer word.
fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let holds = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let joined = |a: Option<char>, b: Option<char>| a.is_some_and(is_word) && b.is_some_and(is_word);
            !joined(line[..at].chars().next_back(), word.chars().next())
                && !joined(word.chars().next_back(), line[at + word.len()..].chars().next())
        })
    };
    code.lines().enumerate().filter(|(_, line)| holds(line)).map(|(number, _)| number + 1).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text with comments and what stands in quotes blanked out; lines stay where they are.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = blank_length(rest, code.chars().next_back());
        let taken = if length == 0 { c.len_utf8() } else { length };
        let (piece, after) = rest.split_at(taken);
        if length == 0 {
            code.push(c);
        } else {
            code.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    code
}

/// How many bytes of comment, string or character literal start here; `before` is the character before.
fn blank_length(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with('r') && !before.is_some_and(is_word) || rest.starts_with("br") {
        let hashes: String = rest.trim_start_matches(['b', 'r']).chars().take_while(|c| *c == '#').collect();
        let open = rest.find('"').filter(|at| rest[..*at].chars().all(|c| "br#".contains(c)));
        if let Some(open) = open {
            let close = format!("\"{hashes}");
            return rest[open + 1..].find(&close).map_or(rest.len(), |end| open + 1 + end + close.len());
        }
    }
    match rest.chars().next() {
        Some('"') => quoted_length(rest, '"').unwrap_or(rest.len()),
        // A lifetime has no second quote two characters on.
        Some('\'') if rest[1..].starts_with('\\') || rest[1..].chars().nth(1) == Some('\'') => {
            quoted_length(rest, '\'').unwrap_or(1)
        }
        _ => 0,
    }
}

fn quoted_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where, a bad line, and a part of what must be said about it.
#[rustfmt::skip]
const SAMPLES: &[(&str, &str, &str)] = &[
    ("src/units/mod.rs", "use crate::sim::Run;", "`units` may not use `sim`"),
    ("src/sim/mod.rs", "use crate::{design::Wire, lesson};", "`sim` may not use `lesson`"),
    ("src/sim/mod.rs", "use crate::{\n    design::{Wire, Design},\n    scene::Dot,\n};", "2: `sim` may not use `scene`"),
    ("src/sim/mod.rs", "use super::metrics::Frame;", "`sim` may not use `metrics`"),
    ("src/sim/station.rs", "use super::super::metrics::Frame;", "`sim` may not use `metrics`"),
    ("src/sim.rs", "fn f() -> crate::editor::State {}", "`sim` may not use `editor`"),
    ("src/scene/mod.rs", "use crate::ui::x;", "`scene` may not use `ui`"),
    ("src/ui/mod.rs", "use crate::cli::x;", "`ui` may not use `cli`"),
    ("src/lesson/mod.rs", "use crate::cli::x;", "`lesson` may not use `cli`"),
    ("src/cli/mod.rs", "use crate::ui::x;", "`cli` may not use `ui`"),
    ("src/scene/mod.rs", "use leptos::prelude::*;", "only `ui` may name `leptos`"),
    ("src/editor/mod.rs", "fn f(w: &web_sys::Window) {}", "only `ui` may name `web_sys`"),
    ("src/cli/mod.rs", "use plotters_canvas::X;", "only `ui` may name `plotters_canvas`"),
    ("src/units/mod.rs", "use gloo_timers::X;", "only `ui` may name `gloo_timers`"),
    ("src/sim/mod.rs", "use std::collections::HashMap;", "use BTreeMap"),
    ("src/cli/mod.rs", "let seen: HashSet<u8>;", "use BTreeSet"),
    ("src/sim/mod.rs", "use std::time::Instant;", "use units::Time"),
    ("src/sim/mod.rs", "let t = std::time::SystemTime::now();", "use units::Time"),
    ("src/sim/mod.rs", "static mut COUNT: u8 = 0;", "pass the value in"),
    ("src/sim/mod.rs", "thread_local! {}", "pass the value in"),
    ("src/sim/mod.rs", "use rand::rngs::SmallRng;", "SmallRng's stream differs"),
    ("src/sim/mod.rs", "let mut rng = rand::rng();", "use the scenario's seed"),
    ("src/sim/mod.rs", "let y = x.ln();", "use libm's"),
    ("src/sim/mod.rs", "let y = 2.0_f64.powf(x);", "use libm's"),
    ("src/scene/mod.rs", "let y = f64::sin(x);", "use libm's"),
    ("src/sim/mod.rs", "let quote = '\"'; let y = x.exp();", "use libm's"),
    ("src/sim/mod.rs", "let s = r#\"\"\"#; let y = x.exp();", "use libm's"),
    ("src/sim/mod.rs", "fn f<'a>(x: &'a f64) { x.exp(); }", "use libm's"),
    ("src/sim/mod.rs", "#[cfg(test)]\nmod tests;\nuse std::time::Instant;", "4: `Instant`"),
    ("src/ui/help.rs", "fn f() { view! { <p></p> } }", "use element::view"),
    ("src/ui/help.rs", "let open = RwSignal::new(false);", "use signal::RwSignal"),
    ("src/ui/help.rs", "use super::signal::effect;\nEffect::new(move |_| ());", "3: `Effect::new"),
    ("src/sim/utils.rs", "", "`utils` says nothing"),
    ("src/common/mod.rs", "", "`common` says nothing"),
    ("src/ui/mod.rs", "mod types {}", "`types` says nothing"),
    ("src/lib.rs", "pub mod units;", "the map does not name `units`"),
    ("src/lib.rs", "//! | [`units`] | x | y |\npub use a_crate::{units, sim};", "the map does not name `sim`"),
    ("src/lib.rs", "pub use a_crate::sim;", "the map does not name `sim`"),
    ("src/lib.rs", "//! | [`magic`] | x | y |\npub mod magic;", "`magic` has no place in the order"),
];

/// What the rules must leave alone.
#[rustfmt::skip]
const FINE: &[(&str, &str)] = &[
    ("src/sim/mod.rs", "use crate::{design::Wire, units::{Rate, Time}};"),
    ("src/sim/station.rs", "use super::metrics::Own;"),
    ("src/sim/mod.rs", "#[cfg(test)]\nmod tests {\n    use super::metrics::Own;\n}"),
    ("src/cli/mod.rs", "use crate::scene::Dot;\nuse std::time::Instant;"),
    ("src/ui/mod.rs", "use leptos::prelude::*;\nuse crate::scene::Dot;\nuse std::collections::HashMap;"),
    ("src/ui/help.rs", "use super::element::view;\nuse super::signal::{Memo, effect};\nfn f(of: Memo<u8>) { view! { <p></p> } }"),
    ("src/main.rs", "fn main() { pressure_point::ui::start(); }"),
    ("src/sim/mod.rs", "// A HashMap would not do, nor x.exp(), nor leptos.\nlet s = \"HashMap, crate::ui\";"),
    ("src/sim/mod.rs", "/* Instant */ let s = r#\"a \"HashMap\" b\"#;"),
    ("src/sim/mod.rs", "let y = libm::exp(x).sqrt().max(1.0); let instantly = Instants; exp(x);"),
    ("src/sim/mod.rs", "#[cfg(test)]\nmod tests {\n    fn f() { 2.0_f64.ln(); }\n}"),
    ("src/lib.rs", "//!\n//! | [`units`] | x | y |\n//! | `ui` | x | y |\npub mod units;\npub mod ui;"),
];

#[test]
fn each_rule_finds_its_sample() {
    for (path, sample, expected) in SAMPLES {
        let problems = problems_of(path, &format!("//! A sentence.\n{sample}\n"));
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{sample:?} in {path} gave {problems:?}");
    }
}

#[test]
fn each_rule_leaves_the_rest_alone() {
    for (path, sample) in FINE {
        let problems = problems_of(path, &format!("//! A sentence.\n{sample}\n"));
        assert_eq!(problems, Vec::<String>::new(), "{sample:?} in {path}");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for text in ["", "use x;", "//!\n", "// A comment.\n", "//! unfinished\nuse x;", "\n//! Too late.\n"] {
        assert_eq!(problems_of("tests/x.rs", text).len(), 1, "{text:?}");
        assert_eq!(problems_of("src/units/x.rs", text).len(), 1, "{text:?}");
    }
    assert!(problems_of("tests/x.rs", "//! One sentence\n//! over two lines.\n//!\n//! And more\n").is_empty());
}

#[test]
fn lengths_are_counted_without_tests() {
    let file = |lines: usize, end: &str| format!("//! A sentence.\n{}{end}", "const X: u8 = 0;\n".repeat(lines - 1));
    let tests = "#[cfg(test)]\nmod tests {\n    fn f() {}\n}\n";
    assert_eq!(problems_of("src/sim/x.rs", &file(500, tests)), Vec::<String>::new());
    assert_eq!(problems_of("src/sim/x.rs", &file(501, "")).len(), 1);
    assert_eq!(problems_of("src/sim/tests.rs", &file(900, "")), Vec::<String>::new());

    let function = |lines: usize| {
        let body = "        x();\n".repeat(lines - 4);
        format!(
            "//! A sentence.\nimpl X {{\n    pub(crate) fn f(\n        x: u8,\n    ) {{\n{body}    }}\n    fn g(x: u8);\n}}\n"
        )
    };
    assert_eq!(problems_of("src/sim/x.rs", &function(80)), Vec::<String>::new());
    let problems = problems_of("src/sim/x.rs", &function(81));
    assert!(problems[0].contains("3: `f` has 81 lines"), "{problems:?}");
}
