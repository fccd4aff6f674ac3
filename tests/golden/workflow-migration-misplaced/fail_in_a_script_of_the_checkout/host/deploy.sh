#!/bin/bash
cd /opt/shop
docker pull "$1"
IMAGE=$1 docker compose up -d web
docker compose exec -T web flask db upgrade
