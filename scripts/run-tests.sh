#!/usr/bin/env bash
# Builds everything in release and runs the unit tests beside the process tests (real workers, broker and PostgreSQL), each
# one test at a time. Says how long each part took beside its budget. The whole output is kept under $scratch/logs.
#
# Usage: scripts/run-tests.sh [FILTER]   with a filter, one run of the tests whose name matches it
set -euo pipefail
cd "$(dirname "$0")/.."

# Apart from .build/release: @testable needs another way of compiling, which programs in use should not pay for.
scratch=.build/tests
flags=(-c release --scratch-path "$scratch" -Xswiftc -enable-testing)
process_tests='^ProcessTests[./]'
build_budget_seconds=300
unit_budget_seconds=240
process_budget_seconds=480
# A part that takes this many budgets hangs: machines differ by a factor of two or three. Tests of great sizes take longer.
patience="${TAPEFOLD_TEST_PATIENCE:-4}"

export TAPEFOLD_BIN_DIR="$PWD/$scratch/release"
export TAPEFOLD_TEST_PYTHON="$PWD/.build/test-venv/bin/python3"
logs="$scratch/logs"
mkdir -p "$logs"

# part <name> <budget> <command>… : its output goes to a file; all of that is shown when the command fails.
part() {
    local name=$1 budget=$2 log="$logs/$1.log" begun=$SECONDS status=0 took child
    # `timeout` leads a process group of its own, which Ctrl-C does not reach.
    timeout --kill-after=30 $((budget * patience)) "${@:3}" >"$log" 2>&1 &
    child=$!
    trap 'kill "$child" 2>/dev/null; exit 130' INT TERM
    wait "$child" || status=$?
    trap - INT TERM
    took=$((SECONDS - begun))
    if [ "$status" != 0 ]; then
        failures "$log"
        [ "$status" != 124 ] || echo "$name: stopped after $took s, $patience times its budget" >&2
        echo "$name: failed after $took s; all of its output: $log" >&2
        return 1
    fi
    echo "$name: $took s (budget $budget s)$([ "$took" -le "$budget" ] || echo ": over budget")"
}

# The end of the log, then what went wrong: the last lines are what a cut record of the run keeps.
failures() {
    {
        tail -n 40 "$1"
        echo "--- what failed:"
        grep -nE -A 20 '(error:|recorded an issue|Fatal error|Crash:)' "$1" | cut -c 1-600 | head -n 120 || true
        grep -E '^✘' "$1" | grep -v 'recorded an issue' | head -n 40 || true
    } >&2
}

# The runner's own closing lines, and which tests were skipped and why.
closing_lines() {
    local log="$logs/$1.log"
    grep -E '(➜|skipped)' "$log" || true
    if grep -qE 'Executed [1-9][0-9]* test' "$log"; then grep -E 'Executed [1-9][0-9]* test' "$log" | tail -n 1; fi
    grep -E 'Test run with' "$log" | tail -n 1
    if ! grep -qE 'Test run with [1-9]' "$log"; then
        echo "$1: no test was run: is the filter wrong?" >&2
        exit 1
    fi
}

part build "$build_budget_seconds" nice swift build "${flags[@]}" --build-tests

if [ $# -gt 0 ]; then
    part chosen "$((unit_budget_seconds + process_budget_seconds))" \
        swift test "${flags[@]}" --skip-build --no-parallel --filter "$1"
    closing_lines chosen
    exit 0
fi

# Beside one another: the process tests wait half of their time, the unit tests use one core at most.
part unit "$unit_budget_seconds" \
    swift test "${flags[@]}" --skip-build --ignore-lock --no-parallel --skip "$process_tests" &
unit=$!
part processes "$process_budget_seconds" \
    swift test "${flags[@]}" --skip-build --ignore-lock --no-parallel --filter "$process_tests" &
processes=$!
trap 'kill "$unit" "$processes" 2>/dev/null; exit 130' INT TERM
outcome=0
wait "$unit" || outcome=1
wait "$processes" || outcome=1
[ "$outcome" = 0 ] || exit 1
closing_lines unit
closing_lines processes
