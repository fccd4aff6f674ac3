#!/bin/bash
# Has Systems Manager run the deploy document on a host, prints what it printed, and ends as it ended.
# Usage: on_host.sh INSTANCE COMMIT
set -euo pipefail
id=$(aws ssm send-command --document-name attribution-deploy --instance-ids "$1" --parameters "commit=$2" \
  --query Command.CommandId --output text)
echo "command=$id" >> "$GITHUB_OUTPUT"
for _ in $(seq 60); do
  sleep 10
  status=$(aws ssm get-command-invocation --command-id "$id" --instance-id "$1" --query Status --output text)
  case "$status" in
    Success)
      aws ssm get-command-invocation --command-id "$id" --instance-id "$1" --query StandardOutputContent --output text > host.json
      exit 0
      ;;
    Pending | InProgress | Delayed) ;;
    *) echo "command $id ended with $status"; exit 1 ;;
  esac
done
echo "command $id is not done after ten minutes"
exit 1
