// What a machine can find of barriers, in the states that a learner meets.
import AxeBuilder from "@axe-core/playwright";
import { expect, SCREENS, test } from "./fixtures.js";
import { part, seek } from "./hand.js";

test.describe.configure({ timeout: 180_000 });

async function audit(page, state) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 160)} ${node.failureSummary}`));
  expect.soft(told, state).toEqual([]);
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing to say, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("./");
    await expect(part(page, "app")).toBeVisible();
    await audit(page, "start");

    await seek(page, 40);
    await expect(part(page, "users")).toHaveAttribute("aria-label", /failing/);
    await part(page, "app").click();
    await expect(page.getByRole("textbox", { name: "Capacity" })).toBeVisible();
    await audit(page, "a component in the inspector, mid-spike");

    await page.getByRole("button", { name: "Lessons" }).click();
    await page.getByRole("button", { name: "Help" }).click();
    await audit(page, "list of lessons and help");
    await page.keyboard.press("Escape");

    await page.getByRole("tab", { name: "All parts" }).click();
    await page.getByRole("button", { name: "Find an action or a part" }).click();
    await audit(page, "table of all parts and search");
    await page.keyboard.press("Escape");
    const theme = page.getByRole("button", { name: /^Theme/ });
    if (colorScheme === "light") {
      while ((await theme.getAttribute("aria-label")) !== "Theme: projector") await theme.click();
      await audit(page, "projector");
      await theme.click();
    }

    await page.setViewportSize(SCREENS.phone);
    for (const tab of ["Lesson", "Canvas", "Inspect", "Charts"]) {
      await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: tab }).click();
      await audit(page, `phone, ${tab}`);
    }
  });
}
