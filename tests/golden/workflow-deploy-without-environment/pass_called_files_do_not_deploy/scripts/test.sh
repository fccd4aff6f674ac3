#!/bin/sh
# terraform apply
terraform plan
cat > deploy.txt <<EOF
terraform apply
EOF
