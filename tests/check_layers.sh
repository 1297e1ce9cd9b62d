#!/bin/sh
# Checks that the folders below core (rooms) include only what core/README.md lets them, that each third-party header has its
# one door, and that only core/base/os/*_linux.cc calls what Linux alone has. Prints `file:line: x may not
# include y` and fails where that is not so.
#
#   tests/check_layers.sh [ROOT]      ROOT: the repository, by default the one this script is in
set -eu
cd "${1:-$(dirname "$0")/..}"

find core cli tests -name node_modules -prune -o \( -name '*.h' -o -name '*.cc' \) -print 2>/dev/null |
  LC_ALL=C sort | tr '\n' '\0' | xargs -0 -r awk '
  BEGIN {
    # A room of two levels ("http/wire") is a folder of its own; "http/*" stands for all of them.
    sees["base"] = ""
    sees["http/wire"] = "base"
    sees["http/client"] = "base http/wire"
    sees["http/server"] = "base http/wire"
    sees["chat"] = "base"
    sees["config"] = "base"
    sees["mapping"] = "base config"
    sees["protocol"] = "base chat"
    sees["protocol/shared"] = "base chat protocol"
    sees["protocol/schema"] = "base chat protocol/shared"
    sees["protocol/openai"] = "base chat protocol protocol/shared protocol/schema protocol/responses"
    sees["protocol/responses"] = "base chat protocol protocol/shared protocol/openai"
    sees["protocol/anthropic"] = "base chat protocol protocol/shared"
    sees["protocol/gemini"] = "base chat protocol protocol/shared protocol/schema"
    sees["upstream"] = "base http/wire http/client chat config protocol protocol/* upstream/*"
    sees["upstream/gemini"] = "base http/wire http/client chat config protocol protocol/shared protocol/gemini upstream"
    sees["upstream/openai"] = "base http/wire http/client chat config protocol protocol/shared protocol/openai upstream"
    sees["accounts"] = "base http/client chat config upstream store"
    sees["store"] = "base"
    sees["cluster"] = "base config store"
    sees["ledger"] = "base store"
    sees["gateway"] = "base http/* chat config mapping protocol protocol/* upstream accounts store cluster ledger keys page telemetry"
    sees["telemetry"] = "base http/wire http/client ledger"
    sees["page"] = "base http/wire ledger"
    sees["keys"] = "base config store ledger"
    sees["mock"] = "base http/wire"
    sees["replay"] = "base http/* config protocol/shared ledger store gateway"
    for (room in sees) {
      n = split(room " " sees[room], seen, " ")
      for (i = 1; i <= n; i++) may[room, seen[i]] = 1
    }
    # header, as a pattern : files that may include it, as a pattern
    door["^httplib[.]h$"] = "^(core/http/server/(server|responder)|cli/redirect_listener)[.]cc$"
    door["^curl/"] = "^core/http/client/curl_[a-z]+[.](h|cc)$"
    door["^nlohmann/"] = "^core/base/json[.]h$"
    door["^toml[+][+]/"] = "^core/config/.*[.]cc$"
    door["^sndfile[.]h$"] = "^core/protocol/shared/sound_encoder[.]cc$"
    door["^sqlite3"] = "^core/store/"
    door["^hiredis/"] = "^core/cluster/connection[.]cc$"
    door["^CLI/"] = "^cli/"
    door["^jemalloc/"] = "^cli/memory[.]cc$"
    door["^zlib[.]h$"] = "^(core/http/wire/(inflater|gzip)|tests/support/packed)[.]cc$"
    door["^openssl/(ssl|tls1)[.]h$"] = "^(core/http/server/tls_[a-z]+[.]cc|tests/support/tls[.]cc)$"
    door["^(sys/(epoll|eventfd|inotify|signalfd|timerfd|prctl)[.]h|linux/)"] = "^(core/base/os/[a-z_]+_linux|tests/support/swarm)[.]cc$"
    door["^spdlog/"] = "^core/base/log[.]cc$"
  }

  # The room of a path that split() cut into n parts.
  function room_of(parts, n) {
    return n > 3 && (parts[2] ~ /^(http|protocol|upstream)$/) ? parts[2] "/" parts[3] : parts[2]
  }

  function may_include(from_room, to_room) {
    if ((from_room, to_room) in may) return 1
    sub("/.*", "/*", to_room)
    return (from_room, to_room) in may
  }

  function refuse(who, what) {
    printf "%s:%d: %s may not include %s\n", FILENAME, FNR, who, what
    bad = 1
  }

  # What macOS lacks, so that the Homebrew formula would not compile.
  /(^|[^A-Za-z0-9_])((pipe2|accept4|dup3|ppoll|gettid|getrandom|prctl|memfd_create|execvpe)[(]|SOCK_(CLOEXEC|NONBLOCK))/ {
    file = FILENAME
    sub(/^[.]\//, "", file)
    if (file ~ /^(core|cli)\// && file !~ /^core\/base\/os\/[a-z_]+_linux[.]cc$/) {
      printf "%s:%d: a call of Linux alone belongs into core/base/os\n", FILENAME, FNR
      bad = 1
    }
  }

  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    header = $0
    sub(/^[^<"]*[<"]/, "", header)
    sub(/[>"].*$/, "", header)
    file = FILENAME
    sub(/^[.]\//, "", file)

    for (pattern in door)
      if (header ~ pattern && file !~ door[pattern]) refuse(file, header)

    depth = split(file, from, "/")
    n = split(header, to, "/")
    if (n == 1 && $0 ~ /"/ && header != "httplib.h") refuse(file, header " (paths begin at the root)")
    if (from[1] == "tests") next
    who = from[1] == "core" ? "core/" room_of(from, depth) : from[1]
    if (to[1] == "tests") refuse(who, header)
    if (from[1] != "core") next
    if (to[1] == "cli") refuse(who, header)
    if (to[1] == "core" && !may_include(room_of(from, depth), room_of(to, n)))
      refuse(who, "core/" room_of(to, n))
  }

  END { exit bad }'
