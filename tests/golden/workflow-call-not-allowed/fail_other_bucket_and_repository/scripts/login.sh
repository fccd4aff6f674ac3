#!/usr/bin/env bash
set -euo pipefail
aws ecr get-login-password | docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-central-1.amazonaws.com
