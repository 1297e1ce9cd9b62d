#include "core/config/server_address.h"

#include <charconv>
#include <optional>
#include <utility>

#include "core/base/percent.h"
#include "core/config/host.h"

namespace agm::config {
namespace {

constexpr std::string_view kUnix = "unix://";
constexpr int kHighestPort = 65535;
constexpr int kHighestDatabase = 1'000'000;

std::optional<int> NumberUpTo(std::string_view text, int most) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return number >= 0 && number <= most ? std::optional(number) : std::nullopt;
}

void TakeUser(std::string_view text, ServerAddress& address) {
  const std::size_t colon = text.find(':');
  address.user = PercentDecode(text.substr(0, colon));
  if (colon == std::string_view::npos) return;
  address.password = Secret(PercentDecode(text.substr(colon + 1)));
}

Error BadDatabase() { return Fail(ErrorCode::kConfig, "expected a database number such as 0"); }

Result<ServerAddress> ReadUnix(std::string_view rest) {
  ServerAddress address;
  const std::size_t slash = rest.find('/');
  const std::size_t at = rest.substr(0, slash).rfind('@');
  if (at != std::string_view::npos) {
    TakeUser(rest.substr(0, at), address);
    rest.remove_prefix(at + 1);
  }
  const std::size_t query = rest.find('?');
  if (query != std::string_view::npos) {
    constexpr std::string_view kDatabase = "?db=";
    const std::string_view text = rest.substr(query);
    const auto number = text.starts_with(kDatabase)
                            ? NumberUpTo(text.substr(kDatabase.size()), kHighestDatabase)
                            : std::nullopt;
    if (!number) return BadDatabase();
    address.database = *number;
  }
  address.path = rest.substr(0, query);
  if (!address.path.starts_with('/')) {
    return Fail(ErrorCode::kConfig,
                "expected the absolute path of a socket: unix:///run/valkey/valkey.sock");
  }
  return address;
}

}  // namespace

std::string ServerAddress::Shown() const {
  if (!path.empty()) return "unix:" + path;
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}/{}", v6 ? "[" : "", host, v6 ? "]" : "", port, database);
}

Result<ServerAddress> ReadServerAddress(std::string_view url) {
  if (url.starts_with(kUnix)) return ReadUnix(url.substr(kUnix.size()));
  const auto parts = SplitUrl(url);
  if (parts && parts->scheme == "rediss") {
    return Fail(ErrorCode::kConfig,
                "agm has no TLS to this server (hiredis of Debian 12 has none): use redis:// in a "
                "private network, or a TLS tunnel on this machine such as stunnel");
  }
  if (!parts || parts->scheme != "redis" || !parts->rest.empty()) {
    return Fail(ErrorCode::kConfig,
                "expected redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE] or unix://PATH");
  }
  ServerAddress address;
  TakeUser(parts->user, address);
  address.host = parts->host;
  if (address.host.starts_with('[')) address.host = address.host.substr(1, address.host.size() - 2);
  if (!parts->port.empty()) {
    const auto port = NumberUpTo(parts->port, kHighestPort);
    if (!port) return Fail(ErrorCode::kConfig, "expected a port from 1 to 65535");
    address.port = *port;
  }
  const std::string_view database = parts->path.substr(parts->path.starts_with('/') ? 1 : 0);
  if (!database.empty()) {
    const auto number = NumberUpTo(database, kHighestDatabase);
    if (!number) return BadDatabase();
    address.database = *number;
  }
  return address;
}

}  // namespace agm::config
