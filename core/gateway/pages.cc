#include "core/gateway/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/iso_time.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/base/version.h"
#include "core/config/model_name.h"
#include "core/config/words.h"
#include "core/gateway/catalog.h"
#include "core/gateway/metrics_page.h"
#include "core/gateway/paging.h"
#include "core/gateway/replies.h"
#include "core/gateway/shared_state.h"
#include "core/gateway/unknown_model.h"
#include "core/mapping/built_in.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kJson = "application/json";
/// Upstreams do not report when a model was created; a constant keeps the list stable.
constexpr std::int64_t kModelsCreated = 1'735'689'600;

void WriteAccount(JsonWriter& json, const accounts::AccountStatus& account) {
  json.Object().Key("name").String(ToUtf8(account.name)).Key("label").String(ToUtf8(account.label));
  json.Key("kind").String(account.kind).Key("project").String(ToUtf8(account.project));
  const auto kind = config::FindAccountKind(account.kind);
  json.Key("key_page").String(kind ? config::FactsOf(*kind).key_page : std::string_view());
  json.Key("state")
      .String(accounts::NameOf(account.state))
      .Key("reason")
      .String(ToUtf8(account.reason));
  json.Key("why").String(ToUtf8(account.why));
  json.Key("models_cooling").Int(static_cast<std::int64_t>(account.ModelsCooling()));
  json.Key("model").String(ToUtf8(account.model)).Key("until");
  account.until ? json.String(IsoTime(*account.until)) : json.Null();
  json.Key("requests").Int(account.requests).Key("errors").Int(account.errors);
  json.Key("tokens").Int(account.tokens).Key("in_flight").Int(account.in_flight).Key("last_used");
  account.last_used ? json.String(IsoTime(*account.last_used)) : json.Null();
  json.Key("first_byte_ms");
  account.first_byte ? json.Int(account.first_byte->count()) : json.Null();
  json.Key("cooldowns").Array();
  for (const auto& cooldown : account.cooldowns) {
    json.Object().Key("model").String(ToUtf8(cooldown.model)).Key("reason").String(cooldown.reason);
    json.Key("until");
    cooldown.until ? json.String(IsoTime(*cooldown.until)) : json.Null();
    json.EndObject();
  }
  json.EndArray().Key("quotas").Array();
  for (const auto& quota : account.quotas) {
    json.Object().Key("model").String(ToUtf8(quota.model)).Key("name").String(quota.name);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

/// Reads the body of POST /agm/accounts: {"heal": "NAME"}.
Result<std::string> ReadRecover(const std::string& body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  const JsonView name = doc->root()["heal"];
  if (name.is(JsonKind::kString)) return name.text();
  return Invalid("invalid_type", "heal", "heal: expected the name of an account as text");
}

/// One model for both lists.
struct Listed {
  std::string id;
  std::string owner;
  std::int64_t input_limit = 0;
  std::int64_t output_limit = 0;
  std::vector<std::string> methods;
  std::string native{};  ///< Google's own object
};

using AllListed = std::map<std::string, Listed>;

/// A name that leads to `target`, with what is known of that.
Listed AliasOf(const std::string& name, const std::string& target, const AllListed& all) {
  Listed alias{name, "agm", 0, 0, {"generateContent"}};
  if (const auto known = FindNamed(all, target); known != all.end()) alias = known->second;
  alias.id = name;
  alias.owner = "agm";
  return alias;
}

// The exact names of the built-in table that lead to a model which an account may serve.
void AddBuiltIns(Services& services, const Settings& settings, AllListed& all) {
  for (const mapping::BuiltIn& entry : mapping::BuiltIns()) {
    if (entry.from.find('*') != std::string_view::npos) continue;
    const auto served = [&](const std::string& target) {
      return services.pool->HasAccountFor(target);
    };
    if (std::ranges::none_of(entry.to, served)) continue;
    const std::string name(entry.from);
    const auto resolved = settings.map.Resolve(name);
    if (resolved) all.try_emplace(name, AliasOf(name, resolved->targets.front(), all));
  }
}

// The accounts' models and the exact names of both mappings, each name once, sorted.
AllListed EveryModel(Services& services, const Settings& settings, const http::Request& http) {
  AllListed all;
  for (const auto& entry : services.catalog->Models(settings.config, *http.client)) {
    // OpenAI's clients expect text, also where an upstream names no owner.
    const std::string owner = entry.owner.empty() ? "unknown" : ToUtf8(entry.owner);
    all[entry.id] = {entry.id,           owner,         entry.input_limit,
                     entry.output_limit, entry.methods, entry.native};
  }
  for (const std::string& name : settings.map.ExactNames()) {
    const auto resolved = settings.map.Resolve(name);
    if (resolved) all[name] = AliasOf(name, resolved->targets.front(), all);
  }
  if (settings.config->proxy.list_aliases) AddBuiltIns(services, settings, all);
  return all;
}

bool MayUse(const keys::Key* key, const Settings& settings, const std::string& name) {
  if (key == nullptr) return true;
  const auto resolved = settings.map.Resolve(name);
  return key->MayUse(name, resolved ? resolved->targets : std::vector<std::string>());
}

// The models that the caller's key may use.
AllListed AllModels(Services& services, const Settings& settings, const http::Request& http,
                    const keys::Key* key) {
  AllListed all = EveryModel(services, settings, http);
  std::erase_if(all, [&](const auto& each) { return !MayUse(key, settings, each.first); });
  return all;
}

void WriteOpenAi(JsonWriter& json, const Listed& model) {
  json.Object().Key("id").String(ToUtf8(model.id)).Key("object").String("model");
  json.Key("created").Int(kModelsCreated).Key("owned_by").String(model.owner);
  if (model.input_limit > 0) json.Key("context_window").Int(model.input_limit);
  if (model.output_limit > 0) json.Key("max_output_tokens").Int(model.output_limit);
  json.EndObject();
}

void IntOrNull(JsonWriter& json, std::int64_t value) { value > 0 ? json.Int(value) : json.Null(); }

void WriteAnthropic(JsonWriter& json, const Listed& model) {
  json.Object().Key("type").String("model").Key("id").String(ToUtf8(model.id));
  json.Key("display_name").String(ToUtf8(model.id));
  json.Key("created_at").String(IsoTime(WallTime(std::chrono::seconds(kModelsCreated))));
  IntOrNull(json.Key("max_input_tokens"), model.input_limit);
  IntOrNull(json.Key("max_tokens"), model.output_limit);
  json.Key("capabilities").Null().Key("lifecycle").String("active");
  json.Key("line").Null().Key("deprecated_at").Null().Key("retires_at").Null().EndObject();
}

// Google's own object as it is, under the name that clients use.
void WriteNative(JsonWriter& json, const Listed& model, JsonView native) {
  json.Object().Key("name").String("models/" + ToUtf8(model.id));
  for (const JsonMember member : native.members()) {
    if (!member.key.equals("name")) json.Key(member.key.text()).Raw(member.value.raw());
  }
  json.EndObject();
}

void WriteGemini(JsonWriter& json, const Listed& model) {
  if (const auto doc = JsonDoc::Parse(model.native); doc && doc->root().is(JsonKind::kObject)) {
    return WriteNative(json, model, doc->root());
  }
  json.Object().Key("name").String("models/" + ToUtf8(model.id));
  json.Key("displayName").String(ToUtf8(model.id));
  if (model.input_limit > 0) json.Key("inputTokenLimit").Int(model.input_limit);
  if (model.output_limit > 0) json.Key("outputTokenLimit").Int(model.output_limit);
  json.Key("supportedGenerationMethods").Array();
  for (const std::string& method : model.methods) json.String(method);
  json.EndArray().EndObject();
}

void WritePublished(JsonWriter& json, const std::string& id) {
  json.Object().Key("name").String("publishers/google/models/" + ToUtf8(id)).EndObject();
}

// False for a name that only accounts without Gemini's own API serve: native calls cannot use it.
bool IsNative(const Services& services, const Settings& settings, const std::string& name) {
  const auto resolved = settings.map.Resolve(name);
  if (!resolved) return true;
  return std::ranges::any_of(resolved->targets, [&](const std::string& target) {
    const auto kinds = services.pool->KindsOf(target);
    return kinds.empty() || std::ranges::any_of(kinds, [&](config::AccountKind kind) {
             return services.providers->For(kind).HasNativeApi();
           });
  });
}

// Finds each name that a request may use: a listed one, or one that a pattern leads to a model.
std::optional<Listed> FindModel(const AllListed& all, const Settings& settings, std::string_view id,
                                const keys::Key* key) {
  const std::string name(config::WithoutModelPrefix(id));
  if (!MayUse(key, settings, name)) return std::nullopt;
  if (const auto found = FindNamed(all, name); found != all.end()) {
    Listed model = found->second;
    model.id = name;
    return model;
  }
  const auto resolved = settings.map.Resolve(name);
  if (!resolved || resolved->rule == mapping::Rule::kPassThrough) return std::nullopt;
  for (const std::string& target : resolved->targets) {
    if (FindNamed(all, target) != all.end()) return AliasOf(name, target, all);
  }
  return std::nullopt;
}

Error NoSuchModel(const Services& services, const Settings& settings, const std::string& id) {
  return WithModelHelp(
      Fail(ErrorCode::kUnknownModel, "there is no model \"{}\"", ToUtf8(id.substr(0, 200))),
      services, settings, id);
}

void WriteCluster(JsonWriter& json, const cluster::LinkStatus& link) {
  const bool connected = link.state == cluster::LinkState::kConnected;
  json.Key("degraded").Bool(!connected).Key("cluster").Object();
  json.Key("node").String(ToUtf8(link.node)).Key("server").String(ToUtf8(link.server));
  json.Key("state").String(cluster::NameOf(link.state));
  if (!connected) json.Key("why").String(ToUtf8(link.why));
  json.Key("waiting_writes").Int(static_cast<std::int64_t>(link.waiting)).EndObject();
}

}  // namespace

http::Reply HealthPage(Services& services, Record& record) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("status").String(services.stopping() ? "stopping" : "ok");
  json.Key("version").String(Version()).EndObject();
  return PageReply(200, kJson, std::move(body), record);
}

http::Reply ReadyPage(Services& services, Record& record) {
  const auto accounts = services.pool->Status();
  std::map<accounts::AccountState, int> states;
  std::size_t models_cooling = 0;
  for (const auto& account : accounts) {
    ++states[account.state];
    models_cooling += account.ModelsCooling();
  }
  const bool able = services.pool->Ready() > 0;
  const bool stopping = services.stopping();
  std::string body;
  JsonWriter json(body);
  json.Object().Key("status").String(stopping ? "stopping" : able ? "ready" : "unavailable");
  json.Key("accounts").Object().Key("total").Int(static_cast<std::int64_t>(accounts.size()));
  for (const auto state : accounts::kAccountStates) {
    json.Key(accounts::NameOf(state)).Int(states[state]);
  }
  json.Key("models_cooling").Int(static_cast<std::int64_t>(models_cooling)).EndObject();
  if (services.shared != nullptr) WriteCluster(json, services.shared->status());
  if (accounts.empty()) {
    json.Key("message").String("no account is configured; add one with `agm accounts add`");
  } else if (!able) {
    json.Key("message").String("no account can serve now; `agm accounts list` says why");
  }
  json.EndObject();
  return PageReply(able && !stopping ? 200 : 503, kJson, std::move(body), record);
}

http::Reply MetricsPage(Services& services, const Settings& settings, Record& record) {
  services.journal->Settle();
  const PresentState state{
      services.pool->Status(),
      services.in_flight(),
      services.journal->figures(),
      FiguresOf(settings.ring, services.clock->Wall(), services.clock->Now()),
      settings.loaded,
      settings.certificate_expires,
      services.pool->affinities(),
      services.telemetry->dropped(),
      services.shared == nullptr ? std::nullopt : std::optional(services.shared->status())};
  return PageReply(200, "text/plain; version=0.0.4; charset=utf-8",
                   WriteMetrics(*services.metrics, state), record);
}

http::Reply AccountsPage(Services& services, Record& record) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("accounts").Array();
  for (const auto& account : services.pool->Status()) WriteAccount(json, account);
  json.EndArray().EndObject();
  return PageReply(200, kJson, std::move(body), record);
}

http::Reply RecoverPage(Services& services, const Settings& settings, const http::Request& http,
                        Record& record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  };
  const auto name = ReadRecover(http.body);
  if (!name) return refuse(name.error());
  if (!services.pool->Recover(*name)) {
    return refuse(Fail(ErrorCode::kNotFound, "there is no account '{}'", ToUtf8(*name)));
  }
  return AccountsPage(services, record);
}

http::Reply ModelsPage(Services& services, const Settings& settings, const http::Request& http,
                       Record& record) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("object").String("list").Key("data").Array();
  for (const auto& [id, model] : AllModels(services, settings, http, record.key.get()))
    WriteOpenAi(json, model);
  json.EndArray().EndObject();
  return PageReply(200, kJson, std::move(body), record);
}

http::Reply ModelPage(Services& services, const Settings& settings, const http::Request& http,
                      const std::string& id, Record& record) {
  const auto all = EveryModel(services, settings, http);
  const auto model = FindModel(all, settings, id, record.key.get());
  if (!model) {
    return Refuse(Surface::kOpenAi, NoSuchModel(services, settings, id), record, *settings.config);
  }
  std::string body;
  JsonWriter json(body);
  WriteOpenAi(json, *model);
  return PageReply(200, kJson, std::move(body), record);
}

http::Reply AnthropicModelsPage(Services& services, const Settings& settings,
                                const http::Request& http, Record& record) {
  const auto all = AllModels(services, settings, http, record.key.get());
  std::string body;
  JsonWriter json(body);
  json.Object().Key("data").Array();
  for (const auto& [id, model] : all) WriteAnthropic(json, model);
  json.EndArray().Key("has_more").Bool(false).Key("first_id");
  all.empty() ? json.Null() : json.String(ToUtf8(all.begin()->first));
  json.Key("last_id");
  all.empty() ? json.Null() : json.String(ToUtf8(all.rbegin()->first));
  json.EndObject();
  return PageReply(200, kJson, std::move(body), record);
}

http::Reply AnthropicModelPage(Services& services, const Settings& settings,
                               const http::Request& http, const std::string& id, Record& record) {
  const auto all = EveryModel(services, settings, http);
  const auto model = FindModel(all, settings, id, record.key.get());
  if (!model) {
    return Refuse(Surface::kAnthropic, NoSuchModel(services, settings, id), record,
                  *settings.config);
  }
  std::string body;
  JsonWriter json(body);
  WriteAnthropic(json, *model);
  return PageReply(200, kJson, std::move(body), record);
}

http::Reply GeminiModelsPage(Services& services, const Settings& settings,
                             const http::Request& http, Record& record) {
  const auto all = AllModels(services, settings, http, record.key.get());
  std::vector<std::string> names;
  for (const auto& [id, model] : all) {
    if (IsNative(services, settings, id)) names.push_back(id);
  }
  const auto page = PageOfList(http.query, names);
  if (!page) return Refuse(Surface::kGemini, page.error(), record, *settings.config);
  const bool published = http.path.find("/publishers/") != std::string::npos;
  std::string body;
  JsonWriter json(body);
  json.Object().Key(published ? "publisherModels" : "models").Array();
  for (std::size_t i = page->begin; i < page->end; ++i) {
    published ? WritePublished(json, names[i]) : WriteGemini(json, all.at(names[i]));
  }
  json.EndArray();
  if (!page->next.empty()) json.Key("nextPageToken").String(ToUtf8(page->next));
  json.EndObject();
  return PageReply(200, kJson, std::move(body), record);
}

http::Reply GeminiModelPage(Services& services, const Settings& settings, const http::Request& http,
                            const std::string& id, Record& record) {
  const auto all = EveryModel(services, settings, http);
  const auto model = FindModel(all, settings, id, record.key.get());
  if (!model || !IsNative(services, settings, model->id)) {
    Error error = NoSuchModel(services, settings, id);
    error.message = "models/" + ToUtf8(id.substr(0, 200)) + " is not found: " + error.message;
    return Refuse(Surface::kGemini, std::move(error), record, *settings.config);
  }
  std::string body;
  JsonWriter json(body);
  WriteGemini(json, *model);
  return PageReply(200, kJson, std::move(body), record);
}

}  // namespace agm::gateway
