#!/usr/bin/env bash
# The history under real processes: two audits at once, audits that are killed, folders that take no file.
set -uo pipefail
: "${MUSTER:?}" "${MUSTER_SOURCE_DIR:?}"
work=$(mktemp -d)
cleanup() {
  chmod -R u+rwx "$work" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
passed=0 failed=0
ok() { passed=$((passed + 1)) && echo "ok: $1"; }
bad() { failed=$((failed + 1)) && echo "FAILED: $1"; }
check() { # NAME COMMAND…
  local name=$1
  shift
  if "$@" >"$work/stdout" 2>"$work/stderr"; then ok "$name"; else bad "$name" && head -n 5 "$work/stdout" "$work/stderr"; fi
}

mkdir -p "$work/repo/.github/workflows"
cat >"$work/repo/.github/workflows/deploy.yml" <<'YAML'
name: deploy
on: push
jobs:
  prod:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: aws ssm send-command --targets Key=tag:app,Values=shop
YAML
printf 'version: 1\nrepository: acme/shop\n' >"$work/repo/muster.yaml"
history="$work/history.db"

# Everything but the history goes to nowhere; the audit has findings (1), so that spans are written too.
audit() { "$MUSTER" audit "$work/repo" --fail-on low --out "$work/out-${1:-x}" --history "$history" >/dev/null 2>"$work/err-${1:-x}"; }
runs() { "$MUSTER" history list --limit 100000 --history "$history" --json; }
count() { runs | grep -c "\"state\": \"$1\""; }
integrity() {
  if command -v sqlite3 >/dev/null; then
    [ "$(sqlite3 "$history" 'PRAGMA integrity_check' 2>&1)" = ok ] &&
      [ -z "$(sqlite3 "$history" 'PRAGMA foreign_key_check')" ]
  fi
}
command -v sqlite3 >/dev/null || echo "skipped: integrity_check (no sqlite3 program)"

# ---- several at once, on a file that does not exist yet and on one that does ----------------------
# Three processes that make the file at the same moment collide in about one of fifty rounds.
rounds=90 lost=0
for round in $(seq $rounds); do
  [ $round -lt 80 ] && rm -f "$history"*
  before=0
  [ -e "$history" ] && before=$(count complete)
  audit a & first=$!
  audit b & second=$!
  audit c & third=$!
  wait $first; one=$?
  wait $second; two=$?
  wait $third; three=$?
  after=$(count complete)
  if [ "$one$two$three" != 111 ] || [ $((after - before)) -ne 3 ]; then
    lost=$((lost + 1))
    echo "round $round: exit $one, $two and $three, runs $before -> $after"
    cat "$work"/err-[abc]
  fi
done
[ $lost -eq 0 ] && ok "three audits at once, $rounds times: all recorded" || bad "$lost of $rounds rounds lost a run"
check "no finding was opened twice by two at once" test "$("$MUSTER" history diff --history "$history" | grep -c '0 appeared, 0 disappeared')" -eq 1
check "the file is sound after that" integrity

# ---- killed at any moment ------------------------------------------------------------------------
# How long an audit takes here, in microseconds, so that kills fall all over it.
start=$(date +%s%N)
audit
took=$((($(date +%s%N) - start) / 1000))
kills=0 hit=0 unreadable=0 unfinished=0
while [ $hit -lt 45 ] && [ $kills -lt 150 ]; do
  kills=$((kills + 1))
  # The last third of an audit is where it writes: half of the kills go there.
  if [ $((kills % 2)) -eq 0 ]; then delay=$((took * 2 / 3 + RANDOM * took / 32768 / 2)); else delay=$((RANDOM * took / 32768)); fi
  before=$(count complete)
  "$MUSTER" audit "$work/repo" --out "$work/out" --history "$history" >/dev/null 2>&1 &
  pid=$!
  sleep "$(printf '0.%06d' $((delay % 1000000)))"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  code=$?
  [ $code -eq 137 ] && hit=$((hit + 1))
  after=$(count complete) || unreadable=$((unreadable + 1))
  # A killed run may have been recorded just before; one that ended must be there; never is one lost.
  if [ "$after" -lt "$before" ] || { [ $code -ne 137 ] && [ "$after" -ne $((before + 1)) ]; }; then
    unfinished=$((unfinished + 1))
    echo "kill $kills after $delay us: exit $code, runs $before -> $after"
  fi
done 2>/dev/null
echo "an audit takes $((took / 1000)) ms; $hit of $kills were killed before their end; $(count crashed) crashed runs seen"
[ $unreadable -eq 0 ] && ok "the history was readable after every kill" || bad "unreadable after $unreadable kills"
[ $unfinished -eq 0 ] && ok "no kill lost a run or made one up" || bad "$unfinished kills changed the number of runs"
[ $hit -ge 40 ] && ok "at least 40 kills hit" || bad "only $hit kills hit a running audit"
check "the file is sound after all kills" integrity
before=$(count complete)
audit
[ $? -eq 1 ] && [ "$(count complete)" -eq $((before + 1)) ] && ok "the next audit works" || bad "the next audit does not work"
[ "$(count running)" -eq 0 ] && ok "no dead run counts as running" || bad "a dead run counts as running"
check "and knows the old findings" test "$("$MUSTER" history diff --history "$history" | grep -c '0 appeared, 0 disappeared')" -eq 1

# Killed while the file is being made: whatever is left, the next audit goes on.
stuck=0
for i in $(seq 12); do
  rm -f "$history"*
  "$MUSTER" audit "$work/repo" --out "$work/out" --history "$history" >/dev/null 2>&1 &
  pid=$!
  sleep "$(printf '0.%06d' $((took / 2 + RANDOM * took / 32768 / 2)))"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  audit
  [ $? -eq 1 ] && [ "$(count complete)" -ge 1 ] || { stuck=$((stuck + 1)) && cat "$work/err-x"; }
done 2>/dev/null
[ $stuck -eq 0 ] && ok "an audit after a killed first one works" || bad "$stuck first audits left a file that stops the next"

# ---- names and folders ---------------------------------------------------------------------------
for name in ':memory:' 'file:h.db?mode=memory' 'h%3f.db'; do
  (cd "$work" && "$MUSTER" audit repo --out out --history "$name" >/dev/null 2>&1)
  check "a history called $name is a file" test -f "$work/$name"
done
"$MUSTER" audit "$work/repo" --fail-on low --facts "$work/repo" --facts "$work/repo" --out "$work/out" --history "$work/twice.db" >/dev/null 2>"$work/err"
[ $? -eq 1 ] && ok "a facts folder that was named twice loses no run" || { bad "a facts folder named twice" && cat "$work/err"; }
check "line breaks of a hostile file stay in their line" bash -c "
  command -v sqlite3 >/dev/null || exit 0
  sqlite3 '$work/twice.db' \"UPDATE run SET scope='a'||char(10)||'forged'||char(27)||'[2J'\"
  [ \$('$MUSTER' history list --history '$work/twice.db' | wc -l) -eq 1 ] && ! '$MUSTER' history list --history '$work/twice.db' | grep -q \$'\\x1b'"
chmod 755 "$work"
mkdir "$work/sealed" && cp "$history" "$work/sealed/h.db" && chmod 444 "$work/sealed/h.db" && chmod 555 "$work/sealed"
if [ "$(id -u)" -ne 0 ]; then
  check "a history in a folder that takes no file is readable" "$MUSTER" history show last --history "$work/sealed/h.db"
elif setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$MUSTER" 2>/dev/null; then
  check "a history in a folder that takes no file is readable" \
    setpriv --reuid=65534 --regid=65534 --clear-groups "$MUSTER" history show last --history "$work/sealed/h.db"
else
  echo "skipped: a sealed folder (the program cannot be run as another user here)"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
