#!/bin/bash
# Usage: fetch_site.sh SHA FOLDER
set -euo pipefail
mkdir "$2"
aws s3 cp "s3://experts-releases/site/$1.tar.gz" - | tar --extract --gzip --directory "$2"
