// The story of the product, done by hand: the spike breaks a design, the learner mends it; more machines survive it.
import { expect, shots, test } from "./fixtures.js";
import { centre, connect, drag, part, pause, play, reach, seek, solve, wire } from "./hand.js";

test.describe.configure({ timeout: 300_000 });

const COLLAPSED = /failing.*(9\d|100)\s% lost/;

test("the spike collapses one server, and stays; the learner goes back and mends it", async ({ page }) => {
  await page.goto("./");
  await expect(page.getByRole("heading", { name: "The spike", level: 1 })).toBeVisible();
  for (const name of ["users", "app", "db", "images"]) await expect(part(page, name)).toBeVisible();
  await shots(page, "spike-ready");

  await play(page);
  await reach(page, 1);
  await pause(page);
  await seek(page, 23);
  await shots(page, "spike-begins");
  await seek(page, 40);
  await expect(part(page, "users")).toHaveAttribute("aria-label", COLLAPSED);
  await expect(part(page, "app")).toHaveAttribute("aria-label", /waiting/);
  await shots(page, "spike-collapse");

  // The crowd has left, and the server stays down: 700 requests a second, and it could do 1,000.
  await seek(page, 100);
  await expect(part(page, "users")).toHaveAttribute("aria-label", COLLAPSED);

  // Back into the quiet time: the past is still there.
  await seek(page, 10);
  await expect(part(page, "users")).not.toHaveAttribute("aria-label", /failing/);

  // A short waiting room, and better manners at the door; the run goes on from here with them.
  await part(page, "app").click();
  const capacity = page.getByRole("textbox", { name: "Capacity" });
  await capacity.fill("many");
  await capacity.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "is not a whole number" })).toBeVisible();
  await shots(page, "inspector-refuses");
  await capacity.fill("200");
  await capacity.press("Enter");
  await wire(page, "users -> app").focus();
  await page.getByRole("combobox", { name: "Backoff" }).selectOption("exponential");
  await page.getByRole("combobox", { name: "Jitter" }).selectOption("full");
  const budget = page.getByRole("textbox", { name: "Budget" });
  if (!(await budget.isVisible())) await page.getByRole("switch", { name: "Budget" }).check();
  await budget.fill("10%");
  await budget.press("Enter");
  await shots(page, "inspector-wire");
  await solve(page, 4);
  await shots(page, "spike-mended");
});

test("more machines: a balancer and ten servers, built by hand, survive the spike and a killed server", async ({ page }) => {
  await page.goto("./#lesson=part-1/04-more-machines");
  await expect(page.getByRole("heading", { name: "More machines", level: 1 })).toBeVisible();
  await expect(part(page, "app-8")).toBeVisible();

  // A wire away, a balancer in: dragged from the palette to a free place.
  await wire(page, "users -> app-1").focus();
  await page.keyboard.press("Delete");
  await expect(wire(page, "users -> app-1")).toHaveCount(0);
  const users = await part(page, "users").boundingBox();
  const palette = page.getByRole("toolbar", { name: /^Parts/ });
  await drag(page, await centre(palette.getByRole("button", { name: "Load balancer" })), [users.x + users.width * 1.6, users.y - users.height]);
  await expect(part(page, "lb")).toBeVisible();
  for (const added of ["app", "app-9"]) {
    await palette.getByRole("button", { name: "Server" }).click();
    await expect(part(page, added)).toBeVisible();
  }
  await page.getByRole("button", { name: "Show all" }).click();
  await connect(page, "users", "lb");
  for (const name of ["app-1", "app-2", "app-3", "app-4", "app-5", "app-6", "app-7", "app-8", "app", "app-9"]) await connect(page, "lb", name);
  for (const name of ["app", "app-9"]) await connect(page, name, "db");

  // Undo and redo take back and bring again, by key.
  await page.keyboard.press("Control+z");
  await expect(wire(page, "app-9 -> db")).toHaveCount(0);
  await page.keyboard.press("Control+Shift+z");
  await expect(wire(page, "app-9 -> db")).toBeAttached();

  // A hand kills one more server than the script does; probes find out, and the balancer routes around it.
  await seek(page, 25);
  await shots(page, "machines");
  await part(page, "app-3").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Kill it" }).click();
  await seek(page, 38);
  await expect(part(page, "app-3")).toHaveAttribute("aria-label", /down/);
  await expect(part(page, "users")).not.toHaveAttribute("aria-label", /failing/);

  // The same spike again, without that hand: all goals are met.
  await page.getByRole("button", { name: "Reset the run" }).click();
  await solve(page, 4);
  await shots(page, "machines-solved");
});
