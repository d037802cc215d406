// W2 in the product engine, natively and in wasm as the page has it, beside a bare loop and the same written by hand in
// JavaScript: all in one run, in turn, since only ratios of one run mean anything. By hand: `node benches/wasm/compare.mjs
// [rounds]`. It needs the tools that scripts/setup.sh installs.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { optimize } from "../../scripts/optimize.mjs";
import { byHand } from "./by_hand.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = `${ROOT}target/compare`;
const SECONDS = 60;
const rounds = Number(process.argv[2] ?? 7);
process.env.PATH = [`${ROOT}.tools/bin`, `${ROOT}.tools/node_modules/.bin`, process.env.PATH].join(":");

/** Runs a command at the root of the project and gives what it prints. */
function run(command, ...args) {
  const stdio = ["ignore", "pipe", "inherit"];
  // Without the flags of .cargo/config.toml, which are there to cut the page into parts.
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: "" };
  return execFileSync(command, args, { cwd: ROOT, stdio, env, encoding: "utf8", maxBuffer: 1 << 28 });
}

/** Builds the bench `wasm` and gives the file that cargo made of it. */
function built(...how) {
  const messages = run("cargo", ...how, "--bench", "wasm", "--target-dir", FOLDER, "--message-format=json").trim().split("\n").map((line) => JSON.parse(line));
  const made = messages.find(({ reason, target }) => reason === "compiler-artifact" && target.name === "wasm" && target.kind.includes("bench"));
  return made.executable ?? made.filenames.find((name) => name.endsWith(".wasm"));
}

/** The module, made small as scripts/bundle.mjs makes the page's. */
function wasm() {
  const module = built("build", "--profile", "web", "--target", "wasm32-unknown-unknown");
  run("wasm-bindgen", "--target", "nodejs", "--out-dir", FOLDER, "--out-name", "engine", "--no-typescript", module);
  const file = `${FOLDER}/engine_bg.wasm`;
  optimize(file, file);
  return { file, engine: createRequire(import.meta.url)(`${FOLDER}/engine.js`).engine };
}

/** Milliseconds that this thread has run, where the system tells (Linux); elsewhere on the wall. */
function now() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

const native = spawn(built("bench", "--no-run"), [String(SECONDS)], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface(native.stdout)[Symbol.asyncIterator]();
const { file, engine } = wasm();

function timed(work) {
  const start = now();
  const succeeded = work(SECONDS);
  return [succeeded, now() - start];
}
async function natively(what) {
  native.stdin.write(`${what}\n`);
  return (await answers.next()).value.split(" ").map(Number);
}
const contestants = {
  "bare loop, native": () => natively("bare"),
  "engine, native": () => natively("engine"),
  "engine, wasm": () => timed(engine),
  "JavaScript by hand": () => timed(byHand),
};

const times = {};
const seen = {};
// The first round warms up and does not count.
for (let round = 0; round <= rounds; round++) {
  for (const [name, contest] of Object.entries(contestants)) {
    const [succeeded, millis] = await contest();
    seen[name] = succeeded;
    if (round > 0) (times[name] ??= []).push(millis);
  }
}
native.stdin.end();

const [bare, ours, wasms, theirs] = Object.values(seen);
if (ours !== wasms) throw new Error(`native and wasm differ: ${ours} and ${wasms} succeeded`);
for (const other of [bare, theirs]) {
  if (Math.abs(ours / other - 1) > 0.01) throw new Error(`they do not simulate the same: ${ours} and ${other} succeeded`);
}
const middle = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const medians = Object.values(times).map(middle);
const ratio = (which, to) => Number((medians[which] / medians[to]).toFixed(2));
console.table(
  Object.keys(times).map((name, which) => ({
    what: name,
    "median ms": Math.round(medians[which]),
    "least ms": Math.round(Math.min(...times[name])),
    "× bare": ratio(which, 0),
    "× native": ratio(which, 1),
    "× JavaScript": ratio(which, 3),
  })),
);
console.log("The JavaScript of performance.md took 4.1 × its bare loop (0.69 s beside 0.17 s).");
console.log(`the module: ${(brotliCompressSync(readFileSync(file)).length / 1000).toFixed(1)} kB in brotli (simulator, designs and what they need; no page)`);
