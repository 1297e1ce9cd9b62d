#!/bin/sh
# Lets promtool (Debian package prometheus) check the alert rules and the text of /metrics after
# some requests; skipped where it is not installed.
set -eu
command -v promtool >/dev/null || { echo "promtool is not installed"; exit 77; }
command -v curl >/dev/null || { echo "curl is not installed"; exit 77; }

folder=$(mktemp -d)
export AGM_CONFIG="$folder/config.toml" AGM_STATE_DIR="$folder/state"
: >"$AGM_CONFIG"
"$AGM_BIN" serve --mock --port 0 2>"$folder/log" &
gateway=$!
trap 'kill "$gateway" 2>/dev/null || true; rm -rf "$folder"' EXIT

tries=0
until url=$(sed -n 's/.* listens on \(http[^ ]*\).*/\1/p' "$folder/log") && [ -n "$url" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "the gateway does not start"; cat "$folder/log"; exit 1; }
  sleep 0.1
done

for stream in true false; do
  curl -fsS "$url/v1/chat/completions" -H 'Content-Type: application/json' -o /dev/null \
    -d '{"model":"gpt-4o","stream":'"$stream"',"messages":[{"role":"user","content":"hi"}]}'
done
curl -sS "$url/v1/chat/completions" -o /dev/null -d '{"model":1}'

curl -fsS "$url/metrics" | promtool check metrics
"$AGM_BIN" manual alerts >"$folder/alerts.yml"
promtool check rules "$folder/alerts.yml"
