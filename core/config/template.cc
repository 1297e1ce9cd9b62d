#include "core/config/edit.h"

namespace agm::config {

std::string_view Template() {
  return R"(# The settings of agm. Every line that begins with # shows a default; take the # away to change
# it. A running `agm serve` picks changes up by itself. `agm config check` looks for mistakes,
# `agm config show --origin` tells what is in effect. See man agm.toml.

[proxy]
# host = ""                      # empty: 127.0.0.1, or all addresses with allow_lan_access
# port = 8045
# allow_lan_access = false
# auth_mode = "auto"             # off | strict | all_except_health | auto (on when others can connect)
# api_key = ""                   # what clients send as their key
# api_keys = []                  # or several: [{ name = "laptop", key = "..." }]

# max_attempts = 3               # upstream tries for one request
# max_wait = 5                   # seconds a request may wait for an account to cool down
# connect_timeout = 10           # seconds, or a text such as "500ms"
# first_byte_timeout = 120
# idle_timeout = 120             # silence inside a stream
# request_timeout = 600
# header_timeout = 30            # for a client's request line and headers
# write_timeout = 30             # a client that takes nothing for so long is dropped
# drain_timeout = 30             # what running requests get when agm is asked to stop
# max_body_size = "100MB"
# max_connections = 4096         # requests at the same time; above it 503 with Retry-After
# keepalive_interval = 15        # a sign of life for clients while the upstream is silent

# allowed_origins = []           # web pages that may call, such as "https://chat.example.com"
# allowed_hosts = []             # further host names to accept with auth off
# trusted_proxies = []           # whose X-Forwarded-For is believed, such as "10.0.0.0/8"
# access_log = ""                # a file; empty: stderr
# scheduling = "cache_first"     # cache_first | balance | performance_first
# upstream_proxy = ""            # http://, https:// or socks5://; empty: the usual *_proxy variables
# expose_account = true          # X-Account-Email on answers
# list_aliases = true            # the built-in names stand in /v1/models

# [proxy.tls]
# certificate = "cert.pem"
# key = "key.pem"

# Model names that clients use, and what serves them; `agm map set` writes here.
# [proxy.custom_mapping]
# "gpt-4o" = "gemini-3.8-flash"
# "gpt-5*" = ["gemini-3.1-pro-preview", "gemini-3.8-flash"]

# The accounts that serve requests; `agm accounts add` writes here.
# [[accounts]]
# name = "work"
# email = "me@example.com"       # what X-Account-Email shows; the name where there is none
# kind = "gemini"                # gemini (API key) | vertex (service account or OAuth) | mock
# api_key_env = "GEMINI_API_KEY" # or api_key = "...", or api_key_file = "/run/secrets/gemini"
# base_url = "https://generativelanguage.googleapis.com"
# project = "my-project"         # accounts of one project share its quota
# models = ["*"]                 # which upstream models it may serve
# priority = 0                   # lower serves first
# requests_per_minute = 0        # of each model, where you know them: 0 learns from refusals
# tokens_per_minute = 0
# requests_per_day = 0
# enabled = true

# [[accounts]]
# name = "cloud"
# kind = "vertex"
# project = "my-project"
# location = "global"
# service_account = "sa.json"    # or client_id, client_secret and refresh_token of your own
)";
}

}  // namespace agm::config
