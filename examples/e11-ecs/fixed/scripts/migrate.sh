#!/bin/bash
# Runs the migration of an image as a one-off task, waits for it, and ends as it ended. Expand only: what runs now must work with the
# new schema, since a rollback brings back the code and not the schema.
# Usage: migrate.sh CLUSTER FAMILY IMAGE
set -euo pipefail
definition=$(jq --arg image "$3" '.containerDefinitions[0].image = $image' "deploy/$2-$1.json")
revision=$(aws ecs register-task-definition --cli-input-json "$definition" --query taskDefinition.taskDefinitionArn --output text)
task=$(aws ecs run-task --cluster "$1" --task-definition "$revision" --launch-type FARGATE \
  --network-configuration "file://deploy/$1-network.json" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster "$1" --tasks "$task"
code=$(aws ecs describe-tasks --cluster "$1" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
test "$code" = 0
