#!/usr/bin/env bash
set -euo pipefail
deploy() {
  aws ecs update-service --cluster "shop-$1" --service api --force-new-deployment
}
deploy "$1"
