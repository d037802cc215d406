// What one person builds is kept, given to others, and is the same there; what comes from others does no harm.
import { createServer } from "node:http";
import AxeBuilder from "@axe-core/playwright";
import { expect, shots, test } from "./fixtures.js";
import { part, pause, play, reach, second, seek, wire } from "./hand.js";

const MINUTES = 60_000;
const undo = (page) => page.getByRole("button", { name: "Undo", exact: true });
const dialog = (page) => page.getByRole("dialog");
const menu = async (page, item) => {
  await page.getByRole("button", { name: "Design", exact: true }).click();
  await page.locator(".design-menu-list").getByText(item, { exact: true }).click();
};

/** The link that the share dialog shows. */
async function link(page) {
  await page.getByRole("button", { name: "Share…" }).first().click();
  const link = await dialog(page).getByRole("textbox", { name: "Link", exact: true }).inputValue();
  return link;
}

async function setCapacity(page, value) {
  await part(page, "app").click();
  const capacity = page.getByRole("textbox", { name: "Capacity" });
  await capacity.fill(value);
  await capacity.press("Enter");
}

test("a link takes design, seed and what was done by hand to another browser: the same outage there", async ({ page, browser, site }) => {
  test.setTimeout(5 * MINUTES);
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  await setCapacity(page, "300");
  await play(page);
  await reach(page, 1);
  await pause(page);
  await seek(page, 12);
  await part(page, "db").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Kill it" }).click();
  await seek(page, 16);
  await expect(part(page, "users")).toHaveAttribute("aria-label", /failing/);
  const address = await link(page);
  await expect(dialog(page)).toContainText("1 fault by hand");
  expect(address.length).toBeLessThan(700);
  await shots(page, "share");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await dialog(page).getByRole("button", { name: "Copy: Link", exact: true }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  const { violations } = await new AxeBuilder({ page }).include("dialog[open]").analyze();
  expect(violations).toEqual([]);

  const other = await (await browser.newContext({ baseURL: site })).newPage();
  const errors = [];
  other.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  // Without the lesson: in the sandbox, as a copy.
  await other.goto(address.replace(/&lesson=.*/, ""));
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("A shared design");
  await part(other, "app").click();
  await expect(other.getByRole("textbox", { name: "Capacity" })).toHaveValue("300");
  await play(other);
  await reach(other, 1);
  await pause(other);
  await seek(other, 16);
  expect(await second(other)).toBeCloseTo(await second(page), 0);
  await expect(part(other, "users")).toHaveAttribute("aria-label", /failing/);
  await expect(part(other, "db")).toHaveAttribute("aria-label", /down/);

  // With the lesson: in place of the learner's own work, which comes back by Undo.
  await other.goto("./#lesson=part-1/02-the-spike");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("The spike");
  await setCapacity(other, "4444");
  await other.goto(address);
  await part(other, "app").click();
  await expect(other.getByRole("textbox", { name: "Capacity" })).toHaveValue("300");
  await undo(other).click();
  await expect(other.getByRole("textbox", { name: "Capacity" })).toHaveValue("4444");
  await other.goto("./#lesson=part-1/02-the-spike");
  await part(other, "app").click();
  await expect(other.getByRole("textbox", { name: "Capacity" })).toHaveValue("4444");
  expect(errors).toEqual([]);
  await other.context().close();
});

test("bad links are refused in words, and nothing is lost", async ({ page }) => {
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  await setCapacity(page, "777");
  const address = await link(page);
  await page.keyboard.press("Escape");
  const packed = /design=([^&]*)/.exec(address)[1];
  for (const [design, said] of [
    [packed.slice(0, -9), "missing or was changed"],
    ["v9.abcdef", "knows only"],
    ["v1.%3Cscript%3Ealert(1)%3C/script%3E", "which no link has"],
    [`v1.${"A".repeat(25_000)}`, "more than 20000 letters"],
  ]) {
    await page.evaluate((design) => (location.hash = `design=${design}`), design);
    const note = page.getByRole("alertdialog", { name: "This link cannot be opened" });
    await expect(note).toContainText(said);
    await note.getByRole("button", { name: "Close" }).click();
    await expect(page).toHaveURL(/lesson=part-1\/02-the-spike$/);
    await expect(page.getByRole("textbox", { name: "Capacity" })).toHaveValue("777");
  }
  // At first sight, with nothing else to show.
  await page.goto("about:blank");
  await page.goto("./#design=v1.nothing");
  await expect(page.getByRole("alertdialog", { name: "This link cannot be opened" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sandbox");
  await shots(page, "link-refused");
});

test("designs in the sandbox have names: saved, listed, renamed, deleted and brought back", async ({ page }) => {
  await page.goto("./#sandbox");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sandbox");
  await shots(page, "sandbox");
  const palette = page.getByRole("toolbar", { name: /^Parts/ });
  await palette.getByRole("button", { name: "Server" }).click();
  await expect(part(page, "app")).toBeVisible();
  await menu(page, "Save as…");
  await dialog(page).getByRole("textbox", { name: "Name" }).fill("My shop / first");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("My shop / first");
  await expect(page).toHaveURL(/#sandbox=My%20shop/);

  // Drawn on, and found again: as it was saved, and as it was left.
  await palette.getByRole("button", { name: "Cache" }).click();
  await expect(part(page, "cache")).toBeVisible();
  await page.goto("./#sandbox");
  await expect(part(page, "cache")).toHaveCount(0);
  await menu(page, "Saved designs…");
  await shots(page, "shelf");
  await dialog(page).getByRole("link", { name: "My shop / first" }).click();
  await expect(part(page, "cache")).toBeVisible();
  await page.reload();
  await expect(part(page, "cache")).toBeVisible();
  await menu(page, "Start over");
  await expect(part(page, "cache")).toHaveCount(0);
  await expect(part(page, "app")).toBeVisible();

  await menu(page, "Saved designs…");
  await dialog(page).getByRole("button", { name: "Rename My shop / first" }).click();
  await dialog(page).getByRole("textbox", { name: "New name" }).fill("Shop 2");
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByRole("link", { name: "Shop 2" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, includeHidden: true })).toHaveText("Shop 2");
  await dialog(page).getByRole("button", { name: "Delete Shop 2" }).click();
  await expect(dialog(page).getByRole("link", { name: "Shop 2" })).toHaveCount(0);
  await dialog(page).getByRole("button", { name: "Undo" }).click();
  await expect(dialog(page).getByRole("link", { name: "Shop 2" })).toBeVisible();
});

test("a lesson's design goes into the sandbox as a copy, and the lesson keeps its own", async ({ page }) => {
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  await setCapacity(page, "555");
  await menu(page, "Copy to the sandbox");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("A shared design");
  await setCapacity(page, "1");
  await page.goto("./#lesson=part-1/02-the-spike");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The spike");
  await part(page, "app").click();
  await expect(page.getByRole("textbox", { name: "Capacity" })).toHaveValue("555");
});

test.describe("a tab that dies", () => {
  test.use({ allowedErrors: [/./] });

  test("takes no finished edit along, whenever it dies", async ({ context }) => {
    test.setTimeout(3 * MINUTES);
    let page = await context.newPage();
    await page.goto("./");
    let kept = null;
    for (const [number, edits] of [1, 4, 2, 6].entries()) {
      await expect(part(page, "app")).toBeVisible();
      await part(page, "app").click();
      if (kept) await expect(page.getByRole("textbox", { name: "Capacity" })).toHaveValue(kept);
      for (let edit = 0; edit < edits; edit++) await setCapacity(page, (kept = String(1000 + number * 100 + edit)));
      // The run plays, or not, when the process is killed.
      if (number % 2) await play(page);
      const session = await context.newCDPSession(page);
      const crashed = page.waitForEvent("crash");
      session.send("Page.crash").catch(() => {});
      await crashed;
      await page.close();
      page = await context.newPage();
      await page.goto("./");
    }
    await part(page, "app").click();
    await expect(page.getByRole("textbox", { name: "Capacity" })).toHaveValue(kept);
  });
});

test("two tabs are told of each other and overwrite nothing; a full disk is told once", async ({ page, context }) => {
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  await setCapacity(page, "111");
  const twin = await context.newPage();
  await twin.goto("./");
  await expect(twin.getByText("This is open in another tab too")).toBeVisible();
  await expect(page.getByText("This is open in another tab too")).toBeVisible();
  await setCapacity(twin, "222");
  await page.reload();
  await part(page, "app").click();
  await expect(page.getByRole("textbox", { name: "Capacity" })).toHaveValue("111");
  await twin.reload();
  await part(twin, "app").click();
  await expect(twin.getByRole("textbox", { name: "Capacity" })).toHaveValue("222");

  await twin.evaluate(() => {
    for (let size = 4_000_000; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (let number = 0; ; number++) localStorage.setItem(`fill-${size}-${number}`, "x".repeat(size));
      } catch {}
    }
    // To the last letter.
    for (let letter = 0x4e00; letter < 0x9000; letter++) {
      try {
        localStorage.setItem(String.fromCharCode(letter), "");
      } catch {
        break;
      }
    }
  });
  const told = twin.getByText("Your work is still here, but it cannot be kept");
  await setCapacity(twin, "123456");
  await expect(told).toHaveCount(1);
  await setCapacity(twin, "234567");
  await expect(told).toHaveCount(1);
  await twin.evaluate(() => localStorage.clear());
  await setCapacity(twin, "345678");
  await twin.reload();
  await part(twin, "app").click();
  await expect(twin.getByRole("textbox", { name: "Capacity" })).toHaveValue("345678");
});

test("work of older versions is found; what comes from a newer one is put aside", async ({ page }) => {
  const file = (capacity) => `version = 1\n\n[components.app]\nkind = "server"\ncapacity = ${capacity}\n`;
  const keep = (text) => page.evaluate((text) => {
    localStorage.clear();
    sessionStorage.clear();
    localStorage.setItem("pressure-point/draft/sandbox/old", text);
  }, text);
  await page.goto("./#sandbox");
  for (const [text, capacity] of [[file(41), "41"], [`# draft 1, saved 1791974400123\n${file(42)}`, "42"]]) {
    await keep(text);
    await page.reload();
    await part(page, "app").click();
    await expect(page.getByRole("textbox", { name: "Capacity" })).toHaveValue(capacity);
  }
  await keep(`# draft 7, saved 1791974400123\n${file(43)}`);
  await page.reload();
  await expect(page.getByText("cannot be read any more")).toBeVisible();
  const aside = await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.includes("aside/"))?.[1]);
  expect(aside).toContain("capacity = 43");
});

test("files come in by drop, runs with their script too; pictures go out", async ({ page }) => {
  await page.goto("./#sandbox");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sandbox");
  const parts = 'version = 1\n[components.users]\nkind = "clients"\n[components.app]\nkind = "server"\n';
  const more = `${parts}[components.lb]\nkind = "load-balancer"\n[wires]\n"users -> lb" = {}\n"lb -> app" = {}\n`;
  const text = `${parts}[wires]\n"users -> app" = {}\n+++ at 2s fault\ntarget = "app"\nfor = "20s"\n+++ at 4s design\n${more}`;
  const data = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "run.toml", { type: "text/plain" }));
    return data;
  }, text);
  await page.dispatchEvent(".canvas-stage", "dragover", { dataTransfer: data });
  await page.dispatchEvent(".canvas-stage", "drop", { dataTransfer: data });
  await expect(page.getByText("Opened run.toml")).toBeVisible();
  await play(page);
  await reach(page, 1);
  await pause(page);
  await seek(page, 8);
  await expect(part(page, "app")).toHaveAttribute("aria-label", /down/);
  // A part that came in mid-run has its figures.
  await expect(part(page, "lb")).toHaveAttribute("aria-label", /, [1-9]\d*(\.\d)?\/s/);

  for (const [item, name, magic] of [
    ["Picture (SVG)", "design.svg", "<svg "],
    ["Picture (PNG)", "design.png", "\x89PNG"],
  ]) {
    const waiting = page.waitForEvent("download");
    await menu(page, item);
    const download = await waiting;
    expect(download.suggestedFilename()).toBe(name);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString("latin1").slice(0, 5)).toContain(magic);
  }
  const waiting = page.waitForEvent("download");
  await page.locator(".canvas-stage").focus();
  await page.keyboard.press("Control+s");
  expect((await waiting).suggestedFilename()).toBe("design.toml");
});

test("within a foreign page: plays by itself, refuses edits, leaves the wheel alone, opens in the editor", async ({ page, site }) => {
  const inner = `${site}?embed=1#lesson=part-1/02-the-spike&seed=12`;
  const html = `<!doctype html><title>A course</title><body style="height:3000px;margin:0"><iframe src="${inner.replace("&", "&amp;")}" width="480" height="320" style="border:0" title="The spike"></iframe>`;
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    await page.goto(`http://localhost:${server.address().port}/`);
    const frame = page.frameLocator("iframe");
    await expect(frame.locator('.part[data-part="app"]')).toBeVisible();
    await expect
      .poll(async () => Number(await frame.getByRole("slider", { name: "Playhead" }).getAttribute("aria-valuenow")), { timeout: MINUTES })
      .toBeGreaterThan(1);
    for (const hidden of [".header", ".panel.lesson", ".palette", ".board", ".panel.inspector"]) await expect(frame.locator(hidden)).toBeHidden();
    await page.screenshot({ path: "test-results/shots/embed-light.png", clip: { x: 0, y: 0, width: 480, height: 320 } });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.screenshot({ path: "test-results/shots/embed-dark.png", clip: { x: 0, y: 0, width: 480, height: 320 } });

    // No edit: not by key, not by hand.
    await frame.locator('.part[data-part="db"]').focus();
    await page.keyboard.press("Delete");
    await expect(frame.locator('.part[data-part="db"]')).toBeVisible();
    const before = await frame.locator('.part[data-part="db"]').getAttribute("transform");
    await page.keyboard.press("ArrowDown");
    expect(await frame.locator('.part[data-part="db"]').getAttribute("transform")).toBe(before);

    await page.mouse.move(240, 150);
    await page.mouse.wheel(0, 200);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(50);

    const popup = page.context().waitForEvent("page");
    await page.evaluate(() => scrollTo(0, 0));
    await frame.getByRole("link", { name: "Open in editor" }).click();
    const editor = await popup;
    await expect(editor.getByRole("heading", { level: 1 })).toHaveText("The spike");
    expect(editor.url()).not.toContain("embed");
    await editor.getByRole("button", { name: "Share…" }).first().click();
    await expect(editor.getByRole("dialog")).toContainText("seed 12");
  } finally {
    server.close();
  }
});

test("who wants less motion finds the embedded run standing ready", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./?embed=1#lesson=part-1/02-the-spike");
  await expect(part(page, "app")).toBeVisible();
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  expect(await second(page)).toBe(0);
});

test("two designs under the same traffic are laid over each other, with what differs in a table", async ({ page }) => {
  test.setTimeout(3 * MINUTES);
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  await setCapacity(page, "200");
  await menu(page, "Compare with…");
  await shots(page, "compare-choose");
  const compare = page.getByRole("region", { name: "Compare" });
  await compare.getByRole("button", { name: "The start" }).click();
  await expect(compare.getByRole("row", { name: /^app capacity / })).toContainText("200");
  await play(page);
  await reach(page, 1);
  await pause(page);
  await seek(page, 60);
  const lost = compare.getByRole("row", { name: /^Lost / });
  await expect(lost).toContainText(/%.*%/, { timeout: 2 * MINUTES });
  await expect(compare.getByRole("row", { name: /^Cost per hour / })).toContainText("same");
  await expect(compare.locator("path.other").nth(1)).toHaveAttribute("d", /^M.*L/);
  await expect(compare.locator("path.own").nth(1)).toHaveAttribute("d", /^M.*L/);
  await page.getByRole("button", { name: "Tall" }).click();
  await shots(page, "compare");
  const { violations } = await new AxeBuilder({ page }).include(".compare").analyze();
  expect(violations).toEqual([]);
});
