// A crowd beyond what is simulated one by one: the player says what a request stands for, and figures are the real ones.
import { expect, shots, test } from "./fixtures.js";
import { part, pause, play, reach, second } from "./hand.js";

test.describe.configure({ timeout: 240_000 });

const LESSON = '+++\ntitle = "Crowd"\nsummary = "A crowd."\nminutes = 1\n+++\n\n## Watch\n\n```goals\nissued(users) >= 1000000/s at end\n```\n';
const design = (instances) => `version = 1
duration = "4s"
[classes.feed]
cpu = "exp(1ms)"
[components.users]
kind = "clients"
traffic = "1040000/s"
[components.app]
kind = "server"
at = [240, 0]
instances = ${instances}
[wires]
"users -> app" = {}
`;

async function open(page, instances) {
  const folder = "part-1/02-the-spike";
  await page.route(`**/${folder}/lesson.md`, (route) => route.fulfill({ body: LESSON, contentType: "text/plain" }));
  await page.route(`**/${folder}/start.toml`, (route) => route.fulfill({ body: design(instances), contentType: "text/plain" }));
  await page.goto(`./#lesson=${folder}`);
  await expect(part(page, "app")).toBeVisible();
}

test("a request stands for three, figures are real, and another scale begins the run anew", async ({ page }) => {
  await open(page, 780);
  const note = page.locator(".scale-note");
  await play(page);
  await expect(note.locator("summary")).toHaveText("1 stands for 3");
  await reach(page, 1);
  await pause(page);
  await note.locator("summary").click();
  await expect(note).toContainText("1 simulated request stands for 3 real ones");
  await expect(note).toContainText(/1 dot stands for about 1[2-5]k requests/);
  await expect(part(page, "users")).toHaveAttribute("aria-label", /1M\/s requests/);
  await shots(page, "scale");

  // Fewer instances, by the inspector: a scale of three would leave too few. The playhead comes back to where it is.
  const before = await second(page);
  await part(page, "app").click();
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.locator("details:not([open]) > summary", { hasText: "All settings" }).first().click();
  const field = inspector.getByRole("textbox", { name: "Instances", exact: true }).first();
  await field.fill("20");
  await field.press("Enter");
  await expect(note.locator("summary")).toHaveText("1 stands for 2", { timeout: 120_000 });
  await expect(note).toContainText("because “app” has 20 instances");
  await reach(page, before);

  await note.getByRole("link", { name: "What that means" }).click();
  await expect(page.getByRole("heading", { name: "How far off it is" })).toBeVisible();
});

test("what cannot be scaled says why it takes its time", async ({ page }) => {
  await open(page, 5);
  const note = page.locator(".scale-note");
  await play(page);
  await expect(note.locator("summary")).toHaveText("One by one, slower");
  await note.locator("summary").click();
  await expect(note).toContainText("simulated by itself, because “app” has 5 instances");
});
