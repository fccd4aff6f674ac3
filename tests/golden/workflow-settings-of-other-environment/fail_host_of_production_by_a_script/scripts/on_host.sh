#!/bin/bash
set -euo pipefail
aws ssm send-command --document-name "$2" --instance-ids "$1"
