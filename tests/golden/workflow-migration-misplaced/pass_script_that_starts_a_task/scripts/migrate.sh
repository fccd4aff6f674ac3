#!/usr/bin/env bash
set -euo pipefail
arn=$(aws ecs run-task --cluster shop-prod --task-definition web-admin --query "tasks[0].taskArn" --output text)
aws ecs wait tasks-stopped --cluster shop-prod --tasks "$arn"
