#!/bin/bash
cd /opt/shop
IMAGE=$1 docker compose up -d web_green
docker compose exec -T web_green flask db upgrade
ln -sf upstream.green.conf nginx/active_upstream.conf
docker compose exec -T nginx nginx -s reload
