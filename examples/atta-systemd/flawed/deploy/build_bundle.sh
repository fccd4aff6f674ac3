#!/bin/bash
echo "$1" > VERSION
tar -czf "deploy-bundle-$1.tar.gz" deploy VERSION
