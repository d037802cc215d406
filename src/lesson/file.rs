//! A lesson, read from the texts of its folder: `lesson.md` and `start.toml`.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, OffsetIter, Parser, Tag, TagEnd};

use crate::design::{self, Design, Findings, Problem, suggest};

use super::blocks::{Block, LIVE, read_design, read_goals, read_predict};
use super::front::{self, WrongBuild};
use super::goal::Goal;
use super::markdown::{left_out, options, render};
use super::rules::Rules;
use super::stars::StarRules;

/// The largest `lesson.md` that is read, in bytes.
pub const LESSON_BYTES_MAX: usize = 200_000;
const STEPS_MAX: usize = 30;
const GOALS_MAX: usize = 20;

/// A lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// What it is called.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What the learner may change.
    pub rules: Rules,
    /// What earns its stars.
    pub stars: StarRules,
    /// What there is to read and do, in order.
    pub steps: Vec<Step>,
    /// All goals, in the order of the text.
    pub goals: Vec<Goal>,
    /// The line of each goal in `lesson.md`.
    pub goal_lines: Vec<u32>,
    /// Builds that must lose.
    pub wrong: Vec<WrongBuild>,
    /// The design that the learner begins with.
    pub start: Design,
    /// What is shown otherwise than its author wrote it: raw HTML, links and images that are not safe.
    pub left_out: Vec<Problem>,
}

/// A step of a lesson: all under one `## ` heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The heading, as plain text.
    pub title: String,
    /// What stands under it, in order.
    pub blocks: Vec<Block>,
}

impl Lesson {
    /// Reads a lesson; all its problems if it has any. `folder` is its path as people see it, such as
    /// `lessons/part-1/02-the-spike`; problems, links and images are told from there.
    pub fn read(folder: &str, lesson_md: &str, start_toml: &str) -> Result<Lesson, Vec<Problem>> {
        let start = design::read(start_toml);
        let mut reader = Reader { folder: format!("{folder}/"), ..Reader::default() };
        let front = reader.read(lesson_md, start.as_ref().ok());
        let path = format!("{folder}/lesson.md");
        let findings = reader.findings.sorted().into_iter();
        let mut problems: Vec<Problem> = findings.map(|problem| problem.at_path(&path)).collect();
        match start {
            Ok(start) if problems.is_empty() => Ok(Lesson {
                title: front.title,
                summary: front.summary,
                minutes: front.minutes,
                rules: front.rules,
                stars: front.stars,
                steps: reader.steps,
                goal_lines: reader.goals.iter().map(|(_, line)| *line).collect(),
                goals: reader.goals.into_iter().map(|(goal, _)| goal).collect(),
                wrong: front.wrong,
                start,
                left_out: reader.left_out.0.into_iter().map(|problem| problem.at_path(&path)).collect(),
            }),
            Ok(_) => Err(problems),
            Err(in_start) => {
                let path = format!("{folder}/start.toml");
                problems.extend(in_start.into_iter().map(|problem| problem.at_path(&path)));
                Err(problems)
            }
        }
    }
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    folder: String,
    findings: Findings,
    left_out: Findings,
    steps: Vec<Step>,
    goals: Vec<(Goal, u32)>,
}

impl Reader {
    fn read(&mut self, text: &str, start: Option<&Design>) -> front::Front {
        if text.len() > LESSON_BYTES_MAX {
            let hint = format!("at most {LESSON_BYTES_MAX} bytes are read");
            self.findings.hint(1, "this file is too large for a lesson", hint);
            return front::Front::default();
        }
        let Some((front, body)) = front::split(text, &mut self.findings) else { return front::Front::default() };
        let front = front::read(&front, start, &mut self.findings);
        self.read_body(&body, &front.title);
        self.check_counts();
        for build in &front.wrong {
            self.check_misses(build);
        }
        front
    }

    /// Reads the body. What stands before the first heading is a step under the lesson's own title.
    fn read_body(&mut self, body: &str, title: &str) {
        let mut step = Step { title: title.to_owned(), blocks: Vec::new() };
        let mut prose_from = 0;
        for piece in pieces(body, &mut self.findings) {
            self.prose(&body[prose_from..piece.from], line_at(body, prose_from), &mut step);
            prose_from = piece.to;
            match piece.what {
                What::Heading(title) => {
                    let done = std::mem::replace(&mut step, Step { title, blocks: Vec::new() });
                    self.end_step(done);
                }
                What::Live(info, text) => self.live(&info, &text, line_at(body, piece.from) + 1, &mut step),
            }
        }
        self.prose(&body[prose_from..], line_at(body, prose_from), &mut step);
        self.end_step(step);
    }

    fn end_step(&mut self, step: Step) {
        // Only the step before the first heading may be empty; it is then none.
        if !step.blocks.is_empty() || !self.steps.is_empty() {
            self.steps.push(step);
        }
    }

    fn prose(&mut self, text: &str, line: u32, step: &mut Step) {
        if text.trim().is_empty() {
            return;
        }
        for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
            if let Some((message, hint)) = left_out(&event) {
                self.left_out.hint(line + line_at(text, range.start) - 1, message, hint);
            }
        }
        step.blocks.push(Block::Prose(render(text, &self.folder)));
    }

    fn live(&mut self, info: &str, text: &str, line: u32, step: &mut Step) {
        let findings = &mut self.findings;
        let block = match info {
            "goals" => {
                let from = self.goals.len();
                self.goals.extend(read_goals(text, line, findings));
                Some(Block::Goals((from..self.goals.len()).collect()))
            }
            "hint" => Some(Block::Hint(render(text, &self.folder))),
            "predict" => read_predict(text, line, &self.folder, findings).map(Block::Predict),
            _ => read_design(text, line, findings).map(|design| Block::Design(Box::new(design))),
        };
        step.blocks.extend(block);
    }

    fn check_counts(&mut self) {
        let findings = &mut self.findings;
        if self.steps.is_empty() {
            findings.hint(1, "this lesson has no text", "write its steps under `## ` headings, after the front matter");
        }
        if self.steps.len() > STEPS_MAX {
            findings.note(1, format!("a lesson has at most {STEPS_MAX} steps"));
        }
        if self.goals.len() > GOALS_MAX {
            findings.note(1, format!("a lesson has at most {GOALS_MAX} goals"));
        }
        // A goal that could not be read was noted already: then more may be meant than were read.
        if self.goals.is_empty() && findings.0.is_empty() {
            findings.hint(1, "this lesson has no goal", "add a fenced block with the info string `goals`");
        }
    }

    fn check_misses(&mut self, build: &WrongBuild) {
        for miss in build.misses.iter().filter(|miss| self.goals.iter().all(|(goal, _)| goal.text != **miss)) {
            let message = format!("wrong build `{}` should miss `{miss}`, which is no goal of this lesson", build.name);
            let hint = suggest(miss, self.goals.iter().map(|(goal, _)| goal.text.as_str()));
            self.findings.hint(build.line, message, hint);
        }
    }
}

/// A heading or a live block, and the bytes it stands on.
struct Piece {
    from: usize,
    to: usize,
    what: What,
}

enum What {
    Heading(String),
    /// Info string and text.
    Live(String, String),
}

/// The headings of steps and the live blocks of a body, in order.
fn pieces(body: &str, findings: &mut Findings) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut depth = 0;
    let mut events = Parser::new_ext(body, options()).into_offset_iter();
    while let Some((event, range)) = events.next() {
        let what = match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) if depth == 0 => {
                What::Heading(text_until(&mut events, |end| matches!(end, TagEnd::Heading(_))))
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let word = info.split_whitespace().next().unwrap_or_default().to_owned();
                let line = line_at(body, range.start);
                let text = text_until(&mut events, |end| *end == TagEnd::CodeBlock);
                match live_word(&word, depth, line, findings) {
                    true => What::Live(word, text),
                    false => continue,
                }
            }
            Event::Start(_) => {
                depth += 1;
                continue;
            }
            Event::End(_) => {
                depth -= 1;
                continue;
            }
            _ => continue,
        };
        pieces.push(Piece { from: range.start, to: range.end, what });
    }
    pieces
}

/// Whether a fenced block is live. Notes a word that is nearly one, and one that stands within a list or a quote.
fn live_word(word: &str, depth: i32, line: u32, findings: &mut Findings) -> bool {
    if !LIVE.contains(&word) {
        let near = LIVE.into_iter().find(|live| word.len() > 3 && strsim::damerau_levenshtein(word, live) == 1);
        if let Some(live) = near {
            findings.hint(line, format!("unknown block `{word}`"), format!("did you mean `{live}`?"));
        }
        return false;
    }
    if depth > 0 {
        findings.hint(
            line,
            format!("a `{word}` block cannot stand within a list or a quote"),
            "begin it at the margin",
        );
        return false;
    }
    true
}

fn text_until(events: &mut OffsetIter<'_>, is_end: impl Fn(&TagEnd) -> bool) -> String {
    let mut text = String::new();
    for (event, _) in events.by_ref() {
        match event {
            Event::End(end) if is_end(&end) => break,
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            _ => {}
        }
    }
    text
}

/// The line of a byte, counted from 1.
fn line_at(text: &str, byte: usize) -> u32 {
    text.as_bytes()[..byte].iter().filter(|byte| **byte == b'\n').count() as u32 + 1
}
