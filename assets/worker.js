// The simulation's worker: the page's own wasm, compiled once, started a second time off the main thread.
//
// The page (src/ui/worker.rs, `spawn`) sends one first message, { js, module }: the address of the bindgen module and the
// compiled WebAssembly.Module. Starting that runs the same `main()` as on the page, which does nothing here; `simulate()` then
// fetches the part of the wasm that only the worker needs, and starts it.
//
// All later messages are the app's own. Those that arrive while the wasm is still starting are kept for it.

self.onmessage = async ({ data: { js, module } }) => {
  const early = [];
  self.onmessage = (event) => early.push(event);
  try {
    const app = await import(js);
    app.initSync({ module });
    await app.simulate(); // fetches the simulator's part of the wasm, and starts it
    for (const { data } of early) self.dispatchEvent(new MessageEvent("message", { data }));
  } catch (error) {
    self.reportError(error); // reaches `onerror` of the page's Worker, which a rejected promise would not
  }
};
