#!/bin/bash
# Installed on the staging host as /opt/staging/blue_green_deploy.sh. Nothing changes for visitors before the idle color is healthy.
set -euo pipefail
cd /opt/staging
image=$1
exec 9> deploy.lock
flock --nonblock 9 || { echo "another deploy is running"; exit 1; }
exec > >(tee "deploy-trace/$(date --utc +%Y%m%dT%H%M%SZ).log") 2>&1
active=$(cat active)
if [ "$active" = blue ]; then idle=green; else idle=blue; fi
docker pull "$image"
# Expand only: the version that still serves must work with the new schema.
APP_IMAGE=$image docker compose run --rm "app_$idle" flask db upgrade
APP_IMAGE=$image docker compose up --detach --wait --wait-timeout 120 "app_$idle"
ln --symbolic --force "upstream.$idle.conf" nginx/active_upstream.conf
docker compose exec -T nginx nginx -t
docker compose exec -T nginx nginx -s reload
echo "$idle" > active
echo "$image" > image
sleep 20
docker compose stop "app_$active"
