#!/usr/bin/env bash
# What the program costs before its first request, with 500 accounts: rows for the table that the
# benchmark program prints (main.cc). AGM_BIN names the program, by default the one of `./dev bench`.
#
#   start/first_200     from exec to the first 200 of /healthz, the median of ten starts
#   start/idle_memory   a second later: all that is resident, with what it shares with others counted
#                       whole (rss) or by its part (pss), and what is no file's (own)
#   start/binary        the program without its symbols
set -euo pipefail

agm=${AGM_BIN:-$(dirname "$0")/../../build/bench/agm}
home=$(mktemp -d)
unset AGM_HOST AGM_PORT AGM_API_KEY AGM_AUTH_MODE AGM_CONFIG
export AGM_STATE_DIR=$home/state
pid=''

# Its end closes what it writes to; that is waited for, but not for ever.
stop() {
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || true
  local status=0
  while IFS= read -r -t 5 _ <&3 || { status=$?; false; }; do :; done
  [ "$status" -le 128 ] || kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  exec 3<&-
  pid=''
}
trap 'stop; rm -rf "$home"' EXIT

fail() {
  printf 'start.sh: %s\n' "$*" >&2
  exit 1
}

row() { printf '%-54s %11s %11s   %s\n' "$@"; }
in_ms() { awk -v us="$1" 'BEGIN { printf "%.2f ms", us / 1000 }'; }
in_mb() { awk -v kb="$1" 'BEGIN { printf "%.1f MB", kb * 1024 / 1e6 }'; }

# Accounts at an address where nobody listens.
configure() {
  printf '[proxy]\nport = 0\n'
  for i in $(seq 500); do
    printf '\n[[accounts]]\nname = "account-%d"\napi_key = "AIzaNoKey%030d"\n' "$i" "$i"
    printf 'base_url = "http://127.0.0.1:9"\n'
  done
}

# Starts it and waits, without a process of ours in between, until /healthz says 200.
start() {
  exec 3< <(exec "$agm" --config "$home/config.toml" serve 2>&1 >/dev/null)
  pid=$!
  local said status=''
  IFS= read -r -t 10 said <&3 || said='nothing'
  [[ $said =~ http://127\.0\.0\.1:([0-9]+) ]] || fail "expected where it listens, found: $said"
  exec 4<>"/dev/tcp/127.0.0.1/${BASH_REMATCH[1]}"
  printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&4
  IFS= read -r -t 10 status <&4 || true
  exec 4>&-
  [[ $status == 'HTTP/1.1 200'* ]] || fail "expected 200 from /healthz, found: $status"
}

memory() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$pid/smaps_rollup"; }

[ -x "$agm" ] || fail "there is no program $agm"
configure >"$home/config.toml"

times=()
for i in $(seq 10); do
  began=${EPOCHREALTIME/[.,]/} # microseconds
  start
  times+=($((${EPOCHREALTIME/[.,]/} - began)))
  [ "$i" = 10 ] || stop
done
mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
row start/first_200 "$(in_ms $(((times[4] + times[5]) / 2)))" '' \
  "least=$(in_ms "${times[0]}")  most=$(in_ms "${times[9]}")  (500 accounts; at most 50 ms)"

sleep 1
row start/idle_memory '' '' \
  "rss=$(in_mb "$(memory Rss)")  pss=$(in_mb "$(memory Pss)")  own=$(in_mb "$(memory Anonymous)")  (500 accounts; at most 15 MB)"
stop

strip -o "$home/stripped" "$agm"
row start/binary '' '' "stripped=$(in_mb $(($(stat -c %s "$home/stripped") / 1024)))  (at most 10 MB)"
