#!/bin/bash
here="$(cd "$(dirname "$0")" && pwd)"
. "$(dirname "$0")/lib.sh"
