// The views of a run: requests as waterfalls, charts and their export, drawn traffic, events, the die.
import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures.js";
import { centre, drag, part, pause, play, reach, seek, second } from "./hand.js";

test.describe.configure({ timeout: 180_000 });

/** The lesson of the spike, in which nothing is locked. */
async function open(page) {
  await page.route("**/lesson.md", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(/^locked = .*$/m, "locked = []") });
  });
  await page.goto("./#lesson=part-1/02-the-spike");
  await expect(part(page, "users")).toBeVisible();
}

/** Plays a moment and stands still at this second. */
async function standAt(page, wanted) {
  await play(page);
  await reach(page, 1);
  await pause(page);
  await seek(page, wanted);
}

const view = (page, name) => page.getByRole("tab", { name }).click();
const live = (page) => page.locator("[aria-live=polite]");

test("a request is opened from the list and from a dot, and its moments move the playhead", async ({ page }) => {
  await open(page);
  await standAt(page, 24);
  await view(page, "Requests");
  await page.getByLabel("Which requests").selectOption("failed");
  const first = page.getByRole("list", { name: "Sampled requests" }).getByRole("button").first();
  await expect(first).toContainText(/timed out|turned away/);
  await first.focus();
  await page.keyboard.press("Enter");
  const opened = page.getByRole("region", { name: "Request", exact: true });
  await expect(opened.getByRole("heading")).toContainText(/for users: (timed out|turned away) after/);
  await expect(opened).toContainText(/app/);
  const bar = opened.getByRole("list", { name: "Attempts" }).getByRole("button").first();
  await expect(bar).toHaveAccessibleName(/users to app: network out 20 ms/);
  await opened.getByRole("button", { name: "Table" }).click();
  await expect(opened.getByRole("columnheader", { name: "for nobody" })).toBeAttached();
  await opened.getByRole("button", { name: "Table" }).click();
  await bar.focus();
  await opened.getByRole("button", { name: /^sent/ }).click();
  await expect.poll(() => second(page)).toBeLessThan(24);

  // A dot: somewhere along the wire that the crowd comes over there is one.
  await opened.getByRole("button", { name: "Close this request" }).click();
  await expect(opened).toHaveCount(0);
  await seek(page, 20);
  const [from, to] = [await part(page, "users").boundingBox(), await part(page, "app").boundingBox()];
  for (let share = 0.1; share < 1 && (await opened.count()) === 0; share += 0.05) {
    const x = from.x + from.width + (to.x - from.x - from.width) * share;
    await page.mouse.click(x, from.y + from.height / 2 + (to.y + to.height / 2 - from.y - from.height / 2) * share);
  }
  await expect(opened.getByRole("heading")).toContainText("for users");
});

test("charts zoom, tell values under one cursor, and are saved as CSV and PNG", async ({ page }) => {
  await open(page);
  await standAt(page, 30);
  const charts = page.locator(".chart-sheet");
  const sheet = await charts.first().boundingBox();
  const at = (share) => sheet.x + 46 + (sheet.width - 56) * share;
  await page.mouse.move(at(0.1), sheet.y + 40);
  await expect(page.locator(".tooltip")).toHaveCount(4);
  await drag(page, [at(0.1), sheet.y + 40], [at(0.25), sheet.y + 40]);
  await expect(page.getByRole("button", { name: "Whole run" })).toBeVisible();
  await expect(charts.first()).toHaveAttribute("aria-valuemin", /^1[12]/);
  await charts.first().focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect.poll(() => second(page)).toBeLessThan(15);
  await page.keyboard.press("0");
  await expect(page.getByRole("button", { name: "Whole run" })).toHaveCount(0);
  await seek(page, 30);

  await page.getByLabel("Charts of").selectOption("app");
  await expect(charts).toHaveCount(5);
  const save = async (name) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name }).click();
    const file = await download;
    return [file.suggestedFilename(), readFileSync(await file.path())];
  };
  const [csvName, csv] = await save("Save the charts as CSV");
  expect(csvName).toBe("charts-app.csv");
  const rows = csv.toString().trim().split("\r\n");
  expect(rows[0]).toContain("seconds,Requests per second: arriving,Requests per second: answered,Share in use: servers busy");
  expect(rows.length).toBeGreaterThan(250);
  expect(Number(rows.at(-1).split(",")[1])).toBeGreaterThan(10_000);
  const [pngName, png] = await save("Save the charts as PNG");
  expect(pngName).toBe("charts-app.png");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.length).toBeGreaterThan(5_000);
});

test("traffic is drawn with the mouse and moved by keys, each a step of undo; the run only gets another future", async ({ page }) => {
  await open(page);
  await standAt(page, 20);
  const stood = await second(page);
  await part(page, "users").click();
  const pad = page.locator(".pad");
  await pad.scrollIntoViewIfNeeded();
  const points = pad.getByRole("slider");
  const before = await points.count();
  const box = await pad.boundingBox();
  const place = (x, y) => [box.x + box.width * x, box.y + box.height * (1 - y)];
  await page.mouse.move(...place(0.45, 0.1));
  await page.mouse.down();
  for (let step = 0; step <= 20; step++) await page.mouse.move(...place(0.45 + step * 0.02, 0.1 + 0.7 * Math.abs(Math.sin(step / 3))));
  await page.mouse.up();
  const drawn = await points.count();
  expect(drawn).toBeGreaterThan(before);
  expect(drawn).toBeLessThanOrEqual(40);
  await expect(page.getByRole("textbox", { name: /^Time of point/ })).toHaveCount(drawn);

  const first = points.first();
  const value = await first.getAttribute("aria-valuetext");
  await first.focus();
  await page.keyboard.press("ArrowUp");
  await expect(first).not.toHaveAttribute("aria-valuetext", value);

  // Twice back: the key, then the whole stroke. The run stands where it stood, and its past is still there.
  await page.keyboard.press("Control+z");
  await expect(first).toHaveAttribute("aria-valuetext", value);
  await page.keyboard.press("Control+z");
  await expect(points).toHaveCount(before);
  await expect.poll(() => second(page)).toBe(stood);
  await view(page, "Requests");
  await expect(page.getByRole("list", { name: "Sampled requests" }).getByRole("button").first()).toBeVisible();

  // A click adds a point, Delete takes it away.
  await page.mouse.click(...place(0.1, 0.6));
  await expect(points).toHaveCount(before + 1);
  await pad.getByRole("slider", { name: "Point 1", exact: true }).focus();
  await page.keyboard.press("Delete");
  await expect(points).toHaveCount(before);
});

test("jumps go from event to event; a blow by hand is one, with its time; the die rolls another seed", async ({ page }) => {
  await open(page);
  // Nothing is recorded yet: the jump looks for the first event itself.
  await page.getByRole("button", { name: "To the next event" }).click();
  await expect(live(page).filter({ hasText: /0:1\d\.\d: app is full/ })).toBeAttached({ timeout: 120_000 });
  const stop = await second(page);
  await seek(page, 10);
  const ports = [part(page, "app").locator(".port.caller .dot"), part(page, "db").locator(".port.callee .dot")];
  const [[ax, ay], [bx, by]] = [await centre(ports[0]), await centre(ports[1])];
  await page.mouse.click((ax + bx) / 2, (ay + by) / 2, { button: "right" });
  await page.getByRole("menuitem", { name: /Cut this wire/ }).click();
  await expect(page.locator(".track-mark.hand")).toHaveAttribute("title", /0:(09|10) by hand: partition app -> db/);
  await view(page, "Events");
  const list = page.getByRole("region", { name: "Events" }).getByRole("button");
  await expect(list.filter({ hasText: "the wire from app to db was cut" })).toBeVisible();
  await seek(page, stop + 5);
  await page.getByRole("button", { name: "To the event before" }).click();
  await expect.poll(() => second(page)).toBeLessThan(stop + 5);
  await list.filter({ hasText: "was cut" }).click();
  await expect.poll(() => second(page)).toBeLessThanOrEqual(10);

  const deck = page.getByRole("region", { name: "Player" });
  const seed = deck.getByRole("textbox", { name: "Seed" });
  const before = await seed.inputValue();
  await page.getByRole("button", { name: "Reset the run" }).click();
  await expect(seed).toHaveValue(before);
  await deck.getByRole("button", { name: "Roll another seed" }).click();
  await expect(seed).not.toHaveValue(before);
  await expect(live(page).filter({ hasText: `Seed ${await seed.inputValue()}` })).toBeAttached();
  await seed.fill("77");
  await seed.press("Enter");
  await expect(live(page).filter({ hasText: "Seed 77" })).toBeAttached();
});
