// The learner asks why: the view names what began it, leads to each moment and part, and to the words it uses.
import AxeBuilder from "@axe-core/playwright";
import { expect, SCREENS, shots, test } from "./fixtures.js";
import { part, pause, play, reach, second, seek } from "./hand.js";

test.describe.configure({ timeout: 300_000 });

const why = (page) => page.getByRole("region", { name: "Why it failed" });
const steps = (page) => why(page).getByRole("list", { name: "What happened, in order" });

test("the spike is explained: what began it, what was full, why it stays down; and written down", async ({ page }) => {
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  await page.getByRole("tab", { name: "Why" }).click();
  await expect(why(page)).toContainText("Play the run.");
  await play(page);
  await reach(page, 1);
  await pause(page);
  await seek(page, 90);

  // The root cause, and the server that was full.
  await expect(why(page)).toContainText("users want more than before", { timeout: 60_000 });
  await expect(why(page)).toContainText("app is busy all the time");
  await expect(steps(page).getByRole("listitem").first()).toContainText("cause");
  await shots(page, "why");
  await page.getByRole("button", { name: "Tall" }).click();
  await shots(page, "why-tall");
  await page.getByRole("button", { name: "Tall" }).click();
  await page.setViewportSize(SCREENS.phone);
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Charts" }).click();
  await expect(steps(page).getByRole("listitem").first()).toBeVisible();
  await page.screenshot({ path: "test-results/shots/why-phone-tab.png" });
  await page.setViewportSize(SCREENS.desktop);

  // A step leads to its moment and its part.
  const full = steps(page).getByRole("button", { name: /limit app is busy all the time/ });
  await full.click();
  await expect.poll(() => second(page)).toBeLessThan(20);
  await expect(page.getByRole("textbox", { name: "Capacity" })).toBeVisible();

  // By the keyboard, too.
  const retries = steps(page).getByRole("button", { name: /spread Callers try again/ });
  await retries.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Backoff" })).toBeVisible();

  await page.getByRole("button", { name: "Post-mortem" }).click();
  const page_ = page.getByRole("dialog", { name: /Post-mortem/ });
  await expect(page_.getByRole("heading", { name: "What to change" })).toBeVisible();
  await expect(page_).toContainText("budget");
  await shots(page, "why-postmortem");
  const { violations } = await new AxeBuilder({ page }).include(".postmortem").include(".why").analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0].html}`)).toEqual([]);
  const download = page.waitForEvent("download");
  await page_.getByRole("button", { name: "Markdown" }).click();
  expect((await download).suggestedFilename()).toBe("post-mortem.md");
  await page.keyboard.press("Escape");
  await expect(page_).toBeHidden();
});

test("a term leads to its place in the glossary, and the address does, too", async ({ page }) => {
  await page.goto("./#term=knee");
  const book = page.getByRole("dialog", { name: "Glossary" });
  const knee = book.locator("#term-knee");
  await expect(knee).toBeInViewport();
  await expect(knee).toBeFocused();
  await knee.getByRole("link", { name: "utilization" }).click();
  await expect(page).toHaveURL(/#term=utilization$/);
  await expect(book.locator("#term-utilization")).toBeInViewport();
  await expect(book.locator("#term-utilization")).toBeFocused();
  await shots(page, "glossary");
  await page.setViewportSize(SCREENS.phone);
  await expect(book.locator("#term-utilization")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(book).toBeHidden();
});
