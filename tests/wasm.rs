//! What must be seen in real WebAssembly in a browser; `scripts/test.sh` runs it there.
#![cfg(target_arch = "wasm32")]

mod support;

use pressure_point::ui::worker;
use support::traces::{RECORDED, SCALED, histories, scaled_history};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_page_is_not_the_worker() {
    assert!(!worker::in_worker());
}

#[wasm_bindgen_test]
fn histories_are_the_same_as_natively() {
    assert_eq!(histories(), RECORDED);
    assert_eq!(scaled_history(), SCALED);
}
