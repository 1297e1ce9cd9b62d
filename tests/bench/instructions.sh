#!/bin/sh
# Prints how many instructions a chunk of a stream takes, from each kind of upstream to the client, as
# callgrind counts them. The count does not depend on what else the machine does.
#
#   tests/bench/instructions.sh build/bench/agm_bench
set -eu
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
bench=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Without debug information, which an older valgrind may not be able to read; the names stay.
strip --strip-debug -o "$folder/bench" "$bench"
valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$folder/bench" \
  --benchmark_filter='^StreamChunkOfServer$' --benchmark_min_time=0.01 >"$folder/log" 2>&1 ||
  { cat "$folder/log"; exit 1; }

# A line "calls=N" of the profile is followed by the inclusive cost of those calls. A name is written
# once, with a number that stands for it afterwards.
awk '
  /^c?fn=/ {
    number = $0; sub(/^c?fn=/, "", number); sub(/ .*/, "", number)
    if (match($0, / .*/)) names[number] = substr($0, RSTART + 1)
    if (/^cfn=/) called = number
  }
  /^calls=/ { calls = $1; sub(/^calls=/, "", calls); getline; count[called] += calls; cost[called] += $NF }
  END {
    for (number in count) {
      if (names[number] !~ /Relay<.*>::Chunk\(\)/) continue
      kind = names[number] ~ /OpenAi/ ? "a server with OpenAI\047s API" : "Gemini"
      printf "%-28s %8.0f instructions a chunk (%d chunks)\n", kind, cost[number] / count[number], count[number]
    }
  }' "$folder/out" | sort
