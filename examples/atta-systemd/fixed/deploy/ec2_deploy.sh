#!/bin/bash
# Runs on the host, in the unpacked bundle: checks first, changes then, and puts the old image back when the first run fails.
# Usage: ec2_deploy.sh COMMIT
set -euo pipefail
registry=111122223333.dkr.ecr.eu-central-1.amazonaws.com
image=$registry/attribution:$1
exec 9> /run/lock/attribution-deploy
flock --nonblock 9 || { echo "another deploy is running"; exit 1; }

# Preflight: nothing has changed yet.
test -s /opt/atta/.env
grep --quiet '^DATABASE_URL=' /opt/atta/.env
docker info > /dev/null
aws ecr get-login-password --region eu-central-1 | docker login --username AWS --password-stdin "$registry"
docker pull "$image"

cp /etc/attribution.image /etc/attribution.image.previous 2> /dev/null || true
echo "IMAGE=$image" > /etc/attribution.image
install --mode 644 deploy/systemd/atta.service deploy/systemd/atta.timer /etc/systemd/system/
systemctl daemon-reload
# The unit is a oneshot: start waits for its end and fails as it failed.
if ! systemctl start atta.service; then
  cp /etc/attribution.image.previous /etc/attribution.image
  exit 1
fi
systemctl enable --now atta.timer
cat /opt/atta/output/last-run.json
