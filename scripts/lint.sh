#!/usr/bin/env bash
# The rules that a machine can check: formatting, forced tries and casts, file lengths, which module imports what.
set -euo pipefail
cd "$(dirname "$0")/.."
longest_file_lines=500
status=0

complain() {
    echo "lint: $1" >&2
    printf '%s\n' "$2" >&2
    status=1
}

# complain <what> <pattern> <path>… : no line of the paths may match.
forbid() {
    local found
    found=$(grep -rnE --include='*.swift' "$2" "${@:3}" || true)
    if [ -n "$found" ]; then complain "$1" "$found"; fi
}

swift format lint --strict -r Sources Tests examples Package.swift || complain "not as .swift-format says" "run: make format"

forbid "forced tries and casts" 'try!|as!|\.unsafelyUnwrapped' Sources examples
forbid "marks of unfinished work" '\b(TODO|FIXME|XXX)\b|fatalError\("?(not implemented|unimplemented)' Sources Tests examples
forbid "imports that the pure modules must not have" \
    '^(@[a-z_()]+ )?import (Kafka|Postgres|Engine|ReadAPI|CLib|Dispatch|Glibc|FoundationNetworking)' \
    Sources/Domain Sources/Events Sources/Projections
forbid "Domain imports nothing of ours" '^(@[a-z_()]+ )?import (Events|Projections|C[A-Z])' Sources/Domain
forbid "Events imports Domain alone" '^(@[a-z_()]+ )?import Projections' Sources/Events

others() { find Sources -mindepth 1 -maxdepth 1 -type d ! -name "$1"; }
mapfile -t outside < <(others Kafka)
forbid "librdkafka is imported by Sources/Kafka alone" 'import CLibrdkafka' "${outside[@]}"
mapfile -t outside < <(others Postgres)
forbid "libpq is imported by Sources/Postgres alone" 'import CLibpq' "${outside[@]}"

# A promise without a test is none: every title and suite that docs/guarantees.md names must be there.
missing=$(python3 - <<'PYTHON'
import glob, re
def flat(text): return re.sub(r"\s+", " ", text)
promises = open("docs/guarantees.md").read()
tests = flat("".join(open(path).read() for path in glob.glob("Tests/**/*.swift", recursive=True)))
names = re.findall(r'"([^"]+)"', promises) + re.findall(r"`([A-Z]\w+Tests)`", promises)
print("\n".join(sorted({flat(name) for name in names if flat(name) not in tests})))
PYTHON
)
if [ -n "$missing" ]; then complain "docs/guarantees.md names tests that there are not" "$missing"; fi

# The attack list names suite and test.
missing=$(python3 - <<'PYTHON'
import glob, re
suites = {}
for path in glob.glob("Tests/**/*.swift", recursive=True):
    text = open(path).read()
    for suite in re.findall(r"(?:struct|class|enum|extension) (\w+Tests)\b", text): suites[suite] = suites.get(suite, "") + text
named = re.findall(r"`(\w+Tests)\.(\w+)`", open("docs/security.md").read())
rows = [row for row in open("docs/security.md") if row.startswith("| ") and "attack |" not in row and "Tests." not in row]
print("\n".join([f"{s}.{t}" for s, t in named if f"func {t}(" not in suites.get(s, "")] + rows), end="")
PYTHON
)
if [ -n "$missing" ]; then complain "docs/security.md names tests that there are not, or no test" "$missing"; fi

long=$(find Sources -name '*.swift' ! -name '*+Generated.swift' -exec awk -v most="$longest_file_lines" \
    'FNR == most + 1 { print FILENAME }' {} +)
if [ -n "$long" ]; then complain "files over $longest_file_lines lines: more than one concept in them?" "$long"; fi

exit "$status"
