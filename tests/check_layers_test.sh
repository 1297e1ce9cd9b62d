#!/bin/sh
# check_layers.sh must go red for each kind of violation, and only for those.
set -eu
check=$(cd "$(dirname "$0")" && pwd)/check_layers.sh
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/core/base" "$root/core/chat" "$root/core/gateway" "$root/core/mock" "$root/core/config" \
  "$root/core/http/server" "$root/core/http/wire" "$root/core/protocol/openai" "$root/core/protocol/gemini" \
  "$root/cli" "$root/tests/core/chat"

cat >"$root/core/base/json.h" <<'TEXT'
#include <nlohmann/json.hpp>
#include "core/base/result.h"
TEXT
cat >"$root/core/http/server/server.cc" <<'TEXT'
#include "core/http/wire/head.h"
#include "httplib.h"
#include <fmt/format.h>
// #include "core/mock/service.h"
TEXT
echo '#include "core/http/server/server.h"' >"$root/cli/app.cc"
echo '#include "core/mock/service.h"' >"$root/tests/core/chat/request_test.cc"

echo '#include "core/http/server/server.h"' >"$root/core/gateway/gateway.h"
echo '#include "core/protocol/dialect.h"' >"$root/core/protocol/openai/chat.h"

"$check" "$root" || { echo "clean sources were refused"; exit 1; }

cat >"$root/core/chat/request.cc" <<'TEXT'
#include "core/base/result.h"
#include "core/http/server/server.h"
#  include "cli/app.h"
#include "tests/support/fake_clock.h"
#include "request.h"
#include "core/nowhere/x.h"
TEXT
echo '#include <httplib.h>' >"$root/core/gateway/routes.cc"
echo '#include "core/protocol/openai/chat.h"' >"$root/core/protocol/gemini/request.cc"
echo '#include "core/http/server/server.h"' >"$root/core/http/wire/head.h"
echo '#include <nlohmann/json.hpp>' >"$root/tests/core/chat/request_test.cc"
printf '#include <CLI/CLI.hpp>\n#include <toml++/toml.h>\n#include <sqlite3.h>\n' >"$root/core/config/load.h"
printf '#include <curl/curl.h>\n#include <spdlog/spdlog.h>\n#include <openssl/ssl.h>\n' >"$root/core/mock/service.cc"
printf 'if (::pipe2(ends, 0) != 0) return;\nmy_pipe2(ends);\n' >"$root/cli/launch.cc"

cat >"$root/wanted" <<'TEXT'
cli/launch.cc:1: a call of Linux alone belongs into core/base/os
core/chat/request.cc:2: core/chat may not include core/http/server
core/chat/request.cc:3: core/chat may not include cli/app.h
core/chat/request.cc:4: core/chat may not include tests/support/fake_clock.h
core/chat/request.cc:5: core/chat/request.cc may not include request.h (paths begin at the root)
core/chat/request.cc:6: core/chat may not include core/nowhere
core/config/load.h:1: core/config/load.h may not include CLI/CLI.hpp
core/config/load.h:2: core/config/load.h may not include toml++/toml.h
core/config/load.h:3: core/config/load.h may not include sqlite3.h
core/gateway/routes.cc:1: core/gateway/routes.cc may not include httplib.h
core/http/wire/head.h:1: core/http/wire may not include core/http/server
core/mock/service.cc:1: core/mock/service.cc may not include curl/curl.h
core/mock/service.cc:2: core/mock/service.cc may not include spdlog/spdlog.h
core/mock/service.cc:3: core/mock/service.cc may not include openssl/ssl.h
core/protocol/gemini/request.cc:1: core/protocol/gemini may not include core/protocol/openai
tests/core/chat/request_test.cc:1: tests/core/chat/request_test.cc may not include nlohmann/json.hpp
TEXT
status=0
"$check" "$root" >"$root/got" || status=$?
diff -u "$root/wanted" "$root/got"
[ "$status" -ne 0 ] || { echo "violations were found, but it succeeded"; exit 1; }
