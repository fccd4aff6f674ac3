#!/usr/bin/env bash
# muster init: what it writes is what audit reads; the examples without their muster.yaml; refusals; hostile names.
set -uo pipefail
: "${MUSTER:?}" "${MUSTER_SOURCE_DIR:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # NAME COMMAND…: the command must succeed
  local name=$1
  shift
  if "$@" >"$work/check.out" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
    head -n 20 "$work/check.out"
  fi
}
exits() { # CODE COMMAND…
  local wanted=$1 code=0
  shift
  "$@" >"$work/stdout" 2>"$work/stderr" || code=$?
  [ "$code" -eq "$wanted" ] || { echo "exit $code, expected $wanted: $*"; cat "$work/stdout" "$work/stderr"; return 1; }
}
audit() { "$MUSTER" audit "$1" --out "$work/report" --history "$work/history.db"; }
says() { grep -qF -- "$1" "$2" || { echo "\`$1\` is not in:"; cat "$2"; return 1; }; }
lacks() { ! grep -qE -- "$1" "$2" || { echo "\`$1\` is in:"; cat "$2"; return 1; }; }
origin() { # FOLDER OWNER/NAME BRANCH
  mkdir -p "$1/.git/refs/remotes/origin"
  printf '[remote "origin"]\n\turl = https://user:hush-hush@github.com/%s.git\n' "$2" >"$1/.git/config"
  echo "ref: refs/remotes/origin/$3" >"$1/.git/refs/remotes/origin/HEAD"
}

# ---- the examples, as somebody finds them who has no muster.yaml yet --------------------------------
for example in auraxis-ssm:acme/auraxis:master sandbox-ecs:acme/sandbox-api:main; do
  IFS=: read -r name repository branch <<<"$example"
  for twin in flawed fixed; do
    folder="$work/$name-$twin"
    cp -r "$MUSTER_SOURCE_DIR/examples/$name/$twin" "$folder"
    rm "$folder/muster.yaml"
    check "$name/$twin without a checkout: init" exits 0 "$MUSTER" init "$folder"
    rm "$folder/muster.yaml"
    origin "$folder" "$repository" "$branch"
    check "$name/$twin: init" exits 0 "$MUSTER" init "$folder"
    check "$name/$twin: the repository" says "repository: $repository" "$folder/muster.yaml"
    check "$name/$twin: the token of the remote stays out" lacks 'hush' "$folder/muster.yaml"
  done
  check "$name/flawed fails with the inferred file" exits 1 audit "$work/$name-flawed"
done
check "auraxis-ssm/fixed passes with the inferred file" exits 0 audit "$work/auraxis-ssm-fixed"
fixed="$work/sandbox-ecs-fixed/muster.yaml"
check "sandbox-ecs/fixed: pull requests are a question, so it fails" exits 1 audit "$work/sandbox-ecs-fixed"
check "… for that reason only" says '3 findings: 1 medium, 2 info' "$work/stdout"
sed -i -e 's/^    # subjects:/    subjects:/' -e 's/^      # - pull_request: true/      - pull_request: true/' "$fixed"
check "… and passes once a human has said that they are meant" exits 0 audit "$work/sandbox-ecs-fixed"
check "trust policies are matched to their roles" says 'trust: iam/rollback-trust.json' "$fixed"
check "a role that only reads" says 'privilege: read' "$fixed"
check "the default branch narrows a manual start" says 'branches: [main]' "$fixed"

# ---- refusals and forms of output ---------------------------------------------------------------------
repo="$work/auraxis-ssm-flawed"
cp "$repo/muster.yaml" "$work/before"
echo '# mine' >>"$repo/muster.yaml"
check "a muster.yaml is not overwritten" exits 2 "$MUSTER" init "$repo"
check "… it says what to do" says '--force' "$work/stderr"
check "… and leaves it alone" says '# mine' "$repo/muster.yaml"
check "--stdout prints" exits 0 "$MUSTER" init "$repo" --stdout
check "… the same bytes every time" cmp "$work/stdout" "$work/before"
check "… and writes nothing" says '# mine' "$repo/muster.yaml"
check "--stdout and --json exclude each other" exits 2 "$MUSTER" init "$repo" --stdout --json
check "--force overwrites" exits 0 "$MUSTER" init "$repo" --force --json
check "… with a summary as JSON" says '"open_questions"' "$work/stdout"
check "… the new file" cmp "$repo/muster.yaml" "$work/before"
check "the value of a variable is asked for" says '#   PROD_ROLE: arn:aws:iam::111122223333:role/auraxis-github-deploy-prod-role' "$repo/muster.yaml"
check "no such folder" exits 3 "$MUSTER" init "$work/nowhere"
check "no folder" exits 2 "$MUSTER" init "$work/before"
mkdir "$work/empty"
check "an empty folder" exits 0 "$MUSTER" init "$work/empty"
check "… says that there is no workflow" says 'No workflow was found' "$work/empty/muster.yaml"
ln -s /nowhere "$work/empty/link" && mkdir "$work/linked" && ln -s /nowhere "$work/linked/muster.yaml"
check "a broken link is a muster.yaml too" exits 2 "$MUSTER" init "$work/linked"

# ---- what cannot be read, and names of somebody's evil choice ----------------------------------------
evil="$work/evil"
mkdir -p "$evil/.github/workflows" "$evil/iam"
origin "$evil" acme/shop main
printf 'on: push\njobs: [\n' >"$evil/.github/workflows/broken.yml"
cat >"$evil/.github/workflows/deploy.yml" <<'YAML'
name: "evil: [yes]\n# no"
on:
  push:
    branches: [main, "release/**"]
  pull_request:
jobs:
  a:
    runs-on: x
    permissions: {id-token: write}
    environment: "prod: \"x\"\ngate: {fail_on: critical} # \u202e ü 🚀"
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-central-1}
  b:
    runs-on: x
    permissions: {id-token: write}
    environment: ${{ inputs.where }}
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "arn:aws:iam::111122223333:role/x\n  evil: true", aws-region: eu-central-1}
  c:
    runs-on: x
    permissions: {id-token: write}
    environment: "2024"
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "${{ secrets.ROLE }}", aws-region: eu-central-1}
YAML
cp "$MUSTER_SOURCE_DIR/examples/sandbox-ecs/fixed/iam/deploy-trust.json" "$evil/iam/$(printf 'a\n  evil: true #-trust.json')"
check "hostile names" exits 0 "$MUSTER" init "$evil"
check "… what could not be read is on stderr" says 'broken.yml' "$work/stderr"
check "… and in the file" says '# - .github/workflows/broken.yml' "$evil/muster.yaml"
check "… no line of anybody's choice" lacks '^ *(evil|gate: \{)' "$evil/muster.yaml"
check "… nothing invisible in the file" lacks $'[\x01-\x09\x0b-\x1f\x7f]|\u202e' "$evil/muster.yaml"
check "… nor on the terminal" lacks $'[\x01-\x09\x0b-\x1f\x7f]|\u202e' "$work/stdout"
check "… the audit reads it" exits 1 audit "$evil"
check "… and keeps the environment" says 'x\"\ngate: {fail_on: critical} # \u202e ü 🚀":' "$evil/muster.yaml"
check "… pull requests stay a question" says '      # WARNING: runs of pull requests get in' "$evil/muster.yaml"
check "… patterns are named as such" says 'branches: [main, release/*]' "$evil/muster.yaml"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
