#!/usr/bin/env bash
# Builds test targets with ThreadSanitizer and runs them. Not part of the tests: it is a build of its own, and what it builds
# is many times slower.
#
# Usage: scripts/run-sanitizers.sh [FILTER]   FILTER: only tests that match
set -euo pipefail
cd "$(dirname "$0")/.."

# Modules with threads of their own or locks. Without librdkafka: a test that only starts a client of it ends in a segmentation
# fault under ThreadSanitizer.
export TAPEFOLD_TESTS=Postgres,ReadAPI,Telemetry
skipped='^ReadAPITests[./]CommandTests'
scratch=.build/tsan
log="$scratch/report.log"

export CI=true TAPEFOLD_TEST_PYTHON="$PWD/.build/test-venv/bin/python3"
# All reports of a run are seen; if there was one, the status is another than a failed test's.
export TSAN_OPTIONS="suppressions=$PWD/scripts/sanitizers/thread.supp exitcode=66 halt_on_error=0"

mkdir -p "$scratch"
swift build --sanitize=thread --scratch-path "$scratch" --product tapefoldPackageTests 1>&2
status=0
"$scratch/debug/tapefoldPackageTests.xctest" --testing-library swift-testing --no-parallel \
    --filter "${1:-.}" --skip "$skipped" >"$log" 2>&1 || status=$?
found=$(grep -c 'WARNING: ThreadSanitizer' "$log" || true)
grep -E '(SUMMARY: ThreadSanitizer|^✘)' "$log" | sort | uniq -c | sort -rn | cut -c 1-300 | head -n 40 || true
if ! grep -E 'Test run with [1-9]' "$log"; then
    echo "no test was run, or they crashed; all of the output: $log" >&2
    exit 1
fi
echo "ThreadSanitizer: $found reports; all of the output: $log"
[ "$status" = 0 ] && [ "$found" = 0 ]
