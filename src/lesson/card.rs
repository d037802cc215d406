//! What the map of the course tells of a lesson: the head of its `lesson.md`.

use crate::design::Findings;

use super::file::LESSON_BYTES_MAX;
use super::front;

/// A lesson on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonCard {
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// How long it takes, in minutes; 0 where that is not said.
    pub minutes: u32,
}

impl LessonCard {
    /// Reads the head of a `lesson.md`, whatever else is wrong in it; none without a title.
    pub fn read(lesson_md: &str) -> Option<LessonCard> {
        if lesson_md.len() > LESSON_BYTES_MAX {
            return None;
        }
        let mut findings = Findings::default();
        let (front, _) = front::split(lesson_md, &mut findings)?;
        let front = front::read(&front, None, &mut findings);
        let card = LessonCard { title: front.title, summary: front.summary, minutes: front.minutes };
        (!card.title.is_empty()).then_some(card)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let check = |text: &str, expected: Option<(&str, &str, u32)>| {
            let card = LessonCard::read(text);
            let told = card.as_ref().map(|card| (card.title.as_str(), card.summary.as_str(), card.minutes));
            assert_eq!(told, expected, "{text}");
        };
        check("+++\ntitle = \"A\"\nsummary = \"b\"\nminutes = 3\n+++\n", Some(("A", "b", 3)));
        check("+++\ntitle = \"A\"\nlocked = [\"nobody\"]\nodd = 1\n+++\n## x", Some(("A", "", 0)));
        check("+++\nsummary = \"b\"\n+++\n", None);
        check("<!doctype html>", None);
        check("", None);
    }
}
