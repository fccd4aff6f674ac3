#!/bin/bash
# The host has run the service once from the commit that was meant. The service is no server: it runs by a timer and ends.
# Usage: smoke.sh INSTANCE COMMIT, behind on_host.sh
set -euo pipefail
jq --exit-status --arg commit "$2" '.git_sha == $commit and .result == "success" and .rows > 0' host.json
