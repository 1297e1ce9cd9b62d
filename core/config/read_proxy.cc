#include <algorithm>
#include <array>

#include "core/config/host.h"
#include "core/config/model_name.h"
#include "core/config/read_tables.h"
#include "core/config/settings.h"

namespace agm::config {
namespace {

constexpr std::array<std::string_view, 2> kTables = {"tls", "custom_mapping"};

void ReadTls(const Value& table, const Reading& reading, Tls& tls) {
  const Scope scope = reading.In("proxy.tls.");
  if (!table.is(ValueKind::kTable)) {
    Expected(table, reading.In("proxy.tls"), "a table: [proxy.tls] with certificate and key");
    return;
  }
  ReadTable<Tls>(table, TlsSettings(), {}, scope, tls);
  if (tls.certificate.empty() != tls.key.empty()) {
    reading.found.Error(table.at, "proxy.tls: expected both certificate and key, found only {}",
                        tls.key.empty() ? "certificate" : "key");
  }
}

ApiKey ReadNamedKey(const Value& item, std::size_t index, const Reading& reading) {
  static constexpr std::array<std::string_view, 2> kKeys = {"name", "key"};
  ApiKey key{fmt::format("key{}", index + 1), {}};
  if (!item.is(ValueKind::kTable)) {
    reading.found.Error(item.at,
                        "proxy.api_keys: expected tables such as {{ name = \"laptop\", key = "
                        "\"...\" }}, found {}",
                        KindName(item.kind));
    return key;
  }
  if (const Value* name = item.Find("name")) {
    if (auto text = ReadText(*name, reading.In("proxy.api_keys.name"), nullptr)) key.name = *text;
  }
  const Value* secret = item.Find("key");
  if (secret != nullptr) {
    if (auto text = ReadSecret(*secret, reading.In("proxy.api_keys.key"))) key.key = *text;
  }
  if (secret == nullptr || (secret->is(ValueKind::kString) && secret->text.empty())) {
    reading.found.Error(item.at, "proxy.api_keys: \"{}\" has no key", key.name);
  }
  for (const Member& member : item.members) {
    if (std::ranges::find(kKeys, member.key) != kKeys.end()) continue;
    WarnUnknown(member, "proxy.api_keys.", kKeys, reading.found);
  }
  return key;
}

void ReadNamedKeys(const Value& list, const Reading& reading, std::vector<ApiKey>& keys) {
  if (!list.is(ValueKind::kArray)) {
    Expected(list, reading.In("proxy.api_keys"), "an array of tables with name and key");
    return;
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    ApiKey key = ReadNamedKey(list.items[i], i, reading);
    if (std::ranges::find(keys, key.name, &ApiKey::name) != keys.end()) {
      reading.found.Error(list.items[i].at, "proxy.api_keys: there are two named \"{}\"", key.name);
    }
    keys.push_back(std::move(key));
  }
}

void ReadKeys(const Value& table, const Reading& reading, std::vector<ApiKey>& keys) {
  const Member* one = table.FindMember("api_key");
  const Member* many = table.FindMember("api_keys");
  if (one != nullptr && many != nullptr) {
    reading.found.Error(one->key_at, "proxy: expected either api_key or api_keys, found both");
  }
  if (one != nullptr) {
    auto key = ReadSecret(one->value, reading.In("proxy.api_key"));
    if (key && !key->empty()) keys.push_back({"default", std::move(*key)});
  }
  if (many != nullptr) ReadNamedKeys(many->value, reading, keys);
}

void CheckSense(const Value& table, const Reading& reading, const Proxy& proxy) {
  const Member* lan = table.FindMember("allow_lan_access");
  if (lan != nullptr && proxy.allow_lan_access && IsLoopback(proxy.ListenHost())) {
    reading.found.Warn(lan->key_at,
                       "proxy.allow_lan_access: has no effect on who can connect, because "
                       "proxy.host is \"{}\"; leave proxy.host out",
                       proxy.host);
  }
}

std::vector<std::string> ReadTargets(const Member& member, const Reading& reading) {
  const Scope scope = reading.In("proxy.custom_mapping." + WriteKey(member.key));
  const TextCheck check = [](std::string& name) {
    const std::string fault = ModelNameFault(name);
    if (!fault.empty()) return "a model's name, but this one " + fault;
    const bool pattern = name.find('*') != std::string::npos;
    return std::string(pattern ? "a model's name; only the left side can be a pattern" : "");
  };
  const Value& value = member.value;
  if (value.is(ValueKind::kString)) {
    auto one = ReadText(value, scope, check);
    return one ? std::vector{std::move(*one)} : std::vector<std::string>();
  }
  if (!value.is(ValueKind::kArray) || value.items.empty()) {
    Expected(value, scope, "a model's name or an array of at least one");
    return {};
  }
  return ReadTexts(value, scope, check).value_or(std::vector<std::string>());
}

}  // namespace

std::vector<MappingRule> ReadMapping(const Value& table, const Reading& reading) {
  std::vector<MappingRule> rules;
  if (!table.is(ValueKind::kTable)) {
    Expected(table, reading.In("proxy.custom_mapping"), "a table of names and their targets");
    return rules;
  }
  for (const Member& member : table.members) {
    const std::string_view from = WithoutModelPrefix(member.key);
    if (const std::string fault = ModelNameFault(from); !fault.empty()) {
      reading.found.Error(member.key_at, "proxy.custom_mapping: the name {} {}", Quoted(member.key),
                          fault);
    }
    const auto same = [&](const MappingRule& rule) {
      return WithoutModelPrefix(rule.from) == from;
    };
    if (std::ranges::any_of(rules, same)) {
      reading.found.Error(member.key_at, "proxy.custom_mapping: \"{}\" is mapped twice", from);
    }
    rules.push_back({member.key, ReadTargets(member, reading)});
  }
  return rules;
}

std::vector<std::string_view> ReadProxy(const Value& table, const Reading& reading, Proxy& proxy) {
  if (!table.is(ValueKind::kTable)) {
    Expected(table, reading.In("proxy"), "a table: [proxy]");
    return {};
  }
  auto present = ReadTable<Proxy>(table, ProxySettings(), kTables, reading.In("proxy."), proxy);
  ReadKeys(table, reading, proxy.api_keys);
  if (const Value* tls = table.Find("tls")) ReadTls(*tls, reading, proxy.tls);
  CheckSense(table, reading, proxy);
  return present;
}

std::vector<std::string_view> ReadLog(const Value& table, const Reading& reading,
                                      LogSettings& log) {
  if (!table.is(ValueKind::kTable)) {
    Expected(table, reading.In("log"), "a table: [log]");
    return {};
  }
  return ReadTable<LogSettings>(table, LogTableSettings(), {}, reading.In("log."), log);
}

}  // namespace agm::config
