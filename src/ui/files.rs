//! Files out and in: a design is downloaded, or chosen from the learner's disk.

use js_sys::{Array, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, HtmlInputElement, Url};

/// Hands a text to the learner as a file.
pub fn download(name: &str, text: &str) {
    offer(name, &text.into());
}

/// Hands bytes to the learner as a file.
pub fn download_bytes(name: &str, bytes: &[u8]) {
    offer(name, &Uint8Array::from(bytes));
}

fn offer(name: &str, content: &JsValue) {
    let made = || -> Result<(), JsValue> {
        let blob = Blob::new_with_blob_sequence(&Array::of1(content))?;
        let url = Url::create_object_url_with_blob(&blob)?;
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

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: f64 = 8_000_000.0;
/// Files that are read at once.
const FILES_MAX: u32 = 200;

/// The paths and bytes of the files that were chosen in an input; files that are too large are passed over.
pub async fn chosen_files(input: HtmlInputElement) -> Vec<(String, Vec<u8>)> {
    let mut chosen = Vec::new();
    let Some(files) = input.files() else { return chosen };
    for index in 0..files.length().min(FILES_MAX) {
        let Some(file) = files.get(index).filter(|file| file.size() <= FILE_BYTES_MAX) else { continue };
        // Set where a whole folder was chosen.
        let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        if let Ok(buffer) = JsFuture::from(file.array_buffer()).await {
            chosen.push((path, Uint8Array::new(&buffer).to_vec()));
        }
    }
    input.set_value("");
    chosen
}

/// The name and text of the file that was chosen in an input; none if there is none or it cannot be read.
pub async fn chosen(input: HtmlInputElement) -> Option<(String, String)> {
    let file = input.files()?.get(0)?;
    let text = JsFuture::from(file.text()).await.ok()?.as_string()?;
    // The same file can be chosen again.
    input.set_value("");
    Some((file.name(), text))
}
