//! What a lesson's text speaks of: links and terms must lead somewhere, hints must speak of what there is.

use crate::design::{Design, Findings, Kind, Settings, suggest};

use super::super::blocks::{Block, Hint};
use super::super::body::Link;
use super::super::file::Lesson;
use super::super::glossary::terms;
use super::super::goal::{Goal, Metric};
use super::super::model::model_pages;

/// What there is around a lesson; nothing is said of what is not known.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The files of its folder, by their paths from there.
    pub files: Option<Vec<String>>,
    /// The lessons of the course.
    pub lessons: Option<Vec<String>>,
    /// The text of the glossary.
    pub glossary: Option<String>,
}

/// The hints of a lesson.
pub(super) fn hints(lesson: &Lesson) -> impl Iterator<Item = &Hint> {
    lesson.blocks().filter_map(|block| if let Block::Hint(hint) = block { Some(hint) } else { None })
}

/// What is wrong with a lesson's links, terms, hints and what they watch for; and what is only to be warned of.
pub(super) fn problems(lesson: &Lesson, solution: &Design, around: &Surroundings) -> (Findings, Findings) {
    let (mut told, mut warned) = (Findings::default(), Findings::default());
    lesson.links.iter().for_each(|link| check_link(link, around, &mut told));
    for hint in hints(lesson) {
        check_hint(hint, lesson, solution, &mut told);
        if hint.text.contains("TODO") {
            warned.hint(hint.line, "this hint is still to do", "write it");
        }
    }
    if let Some(todo) = todo(lesson) {
        warned.hint(1, format!("there is a TODO left: {todo}"), "write it");
    }
    for goal in &lesson.watched {
        check_watched(goal, lesson, solution, &mut told);
    }
    (told, warned)
}

fn todo(lesson: &Lesson) -> Option<&str> {
    let titles = [lesson.title.as_str(), lesson.summary.as_str()].into_iter();
    let steps = lesson.steps.iter().map(|step| step.title.as_str());
    let prose =
        lesson.blocks().filter_map(|block| if let Block::Prose(html) = block { Some(html.as_str()) } else { None });
    let texts = titles.chain(steps).chain(prose);
    texts.filter_map(|text| text.split("TODO").nth(1)).map(short).next()
}

/// The first words of a text, up to its next tag.
fn short(text: &str) -> &str {
    let text = text.trim_start_matches([':', ' ']);
    let end = text.char_indices().find(|(at, c)| *at > 40 || matches!(c, '<' | '\n')).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn check_link(link: &Link, around: &Surroundings, findings: &mut Findings) {
    let mut told = |what: String, hint: String| findings.hint(link.line, what, hint);
    let url = link.url.as_str();
    match url.strip_prefix('#').map(|place| place.split_once('=').unwrap_or((place, ""))) {
        Some(("term", term)) => {
            let Some(glossary) = &around.glossary else { return };
            let terms: Vec<String> = terms(glossary).into_iter().map(|term| term.id).collect();
            if !terms.iter().any(|known| known == term) {
                told(format!("the glossary has no term `{term}`"), suggest(term, terms.iter().map(String::as_str)));
            }
        }
        Some(("model", word)) => {
            let pages: Vec<&str> = model_pages().into_iter().map(|(word, _)| word).collect();
            if !word.is_empty() && !pages.contains(&word) {
                told(format!("there is no page `{word}` of the model"), suggest(word, pages.into_iter()));
            }
        }
        Some(("lesson", folder)) => {
            let Some(lessons) = &around.lessons else { return };
            if !lessons.iter().any(|known| known == folder) {
                let near = suggest(folder, lessons.iter().map(String::as_str));
                told(format!("the course has no lesson `{folder}`"), near);
            }
        }
        Some(("sandbox" | "home", _)) => {}
        Some(_) => {
            let hint = "an address of the app is `#term=…`, `#model=…`, `#lesson=…`, `#sandbox` or `#home`";
            told(format!("the link to `{url}` leads nowhere"), hint.to_owned());
        }
        None if url.contains(':') => {}
        None => {
            let Some(files) = &around.files else { return };
            if !files.iter().any(|file| file == url) {
                let what = if link.image { "image" } else { "file" };
                told(
                    format!("there is no {what} `{url}` in the lesson's folder"),
                    "add it, or mend the name".to_owned(),
                );
            }
        }
    }
}

/// A hint must not send the learner for something that is not there.
fn check_hint(hint: &Hint, lesson: &Lesson, solution: &Design, findings: &mut Findings) {
    let there = |kind: &str| {
        lesson.rules.palette.iter().any(|offered| offered.word() == kind)
            || lesson.start.components.iter().any(|component| component.kind.word() == kind)
    };
    let named = |word: &str| {
        [&lesson.start, solution].iter().any(|design| design.component(word).is_some()) || is_setting(word)
    };
    for (text, line) in hint.text.lines().zip(hint.line..) {
        let quoted = text.split('`').skip(1).step_by(2);
        let in_quotes = quoted.filter(|word| !named(word)).filter_map(Kind::of);
        let lower = text.to_lowercase();
        let kinds = Kind::WORDS.iter().filter_map(|word| Kind::of(word));
        // Names of one word are words of everyday speech, too.
        let in_words = kinds.filter(|kind| kind.label().contains(' ') && lower.contains(&kind.label().to_lowercase()));
        let mut told: Vec<&str> = Vec::new();
        for kind in in_quotes.chain(in_words).map(|kind| kind.word()) {
            if !there(kind) && !told.contains(&kind) {
                let message = format!("this hint speaks of `{kind}`, which is neither in the start nor in the palette");
                findings.hint(line, message, "add it to `palette`, or speak of something else");
                told.push(kind);
            }
        }
    }
}

/// Whether any kind has a setting of this name.
fn is_setting(word: &str) -> bool {
    let has = |settings: &dyn Settings| settings.fields().iter().any(|field| field.name == word);
    Kind::WORDS.iter().filter_map(|word| Kind::of(word)).any(|kind| has(kind.settings()))
}

/// What a hint or a prediction watches for must be there, in the start or in the solution.
fn check_watched(goal: &Goal, lesson: &Lesson, solution: &Design, findings: &mut Findings) {
    let figure = |design: &Design| goal.check_figure(design);
    if goal.metric != Metric::Cost
        && let (Err(_), Err(error)) = (figure(&lesson.start), figure(solution))
    {
        let message = format!("nothing can be watched for: {} (in start.toml and solution.toml)", error.message);
        findings.hint(1, message, error.pointed(&goal.text));
    }
}
