#!/usr/bin/env bash
# Two copies of every processor under steady traffic and steady faults, then every row beside the oracles'. Prints a table;
# the same as JSON goes to .build/soak. Not part of the tests: it takes as long as it is told.
#
# Usage: TAPEFOLD_SOAK_MINUTES=10 [TAPEFOLD_SOAK_SEED=n] [TAPEFOLD_SOAK_EVENTS_PER_SECOND=n] scripts/run-soak.sh
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=.build/tests
flags=(-c release --scratch-path "$scratch" -Xswiftc -enable-testing)
export TAPEFOLD_BIN_DIR="$PWD/$scratch/release"
export TAPEFOLD_SOAK_MINUTES="${TAPEFOLD_SOAK_MINUTES:-10}"

swift build "${flags[@]}" --build-tests 1>&2
swift test "${flags[@]}" --skip-build --no-parallel --filter '^ProcessTests[./]ProcessTests/SoakTests'
