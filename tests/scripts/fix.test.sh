#!/usr/bin/env bash
# `muster fix` from outside: what it prints, writes and returns.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flows="$work/repo/.github/workflows"
mkdir -p "$flows"
fail() { echo "FAILED: $1" >&2; cat "$work/out" "$work/err" >&2; exit 1; }
code_of() { set +e; "$@" >"$work/out" 2>"$work/err"; local code=$?; set -e; echo "$code"; }

cat >"$flows/triage.yml" <<'YAML'
on: issues
permissions: {}
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      # says it
      - name: say
        run: |
          echo "${{ github.event.issue.title }}"
          echo '${{ github.event.issue.body }}'
YAML
cp "$flows/triage.yml" "$work/before.yml"
cp "$flows/triage.yml" "$flows/other.yml"

[ "$(code_of "$MUSTER" fix --dry-run "$work/repo")" = 1 ] || fail "a dry run with something to do returns 1"
cmp -s "$flows/triage.yml" "$work/before.yml" || fail "a dry run writes nothing"
cp "$work/out" "$work/dry.diff"
(cd "$work/repo" && patch -p1 --dry-run -s <"$work/dry.diff") || fail "the diff can be applied"
grep -q 'left: .*single quotes (workflow-template-injection)' "$work/err" || fail "what is left has its reason"

[ "$(code_of "$MUSTER" fix "$flows/triage.yml")" = 0 ] || fail "writing returns 0"
cmp -s "$flows/other.yml" "$work/before.yml" || fail "only the named file is written"
grep -q 'ISSUE_TITLE: ${{ github.event.issue.title }}' "$flows/triage.yml" || fail "the variable is there"
grep -q '# says it' "$flows/triage.yml" || fail "the comment is there"
[ "$(code_of "$MUSTER" fix "$flows/triage.yml")" = 0 ] || fail "a second run returns 0"
[ ! -s "$work/out" ] || fail "a second run changes nothing"
ls "$flows" | grep -qv 'yml$' && fail "no temporary file stays"

[ "$(code_of "$MUSTER" fix --json --dry-run "$work/repo")" = 1 ] || fail "--json has the same code"
grep -q '"path":".github/workflows/other.yml"' "$work/out" || fail "--json names the file"
grep -q '"written":false' "$work/out" || fail "--json says that nothing is written"

[ "$(code_of "$MUSTER" fix --rule no-such-rule "$work/repo")" = 2 ] || fail "an unknown rule is a usage error"
[ "$(code_of "$MUSTER" fix "$work/missing")" = 2 ] || fail "a missing path is a usage error"
[ "$(code_of "$MUSTER" fix --dry-run --rule workflow-deploy-without-concurrency "$work/repo")" = 0 ] ||
  fail "nothing to do for this rule"
printf 'on: push\njobs:\n  a: [\n' >"$flows/broken.yml"
[ "$(code_of "$MUSTER" fix --dry-run "$work/repo")" = 3 ] || fail "a file that is no workflow returns 3"
grep -q 'broken.yml' "$work/err" || fail "and is named"
echo "ok"
