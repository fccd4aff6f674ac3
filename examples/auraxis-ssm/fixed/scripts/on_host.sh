#!/bin/bash
# Runs a document of Systems Manager on a host, and ends as it ended.
# Usage: on_host.sh INSTANCE DOCUMENT [NAME=VALUE]
set -euo pipefail
id=$(aws ssm send-command --document-name "$2" --instance-ids "$1" ${3:+--parameters "$3"} --query Command.CommandId --output text)
echo "command=$id" >> "$GITHUB_OUTPUT"
for _ in $(seq 60); do
  sleep 10
  status=$(aws ssm get-command-invocation --command-id "$id" --instance-id "$1" --query Status --output text)
  case "$status" in
    Success) exit 0 ;;
    Pending | InProgress | Delayed) ;;
    *) echo "command $id ended with $status"; exit 1 ;;
  esac
done
echo "command $id is not done after ten minutes"
exit 1
