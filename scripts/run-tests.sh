#!/usr/bin/env bash
# Builds everything in release and runs the tests in two lanes beside one another, each one test at a time: the unit tests
# and some of the process tests (real workers, broker and PostgreSQL); the other process tests. Says how long each part took
# beside its budget. The whole output is kept under $scratch/logs.
#
# Usage: scripts/run-tests.sh [FILTER]   with a filter, one run of the tests whose name matches it
#
# TAPEFOLD_TESTS_AGAIN: up to so many tests that failed are run once more, at the end; the run then fails only with those that
# fail again, and says which did not. 2 where CI is set, else 0.
set -euo pipefail
cd "$(dirname "$0")/.."

# Apart from .build/release: @testable needs another way of compiling, which programs in use should not pay for.
scratch=.build/tests
flags=(-c release --scratch-path "$scratch" -Xswiftc -enable-testing)
process_tests='^ProcessTests[./]'
# By the first letter of a suite's name, so that none is left out. Both lanes take about as long as each other.
early_process_tests='^ProcessTests[./]ProcessTests/[A-D]'
build_budget_seconds=300
unit_budget_seconds=240
early_budget_seconds=160
process_budget_seconds=320
# A part that takes this many budgets hangs: machines differ by a factor of two or three. Tests of great sizes take longer.
patience="${TAPEFOLD_TEST_PATIENCE:-4}"
again="${TAPEFOLD_TESTS_AGAIN:-$([ -n "${CI:-}" ] && echo 2 || echo 0)}"

export TAPEFOLD_BIN_DIR="$PWD/$scratch/release"
export TAPEFOLD_TEST_PYTHON="$PWD/.build/test-venv/bin/python3"
logs="$scratch/logs"
rm -rf "$logs"
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
    grep -E '^➜' "$log" || true
    if grep -qE 'Executed [1-9][0-9]* test' "$log"; then grep -E 'Executed [1-9][0-9]* test' "$log" | tail -n 1; fi
    grep -E 'Test run with' "$log" | tail -n 1
    if ! grep -qE 'Test run with [1-9]' "$log"; then
        echo "$1: no test was run: is the filter wrong?" >&2
        exit 1
    fi
}

part build "$build_budget_seconds" nice swift build "${flags[@]}" --build-tests

# tests <name> <budget> <choice>…
tests() {
    local name=$1
    rm -f "$logs/$name"*.xml
    part "$name" "$2" swift test "${flags[@]}" --skip-build --ignore-lock --no-parallel --xunit-output "$logs/$name.xml" "${@:3}" || {
        touch "$logs/$name.failed"
        return 1
    }
}

if [ $# -gt 0 ]; then
    tests chosen "$((unit_budget_seconds + process_budget_seconds))" --filter "$1"
    closing_lines chosen
    exit 0
fi

# A part that fails does not keep the next one from running: one run tells of all that is wrong.
first_lane() {
    local outcome=0
    tests unit "$unit_budget_seconds" --skip "$process_tests" || outcome=1
    tests early-processes "$early_budget_seconds" --filter "$early_process_tests" || outcome=1
    return "$outcome"
}

# Beside one another: process tests wait half of their time, unit tests use one core at most.
first_lane &
first=$!
tests processes "$process_budget_seconds" --filter "$process_tests" --skip "$early_process_tests" &
second=$!
trap 'kill "$first" "$second" 2>/dev/null; exit 130' INT TERM
outcome=0
wait "$first" || outcome=1
wait "$second" || outcome=1
trap - INT TERM
parts=(unit early-processes processes)
if [ "$outcome" != 0 ]; then
    # Fails by itself where a part was stopped or crashed, or more failed than are run again.
    choice=$(scripts/failed-tests.py "$again" "$logs"/*.failed) || exit 1
    echo "run again, once: $choice" >&2
    tests again "$process_budget_seconds" --filter "$choice" || exit 1
    echo "NOT RELIABLE, failed and then passed: $choice"
fi
for name in "${parts[@]}"; do closing_lines "$name"; done
