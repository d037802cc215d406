//! Lesson and course files, row by row; every real lesson proved both ways; and hostile texts.

use std::path::{Path, PathBuf};
use std::process::Command;

use pressure_point::design::{Component, Design, Kind, Problem, read};
use pressure_point::lesson::{Block, Course, Goal, Lesson, LessonTexts, Progress, best_language, missing_file, verify};

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
    assert_eq!(hint.html, "<p>Use <code>cores</code>.</p>");
    assert!(code.starts_with("<pre><code class=\"language-rust\">"));
    let [Block::Predict(predict), Block::Design(design)] = lesson.steps[2].blocks.as_slice() else { panic!() };
    assert_eq!(predict.question, "How <em>many</em>?");
    assert_eq!(
        (predict.options.as_slice(), predict.right),
        (&["one".to_owned(), "two\nor so".to_owned()][..], Some(1))
    );
    assert_eq!(predict.explanation, "<p>Two.</p>\n<p>Always two.</p>");
    assert_eq!(design.design.components.len(), 1);
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
    check("[\"server\"]", "\"server\"", "l/lesson.md:5: `palette` must be a list | write it like `palette = [\"…\"]`");
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
        "l/lesson.md:25: unknown metric `eror_rate` (column 1) | did you mean `error_rate`?\n    eror_rate(users) <= 1%\n    ^",
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

/// A misspelt goal is told alone: what follows from it would only hide it.
#[test]
fn a_misspelt_goal_is_told_first() {
    let problems = lesson(&LESSON.replace("p95(users) < 500ms  # quick", "p96(users) < 500ms")).expect_err("bad");
    assert_eq!(
        told(&problems),
        "l/lesson.md:22: unknown metric `p96` (column 1) | did you mean `p90`?\n    p96(users) < 500ms\n    ^"
    );
}

/// The small lesson with all that a lesson can have.
const FULL: &str = r#"+++
title = "Full"
summary = "All there is."
minutes = 3
budget = "$1/h"
teaches = ["server.cores", "wire.retry", "cache"]
languages = ["de"]
+++

## Do

```predict run
What then?
- [x] this
- [ ] that
> So.
```

```predict metric = "p95(users) at end"
How long?
> Long, see [why](#term=queueing).
```

```hint when utilization(app) > 95% for 2s
Busy.
```

```hint when missed p95(users) < 500ms
Slow. ![x](pic.svg)
```

```goals
p95(users) < 500ms
```

```design run
version = 1
[components.users]
kind = "clients"
+++
Nobody **serves** them.
```

```debrief
Well done.
```

## Debrief

More.
"#;

#[test]
fn all_that_a_lesson_can_have() {
    let full = lesson(FULL).expect("a good lesson");
    let [
        Block::Predict(choice),
        Block::Predict(guess),
        Block::Hint(busy),
        Block::Hint(slow),
        Block::Goals(_),
        Block::Design(design),
    ] = full.steps[0].blocks.as_slice()
    else {
        panic!("{:?}", full.steps[0].blocks)
    };
    assert!(choice.run && choice.metric.is_none() && choice.right == Some(0));
    let metric = guess.metric.as_ref().expect("a metric");
    assert_eq!((metric.text.as_str(), metric.watch, guess.right, guess.run), ("p95(users) at end", 0, None, true));
    let whens = [busy, slow].map(|hint| hint.when.as_ref().map(|when| (when.watch, when.missed)));
    assert_eq!(whens, [Some((1, false)), Some((2, true))]);
    let graded: Vec<String> = full.graded().into_iter().map(|goal| goal.text).collect();
    assert_eq!(
        graded,
        [
            "p95(users) < 500ms",
            "cost <= $1/h",
            "p95(users) at end",
            "utilization(app) > 95% for 2s",
            "p95(users) < 500ms"
        ]
    );
    assert_eq!(design.run.as_deref(), Some("<p>Nobody <strong>serves</strong> them.</p>"));
    let prose = |text: &str| Block::Prose(format!("<p>{text}</p>"));
    assert_eq!(full.debrief, [prose("Well done."), prose("More.")]);
    assert_eq!(full.steps.len(), 1);
    let links: Vec<(&str, bool, u32)> = full.links.iter().map(|l| (l.url.as_str(), l.image, l.line)).collect();
    assert_eq!(links, [("#term=queueing", false, 21), ("pic.svg", true, 29)]);
    let taught: Vec<String> = full.teaches.iter().map(|taught| taught.what.to_string()).collect();
    assert_eq!(taught, ["server.cores", "wire.retry", "cache"]);
    assert_eq!(full.rules.over_budget(&full.start), None);
    let mut dear = full.start.clone();
    (0..20).for_each(|n| dear.components.push(Component { name: format!("a{n}"), ..dear.components[1].clone() }));
    assert_eq!(full.rules.over_budget(&dear).as_deref(), Some("it costs $1.05/h; the budget is $1/h"));
}

#[test]
fn bad_blocks_say_where_and_what_to_try() {
    let check = |from: &str, to: &str, expected: &str| {
        assert_eq!(FULL.matches(from).count(), 1, "{from} must stand once in the lesson");
        assert_eq!(told(&lesson(&FULL.replace(from, to)).expect_err(to)), expected, "{to}");
    };
    check(
        "predict run",
        "predict ran",
        "l/lesson.md:12: `ran` says nothing of a prediction | write ```predict, ```predict run, or ```predict metric = \"p95(users) at end\"",
    );
    check(
        "\"p95(users) at end\"",
        "\"p95(users) < 1s\"",
        "l/lesson.md:19: a metric has no bound here (column 12) | write it like `p95(users) during spike`\n    p95(users) < 1s\n               ^",
    );
    check(
        "hint when missed p95(users) < 500ms",
        "hint when missed p95(users) < 500",
        "l/lesson.md:28: `500` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\" (column 21) | `p95` is 95% of the good answers came within this time\n    missed p95(users) < 500\n                        ^",
    );
    check(
        "hint when util",
        "hint if util",
        "l/lesson.md:24: `if utilization(app) > 95% for 2s` says nothing of a hint | write ```hint, or ```hint when utilization(db) > 95% for 5s",
    );
    check(
        "```design run",
        "```design",
        "l/lesson.md:36: only what is run has an afterwards | begin the block with ```design run",
    );
    check(
        "More.",
        "```hint\nMore.\n```",
        "l/lesson.md:50: a `hint` block cannot stand in the debrief | the debrief comes when all is solved: put it into a step",
    );
    check("\"$1/h\"", "3", "l/lesson.md:5: `budget` must be a price in quotes | write it like `budget = \"$3/h\"`");
    check("\"$1/h\"", "\"3 apples\"", "l/lesson.md:5: `3 apples` is not a price; write it like `$3/h`");
    check("\"wire.retry\"", "\"wire.retri\"", "l/lesson.md:6: unknown setting `retri` | did you mean `retry`?");
    check(
        "\"wire.retry\"",
        "\"patience\"",
        "l/lesson.md:6: `patience` is nothing that can be taught | name a kind like `cache`, or a setting like `server.capacity` or `wire.retry`",
    );
    check(
        "[\"de\"]",
        "[\"../x\"]",
        "l/lesson.md:7: `../x` is no language | write it like `languages = [\"de\", \"pt-BR\"]`; each has its text in lesson.de.md",
    );
}

#[test]
fn translations_say_the_same() {
    let full = lesson(FULL).expect("a good lesson");
    let front = "title = \"Alles\"\nsummary = \"Alles, was es gibt.\"\n+++\n\n## Tun\n\nProsa.\n";
    let german = format!("+++\n{front}{}", &FULL[FULL.find("## Do\n").unwrap() + 6..].replace("Busy.", "Am Anschlag."));
    let read = full.translated("l", "de", &german).expect("a good translation");
    assert_eq!((read.title.as_str(), read.steps[0].title.as_str(), read.goals.len()), ("Alles", "Tun", 2));
    assert_eq!((read.rules == full.rules, read.start == full.start), (true, true));
    let check = |from: &str, to: &str, expected: &str| {
        let problems = full.translated("l", "de", &german.replacen(from, to, 1)).expect_err(to);
        assert_eq!(told(&problems), expected, "{to}");
    };
    check(
        "```goals\np95(users) < 500ms",
        "```goals\np95(users) < 400ms",
        "l/lesson.de.md:31: goal 1 is `p95(users) < 400ms`, in lesson.md `p95(users) < 500ms` | as in lesson.md; only words are translated",
    );
    check(
        "- [x] this\n- [ ] that",
        "- [ ] this\n- [x] that",
        "l/lesson.de.md:1: step 1 (“Tun”): a prediction has other options, or another right one | as in lesson.md; only words are translated",
    );
    check(
        "summary",
        "minutes = 3\nsummary",
        "l/lesson.de.md:3: `minutes` does not belong into a translation | a translation has `title` and `summary`; all else stands in lesson.md",
    );
    check(
        "Prosa.",
        "Prosa.\n\n## Mehr",
        "l/lesson.de.md:1: there are 2 steps, in lesson.md 1 | each step has a heading `## ` of its own",
    );
    let languages = ["de".to_owned(), "pt-BR".to_owned()];
    let best = |wanted| best_language(&languages, wanted);
    assert_eq!(
        (best("de-AT"), best("pt-br"), best("pt"), best("en")),
        (Some("de"), Some("pt-BR"), Some("pt-BR"), None)
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
        ..LessonTexts::default()
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

/// What is taught must be needed: the tool tries what a learner would.
#[test]
fn nothing_wins_without_what_is_taught() {
    let start = START.replace("100/s", "1200/s");
    let check = |front: &str, solution: &str, expected: &str| {
        let lesson = LESSON.replace("<b>it</b>", "it").replace("palette = [\"server\"]\n", front);
        let lesson = lesson.replace("cores = 1\n", "cores = 1\ninstances = 1\n");
        let wrong = vec![("slow".to_owned(), start.clone())];
        let (lesson, start, solution) = (Some(lesson), Some(start.clone()), Some(solution.to_owned()));
        let texts = LessonTexts { folder: "l".to_owned(), lesson, start, solution, wrong, ..Default::default() };
        let verdict = verify(&texts, &mut |_| {});
        let variants: Vec<&str> =
            verdict.runs.iter().map(|run| run.build.as_str()).filter(|b| !b.contains(".toml")).collect();
        assert_eq!(format!("{}\n{}", variants.join("; "), told(&verdict.problems)).trim(), expected);
    };
    let two = two_servers();
    let balancer = "[components.lb]\nkind = \"load-balancer\"\n[wires]\n\"users -> lb\" = {}";
    let lb = two.replace("[wires]", balancer).replace("users -> app", "lb -> app").replace("users -> b", "lb -> b");
    // A second server is needed, whatever else is doubled (its cores are fixed here).
    check(
        "palette = [\"server\"]\nteaches = [\"server\"]\n",
        &two,
        "the solution without `server`, every size times 2",
    );
    // Users can share two servers among themselves.
    check(
        "palette = [\"server\", \"load-balancer\"]\nteaches = [\"load-balancer\"]\n",
        &lb,
        "the solution without `load-balancer`; the solution without `load-balancer`, every size times 2; the start, every size times 2\n\
         l/lesson.md:6: the lesson can be won without what it teaches: the solution without `load-balancer` | lower the budget, fix the sizes, or make a goal harder\n\
         l/lesson.md:6: the lesson can be won without what it teaches: the solution without `load-balancer`, every size times 2 | lower the budget, fix the sizes, or make a goal harder",
    );
}

#[test]
fn links_terms_and_hints_are_looked_after() {
    let check = |from: &str, to: &str, expected: &str| {
        let mut texts = texts(&two_servers(), &[("slow", &START.replace("100/s", "1200/s"))]);
        texts.around.files = Some(vec!["pic.svg".to_owned()]);
        texts.around.lessons = Some(vec!["part-1/01-it-works".to_owned()]);
        texts.around.glossary = Some("# Glossary\n\n## Tail latency {#tail-latency}\n\nThe slow ones.\n".to_owned());
        texts.lesson = texts.lesson.map(|text| text.replace(from, to));
        assert_eq!(told(&verify(&texts, &mut |_| {}).problems), expected, "{to}");
    };
    let see = |link: &str| format!("See {link}.");
    check(
        "See it run.",
        &see("![x](pic.svg) [t](#term=tail-latency) [m](#model=cache) [l](#lesson=part-1/01-it-works)"),
        "",
    );
    check(
        "See it run.",
        &see("![x](pic.png)"),
        "l/lesson.md:19: there is no image `pic.png` in the lesson's folder | add it, or mend the name",
    );
    check(
        "See it run.",
        &see("[t](#term=tail-latenzy)"),
        "l/lesson.md:19: the glossary has no term `tail-latenzy` | did you mean `tail-latency`?",
    );
    check(
        "See it run.",
        &see("[t](#lesson=part-1/1)"),
        "l/lesson.md:19: the course has no lesson `part-1/1` | there is part-1/01-it-works",
    );
    check(
        "See it run.",
        &see("[t](#model=cash)"),
        "l/lesson.md:19: there is no page `cash` of the model | did you mean `cache`?",
    );
    check(
        "See it run.",
        &see("[t](#goals)"),
        "l/lesson.md:19: the link to `#goals` leads nowhere | an address of the app is `#term=…`, `#model=…`, `#lesson=…`, `#sandbox` or `#home`",
    );
    check(
        "Use `cores`.",
        "Use a `cdn`.",
        "l/lesson.md:29: this hint speaks of `cdn`, which is neither in the start nor in the palette | add it to `palette`, or speak of something else",
    );
    check(
        "Use `cores`.",
        "Use a load balancer.",
        "l/lesson.md:29: this hint speaks of `load-balancer`, which is neither in the start nor in the palette | add it to `palette`, or speak of something else",
    );
    check(
        "```hint",
        "```hint when utilization(db) > 90%",
        "l/lesson.md:1: nothing can be watched for: there is no `db` to take `utilization` of (in start.toml and solution.toml) | did you mean `b`?\n    utilization(db) > 90%\n               ^",
    );
    check(
        "minutes = 3",
        "minutes = 3\nbudget = \"$0.06/h\"",
        "l/solution.toml:1: it costs $0.1/h; the budget is $0.06/h | make the solution cheaper, or raise `budget` in lesson.md",
    );
    check(
        "minutes = 3",
        "minutes = 3\nlanguages = [\"de\"]",
        "l/lesson.md:1: there is no text in language `de` | add lesson.de.md, or take it out",
    );
}

#[test]
fn margins_and_hints_that_never_open_are_told() {
    let mut texts = texts(&two_servers(), &[("slow", &START.replace("100/s", "1200/s"))]);
    texts.lesson = texts.lesson.map(|text| text.replace("```hint", "```hint when utilization(app) < 1% for 2s"));
    let verdict = verify(&texts, &mut |_| {});
    assert_eq!(told(&verdict.problems), "");
    assert_eq!(
        told(&verdict.warnings),
        "l/lesson.md:29: no run of the start or of a wrong build opens this hint: `utilization(app) < 1% for 2s` | a learner will hardly see it: ask for less"
    );
    let margins: Vec<&str> = verdict.margins.iter().map(|margin| margin.goal.as_str()).collect();
    assert_eq!(margins, ["p95(users) < 500ms", "error_rate(users) <= 1%"]);
    assert!(verdict.margins.iter().all(|margin| margin.share > 0.05), "{:?}", verdict.margins);
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

/// All runs of a lesson are made on all cores, so that one command for the whole course is quickest.
#[test]
fn every_lesson_proves_itself() {
    let (holds, said) = checked(&lessons());
    assert!(holds, "{said}");
    assert!(said.contains("margin of `"), "{said}");
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
