#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/utf8.h"
#include "core/config/checks.h"
#include "core/config/edit.h"
#include "core/config/load.h"
#include "core/gateway/page_routes.h"
#include "core/gateway/pages.h"
#include "core/gateway/replies.h"

namespace agm::gateway {
namespace {

constexpr Duration kPatience{20'000};

/// The account of the form: {"add":{"name","api_key","base_url"}}; `base_url` is optional.
Result<config::Account> ReadAccount(const std::string& body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  const JsonView add = doc->root()["add"];
  const auto text = [&](std::string_view name) {
    const JsonView value = add[name];
    return value.is(JsonKind::kString) ? value.text() : std::string();
  };
  config::Account account;
  account.name = text("name");
  account.api_key = Secret(text("api_key"));
  account.base_url = text("base_url");
  if (const std::string wrong = config::CheckEntryName(account.name); !wrong.empty()) {
    return Invalid("invalid_value", "add.name", "name: expected " + wrong);
  }
  if (account.api_key.empty()) {
    return Invalid("missing_required_parameter", "add.api_key", "api_key: expected the key");
  }
  return account;
}

Result<void> CheckIsNew(const config::Account& account, const config::Config& config) {
  for (const config::Account& each : config.accounts) {
    if (each.name == account.name) {
      return Fail(ErrorCode::kInvalidRequest, "there is an account '{}' already",
                  ToUtf8(account.name));
    }
    if (each.api_key == account.api_key) {
      return Fail(ErrorCode::kInvalidRequest,
                  "account '{}' has this key already, and two accounts with one key share one "
                  "quota; give the key of another project",
                  ToUtf8(each.name));
    }
  }
  return {};
}

config::PutEntry ChangeFor(const config::Account& account) {
  config::PutEntry change{account.name, {{"api_key", account.api_key}}};
  if (!account.base_url.empty()) change.fields.push_back({"base_url", account.base_url});
  return change;
}

/// The account as the configuration reads it, so that all its values are checked first.
Result<config::Account> Planned(const config::Account& account, const ConfigSource& source) {
  auto text = config::EditText("", ChangeFor(account));
  if (!text) return std::move(text).error();
  auto loaded = config::Load(config::Source{*std::move(text), source.file}, source.environment);
  if (!loaded) return std::move(loaded).error();
  return loaded->config.accounts.front();
}

Result<void> TryKey(Services& services, const config::Account& account, const http::Request& http,
                    const config::Proxy& proxy) {
  upstream::Limits limits;
  limits.first_byte_timeout = kPatience;
  limits.deadline = After(services.clock->Now(), kPatience);
  limits.proxy = proxy.upstream_proxy;
  const upstream::Sender sender{*services.transport, limits, *http.client};
  auto tried =
      services.providers->For(account.kind).CheckCredential(sender, account, account.api_key);
  const auto* failure = std::get_if<upstream::Failure>(&tried);
  if (failure == nullptr) return {};
  const bool accepted = failure->error.code == ErrorCode::kRateLimited ||
                        failure->error.code == ErrorCode::kQuotaExhausted;
  if (accepted) return {};
  return Fail(ErrorCode::kInvalidRequest, "the upstream did not accept the key: {}",
              failure->error.message);
}

}  // namespace

http::Reply AddAccountPage(Services& services, const Settings& settings, const http::Request& http,
                           Record& record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  };
  if (!services.config_source) {
    return refuse(Fail(ErrorCode::kInvalidRequest,
                       "this gateway has no configuration file; run `agm accounts add` instead"));
  }
  auto asked = ReadAccount(http.body);
  if (!asked) return refuse(std::move(asked).error());
  if (auto is_new = CheckIsNew(*asked, *settings.config); !is_new) return refuse(is_new.error());
  const auto account = Planned(*asked, *services.config_source);
  if (!account) return refuse(account.error());
  const config::Proxy& proxy = settings.config->proxy;
  if (auto good = TryKey(services, *account, http, proxy); !good) return refuse(good.error());
  auto edited = config::EditFile(services.config_source->file, ChangeFor(*asked),
                                 services.config_source->environment);
  if (!edited) return refuse(std::move(edited).error());
  return AccountsPage(services, record);
}

}  // namespace agm::gateway
