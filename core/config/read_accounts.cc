#include <unistd.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/config/host.h"
#include "core/config/read_tables.h"
#include "core/config/settings.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

constexpr std::size_t kLongestKeyFile = 64U << 10U;

/// Reads one account.
class AccountReader {
 public:
  AccountReader(const Value& table, const Reading& reading) : table_(table), reading_(reading) {}

  Account Read() {
    const Value* name = table_.Find("name");
    if (name != nullptr && name->is(ValueKind::kString)) called_ = Quoted(name->text);
    const Scope scope = reading_.In(fmt::format("account {}: ", called_));
    ReadTable<Account>(table_, AccountSettings(), {}, scope, account_);
    if (name == nullptr) reading_.found.Error(table_.at, "account: expected a name, found none");
    FinishAddress();
    FinishCredential();
    return std::move(account_);
  }

 private:
  Place At(std::string_view key) const {
    const Member* member = table_.FindMember(key);
    return member == nullptr ? table_.at : member->key_at;
  }

  void FinishAddress() {
    std::string& base = account_.base_url;
    if (base.empty()) base = Facts().base_url;
    if (Facts().location.empty()) WarnNoEffect("location");
    if (account_.location.empty()) account_.location = Facts().location;
    const auto url = SplitUrl(base);
    if (!url) return;
    if (url->scheme == "http" && !IsLoopback(url->host)) {
      reading_.found.Warn(At("base_url"),
                          "account {}: base_url is not https, so the key travels in the clear",
                          called_);
    }
    for (const std::string_view version : {"/v1beta", "/v1beta1", "/v1"}) {
      if (Facts().keeps_api_version || url->path != version) continue;
      reading_.found.Warn(At("base_url"), "account {}: base_url is read without its \"{}\"",
                          called_, version);
      base.resize(base.size() - version.size());
      return;
    }
  }

  void FinishCredential() {
    const int keys = Given("api_key") + Given("api_key_env") + Given("api_key_file");
    if (keys > 1) {
      reading_.found.Error(At("api_key"),
                           "account {}: expected one of api_key, api_key_env and api_key_file, "
                           "found {}",
                           called_, keys);
      return;
    }
    if (!account_.api_key_env.empty()) TakeKeyFromEnvironment();
    if (!account_.api_key_file.empty()) TakeKeyFromFile();
    if (!Facts().has_service_accounts) WarnNoEffect("service_account");
    if (Facts().needs_base_url && account_.base_url.empty()) {
      Unusable("name", fmt::format("kind {} needs a base_url", Facts().word));
    }
    if (Facts().key == KeyNeed::kRequired) RequireCredential(keys > 0);
  }

  void RequireCredential(bool has_key) {
    const bool uses_file = Facts().has_service_accounts && !account_.service_account.empty();
    if (uses_file && ::access(account_.service_account.c_str(), R_OK) != 0) {
      Unusable("service_account",
               fmt::format("the file {} cannot be read", account_.service_account));
    }
    if (has_key) return;
    if (!uses_file && !HasOAuth()) {
      Unusable("name",
               Facts().has_service_accounts
                   ? "it has no service_account, and no client_id, client_secret and refresh_token"
                   : "it has no api_key, api_key_env or api_key_file");
    } else if (Facts().needs_project && account_.project.empty()) {
      Unusable("name", "it has no project");
    }
  }

  const AccountKindFacts& Facts() const { return FactsOf(account_.kind); }

  bool HasOAuth() const { return !account_.client_id.empty() && !account_.refresh_token.empty(); }

  int Given(std::string_view key) const {
    const Value* value = table_.Find(key);
    return value != nullptr && !(value->is(ValueKind::kString) && value->text.empty()) ? 1 : 0;
  }

  void TakeKeyFromEnvironment() {
    const std::string key(Get(reading_.environment, account_.api_key_env));
    if (key.empty()) {
      Unusable("api_key_env", fmt::format("{} is not set", account_.api_key_env));
    } else {
      TakeKey("api_key_env", key, account_.api_key_env);
    }
  }

  void TakeKeyFromFile() {
    const auto text = ReadFile(account_.api_key_file, kLongestKeyFile);
    if (text) {
      TakeKey("api_key_file", *text, account_.api_key_file);
    } else {
      Unusable("api_key_file", text.error().message);
    }
  }

  void TakeKey(std::string_view setting, std::string key, const std::string& source) {
    const std::size_t last = key.find_last_not_of(" \t\r\n");
    key.resize(last == std::string::npos ? 0 : last + 1);
    if (IsKeyText(key)) {
      account_.api_key = Secret(std::move(key));
    } else {
      Unusable(setting,
               fmt::format("{} holds no key: expected printable ASCII without spaces", source));
    }
  }

  void Unusable(std::string_view setting, std::string why) {
    if (account_.enabled) {
      reading_.found.WarnHere(At(setting), "account {} cannot be used: {}", called_, why);
    }
    account_.unusable = std::move(why);
  }

  void WarnNoEffect(std::string_view key) {
    if (table_.Find(key) == nullptr) return;
    reading_.found.Warn(At(key), "account {}: {} has no effect with kind {}", called_, key,
                        Word(account_.kind));
  }

  const Value& table_;
  const Reading& reading_;
  std::string called_ = "without a name";
  Account account_;
};

}  // namespace

std::vector<Account> ReadAccounts(const Value& list, const Reading& reading) {
  std::vector<Account> accounts;
  if (!list.is(ValueKind::kArray)) {
    Expected(list, reading.In("accounts"), "an array of tables: [[accounts]] before each account");
    return accounts;
  }
  for (const Value& item : list.items) {
    if (!item.is(ValueKind::kTable)) {
      Expected(item, reading.In("accounts"), "a table for each account");
      continue;
    }
    Account account = AccountReader(item, reading).Read();
    const auto first = std::ranges::find(accounts, account.name, &Account::name);
    if (first != accounts.end() && !account.name.empty()) {
      const Member* name = item.FindMember("name");
      reading.found.Error(name == nullptr ? item.at : name->key_at,
                          "there are two accounts named \"{}\"; give each its own name",
                          account.name);
    }
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace agm::config
