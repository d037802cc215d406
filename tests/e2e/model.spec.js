// Whoever wants to know how a part behaves reads it beside their work, and finds that work as they left it.
import AxeBuilder from "@axe-core/playwright";
import { expect, shots, test } from "./fixtures.js";

const part = (page, name) => page.locator(`.part[data-part="${name}"]`);
const dialog = (page) => page.getByRole("dialog");

test("the model opens from the inspector, with its settings, and gives the lesson back as it was", async ({ page }) => {
  await page.goto("./");
  await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();

  // Something that would be lost if the page loaded anew: a change that is not saved as a file, and what is selected.
  await part(page, "app").click();
  const capacity = page.getByRole("textbox", { name: "Capacity" });
  await capacity.fill("4000");
  await capacity.press("Enter");
  await expect(page.getByRole("button", { name: "Undo" })).toBeEnabled();
  const mark = await page.evaluate(() => (window.untouched = Math.random()));

  await page.getByRole("link", { name: "How it works" }).click();
  await expect(page).toHaveURL(/#model=server$/);
  await expect(dialog(page).getByRole("heading", { level: 2 })).toHaveText(/server/i);
  const row = dialog(page).getByRole("row", { name: /^capacity / });
  await expect(row).toContainText("256");
  await expect(row).toContainText("0 to 1000000");
  await expect(dialog(page).getByRole("row", { name: /^utilization / })).toBeVisible();

  // From page to page, and on with the keyboard.
  await dialog(page).getByRole("link", { name: "How it is simulated" }).click();
  await expect(page).toHaveURL(/#model=index$/);
  await expect(dialog(page).getByRole("heading", { name: "Wiring changes behaviour" })).toBeVisible();
  await shots(page, "model-index");
  const { violations } = await new AxeBuilder({ page })
    .include(".model-dialog")
    // Links between pages begin with # too, and are no skip links.
    .disableRules(["skip-link"])
    .analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0].html}`)).toEqual([]);
  await page.goBack();
  await expect(page).toHaveURL(/#model=server$/);
  await expect(dialog(page).getByRole("heading", { level: 2 })).toHaveText(/server/i);
  await shots(page, "model-server");

  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(page).toHaveURL(/#lesson=part-1\/02-the-spike$/);
  await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();
  await expect(capacity).toHaveValue("4000");
  await expect(page.getByRole("button", { name: "Undo" })).toBeEnabled();
  expect(await page.evaluate(() => window.untouched)).toBe(mark);
  await expect(page.getByRole("link", { name: "How it works" })).toBeFocused();
});

test("an address leads to a page of the model, and from there to the course", async ({ page }) => {
  await page.goto("./index.html#model=wires");
  await expect(dialog(page).getByRole("row", { name: /^retry\.tries / })).toContainText("1 to 100");
  const mark = await page.evaluate(() => (window.untouched = Math.random()));
  await page.getByRole("link", { name: "How it is simulated" }).click();
  await expect(dialog(page).getByRole("heading", { name: "Scale" })).toBeVisible();
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/index\.html#lesson=part-1\/02-the-spike$/);
  expect(await page.evaluate(() => window.untouched), "the page was not loaded anew").toBe(mark);
});

test.describe("a page that is not there", () => {
  test.use({ allowedErrors: [/404/] });

  test("says so, and the course goes on", async ({ page }) => {
    await page.goto("./#model=perpetual-motion");
    await expect(dialog(page).getByRole("alert")).toContainText("model/perpetual-motion.md");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();
  });
});
