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
most_row=4096
most_seconds=60
most_in_folder=400
most_in_trees=4000
most_depth=3
format="%f$tab%u$tab%g$tab%s$tab%Y$tab%Z$tab%h$tab%U$tab%G$tab%d"

usage() {
  printf 'collect.sh: %s\n' "$1" >&2
  printf 'usage: collect.sh [--root DIR] [--host NAME] [--environment NAME] [--path P] [--tree DIR] [--sha FILE] [--env FILE] [--public KEY] [--key KEY]\n' >&2
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

# kind_of PATH: sets $kind and $stat (raw mode, uid, gid, size, mtime, ctime, links, user, group, device).
kind_of() {
  stat=
  # Links above it lead within the root that was given, not where the system would follow them.
  resolve "${1%/*}"
  if [ "$state" = loop ]; then
    kind=error
    return 0
  fi
  set -- "${real%/}/${1##*/}"
  if [ ! -e "$root$1" ] && [ ! -L "$root$1" ]; then
    kind=none
    may_look "$1" || kind=deny
    return 0
  fi
  stat=$(limited stat -c "$format" -- "$root$1" 2>/dev/null) || stat=
  kind_of_mode
}

# The first digits of the raw mode tell the kind: `stat -c %F` has other words for an empty file.
kind_of_mode() {
  case $stat in
    4???"$tab"*) kind=dir ;;
    8???"$tab"*) kind=file ;;
    a???"$tab"*) kind=link ;;
    1???"$tab"*) kind=fifo ;;
    c???"$tab"*) kind=sock ;;
    2???"$tab"* | 6???"$tab"*) kind=dev ;;
    *)
      kind=error
      stat=
      ;;
  esac
}

# may_look PATH: whether "not there" can be believed: the folder above that is there can be searched.
may_look() {
  above=${1%/*}
  while [ -n "$above" ]; do
    if [ -d "$root$above" ]; then
      [ -x "$root$above" ]
      return
    fi
    if [ -e "$root$above" ] || [ -L "$root$above" ]; then
      return 0
    fi
    above=${above%/*}
  done
  return 0
}

# path_line PATH: what $kind and $stat say of it.
path_line() {
  if [ -z "$stat" ]; then
    line path "$1" "$kind"
    return 0
  fi
  saved=$IFS
  IFS=$tab
  # Unquoted: the fields of stat, parted by tabs.
  set -- "$1" $stat
  IFS=$saved
  line path "$1" "$kind" "$2" "$3" "$4" "$9" "${10}" "$5" "$6" "$7" "$8"
}

# resolve PATH: sets $real and $state, link by link and never above the root that was given; `readlink -f` differs from host to host.
resolve() {
  real=
  todo=${1#/}
  hops=0
  while [ -n "$todo" ]; do
    part=${todo%%/*}
    case $todo in
      */*) todo=${todo#*/} ;;
      *) todo= ;;
    esac
    case $part in
      '' | .) continue ;;
      ..)
        real=${real%/*}
        continue
        ;;
    esac
    if [ ! -L "$root$real/$part" ]; then
      real=$real/$part
      continue
    fi
    hops=$((hops + 1))
    if [ "$hops" -gt 40 ]; then
      real=
      state=loop
      return 0
    fi
    read_link "$real/$part"
    case $target in
      /*) real= ;;
    esac
    todo=$target${todo:+/$todo}
  done
  real=${real:-/}
  state=ok
  if [ ! -e "$root$real" ]; then
    state=dangling
    may_look "$real" || state=deny
  fi
}

# read_link PATH: sets $target. The mark behind it keeps the line ends that a target may end with.
read_link() {
  target=$(limited readlink -n -- "$root$1" 2>/dev/null; printf x)
  target=${target%x}
}

link_fact() {
  resolve "$1"
  read_link "$1"
  line link "$1" "$target" "$real" "$state"
}

parent_facts() {
  up=$1
  while [ -n "$up" ]; do
    up=${up%/*}
    one_of "${up:-/}" "$parents" && return 0
    parents=$parents$newline${up:-/}
    kind_of "${up:-/}"
    if [ -n "$stat" ]; then
      behind=${stat#*"$tab"}
      line par "${up:-/}" "${stat%%"$tab"*}" "${behind%%"$tab"*}"
    else
      line par "${up:-/}" "$kind"
    fi
  done
}

# walk DIR: a line for each entry, then the folders among them. $level counts how deep this is: the shell has no variables of a call.
walk() {
  if [ ! -r "$root$1" ] || [ ! -x "$root$1" ]; then
    line skip "$1" deny
    return 0
  fi
  # Counted before the shell expands names: that has no limit.
  many=$(limited find "$root$1" -maxdepth 1 -print0 2>/dev/null | tr -dc '\000' | head -c $((most_in_folder + 2)) | wc -c)
  many=$((many - 1))
  in_trees=$((in_trees + many))
  if [ "$many" -gt "$most_in_folder" ] || [ "$in_trees" -gt "$most_in_trees" ]; then
    in_trees=$((in_trees - many))
    line skip "$1" too-many
    return 0
  fi
  set +f
  set -- "$root$1"/* "$root$1"/.[!.]* "$root$1"/..?*
  set -f
  for entry in "$@"; do
    shift
    if [ -e "$entry" ] || [ -L "$entry" ]; then
      set -- "$@" "$entry"
    fi
  done
  [ $# -gt 0 ] || return 0
  walk_entries "$@"
}

# walk_entries ENTRY...: one stat for all of them; when one vanished, one for each.
walk_entries() {
  stats=$(limited stat -c "$format" -- "$@" 2>/dev/null)
  in_order=$([ "$(printf '%s\n' "$stats" | wc -l)" -eq $# ] && printf yes)
  for entry in "$@"; do
    if [ "$in_order" = yes ]; then
      stat=${stats%%"$newline"*}
      stats=${stats#*"$newline"}
      kind_of_mode
    else
      kind_of "${entry#"$root"}"
    fi
    path_line "${entry#"$root"}"
    [ "$kind" = link ] && link_fact "${entry#"$root"}"
  done
  for entry in "$@"; do
    if [ "${entry##*/}" = .git ] && [ -d "$entry" ] && [ ! -L "$entry" ]; then
      entry=${entry#"$root"}
      tree_checkout "${entry%/.git}"
    fi
  done
  [ "$level" -lt "$most_depth" ] || return 0
  for entry in "$@"; do
    # What git keeps is many files of which none is a deploy's.
    case ${entry##*/} in
      .git) continue ;;
    esac
    if [ -d "$entry" ] && [ ! -L "$entry" ]; then
      kind_of "${entry#"$root"}"
      if [ "${stat##*"$tab"}" != "$device" ]; then
        line skip "${entry#"$root"}" other-device
        continue
      fi
      level=$((level + 1))
      walk "${entry#"$root"}"
      level=$((level - 1))
    fi
  done
}

# tree_checkout DIR: a checkout that lies in a tree. One that was asked for is told later.
tree_checkout() {
  one_of "$1" "$gits" && return 0
  clock
  if [ $((now - began)) -gt "$most_seconds" ]; then
    line skip "$1" timeout
  else
    git_fact "$1"
  fi
}

tree_fact() {
  kind_of "$1"
  resolve "$1"
  if [ "$kind" != dir ]; then
    line skip "$1" "$kind"
  elif [ "$real" != "$1" ]; then
    line skip "$1" through-link
  elif ! has find; then
    line skip "$1" no-command
  else
    device=${stat##*"$tab"}
    level=1
    line tree "$1"
    walk "$1"
  fi
}

# readable_file PATH: whether it is a plain file that is small enough; otherwise a line tells why it is left out.
readable_file() {
  kind_of "$1"
  if [ "$kind" != file ]; then
    line skip "$1" "$kind"
    return 1
  fi
  before=$stat
  resolve "$1"
  if [ "$real" != "$1" ]; then
    line skip "$1" through-link
    return 1
  fi
  if [ ! -r "$root$1" ]; then
    line skip "$1" deny
    return 1
  fi
  size=${stat#*"$tab"*"$tab"*"$tab"}
  size=${size%%"$tab"*}
  if [ "$size" -gt "${2:-$most_bytes}" ]; then
    line skip "$1" too-large
    return 1
  fi
}

content() {
  limited cat -- "$root$1" 2>/dev/null
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
  if one_of "$1" "$envs"; then
    # A digest of a file of secrets lets its reader test guesses.
    line skip "$1" holds-values
    return 0
  fi
  readable_file "$1" || return 0
  sum=$(limited sha256sum -- "$root$1" 2>/dev/null)
  # A backslash in front says that the name behind is escaped.
  sum=${sum#\\}
  unchanged "$1" || return 0
  line sha "$1" "${sum%% *}"
}

state_fact() {
  readable_file "$1" "$most_state" || return 0
  if ! has base64; then
    line skip "$1" no-command
    return 0
  fi
  coded=$(content "$1" | base64 | tr -d '\n')
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

# looks_secret VALUE: whether a value that was asked for by name must stay here all the same.
looks_secret() {
  case $1 in
    *://*@* | *[?\&]*[Tt][Oo][Kk][Ee][Nn]*=* | *[?\&]*[Kk][Ee][Yy]=* | *[?\&][Ss][Ii][Gg]*=* | *[?\&]*[Ss][Ee][Cc][Rr][Ee][Tt]*=* | *[?\&]*[Pp][Aa][Ss][Ss]*=* | *[?\&]*[Pp][Ww][Dd]*=* | *[?\&]*[Aa][Uu][Tt][Hh]*=* | *[?\&]*[Cc][Rr][Ee][Dd]*=*) return 0 ;;
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

# after_quote QUOTE TEXT: sets $rest to what stands behind the closing quote (or another end); fails when there is none.
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
    if [ "$1" != '"' ] || [ $((${#backslashes} % 2)) -eq 0 ]; then
      return 0
    fi
  done
}

flag() {
  flags=${flags:+$flags,}$1
}

# unread FILE NUMBER FLAGS: a line of which not even a name may be told.
unread() {
  line env "$1" "$2" '?' none 0 none "$3" '' ''
}

# assignment FILE NUMBER LINE: one line of an environment file that is no comment and not empty.
assignment() {
  flags=
  quote=none
  whole=yes
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
      pem_opens "$text"
      unread "$1" "$2" "$flags"
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
    ' '* | "$tab"*)
      flag space-after-equals
      value=${value#"${value%%[! "$tab"]*}"}
      # The blank in front is what makes it a comment.
      case $value in
        '#'*) value=" $value" ;;
      esac
      ;;
  esac
  case $value in
    *' ' | *"$tab") flag trailing-space ;;
  esac
  case $value in
    \"*) value_quoted '"' double ;;
    \'*) value_quoted "'" single ;;
    *' #'* | *"$tab#"*)
      flag inline-comment
      whole=no
      ;;
    *\\) whole=no ;;
    *) pem_opens "$value" ;;
  esac
  case $value in
    *\$*) flag dollar ;;
  esac
  case $value in
    *\\*) flag backslash ;;
  esac
  known=$key
  is_key "$key" || known='?'
  meant=$value
  [ "$quote" = none ] && meant_of "$value"
  shape_of "$key" "$meant"
  bucket_of ${#value}
  shown=
  # A key that is no name is never public, whatever the list says.
  if [ "$known" != '?' ] && one_of "$key" "$publics"; then
    if looks_secret "$value"; then
      flag refused
    elif [ "$whole" = no ]; then
      flag withheld
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

# meant_of VALUE: sets $meant to what somebody who wrote it without quotes means: no comment behind it, no blanks around it.
meant_of() {
  meant=${1%%" #"*}
  meant=${meant%%"$tab#"*}
  meant=${meant#"${meant%%[! "$tab"]*}"}
  meant=${meant%"${meant##*[! "$tab"]}"}
}

# pem_opens TEXT: lines of a key block end in `=` and would be read as names.
pem_opens() {
  case $1 in
    *-----END*) ;;
    *-----BEGIN*) open=-----END ;;
  esac
}

# value_quoted QUOTE NAME: takes the quotes off $value; sets $open when the value goes on in the next line.
value_quoted() {
  quote=$2
  inside=${value#?}
  if after_quote "$1" "$inside"; then
    behind=$rest
    value=${inside%"$1$behind"}
    case ${behind#"${behind%%[! "$tab"]*}"} in
      '') ;;
      '#'*)
        flag inline-comment
        whole=no
        ;;
      *)
        flag text-behind-quote
        whole=no
        ;;
    esac
  else
    quote=unbalanced
    whole=no
    open=$1
    value=$inside
  fi
}

# env_lines FILE: reads the file from standard input.
env_lines() {
  number=0
  open=
  joins=no
  while IFS= read -r row || [ -n "$row" ]; do
    number=$((number + 1))
    if [ "$number" -gt "$most_lines" ]; then
      line skip "$1" too-many
      return 0
    fi
    if [ ${#row} -gt "$most_row" ]; then
      line skip "$1" too-long
      return 0
    fi
    joined=$joins
    joins=no
    case ${row%"$cr"} in
      *\\) joins=yes ;;
    esac
    if [ "$joined" = yes ] && [ -z "$open" ]; then
      # systemd reads this line as the end of the one before, a container engine as a line of its own.
      unread "$1" "$number" continuation
      continue
    fi
    if [ -n "$open" ]; then
      # Inside a quoted value: nothing of it is a name.
      unread "$1" "$number" inside-quote
      if after_quote "$open" "$row"; then
        open=
      fi
      continue
    fi
    case ${row#"${row%%[! "$tab"]*}"} in
      '' | "$cr" | '#'*) continue ;;
      ';'*)
        unread "$1" "$number" semicolon
        continue
        ;;
    esac
    assignment "$1" "$number" "$row"
  done
}

env_fact() {
  readable_file "$1" || return 0
  flags=
  case $(content "$1" | tr -d '\001-\377' | wc -c) in
    *[1-9]*)
      line skip "$1" nul
      return 0
      ;;
  esac
  case $(content "$1" | od -An -v -tx1 -N3) in
    *'ef bb bf'*) flag bom ;;
  esac
  case $(content "$1" | tr -d '\000-\177' | wc -c) in
    *[1-9]*) flag not-ascii ;;
  esac
  count=$(content "$1" | wc -l)
  line envfile "$1" "$((count))" "$flags"
  content "$1" | env_lines "$1"
  unchanged "$1"
}

# unit_lines FILE: directives of a unit; the value of those alone whose value is never a secret.
unit_lines() {
  section=
  held=
  while IFS= read -r row || [ -n "$row" ]; do
    if [ ${#row} -gt "$most_row" ] || [ ${#held} -gt "$most_row" ]; then
      line skip "$1" too-long
      return 0
    fi
    row=${row%"$cr"}
    row=${row#"${row%%[! "$tab"]*}"}
    case $row in
      '#'* | ';'*) continue ;;
    esac
    # Two backslashes at the end are one that is meant.
    backslashes=${row##*[!\\]}
    if [ $((${#backslashes} % 2)) -eq 1 ]; then
      held="$held${row%?} "
      continue
    fi
    row=$held$row
    row=${row%"${row##*[! "$tab"]}"}
    held=
    case $row in
      '') continue ;;
      '['*']')
        section=$row
        continue
        ;;
      *=*) ;;
      *) continue ;;
    esac
    name=${row%%=*}
    name=${name%"${name##*[! "$tab"]}"}
    value=${row#*=}
    value=${value#"${value%%[! "$tab"]*}"}
    case $name in
      *[!A-Za-z0-9]*) continue ;;
      User | Group | Type | EnvironmentFile | WorkingDirectory | Restart | RestartSec | TimeoutStartSec | TimeoutStopSec | TimeoutSec | RemainAfterExit | WantedBy | RequiredBy | After | Before | Requires | Wants | OnCalendar | Persistent | Unit | NoNewPrivileges | ProtectSystem | ProtectHome | PrivateTmp | DynamicUser) ;;
      ExecStart | ExecStartPre | ExecStartPost | ExecStop | ExecStopPost | ExecReload)
        value=$(program_of "$value")$(verb_of "$value")
        ;;
      *) value='[masked]' ;;
    esac
    line unit "$1" "$section" "$name" "$value"
  done
  [ -z "$held" ] || line skip "$1" unfinished
}

# program_of COMMAND: its first word when that is a path.
program_of() {
  first=${1%%[ "$tab"]*}
  case $first in
    *[!A-Za-z0-9/._@:+!-]*) printf '[masked]' ;;
    */*) printf %s "$first" ;;
    *) printf '[masked]' ;;
  esac
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
  content "$1" | unit_lines "$1"
  unchanged "$1"
}

service_fact() {
  if [ -n "$root" ]; then
    line skip "service $1" offline
    return 0
  fi
  if ! has systemctl; then
    line skip "service $1" no-command
    return 0
  fi
  limited systemctl show -p FragmentPath,DropInPaths,NeedDaemonReload,ActiveState,UnitFileState,Result,ExecMainStatus,InvocationID,ExecMainStartTimestampMonotonic -- "$1" 2>/dev/null | while IFS= read -r row; do
    line unitrun "$1" "${row%%=*}" "${row#*=}"
  done
}

# git_fact DIR: from the files of the repository alone. Asking git would run what its configuration names.
git_fact() {
  readable_file "$1/.git/HEAD" "$most_state" || return 0
  head=$(content "$1/.git/HEAD" | head -n 1)
  ref=
  case $head in
    'ref: refs/'*..* | 'ref: '*[!A-Za-z0-9/._-]*) head= ;;
    'ref: refs/'*)
      ref=${head#ref: }
      head=$(commit_of "$1" "$ref")
      ;;
  esac
  # Nothing but an id: the file may be something else than git's.
  case ${#head}:$head in
    *:*[!0-9a-f]*) head= ;;
    40:* | 64:*) ;;
    *) head= ;;
  esac
  line git "$1" "$head" "$ref" unknown
  readable_file "$1/.git/config" || return 0
  content "$1/.git/config" | remote_lines "$1"
}

# commit_of DIR REF: prints the commit, from the file of the ref or from the packed ones.
commit_of() {
  kind_of "$1/.git/$2"
  if [ "$kind" != none ]; then
    readable_file "$1/.git/$2" "$most_state" >/dev/null && content "$1/.git/$2" | head -n 1
    return 0
  fi
  readable_file "$1/.git/packed-refs" >/dev/null || return 0
  content "$1/.git/packed-refs" | while IFS= read -r row; do
    if [ "${row#* }" = "$2" ]; then
      printf %s "${row%% *}"
      return 0
    fi
  done
}

# remote_lines DIR: where the repository comes from, without what stands before `@` or behind `?`.
remote_lines() {
  while IFS= read -r row; do
    row=${row#"${row%%[! "$tab"]*}"}
    case $row in
      # What another file says is not known.
      '['[Ii][Nn][Cc][Ll][Uu][Dd][Ee]*) line remote "$1" '' unknown ;;
      # The address that stands for a shorter one.
      '['[Uu][Rr][Ll]*://*@*']'*) line remote "$1" 'url' yes ;;
    esac
    # A section and its first entry may share a line.
    case $row in
      '['*']'*)
        row=${row#*]}
        row=${row#"${row%%[! "$tab"]*}"}
        ;;
    esac
    case $row in
      [Uu][Rr][Ll]["$tab"\ =]* | [Pp][Uu][Ss][Hh][Uu][Rr][Ll]["$tab"\ =]*) ;;
      [Ee][Xx][Tt][Rr][Aa][Hh][Ee][Aa][Dd][Ee][Rr]["$tab"\ =]*)
        line remote "$1" http.extraheader yes
        continue
        ;;
      *) continue ;;
    esac
    url=${row#*=}
    url=${url#"${url%%[! "$tab"]*}"}
    credential=no
    case $url in
      *\\ | *\"*)
        url=
        credential=unknown
        ;;
      *://*@*)
        credential=yes
        url=${url%%://*}://${url##*@}
        ;;
      *@*) url=${url##*@} ;;
    esac
    case $url in
      *[?\#]*)
        credential=yes
        url=${url%%[?\#]*}
        ;;
    esac
    line remote "$1" "$url" "$credential"
  done
}

df_fact() {
  if [ -n "$root" ]; then
    line skip "df $1" offline
    return 0
  fi
  kilobytes=$(limited df -P -k -- "$1" 2>/dev/null | tail -n 1)
  inodes=$(limited df -P -i -- "$1" 2>/dev/null | tail -n 1)
  # Unquoted: columns. The mount point, which may have blanks, is the last and is not taken.
  set -- "$1" $kilobytes
  space=${5-}
  set -- "$1" $inodes
  line df "$1" "$space" "${5-}"
}

tool_facts() {
  [ -z "$root" ] || return 0
  for tool in find sha256sum timeout base64 systemctl docker nginx git curl gzip; do
    found=no
    has "$tool" && found=yes
    line tool "$tool" "$found"
  done
}

# clock: sets $now to seconds of a clock that nobody sets, where there is one; without a process of its own, for this is asked often.
clock() {
  if [ -r /proc/uptime ]; then
    IFS=. read -r now rest </proc/uptime
  else
    now=$(date +%s)
  fi
}

# each LIST FUNCTION: calls it for each line of the list.
each() {
  [ -n "$1" ] || return 0
  function=$2
  list=$1
  while [ -n "$list" ]; do
    one=${list%%"$newline"*}
    list=${list#*"$newline"}
    # One thing that hangs may cost its own limit; many of them may not add up.
    clock
    if [ $((now - began)) -gt "$most_seconds" ]; then
      line skip "$one" timeout
    else
      "$function" "$one"
    fi
  done
}

watched_path() {
  kind_of "$1"
  path_line "$1"
  if [ "$kind" = link ]; then
    link_fact "$1"
  fi
  parent_facts "$1"
}

collect() {
  parents=
  in_trees=0
  boot=
  uptime=
  if [ -z "$root" ]; then
    [ -r /proc/sys/kernel/random/boot_id ] && IFS= read -r boot </proc/sys/kernel/random/boot_id
    [ -r /proc/uptime ] && IFS=' ' read -r uptime rest </proc/uptime
  fi
  line v1 "$host" "$started" "$boot" "$uptime" "$environment" "$(id -u)"
  each "$paths" watched_path
  each "$envs" watched_path
  each "$states" watched_path
  each "$units" watched_path
  each "$trees" tree_fact
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

root= host= environment= paths= trees= shas= envs= publics= keys= states= units= services= gits= dfs= salt=
cr=$(printf '\r')
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage "\`$1\` needs a value"
  case $1 in
    --root | --path | --tree | --sha | --env | --state | --unit | --git | --df) absolute "$2" "$1" ;;
  esac
  case $1 in
    --root) root=$2 ;;
    --host) host=$2 ;;
    --environment) environment=$2 ;;
    --salt)
      case ${#2}:$2 in
        32:*[!0-9a-f]*) usage 'the salt is 32 hexadecimal digits' ;;
        32:*) salt=$2 ;;
        *) usage 'the salt is 32 hexadecimal digits' ;;
      esac
      ;;
    --path) paths=$paths$2$newline ;;
    --tree) trees=$trees$2$newline ;;
    --sha) shas=$shas$2$newline ;;
    --env) envs=$envs$2$newline ;;
    --public | --key)
      case $2 in
        '' | [0-9]* | *[!A-Za-z0-9_]*) usage "\`$2\` is no name of a variable" ;;
      esac
      if [ "$1" = --public ]; then
        publics=$publics$newline$2
      else
        keys=$keys$newline$2
      fi
      ;;
    --state) states=$states$2$newline ;;
    --unit) units=$units$2$newline ;;
    --service)
      case $2 in
        '' | -* | *[!A-Za-z0-9@._:-]*) usage "\`$2\` is no name of a unit" ;;
      esac
      services=$services$2$newline
      ;;
    --git) gits=$gits$2$newline ;;
    --df) dfs=$dfs$2$newline ;;
    *) usage "there is no option \`$1\`" ;;
  esac
  shift 2
done
for needed in stat od tr wc head tail sha256sum readlink cat date id; do
  has "$needed" || usage "this host has no \`$needed\`"
done
started=$(date +%s)
clock
began=$now
facts=$(collect)
sum=$(printf '%s\n' "$facts" | sha256sum)
lines=$(printf '%s\n' "$facts" | wc -l)
printf '%s\nend\t%s\t%s\n' "$facts" "$((lines))" "${sum%% *}"
