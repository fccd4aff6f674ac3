#!/bin/bash
# Asks a service what it must answer, and whether it is the version that was meant.
# Usage: smoke.sh URL PROTECTED_PATH VERSION+SHA
set -euo pipefail
ask() { curl --silent --show-error --retry 5 --retry-all-errors --retry-delay 5 "$@"; }
ask --fail --output /dev/null "$1/openapi.json"
test "$(ask --output /dev/null --write-out '%{http_code}' "$1$2")" = 401
test "$(ask --fail "$1/version" | jq --raw-output '.version + "+" + .git_sha')" = "$3"
