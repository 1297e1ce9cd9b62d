#!/bin/sh
# Checks that the rooms include only what core/README.md lets them, and that each third-party header
# has its one door. Prints `file:line: x may not include y` and fails where that is not so.
#
#   tests/check_layers.sh [ROOT]      ROOT: the repository, by default the one this script is in
set -eu
cd "${1:-$(dirname "$0")/..}"

find core cli tests -name node_modules -prune -o \( -name '*.h' -o -name '*.cc' \) -print 2>/dev/null |
  LC_ALL=C sort | tr '\n' '\0' | xargs -0 -r awk '
  BEGIN {
    sees["base"] = ""
    sees["http"] = "base"
    sees["chat"] = "base"
    sees["config"] = "base"
    sees["mapping"] = "base config"
    sees["protocol"] = "base chat"
    sees["upstream"] = "base http chat config protocol"
    sees["accounts"] = "base chat config upstream"
    sees["store"] = "base"
    sees["gateway"] = "base http chat config mapping protocol upstream accounts store"
    sees["mock"] = "base protocol"
    for (room in sees) {
      n = split(room " " sees[room], seen, " ")
      for (i = 1; i <= n; i++) may[room, seen[i]] = 1
    }
    # header, as a pattern : files that may include it, as a pattern
    door["^httplib[.]h$"] = "^core/gateway/http_server[.]cc$"
    door["^curl/"] = "^core/upstream/curl_[a-z]+[.](h|cc)$"
    door["^nlohmann/"] = "^core/base/json[.]h$"
    door["^toml[+][+]/"] = "^core/config/.*[.]cc$"
    door["^sqlite3"] = "^core/store/"
    door["^CLI/"] = "^cli/"
    door["^zlib[.]h$"] = "^(core/http/inflater|tests/support/packed)[.]cc$"
    door["^openssl/(ssl|tls1)[.]h$"] = "^(core/gateway/tls_[a-z]+[.]cc|tests/support/tls[.]cc)$"
    door["^spdlog/"] = "^core/base/log[.]cc$"
  }

  function refuse(who, what) {
    printf "%s:%d: %s may not include %s\n", FILENAME, FNR, who, what
    bad = 1
  }

  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    header = $0
    sub(/^[^<"]*[<"]/, "", header)
    sub(/[>"].*$/, "", header)
    file = FILENAME
    sub(/^[.]\//, "", file)

    for (pattern in door)
      if (header ~ pattern && file !~ door[pattern]) refuse(file, header)

    split(file, from, "/")
    n = split(header, to, "/")
    if (n == 1 && $0 ~ /"/ && header != "httplib.h") refuse(file, header " (paths begin at the root)")
    if (from[1] == "tests") next
    who = from[1] == "core" ? "core/" from[2] : from[1]
    if (to[1] == "tests") refuse(who, header)
    if (from[1] != "core") next
    if (to[1] == "cli") refuse(who, header)
    if (to[1] == "core" && !((from[2], to[2]) in may)) refuse(who, "core/" to[2])
  }

  END { exit bad }'
