// The course around the lessons: the front page, stars and solutions, lessons from elsewhere, and the author's desk.
import AxeBuilder from "@axe-core/playwright";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../../scripts/static-server.mjs";
import { DIST, expect, SCREENS, shots, test } from "./fixtures.js";
import { part, play, solve } from "./hand.js";

test.describe.configure({ timeout: 240_000 });

const PATIENCE = { timeout: 120_000 };
const card = (page, title) => page.getByRole("listitem").filter({ has: page.getByText(title, { exact: true }) });
const home = (page) => page.getByRole("link", { name: /all lessons/ }).click();
const menu = (page) => page.getByRole("button", { name: "This lesson" }).click();

async function audit(page, state) {
  // Fragments are places of the app here, which axe takes for links within a page.
  const { violations } = await new AxeBuilder({ page }).disableRules(["skip-link"]).analyze();
  const told = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 160)}`));
  expect.soft(told, state).toEqual([]);
}

/** The text of the file that comes of this. */
async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

async function playToTheEnd(page) {
  const faster = page.getByRole("button", { name: "Faster" });
  while (await faster.isEnabled()) await faster.click();
  await play(page);
  const playhead = page.getByRole("slider", { name: "Playhead" });
  const end = await playhead.getAttribute("aria-valuemax");
  await expect(playhead).toHaveAttribute("aria-valuenow", end, PATIENCE);
}

test("from the front page to a star, a file to hand in, and the progress out and in", async ({ page }) => {
  await page.goto("./");
  await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();
  await home(page);
  await expect(page).toHaveURL(/#home$/);
  await expect(card(page, "It works")).toContainText("New");
  await expect(card(page, "More machines")).toContainText("12 min");
  await expect(page.getByRole("button", { name: "Start: The spike" })).toBeVisible();
  // Nothing behind the front page can be reached by key.
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");

  await page.getByRole("link", { name: /It works/ }).click();
  await expect(page.getByRole("heading", { name: "It works", level: 1 })).toBeVisible();
  await part(page, "app").click();
  await page.getByRole("textbox", { name: "Concurrency" }).fill("16");
  await page.getByRole("textbox", { name: "Concurrency" }).press("Enter");
  await solve(page, 3);
  await expect(page.getByText(/it holds with 5 other seeds/)).toBeVisible(PATIENCE);
  await shots(page, "course-stars");

  await menu(page);
  await page.getByRole("button", { name: "Hand in…" }).click();
  await page.getByRole("textbox", { name: "Your name" }).fill("Ada Lovelace");
  await expect(page.getByRole("textbox", { name: /paste this line/ })).toHaveValue(/^Ada Lovelace · part-1\/01-it-works · seed /);
  await shots(page, "course-hand-in");
  const result = await downloaded(page, () => page.getByRole("button", { name: "Save the file" }).click());
  expect(result.name).toBe("01-it-works-Ada-Lovelace.result.toml");
  expect(result.bytes.toString()).toMatch(/trace_hash = "[0-9a-f]{16}"/);
  writeFileSync(join(tmpdir(), result.name), result.bytes);
  await page.keyboard.press("Escape");

  await home(page);
  await expect(card(page, "It works")).toContainText("Solved");
  await expect(card(page, "It works")).toContainText(/[23] stars of 3/);
  const stars = await card(page, "It works").textContent();
  await expect(page.getByText(/^1 of \d+ lessons solved$/)).toBeVisible();
  await audit(page, "home");
  await shots(page, "home");
  const saved = await downloaded(page, () => page.getByRole("button", { name: "Save as a file" }).click());

  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(card(page, "It works")).toContainText("New");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(card(page, "It works")).toContainText("Solved");
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(card(page, "It works")).toContainText("New");
  await page.locator('input[data-for="progress"]').setInputFiles({ name: "other.toml", mimeType: "text/plain", buffer: Buffer.from("version = 1\n") });
  await expect(page.getByText("other.toml is no saved progress")).toBeVisible();
  await page.locator('input[data-for="progress"]').setInputFiles({ name: saved.name, mimeType: "text/plain", buffer: saved.bytes });
  await expect(card(page, "It works")).toHaveText(stars);

  // It outlives the page; and going on leads to where one was.
  await page.reload();
  await expect(card(page, "It works")).toHaveText(stars);
  await page.getByRole("button", { name: "Continue: It works" }).click();
  await expect(page.getByRole("heading", { name: "It works", level: 1 })).toBeVisible();
});

test("the solution opens after a try, is told apart, and earns no stars; the lesson that was left is not graded", async ({ page }) => {
  await page.goto("./#lesson=part-1/01-it-works&seed=5");
  await expect(page.getByRole("heading", { name: "It works", level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: "Player" }).getByRole("textbox", { name: "Seed" })).toHaveValue("5");
  await menu(page);
  await expect(page.getByRole("button", { name: /Show the solution/ })).toBeDisabled();
  await page.keyboard.press("Escape");
  await playToTheEnd(page);
  await menu(page);
  await page.getByRole("button", { name: /Show the solution/ }).click();
  await page.getByRole("button", { name: /Show it all the same/ }).click();
  await expect(page.getByText("This is the author's solution.")).toBeVisible();
  await solve(page, 3);
  await expect(page.getByText(/no more stars can be earned here/)).toBeVisible();
  await shots(page, "course-solution");

  // On to a lesson that begins with its goals open: nothing of the other run is counted for it.
  await page.getByRole("button", { name: "Next lesson" }).first().click();
  await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();
  await home(page);
  await expect(card(page, "It works")).toContainText("Solved with help");
  await expect(card(page, "It works")).toContainText("no stars");
  await expect(card(page, "The spike")).toContainText("New");
});

test("a lesson dropped into the built site appears once course.toml lists it", async ({ page }) => {
  const dir = mkdtempSync(join(tmpdir(), "pressure-point-"));
  cpSync(DIST, dir, { recursive: true });
  const server = await serve({ dir, base: "/" });
  try {
    await page.goto(`${server.url}#home`);
    await expect(card(page, "It works")).toBeVisible();
    await expect(page.getByText("The queue at the till")).toHaveCount(0);
    cpSync(join(dir, "lessons/part-1/01-it-works"), join(dir, "lessons/ours/01-till"), { recursive: true });
    const prose = readFileSync(join(dir, "lessons/ours/01-till/lesson.md"), "utf8");
    writeFileSync(join(dir, "lessons/ours/01-till/lesson.md"), prose.replace(/^title = .*$/m, 'title = "The queue at the till"'));
    const course = 'version = 1\ntitle = "Autumn"\n[[parts]]\ntitle = "Ours"\nlessons = ["ours/01-till", "part-1/02-the-spike"]\n';
    writeFileSync(join(dir, "lessons/course.toml"), course);
    await page.reload();
    const titles = page.locator(".home-title");
    await expect(titles).toHaveText(["The queue at the till", "The spike"]);
    await expect(page.getByRole("heading", { name: "Autumn", level: 1 })).toBeVisible();
    await page.getByRole("link", { name: /The queue at the till/ }).click();
    await expect(page.getByRole("heading", { name: "The queue at the till", level: 1 })).toBeVisible();
    await expect(part(page, "app")).toBeVisible();
  } finally {
    await server.close();
    rmSync(dir, { recursive: true });
  }
});

test.describe("a lesson on another host", () => {
  /** Another host: it counts what it is asked for, and lets others read. */
  async function elsewhere(files) {
    const asked = [];
    const server = createServer((request, response) => {
      asked.push(request.headers);
      const text = files[request.url];
      response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/plain", "access-control-allow-origin": "*" }).end(text);
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const url = `http://127.0.0.1:${server.address().port}`;
    return { asked, url, close: () => (server.closeAllConnections(), server.close()) };
  }
  const file = (name) => readFileSync(join(DIST, "lessons/part-1/04-more-machines", name), "utf8");

  test("is asked about first, named by host, and then opens", async ({ page }) => {
    const prose = file("lesson.md").replace(/^title = .*$/m, 'title = "From afar"') + "\n\n<script>document.title = 'owned'</script>\n";
    const host = await elsewhere({ "/l/lesson.md": prose, "/l/start.toml": file("start.toml") });
    try {
      await page.goto(`./?lesson=${host.url}/l/`);
      const dialog = page.getByRole("dialog");
      await expect(dialog).toContainText(`Open a lesson from ${host.url.slice(7)}?`);
      await audit(page, "consent");
      await shots(page, "consent");
      await dialog.getByRole("button", { name: "Not now" }).click();
      await expect(page).toHaveURL(/#home$/);
      expect(host.asked).toEqual([]);

      await page.goto("./");
      await page.goto(`./?lesson=${host.url}/l/lesson.md`);
      await dialog.getByRole("button", { name: "Open the lesson" }).click();
      await expect(page.getByRole("heading", { name: "From afar", level: 1 })).toBeVisible();
      await expect(part(page, "app-8")).toBeVisible();
      await expect(page).toHaveTitle("From afar · Pressure Point");
      for (const headers of host.asked) expect([headers.cookie, headers.referer]).toEqual([undefined, undefined]);
    } finally {
      host.close();
    }
  });

  test.describe("that is broken", () => {
    test.use({ allowedErrors: [/404/] });

    test("is told by path and line, and what is too large is not read", async ({ page }) => {
      const host = await elsewhere({ "/l/lesson.md": "x".repeat(3_000_000), "/m/lesson.md": "+++\n" });
      try {
        await page.goto(`./?lesson=${host.url}/l`);
        await page.getByRole("button", { name: "Open the lesson" }).click();
        await expect(page.getByText(`${host.url}/l/lesson.md:1: this file is too large`)).toBeVisible();
        await expect(page.getByText(`${host.url}/l/start.toml:1: this file is missing`)).toBeVisible();
        await page.goto("./?lesson=http://school.example/l");
        await expect(page.getByText("?lesson=http://school.example/l:1: a lesson on another host must come by https")).toBeVisible();
      } finally {
        host.close();
      }
    });
  });

  test("beside the page needs no question", async ({ page }) => {
    await page.goto("./?lesson=lessons/part-1/04-more-machines");
    await expect(page.getByRole("heading", { name: "More machines", level: 1 })).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });
});

test("an author writes, draws, takes a goal from the run, verifies, and takes the folder along", async ({ page }) => {
  await page.goto("./#home");
  await page.getByRole("link", { name: "Write a lesson" }).click();
  await expect(page).toHaveURL(/#author$/);
  const text = page.getByRole("textbox", { name: /lesson\.md/ });
  const prose = (await text.inputValue()).replace('title = "My lesson"', 'title = "Rush hour"');
  await text.fill(prose.replace("minutes = 5", "minutes = "));
  await expect(page.getByText("my-lesson/lesson.md:4: ")).toBeVisible();
  await text.fill(prose);
  await expect(page.getByRole("heading", { name: "Rush hour", level: 2 })).toBeVisible();
  await audit(page, "author, writing");
  await shots(page, "author-write");
  await page.getByRole("textbox", { name: "Folder" }).fill("14-rush-hour");
  await page.getByRole("textbox", { name: "Folder" }).press("Enter");

  // A wrong build of the start, and a goal from what the run shows.
  await page.getByRole("button", { name: "Draw and play" }).click();
  await part(page, "app").click();
  await page.getByRole("textbox", { name: "Capacity" }).fill("4000");
  await page.getByRole("textbox", { name: "Capacity" }).press("Enter");
  await page.getByRole("textbox", { name: "Name of a wrong build" }).fill("huge-room");
  await page.getByRole("button", { name: "Wrong build" }).click();
  await expect(page.getByRole("button", { name: "huge-room", exact: true })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "Start", exact: true }).first().click();
  await page.getByRole("textbox", { name: "Capacity" }).waitFor({ state: "hidden" });
  await part(page, "app").click();
  await page.getByRole("textbox", { name: "Capacity" }).fill("256");
  await page.getByRole("textbox", { name: "Capacity" }).press("Enter");
  await page.getByRole("button", { name: "Solution", exact: true }).first().click();
  await expect(part(page, "app")).toContainText("5 cores");
  await playToTheEnd(page);
  await part(page, "app").click();
  await page.getByRole("combobox", { name: "Figure" }).selectOption("utilization");
  await expect(page.locator(".desk-figure")).toHaveText(/^\d\d.*%$/);
  await page.getByRole("button", { name: "Add this goal" }).click();
  await expect(page.getByText(/Added to the goals: utilization\(app\) < \d\d%/)).toBeVisible();
  await audit(page, "author, drawing");
  await shots(page, "author-draw");

  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByRole("button", { name: "Verify this lesson" }).click();
  await expect(page.getByText("The lesson holds.")).toBeVisible(PATIENCE);
  await expect(page.getByText(/wrong-huge-room\.toml, seed 1: misses p95/)).toBeVisible();
  await shots(page, "author-check");
  const zip = await downloaded(page, () => page.getByRole("button", { name: "Zip" }).click());
  expect(zip.name).toBe("14-rush-hour.zip");

  // The draft is kept; a new one makes room, and the zip brings the old one back.
  await page.reload();
  await expect(page.getByRole("heading", { name: "Rush hour", level: 2 })).toBeVisible();
  await page.getByRole("button", { name: "New", exact: true }).click();
  await expect(page.getByRole("heading", { name: "My lesson", level: 2 })).toBeVisible();
  await page.locator('input[data-for="lesson"]').setInputFiles({ name: zip.name, mimeType: "application/zip", buffer: zip.bytes });
  await expect(page.getByText("14-rush-hour is on the desk.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Rush hour", level: 2 })).toBeVisible();

  // What is on a phone says that a larger screen is better, and works.
  await page.setViewportSize(SCREENS.phone);
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Canvas" }).click();
  await expect(page.getByText("Writing is easier on a larger screen.")).toBeVisible();
  await expect(text).toBeVisible();
});
