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
[ "$failed" -eq 0 ]
