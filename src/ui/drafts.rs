//! What the learner built, kept for each place of work and each tab.
//!
//! Every finished edit is written at once, so a tab that dies takes nothing along. Each tab writes under its own name:
//! two tabs never overwrite each other's work. Whoever opens a place finds what this tab left there, otherwise what any
//! tab left last.

use js_sys::{Date, Math};

use crate::design::Design;
use crate::lesson::{read_draft, saved_at, write_draft};
use crate::units::put_in_order;

use super::storage;

/// Drafts of other tabs that are kept for each place.
const OTHERS_MAX: usize = 3;
/// Written when a place is opened, and in answer to that: other tabs hear of it.
const HELLO: &str = "hello";
const HERE: &str = "here";

/// What was found of a place.
pub enum Found {
    /// Nothing was built yet.
    Nothing,
    /// This was.
    Design(Box<Design>),
    /// Something was that cannot be read any more. It was put aside under this key.
    Unreadable(String),
}

/// What another tab told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing that matters here.
    Nothing,
    /// It works at the same place.
    Twin,
    /// It was made from this one, and had the same name; this one has another name now and must save anew.
    Renamed,
}

/// What this tab built at this place last; otherwise what any tab did.
pub fn find(place: &str) -> Found {
    let own = own_key(place);
    let mut others: Vec<(f64, String)> = storage::keys(&format!("draft/{place}/"))
        .into_iter()
        .filter(|key| *key != own)
        .map(|key| (storage::get(&key).map_or(0.0, |text| saved_at(&text)), key))
        .collect();
    put_in_order(&mut others, |a, b| a.0.total_cmp(&b.0).is_gt());
    others.iter().skip(OTHERS_MAX).for_each(|(_, key)| storage::remove(key));
    let keys = std::iter::once(&own).chain(others.first().map(|(_, key)| key));
    let Some((key, text)) = keys.filter_map(|key| Some((key, storage::get(key)?))).next() else {
        return Found::Nothing;
    };
    match read_draft(&text) {
        Some(draft) => Found::Design(Box::new(draft.design)),
        None => put_aside(place, key, &text),
    }
}

/// Keeps what is built now; `start` is what the place begins with and needs no keeping.
pub fn keep(place: &str, design: &Design, start: &Design) -> Result<(), &'static str> {
    let key = own_key(place);
    if design == start && storage::keys(&format!("draft/{place}/")).iter().all(|other| *other == key) {
        storage::remove(&key);
        return Ok(());
    }
    storage::put(&key, &write_draft(design, Date::now()))
}

/// The place has another key from now on: its drafts, of all tabs, go along.
pub fn take_along(from: &str, to: &str) {
    let begin = format!("draft/{from}/");
    for key in storage::keys(&begin) {
        let (Some(text), Some(tab)) = (storage::get(&key), key.strip_prefix(&begin)) else { continue };
        if storage::put(&format!("draft/{to}/{tab}"), &text).is_ok() {
            storage::remove(&key);
        }
    }
}

/// Tells other tabs that this one works at this place.
pub fn greet(place: &str) {
    say(HELLO, place);
}

/// Another tab wrote this key; tells what that means for this tab, which works at this place.
pub fn hear(key: &str, value: &str, place: &str) -> Heard {
    let Some(key) = storage::own_key(key) else { return Heard::Nothing };
    if key == own_key(place) {
        storage::rename_tab();
        return Heard::Renamed;
    }
    let mut words = value.lines();
    if (key != HELLO && key != HERE) || words.next() != Some(place) {
        return Heard::Nothing;
    }
    if key == HERE {
        return Heard::Twin;
    }
    let renamed = words.next() == Some(storage::tab().as_str());
    if renamed {
        storage::rename_tab();
    }
    say(HERE, place);
    if renamed { Heard::Renamed } else { Heard::Twin }
}

/// Each word differs from the last: what is written twice is told once.
fn say(key: &str, place: &str) {
    storage::put_quietly(key, &format!("{place}\n{}\n{}", storage::tab(), Math::random()));
}

fn own_key(place: &str) -> String {
    format!("draft/{place}/{}", storage::tab())
}

fn put_aside(place: &str, key: &str, text: &str) -> Found {
    let aside = format!("aside/{place}/{}", Date::now());
    if storage::put(&aside, text).is_ok() {
        storage::remove(key);
    }
    Found::Unreadable(aside)
}
