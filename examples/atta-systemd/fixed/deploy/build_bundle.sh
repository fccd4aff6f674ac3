#!/bin/bash
# Usage: build_bundle.sh VERSION
set -euo pipefail
echo "$1" > VERSION
tar --create --gzip --file bundle.tar.gz deploy VERSION
