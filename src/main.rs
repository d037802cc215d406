//! The entry: the browser's on wasm32, the command line elsewhere.

#[cfg(target_arch = "wasm32")]
fn main() {
    pressure_point::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    pressure_point::cli::main()
}
