#!/usr/bin/env bash
# Writes schemas/database/*.sql into Swift, so that programs need no files beside them. A test compares both.
set -euo pipefail
cd "$(dirname "$0")/.."
out=Sources/Engine/Database/Migrations+Generated.swift
{
    echo "// Made by scripts/embed-migrations.sh from schemas/database; do not edit."
    echo "// swift-format-ignore-file"
    echo
    echo "import Postgres"
    echo
    echo "extension Migrations {"
    echo "    /// All migrations, in order."
    echo "    public static let all: [Migration] = ["
    for file in schemas/database/[0-9]*.sql; do
        base=$(basename "$file" .sql)
        echo "        Migration("
        echo "            number: $((10#${base%%_*})), name: \"${base#*_}\","
        echo '            sql: #"""'
        sed -e 's/[[:space:]]*$//' "$file"
        echo '"""# + "\n"),'
    done
    echo "    ]"
    echo "}"
} > "$out"
