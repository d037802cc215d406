// Measures the built app (dist/) in headless Chromium and prints a table; by hand: `node tests/e2e/measure.mjs`,
// or only a part of it, `… frames`, `… worker`, `… largest`. Not a test:
// what it prints depends on the machine. Where others use it too, trust the CPU times more than those on the wall.
import { readFileSync, readdirSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { serve } from "../../scripts/static-server.mjs";
import { launchOptions } from "./chromium.js";

const ROOT = new URL("../../", import.meta.url);
const server = await serve({ dir: fileURLToPath(new URL("dist/", ROOT)), base: "/measured/" });
const host = await chromium.launchServer(launchOptions);
const browser = await chromium.connect(host.wsEndpoint());
const rows = [];
const tell = (what, value) => {
  rows.push({ what, value });
  console.error(`${what}: ${value}`);
};
const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Lesson 04 with another design in it, and nothing locked. */
async function open(design) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.route("**/04-more-machines/start.toml", (route) => route.fulfill({ body: design }));
  await page.route("**/04-more-machines/lesson.md", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(/^locked = .*$/m, "locked = []") });
  });
  await page.addInitScript(countShapes);
  await page.goto(`${server.url}#lesson=part-1/04-more-machines`);
  await page.locator('.part[data-part="users"]').waitFor();
  return page;
}

/** Counts, in each picture, the dots of all shapes that are drawn on the canvas's layer. */
function countShapes() {
  window.measured = { dots: 0, most: 0, pictures: 0 };
  const pen = CanvasRenderingContext2D.prototype;
  for (const name of ["arc", "rect", "closePath"]) {
    const draw = pen[name];
    pen[name] = function (...place) {
      if (this.canvas.classList.contains("dots")) window.measured.dots++;
      return draw.apply(this, place);
    };
  }
  const picture = () => {
    window.measured.pictures++;
    window.measured.most = Math.max(window.measured.most, window.measured.dots);
    window.measured.dots = 0;
    requestAnimationFrame(picture);
  };
  requestAnimationFrame(picture);
}

const shown = (page) =>
  page.locator(".clock-now").evaluate((clock) => {
    const [minutes, seconds] = clock.textContent.match(/(\d+):(\d+\.\d)/).slice(1).map(Number);
    return minutes * 60 + seconds;
  });

/** Waits until the page shows this second; the wall-clock seconds it took. */
async function arrive(page, wanted, most) {
  const started = Date.now();
  while ((await shown(page)) < wanted && Date.now() - started < most * 1000) await sleep(50);
  return (Date.now() - started) / 1000;
}

async function seekTo(page, key) {
  await page.locator("#track").focus();
  await page.keyboard.press(key);
}

/** CPU seconds that all workers of the browser have used so far (Linux only: by their threads' names). */
function workerSeconds() {
  const stats = new Map();
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      stats.set(Number(id), Number(readFileSync(`/proc/${id}/stat`, "utf8").replace(/^.*\) /, "").split(" ")[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const ours = (id) => id === host.process().pid || (stats.has(id) && ours(stats.get(id)));
  let ticks = 0;
  for (const id of [...stats.keys()].filter(ours)) {
    for (const thread of readdirSync(`/proc/${id}/task`)) {
      const stat = readFileSync(`/proc/${id}/task/${thread}/stat`, "utf8");
      if (!stat.includes("(DedicatedWorker")) continue;
      const fields = stat.replace(/^.*\) /, "").split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    }
  }
  return ticks / 100;
}

const SOLUTION = readFileSync(new URL("lessons/part-1/04-more-machines/solution.toml", ROOT), "utf8");

/** Traffic and machines this many times as large. */
function scaled(factor) {
  const times = (text) => text.replace(/\d+/g, (number) => String(Math.round(number * factor)));
  return SOLUTION.replace(/"(\d+)\/s"/g, (_, rate) => `"${rate * factor}/s"`).replace(
    /^(users|cores|concurrency|capacity|connections) = \d+$/gm,
    times,
  );
}

/**
 * Fifty components: users, a balancer, and 24 servers with a database each. At most 80 requests a second are sampled; the
 * wire is so slow that nearly 2,000 of them are on it at a time.
 */
function fifty() {
  const ids = [...Array(24).keys()];
  const place = (index, x) => `at = [${x + (index % 2) * 180}, ${index * 75}]`;
  return `version = 1
seed = 1
duration = "3m"
[classes.page]
cpu = "exp(2ms)"
reads = 1
[components.users]
kind = "clients"
at = [0, 860]
traffic = "76/s"
[components.lb]
kind = "load-balancer"
at = [240, 860]
${ids.map((id) => `[components.app-${id}]\nkind = "server"\ncores = 2\n${place(id, 520)}\n[components.db-${id}]\nkind = "database"\n${place(id, 980)}`).join("\n")}
[wires]
"users -> lb" = { latency = "12s" }
${ids.map((id) => `"lb -> app-${id}" = {}\n"app-${id} -> db-${id}" = {}`).join("\n")}
`;
}

async function frames() {
  const page = await open(fifty());
  const track = await page.locator("#track").boundingBox();
  await page.mouse.click(track.x + track.width * 0.2, track.y + track.height / 2);
  await arrive(page, 35, 60);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await sleep(1000);
  const cdp = await page.context().newCDPSession(page);
  // CPU time of the main thread, whoever else wants the processor.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () => Object.fromEntries((await cdp.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const counted = () => page.evaluate(() => ({ ...window.measured }));
  await page.evaluate(() => (window.measured.most = 0));
  const [before, pictures, started] = [await metrics(), (await counted()).pictures, Date.now()];
  await sleep(8000);
  const [after, count, seconds] = [await metrics(), await counted(), (Date.now() - started) / 1000];
  const drawn = count.pictures - pictures;
  const millis = (name) => `${(((after[name] - before[name]) * 1000) / drawn).toFixed(1)} ms`;
  tell("50 components: speed of play", await page.locator(".speed-now").textContent());
  tell("50 components: most dots in a picture", count.most);
  tell("50 components: frames per second", (drawn / seconds).toFixed(0));
  tell("50 components: script a frame, CPU", millis("ScriptDuration"));
  tell("50 components: style and layout a frame, CPU", `${(((after.LayoutDuration - before.LayoutDuration + after.RecalcStyleDuration - before.RecalcStyleDuration) * 1000) / drawn).toFixed(1)} ms`);
  tell("50 components: main thread a frame, all, CPU", millis("TaskDuration"));
  await page.close();
}

async function worker() {
  const page = await open(SOLUTION);
  const before = workerSeconds();
  await seekTo(page, "End");
  const seconds = await arrive(page, 90, 120);
  const used = workerSeconds() - before;
  tell("lesson 04: worker, on the wall", `${(90 / seconds).toFixed(0)} × real time (90 s in ${seconds.toFixed(1)} s)`);
  tell("lesson 04: worker, CPU", `${(90 / used).toFixed(0)} × real time (90 s in ${used.toFixed(1)} s)`);
  await page.close();
}

/** The peak of lesson 04, so many times as large: CPU seconds of the worker for one simulated second, and how fast it plays. */
async function peak(factor) {
  const page = await open(scaled(factor));
  const at = async (second) => {
    const box = await page.locator("#track").boundingBox();
    await page.mouse.click(box.x + (box.width * second) / 90, box.y + box.height / 2);
    await arrive(page, second - 0.5, 180);
  };
  await at(25);
  await sleep(500);
  const before = workerSeconds();
  await at(35);
  const cost = (workerSeconds() - before) / 10;
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await sleep(500);
  const [from, started] = [await shown(page), Date.now()];
  await sleep(8_000);
  const speed = ((await shown(page)) - from) / ((Date.now() - started) / 1000);
  await page.close();
  return { cost, speed };
}

async function largest() {
  let best = 0;
  for (const factor of [1, 4, 8, 12, 16, 24, 32]) {
    const { cost, speed } = await peak(factor);
    tell(`lesson 04 × ${factor} (${15_000 * factor}/s)`, `worker ${cost.toFixed(2)} CPU s a second; plays at ${speed.toFixed(2)} ×`);
    if (cost > 0.95) break;
    best = factor;
  }
  tell("lesson 04: largest rate tried that a core of its own plays at 1×", `${15_000 * best}/s`);
}

tell("load of the machine before (1, 5, 15 min)", loadavg().map((load) => load.toFixed(1)).join(", "));
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries({ frames, worker, largest })) {
  if (wanted.length === 0 || wanted.includes(name)) await part();
}
tell("load of the machine after", loadavg().map((load) => load.toFixed(1)).join(", "));
console.table(rows);
await browser.close();
await host.close();
await server.close();
