#!/bin/sh
# The pool through the program itself: a cooldown outlives a kill, accounts are
# switched on and off and added again while the gateway runs, and the command line tells all of it.
set -u

agm=${AGM_BIN:?names the program}
home=$(mktemp -d) || exit 1
unset AGM_HOST AGM_PORT AGM_API_KEY AGM_AUTH_MODE AGM_CONFIG
export AGM_STATE_DIR="$home/state" NO_COLOR=1
config="$home/config.toml"
mock_pid='' serve_pid=''

stop() { [ -z "$1" ] || { kill "$1" && wait "$1"; } 2>/dev/null; }
trap 'stop "$serve_pid"; stop "$mock_pid"; rm -rf "$home"' EXIT

fail() {
  printf 'pool_test: %s\n' "$*" >&2
  tail -n 5 "$home"/*.err >&2
  exit 1
}

# The address in a file, as soon as there is one.
address_in() {
  for _ in $(seq 100); do
    found=$(grep -o 'http://127[0-9.]*:[0-9]*' "$1" 2>/dev/null | head -n 1)
    [ -n "$found" ] && printf '%s' "$found" && return
    sleep 0.1
  done
  fail "no address in $1"
}

run() { "$agm" --config "$config" "$@" 2>>"$home/command.err"; }

serve() {
  : >"$home/serve.err"
  "$agm" --config "$config" serve 2>"$home/serve.err" &
  serve_pid=$!
  address_in "$home/serve.err" >/dev/null
}

# The file is read again by itself, soon.
soon() {
  for _ in $(seq 50); do
    "$@" >/dev/null && return
    sleep 0.1
  done
  fail "never came true: $*"
}

chats() { run probe --only chat; }
refuses_to_chat() { ! run probe --only chat; }
tells() { run accounts list --json | grep -q "\"$1\": \"$2\""; }

"$agm" mock --port 0 2>"$home/mock.err" &
mock_pid=$!
mock=$(address_in "$home/mock.err")
printf '[proxy]\nport = 0\nmax_wait = 0\n' >"$config"

add() { # KEY
  printf '%s\n' "$1" |
    run accounts add work --api-key-stdin --base-url "$mock" --models 'gemini-*' --no-check
}

add quota-day-r0-x2-key || fail 'could not add an account'
serve
refuses_to_chat >/dev/null || fail "a key without quota served"
tells reason day_quota || fail 'the account is not in cooldown'

check=$(run accounts check work)
for part in good ' ms' PerDay; do
  case $check in *"$part"*) ;; *) fail "accounts check does not tell $part: $check" ;; esac
done

sleep 1 # what is to be kept is written a moment later
kill -9 "$serve_pid"
wait "$serve_pid" 2>/dev/null
tells reason day_quota || fail 'the state file does not say that the account is in cooldown'
serve
refuses_to_chat >/dev/null || fail 'the cooldown did not outlive a kill'
tells reason day_quota || fail 'the account is not in cooldown after a kill'

# The key is the same: the file hardly changes, and yet the account is to start healthy.
add quota-day-r0-x2-key || fail 'could not add the account again'
tells state ready || fail 'an account that was added again is not ready'

run accounts disable work || fail 'could not disable the account'
soon tells state disabled
refuses_to_chat >/dev/null || fail 'a disabled account served'
run accounts enable work || fail 'could not enable the account'
soon tells state ready
soon chats

list=$(run accounts list --wide)
for column in STATE REASON AGAIN REQUESTS TOKENS ERRORS 'FIRST BYTE' 'LAST USED'; do
  case $list in *"$column"*) ;; *) fail "accounts list --wide has no $column" ;; esac
done
