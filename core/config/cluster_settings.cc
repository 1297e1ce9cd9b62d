#include <array>

#include "core/base/file.h"
#include "core/config/read_tables.h"
#include "core/config/server_address.h"
#include "core/config/settings.h"

namespace agm::config {
namespace {

constexpr std::size_t kLongestFile = 64U << 10U;

std::string CheckPrefix(std::string& prefix) {
  const bool good = prefix.find_first_of("{} \t\r\n") == std::string::npos;
  return good && !prefix.empty() ? "" : "a text without spaces and braces such as \"agm:\"";
}

/// The URL as it may be shown: without user and password.
std::string ShowUrl(const ClusterSettings& cluster) {
  const std::string& url = cluster.url.Reveal();
  const std::size_t begin = url.find("://");
  const std::size_t at = url.rfind('@');
  if (begin == std::string::npos || at == std::string::npos) return Quoted(url);
  return Quoted(url.substr(0, begin + 3) + "..." + url.substr(at));
}

/// Reads the table [cluster].
class ClusterReader {
 public:
  ClusterReader(const Value& table, const Reading& reading, ClusterSettings& cluster)
      : table_(table), reading_(reading), cluster_(cluster) {}

  std::vector<std::string_view> Read() {
    auto names = ReadTable<ClusterSettings>(table_, ClusterTableSettings(), {},
                                            reading_.In("cluster."), cluster_);
    const int given = Given("url") + Given("url_env") + Given("url_file");
    if (given > 1) {
      reading_.found.Error(table_.at,
                           "cluster: expected one of url, url_env and url_file, found {}", given);
      return names;
    }
    if (!cluster_.url_env.empty()) TakeFromEnvironment();
    if (!cluster_.url_file.empty()) TakeFromFile();
    CheckUrl();
    return names;
  }

 private:
  int Given(std::string_view key) const {
    const Value* value = table_.Find(key);
    return value != nullptr && !(value->is(ValueKind::kString) && value->text.empty()) ? 1 : 0;
  }

  Place At(std::string_view key) const {
    const Member* member = table_.FindMember(key);
    return member == nullptr ? table_.at : member->key_at;
  }

  void TakeFromEnvironment() {
    cluster_.url = Secret(std::string(Get(reading_.environment, cluster_.url_env)));
    if (!cluster_.url.empty()) return;
    reading_.found.Error(At("url_env"), "cluster.url_env: {} is not set", cluster_.url_env);
  }

  void TakeFromFile() {
    auto text = ReadFile(cluster_.url_file, kLongestFile);
    if (!text) {
      reading_.found.Error(At("url_file"), "cluster.url_file: {}", text.error().message);
      return;
    }
    const std::size_t last = text->find_last_not_of(" \t\r\n");
    text->resize(last == std::string::npos ? 0 : last + 1);
    cluster_.url = Secret(*std::move(text));
  }

  void CheckUrl() {
    if (cluster_.url.empty()) return;
    const auto address = ReadServerAddress(cluster_.url.Reveal());
    if (!address) {
      reading_.found.Error(At("url"), "cluster.url: {}", address.error().message);
    }
  }

  const Value& table_;
  const Reading& reading_;
  ClusterSettings& cluster_;
};

}  // namespace

std::span<const Setting<ClusterSettings>> ClusterTableSettings() {
  using C = ClusterSettings;
  static const std::array settings = {
      Setting<C>{"url",
                 SettingType::kAddress,
                 {"The server: redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE] or unix://PATH; "
                  "empty: this machine works alone.\n"
                  "Valkey 7.2 or Redis 6.2 and later.",
                  "\"redis://127.0.0.1:6379/0\""},
                 [](const Value& value, const Scope& scope, C& into) {
                   if (auto read = ReadSecret(value, scope)) into.url = *std::move(read);
                 },
                 ShowUrl},
      VariableSetting<C, &C::url_env>(
          "url_env", {"An environment variable that holds the URL.", "\"AGM_CLUSTER_URL\""}),
      PathSetting<C, &C::url_file>("url_file", {"A file that holds the URL."}),
      TextSetting<C, &C::prefix, CheckPrefix>(
          "prefix", {"The beginning of every key on the server: clusters that share a server need "
                     "different ones."}),
      TextSetting<C, &C::node>(
          "node", {"This machine's name in logs and in `agm cluster status`; empty: the host "
                   "name."}),
  };
  return settings;
}

std::vector<std::string_view> ReadCluster(const Value& table, const Reading& reading,
                                          ClusterSettings& cluster) {
  if (!table.is(ValueKind::kTable)) {
    Expected(table, reading.In("cluster"), "a table: [cluster]");
    return {};
  }
  return ClusterReader(table, reading, cluster).Read();
}

}  // namespace agm::config
