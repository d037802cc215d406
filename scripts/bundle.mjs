// What makes the page small to load, run by Trunk after its own build (see Trunk.toml) on its staging folder:
//
// - The wasm is cut into the part that a first visit needs and those that are fetched when they are first wanted
//   (src/ui/later.rs says which): cargo's wasm → wasm-split-cli → wasm-bindgen for the main part → wasm-opt for every part.
//   Trunk has bound the uncut wasm by then; its script and wasm are replaced under their names, so the page's script tag stays true.
// - The style sheets become one, which compresses better and is one request; esbuild shortens it, and the scripts.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { FEATURES, optimize } from "./optimize.mjs";

const { TRUNK_STAGING_DIR: staging, TRUNK_PROFILE: profile, CARGO_TARGET_DIR: target = "target" } = process.env;
const release = profile === "release";

cutWasm();
joinStyles();

function cutWasm() {
  const whole = join(target, "wasm32-unknown-unknown", release ? "web" : "debug", "pressure-point.wasm");
  const name = readdirSync(staging).find((file) => file.endsWith("_bg.wasm")).replace("_bg.wasm", "");
  // Every name carries the hash of the whole: a browser must never put together parts of two builds.
  const nameOf = (part) => `${name}-${part.replace(/^split_/, "")}`;
  const work = mkdtempSync(join(tmpdir(), "pressure-point-"));
  try {
    execFileSync("wasm-split-cli", [whole, work, "--target", "web", "--out-name", name]);
    const binding = ["--target", "web", "--keep-lld-exports", "--no-typescript", "--out-dir", work, "--out-name", name];
    execFileSync("wasm-bindgen", [join(work, `${name}.wasm`), ...binding]);

    const parts = readdirSync(work).filter((file) => /^(split|chunk)_.*\.wasm$/.test(file)).map((file) => basename(file, ".wasm"));
    dropDead(join(work, `${name}_bg.wasm`));
    // Development takes the wasm as it is.
    const place = release ? optimize : copyFileSync;
    place(join(work, `${name}_bg.wasm`), join(staging, `${name}_bg.wasm`));
    for (const part of parts) place(join(work, `${part}.wasm`), join(staging, `${nameOf(part)}.wasm`));

    const script = readFileSync(join(work, `${name}.js`), "utf8");
    const live = script
      .replace(/^export class IntoUnderlying\w+ \{[\s\S]*?^\}\n(if \(Symbol\.dispose\).*\n)?/gm, "")
      .replace(/^const IntoUnderlying\w+Finalization = [\s\S]*?;\n/gm, "");
    if (live.includes("IntoUnderlying")) throw new Error("bundle.mjs: wasm-bindgen writes the classes of streams differently now");
    const linked = replaced(live, `from "./__wasm_split.js"`, `from "./${nameOf("parts")}.js"`);
    writeFileSync(join(staging, `${name}.js`), minified(linked, "js"));
    let loader = readFileSync(join(work, "__wasm_split.js"), "utf8");
    for (const part of parts) loader = replaced(loader, `./${part}.wasm`, `./${nameOf(part)}.wasm`);
    // A host that calls wasm something else than `application/wasm` is served, too; what is not there must be an error.
    const checked = `src.then(async (got) => {
        if (!got.ok) throw new Error(got.url + ": " + got.status);
        return WebAssembly.instantiate(await got.arrayBuffer(), imports);
    })`;
    const careful = replaced(loader, "WebAssembly.instantiateStreaming(src, imports)", checked);
    writeFileSync(join(staging, `${nameOf("parts")}.js`), minified(careful, "js"));
  } finally {
    rmSync(work, { recursive: true });
  }
}

// Leptos' server functions bring classes that make streams of Rust's; they are exported, so nothing notices that nobody calls them.
function dropDead(file) {
  const names = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(file))).map(({ name }) => name);
  const live = names.filter((name) => !/^(__wbg_)?intounderlying/.test(name));
  const graph = [{ name: "the page", root: true, reaches: live }, ...live.map((name) => ({ name, export: name }))];
  writeFileSync(`${file}.json`, JSON.stringify(graph));
  execFileSync("wasm-metadce", [file, "--graph-file", `${file}.json`, "-o", file, "-g", ...FEATURES], { stdio: ["ignore", "ignore", "inherit"] });
}

function joinStyles() {
  const page = join(staging, "index.html");
  const html = readFileSync(page, "utf8");
  const links = [...html.matchAll(/\s*<link rel="stylesheet" href="\.\/([^"]+)"[^>]*>/g)];
  if (links.length === 0) throw new Error("bundle.mjs: Trunk links style sheets differently now");
  const text = links.map(([, file]) => readFileSync(join(staging, file), "utf8")).join("\n");
  const small = minified(text, "css");
  const name = `style-${createHash("sha256").update(small).digest("hex").slice(0, 16)}.css`;
  writeFileSync(join(staging, name), small);
  for (const [, file] of links) rmSync(join(staging, file));
  const [first, ...others] = links.map(([link]) => link);
  const joined = others.reduce((html, link) => html.replace(link, ""), html);
  writeFileSync(page, joined.replace(first, `\n    <link rel="stylesheet" href="./${name}" />`));
}

/** The same script or style, shorter; in development as it is. */
function minified(text, loader) {
  return release ? execFileSync("esbuild", ["--minify", `--loader=${loader}`], { input: text, encoding: "utf8" }) : text;
}

function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`bundle.mjs: no ${from} in what wasm-split-cli or wasm-bindgen wrote. Has a version changed?`);
  return text.replaceAll(from, to);
}
