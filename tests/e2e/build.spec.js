// One design built three ways, by mouse, by touch and by keyboard alone; then what builders do beyond that: copying
// between tabs, moving wires, tidying up, changing parts in the table, undoing all.
import { expect, SCREENS, shots, test } from "./fixtures.js";
import { centre, connect, drag, part, wire } from "./hand.js";

test.describe.configure({ timeout: 180_000 });

const WIRES = ["users -> lb", "lb -> app", "lb -> app-2", "app -> db", "app-2 -> db"];
const PARTS = ["users", "lb", "app", "app-2", "db"];

// An empty board, on which four kinds may be placed.
const LESSON = `+++
title = "Blank"
summary = "An empty board."
minutes = 1
palette = ["clients", "load-balancer", "server", "database"]
+++

## Build

\`\`\`goals
cost <= $90/h
\`\`\`
`;
const START = 'version = 1\nduration = "20s"\n\n[classes.request]\ncpu = "exp(5ms)"\nreads = 1\n';

async function open(page, folder = "part-1/02-the-spike") {
  await page.route(`**/${folder}/lesson.md`, (route) => route.fulfill({ body: LESSON, contentType: "text/plain" }));
  await page.route(`**/${folder}/start.toml`, (route) => route.fulfill({ body: START, contentType: "text/plain" }));
  await page.goto(`./#lesson=${folder}`);
  await expect(page.getByRole("heading", { name: "Blank", level: 1 })).toBeVisible();
}

const parts = (page) => page.locator(".part");
const palette = (page) => page.getByRole("toolbar", { name: /^Parts/ });
const announcer = (page) => page.locator("#announcer");
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute("data-part"));

async function answered(page) {
  for (const name of WIRES) await expect(wire(page, name)).toBeAttached();
  // Nothing is missing, so users get their answers, and both servers do their part.
  await expect(part(page, "users")).toHaveAttribute("aria-label", /[1-9][\d.,]*\/s/, { timeout: 60_000 });
  await expect(part(page, "users")).not.toHaveAttribute("aria-label", /lost|failing/);
  for (const name of PARTS.slice(1)) await expect(part(page, name)).toHaveClass(/\bok\b/);
  for (const name of ["app", "app-2"]) await expect(part(page, name)).toHaveAttribute("aria-label", /[1-9]\d* % busy/);
}

/** The whole design, made with the mouse where its makers are not what is tested. */
async function build(page) {
  await open(page);
  await page.getByRole("button", { name: "Hide the lesson" }).click();
  const stage = await page.locator(".canvas-stage").boundingBox();
  const at = (x, y) => [stage.x + stage.width * x, stage.y + stage.height * y];
  const places = { Users: [at(0.11, 0.5)], "Load balancer": [at(0.36, 0.5)], Server: [at(0.61, 0.25), at(0.61, 0.75)], Database: [at(0.87, 0.5)] };
  for (const [label, spots] of Object.entries(places)) {
    for (const spot of spots) await drag(page, await centre(palette(page).getByRole("button", { name: label })), spot);
  }
  await expect(parts(page)).toHaveCount(5);
  for (const name of WIRES) await connect(page, ...name.split(" -> "));
}

test("by mouse: parts dragged in, wires dragged; refused ones say why; and all of it undone", async ({ page }) => {
  await build(page);
  await expect(announcer(page)).toHaveText("Connected app-2 to db");
  const port = (name, side) => part(page, name).locator(`.port.${side} .dot`);
  await drag(page, await centre(port("db", "caller")), await centre(part(page, "app")));
  await expect(page.getByText("a database calls nobody").first()).toBeVisible();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await answered(page);
  await shots(page, "built");

  await page.locator(".canvas-stage").focus();
  const undo = page.getByRole("button", { name: "Undo", exact: true });
  while (await undo.isEnabled()) await page.keyboard.press("Control+z");
  await expect(parts(page)).toHaveCount(0);
  const redo = page.getByRole("button", { name: "Redo", exact: true });
  while (await redo.isEnabled()) await page.keyboard.press("Control+y");
  for (const name of WIRES) await expect(wire(page, name)).toBeAttached();
});

test("by keyboard alone", async ({ page }) => {
  await open(page);
  const tabUntil = async (wanted) => {
    for (let presses = 0; presses < 80; presses++) {
      if (await wanted()) return;
      await page.keyboard.press("Tab");
    }
    throw new Error("the Tab key never got there");
  };
  const search = async (typed) => {
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox", { name: "Find an action or a part" })).toBeFocused();
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
  };
  await tabUntil(() => page.evaluate(() => document.activeElement?.getAttribute("data-kind") === "clients"));
  await page.keyboard.press("Enter");
  await expect(part(page, "users")).toBeFocused();
  for (const [typed, name] of [["add load", "lb"], ["add server", "app"], ["add server", "app-2"], ["add data", "db"]]) {
    await search(typed);
    await expect(part(page, name)).toBeFocused();
  }
  for (const name of WIRES) {
    const [from, to] = name.split(" -> ");
    await search(from);
    await expect(part(page, from)).toBeFocused();
    await page.keyboard.press("c");
    await expect(page.getByRole("menu")).toBeVisible();
    // Who cannot be called stands in the list, with the reason.
    if (from === "lb") await expect(page.getByRole("menuitem", { name: /^users/ })).toContainText("nothing calls them");
    for (let presses = 0; presses < 8 && !(await page.getByRole("menuitem", { name: to, exact: true }).evaluate((item) => item === document.activeElement)); presses++) {
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await expect(wire(page, name)).toBeAttached();
  }
  await search("tidy");
  await expect(announcer(page)).toHaveText("Tidied up");

  // From the palette through the parts, callers before callees, and the wires, to the inspector.
  await page.locator(".canvas-stage").focus();
  const order = [];
  for (let presses = 0; presses < 10; presses++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }
  expect(order.slice(0, 2)).toEqual(["users", "lb"]);
  expect(order.slice(2, 4).sort()).toEqual(["app", "app-2"]);
  expect(order[4]).toBe("db");
  expect(order.slice(5).sort()).toEqual([...WIRES].sort());

  await search("play");
  await answered(page);
});

test.describe("by touch, on a phone", () => {
  test.use({ viewport: SCREENS.phone, hasTouch: true, isMobile: true });

  test("parts are tapped in, wires tapped from port to part", async ({ page }) => {
    await open(page);
    await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Canvas" }).tap();
    for (const label of ["Users", "Load balancer", "Server", "Server", "Database"]) {
      await palette(page).getByRole("button", { name: label }).tap();
    }
    await expect(parts(page)).toHaveCount(5);
    // Readable first, whole at the second tap.
    const all = page.getByRole("button", { name: "Show all" });
    await all.tap();
    expect(Number((await page.getByRole("button", { name: "Natural size" }).textContent()).match(/\d+/)[0])).toBeGreaterThanOrEqual(80);
    await shots(page, "phone-built");
    await page.setViewportSize(SCREENS.phone);
    await all.tap();
    const tap = async (locator) => page.touchscreen.tap(...(await centre(locator)));
    for (const name of WIRES) {
      const [from, to] = name.split(" -> ");
      await tap(part(page, from).locator(".port.caller .dot"));
      await tap(part(page, to).locator(".name"));
      await expect(wire(page, name)).toBeAttached();
    }
    // A long press opens the menu.
    const [x, y] = await centre(part(page, "app").locator(".name"));
    const fingers = await page.context().newCDPSession(page);
    await fingers.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    await expect(page.getByRole("menuitem", { name: "Duplicate" })).toBeVisible();
    await fingers.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    const item = await page.getByRole("menuitem", { name: "Duplicate" }).boundingBox();
    expect(item.height).toBeGreaterThanOrEqual(44);
    await page.touchscreen.tap(4, 200);
    await expect(page.getByRole("menu")).toHaveCount(0);
    await page.getByRole("button", { name: "Play", exact: true }).tap();
    await answered(page);
  });
});

test("parts are copied from one tab to another, and foreign text is refused", async ({ page, context }) => {
  await build(page);
  await page.locator(".canvas-stage").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  await expect(announcer(page)).toHaveText("Copied 5 parts and 5 wires");

  const other = await context.newPage();
  await open(other, "part-1/04-more-machines");
  await other.locator(".canvas-stage").focus();
  await other.keyboard.press("Control+v");
  for (const name of WIRES) await expect(wire(other, name)).toBeAttached();
  await expect(parts(other)).toHaveCount(5);
  await other.keyboard.press("Control+v");
  await expect(parts(other)).toHaveCount(10);
  await expect(wire(other, "app-3 -> db-2")).toBeAttached();
  await other.keyboard.press("Control+z");
  await expect(parts(other)).toHaveCount(5);

  // What was written elsewhere, with a hidden sting.
  await other.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "version = 1\n[components.x]\nkind = \"<img src=x onerror=alert(1)>\"");
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  });
  await expect(announcer(other)).toContainText("cannot be read as parts of a design");
  await expect(parts(other)).toHaveCount(5);

  // Cut, duplicate, and a copy by Alt and drag.
  await other.getByRole("button", { name: "Show all" }).click();
  await part(other, "app").click();
  await other.keyboard.press("Control+x");
  await expect(part(other, "app")).toHaveCount(0);
  await part(other, "app-2").click();
  await other.keyboard.press("Control+d");
  await expect(parts(other)).toHaveCount(5);
  const from = await centre(part(other, "db").locator(".name"));
  await other.keyboard.down("Alt");
  await drag(other, from, [from[0], from[1] - 150]);
  await other.keyboard.up("Alt");
  await expect(part(other, "db-2")).toBeVisible();
});

test("a wire's end is dragged to another part, and moved back by key", async ({ page }) => {
  await build(page);
  const middle = await wire(page, "lb -> app-2").evaluate((path) => {
    const { x, y } = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
    return [x, y];
  });
  await page.mouse.click(...middle);
  await expect(wire(page, "lb -> app-2")).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator(".wire-end")).toHaveCount(2);
  const caller = (name) => part(page, name).locator(".port.caller .dot");
  await drag(page, await centre(caller("lb")), await centre(part(page, "users").locator(".name")));
  await expect(wire(page, "users -> app-2")).toBeAttached();
  await expect(wire(page, "lb -> app-2")).toHaveCount(0);
  await expect(wire(page, "users -> app-2")).toBeFocused();
  await shots(page, "rewired");
  await wire(page, "users -> app-2").focus();
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Move its start to…" }).press("Enter");
  await page.getByRole("menuitem", { name: "lb", exact: true }).press("Enter");
  await expect(wire(page, "lb -> app-2")).toBeAttached();
  await expect(announcer(page)).toContainText("now runs from lb to app-2");
});

test("parts are lined up from the menu, found by typing, and changed in the table", async ({ page }) => {
  await build(page);
  await page.locator(".canvas-stage").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Align and distribute…" }).press("Enter");
  await page.getByRole("menuitem", { name: "Align middles" }).press("Enter");
  const tops = () => Promise.all(PARTS.map(async (name) => Math.round((await part(page, name).locator(".body").boundingBox()).y)));
  // Half a pixel may be rounded either way.
  const spread = async () => {
    const all = await tops();
    return Math.max(...all) - Math.min(...all);
  };
  await expect.poll(spread).toBeLessThanOrEqual(1);
  await page.keyboard.press("Control+z");
  await expect.poll(spread).toBeGreaterThan(1);

  await page.keyboard.press("/");
  await page.keyboard.type("serv");
  await shots(page, "search");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("combobox", { name: "Find an action or a part" })).toBeHidden();

  await page.getByRole("tab", { name: "All parts" }).click();
  const table = page.getByRole("table");
  await expect(table.getByRole("row")).toHaveCount(11);
  const row = table.getByRole("row").filter({ has: page.getByRole("button", { name: "Select app", exact: true }) });
  await row.getByRole("textbox", { name: "cores of app" }).fill("8");
  await row.getByRole("textbox", { name: "cores of app" }).press("Enter");
  await row.getByRole("textbox", { name: "Name" }).fill("web");
  await row.getByRole("textbox", { name: "Name" }).press("Tab");
  await expect(part(page, "web")).toBeVisible();
  await expect(table.getByRole("textbox", { name: "cores of web" })).toHaveValue("8");
  await table.getByRole("textbox", { name: "cores of web" }).fill("none of yours");
  await table.getByRole("textbox", { name: "cores of web" }).press("Enter");
  await expect(announcer(page)).toContainText("is not a whole number");
  await expect(table.getByRole("textbox", { name: "cores of web" })).toHaveValue("8");
  const connectTo = table.getByRole("combobox", { name: "Connect users to" });
  await connectTo.focus();
  await connectTo.selectOption("web");
  await expect(wire(page, "users -> web")).toBeAttached();
  await shots(page, "table");
  await page.setViewportSize(SCREENS.phone);
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Charts" }).click();
  await page.screenshot({ path: "test-results/shots/table-phone.png" });
});

test.describe("where no lesson has a say", () => {
  test.use({ allowedErrors: [/404/] });

  test("a template is started from, and undo brings back what was there", async ({ page }) => {
    await page.goto("./#lesson=part-1/99-nothing");
    await page.getByRole("button", { name: "Design", exact: true }).click();
    await page.getByRole("button", { name: "Start from a template…" }).click();
    const dialog = page.getByRole("dialog", { name: "Start from a template" });
    await expect(dialog.getByRole("button", { name: /^Single server/ })).toBeVisible();
    await shots(page, "templates");
    await dialog.getByRole("button", { name: /^Load-balanced/ }).click();
    for (const name of ["users", "lb", "app-3", "db"]) await expect(part(page, name)).toBeVisible();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(parts(page)).toHaveCount(0);
  });
});

test("a page that runs from right to left, and a projector: nothing falls off, parts can be dragged", async ({ page }) => {
  await build(page);
  await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  const before = await part(page, "db").locator(".body").boundingBox();
  const from = await centre(part(page, "db").locator(".name"));
  await drag(page, from, [from[0] - 60, from[1] + 100]);
  await expect.poll(async () => Math.round((await part(page, "db").locator(".body").boundingBox()).y - before.y)).toBeGreaterThan(60);
  const overflows = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(await overflows()).toBe(false);
  await shots(page, "right-to-left");

  await page.evaluate(() => document.documentElement.removeAttribute("dir"));
  const theme = page.getByRole("button", { name: /^Theme/ });
  for (let turns = 0; turns < 4 && (await theme.getAttribute("aria-label")) !== "Theme: projector"; turns++) await theme.click();
  await expect(theme).toHaveAccessibleName("Theme: projector");
  expect(await overflows()).toBe(false);
  await page.getByRole("tab", { name: "All parts" }).click();
  await shots(page, "projector");
  const size = await part(page, "lb").locator(".name").evaluate((name) => parseFloat(getComputedStyle(name).fontSize));
  expect(size).toBeGreaterThanOrEqual(15);
});

test("how far regions are apart is set with nothing selected, and undone", async ({ page }) => {
  await page.goto("./#sandbox=world");
  const canvas = page.locator(".canvas-stage");
  await expect(canvas).toBeVisible();
  for (const [typed, name, region] of [["add users", "users", "eu"], ["add server", "app", "us"]]) {
    await canvas.focus();
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox", { name: "Find an action or a part" })).toBeFocused();
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
    await expect(part(page, name)).toBeFocused();
    const where = page.getByRole("textbox", { name: "Region" });
    await where.fill(region);
    await where.press("Enter");
  }
  await part(page, "app").focus();
  await page.keyboard.press("Escape");
  const distances = page.getByRole("region", { name: "Distances" });
  const pair = distances.getByRole("textbox", { name: "eu → us" });
  await expect(pair).toHaveValue("75ms");
  await expect(distances.getByRole("textbox", { name: "Any other two" })).toHaveValue("75ms");
  await pair.fill("2h");
  await pair.press("Enter");
  await expect(distances.getByRole("alert").filter({ hasText: "must lie between" })).toBeVisible();
  await pair.fill("40ms");
  await pair.press("Enter");
  await expect(pair).toHaveValue("40ms");
  await expect(distances.getByText("must lie between")).toBeHidden();
  await shots(page, "distances");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(pair).toHaveValue("75ms");
});
