#!/bin/bash
# Runs on the host, in the unpacked bundle.
registry=111122223333.dkr.ecr.eu-central-1.amazonaws.com
aws ecr get-login-password --region eu-central-1 | docker login --username AWS --password-stdin "$registry"
docker pull "$registry/attribution:$1"
sed -i "s/^IMAGE_TAG=.*/IMAGE_TAG=$1/" /opt/atta/.env
systemctl stop atta.service
cp deploy/systemd/atta.service /etc/systemd/system/
systemctl daemon-reload
systemctl start atta.service
systemctl enable atta.service
systemctl status atta.service
docker ps | grep atta
