// What every test here starts from: `import { test, expect } from "./fixtures.js"`.
import { test as base, expect } from "@playwright/test";
import { fileURLToPath } from "node:url";
import { serve } from "../../scripts/static-server.mjs";

export { expect };
export const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** The sizes at which the app must be good. */
export const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

export const test = base.extend({
  /** Errors that a test provokes on purpose: `test.use({ allowedErrors: [/could not load/] })`. */
  allowedErrors: [[], { option: true }],

  /** dist/ under a sub-path, where an address that begins with / would miss it. One server for each worker process. */
  site: [
    async ({}, use) => {
      const server = await serve({ dir: DIST, base: "/some/course/" });
      await use(server.url);
      await server.close();
    },
    { scope: "worker" },
  ],

  baseURL: async ({ site }, use) => use(site),

  /** Fails every test in which a page or its worker reports an error that nobody looked for. */
  noErrors: [
    async ({ context, allowedErrors }, use) => {
      const errors = [];
      context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      context.on("weberror", (error) => errors.push(String(error.error().stack ?? error.error())));
      await use();
      const unexpected = errors.filter((error) => !allowedErrors.some((allowed) => allowed.test(error)));
      expect(unexpected, "errors in the console").toEqual([]);
    },
    { auto: true },
  ],
});

/** Pictures of the page as it is, for people: test-results/shots/NAME-{desktop,phone}-{light,dark}.png. */
export async function shots(page, name) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `test-results/shots/${name}-${screen}-${colorScheme}.png` });
    }
  }
  await page.setViewportSize(SCREENS.desktop);
  await page.emulateMedia({ colorScheme: null });
}
