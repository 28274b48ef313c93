#!/bin/sh
# Compiles schemas/openapi.yaml into the read API: writes Sources/ReadAPI/OpenAPI/OpenAPIDocument+Generated.swift.
set -eu
cd "$(dirname "$0")/.."
TAPEFOLD_REGENERATE=1 swift test --filter OpenAPITests.compiledCopyIsTheDocument
