import { chromium } from "@playwright/test";
import { launchOptions } from "./chromium.js";
import { serve } from "../../scripts/static-server.mjs";
import { DIST } from "./fixtures.js";
const server = await serve({ dir: DIST, base: "/some/course/" });
const browser = await chromium.launch(launchOptions);
const only = process.argv[2];
async function withPage(name, size, colorScheme, todo) {
  if (only && !name.includes(only)) return;
  const page = await browser.newPage({ viewport: size, colorScheme });
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && console.log(name, m.text()));
  page.on("pageerror", (e) => console.log(name, String(e)));
  try { await todo(page); await page.screenshot({ path: `/tmp/course/${name}.png` }); } catch (e) { console.log(name, String(e).slice(0, 600)); await page.screenshot({ path: `/tmp/course/${name}-fail.png` }); }
  await page.close();
}
const D = { width: 1280, height: 800 }, P = { width: 360, height: 740 };
const home = async (page) => { await page.addInitScript(() => localStorage.setItem("pressure-point/progress", 'version = 1\nsolved = ["part-1/01-it-works"]\nbegun = ["part-1/02-the-spike"]\ncheap=["part-1/01-it-works"]\n')); await page.goto(server.url + "#home"); await page.getByText("The spike").first().waitFor(); await page.waitForTimeout(600); };
await withPage("home-d-light", D, "light", home);
await withPage("home-d-dark", D, "dark", home);
await withPage("home-p-light", P, "light", home);
await withPage("home-new-d", D, "light", async (page) => { await page.goto(server.url + "#home"); await page.getByText("The spike").first().waitFor(); await page.waitForTimeout(600); });
await withPage("menu-d", D, "light", async (page) => { await page.goto(server.url); await page.locator('.part[data-part="app"]').waitFor(); await page.getByRole("button", { name: "This lesson" }).click(); });
await withPage("author-write-d", D, "light", async (page) => { await page.goto(server.url + "#author"); await page.getByRole("heading", { name: "My lesson" }).first().waitFor(); await page.waitForTimeout(500); });
await withPage("author-draw-d", D, "dark", async (page) => { await page.goto(server.url + "#author"); await page.getByRole("button", { name: "Draw and play" }).click(); await page.locator('.part[data-part="app"]').click(); await page.waitForTimeout(500); });
await withPage("author-check-d", D, "light", async (page) => { await page.goto(server.url + "#author"); await page.getByRole("button", { name: "Check", exact: true }).click(); await page.getByRole("button", { name: "Verify this lesson" }).click(); await page.getByText("The lesson holds.").waitFor({timeout: 60000}); });
await withPage("author-write-p", P, "light", async (page) => { await page.goto(server.url + "#author"); await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Canvas" }).click(); await page.waitForTimeout(500); });
await withPage("author-draw-p", P, "light", async (page) => { await page.goto(server.url + "#author"); await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Canvas" }).click(); await page.getByRole("button", { name: "Draw and play" }).click(); await page.waitForTimeout(500); });
await withPage("consent-d", D, "light", async (page) => { await page.goto(server.url + "?lesson=https://school.example/lessons/14-queues/"); await page.getByRole("dialog").waitFor(); });
await browser.close(); await server.close();
