//! Files out and in: texts and pictures are downloaded; a design is chosen from the learner's disk or dropped on the page.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, DragEvent, File, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement,
    HtmlInputElement, Url,
};

use crate::scene::Picture;

/// Pixels of a PNG for each of the picture's, and along one side at most: browsers refuse larger canvases.
const PNG_SCALE: f64 = 2.0;
const PNG_PIXELS_MAX: f64 = 8000.0;

/// Hands a text to the learner as a file.
pub fn download(name: &str, text: &str) {
    offer(name, &text.into());
}

/// Hands bytes to the learner as a file.
pub fn download_bytes(name: &str, bytes: &[u8]) {
    offer(name, &Uint8Array::from(bytes));
}

fn offer(name: &str, content: &JsValue) {
    let made = Blob::new_with_blob_sequence(&Array::of1(content)).and_then(|blob| download_blob(name, &blob));
    if let Err(error) = made {
        leptos::logging::warn!("no file could be made: {error:?}");
    }
}

/// Hands bytes to the learner as a file.
///
/// # Errors
/// What the browser says, if it makes no file of them.
pub fn download_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&url)
}

/// Hands a picture to the learner as a PNG file; false if the browser cannot draw it.
pub async fn download_png(name: &str, picture: &Picture) -> bool {
    drawn(picture).await.and_then(|blob| download_blob(name, &blob)).is_ok()
}

async fn drawn(picture: &Picture) -> Result<Blob, JsValue> {
    let image: HtmlImageElement = document().create_element("img")?.unchecked_into();
    let text = String::from(js_sys::encode_uri_component(&picture.svg));
    image.set_src(&format!("data:image/svg+xml,{text}"));
    JsFuture::from(image.decode()).await?;
    let longest = picture.size.x.max(picture.size.y);
    let scale = PNG_SCALE.min(PNG_PIXELS_MAX / longest);
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width((picture.size.x * scale) as u32);
    canvas.set_height((picture.size.y * scale) as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or("no canvas")?.unchecked_into();
    context.scale(scale, scale)?;
    context.draw_image_with_html_image_element(&image, 0.0, 0.0)?;
    let asked = Promise::new(&mut |tell: Function, _| {
        let heard = Closure::once_into_js(move |blob: JsValue| drop(tell.call1(&JsValue::NULL, &blob)));
        let _ = canvas.to_blob(heard.unchecked_ref());
    });
    JsFuture::from(asked).await?.dyn_into()
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
    let read = read(&file).await;
    // The same file can be chosen again.
    input.set_value("");
    read
}

async fn read(file: &File) -> Option<(String, String)> {
    Some((file.name(), JsFuture::from(file.text()).await.ok()?.as_string()?))
}

/// Takes files that are dropped anywhere on the page; otherwise the browser would leave the page for them.
pub fn take_drops(take: impl Fn(String, String) + Copy + 'static) {
    let over = window_event_listener(leptos::ev::dragover, |event: DragEvent| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
        if !has_files(&event) {
            return;
        }
        event.prevent_default();
        let files = event.data_transfer().and_then(|data| data.files());
        let Some(file) = files.and_then(|files| files.get(0)) else { return };
        spawn_local(async move {
            if let Some((name, text)) = read(&file).await {
                take(name, text);
            }
        });
    });
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
}

fn has_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}
