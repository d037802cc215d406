//! The page's address, split and decoded by the browser.

use js_sys::{Array, JsString};
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::UrlSearchParams;

use crate::editor::address::Address;

/// What the address asks for now.
pub fn address() -> Address {
    let location = window().location();
    let (query, fragment) = (location.search().unwrap_or_default(), location.hash().unwrap_or_default());
    Address::of(&pairs(&query), &pairs(fragment.trim_start_matches('#')))
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let Ok(params) = UrlSearchParams::new_with_str(text) else { return Vec::new() };
    let word = |pair: &Array, at| pair.get(at).dyn_into::<JsString>().map(String::from).unwrap_or_default();
    let pairs = params.entries().into_iter().filter_map(|entry| entry.ok()?.dyn_into::<Array>().ok());
    pairs.map(|pair| (word(&pair, 0), word(&pair, 1))).collect()
}
