#!/usr/bin/env bash
# The committed catalogue of actions: whole, from the pinned versions, and the one whose date the program prints.
set -uo pipefail
: "${MUSTER:?}" "${MUSTER_SOURCE_DIR:?}"
file=$MUSTER_SOURCE_DIR/rules/data/aws-actions.txt
pins=$MUSTER_SOURCE_DIR/scripts/catalogue-editions
failed=0

# same NAME EXPECTED FOUND
same() {
  if [ "$2" = "$3" ]; then
    echo "ok: $1"
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n  expected: %s\n  found: %s\n' "$1" "$2" "$3"
  fi
}

newest=$(awk '$1 == "edition" { text = $2 " (" $3 ")" } $1 == "sha256" { print text; exit }' "$file")
same "--version names the newest edition" "AWS action catalogue of $newest" "$("$MUSTER" --version | tail -n 1)"
same "the records have the hash of the header" "$(awk '$1 == "sha256" { print $2; exit }' "$file")" \
  "$(sed '1,/^sha256 /d' "$file" | sha256sum | cut -d ' ' -f 1)"
same "the editions are the pinned versions" "$(grep -o '"edition-[^"]*"' "$pins/package.json" | sed 's/"edition-//; s/"//' | sort)" \
  "$(awk '$1 == "edition" { print $3 } $1 == "sha256" { exit }' "$file" | sort)"
same "every locked version is under the MIT licence" "$(grep -c '"version"' "$pins/package-lock.json")" \
  "$(grep -c '"license": "MIT"' "$pins/package-lock.json")"
same "the lock file names no host" 0 "$(grep -c '://' "$pins/package-lock.json")"

# --catalogue of muster audit: the same records under another date.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
date=$(awk '$1 == "edition" { text = $2 } $1 == "sha256" { print text; exit }' "$file")
sed "s/^edition $date /edition 2030-01-02 /" "$file" > "$folder/other.txt"
flawed=$MUSTER_SOURCE_DIR/examples/sandbox-ecs/flawed
# audit NAME CATALOGUE-OPTION...
audit() {
  "$MUSTER" audit "$flawed" --out "$folder/$1" --history "$folder/$1.db" --as-of 2026-03-01 --json "${@:2}" > "$folder/$1.json" 2> "$folder/$1.err"
}
dates() { grep -o '"name": *"[^"]*\.txt", *"date": *"[^"]*"' <(tr '\n' ' ' < "$1" | tr -s ' ') | grep -o '"[^"]*\.txt"\|[0-9-]\{10\}' | tr '\n' ' '; }
findings() { grep -o '"fingerprint": *"[^"]*"' "$1" | sort; }
audit own
audit other --catalogue "$folder/other.txt"
same "the report has the date of the program's catalogue" "\"aws-actions.txt\" $date " "$(dates "$folder/own.json")"
same "the report has the date of another catalogue" '"other.txt" 2030-01-02 ' "$(dates "$folder/other.json")"
same "equal records give equal findings" "$(findings "$folder/own.json")" "$(findings "$folder/other.json")"
head -c 500000 "$file" > "$folder/cut.txt"
audit cut --catalogue "$folder/cut.txt"
same "a cut catalogue is refused" 3 "$?"
same "and nothing is reported" "" "$(ls "$folder/cut" 2> /dev/null)"
audit none --catalogue "$folder/none.txt"
same "a catalogue that is not there is a usage error" 2 "$?"
[ "$failed" -eq 0 ]
