#!/bin/bash
cd /opt/shop
docker pull "$1"
IMAGE=$1 docker compose run --rm web flask db upgrade
IMAGE=$1 docker compose up -d web
