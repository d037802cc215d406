#!/usr/bin/env node
// Runs a wasm test file in the tests' own Chromium: cargo calls it with the file, as its `runner` (see scripts/test.sh).
// wasm-bindgen's test runner serves the tests as a page; it could drive the browser too, but needs a ChromeDriver of just
// the browser's version for that. Playwright needs none.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium, expect } from "@playwright/test";
import { launchOptions } from "./chromium.js";

// The module of what `wasm_split` in src/ui/later.rs imports.
const PLACEHOLDER = "__wasm_split_placeholder__";
const TIMEOUT = 5 * 60_000;

const server = spawn("wasm-bindgen-test-runner", process.argv.slice(2), {
  env: { ...process.env, NO_HEADLESS: "1", WASM_BINDGEN_TEST_ADDRESS: "127.0.0.1:0" },
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await chromium.launch(launchOptions);
let passed = false;
try {
  passed = await run(await browser.newPage(), await address());
} finally {
  await browser.close();
  server.kill();
}
process.exit(passed ? 0 : 1);

/** Where the server says the tests are. Without tests it says something else and ends. */
async function address() {
  for await (const line of createInterface(server.stdout)) {
    const found = line.match(/http:\/\/127\.0\.0\.1:\d+/);
    if (found) return found[0];
    console.log(line);
  }
  throw new Error("wasm-bindgen-test-runner ended without serving any tests");
}

/** Shows what the tests say; true if all passed. */
async function run(page, url) {
  // Nobody cuts the tests' wasm (scripts/bundle.mjs), so something must stand for what would fetch its parts, or it does not link.
  await page.route("**/without-parts.js", (route) => route.fulfill({ contentType: "text/javascript", body: withoutParts() }));
  await page.route(new RegExp(`^${url}/?$`), async (route) => {
    const response = await route.fetch();
    const map = { imports: { [PLACEHOLDER]: "/without-parts.js" } };
    const body = (await response.text()).replace("<script", `<script type="importmap">${JSON.stringify(map)}</script><script`);
    await route.fulfill({ response, body });
  });
  page.on("pageerror", (error) => console.log(error.stack));
  await page.goto(url);
  const output = page.locator("#output");
  await expect(output).toContainText("test result: ", { timeout: TIMEOUT });
  const text = await output.textContent();
  console.log(text);
  return text.includes("test result: ok");
}

/** A module in the place of the one that fetches parts. */
function withoutParts() {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(process.argv[2])));
  const names = imports.filter(({ module }) => module === PLACEHOLDER).map(({ name }) => name);
  return names.map((name) => `export function ${name}() { throw new Error("no part is fetched in tests"); }\n`).join("");
}
