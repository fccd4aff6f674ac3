#!/bin/sh
set -eu
git tag "$1"
git push origin "refs/tags/*"
