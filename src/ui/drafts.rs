//! What the learner built, kept for each lesson and tab.

use crate::design::{self, Design};
use crate::units::put_in_order;
use js_sys::Date;

use super::storage;

/// How a draft begins: the version of its form. When it was saved follows, then the design as a file.
const MARK: &str = "# draft 1, saved ";
/// Drafts of other tabs that are kept for each lesson.
const OTHERS_MAX: usize = 3;

struct Draft {
    /// Milliseconds since 1970.
    saved: f64,
    /// The design as a file.
    design: String,
}

/// What was found of a lesson.
pub enum Found {
    /// Nothing was built yet.
    Nothing,
    /// This was.
    Design(Box<Design>),
    /// Something was that cannot be read any more. It was put aside under this key.
    Unreadable(String),
}

/// What this tab built for the lesson last; otherwise what any tab did.
pub fn find(lesson: &str) -> Found {
    let own = own_key(lesson);
    let mut others: Vec<(f64, String)> = storage::keys(&format!("draft/{lesson}/"))
        .into_iter()
        .filter(|key| *key != own)
        .map(|key| (storage::get(&key).and_then(|text| parse(&text)).map_or(0.0, |draft| draft.saved), key))
        .collect();
    put_in_order(&mut others, |a, b| a.0.total_cmp(&b.0).is_gt());
    others.iter().skip(OTHERS_MAX).for_each(|(_, key)| storage::remove(key));
    let keys = std::iter::once(&own).chain(others.first().map(|(_, key)| key));
    let Some((key, text)) = keys.filter_map(|key| Some((key, storage::get(key)?))).next() else {
        return Found::Nothing;
    };
    match parse(&text).map(|draft| design::read(&draft.design)) {
        Some(Ok(design)) => Found::Design(Box::new(design)),
        _ => put_aside(lesson, key, &text),
    }
}

/// Keeps what is built now; `start` is what the lesson begins with and needs no keeping.
pub fn keep(lesson: &str, design: &Design, start: &Design) -> Result<(), &'static str> {
    let key = own_key(lesson);
    if design == start && storage::keys(&format!("draft/{lesson}/")).iter().all(|other| *other == key) {
        storage::remove(&key);
        return Ok(());
    }
    storage::put(&key, &format!("{MARK}{}\n{}", Date::now(), design::write(design)))
}

/// Another tab wrote this key; if it is ours, the tab was duplicated and takes another name.
pub fn written_elsewhere(key: &str, lesson: &str) {
    if storage::own_key(key).is_some_and(|key| key == own_key(lesson)) {
        storage::rename_tab();
    }
}

fn own_key(lesson: &str) -> String {
    format!("draft/{lesson}/{}", storage::tab())
}

fn parse(text: &str) -> Option<Draft> {
    let (saved, design) = text.strip_prefix(MARK)?.split_once('\n')?;
    Some(Draft { saved: saved.parse().ok()?, design: design.to_owned() })
}

fn put_aside(lesson: &str, key: &str, text: &str) -> Found {
    let aside = format!("aside/{lesson}/{}", Date::now());
    if storage::put(&aside, text).is_ok() {
        storage::remove(key);
    }
    Found::Unreadable(aside)
}
