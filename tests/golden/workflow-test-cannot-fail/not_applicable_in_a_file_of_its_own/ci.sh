#!/bin/sh
set -e
pytest
