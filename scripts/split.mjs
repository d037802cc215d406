// Cuts the app's wasm into the part that a first visit needs and those that are fetched when they are first wanted
// (src/ui/later.rs says which). Trunk runs this after its own build (see Trunk.toml) and ships what lies in its staging folder.
//
// cargo's wasm → wasm-split-cli → wasm-bindgen for the main part → wasm-opt for every part. Trunk has bound the uncut wasm by
// then: its script and wasm are replaced under the same names, so that the page's script tag, and caches, stay true.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const { TRUNK_STAGING_DIR: staging, TRUNK_PROFILE: profile, CARGO_TARGET_DIR: target = "target" } = process.env;
const release = profile === "release";
const whole = join(target, "wasm32-unknown-unknown", release ? "web" : "debug", "pressure-point.wasm");
const name = readdirSync(staging).find((file) => file.endsWith("_bg.wasm")).replace("_bg.wasm", "");
const work = mkdtempSync(join(tmpdir(), "pressure-point-"));

// Every name carries the main part's hash: a browser must never put together parts of two builds.
const nameOf = (part) => `${name}-${part.replace(/^split_/, "")}`;

try {
  execFileSync("wasm-split-cli", [whole, work, "--target", "web", "--out-name", name]);
  const binding = ["--target", "web", "--keep-lld-exports", "--no-typescript", "--out-dir", work, "--out-name", name];
  execFileSync("wasm-bindgen", [join(work, `${name}.wasm`), ...binding]);

  const parts = readdirSync(work).filter((file) => /^(split|chunk)_.*\.wasm$/.test(file)).map((file) => basename(file, ".wasm"));
  write(join(work, `${name}_bg.wasm`), `${name}_bg.wasm`);
  for (const part of parts) write(join(work, `${part}.wasm`), `${nameOf(part)}.wasm`);

  const script = readFileSync(join(work, `${name}.js`), "utf8");
  writeFileSync(join(staging, `${name}.js`), replaced(script, "./__wasm_split.js", `./${nameOf("parts")}.js`));
  let loader = readFileSync(join(work, "__wasm_split.js"), "utf8");
  for (const part of parts) loader = replaced(loader, `./${part}.wasm`, `./${nameOf(part)}.wasm`);
  // A host that calls wasm something else than `application/wasm` is served, too; what is not there must be an error.
  const taken = `src.then(async (got) => got.ok ? WebAssembly.instantiate(await got.arrayBuffer(), imports) : Promise.reject(new Error(got.url + ": " + got.status)))`;
  loader = replaced(loader, "WebAssembly.instantiateStreaming(src, imports)", taken);
  writeFileSync(join(staging, `${nameOf("parts")}.js`), loader);
} finally {
  rmSync(work, { recursive: true });
}

// For size: in this order the functions compress best. Development takes the wasm as it is.
function write(from, to) {
  const features = ["bulk-memory", "mutable-globals", "multivalue", "nontrapping-float-to-int", "reference-types", "sign-ext"];
  const passes = release ? ["-Oz", "--reorder-functions-by-name"] : [];
  execFileSync("wasm-opt", [from, "-o", join(staging, to), ...passes, ...features.map((feature) => `--enable-${feature}`)]);
}

function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`split.mjs: no ${from} in what wasm-split-cli or wasm-bindgen wrote; has its version changed?`);
  return text.replaceAll(from, to);
}
