// A lesson's live parts as a learner meets them: predict, run, compare; a hint that the run opens; the debrief.
import AxeBuilder from "@axe-core/playwright";
import { expect, shots, test } from "./fixtures.js";
import { part, play } from "./hand.js";

test.describe.configure({ timeout: 240_000 });

const PATIENCE = 120_000;
const LESSON = `+++
title = "It works"
summary = "A lesson of the tests."
minutes = 8
palette = []
locked = ["users"]
budget = "$1.2/h"
languages = ["de"]
+++

Read this first.

## Guess

\`\`\`predict metric = "p95(users) at end"
How long do 19 of 20 pages take, at most?
> The [goodput](#term=goodput) is what counts.
\`\`\`

\`\`\`predict run
What is full first?
- [ ] The cores
- [x] The only slot
> One slot is soon taken.
\`\`\`

## Help

\`\`\`design run
version = 1
duration = "20s"
[components.users]
kind = "clients"
at = [0, 0]
traffic = "90/s"
[components.app]
kind = "server"
at = [240, 0]
cores = 1
[wires]
"users -> app" = {}
+++
This one is **never** full.
\`\`\`

\`\`\`hint when utilization(app) < 50% for 3s
Look at \`concurrency\`.
\`\`\`

\`\`\`hint
First.
\`\`\`

\`\`\`hint
Second.
\`\`\`

\`\`\`goals
p95(users) < 200ms after 10s  # pages come quickly
\`\`\`

## Debrief

It was *Little's law* all along.
`;
const GERMAN = LESSON.replace(/\+\+\+[\s\S]*?\+\+\+/, '+++\ntitle = "Es läuft"\nsummary = "Ein Test."\n+++').replace("Read this first.", "Lies das zuerst.");

test.beforeEach(async ({ page }) => {
  const text = (body) => (route) => route.fulfill({ body, contentType: "text/plain" });
  await page.route("**/01-it-works/lesson.md", text(LESSON));
  await page.route("**/01-it-works/lesson.de.md", text(GERMAN));
  await page.route("**/glossary.md", text("# Glossary\n\n## Goodput {#goodput}\n\nGood answers, in time.\n"));
  await page.goto("./#lesson=part-1/01-it-works");
  await expect(page.getByText("Read this first.")).toBeVisible();
  await expect(part(page, "app")).toBeVisible();
});

const next = (page) => page.getByRole("button", { name: "Next step" }).click();

/** What a machine finds of barriers in the lesson's panel, light and dark. */
async function audit(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include(".panel.lesson").analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
}

async function fastest(page) {
  const faster = page.getByRole("button", { name: "Faster" });
  while (await faster.isEnabled()) await faster.click();
}

test("predict, run, compare; the run opens a hint; after solving there is a debrief", async ({ page }) => {
  await next(page);
  const guess = page.getByRole("textbox", { name: "Your guess" });
  await guess.fill("300");
  await guess.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "is not a time" })).toBeVisible();
  await guess.fill("300ms");
  await guess.press("Enter");
  const predictions = page.getByRole("group", { name: "Predict" });
  await expect(predictions.first()).toContainText("Kept. Now press play and see.");
  await page.getByRole("button", { name: "The cores" }).click();
  await expect(page.getByRole("button", { name: "The cores" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText("One slot is soon taken.")).toHaveCount(0);
  await audit(page);
  await shots(page, "predict-kept");

  await fastest(page);
  await play(page);
  await expect(page.getByText("Your run opened a hint.")).toBeVisible({ timeout: PATIENCE });
  await expect(page.getByRole("button", { name: "The cores" })).toBeDisabled();
  await expect(predictions.first()).toContainText(/You said 300 ms; this run shows [\d.]+ s\. Off by a factor of/, { timeout: PATIENCE });
  await expect(predictions.nth(1)).toContainText("Not quite.");
  await page.getByRole("link", { name: "goodput" }).click();
  await expect(page.getByText("Good answers, in time.")).toBeVisible();
  await audit(page);
  await shots(page, "predict-told");

  await page.getByRole("button", { name: "Go to step 3" }).click();
  await expect(page.getByText("Look at concurrency.")).toBeVisible();
  await expect(page.getByText("Your run opened a hint.")).toHaveCount(0);
  // Those that are asked for open one after the other.
  const asked = page.getByText("Hint", { exact: true });
  await expect(asked).toHaveCount(1);
  await asked.click();
  await expect(asked).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Debrief" })).toHaveCount(0);
  await audit(page);
  await shots(page, "hint-opened");

  await page.getByRole("button", { name: "Reset the run" }).click();
  await part(page, "app").click();
  const slots = page.getByRole("textbox", { name: "Concurrency" });
  await slots.fill("16");
  await slots.press("Enter");
  await fastest(page);
  await play(page);
  await expect(page.getByText("All goals met.")).toBeVisible({ timeout: PATIENCE });
  await page.getByRole("button", { name: "Debrief" }).click();
  await expect(page.getByText("It was Little's law all along.")).toBeVisible();
  await shots(page, "debrief");
});

test("who plays first is asked to begin again, or is told; a design runs in the text; the lesson in German", async ({ page }) => {
  await page.getByRole("combobox", { name: "Language of the lesson" }).selectOption({ label: "Deutsch" });
  await expect(page.getByText("Lies das zuerst.")).toBeVisible();
  await page.getByRole("combobox", { name: "Language of the lesson" }).selectOption({ label: "English" });
  await expect(page.getByText("Read this first.")).toBeVisible();

  await play(page);
  await next(page);
  const [figure, choice] = [0, 1].map((index) => page.getByRole("group", { name: "Predict" }).nth(index));
  await expect(choice).toContainText("The run has begun.");
  await choice.getByRole("button", { name: "Just tell me" }).click();
  await expect(choice).toContainText("One slot is soon taken.");
  await figure.getByRole("button", { name: "Reset the run and predict" }).click();
  await figure.getByRole("textbox", { name: "Your guess" }).fill("2s");
  await figure.getByRole("button", { name: "Keep it" }).click();
  await expect(figure).toContainText("Kept.");

  await next(page);
  const design = page.getByRole("group", { name: "A design" });
  await expect(design.getByRole("img")).toHaveAttribute("aria-label", /^users, users, calls app; app, server$/);
  await expect(design.getByRole("button", { name: "Put it on the canvas" })).toHaveCount(0); // The lesson's users are locked.
  await design.getByRole("button", { name: "Run it" }).click();
  await expect(design).toContainText("This one is never full.", { timeout: PATIENCE });
  await expect(design.getByRole("img")).toHaveAttribute("aria-label", /9\d\/s requests.*busy|8\d\/s requests.*busy/);
  await design.getByRole("slider").focus();
  await page.keyboard.press("Home");
  await shots(page, "design-run");
});

test("a lesson that its author saves is read again; the step and what was built stay", async ({ page }) => {
  let saved = 1;
  await page.route("**/__saved", (route) => route.fulfill({ body: String(saved), contentType: "text/plain" }));
  // As `pressure-point serve` tells the page where to ask.
  await page.route(/\/some\/course\/$/, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("</title>", '</title><meta name="author-server" content="__saved" />');
    await route.fulfill({ response, body });
  });
  await page.reload();
  await expect(part(page, "app")).toBeVisible();
  await part(page, "images").click();
  await page.keyboard.press("Delete");
  await expect(part(page, "images")).toHaveCount(0);
  await next(page);
  await page.route("**/01-it-works/lesson.md", (route) =>
    route.fulfill({ body: LESSON.replace("What is full first?", "What fills first?"), contentType: "text/plain" }),
  );
  await expect(page.getByText("What is full first?")).toBeVisible();
  await page.waitForResponse("**/__saved");
  saved = 2;
  await expect(page.getByText("What fills first?")).toBeVisible();
  await expect(part(page, "app")).toBeVisible();
  await expect(part(page, "images")).toHaveCount(0);
});
