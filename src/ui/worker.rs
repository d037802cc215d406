//! The worker that simulates: this same wasm started a second time, so nothing is downloaded or compiled twice.
//!
//! `assets/worker.js` is the other half. `main()` runs in both places and asks [`in_worker`] which one it is.

use js_sys::{JsString, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, Url, Worker, WorkerOptions, WorkerType};

#[wasm_bindgen]
extern "C" {
    /// The address of the JavaScript module that wasm-bindgen made for this wasm; its name carries a hash.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static BINDINGS_URL: JsString;
}

/// Whether this is the worker's copy of the program and not the page's.
pub fn in_worker() -> bool {
    js_sys::global().has_type::<DedicatedWorkerGlobalScope>()
}

/// Starts the simulator: `worker.js` waits for this before it hands on what the page said meanwhile.
///
/// # Errors
/// The simulator's code could not be fetched.
#[wasm_bindgen]
pub async fn simulate() -> Result<(), JsError> {
    let start = super::later::engine().await.map_err(|error| JsError::new(&error.to_string()))?;
    start();
    Ok(())
}

/// Starts the worker. Messages may be posted to it at once: `worker.js` keeps them until the simulator runs there.
pub fn spawn() -> Worker {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&from_page("worker.js"), &options).expect("a browser with module workers");
    let start = Object::new();
    set(&start, "js", &BINDINGS_URL.with(|url| url.into()));
    set(&start, "module", &wasm_bindgen::module());
    worker.post_message(&start).expect("a module can be posted to a worker");
    worker
}

/// The address of a file beside the page, wherever the page is hosted.
fn from_page(file: &str) -> String {
    let page = web_sys::window().and_then(|window| window.document()).and_then(|document| document.base_uri().ok());
    let page = page.flatten().expect("a page has an address");
    Url::new_with_base(file, &page).expect("a file name beside an address is an address").href()
}

fn set(object: &Object, key: &str, value: &JsValue) {
    Reflect::set(object, &key.into(), value).expect("a plain object takes any key");
}
