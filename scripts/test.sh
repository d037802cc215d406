#!/usr/bin/env bash
# All checks and tests, on a machine with no more than Rust and Node: scripts/test.sh
# Goes on after a failure, to show all of them; ends with the totals, and with an error if anything failed.
set -uo pipefail
source "$(dirname "$0")/setup.sh"

passed=0
failed=0
failures=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# step NAME COMMAND…: runs it and adds what its runner counted, or the command itself as one check.
step() {
    local name=$1 started=$SECONDS code=0 counts
    shift
    say "$name"
    "$@" 2>&1 | tee "$log" || code=$?
    # `test result: ok. 5 passed; 0 failed; …` from Rust; `  5 passed (3.2s)` and `  1 failed` from Playwright.
    counts=$(sed -nE 's/^test result: .* ([0-9]+) passed; ([0-9]+) failed.*/\1 \2/p
        s/^ +([0-9]+) passed \(.*/\1 0/p
        s/^ +([0-9]+) (failed|flaky|interrupted|did not run)$/0 \1/p' "$log" | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
    [ "$counts" != "0 0" ] || counts=$([ $code = 0 ] && echo "1 0" || echo "0 1")
    # An error that no runner counted, such as a test that doesn't compile, is a failure still.
    [ $code = 0 ] || [ "${counts#* }" != 0 ] || counts="${counts% *} 1"
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    [ "${counts#* }" = 0 ] || failures+=("$name")
    echo "-- $name: ${counts% *} passed, ${counts#* } failed, $((SECONDS - started)) s"
    return $code
}

setup_build
setup_browser

# Everything for wasm32 is built in the profile of the app: one build of leptos, the largest part, serves clippy's build scripts, the
# tests in the browser and the app.
wasm="--profile web --target wasm32-unknown-unknown"
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="node $PWD/tests/e2e/wasm-runner.js"

step "Format" cargo fmt --all --check
step "Clippy" cargo clippy --locked --workspace --all-targets -- -D warnings
step "Clippy for wasm" cargo clippy --locked $wasm --lib --bins -- -D warnings
step "Tests" cargo test --locked --workspace --no-fail-fast
step "Tests in wasm" cargo test --locked $wasm --test wasm
if step "Build of the app" trunk build --release; then
    step "Tests in the browser" npm test --prefix tests/e2e
fi

say "Took $((SECONDS / 60)) min. $([ $failed = 0 ] && echo "All is well." || echo "Failed: ${failures[*]}")"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
