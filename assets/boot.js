// Starts the app. A file of its own, because the page's Content-Security-Policy allows no inline script.
// Trunk writes the (hashed) names of the app's files into this script's tag; see `pattern_script` in Trunk.toml.

const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
const fromPage = (path) => new URL(path, document.baseURI);

try {
  const app = await import(fromPage(js));
  await app.default({ module_or_path: fromPage(wasm) }); // runs main(), which puts the app into the page
  document.getElementById("loading").remove();
} catch (error) {
  const state = document.getElementById("loading-state");
  if (state) state.textContent = `Pressure Point could not start (${error.message}). Please reload the page.`;
  throw error;
}
