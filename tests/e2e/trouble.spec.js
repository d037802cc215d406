// Bad input: each time the words say where, what and what to try, in place of what cannot be shown, and nothing is lost.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, expect, shots, test } from "./fixtures.js";
import { part, wire } from "./hand.js";

const SPIKE = "lessons/part-1/02-the-spike";
const broken = (page) => page.getByRole("alert").filter({ hasText: "This lesson cannot be shown" });

/** Serves a file of the lesson with one text in it replaced; gives the number of the line where that is. */
async function spoil(page, file, from, to) {
  const text = readFileSync(join(DIST, file), "utf8");
  expect(text).toContain(from);
  await page.route(`**/${file}`, (route) => route.fulfill({ body: text.replace(from, to), contentType: "text/plain" }));
  return text.slice(0, text.indexOf(from)).split("\n").length;
}

for (const [file, from, to, said] of [
  [`${SPIKE}/lesson.md`, "goodput(users) >= 850/s during spike  ", "goodputt(users) >= 850/s during spike  ", "did you mean `goodput`"],
  [`${SPIKE}/start.toml`, "cores = 2", "coers = 2", "did you mean `cores`"],
]) {
  test(`a broken ${file.split("/").pop()} is told by line, and what was built elsewhere stays`, async ({ page }) => {
    const line = await spoil(page, file, from, to);
    await page.goto("./#lesson=part-1/04-more-machines");
    await wire(page, "users -> app-1").focus();
    await page.keyboard.press("Delete");
    await expect(wire(page, "users -> app-1")).toHaveCount(0);

    await page.getByRole("button", { name: "Lessons" }).click();
    await page.getByRole("link", { name: /The spike/ }).click();
    await expect(broken(page)).toContainText(`${file}:${line}: `);
    await expect(broken(page)).toContainText(said);
    await expect(part(page, "app-8")).toBeVisible();
    await expect(wire(page, "users -> app-1")).toHaveCount(0);
    if (file.endsWith(".md")) await shots(page, "lesson-broken");

    await page.goBack();
    await expect(page.getByRole("heading", { name: "More machines", level: 2 })).toBeVisible();
    await expect(wire(page, "users -> app-1")).toHaveCount(0);
    await expect(part(page, "app-8")).toBeVisible();
  });
}

test.describe("an address that names no lesson", () => {
  test.use({ allowedErrors: [/404/] });

  for (const [address, said] of [
    ["part-1/99-nothing", "lessons/part-1/99-nothing/lesson.md:1: this file is missing"],
    ["../secret%20notes", "#lesson=../secret notes:1: this address names no lesson"],
  ]) {
    test(`${address} is told, and the way to the others is open`, async ({ page }) => {
      await page.goto(`./#lesson=${address}`);
      await expect(broken(page)).toContainText(said);
      await expect(broken(page)).toContainText("hint: ");
      await page.getByRole("button", { name: "Lessons" }).click();
      await page.getByRole("link", { name: /The spike/ }).click();
      await expect(part(page, "app")).toBeVisible();
      await expect(broken(page)).toHaveCount(0);
    });
  }
});

test("a broken design file is told by line, and the design stays as it is", async ({ page }) => {
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  const text = 'version = 1\n\n[components.web]\nkind = "sever"\n\n[wires]\n"web -> nowhere" = {}\n';
  await page.locator("input[type=file]").setInputFiles({ name: "mine.toml", mimeType: "text/plain", buffer: Buffer.from(text) });
  const note = page.getByRole("alertdialog", { name: "mine.toml cannot be opened" });
  await expect(note).toContainText("mine.toml:4: ");
  await expect(note).toContainText("did you mean `server`");
  await expect(note).toContainText("mine.toml:7: ");
  await expect(part(page, "app")).toBeVisible();
  await expect(part(page, "web")).toHaveCount(0);
  await shots(page, "import-broken");
  await note.getByRole("button", { name: "Close" }).click();
  await expect(note).toHaveCount(0);
});

test("a good design that the lesson forbids is refused, and nothing is lost", async ({ page }) => {
  await page.goto("./");
  await expect(part(page, "app")).toBeVisible();
  const text = 'version = 1\n\n[components.web]\nkind = "server"\n';
  await page.locator("input[type=file]").setInputFiles({ name: "mine.toml", mimeType: "text/plain", buffer: Buffer.from(text) });
  await expect(page.getByText("That design does not fit this lesson")).toBeVisible();
  await expect(page.getByText("Opened mine.toml")).toHaveCount(0);
  await expect(part(page, "app")).toBeVisible();
  await expect(part(page, "web")).toHaveCount(0);
});

test.describe("a part of the page that cannot be fetched", () => {
  test.use({ allowedErrors: [/ERR_FAILED|Failed to fetch/] });

  test("says so, and comes when it is asked for again", async ({ page }) => {
    await page.route("**/*-boards.wasm", (route) => route.abort());
    await page.goto("./");
    await expect(part(page, "app")).toBeVisible();
    await page.getByRole("tab", { name: "Events" }).click();
    const note = page.getByRole("alert").filter({ hasText: "could not be fetched" });
    await expect(note).toBeVisible();
    // The rest of the page goes on.
    await page.getByRole("tab", { name: "Charts" }).click();
    await expect(page.getByText("Requests per second")).toBeVisible();
    await page.getByRole("tab", { name: "Events" }).click();
    await expect(note).toBeVisible();

    await page.unroute("**/*-boards.wasm");
    await note.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("region", { name: "Events" })).toBeVisible();
    await expect(note).toHaveCount(0);
  });
});
