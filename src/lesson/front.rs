//! A lesson's front matter: the TOML between `+++` lines at the top of `lesson.md`.

use crate::design::{Design, Findings, Node, Value, check_name};

use super::goal::Unit;
use super::rules::Rules;
use super::stars::StarRules;
use super::taught::Taught;

const KEYS: [&str; 11] =
    ["title", "summary", "minutes", "palette", "fixed", "locked", "wrong", "stars", "budget", "teaches", "languages"];
const WRONG_KEYS: [&str; 2] = ["misses", "because"];
const WRONG_MAX: usize = 20;
const LANGUAGES_MAX: usize = 40;

/// What the front matter says.
#[derive(Debug, Default)]
pub(super) struct Front {
    pub title: String,
    pub summary: String,
    pub minutes: u32,
    pub rules: Rules,
    pub stars: StarRules,
    pub wrong: Vec<WrongBuild>,
    /// What a build may cost, as it is written, and the line.
    pub budget: Option<(String, u32)>,
    pub teaches: Vec<Taught>,
    pub languages: Vec<String>,
}

/// A build that must lose, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongBuild {
    /// Its file is `wrong-NAME.toml`.
    pub name: String,
    /// The goals it must miss, as they are written in the lesson.
    pub misses: Vec<String>,
    /// Why, in a sentence for learners.
    pub because: String,
    /// Its line in `lesson.md`.
    pub line: u32,
}

/// Splits `lesson.md` into front matter and body. Both keep their lines: each is the whole text with the other blanked
/// out to line breaks.
pub(super) fn split(text: &str, findings: &mut Findings) -> Option<(String, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    if start == "<!doctype" {
        let hint = "the file is missing, and the server sent its start page in place of it";
        findings.hint(1, "this is a web page, not a lesson", hint);
        return None;
    }
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("+++") {
        findings.hint(
            1,
            "the front matter is missing",
            "begin the file with a line `+++`, then `title = \"…\"`, then `+++`",
        );
        return None;
    }
    let front: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != "+++").collect();
    let before_body = front.len() + 2;
    if before_body > text.lines().count() {
        findings.hint(1, "the front matter is never closed", "end it with a line `+++`");
        return None;
    }
    let body: Vec<&str> = lines.collect();
    Some((format!("\n{}", front.join("\n")), format!("{}{}\n", "\n".repeat(before_body), body.join("\n"))))
}

/// Reads the front matter.
pub(super) fn read(text: &str, start: Option<&Design>, findings: &mut Findings) -> Front {
    let root = Node::parse(text, findings);
    if !findings.0.is_empty() {
        return Front::default();
    }
    for entry in root.entries("front matter", findings).iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        findings.unknown(entry.line, "setting", &entry.key, KEYS.into_iter());
    }
    Front {
        title: text_of(&root, "title", 100, findings),
        summary: text_of(&root, "summary", 300, findings),
        minutes: minutes_of(&root, findings),
        rules: Rules::read(&root, start, findings),
        stars: StarRules::read(&root, findings),
        wrong: wrong_of(&root, findings),
        budget: budget_of(&root, findings),
        teaches: Taught::read(&root, findings),
        languages: languages_of(&root, findings),
    }
}

/// Reads the front matter of a translation, which has a title and a summary of its own and nothing else.
pub(super) fn read_translated(text: &str, findings: &mut Findings) -> Front {
    let root = Node::parse(text, findings);
    if !findings.0.is_empty() {
        return Front::default();
    }
    const OWN: [&str; 2] = ["title", "summary"];
    for entry in root.entries("front matter", findings).iter().filter(|entry| !OWN.contains(&entry.key.as_str())) {
        let message = format!("`{}` does not belong into a translation", entry.key);
        findings.hint(entry.line, message, "a translation has `title` and `summary`; all else stands in lesson.md");
    }
    let title = text_of(&root, "title", 100, findings);
    Front { title, summary: text_of(&root, "summary", 300, findings), ..Front::default() }
}

fn budget_of(root: &Node, findings: &mut Findings) -> Option<(String, u32)> {
    let node = root.get("budget")?;
    match &node.value {
        Value::Text(text) => match Unit::Price.read(text.trim()) {
            Ok(bound) if bound > 0.0 => return Some((text.trim().to_owned(), node.line)),
            Ok(_) => findings.note(node.line, "`budget` must be more than nothing"),
            Err(why) => findings.note(node.line, why),
        },
        _ => findings.hint(node.line, "`budget` must be a price in quotes", "write it like `budget = \"$3/h\"`"),
    }
    None
}

fn languages_of(root: &Node, findings: &mut Findings) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    for (word, line) in words(root, "languages", findings) {
        if !is_language(&word) {
            let hint = "write it like `languages = [\"de\", \"pt-BR\"]`; each has its text in lesson.de.md";
            findings.hint(line, format!("`{word}` is no language"), hint);
        } else if languages.contains(&word) {
            findings.note(line, format!("`{word}` stands here twice"));
        } else {
            languages.push(word);
        }
    }
    if languages.len() > LANGUAGES_MAX {
        findings.note(1, format!("a lesson has at most {LANGUAGES_MAX} languages"));
    }
    languages
}

/// Whether this can be the tag of a language: `de`, `pt-BR`.
pub fn is_language(word: &str) -> bool {
    let mut parts = word.split('-');
    let first = parts.next().is_some_and(|part| (2..=3).contains(&part.len()));
    first
        && word.len() <= 12
        && word.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A list of words in the front matter, each with its line.
pub(super) fn words(front: &Node, key: &str, findings: &mut Findings) -> Vec<(String, u32)> {
    let Some(node) = front.get(key) else { return Vec::new() };
    let Value::List(items) = &node.value else {
        findings.hint(node.line, format!("`{key}` must be a list"), format!("write it like `{key} = [\"…\"]`"));
        return Vec::new();
    };
    let mut words = Vec::new();
    for item in items {
        match &item.value {
            Value::Text(word) => words.push((word.clone(), item.line)),
            _ => findings.note(item.line, format!("`{key}` holds words in quotes")),
        }
    }
    words
}

fn text_of(root: &Node, key: &str, most: usize, findings: &mut Findings) -> String {
    match root.get(key).map(|node| (&node.value, node.line)) {
        Some((Value::Text(text), _)) if (1..=most).contains(&text.trim().chars().count()) => {
            return text.trim().to_owned();
        }
        Some((Value::Text(_), line)) => findings.note(line, format!("`{key}` must have 1 to {most} characters")),
        Some((_, line)) => findings.note(line, format!("`{key}` must be a text in quotes")),
        None => findings.hint(1, format!("`{key}` is missing"), format!("add `{key} = \"…\"` to the front matter")),
    }
    String::new()
}

fn minutes_of(root: &Node, findings: &mut Findings) -> u32 {
    match root.get("minutes").map(|node| (&node.value, node.line)) {
        Some((Value::Integer(minutes), _)) if (1..=60).contains(minutes) => return *minutes as u32,
        Some((_, line)) => findings.note(line, "`minutes` must be a whole number from 1 to 60"),
        None => findings.hint(
            1,
            "`minutes` is missing",
            "add `minutes = 10` to the front matter: what a learner needs for it",
        ),
    }
    0
}

fn wrong_of(root: &Node, findings: &mut Findings) -> Vec<WrongBuild> {
    let Some(node) = root.get("wrong") else { return Vec::new() };
    let entries = node.entries("`wrong`", findings);
    if entries.len() > WRONG_MAX {
        findings.note(node.line, format!("a lesson has at most {WRONG_MAX} wrong builds"));
    }
    let mut builds = Vec::new();
    for entry in entries.iter().take(WRONG_MAX) {
        if let Err(why) = check_name(&entry.key) {
            findings.note(entry.line, why);
        }
        for field in entry.node.entries("a wrong build", findings) {
            if !WRONG_KEYS.contains(&field.key.as_str()) {
                findings.unknown(field.line, "setting", &field.key, WRONG_KEYS.into_iter());
            }
        }
        let misses = misses_of(&entry.node);
        let because = entry.node.get("because").and_then(Node::as_typed).unwrap_or_default();
        if misses.is_empty() {
            let hint = "add `misses = \"…\"` with a goal of this lesson, as it is written there";
            findings.hint(entry.line, format!("wrong build `{}` does not say which goal it misses", entry.key), hint);
        }
        if because.trim().is_empty() {
            let hint = "add `because = \"…\"`: why it loses, in a sentence for learners";
            findings.hint(entry.line, format!("wrong build `{}` does not say why it loses", entry.key), hint);
        }
        builds.push(WrongBuild { name: entry.key.clone(), misses, because, line: entry.line });
    }
    builds
}

/// One goal or a list of them, spaces tidied as a goal's own text is.
fn misses_of(build: &Node) -> Vec<String> {
    let tidied = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match build.get("misses").map(|node| &node.value) {
        Some(Value::Text(goal)) => vec![tidied(goal)],
        Some(Value::List(goals)) => goals.iter().filter_map(Node::as_typed).map(|goal| tidied(&goal)).collect(),
        _ => Vec::new(),
    }
}
