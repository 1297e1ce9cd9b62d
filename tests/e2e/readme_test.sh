#!/usr/bin/env bash
# The shell blocks of README.md and of the pages in man/: each curl answers as the page says, from a
# gateway with the embedded mock. Each agm command exists with the options that it is given, and
# succeeds where it needs no key of Google's, no installed client, no logged request and no person.
set -u

agm=${AGM_BIN:?names the program}
top=$(cd "$(dirname "$0")/../.." && pwd)
home=$(mktemp -d) || exit 1
trap 'kill "$pid" 2>/dev/null; rm -rf "$home"' EXIT
export HOME=$home AGM_CONFIG=$home/config.toml AGM_STATE_DIR=$home/state NO_COLOR=1
"$agm" serve --mock --port 0 2>"$home/log" &
pid=$!
for _ in $(seq 100); do
  url=$(sed -nE 's/.*listens on (http:[^ ]+).*/\1/p' "$home/log")
  [ -z "$url" ] || break
  sleep 0.1
done
[ -n "$url" ] || { cat "$home/log"; exit 1; }

# The indented lines of a page, continued lines joined, without comments.
commands() { sed -n 's/^    //p' "$1" | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' -e 's/  *# .*//'; }

# True if the command of the line exists and its help names each option of the line.
exists() {
  local command=() word help
  for word in "$@"; do
    "$agm" help "${command[@]}" "$word" >/dev/null 2>&1 || break
    command+=("$word")
  done
  [ ${#command[@]} -gt 0 ] || return 1
  help=$("$agm" help "${command[@]}")
  for word in "$@"; do
    [ "$word" != -- ] || return 0
    case $word in --*) grep -q -e "$word" <<<"$help" || { echo "no option $word"; return 1; } ;; esac
  done
}

# True if the command ends by itself in this empty home.
can_run() {
  case $* in
    "accounts add "* | "accounts import "* | "clients check "* | "run "* | serve* | page* | *" -f"* | *" ID") return 1 ;;
  esac
}

# Runs the command, and agrees to what it asks.
succeeds() {
  case $* in
    "clients set "* | "clients unset "*) "$agm" "$@" --yes </dev/null ;;
    *) "$agm" "$@" </dev/null ;;
  esac
}

failed=0 tried=0 ran=0
try() {
  tried=$((tried + 1))
  "$@" >"$home/out" 2>&1 && return
  failed=$((failed + 1))
  echo "$page: failed: $*"
  tail -3 "$home/out"
}
for page in "$top"/README.md "$top"/man/*.md; do
  while IFS= read -r line; do
    case $line in
      curl\ *) try bash -c "${line/curl /curl -fsS }" ;;
      agm\ *)
        read -ra words < <(tr -d "'" <<<"${line#agm }")
        try exists "${words[@]}"
        if can_run "${words[@]}"; then
          ran=$((ran + 1))
          try succeeds "${words[@]}"
        fi
        ;;
    esac
  done < <(commands "$page" | sed "s|http://127.0.0.1:8045|$url|g")
done
echo "$tried commands, $failed failed"
[ "$failed" = 0 ] && [ "$tried" -ge 25 ] && [ "$ran" -ge 12 ]
