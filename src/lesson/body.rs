//! The body of a lesson: Markdown with live blocks, read into steps.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, OffsetIter, Parser, Tag, TagEnd};

use crate::design::{Findings, suggest};

use super::blocks::{Block, LIVE, read_design, read_goals, read_hint};
use super::file::{LESSON_BYTES_MAX, Step};
use super::front::{self, WrongBuild};
use super::goal::Goal;
use super::markdown::{left_out, options, render};
use super::predict::read_predict;

const STEPS_MAX: usize = 30;
const GOALS_MAX: usize = 20;
/// Hints and predictions that watch the run, at most.
const WATCHED_MAX: usize = 30;
/// The heading of the section that is shown once the lesson is solved.
const DEBRIEF: &str = "debrief";

/// An address in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads, as it is written.
    pub url: String,
    /// Whether it is an image's.
    pub image: bool,
    /// Its line in the lesson.
    pub line: u32,
}

/// What is read so far.
#[derive(Default)]
pub(super) struct Body {
    folder: String,
    pub(super) findings: Findings,
    pub(super) left_out: Findings,
    pub(super) steps: Vec<Step>,
    pub(super) goals: Vec<(Goal, u32)>,
    /// A goal could not be read: then more may be meant than were read.
    unread: bool,
    pub(super) watched: Vec<Goal>,
    pub(super) debrief: Vec<Block>,
    pub(super) links: Vec<Link>,
    /// What is read now belongs to the debrief.
    after_success: bool,
}

impl Body {
    pub(super) fn of(folder: &str) -> Body {
        Body { folder: format!("{folder}/"), ..Body::default() }
    }

    /// Reads a lesson: the front matter with `read_front`, then the body.
    pub(super) fn read(
        &mut self,
        text: &str,
        read_front: impl FnOnce(&str, &mut Findings) -> front::Front,
    ) -> front::Front {
        if text.len() > LESSON_BYTES_MAX {
            let hint = format!("at most {LESSON_BYTES_MAX} bytes are read");
            self.findings.hint(1, "this file is too large for a lesson", hint);
            return front::Front::default();
        }
        let Some((front, body)) = front::split(text, &mut self.findings) else { return front::Front::default() };
        let front = read_front(&front, &mut self.findings);
        self.read_body(&body, &front.title);
        self.check_counts();
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
                    let debrief = title.trim().eq_ignore_ascii_case(DEBRIEF);
                    let done = std::mem::replace(&mut step, Step { title, blocks: Vec::new() });
                    self.end_step(done);
                    self.after_success = debrief;
                }
                What::Live(info, text) => self.live(&info, &text, line_at(body, piece.from) + 1, &mut step),
            }
        }
        self.prose(&body[prose_from..], line_at(body, prose_from), &mut step);
        self.end_step(step);
    }

    fn end_step(&mut self, step: Step) {
        if std::mem::take(&mut self.after_success) {
            self.debrief.extend(step.blocks);
        } else if !step.blocks.is_empty() || !self.steps.is_empty() {
            // Only the step before the first heading may be empty; it is then none.
            self.steps.push(step);
        }
    }

    fn prose(&mut self, text: &str, line: u32, step: &mut Step) {
        if text.trim().is_empty() {
            return;
        }
        self.look_at(text, line);
        step.blocks.push(Block::Prose(render(text, &self.folder)));
    }

    /// Notes what of this Markdown is not shown as written, and where it leads.
    fn look_at(&mut self, text: &str, line: u32) {
        for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
            let line = line + line_at(text, range.start) - 1;
            if let Some((message, hint)) = left_out(&event) {
                self.left_out.hint(line, message, hint);
                continue;
            }
            if let Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. })) = event {
                let image = matches!(tag, Tag::Image { .. });
                let (Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = tag else { continue };
                self.links.push(Link { url: dest_url.to_string(), image, line });
            }
        }
    }

    fn live(&mut self, info: &str, text: &str, line: u32, step: &mut Step) {
        let (word, rest) = info.trim().split_once(char::is_whitespace).unwrap_or((info.trim(), ""));
        let rest = rest.trim();
        if self.after_success && matches!(word, "goals" | "hint" | "predict") {
            let hint = "the debrief comes when all is solved: put it into a step";
            return self.findings.hint(line - 1, format!("a `{word}` block cannot stand in the debrief"), hint);
        }
        let folder = self.folder.clone();
        let block = match word {
            "goals" => Some(self.goals_block(rest, text, line)),
            "hint" => {
                self.look_at(text, line);
                Some(Block::Hint(read_hint(rest, text, line, &folder, &mut self.watched, &mut self.findings)))
            }
            "predict" => {
                self.look_at(text, line);
                let read = read_predict(rest, text, line, &folder, &mut self.watched, &mut self.findings);
                read.map(Block::Predict)
            }
            "debrief" => {
                self.look_at(text, line);
                self.debrief.push(Block::Prose(render(text, &folder)));
                None
            }
            _ => read_design(rest, text, line, &folder, &mut self.findings).map(|(design, after, line)| {
                self.look_at(after, line);
                Block::Design(Box::new(design))
            }),
        };
        step.blocks.extend(block);
    }

    fn goals_block(&mut self, info: &str, text: &str, line: u32) -> Block {
        if !info.is_empty() {
            self.findings.hint(line - 1, format!("`{info}` says nothing of goals"), "begin the block with ```goals");
        }
        let (from, found) = (self.goals.len(), self.findings.0.len());
        self.goals.extend(read_goals(text, line, &mut self.findings));
        self.unread |= self.findings.0.len() > found;
        Block::Goals((from..self.goals.len()).collect())
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
        if self.watched.len() > WATCHED_MAX {
            let message = format!("at most {WATCHED_MAX} hints and predictions of a lesson watch the run");
            findings.note(1, message);
        }
        // A goal that could not be read was noted already: then more may be meant than were read.
        if self.goals.is_empty() && findings.0.is_empty() {
            findings.hint(1, "this lesson has no goal", "add a fenced block with the info string `goals`");
        }
    }

    /// The budget is a goal like others, unless one of the lesson's own says the same.
    pub(super) fn add_budget(&mut self, bound: &str, line: u32) {
        let goal = format!("cost <= {bound} # and it stays within the budget").parse::<Goal>();
        match goal {
            Ok(goal) if self.goals.iter().any(|(known, _)| known.text == goal.text) => {}
            Ok(goal) => self.goals.push((goal, line)),
            Err(error) => self.findings.hint(line, error.message, error.hint),
        }
    }

    /// A wrong build must miss goals that there are.
    pub(super) fn check_misses(&mut self, build: &WrongBuild) {
        if self.unread {
            return;
        }
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
                    true => What::Live(info.to_string(), text),
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
