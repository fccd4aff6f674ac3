#!/bin/bash
set -euo pipefail
aws ssm send-command --document-name shop-deploy --instance-ids i-0a1b2c3d4e5f60001 \
  --parameters "commands=deploy.sh $DB_PASSWORD"
