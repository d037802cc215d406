//! What the browser keeps for us, all under one prefix. A browser that keeps nothing is no reason to fail.

use js_sys::Math;
use leptos::prelude::window;
use web_sys::Storage;

const PREFIX: &str = "pressure-point/";

/// The value of a key.
pub fn get(key: &str) -> Option<String> {
    local()?.get_item(&prefixed(key)).ok().flatten()
}

/// Keeps a value; otherwise says why it cannot be kept.
pub fn put(key: &str, value: &str) -> Result<(), &'static str> {
    let storage = local().ok_or("this browser keeps no data for the page")?;
    storage.set_item(&prefixed(key), value).map_err(|_| "the browser's storage for this page is full or switched off")
}

/// Keeps a value that is no loss if it cannot be kept.
pub fn put_quietly(key: &str, value: &str) {
    let _ = put(key, value);
}

/// Forgets a key.
pub fn remove(key: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(&prefixed(key));
    }
}

/// All keys that begin like this, in no particular order.
pub fn keys(begin: &str) -> Vec<String> {
    let Some(storage) = local() else { return Vec::new() };
    let key = |index| storage.key(index).ok().flatten();
    let all = (0..storage.length().unwrap_or(0)).filter_map(key);
    all.filter_map(|key| key.strip_prefix(PREFIX).filter(|key| key.starts_with(begin)).map(str::to_owned)).collect()
}

/// The key without our prefix; none for a key that is not ours.
pub fn own_key(key: &str) -> Option<&str> {
    key.strip_prefix(PREFIX)
}

/// This tab's own name; it survives a reload.
pub fn tab() -> String {
    let kept = tabs().and_then(|storage| storage.get_item(&prefixed("tab")).ok().flatten());
    kept.unwrap_or_else(rename_tab)
}

/// Gives this tab another name: a tab that was duplicated has its original's.
pub fn rename_tab() -> String {
    let name = format!("{:08x}", (Math::random() * 4_294_967_296.0) as u32);
    if let Some(storage) = tabs() {
        let _ = storage.set_item(&prefixed("tab"), &name);
    }
    name
}

fn prefixed(key: &str) -> String {
    format!("{PREFIX}{key}")
}

fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn tabs() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
