#!/bin/bash
# Has Systems Manager switch a host to an image, and ends as the command on the host did.
# Usage: run_on_host.sh INSTANCE IMAGE
set -euo pipefail
id=$(aws ssm send-command --document-name counter-blue-green --instance-ids "$1" --parameters "image=$2" \
  --query Command.CommandId --output text)
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
