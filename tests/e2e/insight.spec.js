// The boards that explain a run: what is nearest its limit, theory beside practice, trade-offs, other seeds.
import { expect, SCREENS, shots, test } from "./fixtures.js";
import { part, pause, play, reach, seek } from "./hand.js";

test.describe.configure({ timeout: 180_000 });

const tab = (page, name) => page.getByRole("tab", { name });
/** A phone shows the boards under a tab of its own. */
const onPhone = async (page) => {
  await page.setViewportSize(SCREENS.phone);
  await page.getByRole("button", { name: "Charts", exact: true }).click();
  await page.setViewportSize(SCREENS.desktop);
};

const board = (page, name) => page.locator(`section.insight[aria-label="${name}"]`);

test("the boards name the bottleneck, show theory and trade-offs, and a click selects the part", async ({ page }) => {
  await page.goto("./#lesson=part-1/02-the-spike");
  await expect(part(page, "app")).toBeVisible();
  await play(page);
  await reach(page, 1);
  await pause(page);
  await seek(page, 40);
  await onPhone(page);

  await tab(page, "Pressure").click();
  const pressure = board(page, "Pressure");
  await expect(pressure).toContainText(/The bottleneck is app's \w+.*% in use\. It costs about/);
  const first = pressure.getByRole("row").nth(1);
  await expect(first).toContainText("over the limit");
  await first.getByRole("button", { name: "app" }).press("Enter");
  await expect(part(page, "app")).toHaveAttribute("aria-pressed", "true");
  await shots(page, "insight-pressure");

  // In the quiet time nothing is lost.
  await seek(page, 10);
  await expect(pressure).toContainText("Nothing is lost.");

  await tab(page, "Pressure").focus();
  await page.keyboard.press("ArrowRight");
  const theory = board(page, "Theory");
  await expect(theory.getByRole("img")).toHaveAttribute("aria-label", /the knee is at \d+ of \d+ requests per second/);
  await expect(theory.getByRole("row", { name: /Little, waiting/ })).toContainText("L = ");
  await shots(page, "insight-theory");

  await tab(page, "Trade-offs").click();
  await expect(board(page, "Trade-offs").getByRole("row")).toHaveCount(7);
  await expect(board(page, "Trade-offs").getByRole("row", { name: /Availability/ })).toContainText("% answered");
  await shots(page, "insight-trade-offs");
});

test("other seeds run beside the page, can be stopped, and give a band", async ({ page }) => {
  await page.goto("./#lesson=part-1/01-it-works");
  await expect(part(page, "app")).toBeVisible();
  await onPhone(page);
  await tab(page, "Again?").click();
  const again = board(page, "Again?");
  await again.getByRole("button", { name: "Run 30 other seeds" }).click();
  await again.getByRole("button", { name: "Stop" }).click();
  await again.getByRole("button", { name: "Run 30 other seeds" }).click();
  await expect(again.getByRole("status")).toHaveText("30 seeds", { timeout: 120_000 });
  await expect(again.getByRole("row", { name: /p95 latency/ })).toContainText(/\d/);
  await shots(page, "insight-again");
});
