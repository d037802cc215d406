// Serves a folder of plain files on 127.0.0.1, as a static host would; no dependencies.
//     node scripts/static-server.mjs --dir dist --base / --port 8080 [--open]
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { constants, createBrotliCompress } from "node:zlib";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".toml": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Compresses in the time of a blink; the best quality takes seconds. */
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/** Resolves to `{ url, close }`. `base` is the path under which the folder appears; port 0 takes a free one. */
export function serve({ dir, base = "/", port = 0 }) {
  const server = createServer((request, response) => answer(dir, base, request, response));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const close = () => new Promise((closed) => server.close(closed) && server.closeAllConnections());
      resolve({ url: `http://127.0.0.1:${server.address().port}${base}`, close });
    });
  });
}

async function answer(dir, base, request, response) {
  const file = await find(dir, base, request.url);
  if (!file) {
    response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
    return;
  }
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  const headers = { "content-type": type, "cache-control": "no-cache", "x-content-type-options": "nosniff", vary: "accept-encoding" };
  // Hosts compress what they serve; all that the app consists of gains by it.
  const brotli = type !== TYPES[".png"] && /\bbr\b/.test(request.headers["accept-encoding"]);
  response.writeHead(200, brotli ? { ...headers, "content-encoding": "br" } : headers);
  // A browser that goes away in the middle is none of our troubles.
  await pipeline([createReadStream(file), ...(brotli ? [createBrotliCompress(QUICK)] : []), response]).catch(() => {});
}

/** The file that an address asks for, if it lies in the folder. */
async function find(dir, base, address) {
  try {
    const path = decodeURIComponent(new URL(address, "http://localhost").pathname);
    if (!path.startsWith(base)) return null;
    const file = join(dir, normalize("/" + path.slice(base.length)), path.endsWith("/") ? "index.html" : "");
    return (await stat(file)).isFile() ? file : null;
  } catch {
    return null;
  }
}

/** Shows the page in a browser where there is a desktop; elsewhere the printed address has to do. */
function open(url) {
  const command = process.platform === "darwin" ? "open" : process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? "xdg-open" : null;
  if (command) spawn(command, [url], { stdio: "ignore", detached: true }).on("error", () => {}).unref();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = (value) => ({ type: "string", default: value });
  const options = { dir: text("dist"), base: text("/"), port: text("8080"), open: { type: "boolean" } };
  const { values } = parseArgs({ options });
  try {
    const { url } = await serve({ dir: values.dir, base: values.base, port: Number(values.port) });
    console.log(`Pressure Point is at ${url} (Ctrl+C ends it)`);
    if (values.open) open(url);
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    console.error(`Port ${values.port} is taken; choose another with --port.`);
    process.exit(1);
  }
}
