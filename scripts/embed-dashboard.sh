#!/usr/bin/env bash
# Writes the dashboard's files into Swift, so that read-api needs no files beside it. A test compares both.
set -euo pipefail
cd "$(dirname "$0")/.."
out=Sources/ReadAPI/Dashboard/DashboardAssets+Generated.swift
{
    echo "// Made by scripts/embed-dashboard.sh from Sources/ReadAPI/Dashboard/Assets; do not edit."
    echo "// swift-format-ignore-file"
    echo
    echo "extension DashboardAssets {"
    echo "    /// By name."
    echo "    static let files: [String: String] = ["
    for file in Sources/ReadAPI/Dashboard/Assets/*; do
        echo "        \"$(basename "$file")\": ####\"\"\""
        cat "$file"
        echo '"""####,'
    done
    echo "    ]"
    echo "}"
} > "$out"
