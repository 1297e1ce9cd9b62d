#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/secret.h"

/// The user's settings as plain values, complete with defaults. Names and defaults are those of
/// the configuration file (see man agm.toml). Relative file names are resolved against the
/// configuration file's folder when they are loaded.
///
/// Thread safety: plain values; a loaded Config is shared as `std::shared_ptr<const Config>`.
namespace agm::config {

enum class AuthMode { kAuto, kOff, kStrict, kAllExceptHealth };
enum class Scheduling { kCacheFirst, kBalance, kPerformanceFirst };
enum class AccountKind { kGemini, kVertex, kMock };

struct ApiKey {
  std::string name;  ///< shown in logs as the caller; "default" for proxy.api_key
  Secret key;
};

struct Tls {
  std::string certificate;
  std::string key;
  bool enabled() const { return !certificate.empty(); }
};

struct Proxy {
  std::string host;  ///< empty: loopback, or all addresses with allow_lan_access
  int port = 8045;   ///< 0: any free one
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
  Tls tls;

  /// The address that is listened on: `host`, or what allow_lan_access makes of none.
  std::string ListenHost() const;
  /// What `auto` means here; never kAuto.
  AuthMode EffectiveAuthMode() const;
};

/// One line of [proxy.custom_mapping]. `from` is an exact name or a pattern with `*`; more than
/// one target is a fallback chain.
struct MappingRule {
  std::string from;
  std::vector<std::string> to;
};

struct Account {
  std::string name;
  std::string email;
  AccountKind kind = AccountKind::kGemini;
  Secret api_key;           ///< the key itself, wherever it came from
  std::string api_key_env;  ///< the reference, when that is what the file holds
  std::string api_key_file;
  std::string base_url;  ///< without a slash at its end; default by kind
  std::string project;
  std::string location;         ///< vertex: "global", "us-central1", ...
  std::string service_account;  ///< vertex: path of the key file
  std::string client_id;        ///< OAuth client of the user's own
  Secret client_secret;
  Secret refresh_token;
  std::vector<std::string> models = {"*"};
  int priority = 0;
  int requests_per_minute = 0;  ///< what its project has of each model; 0: nobody knows yet
  int tokens_per_minute = 0;    ///< of the prompt
  int requests_per_day = 0;
  bool enabled = true;
  /// Why it cannot serve although it is enabled, such as "GEMINI_API_KEY is not set"; empty: it
  /// can. Found when it is loaded.
  std::string unusable;

  /// Whether requests may be sent with it at all.
  bool Usable() const { return enabled && unusable.empty(); }
  /// What X-Account-Email shows.
  const std::string& Label() const { return email.empty() ? name : email; }
};

struct Config {
  Proxy proxy;
  std::vector<MappingRule> mapping;  ///< in the file's order
  std::vector<Account> accounts;     ///< in the file's order
};

}  // namespace agm::config
