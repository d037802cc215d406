// The page comes up wherever it is hosted, and is small.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { DIST, expect, shots, test } from "./fixtures.js";

test("the page comes up under a sub-path", async ({ page }) => {
  await page.goto("./");
  await expect(page).toHaveTitle(/Pressure Point/);
  // The heading of the moments before names the product; what stands there afterwards names the lesson.
  await expect(page.locator("#loading")).toHaveCount(0);
  await expect(page.getByRole("banner")).toContainText("Pressure Point");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The spike");
  await shots(page, "start");
});

// The budget of performance.md is 500 kB, and it is missed by far: 849 kB on the day this was written (574 kB with the simulator and the
// canvas alone; 275 kB came with sharing, the author's desk, the boards and the explanations). The bound keeps it from growing unseen;
// lower it with everything that is saved.
const FIRST_LOAD_MOST = 860_000;

test("the first load does not grow unseen", () => {
  const sizes = readdirSync(DIST)
    .filter((file) => /\.(html|wasm|js|css|svg)$/.test(file))
    .map((file) => [file, brotliCompressSync(readFileSync(join(DIST, file))).length]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(`first load, brotli: ${(total / 1000).toFixed(0)} kB`);
  expect(total, JSON.stringify(Object.fromEntries(sizes))).toBeLessThanOrEqual(FIRST_LOAD_MOST);
});
