#!/usr/bin/env bash
# Hostile and broken input: a clear message, exit 2 or 3, no half-written report, an unharmed history.
set -uo pipefail
: "${MUSTER:?}" "${MUSTER_SOURCE_DIR:?}"
work=$(mktemp -d)
mounted=""
cleanup() {
  [ -n "$mounted" ] && umount "$mounted"
  chmod -R u+rwx "$work" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
passed=0 failed=0

# A clean repository with one recorded run: what must survive every bad input.
fresh() {
  rm -rf "$work/repo" "$work/out"
  mkdir -p "$work/repo/.github/workflows" "$work/repo/iam"
  cat >"$work/repo/.github/workflows/test.yml" <<'YAML'
name: test
on: push
permissions: {}
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: make test
YAML
  printf 'version: 1\nrepository: acme/shop\n' >"$work/repo/muster.yaml"
  "$MUSTER" audit "$work/repo" --out "$work/out" --history "$work/history.db" >/dev/null 2>"$work/err" || {
    echo "the clean repository does not audit clean:"
    cat "$work/err"
    exit 1
  }
}

runs_in_history() { "$MUSTER" history list --history "$work/history.db" --json | grep -c '"id"'; }

# expect NAME "allowed exit codes" "pattern that the output must hold" [arguments of audit…]
# `out` and `history` set before the call replace the usual places.
expect() {
  local name=$1 codes=$2 pattern=$3
  shift 3
  local before after code
  before=$(runs_in_history)
  timeout 60 "$MUSTER" audit "$work/repo" --out "${out:-$work/out}" --history "${history:-$work/history.db}" "$@" >"$work/stdout" 2>"$work/stderr"
  code=$?
  after=$(runs_in_history)
  local problem=""
  [[ " $codes " == *" $code "* ]] || problem="exit code $code, expected one of: $codes"
  grep -qE -- "$pattern" "$work/stdout" "$work/stderr" || problem="$problem; no message matches: $pattern"
  [ "$after" -ge "$before" ] || problem="$problem; the history lost runs ($before -> $after)"
  if [ -d "$work/out" ] && [ -n "$(find "$work/out" -name '*.??????' -o -name '*.tmp' 2>/dev/null)" ]; then
    problem="$problem; a temporary file stayed in the report folder"
  fi
  if [ -f "$work/out/report.json" ] && ! tail -c 3 "$work/out/report.json" | grep -q '}'; then
    problem="$problem; report.json is cut"
  fi
  if [ -n "$problem" ]; then
    failed=$((failed + 1))
    echo "FAILED: $name: ${problem#; }"
    head -n 12 "$work/stdout" "$work/stderr"
  else
    passed=$((passed + 1))
    echo "ok: $name (exit $code): $(grep -hE -- "$pattern" "$work/stderr" "$work/stdout" | head -n 1 | cut -c1-140)"
  fi
}

policy() { # FILE CONTENT-COMMAND…: a trust policy that muster.yaml names
  printf 'version: 1\nrepository: acme/shop\nroles:\n  deploy:\n    arn: arn:aws:iam::111122223333:role/deploy\n    trust: iam/trust.json\n' >"$work/repo/muster.yaml"
  "$@" >"$work/repo/iam/trust.json"
}
workflow() { "$@" >"$work/repo/.github/workflows/deploy.yml"; }
repeat() { # COUNT TEXT
  head -c "$1" /dev/zero | sed "s/\x0/$2/g"
}
alias_bomb() {
  echo 'on: push'
  echo 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
  for i in 1 2 3 4 5 6 7 8 9 10; do
    p="*a$((i - 1))"
    echo "a$i: &a$i [$p, $p, $p, $p, $p, $p, $p, $p, $p]"
  done
}
fifty_megabytes() {
  printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Sid":"'
  head -c 52428800 /dev/zero | tr '\0' a
  printf '"}]}'
}

fresh && workflow true && expect "empty workflow file" "3" "deploy.yml:1:1: "
fresh && policy true && expect "empty policy file" "3" "trust.json:1:1: "
fresh && workflow head -c 4096 /bin/ls && expect "binary workflow file" "3" "deploy.yml:1:[0-9]+: "
fresh && policy head -c 4096 /bin/ls && expect "binary policy file" "3" "trust.json:1:1: "
fresh && workflow printf 'name: caf\xe9\non: push\n' && expect "invalid UTF-8 in a workflow" "3" "deploy.yml:1:10: .*UTF-8"
fresh && policy printf '{"Version":"2012-10-17",\n "Id":"\xff"}' && expect "invalid UTF-8 in a policy" "3" "trust.json:2:8: .*UTF-8"
fresh && policy printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",' && expect "truncated JSON" "3" "trust.json:1:[0-9]+: "
fresh && policy printf '{"Statement":[{"Effect":"Deny",\n"\\u0045ffect":"Allow","Action":"sts:AssumeRole"}]}' &&
  expect "Effect twice, once escaped" "3" 'trust.json:2:1: .*`Effect`'
fresh && workflow alias_bomb && expect "alias bomb of ten levels" "3" "deploy.yml:[0-9]+:[0-9]+: .*alias"
fresh && policy repeat 100000 '[' && expect "100,000 nested brackets in JSON" "3" "trust.json:1:[0-9]+: .*(deep|nest)"
fresh && workflow repeat 100000 '[' && expect "100,000 nested brackets in YAML" "3" "deploy.yml:1:[0-9]+: .*(deep|nest)"
fresh && policy fifty_megabytes && expect "a 50 MB policy" "3" "trust.json.*larger than 10 MiB"
fresh && workflow fifty_megabytes && expect "a 50 MB workflow" "3" "deploy.yml.*larger than 1 MiB"
fresh && printf 'version: 1\nrepositry: acme/shop\n' >"$work/repo/muster.yaml" &&
  expect "unknown config key" "2" 'muster.yaml:2:1: .*`repositry`.*`repository`'
fresh && : >"$work/repo/muster.yaml" && expect "empty muster.yaml" "2" "muster.yaml:1:1: "
fresh && expect "no such config file" "2" "nowhere.yaml" --config "$work/nowhere.yaml"
fresh && expect "a bad time" "2" "as-of" --as-of yesterday
fresh && expect "an unknown format" "2" "format" --format pdf

fresh && printf 'this is not a database, but it is somebody'"'"'s file\n' >"$work/other.db" && sum=$(sha256sum <"$work/other.db") &&
  history="$work/other.db" expect "a history file that is not a database" "3" "other.db"
[ "$sum" = "$(sha256sum <"$work/other.db")" ] || { failed=$((failed + 1)); echo "FAILED: the foreign file was changed"; }

if [ "$(id -u)" -ne 0 ]; then
  fresh && mkdir "$work/repo/locked" && chmod 000 "$work/repo/locked" && expect "unreadable folder" "3" "locked"
  chmod 755 "$work/repo/locked"
  fresh && mkdir "$work/sealed" && chmod 555 "$work/sealed" && out="$work/sealed/report" expect "read-only output" "3" "sealed"
else
  # Root reads everything, so these two run as nobody, on copies that nobody owns.
  as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
  if as_nobody true 2>/dev/null && as_nobody test -x "$MUSTER"; then
    fresh
    chmod 755 "$work" && mkdir "$work/repo/locked" && chmod 000 "$work/repo/locked" && chmod 777 "$work"
    as_nobody "$MUSTER" audit "$work/repo" --out "$work/nobody-out" --history "$work/nobody.db" >"$work/stdout" 2>&1
    code=$?
    if [ $code -eq 3 ] && grep -q "locked" "$work/stdout"; then
      passed=$((passed + 1)) && echo "ok: unreadable folder (exit 3): $(grep -h locked "$work/stdout" | head -n 1 | cut -c1-120)"
    else
      failed=$((failed + 1)) && echo "FAILED: unreadable folder: exit $code" && head -n 12 "$work/stdout"
    fi
    fresh
    mkdir -p "$work/sealed" && chmod 555 "$work/sealed"
    as_nobody "$MUSTER" audit "$work/repo" --out "$work/sealed/report" --history "$work/nobody2.db" >"$work/stdout" 2>&1
    code=$?
    if [ $code -eq 3 ] && grep -q "sealed" "$work/stdout" && [ -z "$(ls -A "$work/sealed")" ]; then
      passed=$((passed + 1)) && echo "ok: read-only output (exit 3): $(grep -h sealed "$work/stdout" | head -n 1 | cut -c1-120)"
    else
      failed=$((failed + 1)) && echo "FAILED: read-only output: exit $code" && head -n 12 "$work/stdout"
    fi
  else
    echo "skipped: unreadable folder and read-only output (the program cannot be run as another user here)"
  fi
fi

# Foreign text in an error may neither move the cursor nor command the runner that prints it.
"$MUSTER" audit $'no\e[2J\n::error::x ##[add-mask]y' --out "$work/out" --history "$work/history.db" >"$work/stdout" 2>"$work/stderr"
if grep -qE $'\e|^ *::|##\\[' "$work/stderr" || ! grep -qF 'no\u{1b}[2J\u{a}::error::x' "$work/stderr"; then
  failed=$((failed + 1)) && echo "FAILED: raw foreign text in an error:" && cat -v "$work/stderr"
else
  passed=$((passed + 1))
fi

mkdir -p "$work/small"
if mount -t tmpfs -o size=64k tmpfs "$work/small" 2>/dev/null; then
  mounted="$work/small"
  head -c 57344 /dev/zero >"$work/small/filler"
  fresh && out="$work/small/report" expect "full disk under the reports" "3" "[Nn]o space|full"
  find "$work/small" -name 'report.*' | grep -q . && { failed=$((failed + 1)); echo "FAILED: a cut report stayed on the full disk"; }
  rm "$work/small/filler"
  fresh && out="$work/out2" history="$work/small/history.db" expect "full disk under the history" "3" "[Nn]o space|full"
  [ -e "$work/out2/report.json" ] && { failed=$((failed + 1)); echo "FAILED: a report of a run that the history does not have"; }
  # SQLite calls a full disk an I/O error when not even its log fits: a free page or two reach every place.
  for pages in 0 1 2; do
    rm -rf "$work/small/"*
    head -c $(((16 - pages) * 4096)) /dev/zero >"$work/small/filler"
    fresh && out="$work/out2" history="$work/small/history.db" expect "$((pages * 4)) KiB free under a new history" "3" "no space left on the disk"
  done
  umount "$work/small" && mounted=""
  if mount -t tmpfs -o size=512k tmpfs "$work/small"; then
    mounted="$work/small"
    fresh && cp "$work/history.db" "$work/small/history.db"
    for pages in 0 1 2; do
      rm -f "$work/small/filler"
      head -c 524288 /dev/zero >"$work/small/filler" 2>/dev/null
      truncate -s -$((pages * 4096)) "$work/small/filler"
      fresh && out="$work/out2" history="$work/small/history.db" expect "$((pages * 4)) KiB free under a history with runs" "3" "no space left on the disk"
      if "$MUSTER" history show last --history "$work/small/history.db" >/dev/null 2>"$work/err"; then
        passed=$((passed + 1)) && echo "ok: a history on a full disk is readable"
      else
        failed=$((failed + 1)) && echo "FAILED: a history on a full disk is not readable: $(cat "$work/err")"
      fi
    done
    rm -f "$work/small/filler"
    fresh && out="$work/out2" history="$work/small/history.db" expect "the same disk with space again" "0" "."
  fi
else
  echo "skipped: full disk (mounting a tmpfs needs root)"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
