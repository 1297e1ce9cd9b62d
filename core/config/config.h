#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/secret.h"
#include "core/config/account_kind.h"

/// The user's settings as plain values, with all defaults filled in. Names and defaults are those
/// of the configuration file (see man agm.toml). Relative file names are resolved against the
/// configuration file's folder during loading.
///
/// Thread safety: plain values; a loaded Config is shared as `std::shared_ptr<const Config>`.
namespace agm::config {

enum class AuthMode { kAuto, kOff, kStrict, kAllExceptHealth };
enum class Scheduling { kCacheFirst, kBalance, kPerformanceFirst };
enum class Billing { kAuto, kFree, kPaid };
/// A permission of a client key; see keys/scopes.h for which one implies which.
enum class KeyScope { kInference, kRead, kMetrics, kAdmin };
enum class BudgetOf { kList, kBilled };

struct ApiKey {
  std::string name;  ///< the caller's name in logs; "default" for proxy.api_key
  Secret key;
};

struct Tls {
  std::string certificate;
  std::string key;
  bool enabled() const { return !certificate.empty(); }
};

struct Proxy {
  std::string host;  ///< empty: loopback, or all addresses with allow_lan_access
  int port = 8045;   ///< 0: any free port
  bool allow_lan_access = false;
  AuthMode auth_mode = AuthMode::kAuto;
  std::vector<ApiKey> api_keys;
  int max_attempts = 3;
  Duration max_wait{5'000};
  Duration connect_timeout{10'000};
  Duration first_byte_timeout{120'000};
  Duration idle_timeout{120'000};
  Duration request_timeout{600'000};
  Duration header_timeout{30'000};
  Duration write_timeout{30'000};
  Duration drain_timeout{30'000};
  Duration drain_delay{2'000};
  std::uint64_t max_body_size = 100'000'000;
  int max_connections = 4096;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> trusted_proxies;
  std::string access_log;
  Duration keepalive_interval{15'000};
  Scheduling scheduling = Scheduling::kCacheFirst;
  std::string upstream_proxy;
  bool expose_account = true;
  bool list_aliases = true;
  std::string time_zone;  ///< of the keys' days and months; empty: the machine's
  Tls tls;

  /// The address to listen on: `host`, or the default that allow_lan_access implies.
  std::string ListenHost() const;
  /// Replaces kAuto by the mode that it means for this configuration.
  AuthMode EffectiveAuthMode() const;
};

/// One line of [proxy.custom_mapping]. `from` is an exact name or a pattern with `*`; several
/// targets are a fallback chain.
struct MappingRule {
  std::string from;
  std::vector<std::string> to;
};

struct Account {
  std::string name;
  std::string email;
  AccountKind kind = AccountKind::kGemini;
  Secret api_key;           ///< the key itself, from any source
  std::string api_key_env;  ///< the variable's name, if the file refers to one
  std::string api_key_file;
  std::string base_url;  ///< without a trailing slash; the default is a fact of `kind`
  std::string project;
  std::string location;         ///< vertex: "global", "us-central1", ...
  std::string service_account;  ///< vertex: path of the key file
  std::string client_id;        ///< the user's own OAuth client
  Secret client_secret;
  Secret refresh_token;
  std::vector<std::string> models = {"*"};
  int priority = 0;
  int requests_per_minute = 0;  ///< the project's limit for each model; 0: not known
  int tokens_per_minute = 0;    ///< of prompt tokens
  int requests_per_day = 0;
  Billing billing = Billing::kAuto;  ///< for the cost in `agm stats`
  bool enabled = true;
  /// Why the account cannot serve although it is enabled, for example "GEMINI_API_KEY is not set";
  /// empty: it can. Determined during loading.
  std::string unusable;

  /// True if requests may be sent with this account.
  bool Usable() const { return enabled && unusable.empty(); }
  /// Names where its requests go: equal for accounts with the same servers.
  std::string Endpoint() const;
  /// True if one of the patterns in `models` matches the model's name.
  bool Allows(std::string_view model) const;
  /// The value of the X-Account-Email header.
  const std::string& Label() const { return email.empty() ? name : email; }
};

/// An amount for a calendar day and for a calendar month; nullopt: no limit.
struct Allowance {
  std::optional<std::int64_t> day;
  std::optional<std::int64_t> month;
  friend bool operator==(const Allowance&, const Allowance&) = default;
};

/// One entry of [[keys]]: a client key, of which only a digest is stored.
struct ClientKey {
  std::string name;
  std::string id;             ///< the public part of "sk-agm-ID-SECRET"
  std::string hash;           ///< "sha256:" and 64 hexadecimal digits, of the secret part
  std::string previous_hash;  ///< of the secret before the last rotation; empty: none
  /// The moment from which the gateway refuses the previous secret; written like `expires`.
  std::string previous_until;
  std::vector<KeyScope> scopes = {KeyScope::kInference};
  std::vector<std::string> models = {"*"};  ///< names as asked or as mapped, or patterns
  int requests_per_minute = 0;              ///< 0: no limit, as in the next two
  int tokens_per_minute = 0;
  int parallel = 0;
  Allowance budget;  ///< in nano-dollars
  BudgetOf budget_of = BudgetOf::kList;
  Allowance tokens;
  /// "2027-01-31" (that day still counts, in proxy.time_zone) or a moment with its offset; empty:
  /// never.
  std::string expires;
  bool enabled = true;
};

/// The table [log].
struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  bool requests = true;    ///< keep a log of requests
  bool addresses = false;  ///< with the clients' addresses
  Duration keep = std::chrono::hours(7 * 24);
  std::uint64_t max_size = 64'000'000;
  Duration totals_keep = std::chrono::hours(400 * 24);
};

enum class TelemetryDetail { kRequests, kTries };
enum class Semconv { kGenAi01, kSemconv136 };

/// The table [telemetry], and the standard variables of OpenTelemetry that it does not override.
struct TelemetrySettings {
  std::string endpoint;  ///< of OTLP over HTTP, without /v1/traces; empty: telemetry is off
  std::string headers_file;
  double sample = 1;  ///< the share of traces that begin here
  TelemetryDetail detail = TelemetryDetail::kRequests;
  Semconv semconv = Semconv::kGenAi01;
  std::string service_name = "agm";
  bool propagate = false;  ///< upstream requests carry the trace context
  std::vector<std::pair<std::string, Secret>> headers;  ///< of the file or the environment
  std::vector<std::pair<std::string, std::string>> resource;
};

/// The table [cluster]: the server that several machines share.
struct ClusterSettings {
  Secret url;  ///< may hold a password; resolved from the environment or a file; empty: no cluster
  std::string url_env;
  std::string url_file;
  std::string prefix = "agm:";  ///< of every key
  std::string node;             ///< this machine's name; empty: the host name

  bool enabled() const { return !url.empty(); }
  friend bool operator==(const ClusterSettings&, const ClusterSettings&) = default;
};

/// A row of [[prices.models]]: the user's list price for the models that `match` names. Prices are
/// in pico-dollars per token, which is the same number as micro-dollars per million tokens.
struct OwnPrice {
  std::string match;              ///< an exact name, or a prefix that ends with `*`
  std::int64_t input = 0;         ///< text of the prompt
  std::int64_t cached = 0;        ///< cached tokens; 0: they cost `input`
  std::int64_t output = 0;        ///< text of the answer
  std::int64_t input_audio = 0;   ///< 0: audio costs as much as text of the prompt
  std::int64_t output_image = 0;  ///< 0: images cost as much as text of the answer
  std::int64_t output_audio = 0;  ///< 0: audio costs as much as text of the answer
  int long_above = 0;  ///< longer prompts (in tokens) cost the prices below; 0: there are none
  std::int64_t long_input = 0;
  std::int64_t long_cached = 0;  ///< 0: cached tokens cost `long_input`
  std::int64_t long_output = 0;
  std::string from;  ///< first day, "2027-01-01"; empty: always
  std::string until;
};

struct Config {
  Proxy proxy;
  LogSettings log;
  TelemetrySettings telemetry;
  ClusterSettings cluster;
  std::vector<OwnPrice> prices;      ///< take precedence over the built-in ones
  std::vector<MappingRule> mapping;  ///< in the file's order
  std::vector<Account> accounts;     ///< in the file's order
  std::vector<ClientKey> keys;       ///< in the file's order
};

}  // namespace agm::config
