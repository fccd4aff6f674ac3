#!/usr/bin/env bash
# Colour only on a terminal that does not refuse it, and lines as wide as that terminal.
set -uo pipefail
: "${MUSTER:?}" "${MUSTER_SOURCE_DIR:?}"
command -v script >/dev/null 2>&1 || {
  echo "skipped: no script(1) to make a terminal with"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
audit="'$MUSTER' audit '$MUSTER_SOURCE_DIR/examples/sandbox-ecs/flawed' --history '$work/history.db' --out '$work/out'"

# on_terminal COLUMNS [NAME=VALUE…]: what the audit prints there.
on_terminal() {
  local columns=$1
  shift
  env -u NO_COLOR "$@" script -qec "stty cols $columns; $audit" /dev/null </dev/null | tr -d '\r'
}

expect() {
  local name=$1
  shift
  if "$@"; then
    echo "ok: $name"
  else
    failed=$((failed + 1)) && echo "FAILED: $name"
  fi
}

coloured() { grep -q $'\e\\[' "$1"; }
plain() { ! coloured "$1"; }
# The longest line that could have been broken: the summary of the counts holds no long word.
fits() { awk -v most="$2" '/^[0-9].*(finding|check)/ && length($0) > most { exit 1 }' "$1"; }

on_terminal 80 >"$work/colour"
on_terminal 80 NO_COLOR=1 >"$work/refused"
on_terminal 80 NO_COLOR= >"$work/empty"
on_terminal 40 NO_COLOR=1 >"$work/narrow"
bash -c "$audit" >"$work/pipe" || true
expect "a terminal gets colour" coloured "$work/colour"
expect "NO_COLOR refuses it" plain "$work/refused"
expect "an empty NO_COLOR does not" coloured "$work/empty"
expect "a pipe gets none" plain "$work/pipe"
expect "a narrow terminal gets narrow lines" fits "$work/narrow" 40
expect "… which a wide one does not need" grep -qE '^.{41,80}$' "$work/refused"
expect "the narrow summary is whole" grep -q '^Report: ' "$work/narrow"
[ "$failed" -eq 0 ]
