//! Lesson and course files, row by row; every real lesson proved both ways; and hostile texts.

use std::path::{Path, PathBuf};
use std::process::Command;

use pressure_point::design::{Component, Design, Kind, Problem, read};
use pressure_point::lesson::{Block, Course, Goal, Lesson, LessonTexts, Progress, missing_file, verify};

const START: &str = r#"version = 1
duration = "5s"
[components.users]
kind = "clients"
traffic = "100/s"
[components.app]
kind = "server"
cores = 1
capacity = 5000
[wires]
"users -> app" = {}
"#;

const LESSON: &str = r#"+++
title = "Small"
summary = "A lesson of the tests."
minutes = 3
palette = ["server"]
locked = ["users"]

[fixed.server]
cores = 1

[wrong.slow]
misses = "p95(users)   < 500ms"
because = "It is slow."
+++
Read *this* first.

## Do

See <b>it</b> run.

```goals
p95(users) < 500ms  # quick

# not a goal
error_rate(users) <= 1%
```

```hint
Use `cores`.
```

```rust
fn main() {}
```

## Think

```predict
How *many*?
- [ ] one
- [x] two
  or so
> Two.
>
> Always two.
```

```design
version = 1
[components.users]
kind = "clients"
```
"#;

fn lesson(text: &str) -> Result<Lesson, Vec<Problem>> {
    Lesson::read("l", text, START)
}

fn told(problems: &[Problem]) -> String {
    let one = |problem: &Problem| match &problem.hint {
        Some(hint) => format!("{}:{}: {} | {hint}", problem.path, problem.line, problem.message),
        None => format!("{}:{}: {}", problem.path, problem.line, problem.message),
    };
    problems.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_lesson_is_read_in_order() {
    let lesson = lesson(LESSON).expect("the lesson is good");
    assert_eq!((lesson.title.as_str(), lesson.minutes), ("Small", 3));
    let titles: Vec<&str> = lesson.steps.iter().map(|step| step.title.as_str()).collect();
    assert_eq!(titles, ["Small", "Do", "Think"]);
    assert_eq!(lesson.steps[0].blocks, [Block::Prose("<p>Read <em>this</em> first.</p>".to_owned())]);
    let [Block::Prose(see), Block::Goals(goals), Block::Hint(hint), Block::Prose(code)] =
        lesson.steps[1].blocks.as_slice()
    else {
        panic!("{:?}", lesson.steps[1].blocks)
    };
    assert_eq!(see, "<p>See &lt;b&gt;it&lt;/b&gt; run.</p>");
    assert_eq!((goals.as_slice(), lesson.goal_lines.as_slice()), (&[0, 1][..], &[22, 25][..]));
    assert_eq!((lesson.goals[0].text.as_str(), lesson.goals[0].note.as_str()), ("p95(users) < 500ms", "quick"));
    assert_eq!(hint, "<p>Use <code>cores</code>.</p>");
    assert!(code.starts_with("<pre><code class=\"language-rust\">"));
    let [Block::Predict(predict), Block::Design(design)] = lesson.steps[2].blocks.as_slice() else { panic!() };
    assert_eq!(predict.question, "How <em>many</em>?");
    assert_eq!((predict.options.as_slice(), predict.right), (&["one".to_owned(), "two\nor so".to_owned()][..], 1));
    assert_eq!(predict.explanation, "<p>Two.</p>\n<p>Always two.</p>");
    assert_eq!(design.components.len(), 1);
    assert_eq!(
        told(&lesson.left_out),
        "l/lesson.md:19: raw HTML is shown as text: `<b>` | lessons are plain Markdown\n\
         l/lesson.md:19: raw HTML is shown as text: `</b>` | lessons are plain Markdown"
    );
    assert_eq!(lesson.wrong[0].misses, ["p95(users) < 500ms"]);
    assert_eq!(lesson.rules.palette.len(), 1);
}

#[test]
fn bad_lessons_say_where_and_what_to_try() {
    let check = |from: &str, to: &str, expected: &str| {
        assert_eq!(LESSON.matches(from).count(), 1, "{from} must stand once in the lesson");
        let problems = lesson(&LESSON.replace(from, to)).expect_err(to);
        assert_eq!(told(&problems), expected, "{to}");
    };
    check(
        "title = \"Small\"",
        "titel = \"Small\"",
        "l/lesson.md:1: `title` is missing | add `title = \"…\"` to the front matter\nl/lesson.md:2: unknown setting `titel` | did you mean `title`?",
    );
    check("minutes = 3", "minutes = 300", "l/lesson.md:4: `minutes` must be a whole number from 1 to 60");
    check("minutes = 3", "minutes = ", "l/lesson.md:4: string values must be quoted, expected literal string");
    check("[\"server\"]", "[\"servre\"]", "l/lesson.md:5: unknown kind `servre` | did you mean `server`?");
    check(
        "[\"server\"]",
        "\"server\"",
        "l/lesson.md:5: `palette` must be a list | write it like `palette = [\"server\"]`",
    );
    check("[\"users\"]", "[\"user\"]", "l/lesson.md:6: `user` is locked but not in start.toml | did you mean `users`?");
    check("[fixed.server]", "[fixed.sever]", "l/lesson.md:8: unknown kind `sever` | did you mean `server`?");
    check("cores = 1", "cors = 1", "l/lesson.md:9: unknown setting `cors` | did you mean `cores`?");
    check(
        "because = \"It is slow.\"",
        "",
        "l/lesson.md:11: wrong build `slow` does not say why it loses | add `because = \"…\"`: why it loses, in a sentence for learners",
    );
}

#[test]
fn more_bad_lessons() {
    let check = |from: &str, to: &str, expected: &str| {
        assert_eq!(LESSON.matches(from).count(), 1, "{from} must stand once in the lesson");
        let problems = lesson(&LESSON.replace(from, to)).expect_err(to);
        assert_eq!(told(&problems), expected, "{to}");
    };
    check(
        "p95(users)   < 500ms",
        "p95(users) < 400ms",
        "l/lesson.md:11: wrong build `slow` should miss `p95(users) < 400ms`, which is no goal of this lesson | did you mean `p95(users) < 500ms`?",
    );
    check(
        "error_rate(users) <= 1%",
        "eror_rate(users) <= 1%",
        "l/lesson.md:25: unknown metric `eror_rate` (column 1) | did you mean `error_rate`?",
    );
    check("```hint", "```hints", "l/lesson.md:28: unknown block `hints` | did you mean `hint`?");
    check(
        "```hint\nUse `cores`.\n```",
        "- list\n  ```hint\n  Use `cores`.\n  ```",
        "l/lesson.md:29: a `hint` block cannot stand within a list or a quote | begin it at the margin",
    );
    check("- [x] two", "- [ ] two", "l/lesson.md:39: a prediction has exactly one right option, `- [x] …`");
    check(
        "- [ ] one",
        "- one",
        "l/lesson.md:39: a prediction has 2 to 8 options, each `- [ ] …`\nl/lesson.md:40: this option is not marked | begin it with `- [ ]`, or with `- [x]` if it is the right one",
    );
    check(
        "> Two.\n>\n> Always two.\n",
        "",
        "l/lesson.md:39: a prediction ends with its explanation, in lines that begin with `>`",
    );
    check(
        "version = 1\n[comp",
        "version = 2\n[comp",
        "l/lesson.md:49: this version of the format is not known | only `version = 1` exists yet",
    );
}

#[test]
fn what_is_no_lesson_at_all() {
    let check = |text: &str, expected: &str| assert_eq!(told(&lesson(text).expect_err(text)), expected, "{text}");
    check(
        "",
        "l/lesson.md:1: the front matter is missing | begin the file with a line `+++`, then `title = \"…\"`, then `+++`",
    );
    check(
        "<!DOCTYPE html><html>",
        "l/lesson.md:1: this is a web page, not a lesson | the file is missing, and the server sent its start page in place of it",
    );
    check("+++\ntitle = \"x\"\n", "l/lesson.md:1: the front matter is never closed | end it with a line `+++`");
    let front = "+++\ntitle = \"x\"\nsummary = \"y\"\nminutes = 1\n+++\n";
    check(
        front,
        "l/lesson.md:1: this lesson has no text | write its steps under `## ` headings, after the front matter",
    );
    check(
        &format!("{front}Text."),
        "l/lesson.md:1: this lesson has no goal | add a fenced block with the info string `goals`",
    );
    check(&"x".repeat(300_000), "l/lesson.md:1: this file is too large for a lesson | at most 200000 bytes are read");
    let broken =
        Lesson::read("l", LESSON, "version = 1\n[components.app]\nkind = \"sever\"\n").expect_err("a bad start");
    assert_eq!(told(&broken), "l/start.toml:3: unknown kind `sever` | did you mean `server`?");
    assert_eq!(
        missing_file("l/start.toml").to_string(),
        "l/start.toml:1: this file is missing\n  hint: a lesson's folder has lesson.md, start.toml and solution.toml"
    );
}

#[test]
fn windows_line_ends_change_nothing() {
    let lesson = lesson(&LESSON.replace('\n', "\r\n")).expect("the lesson is good");
    assert_eq!(lesson.goal_lines, [22, 25]);
    assert_eq!(lesson.steps.len(), 3);
}

#[test]
fn rules_say_what_was_broken() {
    let lesson = lesson(LESSON).expect("the lesson is good");
    let start = read(START).expect("a good design");
    let check = |change: &dyn Fn(&mut Design), expected: &[&str]| {
        let mut design = start.clone();
        change(&mut design);
        assert_eq!(lesson.rules.broken_by(&design, &start), expected);
    };
    let added = |word: &str| Component {
        name: "new".to_owned(),
        kind: Kind::of(word).expect(word),
        ..start.components[0].clone()
    };
    check(&|_| {}, &[]);
    check(&|design| design.components[0].at.x = 99.0, &[]);
    check(&|design| design.seed = 99, &[]);
    check(&|design| drop(design.components.remove(0)), &["`users` is locked in this lesson and stays as it is"]);
    check(&|design| design.components[1].name = "other".to_owned(), &[]);
    check(&|design| design.components.push(lesson_component(&lesson, "server")), &[]);
    check(&|design| design.components.push(added("server")), &["`new`: `cores` is fixed in this lesson"]);
    check(&|design| design.components.push(added("cache")), &["`new`: this lesson has no cache to add"]);
    check(
        &|design| design.duration = design.duration + design.duration,
        &["the script (duration, spans, faults) belongs to the lesson and stays as it is"],
    );
    check(
        &|design| design.classes[0].cost.reads = 3,
        &["the request classes belong to the lesson and stay as they are"],
    );
}

fn lesson_component(lesson: &Lesson, word: &str) -> Component {
    let kind = lesson.rules.palette.iter().find(|kind| kind.word() == word).expect("in the palette").clone();
    Component { name: "more".to_owned(), at: Default::default(), region: None, kind }
}

const COURSE: &str = "version = 1\ntitle = \"All\"\n[[parts]]\ntitle = \"One\"\nlessons = [\"a/01-x\", \"a/02-y\"]\n[[parts]]\ntitle = \"Two\"\nlessons = [\"b/01-z\"]\n";

#[test]
fn courses() {
    let course = Course::read("course.toml", COURSE).expect("a good course");
    assert_eq!(course.lessons().collect::<Vec<_>>(), ["a/01-x", "a/02-y", "b/01-z"]);
    assert_eq!((course.next("a/02-y"), course.next("b/01-z"), course.next("?")), (Some("b/01-z"), None, None));
    let check = |from: &str, to: &str, expected: &str| {
        let problems = Course::read("c", &COURSE.replacen(from, to, 1)).expect_err(to);
        assert_eq!(told(&problems), expected, "{to}");
    };
    check("version = 1", "version = 2", "c:1: this version of the format is not known | only `version = 1` exists yet");
    check(
        "\"a/02-y\"",
        "\"../../etc\"",
        "c:5: `../../etc` is no folder of a lesson | use letters, digits, `-`, `_` and `/` between folders, like `part-1/01-it-works`",
    );
    check("\"a/02-y\"", "\"a/01-x\"", "c:5: `a/01-x` stands in the course twice");
    check("\"b/01-z\"", "\"a/01-x\"", "c:8: `a/01-x` stands in the course twice");
    check("title = \"One\"\n", "", "c:3: `title` is missing | add `title = \"…\"`");
    check(
        "lessons = [\"b/01-z\"]",
        "lesons = []",
        "c:6: a part needs a list of its lessons | write it like `lessons = [\"part-1/01-it-works\"]`\nc:8: unknown setting `lesons` | did you mean `lessons`?",
    );
    let bare = Course::read("c", "version = 1\ntitle = \"x\"\nparts = 3\n").expect_err("parts are a list");
    assert_eq!(told(&bare), "c:3: `parts` must be a list | write each part under its own `[[parts]]`");
}

fn texts(solution: &str, wrong: &[(&str, &str)]) -> LessonTexts {
    LessonTexts {
        folder: "l".to_owned(),
        lesson: Some(LESSON.replace("<b>it</b>", "it")),
        start: Some(START.replace("100/s", "1200/s")),
        solution: Some(solution.to_owned()),
        wrong: wrong.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
    }
}

/// A second server, for a crowd that one cannot serve.
fn two_servers() -> String {
    START
        .replace("100/s", "1200/s")
        .replace("[wires]", "[components.b]\nkind = \"server\"\ncores = 1\n[wires]\n\"users -> b\" = {}")
}

#[test]
fn the_verifier_reports_like_a_compiler() {
    let start = START.replace("100/s", "1200/s");
    let check = |texts: LessonTexts, expected: &str| assert_eq!(told(&verify(&texts, &mut |_| {}).problems), expected);
    check(texts(&two_servers(), &[("slow", &start)]), "");
    check(
        texts(&two_servers(), &[]),
        "l/lesson.md:11: wrong build `slow` has no file | add wrong-slow.toml to the lesson's folder",
    );
    check(
        texts(&two_servers(), &[("slow", &start), ("odd", &start)]),
        "l/wrong-odd.toml:1: lesson.md does not say why this build loses | add `[wrong.odd]` with `misses` and `because` to the front matter of lesson.md",
    );
    check(
        texts(&two_servers().replace("cores = 1", "cores = 2"), &[("slow", &start)]),
        "l/solution.toml:1: `app`: `cores` is fixed in this lesson | a learner could not build this; change the file, or `palette`, `fixed` and `locked` in lesson.md\n\
         l/solution.toml:1: `b`: `cores` is fixed in this lesson | a learner could not build this; change the file, or `palette`, `fixed` and `locked` in lesson.md",
    );
    let met = verify(&texts(&two_servers(), &[("slow", &two_servers())]), &mut |_| {}).problems;
    assert_eq!(met.len(), 1);
    assert!(
        told(&met).starts_with("l/lesson.md:11: wrong build `slow` meets `p95(users) < 500ms`, which it should miss: ")
    );
    let lost = verify(&texts(&start, &[("slow", &start)]), &mut |_| {}).problems;
    assert_eq!(
        lost.iter()
            .filter(|problem| problem.message.starts_with("the solution misses `p95(users) < 500ms` with seed "))
            .count(),
        5
    );
    let mut easy = texts(&two_servers().replace("1200/s", "100/s"), &[("slow", START)]);
    easy.start = Some(START.to_owned());
    assert!(told(&verify(&easy, &mut |_| {}).problems).contains("the start meets every goal"));
    let mut missing = texts("", &[]);
    missing.solution = None;
    assert!(told(&verify(&missing, &mut |_| {}).problems).starts_with("l/solution.toml:0: this file is missing"));
}

/// Runs `pressure-point check` on a path of the repository.
fn checked(path: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pressure-point")).arg("check").arg(path).output().expect("it starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

fn lessons() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons")
}

#[test]
fn every_lesson_proves_itself() {
    let course = std::fs::read_to_string(lessons().join("course.toml")).expect("the course is there");
    let course = Course::read("course.toml", &course).expect("the course is good");
    // Two at once: that is what a small machine has cores for.
    let all: Vec<&str> = course.lessons().collect();
    std::thread::scope(|scope| {
        for half in [all.iter().step_by(2), all[1..].iter().step_by(2)] {
            scope.spawn(move || {
                for lesson in half {
                    let (holds, said) = checked(&lessons().join(lesson));
                    assert!(holds, "{said}");
                }
            });
        }
    });
}

#[test]
fn check_tells_what_is_not_there() {
    let (good, said) = checked(Path::new("no/such/lesson"));
    assert!(!good);
    assert_eq!(
        said,
        "no/such/lesson:1: there is no lesson here\n  hint: give the folder of a lesson, or one with a course.toml\n1 problem in 0 lessons\n"
    );
}

/// A small generator, so that a failure can be repeated from its number.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// Cuts, doubles, swaps or scrambles a piece of the text.
fn mutated(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(chars.len());
        let to = (at + random.below(40)).min(chars.len());
        let piece: Vec<char> = chars[at..to].to_vec();
        match random.below(5) {
            0 => drop(chars.drain(at..to)),
            1 => drop(chars.splice(at..at, piece)),
            2 => drop(chars.splice(at..to, "\u{1F980}\0<script>[](javascript:x)```".chars())),
            3 => drop(chars.splice(
                at..at,
                ["[", "\"", "(", "```goals\n", "+++\n", "- [x] ", "9999999999", "µ"][random.below(8)].chars(),
            )),
            _ => chars.truncate(at.max(1)),
        }
    }
    chars.into_iter().collect()
}

#[test]
fn hostile_texts_never_panic() {
    let real = std::fs::read_to_string(lessons().join("part-1/02-the-spike/lesson.md")).expect("the lesson is there");
    let goals =
        ["p99(users) < 300ms during spike for 20s # x", "retries(users -> app) <= 1_000 after 1m30s", "cost <= $3.5/h"];
    let design = read(START).expect("a good design");
    for seed in 0..300 {
        let random = &mut Random(seed);
        let text = mutated(if seed % 2 == 0 { LESSON } else { &real }, random);
        if let Ok(lesson) = Lesson::read("l", &text, START) {
            let html = format!("{:?}", lesson.steps);
            assert!(!html.contains("<script") && !html.contains("href=\\\"javascript"), "seed {seed}: {html}");
        }
        let _ = Course::read("c", &mutated(COURSE, random));
        let _ = Progress::read(&mutated("version = 1\nsolved = [\n    \"part-1/02-the-spike\",\n]\n", random));
        let goal = mutated(goals[seed as usize % goals.len()], random);
        let _ = goal.parse::<Goal>().map(|goal| goal.check(&design));
    }
}
