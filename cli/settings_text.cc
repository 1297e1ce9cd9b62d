#include "cli/settings_text.h"

#include <array>

namespace agm::cli {
namespace {

constexpr std::array kProxy = {
    SettingText{"host", "text",
                "The address to listen on.\n"
                "Without it: loopback, or all addresses with allow_lan_access."},
    SettingText{"port", "number, 8045", "The port to listen on; 0 takes a free one."},
    SettingText{"allow_lan_access", "true or false, false",
                "Listen on all addresses, so that other machines can use the gateway."},
    SettingText{
        "auth_mode", "text, \"auto\"",
        "Which routes ask for a key: \"off\" none, \"strict\" all, \"all_except_health\" all "
        "but /health and /healthz.\n"
        "\"auto\" is \"all_except_health\" where other machines can reach the gateway, and "
        "\"off\" otherwise."},
    SettingText{"api_key", "text", "The key that clients must send."},
    SettingText{"api_keys", "list of tables",
                "Several keys, each { name = \"laptop\", key = \"...\" }.\n"
                "The log shows the name."},
    SettingText{"max_attempts", "number, 3",
                "How often one request is tried upstream, never more often than there are usable "
                "accounts."},
    SettingText{"max_wait", "seconds, 5",
                "How long a request may wait for an account in cooldown."},
    SettingText{"connect_timeout", "seconds, 10", "How long connecting to the upstream may take."},
    SettingText{"first_byte_timeout", "seconds, 120",
                "How long the upstream may take until its answer begins."},
    SettingText{"idle_timeout", "seconds, 120", "How long a stream may be silent."},
    SettingText{"request_timeout", "seconds, 600", "How long one request may take in all."},
    SettingText{"header_timeout", "seconds, 30",
                "How long a client may take to send its request line and headers, and pause inside "
                "its body."},
    SettingText{"write_timeout", "seconds, 30",
                "A client that takes nothing for so long is dropped."},
    SettingText{"drain_timeout", "seconds, 30",
                "How long running requests may go on after SIGTERM."},
    SettingText{"max_body_size", "size, \"100MB\"", "The largest request body that is read."},
    SettingText{"max_connections", "number, 4096",
                "How many requests may be in flight; one more is answered 503.\n"
                "Idle connections do not count."},
    SettingText{"allowed_origins", "list of texts, none",
                "Web pages that may call the gateway from a browser, such as "
                "\"https://chat.example.com\"."},
    SettingText{"allowed_hosts", "list of texts, none",
                "Further host names under which the gateway may be called while no key is asked "
                "for."},
    SettingText{"trusted_proxies", "list of texts, none",
                "Addresses or ranges whose X-Forwarded-For header is believed."},
    SettingText{"access_log", "file, none",
                "The file that gets one line for each request; without it they go to standard "
                "error."},
    SettingText{"keepalive_interval", "seconds, 15",
                "How often a stream gets a comment while the upstream is silent; 0 for never."},
    SettingText{"scheduling", "text, \"cache_first\"",
                "How accounts are chosen: \"cache_first\" keeps a conversation with its account, "
                "\"balance\" spreads load evenly, \"performance_first\" prefers fast accounts."},
    SettingText{"upstream_proxy", "address, none",
                "The proxy to the upstream: http://, https:// or socks5://.\n"
                "A proxy that speaks HTTP is asked for a tunnel (CONNECT).\n"
                "Without it the usual *_proxy variables count."},
    SettingText{"expose_account", "true or false, true",
                "Tell clients which account answered (X-Account-Email)."},
    SettingText{"list_aliases", "true or false, true",
                "List the exact names of the built-in mapping in /v1/models."},
};

constexpr std::array kTls = {
    SettingText{
        "certificate", "file",
        "The certificate, PEM, with those that lead from it to a known authority behind it."},
    SettingText{"key", "file", "Its private key, PEM, without a passphrase."},
};

constexpr std::array kAccount = {
    SettingText{"name", "text, required", "What the account is called in commands and logs."},
    SettingText{"email", "text", "What X-Account-Email shows; the name where there is none."},
    SettingText{"kind", "text, \"gemini\"",
                "\"gemini\" (the Gemini API, by API key), \"vertex\" (Vertex AI) or \"mock\" (the "
                "built-in upstream)."},
    SettingText{"api_key", "text",
                "The API key itself.\n"
                "Give one of api_key, api_key_env and api_key_file."},
    SettingText{"api_key_env", "text", "The environment variable that holds the key."},
    SettingText{"api_key_file", "file", "The file that holds the key."},
    SettingText{"base_url", "address", "Where the upstream is, if it is not Google's own address."},
    SettingText{"project", "text",
                "The Google project that the account belongs to.\n"
                "Accounts of one project share its quota, so they cool down together."},
    SettingText{"location", "text, \"global\"", "Vertex AI: the region, such as \"us-central1\"."},
    SettingText{"service_account", "file", "Vertex AI: the service account's key file."},
    SettingText{"client_id", "text", "Your own OAuth client, where that is the credential."},
    SettingText{"client_secret", "text", "That client's secret."},
    SettingText{"refresh_token", "text",
                "The token that the client was given: \"agm accounts add --oauth\" gets it."},
    SettingText{"models", "list of texts, [\"*\"]",
                "Which upstream models the account may serve; * stands for anything."},
    SettingText{"priority", "number, 0", "Accounts with a lower number serve first."},
    SettingText{
        "billing", "text, \"auto\"",
        "\"free\" or \"paid\", for the billed cost in agm stats. \"auto\": free once a refusal "
        "has named a quota of the free tier, else paid."},
    SettingText{"requests_per_minute", "number, 0",
                "How many requests a minute the account's project has for each model.\n"
                "With a limit the account cools down before the upstream refuses.\n"
                "0: the limit is learned, from what upstream says when it refuses."},
    SettingText{"tokens_per_minute", "number, 0", "The same for the tokens of prompts."},
    SettingText{"requests_per_day", "number, 0",
                "The same for requests a day, which turns at midnight in Los Angeles."},
    SettingText{"enabled", "true or false, true", "Whether the account is used at all."},
};

constexpr std::array kLog = {
    SettingText{"level", "text, \"info\"",
                "The least important lines to write: \"debug\" (every choice and every try of a "
                "request), \"info\", \"warning\" or \"error\". The option --log-level wins."},
    SettingText{"format", "text, \"text\"",
                "How lines are written: \"text\" or \"json\". The option --log-format wins."},
    SettingText{
        "requests", "true or false, true",
        "Whether a row is kept for each request (agm logs). Totals are counted in any case."},
    SettingText{"keep", "seconds, \"7d\"", "How long rows are kept."},
    SettingText{"max_size", "size, \"64MB\"",
                "The largest size of the request log; the oldest rows go first."},
    SettingText{"totals_keep", "seconds, \"400d\"", "How long the totals of agm stats are kept."},
};

constexpr std::array kTables = {
    SettingsTable{"[proxy]", "How the gateway listens and works.", kProxy},
    SettingsTable{"[proxy.tls]",
                  "Present: the gateway speaks TLS (1.2 or 1.3) instead of plain HTTP.\n"
                  "Both files are read when the gateway starts and when it reloads: after a "
                  "certificate was renewed, send SIGHUP. New connections get the new one; where it "
                  "is of no use, the old one stays and the log says why.",
                  kTls},
    SettingsTable{"[log]", "What the gateway tells its operator.", kLog},
    SettingsTable{"[proxy.custom_mapping]",
                  "Maps model names that clients ask for to models of the upstream, before the "
                  "built-in names.\n"
                  "A key is an exact name or a pattern with *; an exact name beats a pattern, and "
                  "of patterns the one with the most literal characters.\n"
                  "A value is a name or a list of names that are tried in turn.",
                  {}},
    SettingsTable{"[[accounts]]", "One account of the pool; there may be any number.", kAccount},
};

}  // namespace

std::span<const SettingsTable> SettingsTables() { return kTables; }

}  // namespace agm::cli
