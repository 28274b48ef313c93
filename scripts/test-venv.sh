#!/bin/sh
# Makes .build/test-venv with the Python clients that the tests drive, from PyPI, once. Run again it does nothing.
set -eu
cd "$(dirname "$0")/.."

packages="kafka-python==3.0.12 confluent-kafka==2.16.1 jsonschema==4.23.0 prometheus-client==0.21.1 asyncapi3==0.0.2 pyyaml==6.0.3 aiosmtpd==1.4.6 pandas==3.1.1 empyrical-reloaded==0.7.1 schemathesis==4.32.5"
# Without what it would bring along: of this one only axe.min.js is wanted.
alone="axe-playwright-python==0.1.8"
venv=.build/test-venv
constraints=scripts/test-constraints.txt
stamp="$venv/installed"
wanted="$packages $alone $(cksum <"$constraints")"

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    echo "test-venv: python3 cannot make virtual environments; install it: apt-get install python3 python3-venv" >&2
    exit 1
fi
mkdir -p .build
rm -rf "$venv"
python3 -m venv "$venv"
log="$venv/pip.log"
# shellcheck disable=SC2086
if ! "$venv/bin/pip" install --quiet --disable-pip-version-check --retries 2 -c "$constraints" $packages >"$log" 2>&1 ||
    ! "$venv/bin/pip" install --quiet --disable-pip-version-check --retries 2 --no-deps $alone >>"$log" 2>&1; then
    echo "test-venv: pip could not install $packages $alone (no way to PyPI?): $(grep -m 1 '^ERROR' "$log" || tail -n 1 "$log")" >&2
    exit 1
fi
printf '%s' "$wanted" >"$stamp"
