// What a person's hand does on the page, for tests: real pointer events and keys. Nothing here depends on how fast the
// run plays: a test goes to a time and waits until the page is there.
import { expect } from "./fixtures.js";

/** A simulation may have to be computed on a busy machine first. */
const PATIENCE = 120_000;

export const part = (page, name) => page.locator(`.part[data-part="${name}"]`);
export const wire = (page, name) => page.locator(`.wire-focus[data-part="${name}"]`);
export const play = (page) => page.getByRole("button", { name: "Play", exact: true }).click();
export const pause = (page) => page.getByRole("button", { name: "Pause", exact: true }).click();

const playhead = (page) => page.getByRole("slider", { name: "Playhead" });

/** The simulated second that the page shows. */
export const second = async (page) => Number(await playhead(page).getAttribute("aria-valuenow"));

/** Waits until the playhead has passed this simulated second. */
export const reach = (page, wanted) => expect.poll(() => second(page), { timeout: PATIENCE }).toBeGreaterThanOrEqual(wanted);

/** Clicks on the track where this second is, and waits until the page shows it. The run must stand still. */
export async function seek(page, wanted) {
  const track = await playhead(page).boundingBox();
  const duration = Number(await playhead(page).getAttribute("aria-valuemax"));
  // Playwright clicks once the track stands still, and only on the track: what arrives below it may move it up meanwhile.
  await playhead(page).click({ position: { x: (track.width * wanted) / duration, y: track.height / 2 } });
  await expect.poll(async () => Math.abs((await second(page)) - wanted), { timeout: PATIENCE }).toBeLessThanOrEqual(1);
}

/** Plays as fast as it goes, until all goals are met. */
export async function solve(page, goals) {
  const faster = page.getByRole("button", { name: "Faster" });
  while (await faster.isEnabled()) await faster.click();
  await play(page);
  await expect(page.getByText(`${goals} of ${goals}`)).toBeVisible({ timeout: PATIENCE });
  await expect(page.getByText("All goals met.")).toBeVisible();
}

export async function centre(locator) {
  const box = await locator.boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/** Drags in steps, as a hand does. */
export async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 });
  await page.mouse.move(...to, { steps: 4 });
  await page.mouse.up();
}

/** Draws a wire from port to port. */
export async function connect(page, from, to) {
  const ports = [part(page, from).locator(".port.caller .dot"), part(page, to).locator(".port.callee .dot")];
  await drag(page, await centre(ports[0]), await centre(ports[1]));
  await expect(wire(page, `${from} -> ${to}`)).toBeAttached();
}
