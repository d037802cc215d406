//! The language that lessons are read in: chosen here, or the browser's; each lesson falls back to its original.

use leptos::prelude::*;

use crate::lesson::{Lesson, best_language, language_name, translation_file};

use super::course::{Classroom, Source};
use super::element::view;
use super::fetch::fetch_text;
use super::later;
use super::storage;

const KEY: &str = "language";
/// What is kept for "as it was written".
const ORIGINAL: &str = "original";

/// The language that the reader wants; none for the original.
fn wanted() -> Option<String> {
    let wanted = storage::get(KEY).or_else(|| window().navigator().language());
    wanted.filter(|language| language != ORIGINAL)
}

/// The language that this lesson is shown in; none for the original.
fn shown(lesson: &Lesson) -> Option<String> {
    best_language(&lesson.languages, &wanted()?).map(str::to_owned)
}

/// The lesson in the reader's language, if it has it. A translation that is not in order is not shown.
pub async fn in_language(lesson: Lesson, source: &Source) -> Lesson {
    let Some(language) = shown(&lesson) else { return lesson };
    let Source { folder, foreign } = source;
    let file = format!("{folder}/{}", translation_file(&language));
    let Ok(text) = fetch_text(&file, *foreign).await else { return lesson };
    match later::translation().await {
        Ok(translated) => translated(&lesson, folder, &language, &text).unwrap_or(lesson),
        Err(_) => lesson,
    }
}

/// The tag of the language that the lesson is shown in, for those who read it aloud.
pub fn tag(lesson: &Lesson) -> String {
    shown(lesson).unwrap_or_else(|| "en".to_owned())
}

/// The choice of a language, where there is one.
pub fn language_choice(lesson: &Lesson) -> Option<AnyView> {
    if lesson.languages.is_empty() {
        return None;
    }
    let classroom: Classroom = expect_context();
    let now = shown(lesson).unwrap_or_else(|| ORIGINAL.to_owned());
    let option = |value: &str, name: &str| {
        view! { <option value=value.to_owned() selected=value == now>{name.to_owned()}</option> }
    };
    let options = lesson.languages.iter().map(|language| option(language, language_name(language))).collect_view();
    let choose = move |event: leptos::ev::Event| {
        storage::put_quietly(KEY, &event_target_value(&event));
        classroom.reload();
    };
    Some(
        view! {
            <select class="language" aria-label="Language of the lesson" on:change=choose>{option(ORIGINAL, "English")}{options}</select>
        }
        .into_any(),
    )
}
