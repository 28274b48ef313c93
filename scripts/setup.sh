#!/usr/bin/env bash
# Installs what building and running needs on Debian 12, Ubuntu 24.04 or newer; with --tests also what the tests need.
# Does nothing and prints nothing when all is present. What it cannot do it says in one line, and exits 1.
set -euo pipefail

swift_wanted=6.2
postgres_wanted=15
librdkafka_wanted=2.0.2
libraries=(librdkafka-dev libpq-dev libssl-dev zlib1g-dev libsimdjson-dev libmicrohttpd-dev libwslay-dev libisal-dev libxxhash-dev libcurl4-openssl-dev libjemalloc-dev)
tools=(pkg-config)

is_ubuntu() { (. /etc/os-release && [ "$ID" = ubuntu ]) 2>/dev/null; }

case "${1-}" in
"") ;;
--tests)
    tools+=(kcat python3-venv)
    # Ubuntu's chromium is a snap, which apt cannot install everywhere: the dashboard's tests say there that they skip.
    is_ubuntu || tools+=(chromium chromium-driver)
    ;;
*)
    echo "usage: scripts/setup.sh [--tests]" >&2
    exit 2
    ;;
esac

fail() {
    echo "setup: $1" >&2
    exit 1
}

# Whether $1 is at least $2, both dotted numbers.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

has_postgres() {
    local initdb version
    for initdb in /usr/lib/postgresql/*/bin/initdb "$(command -v initdb || true)"; do
        [ -x "$initdb" ] || continue
        version=$("$initdb" --version | grep -oE '[0-9]+(\.[0-9]+)?' | head -n 1)
        at_least "$version" "$postgres_wanted" && return 0
    done
    return 1
}

# Some systems have no .pc file of it, Debian among them.
has_wslay() {
    pkg-config --exists libwslay 2>/dev/null || [ -e /usr/include/wslay/wslay.h ] || [ -e /usr/local/include/wslay/wslay.h ]
}

is_installed() {
    case "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" in installed) return 0 ;; esac
    return 1
}

check_swift() {
    local found
    command -v swift >/dev/null ||
        fail "Swift $swift_wanted or newer is missing (6.3.1 is what we test with): install it from https://swift.org/install"
    found=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+(\.[0-9]+)+' | grep -oE '[0-9.]+$' || true)
    at_least "${found:-0}" "$swift_wanted" ||
        fail "Swift $swift_wanted or newer is needed, this is ${found:-unknown}: install one from https://swift.org/install"
}

missing_packages() {
    local name
    for name in "${libraries[@]}" "${tools[@]}"; do is_installed "$name" || echo "$name"; done
    # Swift brings its own C++ compiler, but the system's standard library.
    [ -n "$(compgen -G '/usr/include/c++/*/vector')" ] || echo g++
    has_postgres || echo postgresql
}

# Runs a command as root, or says how.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        # Asks for the password on the terminal.
        sudo "$@"
    fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || return 1
    [ -t 0 ] || sudo -n true 2>/dev/null
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"
}

install() {
    local log
    log=$(mktemp)
    if apt install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    # The package lists may be old or absent.
    if apt update >"$log" 2>&1 </dev/null && apt install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    fail "apt-get could not install $*: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log") (all of it: $log)"
}

# We run clusters of our own: Debian's package is kept from making one at port 5432.
install_postgres() {
    local policy=/etc/postgresql-common/createcluster.d/tapefold.conf status=0
    as_root mkdir -p "${policy%/*}"
    echo 'create_main_cluster = false' | as_root tee "$policy" >/dev/null
    (install postgresql) || status=$?
    as_root rm -f "$policy"
    as_root rmdir --ignore-fail-on-non-empty "${policy%/*}" 2>/dev/null || true
    [ "$status" = 0 ] || exit "$status"
    has_postgres ||
        fail "this system's PostgreSQL is older than $postgres_wanted: add https://apt.postgresql.org and install postgresql-$postgres_wanted"
}

check_swift
if ! command -v apt-get >/dev/null; then
    pkg-config --exists rdkafka libpq openssl zlib simdjson libmicrohttpd libisal libxxhash libcurl jemalloc 2>/dev/null && has_wslay && has_postgres ||
        fail "no apt-get here: install by hand ${libraries[*]} ${tools[*]} and PostgreSQL $postgres_wanted or newer, under this system's names"
    exit 0
fi

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ]; then
    may_be_root || fail "missing and not installable without root or sudo: apt-get install ${missing[*]}"
    echo "setup: installing ${missing[*]}" >&2
    packages=()
    wants_postgres=false
    for name in "${missing[@]}"; do
        if [ "$name" = postgresql ]; then wants_postgres=true; else packages+=("$name"); fi
    done
    if [ "${#packages[@]}" -gt 0 ]; then install "${packages[@]}"; fi
    if $wants_postgres; then install_postgres; fi
fi
pkg-config --atleast-version="$librdkafka_wanted" rdkafka ||
    fail "librdkafka $librdkafka_wanted or newer is needed, this system has $(pkg-config --modversion rdkafka): use Debian 12, Ubuntu 24.04 or newer"
