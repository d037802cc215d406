//! The map of the course, as HTML: what there is to learn, and how far the learner is. It is text, because views of the
//! browser's kind would make the page load slower.

use std::collections::BTreeMap;

use super::card::LessonCard;
use super::course::{Course, Part};
use super::model::escaped;
use super::progress::{Progress, Reached};

/// What is known of each lesson; none for one that cannot be read.
pub type Cards = BTreeMap<String, Option<LessonCard>>;

/// The pictures of the map, as HTML.
#[derive(Clone, Debug, Default)]
pub struct MapPictures {
    /// Something earned.
    pub star: String,
    /// Solved.
    pub check: String,
    /// Begun.
    pub begun: String,
    /// How long it takes.
    pub clock: String,
}

/// All parts with their lessons.
pub fn map_html(course: &Course, cards: &Cards, progress: &Progress, pictures: &MapPictures) -> String {
    course.parts.iter().map(|part| part_html(part, cards, progress, pictures)).collect()
}

/// How far the learner is; nothing before the first step.
pub fn standing_html(course: &Course, progress: &Progress, pictures: &MapPictures) -> String {
    let count = course.lessons().count();
    if progress.is_empty() || count == 0 {
        return String::new();
    }
    let solved = course.lessons().filter(|lesson| progress.is_solved(lesson)).count();
    let stars: u32 = course.lessons().map(|lesson| u32::from(progress.stars(lesson))).sum();
    let share = 100 * solved / count;
    format!(
        "<div class=\"home-standing\"><p><strong>{solved}</strong> of {count} lessons solved</p>\
         <div class=\"home-bar\" aria-hidden=\"true\"><span style=\"width: {share}%\"></span></div>\
         <p>{}<strong>{stars}</strong> of {} stars</p></div>",
        pictures.star,
        3 * count
    )
}

/// Stars as a picture, and as a text for those who do not see it.
pub fn stars_html(count: u8, star: &str) -> String {
    let words = match count {
        0 => "no stars".to_owned(),
        1 => "1 star of 3".to_owned(),
        count => format!("{count} stars of 3"),
    };
    let class = |number| if number < count { "star full" } else { "star" };
    let stars: String =
        (0..3).map(|number| format!("<span class=\"{}\" aria-hidden=\"true\">{star}</span>", class(number))).collect();
    format!("<span class=\"stars\">{stars}<span class=\"visually-hidden\">{words}</span></span>")
}

/// A lesson's number and name as its folder tells them; the number may be empty.
pub fn number_and_words(folder: &str) -> (String, String) {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let (number, words) = match name.split_once('-') {
        Some((number, words)) if number.chars().all(|c| c.is_ascii_digit()) => (number, words),
        _ => ("", name),
    };
    let mut words = words.replace(['-', '_'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    (number.to_owned(), words)
}

fn part_html(part: &Part, cards: &Cards, progress: &Progress, pictures: &MapPictures) -> String {
    let lessons = part.lessons.iter().map(|lesson| card_html(lesson, cards.get(lesson), progress, pictures));
    let (title, lessons) = (escaped(&part.title), lessons.collect::<String>());
    format!("<section class=\"home-part\"><h3>{title}</h3><ol class=\"home-cards\">{lessons}</ol></section>")
}

fn card_html(lesson: &str, card: Option<&Option<LessonCard>>, progress: &Progress, pictures: &MapPictures) -> String {
    let (number, words) = number_and_words(lesson);
    let (title, summary, minutes) = match card {
        Some(Some(card)) => (card.title.clone(), card.summary.clone(), card.minutes),
        Some(None) => (words, "This lesson cannot be read; open it to see why.".to_owned(), 0),
        None => (words, String::new(), 0),
    };
    let reached = progress.reached(lesson);
    let (class, picture, word) = match reached {
        Reached::New => ("", "", "New"),
        Reached::Begun => (" begun", pictures.begun.as_str(), "Begun"),
        Reached::Solved(0) => (" solved", pictures.check.as_str(), "Solved with help"),
        Reached::Solved(_) => (" solved", pictures.check.as_str(), "Solved"),
    };
    let stars = match reached {
        Reached::Solved(count) => stars_html(count, &pictures.star),
        _ => String::new(),
    };
    let minutes = match minutes {
        0 => String::new(),
        minutes => format!("<span class=\"home-minutes\">{}{minutes} min</span>", pictures.clock),
    };
    let number = if number.is_empty() { "·" } else { &number };
    format!(
        "<li><a class=\"home-card{class}\" href=\"#lesson={lesson}\">\
         <span class=\"home-number\" aria-hidden=\"true\">{number}</span><span class=\"home-text\">\
         <span class=\"home-title\">{}</span><span class=\"home-summary\">{}</span>\
         <span class=\"home-state\"><span class=\"home-reached\">{picture}{word}</span>{stars}{minutes}</span>\
         </span></a></li>",
        escaped(&title),
        escaped(&summary)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> Course {
        let part = Part { title: "One <&>".to_owned(), lessons: vec!["a/01-one".to_owned(), "a/two-three".to_owned()] };
        Course { title: "All".to_owned(), parts: vec![part] }
    }

    #[test]
    fn the_map_tells_what_there_is_and_how_far_one_is() {
        let card = LessonCard { title: "<b>".to_owned(), summary: "\"x\"".to_owned(), minutes: 4 };
        let cards = Cards::from([("a/01-one".to_owned(), Some(card)), ("a/two-three".to_owned(), None)]);
        let progress = Progress::read("solved = [\"a/01-one\"]\ncheap = [\"a/01-one\"]\nbegun = [\"a/two-three\"]");
        let map = map_html(&course(), &cards, &progress, &MapPictures::default());
        let check = |part: &str| assert!(map.contains(part), "{part}\n{map}");
        check("<h3>One &lt;&amp;&gt;</h3>");
        check("<a class=\"home-card solved\" href=\"#lesson=a/01-one\">");
        check("aria-hidden=\"true\">01</span>");
        check("<span class=\"home-title\">&lt;b&gt;</span><span class=\"home-summary\">&quot;x&quot;</span>");
        check("Solved</span><span class=\"stars\">");
        check("2 stars of 3");
        check("4 min");
        check("<a class=\"home-card begun\" href=\"#lesson=a/two-three\">");
        check("<span class=\"home-title\">Two three</span><span class=\"home-summary\">This lesson cannot be read");
        assert_eq!(map.matches("star full").count(), 2);
        let standing = standing_html(&course(), &progress, &MapPictures::default());
        assert!(standing.contains("<strong>1</strong> of 2 lessons") && standing.contains("<strong>2</strong> of 6"));
        assert_eq!(standing_html(&course(), &Progress::default(), &MapPictures::default()), "");
        let bare = map_html(&course(), &Cards::default(), &Progress::default(), &MapPictures::default());
        assert!(bare.contains("<span class=\"home-title\">One</span>") && bare.contains("New</span>"), "{bare}");
    }
}
