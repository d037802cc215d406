//! W2 in the product engine, as `compare.mjs` runs it: natively a program that says how long it took, in wasm a module.
//!
//! Built in the profile of the page, so that what is measured is what learners get.

#[cfg(not(target_arch = "wasm32"))]
#[path = "../cpu_time/clock.rs"]
mod clock;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../reference/mod.rs"]
#[expect(dead_code, reason = "the closed loop is for the growth of pending events")]
mod reference;
#[path = "../workload/mod.rs"]
mod workload;

use workload::{Load, product, w2};

/// W2 for this many simulated seconds.
fn load(seconds: u64) -> Load {
    Load { end_ns: seconds * 1_000_000_000, ..Load::W2 }
}

/// The requests that succeeded.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn engine(seconds: u32) -> f64 {
    product(&w2(load(u64::from(seconds)))) as f64
}

#[cfg(target_arch = "wasm32")]
fn main() {}

/// Says the requests that succeeded and the milliseconds on the processor, round by round; a line on the input asks for one:
/// `engine`, or `bare` for the reference loop.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    // `cargo bench` runs all benches: this one is for `compare.mjs`, which gives it the seconds.
    let Some(seconds) = std::env::args().nth(1).and_then(|seconds| seconds.parse().ok()) else { return };
    let load = load(seconds);
    for line in std::io::stdin().lines() {
        let start = clock::now();
        let succeeded = match line.as_deref() {
            Ok("bare") => reference::Reference::new(load).run(),
            _ => product(&w2(load)),
        };
        println!("{succeeded} {}", (clock::now() - start) as f64 / 1e6);
    }
}
