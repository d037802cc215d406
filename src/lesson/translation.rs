//! Translations of a lesson: sibling files that say the same in another language.

use crate::design::{Findings, Problem};

use super::blocks::Block;
use super::body::Body;
use super::file::Lesson;
use super::front;

/// The name of a translation's file: `lesson.de.md`.
pub fn translation_file(language: &str) -> String {
    format!("lesson.{language}.md")
}

/// The language of a file's name, if it is a translation's.
pub fn language_of_file(file: &str) -> Option<&str> {
    let language = file.strip_prefix("lesson.")?.strip_suffix(".md")?;
    front::is_language(language).then_some(language)
}

/// Which of these languages suits a reader best who asked for `wanted` (`de-AT`); none for the original.
pub fn best_language<'l>(languages: &'l [String], wanted: &str) -> Option<&'l str> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let same = languages.iter().find(|language| language.eq_ignore_ascii_case(wanted));
    same.or_else(|| languages.iter().find(|language| primary(language) == primary(wanted))).map(String::as_str)
}

/// What speakers of a language call it; its tag, where we do not know.
pub fn language_name(language: &str) -> &str {
    const NAMES: [(&str, &str); 14] = [
        ("ar", "العربية"),
        ("de", "Deutsch"),
        ("es", "Español"),
        ("fr", "Français"),
        ("hi", "हिन्दी"),
        ("it", "Italiano"),
        ("ja", "日本語"),
        ("ko", "한국어"),
        ("nl", "Nederlands"),
        ("pl", "Polski"),
        ("pt", "Português"),
        ("tr", "Türkçe"),
        ("uk", "Українська"),
        ("zh", "中文"),
    ];
    NAMES.iter().find(|(tag, _)| *tag == language).map_or(language, |(_, name)| name)
}

impl Lesson {
    /// This lesson in another language.
    ///
    /// # Errors
    /// All problems of the translation, those in which it says something else than the original among them.
    pub fn translated(&self, folder: &str, language: &str, text: &str) -> Result<Lesson, Vec<Problem>> {
        let mut body = Body::of(folder);
        let front = body.read(text, front::read_translated);
        // The budget's goal stands in no block: it goes with the original.
        let blocks = self.blocks().map(|block| if let Block::Goals(goals) = block { goals.len() } else { 0 });
        let written: usize = blocks.sum();
        if body.goals.len() == written {
            body.goals.extend(self.goals.iter().cloned().zip(self.goal_lines.iter().copied()).skip(written));
        }
        let mut findings = std::mem::take(&mut body.findings);
        if findings.0.is_empty() {
            self.compare(&body, &mut findings);
        }
        let path = format!("{folder}/{}", translation_file(language));
        if !findings.0.is_empty() {
            return Err(findings.sorted().into_iter().map(|problem| problem.at_path(&path)).collect());
        }
        Ok(Lesson {
            title: front.title,
            summary: front.summary,
            steps: body.steps,
            goals: body.goals.into_iter().map(|(goal, _)| goal).collect(),
            watched: body.watched,
            debrief: body.debrief,
            links: body.links,
            left_out: body.left_out.0.into_iter().map(|problem| problem.at_path(&path)).collect(),
            ..self.clone()
        })
    }

    /// Notes all in which a translation says something else.
    fn compare(&self, body: &Body, findings: &mut Findings) {
        let in_original = "as in lesson.md; only words are translated";
        for (index, goal) in self.goals.iter().enumerate() {
            match body.goals.get(index) {
                Some((same, _)) if same.text == goal.text => {}
                Some((other, line)) => {
                    let message = format!("goal {} is `{}`, in lesson.md `{}`", index + 1, other.text, goal.text);
                    findings.hint(*line, message, in_original);
                }
                None => findings.hint(1, format!("the goal `{}` is missing", goal.text), in_original),
            }
        }
        for (goal, line) in body.goals.iter().skip(self.goals.len()) {
            findings.hint(*line, format!("the goal `{}` is not in lesson.md", goal.text), in_original);
        }
        if self.steps.len() != body.steps.len() {
            let message = format!("there are {} steps, in lesson.md {}", body.steps.len(), self.steps.len());
            return findings.hint(1, message, "each step has a heading `## ` of its own");
        }
        for (number, (original, step)) in self.steps.iter().zip(&body.steps).enumerate() {
            compare_blocks(
                &format!("step {} (“{}”)", number + 1, step.title),
                &original.blocks,
                &step.blocks,
                findings,
            );
        }
        compare_blocks("the debrief", &self.debrief, &body.debrief, findings);
        for (original, other) in self.watched.iter().zip(&body.watched).filter(|(a, b)| a.text != b.text) {
            let message = format!("`{}` is watched for, in lesson.md `{}`", other.text, original.text);
            findings.hint(1, message, in_original);
        }
    }
}

/// Notes the first block that is of another sort. Prose may be split otherwise: live blocks must match.
fn compare_blocks(place: &str, original: &[Block], translated: &[Block], findings: &mut Findings) {
    let live = |blocks: &[Block]| -> Vec<Block> {
        blocks.iter().filter(|block| !matches!(block, Block::Prose(_))).cloned().collect()
    };
    let (original, translated) = (live(original), live(translated));
    let words = |blocks: &[Block]| match blocks {
        [] => "none".to_owned(),
        blocks => blocks.iter().map(word).collect::<Vec<_>>().join(", "),
    };
    if original.iter().map(word).ne(translated.iter().map(word)) {
        let message =
            format!("{place} has other live blocks ({}) than in lesson.md ({})", words(&translated), words(&original));
        return findings.hint(1, message, "a translation has the same blocks in the same order");
    }
    for (original, translated) in original.iter().zip(&translated) {
        if let Some(what) = difference(original, translated) {
            findings.hint(1, format!("{place}: {what}"), "as in lesson.md; only words are translated");
        }
    }
}

fn word(block: &Block) -> &'static str {
    match block {
        Block::Prose(_) => "prose",
        Block::Goals(_) => "goals",
        Block::Hint(_) => "hint",
        Block::Predict(_) => "predict",
        Block::Design(_) => "design",
    }
}

/// In what two blocks of one sort mean something else.
fn difference(original: &Block, translated: &Block) -> Option<&'static str> {
    match (original, translated) {
        (Block::Hint(a), Block::Hint(b)) => (a.when.as_ref().map(|when| &when.text)
            != b.when.as_ref().map(|when| &when.text))
        .then_some("a hint opens by something else"),
        (Block::Predict(a), Block::Predict(b)) => ((a.options.len(), a.right, a.run, &a.metric)
            != (b.options.len(), b.right, b.run, &b.metric))
            .then_some("a prediction has other options, or another right one"),
        (Block::Design(a), Block::Design(b)) => {
            ((&a.design, a.run.is_some()) != (&b.design, b.run.is_some())).then_some("the design is another one")
        }
        _ => None,
    }
}
