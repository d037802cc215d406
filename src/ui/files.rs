//! Files out and in: a design is downloaded, or chosen from the learner's disk.

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, HtmlInputElement, Url};

/// Hands a text to the learner as a file.
pub fn download(name: &str, text: &str) {
    match Blob::new_with_str_sequence(&Array::of1(&text.into())) {
        Ok(blob) => download_blob(name, &blob),
        Err(error) => leptos::logging::warn!("no file could be made: {error:?}"),
    }
}

/// Hands bytes to the learner as a file.
pub fn download_blob(name: &str, blob: &Blob) {
    let made = || -> Result<(), JsValue> {
        let url = Url::create_object_url_with_blob(blob)?;
        let anchor: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
        Url::revoke_object_url(&url)
    };
    if let Err(error) = made() {
        leptos::logging::warn!("no file could be made: {error:?}");
    }
}

/// The name and text of the file that was chosen in an input; none if there is none or it cannot be read.
pub async fn chosen(input: HtmlInputElement) -> Option<(String, String)> {
    let file = input.files()?.get(0)?;
    let text = JsFuture::from(file.text()).await.ok()?.as_string()?;
    // The same file can be chosen again.
    input.set_value("");
    Some((file.name(), text))
}
