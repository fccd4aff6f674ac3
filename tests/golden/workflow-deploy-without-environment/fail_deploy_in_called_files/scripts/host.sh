cd /srv/shop
docker compose up -d
