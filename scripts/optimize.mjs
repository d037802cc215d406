// How wasm-opt makes the page's wasm small; also for benches/wasm, which measures what learners get.

import { execFileSync } from "node:child_process";

/** What browsers of the last years understand, and rustc makes use of. */
export const FEATURES = ["bulk-memory", "mutable-globals", "multivalue", "nontrapping-float-to-int", "reference-types", "sign-ext"].map(
  (feature) => `--enable-${feature}`,
);

// -Os, for -Oz is larger once compressed. Nothing lies in the first kilobyte: rustc puts the stack there, which ends above it.
// In this order the functions compress best.
const PASSES = ["-Os", "--low-memory-unused", "--reorder-functions-by-name"];

/** Rewrites the module `from` as `to`. */
export function optimize(from, to) {
  execFileSync("wasm-opt", [from, "-o", to, ...PASSES, ...FEATURES]);
}
