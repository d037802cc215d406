// Which browser the tests use, and how it starts; shared by Playwright's configuration and the runner of the wasm tests.
export const launchOptions = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    // Root, as in a container, has no sandbox to give.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--disable-gpu",
    // The browser's own errands are refused where there is no internet, many at a time.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
