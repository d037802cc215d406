//! The course: which lessons there are, and in what order.

use crate::design::{Findings, Node, Problem, Value};

/// The largest `course.toml` that is read, in bytes.
pub const COURSE_BYTES_MAX: usize = 100_000;
const KEYS: [&str; 3] = ["version", "title", "parts"];
const PART_KEYS: [&str; 2] = ["title", "lessons"];
const LESSONS_MAX: usize = 500;

/// A course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// What it is called.
    pub title: String,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub title: String,
    /// Its lessons, in order: their folders below that of `course.toml`, such as `part-1/02-the-spike`. A lesson's
    /// folder is also its name in a learner's progress.
    pub lessons: Vec<String>,
}

impl Course {
    /// Reads `course.toml`; all its problems if it has any. `path` is the file as people see it.
    pub fn read(path: &str, text: &str) -> Result<Course, Vec<Problem>> {
        let mut findings = Findings::default();
        let course = match text.len() {
            0..=COURSE_BYTES_MAX => course_of(text, &mut findings),
            _ => {
                let hint = format!("at most {COURSE_BYTES_MAX} bytes are read");
                findings.hint(1, "this file is too large for a course", hint);
                Course::default()
            }
        };
        if findings.0.is_empty() {
            return Ok(course);
        }
        Err(findings.sorted().into_iter().map(|problem| problem.at_path(path)).collect())
    }

    /// The text of `course.toml` with one more lesson: behind those of the same folder, or in the last part. All else stays
    /// as it is written, comments too.
    ///
    /// # Errors
    /// What is wrong with the course, or with the name of the lesson; or that the text has a form in which the line must
    /// be added by hand.
    pub fn with_lesson(path: &str, text: &str, lesson: &str) -> Result<String, Vec<Problem>> {
        let course = Course::read(path, text)?;
        let problem = |message: String, hint: &str| {
            vec![Problem { path: path.to_owned(), line: 0, message, hint: Some(hint.to_owned()) }]
        };
        if !is_folder(lesson) {
            let hint = "use letters, digits, `-`, `_` and `/` between folders, like `part-1/14-my-lesson`";
            return Err(problem(format!("`{lesson}` is no folder of a lesson"), hint));
        }
        let folder = |lesson: &str| lesson.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let beside = |part: &Part| part.lessons.iter().any(|other| folder(other) == folder(lesson));
        let part = course.parts.iter().rposition(beside).unwrap_or(course.parts.len() - 1);
        let written = inserted(text, part, lesson).filter(|text| {
            let mut wanted = course.clone();
            wanted.parts[part].lessons.push(lesson.to_owned());
            Course::read(path, text) == Ok(wanted)
        });
        let by_hand = "add it to the `lessons` of a part by hand, then try again with another name";
        match course.lessons().any(|known| known == lesson) {
            true => Err(problem(format!("`{lesson}` is in the course already"), "choose another name")),
            false => written.ok_or_else(|| problem(format!("there is no place for `{lesson}`"), by_hand)),
        }
    }

    /// All lessons, in order.
    pub fn lessons(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flat_map(|part| part.lessons.iter().map(String::as_str))
    }

    /// The lesson after this one.
    pub fn next(&self, lesson: &str) -> Option<&str> {
        self.lessons().skip_while(|known| *known != lesson).nth(1)
    }
}

/// A file of a lesson or course that is not there.
pub fn missing_file(path: &str) -> Problem {
    let hint = match path.rsplit('/').next().unwrap_or(path) {
        "course.toml" => "it lists the parts and lessons in order; see lessons/README.md",
        "lesson.md" => "check the lesson's line in course.toml against the name of its folder",
        _ => "a lesson's folder has lesson.md, start.toml and solution.toml",
    };
    Problem { path: path.to_owned(), line: 0, message: "this file is missing".to_owned(), hint: Some(hint.to_owned()) }
}

fn course_of(text: &str, findings: &mut Findings) -> Course {
    let root = Node::parse(text, findings);
    if !findings.0.is_empty() {
        return Course::default();
    }
    for entry in root.entries("a course", findings).iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        findings.unknown(entry.line, "setting", &entry.key, KEYS.into_iter());
    }
    match root.get("version") {
        Some(node) if node.value == Value::Integer(1) => {}
        Some(node) => {
            findings.hint(node.line, "this version of the format is not known", "only `version = 1` exists yet")
        }
        None => findings.hint(1, "`version` is missing", "begin the file with `version = 1`"),
    }
    let mut course = Course { title: title_of(&root, findings), parts: Vec::new() };
    match root.get("parts").map(|node| (&node.value, node.line)) {
        Some((Value::List(parts), _)) if !parts.is_empty() => {
            for part in parts {
                let part = part_of(part, &course, findings);
                course.parts.push(part);
            }
        }
        Some((_, line)) => findings.hint(line, "`parts` must be a list", "write each part under its own `[[parts]]`"),
        None => findings.hint(1, "this course has no parts", "write each part under its own `[[parts]]`"),
    }
    course
}

fn title_of(node: &Node, findings: &mut Findings) -> String {
    match node.get("title").map(|node| (&node.value, node.line)) {
        Some((Value::Text(title), _)) if (1..=100).contains(&title.trim().chars().count()) => {
            return title.trim().to_owned();
        }
        Some((_, line)) => findings.note(line, "`title` must be a text of 1 to 100 characters"),
        None => findings.hint(node.line, "`title` is missing", "add `title = \"…\"`"),
    }
    String::new()
}

fn part_of(node: &Node, course: &Course, findings: &mut Findings) -> Part {
    for entry in node.entries("a part", findings).iter().filter(|entry| !PART_KEYS.contains(&entry.key.as_str())) {
        findings.unknown(entry.line, "setting", &entry.key, PART_KEYS.into_iter());
    }
    let mut part = Part { title: title_of(node, findings), lessons: Vec::new() };
    let Some(Value::List(lessons)) = node.get("lessons").map(|node| &node.value) else {
        let hint = "write it like `lessons = [\"part-1/01-it-works\"]`";
        findings.hint(
            node.get("lessons").map_or(node.line, |node| node.line),
            "a part needs a list of its lessons",
            hint,
        );
        return part;
    };
    for lesson in lessons {
        let folder = lesson.as_typed().unwrap_or_default();
        if !is_folder(&folder) {
            let hint = "use letters, digits, `-`, `_` and `/` between folders, like `part-1/01-it-works`";
            findings.hint(lesson.line, format!("`{folder}` is no folder of a lesson"), hint);
        } else if course.lessons().chain(part.lessons.iter().map(String::as_str)).any(|known| known == folder) {
            findings.note(lesson.line, format!("`{folder}` stands in the course twice"));
        } else if course.lessons().count() + part.lessons.len() >= LESSONS_MAX {
            findings.note(lesson.line, format!("a course has at most {LESSONS_MAX} lessons"));
            break;
        } else {
            part.lessons.push(folder);
        }
    }
    part
}

/// The text with a lesson at the end of the list of this part; none where no such list is found.
fn inserted(text: &str, part: usize, lesson: &str) -> Option<String> {
    let from = text.match_indices("[[parts]]").nth(part)?.0;
    let open = from + text[from..].find("lessons")?;
    let open = open + text[open..].find('[')?;
    let (mut last, mut end) = (open, None);
    let (mut quoted, mut comment) = (false, false);
    for (at, c) in text[open + 1..].char_indices().map(|(at, c)| (at + open + 1, c)) {
        match c {
            '\n' => comment = false,
            _ if comment => {}
            '#' if !quoted => comment = true,
            ']' if !quoted => {
                end = Some(at);
                break;
            }
            c if !c.is_whitespace() => {
                quoted ^= c == '"';
                last = at;
            }
            _ => {}
        }
    }
    let end = end?;
    let comma = if matches!(text.as_bytes()[last], b',' | b'[') { "" } else { "," };
    // Behind the last lesson and its comment, on a line of its own where the list has lines.
    let line = text[..end].rfind('\n').filter(|at| *at > open);
    Some(match line {
        Some(line) => format!("{}{comma}{}\n    \"{lesson}\",{}", &text[..=last], &text[last + 1..line], &text[line..]),
        None => format!("{}{comma}{}\"{lesson}\"{}", &text[..=last], if last == open { "" } else { " " }, &text[end..]),
    })
}

/// Whether this names a folder below the course's own, and nothing else on a web server.
fn is_folder(path: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    path.len() <= 200 && path.split('/').all(plain)
}
