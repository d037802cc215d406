//! The same scenario has the same history everywhere: natively here, in Chromium in `tests/wasm.rs`.
//!
//! After a wanted change of the engine: `RENEW=1 cargo test --test traces`, and read the difference.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::traces::{RECORDED, SCALED, histories, scaled_history};

#[test]
fn histories_are_as_recorded() {
    let histories = histories();
    if std::env::var_os("RENEW").is_some() {
        std::fs::write("tests/support/traces.txt", &histories).expect("the test's own folder can be written");
        return;
    }
    assert_eq!(histories, RECORDED, "the engine's histories have changed; see the head of this file");
}

#[test]
fn a_scaled_history_is_as_recorded() {
    assert_eq!(scaled_history(), SCALED);
}
