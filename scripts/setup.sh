# The shared part of serve.sh and test.sh: installs what is missing, says so, and skips what is there.
# What cargo and npm install goes into .tools/ of this project; delete that folder to be rid of it.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
tools="$PWD/.tools"
export PATH="$tools/bin:$tools/node_modules/.bin:$PATH"

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# A debug build of a tool takes a third of the time of a release build, and these run for seconds only.
cargo_tool() {
    say "Installing $1 into .tools/ (a few minutes, once)"
    CARGO_PROFILE_DEV_DEBUG=0 cargo install --debug --root "$tools" "$@"
}

# All that `trunk build --release` needs.
setup_build() {
    command -v cargo >/dev/null || fail "Rust is missing. Install it as https://www.rust-lang.org/tools/install says, then try again."
    command -v npm >/dev/null || fail "Node.js is missing. Install version 20 or newer (https://nodejs.org), then try again."

    local target=wasm32-unknown-unknown
    if [ ! -d "$(rustc --print target-libdir --target $target)" ]; then
        say "Adding Rust's target $target"
        rustup target add $target || fail "Could not add the target $target."
    fi

    # 0.22 needs a newer Rust than ours. Without its default features it needs no OpenSSL either.
    case "$(trunk --version 2>/dev/null)" in
    "trunk 0.21."*) ;;
    *) cargo_tool trunk@0.21.14 --locked --no-default-features --features rustls || fail "Could not install trunk." ;;
    esac

    # It must be exactly the library's version, or the two do not understand each other.
    local bindgen
    bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p;}' Cargo.lock)
    if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $bindgen" ]; then
        # Its lock file may name a crate too new for a mirror of the registry: then whatever fits will do.
        cargo_tool "wasm-bindgen-cli@$bindgen" --locked || cargo_tool "wasm-bindgen-cli@$bindgen" ||
            fail "Could not install wasm-bindgen-cli $bindgen."
    fi

    # Cuts the wasm into parts (scripts/bundle.mjs).
    [ -x "$tools/bin/wasm-split-cli" ] ||
        cargo_tool wasm_split_cli_support@0.2.4 --locked --features build-binary || fail "Could not install wasm-split-cli."

    # Distributions ship versions of wasm-opt too old for what rustc writes today. esbuild makes scripts and styles small.
    if [ ! -x "$tools/node_modules/.bin/wasm-opt" ] || [ ! -x "$tools/node_modules/.bin/esbuild" ]; then
        say "Installing wasm-opt and esbuild into .tools/"
        npm install --prefix "$tools" --no-audit --no-fund --no-package-lock binaryen@132.0.0 esbuild@0.28.2 ||
            fail "Could not install wasm-opt and esbuild."
    fi
}

# Sets and exports CHROMIUM, the browser of the tests, and installs what drives it.
setup_browser() {
    export CHROMIUM="${CHROMIUM:-$(find_chromium)}"
    if [ -z "$CHROMIUM" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing Chromium"
        apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium
        CHROMIUM=$(find_chromium)
    fi
    [ -n "$CHROMIUM" ] || fail "The tests need Chromium or Chrome. Install one (Debian, Ubuntu: sudo apt-get install chromium), or
say where it is: CHROMIUM=/path/to/chrome scripts/test.sh"

    # npm writes this file last; it is as new as the lock file unless the lock file has changed since.
    if [ ! tests/e2e/node_modules/.package-lock.json -nt tests/e2e/package-lock.json ]; then
        say "Installing Playwright"
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix tests/e2e --no-audit --no-fund || fail "Could not install Playwright."
    fi
}

find_chromium() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
        command -v "$name" && return
    done
}
