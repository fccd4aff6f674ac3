#!/bin/sh
# Facts of one host as lines, for `muster audit`. Reads and changes nothing: no file is made, no program of the host's is run, no link is
# followed out of what was asked for, and no value of an environment file is printed that was not asked for by name.
#
#   collect.sh --host web-1 --environment production --path /opt/shop --env /opt/shop/.env --public PORT > web-1.facts
#
# docs/host-facts.md has the options, the lines and what they mean. Needs a POSIX shell (dash, bash, the one of BusyBox) and coreutils or
# BusyBox; what else is missing is told in a line `skip`.
set -fu
umask 077
LC_ALL=C
export LC_ALL

tab=$(printf '\t')
newline='
'
most_bytes=1048576
most_lines=10000
most_state=4096

usage() {
  printf 'collect.sh: %s\n' "$1" >&2
  printf 'usage: collect.sh [--host NAME] [--environment NAME] [--path P] [--sha FILE] [--env FILE] [--public KEY] [--key KEY]\n' >&2
  printf '                  [--state FILE] [--unit FILE] [--service NAME] [--git DIR] [--df PATH] [--salt HEX]\n' >&2
  exit 2
}

# enc TEXT: sets $e to the text with TAB, LF, CR, % and every byte that is not printable ASCII as %xx.
enc() {
  case $1 in
    *[!\ -~]* | *%*) ;;
    *)
      e=$1
      return 0
      ;;
  esac
  rest=$1
  e=
  # od parts bytes by blanks, and nothing else is in its output.
  # shellcheck disable=SC2046
  set -- $(printf %s "$1" | od -An -v -tx1)
  for hex in "$@"; do
    char=${rest%"${rest#?}"}
    rest=${rest#?}
    case $hex in
      25 | 7f | [01]? | [89a-f]?) e=$e%$hex ;;
      *) e=$e$char ;;
    esac
  done
}

# line KIND FIELD...: one fact.
line() {
  text=$1
  shift
  for field in "$@"; do
    enc "$field"
    text=$text$tab$e
  done
  printf '%s\n' "$text"
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# limited COMMAND...: a command that may not take long.
limited() {
  if has timeout; then
    timeout 10 "$@"
  else
    "$@"
  fi
}

# kind_of PATH: sets $kind and $stat (raw mode, uid, gid, size, mtime, ctime, links, user, group).
kind_of() {
  stat=
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    kind=none
    may_look "$1" || kind=deny
    return 0
  fi
  if ! stat=$(limited stat -c "%f$tab%u$tab%g$tab%s$tab%Y$tab%Z$tab%h$tab%U$tab%G" -- "$1" 2>/dev/null); then
    kind=error
    return 0
  fi
  # The first digits of the mode tell the kind: `stat -c %F` has other words for an empty file.
  case $stat in
    4???"$tab"*) kind='dir' ;;
    8???"$tab"*) kind='file' ;;
    a???"$tab"*) kind='link' ;;
    1???"$tab"*) kind=fifo ;;
    c???"$tab"*) kind=sock ;;
    2???"$tab"* | 6???"$tab"*) kind=dev ;;
    *) kind=error ;;
  esac
}

# may_look PATH: whether "not there" can be believed: every folder above can be searched.
may_look() {
  above=${1%/*}
  while [ -n "$above" ]; do
    if [ -d "$above" ]; then
      [ -x "$above" ]
      return
    fi
    if [ -e "$above" ] || [ -L "$above" ]; then
      return 0
    fi
    above=${above%/*}
  done
  return 0
}

path_fact() {
  kind_of "$1"
  if [ -z "$stat" ]; then
    line path "$1" "$kind"
    return 0
  fi
  saved=$IFS
  IFS=$tab
  # Unquoted: the fields of stat, parted by tabs.
  set -- "$1" $stat
  IFS=$saved
  line path "$1" "$kind" "$2" "$3" "$4" "${9-}" "${10-}" "$5" "$6" "$7" "$8"
}

link_fact() {
  target=$(readlink -n -- "$1" 2>/dev/null; printf x)
  target=${target%x}
  if real=$(readlink -f -- "$1" 2>/dev/null; printf x) && real=${real%x} && real=${real%"$newline"} && [ -n "$real" ]; then
    state=dangling
    if [ -e "$1" ]; then
      state=ok
    fi
  else
    real=
    state=loop
  fi
  line link "$1" "$target" "$real" "$state"
}

# parent_facts PATH: every folder above, each once; those above one that was told were told with it.
parent_facts() {
  above=$1
  while :; do
    above=${above%/*}
    if one_of "${above:-/}" "$seen"; then
      return 0
    fi
    seen=$seen$newline${above:-/}
    kind_of "${above:-/}"
    if [ -n "$stat" ]; then
      rest_of=${stat#*"$tab"}
      line par "${above:-/}" "${stat%%"$tab"*}" "${rest_of%%"$tab"*}"
    else
      line par "${above:-/}" "$kind"
    fi
    [ -n "$above" ] || return 0
  done
}

# readable_file PATH: whether it is a plain file that is small enough; otherwise a line tells why it is left out.
readable_file() {
  kind_of "$1"
  if [ "$kind" != file ]; then
    line skip "$1" "$kind"
    return 1
  fi
  if [ ! -r "$1" ]; then
    line skip "$1" deny
    return 1
  fi
  size=$(printf %s "$stat" | cut -f4)
  if [ "$size" -gt "${2:-$most_bytes}" ]; then
    line skip "$1" too-large
    return 1
  fi
  before=$stat
}

# unchanged PATH: whether it is what it was when `readable_file` looked.
unchanged() {
  kind_of "$1"
  if [ "$stat" != "$before" ]; then
    line skip "$1" changed
    return 1
  fi
}

sha_fact() {
  readable_file "$1" || return 0
  sum=$(limited cat -- "$1" 2>/dev/null | sha256sum)
  unchanged "$1" || return 0
  line sha "$1" "${sum%% *}"
}

state_fact() {
  readable_file "$1" "$most_state" || return 0
  if ! has base64; then
    line skip "$1" 'no base64'
    return 0
  fi
  coded=$(limited cat -- "$1" 2>/dev/null | base64 | tr -d '\n')
  unchanged "$1" || return 0
  line state "$1" "$coded"
}

bucket_of() {
  if [ "$1" -eq 0 ]; then
    bucket=0
  elif [ "$1" -lt 8 ]; then
    bucket=1-7
  elif [ "$1" -lt 16 ]; then
    bucket=8-15
  elif [ "$1" -lt 32 ]; then
    bucket=16-31
  elif [ "$1" -lt 64 ]; then
    bucket=32-63
  else
    bucket=64+
  fi
}

# looks_secret KEY VALUE: whether a value that was asked for by name must stay here all the same.
looks_secret() {
  case $2 in
    *://*@* | *[?\&][Tt][Oo][Kk][Ee][Nn]=* | *[?\&]*[Kk][Ee][Yy]=* | *[?\&][Ss][Ii][Gg]*=* | *[?\&]*[Ss][Ee][Cc][Rr][Ee][Tt]*=* | *[?\&]*[Pp][Aa][Ss][Ss]*=*) return 0 ;;
    *AKIA* | *ASIA* | *ghp_* | *gho_* | *ghs_* | *ghu_* | *github_pat_* | *xox[abprs]-* | sk-* | *sk_live_* | *eyJ* | *-----BEGIN* | *://hooks.* | */services/T* | *[Ww][Ee][Bb][Hh][Oo][Oo][Kk]*) return 0 ;;
  esac
  return 1
}

# is_secret_name KEY: whether the name says that its value is a secret. It decides what counts as a placeholder, never what is sent.
is_secret_name() {
  case $1 in
    *[Ss][Ee][Cc][Rr][Ee][Tt]* | *[Tt][Oo][Kk][Ee][Nn]* | *[Pp][Aa][Ss][Ss][Ww]* | *[Pp][Rr][Ii][Vv][Aa][Tt][Ee]* | *[Cc][Rr][Ee][Dd][Ee][Nn][Tt][Ii][Aa][Ll]* | *[Kk][Ee][Yy] | *_[Pp][Ww][Dd] | *[Ss][Aa][Ll][Tt] | *[Dd][Ss][Nn] | *[Ww][Ee][Bb][Hh][Oo][Oo][Kk]*) return 0 ;;
  esac
  return 1
}

# shape_of KEY VALUE: sets $shape, the class of a value.
shape_of() {
  shape=text
  case $2 in
    '')
      shape=empty
      return 0
      ;;
    [Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]* | [Cc][Hh][Aa][Nn][Gg][Ee][-_][Mm][Ee] | [Tt][Oo][Dd][Oo] | [Tt][Bb][Dd] | [Ff][Ii][Xx][Mm][Ee] | [Pp][Ll][Aa][Cc][Ee][Hh][Oo][Ll][Dd][Ee][Rr] | \
      [Ee][Xx][Aa][Mm][Pp][Ll][Ee] | [Ss][Ee][Cc][Rr][Ee][Tt] | [Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd] | [Dd][Uu][Mm][Mm][Yy] | [Xx][Xx][Xx]* | \<*\> | \{\{*\}\} | \$\{*\} | \
      [Yy][Oo][Uu][Rr][-_]* | [Rr][Ee][Pp][Ll][Aa][Cc][Ee]*[Mm][Ee]* | ...)
      shape=placeholder
      return 0
      ;;
  esac
  if is_secret_name "$1"; then
    case $2 in
      [Tt][Ee][Ss][Tt] | [Aa][Dd][Mm][Ii][Nn] | 123456 | [Ll][Ee][Tt][Mm][Ee][Ii][Nn] | [Nn][Oo][Nn][Ee] | [Nn][Uu][Ll][Ll] | [Uu][Nn][Dd][Ee][Ff][Ii][Nn][Ee][Dd])
        shape=placeholder
        return 0
        ;;
    esac
  fi
  case $2 in
    -----BEGIN*) shape=pem ;;
    arn:*) shape=arn ;;
    *://*@*) shape='url-with-credential' ;;
    *://*) shape=url ;;
    /*) shape=path ;;
    [Tt][Rr][Uu][Ee] | [Ff][Aa][Ll][Ss][Ee] | [Yy][Ee][Ss] | [Nn][Oo] | [Oo][Nn] | [Oo][Ff][Ff]) shape=bool ;;
    *[!0-9]*) ;;
    *) shape=int ;;
  esac
}

one_of() {
  case $newline$2$newline in
    *"$newline$1$newline"*) return 0 ;;
  esac
  return 1
}

run25='[!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_][!_]'

# is_key TEXT: whether a name may leave the host: what stands before `=` may be a part of a secret.
is_key() {
  case $1 in
    '' | [0-9]* | *[!A-Za-z0-9_]*) return 1 ;;
  esac
  if one_of "$1" "$publics$newline$keys"; then
    return 0
  fi
  # Unquoted within the pattern: it is one.
  case $1 in
    *$run25*) return 1 ;;
  esac
  [ ${#1} -le 40 ]
}

# after_quote QUOTE TEXT: sets $rest to what stands behind the closing quote; fails when there is none.
after_quote() {
  rest=$2
  while :; do
    case $rest in
      *"$1"*) ;;
      *) return 1 ;;
    esac
    head=${rest%%"$1"*}
    rest=${rest#*"$1"}
    # A backslash keeps a double quote from closing; two of them do not.
    backslashes=${head##*[!\\]}
    if [ "$1" = "'" ] || [ $((${#backslashes} % 2)) -eq 0 ]; then
      return 0
    fi
  done
}

flag() {
  flags=${flags:+$flags,}$1
}

# assignment FILE NUMBER LINE: one line of an environment file that is no comment and not empty.
assignment() {
  flags=
  quote=none
  text=$3
  case $text in
    *"$cr")
      flag cr
      text=${text%"$cr"}
      ;;
  esac
  case $text in
    ' '* | "$tab"*)
      flag leading-space
      text=${text#"${text%%[! "$tab"]*}"}
      ;;
  esac
  case $text in
    'export '*)
      flag export
      text=${text#export }
      ;;
  esac
  case $text in
    *=*) ;;
    *)
      flag no-equals
      line env "$1" "$2" '?' none 0 none "$flags"
      return 0
      ;;
  esac
  key=${text%%=*}
  value=${text#*=}
  case $key in
    *' ' | *"$tab")
      flag space-before-equals
      key=${key%"${key##*[! "$tab"]}"}
      ;;
  esac
  case $value in
    *' ' | *"$tab") flag trailing-space ;;
  esac
  case $value in
    \"*) value_quoted '"' double ;;
    \'*) value_quoted "'" single ;;
    *' #'* | *"$tab#"*) flag inline-comment ;;
  esac
  case $value in
    *\$*) flag dollar ;;
  esac
  known=$key
  is_key "$key" || known='?'
  shape_of "$key" "$value"
  bucket_of ${#value}
  shown=
  if one_of "$key" "$publics"; then
    if looks_secret "$key" "$value"; then
      flag refused
    else
      shown="=$value"
    fi
  fi
  hash=
  if [ -n "$salt" ] && is_secret_name "$key"; then
    hash=$(printf '%s%s' "$salt" "$value" | sha256sum)
    hash=${hash%% *}
  fi
  line env "$1" "$2" "$known" "$shape" "$bucket" "$quote" "$flags" "$shown" "$hash"
}

# value_quoted QUOTE NAME: takes the quotes off $value; sets $open when the value goes on in the next line.
value_quoted() {
  quote=$2
  inside=${value#?}
  if after_quote "$1" "$inside"; then
    behind=$rest
    value=${inside%"$1$behind"}
    case $behind in
      '' | ' '* | "$tab"*) ;;
      *) flag text-behind-quote ;;
    esac
  else
    quote=unbalanced
    open=$1
    value=$inside
  fi
}

# env_lines FILE: reads the file from standard input.
env_lines() {
  number=0
  open=
  while IFS= read -r row || [ -n "$row" ]; do
    number=$((number + 1))
    if [ "$number" -gt "$most_lines" ]; then
      line skip "$1" too-many-lines
      return 0
    fi
    if [ -n "$open" ]; then
      # Inside a quoted value: nothing of it is a name.
      line env "$1" "$number" '?' none 0 none inside-quote
      if after_quote "$open" "$row"; then
        open=
      fi
      continue
    fi
    case ${row#"${row%%[! "$tab"]*}"} in
      '' | "$cr" | '#'*) continue ;;
      ';'*)
        line env "$1" "$number" '?' none 0 none semicolon
        continue
        ;;
    esac
    assignment "$1" "$number" "$row"
  done
}

env_fact() {
  readable_file "$1" || return 0
  flags=
  case $(limited cat -- "$1" 2>/dev/null | tr -d '\001-\377' | wc -c) in
    *[1-9]*)
      line skip "$1" nul
      return 0
      ;;
  esac
  case $(limited cat -- "$1" 2>/dev/null | od -An -v -tx1 -N3) in
    *'ef bb bf'*) flag bom ;;
  esac
  case $(limited cat -- "$1" 2>/dev/null | tr -d '\000-\177' | wc -c) in
    *[1-9]*) flag not-ascii ;;
  esac
  count=$(limited cat -- "$1" 2>/dev/null | wc -l)
  line envfile "$1" "$((count))" "$flags"
  limited cat -- "$1" 2>/dev/null | env_lines "$1"
  unchanged "$1" || return 0
}

# unit_lines FILE: directives of a unit; the value of those alone whose value is never a secret.
unit_lines() {
  section=
  while IFS= read -r row || [ -n "$row" ]; do
    case $row in
      '' | '#'* | ';'*) continue ;;
      '['*']')
        section=$row
        continue
        ;;
      *=*) ;;
      *) continue ;;
    esac
    name=${row%%=*}
    value=${row#*=}
    case $name in
      *[!A-Za-z0-9]*) continue ;;
      User | Group | Type | EnvironmentFile | WorkingDirectory | Restart | RestartSec | TimeoutStartSec | TimeoutStopSec | TimeoutSec | RemainAfterExit | WantedBy | RequiredBy | After | Before | Requires | Wants | OnCalendar | Persistent | Unit | NoNewPrivileges | ProtectSystem | ProtectHome | PrivateTmp | DynamicUser) ;;
      ExecStart | ExecStartPre | ExecStartPost | ExecStop | ExecStopPost | ExecReload)
        value=$(printf %s "$value" | cut -d' ' -f1)$(verb_of "$value")
        ;;
      *) value='[masked]' ;;
    esac
    line unit "$1" "$section" "$name" "$value"
  done
}

# verb_of COMMAND: what a container engine is told to do, of a few words that are no secret.
verb_of() {
  for word in pull login run start stop rm kill compose up down; do
    case " $1 " in
      *" $word "*) printf ' %s' "$word" ;;
    esac
  done
}

unit_fact() {
  readable_file "$1" || return 0
  limited cat -- "$1" 2>/dev/null | unit_lines "$1"
  unchanged "$1" || return 0
}

service_fact() {
  if ! has systemctl; then
    line skip "service $1" 'no systemctl'
    return 0
  fi
  limited systemctl show -p FragmentPath,DropInPaths,NeedDaemonReload,ActiveState,UnitFileState,Result,ExecMainStatus,InvocationID -- "$1" 2>/dev/null | while IFS= read -r row; do
    line unitrun "$1" "${row%%=*}" "${row#*=}"
  done
}

# git_fact DIR: from the files of the repository alone. Asking git would run what its configuration names.
git_fact() {
  readable_file "$1/.git/HEAD" 4096 || return 0
  IFS= read -r head <"$1/.git/HEAD" || :
  ref=
  commit=$head
  case $head in
    'ref: '*)
      ref=${head#ref: }
      commit=
      case $ref in
        refs/*..* | *[!A-Za-z0-9/._-]*) ;;
        refs/*)
          if [ -f "$1/.git/$ref" ] && [ ! -L "$1/.git/$ref" ]; then
            IFS= read -r commit <"$1/.git/$ref" || :
          elif [ -f "$1/.git/packed-refs" ] && has grep; then
            commit=$(limited grep -F -- " $ref" "$1/.git/packed-refs" 2>/dev/null | while IFS= read -r row; do
              [ "${row#* }" = "$ref" ] && printf %s "${row%% *}" && break
            done)
          fi
          ;;
      esac
      ;;
  esac
  case $commit in
    *[!0-9a-f]*) commit= ;;
  esac
  line git "$1" "$commit" "$ref" unknown
  if [ -f "$1/.git/config" ] && [ -r "$1/.git/config" ]; then
    limited cat -- "$1/.git/config" 2>/dev/null | remote_lines "$1"
  fi
}

# remote_lines DIR: where the repository comes from, without what stands before `@`.
remote_lines() {
  while IFS= read -r row; do
    row=${row#"${row%%[! "$tab"]*}"}
    case $row in
      'url = '* | 'url='*) ;;
      *) continue ;;
    esac
    url=${row#url}
    url=${url#"${url%%[! =]*}"}
    credential=no
    case $url in
      *://*@*)
        credential=yes
        url=${url%%://*}://${url##*@}
        ;;
    esac
    line remote "$1" "${url%%\?*}" "$credential"
  done
}

df_fact() {
  kilobytes=$(limited df -P -k -- "$1" 2>/dev/null | tail -n 1)
  inodes=$(limited df -P -i -- "$1" 2>/dev/null | tail -n 1)
  # Unquoted: columns. The mount point, which may have blanks, is the last and is not taken.
  set -- "$1" $kilobytes
  space=${5-}
  set -- "$1" $inodes
  line df "$1" "$space" "${5-}"
}

tool_facts() {
  for tool in stat sha256sum timeout base64 systemctl docker nginx git curl gzip; do
    found=no
    has "$tool" && found=yes
    line tool "$tool" "$found"
  done
}

# each LIST FUNCTION: calls it for each line of the list.
each() {
  [ -n "$1" ] || return 0
  function=$2
  list=$1
  while [ -n "$list" ]; do
    one=${list%%"$newline"*}
    list=${list#*"$newline"}
    "$function" "$one"
  done
}

watched_path() {
  path_fact "$1"
  if [ "$kind" = link ]; then
    link_fact "$1"
  fi
  parent_facts "$1"
}

collect() {
  boot=
  [ -r /proc/sys/kernel/random/boot_id ] && IFS= read -r boot </proc/sys/kernel/random/boot_id
  uptime=
  [ -r /proc/uptime ] && IFS=' ' read -r uptime rest </proc/uptime
  line v1 "$host" "$(date +%s)" "$boot" "$uptime" "$environment" "$(id -u)"
  each "$paths" watched_path
  each "$envs" watched_path
  each "$states" watched_path
  each "$units" watched_path
  each "$shas" sha_fact
  each "$units" sha_fact
  each "$envs" env_fact
  each "$states" state_fact
  each "$units" unit_fact
  each "$services" service_fact
  each "$gits" git_fact
  each "$dfs" df_fact
  tool_facts
}

# absolute PATH OPTION: refuses what would mean another thing elsewhere.
absolute() {
  case $1 in
    *"$newline"*) usage "a path with a line end in it cannot be asked for" ;;
    /) [ "$2" = --df ] || usage "\`/\` is not what a deploy owns" ;;
    *//* | */./* | */../* | */. | */..) usage "\`$1\` is not a plain path" ;;
    /?*) [ "${1%/}" = "$1" ] || usage "\`$1\` ends with a slash" ;;
    *) usage "\`$1\` is no absolute path" ;;
  esac
}

host='' environment='' paths='' shas='' envs='' publics='' keys='' states='' units='' services='' gits='' dfs='' salt='' seen=''
cr=$(printf '\r')
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage "\`$1\` needs a value"
  case $1 in
    --path | --sha | --env | --state | --unit | --git | --df) absolute "$2" "$1" ;;
  esac
  case $1 in
    --host) host=$2 ;;
    --environment) environment=$2 ;;
    --salt) salt=$2 ;;
    --path) paths=$paths$2$newline ;;
    --sha) shas=$shas$2$newline ;;
    --env) envs=$envs$2$newline ;;
    --public) publics=$publics$newline$2 ;;
    --key) keys=$keys$newline$2 ;;
    --state) states=$states$2$newline ;;
    --unit) units=$units$2$newline ;;
    --service) services=$services$2$newline ;;
    --git) gits=$gits$2$newline ;;
    --df) dfs=$dfs$2$newline ;;
    *) usage "there is no option \`$1\`" ;;
  esac
  shift 2
done
for needed in stat od tr wc cut sha256sum readlink cat date id; do
  has "$needed" || usage "this host has no \`$needed\`"
done
facts=$(collect)
sum=$(printf '%s\n' "$facts" | sha256sum)
lines=$(printf '%s\n' "$facts" | wc -l)
printf '%s\nend\t%s\t%s\n' "$facts" "$((lines))" "${sum%% *}"
