#!/bin/bash
# Blue/green deploy and rollback of one host, after which `drills:` of muster.yaml is modelled. It stands in the folder that it deploys to.
# Where a real host has a container engine, a "container" here is a process of its own: registry/tags/NAME_TAG holds a digest,
# registry/blobs/DIGEST the version that a process of it serves.
#
#   deploy.sh RELEASE [--run-id ID] [--expect ID]     RELEASE is NAME:TAG; with --expect only on top of that change
#
# Ends with 0, or: 2 usage, 10 another deploy holds the lock, 11 no such release, 12 the new version is not healthy, 13 nginx refuses its
# configuration, 14 the switch was not seen, 15 the state could not be written, 16 the host has moved on since --expect.
set -u
cd "$(dirname "$0")" || exit 2
. ./host.conf # APP, PYTHON, NGINX, BLUE, GREEN, BALANCER (ports), SOAK
release=${1:?RELEASE} run=deploy-$(date +%s%N) expect=
shift
while [ $# -gt 0 ]; do
  case $1 in
    --run-id) run=$2 ;;
    --expect) expect=$2 ;;
    *) exit 2 ;;
  esac
  shift 2
done

die() { echo "deploy: $2" >&2; exit "$1"; }
field() { sed -n "s/^{[^{]*\"$1\":\"\([^\"]*\)\".*/\1/p" state.json 2>/dev/null; }
served() { curl --silent --max-time 1 --header 'Connection: close' "http://127.0.0.1:$1/version" | sed -n 's/.*"version": *"\([^"]*\)".*/\1/p'; }
healthy() { curl --silent --fail --output /dev/null --max-time 1 "http://127.0.0.1:$1/healthz"; }
point() { ln -s "upstream.$1.conf" "active_upstream.conf.new" && mv -T active_upstream.conf.new active_upstream.conf; }
reload() { "$NGINX" -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/error.log" -s reload; }

# By the folder that its command names, as a container by its name: a deploy that was killed wrote nothing down.
running() { pgrep -f -- " $PWD/flags/$1\$"; }
stop() {
  running "$1" > /dev/null || return 0
  kill -TERM $(running "$1")
  for _ in $(seq 100); do running "$1" > /dev/null || return 0; sleep 0.02; done
  kill -KILL $(running "$1") 2> /dev/null
}

exec 9>> deploy.lock
flock --nonblock 9 || die 10 "another deploy is running"
[ -z "$expect" ] || [ "$expect" = "$(field run_id)" ] || die 16 "the host is at $(field run_id), not at $expect"

digest=$(cat "registry/tags/${release/:/_}" 2>/dev/null) || die 11 "no release $release"
version=$(cat "registry/blobs/${digest#sha256:}" 2>/dev/null) || die 11 "the image of $release is gone"

# Which color serves is what the link says: after a crash the state may be behind.
case $(readlink active_upstream.conf) in
  upstream.blue.conf) live=blue idle=green port=$GREEN ;;
  *) live=green idle=blue port=$BLUE ;;
esac
stop "$idle"
mkdir -p "flags/$idle"
# The app must not inherit the lock.
DRILL_KEEPER=${KEEPER:-} setsid "$PYTHON" -S "$APP" "$port" "$version" "$PWD/flags/$idle" 9>&- < /dev/null > /dev/null 2>&1 &
ok=0
for _ in $(seq 150); do
  if healthy "$port" && [ "$(served "$port")" = "$version" ]; then ok=$((ok + 1)); else ok=0; fi
  [ $ok -lt 2 ] || break
  sleep 0.05
done
[ $ok -ge 2 ] || { stop "$idle"; die 12 "$release is not healthy"; }

point "$idle" || die 13 "cannot move the link"
"$NGINX" -t -q -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/error.log" || { point "$live"; stop "$idle"; die 13 "nginx refuses its configuration"; }
reload
ok=0
for _ in $(seq 150); do
  if [ "$(served "$BALANCER")" = "$version" ]; then ok=$((ok + 1)); else ok=0; fi
  [ $ok -lt 3 ] || break
  sleep 0.05
done
[ $ok -ge 3 ] || { point "$live"; reload; sleep 0.3; stop "$idle"; die 14 "visitors do not get $version"; }

printf '{"run_id":"%s","release":"%s","color":"%s","at":"%s","previous":{"run_id":"%s","release":"%s"}}\n' \
  "$run" "$release" "$idle" "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" "$(field run_id)" "$(field release)" > state.json.new &&
  sync state.json.new && mv state.json.new state.json || die 15 "cannot write the state"
sleep "$SOAK"
stop "$live"
