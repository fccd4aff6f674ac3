#!/bin/bash
# Installed on the staging host as /opt/staging/blue_green_deploy.sh.
cd /opt/staging
image=$1
active=$(cat active)
idle=$([ "$active" = blue ] && echo green || echo blue)
docker pull "$image"
APP_IMAGE=$image docker compose up -d "app_$idle"
sleep 10
ln -sf "upstream.$idle.conf" nginx/active_upstream.conf
docker compose exec -T nginx nginx -s reload
docker compose exec -T "app_$idle" flask db upgrade
echo "$idle" > active
docker compose stop "app_$active"
