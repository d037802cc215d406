// Cuts the app's wasm into the part that a first visit needs and those that are fetched when they are first wanted
// (src/ui/later.rs says which). Trunk runs this after its own build (Trunk.toml) and takes what lies in its staging folder.
//
// cargo's wasm -> wasm-split-cli -> the main part -> wasm-bindgen; then wasm-opt on every part. Trunk has bound the uncut wasm
// by then: its script and wasm are replaced under the same, hashed names, so the page's script tag stays true.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { TRUNK_STAGING_DIR: staging, TRUNK_PROFILE: trunkProfile = "release", CARGO_TARGET_DIR: target = "target" } = process.env;
const LINK = "./__wasm_split_placeholder__.js";
const release = trunkProfile === "release";
const whole = join(target, "wasm32-unknown-unknown", release ? "web" : "debug", "pressure-point.wasm");
const run = (tool, ...args) => execFileSync(tool, args, { stdio: "inherit" });

const bound = readdirSync(staging).find((name) => /^pressure-point.*_bg\.wasm$/.test(name));
const name = bound.replace(/_bg\.wasm$/, "");
const work = mkdtempSync(join(tmpdir(), "pressure-point-split-"));

run("wasm-split-cli", whole, work, "--target", "web", "--out-name", name);
run("wasm-bindgen", join(work, `${name}.wasm`), "--target", "web", "--keep-lld-exports", "--no-typescript", "--out-dir", join(work, "out"), "--out-name", name);
console.log(readdirSync(work), readdirSync(join(work, "out")));
console.log(readFileSync(join(work, "out", `${name}.js`), "utf8").match(/^import .*$/gm));
