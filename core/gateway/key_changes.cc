#include "core/gateway/key_changes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/duration.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/percent.h"
#include "core/base/utf8.h"
#include "core/config/checks.h"
#include "core/config/edit.h"
#include "core/config/load.h"
#include "core/gateway/replies.h"
#include "core/keys/draft.h"
#include "core/keys/key_text.h"

namespace agm::gateway {
namespace {

constexpr std::int64_t kLargestLimit = 2'000'000'000;

Error Expected(const std::string& member, std::string_view what) {
  return Invalid("invalid_value", member, member + ": expected " + std::string(what));
}

/// Reads the members of a change. The first fault is kept.
class DraftReader {
 public:
  Result<keys::Draft> Read(const JsonView& body, bool is_new) {
    for (const JsonMember member : body.members()) {
      const std::string name = member.key.text();
      if ((name == "name" && is_new) || (name == "rotate" && !is_new)) continue;
      if (!Take(name, member.value)) Fault(Expected(name, "no such member"));
    }
    if (fault_) return *std::move(fault_);
    return std::move(draft_);
  }

 private:
  bool Take(const std::string& name, const JsonView& value) {
    if (name == "scopes") return Texts(name, value, draft_.scopes);
    if (name == "models") return Texts(name, value, draft_.models);
    if (name == "requests_per_minute") return Limit(name, value, draft_.requests_per_minute);
    if (name == "tokens_per_minute") return Limit(name, value, draft_.tokens_per_minute);
    if (name == "parallel") return Limit(name, value, draft_.parallel);
    if (name == "budget") return Windows(name, value, draft_.budgets);
    if (name == "tokens") return Windows(name, value, draft_.tokens);
    if (name == "budget_of") return Text(name, value, draft_.budget_of);
    if (name == "expires") {
      if (value.is(JsonKind::kNull)) draft_.expires = "never";
      return value.is(JsonKind::kNull) || Text(name, value, draft_.expires);
    }
    if (name != "enabled") return false;
    if (!value.is(JsonKind::kBool)) Fault(Expected(name, "true or false"));
    draft_.enabled = value.raw() == "true";
    return true;
  }

  bool Text(const std::string& name, const JsonView& value, std::optional<std::string>& into) {
    if (!value.is(JsonKind::kString)) Fault(Expected(name, "a text"));
    into = value.text();
    return true;
  }

  bool Texts(const std::string& name, const JsonView& value,
             std::optional<std::vector<std::string>>& into) {
    into.emplace();
    if (!value.is(JsonKind::kArray)) Fault(Expected(name, "an array of texts"));
    for (const JsonView each : value.items()) {
      if (!each.is(JsonKind::kString)) Fault(Expected(name, "an array of texts"));
      into->push_back(each.text());
    }
    return true;
  }

  bool Limit(const std::string& name, const JsonView& value, std::optional<int>& into) {
    const auto number =
        value.is(JsonKind::kNull) ? std::optional<std::int64_t>(0) : value.integer();
    if (!number || *number < 0 || *number > kLargestLimit) {
      Fault(Expected(name, "a whole number, or null for no limit"));
      return true;
    }
    into = static_cast<int>(*number);
    return true;
  }

  /// {"day": 2.5, "month": null} as "2.5/day" and "none/month".
  bool Windows(const std::string& name, const JsonView& value, std::vector<std::string>& into) {
    if (value.is(JsonKind::kNull)) into.emplace_back("none");
    if (!value.is(JsonKind::kNull) && !value.is(JsonKind::kObject)) {
      Fault(Expected(name, R"({"day": AMOUNT, "month": AMOUNT})"));
    }
    for (const JsonMember member : value.members()) {
      const bool none = member.value.is(JsonKind::kNull);
      if (!none && !member.value.is(JsonKind::kNumber)) Fault(Expected(name, "a number"));
      into.push_back((none ? "none" : std::string(member.value.raw())) + "/" + member.key.text());
    }
    return true;
  }

  void Fault(Error error) {
    if (!fault_) fault_ = std::move(error);
  }

  keys::Draft draft_;
  std::optional<Error> fault_;
};

/// The configuration file with the keys as they stand in it now, which may be newer than what the
/// gateway runs with.
struct KeyFile {
  const ConfigSource& source;
  std::vector<config::ClientKey> keys;

  const config::ClientKey* Find(std::string_view name) const {
    const auto found = std::ranges::find(keys, name, &config::ClientKey::name);
    return found == keys.end() ? nullptr : &*found;
  }
  Result<void> Edit(const config::Change& change) const {
    auto edited = config::EditFile(source.file, change, source.environment);
    if (!edited) return std::move(edited).error();
    return {};
  }
};

Result<KeyFile> ReadKeys(const Services& services) {
  if (!services.config_source) {
    return Fail(ErrorCode::kInvalidRequest,
                "this gateway has no configuration file; run `agm keys` instead");
  }
  const ConfigSource& source = *services.config_source;
  auto loaded = config::Load(config::Location{source.file}, source.environment);
  if (!loaded) return std::move(loaded).error();
  return KeyFile{source, std::move(loaded->config.keys)};
}

Error Unknown(const std::string& name) {
  return Fail(ErrorCode::kNotFound, "there is no key '{}'; GET /agm/keys lists them", ToUtf8(name));
}

http::Reply Answer(std::string body, Record& record) {
  http::Reply reply = PageReply(200, "application/json", std::move(body), record);
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

std::string Made(const std::string& name, const keys::NewKey& made) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("name").String(name).Key("id").String(made.id);
  json.Key("key").String(made.key.Reveal()).EndObject();
  return body;
}

std::string Done(const std::string& name, std::string_view what) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("name").String(name).Key(what).Bool(true).EndObject();
  return body;
}

Result<std::string> Add(const Services& services, const std::string& body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  const JsonView root = doc->root();
  std::string name = root["name"].is(JsonKind::kString) ? root["name"].text() : std::string();
  if (const std::string wrong = config::CheckEntryName(name); !wrong.empty()) {
    return Expected("name", wrong);
  }
  auto draft = DraftReader().Read(root, true);
  if (!draft) return std::move(draft).error();
  auto file = ReadKeys(services);
  if (!file) return std::move(file).error();
  if (file->Find(name) != nullptr) {
    return Invalid("invalid_value", "name", "there is a key '" + name + "' already");
  }
  if (!draft->scopes) draft->scopes = std::vector<std::string>{"inference"};
  auto fields = keys::FieldsOf(*draft, {}, services.clock->Wall());
  if (!fields) return std::move(fields).error();
  const keys::NewKey made = keys::MakeKey();
  auto edited = file->Edit(keys::AddKey(name, made.id, made.hash, *std::move(fields)));
  if (!edited) return std::move(edited).error();
  return Made(name, made);
}

Result<std::string> Rotate(const Services& services, const KeyFile& file,
                           const config::ClientKey& key, const JsonView& rotate) {
  const JsonView grace = rotate["grace"];
  const auto span = grace.is(JsonKind::kString) ? ReadDuration(grace.text()) : Duration(0);
  if (!span) return Expected("rotate.grace", "a span such as \"24h\"");
  const keys::NewKey made = keys::MakeKey(key.id);
  auto edited = file.Edit(keys::RotateKey(key, made.hash, *span, services.clock->Wall()));
  if (!edited) return std::move(edited).error();
  return Made(key.name, made);
}

Result<std::string> Change(const Services& services, const std::string& name,
                           const std::string& body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  auto draft = DraftReader().Read(doc->root(), false);
  if (!draft) return std::move(draft).error();
  const auto file = ReadKeys(services);
  if (!file) return file.error();
  const config::ClientKey* key = file->Find(name);
  if (key == nullptr) return Unknown(name);
  const JsonView rotate = doc->root()["rotate"];
  if (rotate.is(JsonKind::kObject) || rotate.raw() == "true") {
    if (!draft->empty()) return Expected("rotate", "no other member beside it");
    return Rotate(services, *file, *key, rotate);
  }
  if (draft->empty()) return Invalid("invalid_value", "", "the body changes nothing");
  auto fields = keys::FieldsOf(*draft, *key, services.clock->Wall());
  if (!fields) return std::move(fields).error();
  auto edited = file->Edit(config::UpdateEntry{name, *std::move(fields), config::kKeyList});
  if (!edited) return std::move(edited).error();
  return Done(name, "changed");
}

Result<std::string> Remove(const Services& services, const std::string& name) {
  const auto file = ReadKeys(services);
  if (!file) return file.error();
  if (file->Find(name) == nullptr) return Unknown(name);
  auto edited = file->Edit(config::RemoveEntry{name, config::kKeyList});
  if (!edited) return std::move(edited).error();
  return Done(name, "removed");
}

/// An edit that the configuration's checks refuse is a fault of the request.
http::Reply Reply(Result<std::string> done, const Settings& settings, Record& record) {
  if (done) return Answer(*std::move(done), record);
  Error error = std::move(done).error();
  if (error.code == ErrorCode::kConfig) error.code = ErrorCode::kInvalidRequest;
  return Refuse(Surface::kOwn, std::move(error), record, *settings.config);
}

}  // namespace

http::Reply AddKeyPage(Services& services, const Settings& settings, const http::Request& http,
                       Record& record) {
  return Reply(Add(services, http.body), settings, record);
}

http::Reply ChangeKeyPage(Services& services, const Settings& settings, const http::Request& http,
                          const std::string& name, Record& record) {
  return Reply(Change(services, PercentDecode(name), http.body), settings, record);
}

http::Reply RemoveKeyPage(Services& services, const Settings& settings, const std::string& name,
                          Record& record) {
  return Reply(Remove(services, PercentDecode(name)), settings, record);
}

}  // namespace agm::gateway
