#!/bin/sh
# Runs a Node.js program of this folder against the built agm (AGM_BIN), with the Node.js of the
# system where it is new enough, else with the one that `./dev test` has installed here. Exits with
# 77, which ctest shows as skipped, where the clients are not installed.
#
#   tests/e2e/run_client.sh openai_sdk.mjs
set -eu
cd "$(dirname "$0")"

if [ ! -d node_modules/openai ]; then
  echo "the clients are not installed: run ./dev test, or npm ci in tests/e2e"
  exit 77
fi
for node in node node_modules/node-linux-*/bin/node; do
  if version=$("$node" --version 2>/dev/null) && [ "$(expr "$version" : 'v\([0-9]*\)')" -ge 22 ]; then
    exec "$node" "$@"
  fi
done
echo "no Node.js 22 or later: run ./dev test, or npm ci in tests/e2e"
exit 77
