// What a person does with the built app (dist/), in Chromium. `scripts/test.sh` builds it and runs these.
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium.js";

export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  reporter: [["list"]],
  // A test that passes at the second try is a bug in the test or in the app.
  retries: 0,
  forbidOnly: !!process.env.CI,
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    launchOptions,
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
