#include "core/config/load.h"

#include <array>
#include <charconv>

#include "core/base/file.h"
#include "core/config/host.h"
#include "core/config/nearest.h"
#include "core/config/read_tables.h"
#include "core/config/settings.h"

namespace agm::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = 4U << 20U;
constexpr std::array<std::string_view, 7> kTopLevel = {"proxy",     "log",     "accounts", "keys",
                                                       "telemetry", "cluster", "prices"};

/// Turns one configuration's text into settings.
class Loader {
 public:
  Loader(const Source& source, const Environment& environment, const Overrides& overrides)
      : source_(source),
        environment_(environment),
        overrides_(overrides),
        found_(source.path.string()) {}

  Checked Load() {
    auto parsed = ParseDocument(source_.text);
    if (const auto* error = std::get_if<SyntaxError>(&parsed)) {
      found_.Error(error->at, "{}", error->message);
    } else {
      ReadFileSettings(std::get<Value>(parsed));
      ReadEnvironment();
      ReadOverrides();
    }
    const bool usable = !found_.errors();
    Checked checked{std::nullopt, found_.Take()};
    if (!usable) return checked;
    loaded_.warnings = checked.problems;
    loaded_.path = source_.path;
    checked.loaded = std::move(loaded_);
    return checked;
  }

 private:
  void ReadFileSettings(const Value& root) {
    const Reading reading{found_, source_.path.parent_path(), environment_};
    Config& config = loaded_.config;
    for (const Member& member : root.members) {
      if (member.key == "proxy") {
        for (const auto name : ReadProxy(member.value, reading, config.proxy)) {
          loaded_.origins.emplace(name, Origin::kFile);
        }
        if (const Value* tls = member.value.Find("tls")) {
          for (const Member& each : tls->members) {
            loaded_.origins.emplace("proxy.tls." + each.key, Origin::kFile);
          }
        }
        const Value* mapping = member.value.Find("custom_mapping");
        if (mapping != nullptr) config.mapping = ReadMapping(*mapping, reading);
      } else if (member.key == "log") {
        for (const auto name : ReadLog(member.value, reading, config.log)) {
          loaded_.origins.emplace("log." + std::string(name), Origin::kFile);
        }
      } else if (member.key == "telemetry") {
        for (const auto name : ReadTelemetry(member.value, reading, config.telemetry)) {
          loaded_.origins.emplace("telemetry." + std::string(name), Origin::kFile);
        }
      } else if (member.key == "cluster") {
        for (const auto name : ReadCluster(member.value, reading, config.cluster)) {
          loaded_.origins.emplace("cluster." + std::string(name), Origin::kFile);
        }
      } else if (member.key == "prices") {
        config.prices = ReadPrices(member.value, reading);
      } else if (member.key == "accounts") {
        config.accounts = ReadAccounts(member.value, reading);
      } else if (member.key == "keys") {
        config.keys = ReadClientKeys(member.value, reading);
      } else {
        WarnStray(member);
      }
    }
    if (const Value* keys = root.Find("keys")) CheckKeyNames(*keys);
  }

  // The request log and the limits tell callers apart by their names.
  void CheckKeyNames(const Value& list) {
    for (std::size_t i = 0; i < loaded_.config.keys.size(); ++i) {
      const std::string& name = loaded_.config.keys[i].name;
      const auto& others = loaded_.config.proxy.api_keys;
      if (std::ranges::find(others, name, &ApiKey::name) == others.end()) continue;
      found_.Error(list.items[i].at,
                   "key \"{}\": a key of [proxy] has that name too; give each its own name", name);
    }
  }

  // An unknown top-level name is most likely a setting that lost its table header.
  void WarnStray(const Member& member) {
    const auto belongs = [&](std::string_view where) {
      found_.Warn(member.key_at, "{}: no such setting here; it has no effect; it belongs in {}",
                  WriteKey(member.key), where);
    };
    for (const auto& setting : ProxySettings()) {
      if (setting.name == member.key) return belongs("[proxy]");
    }
    if (member.key == "custom_mapping") return belongs("[proxy.custom_mapping]");
    if (member.key == "tls") return belongs("[proxy.tls]");
    WarnUnknown(member, "", kTopLevel, found_);
  }

  void ReadEnvironment() {
    ReadTelemetryVariables(environment_, loaded_.config.telemetry);
    ReadVariable("AGM_HOST", "host");
    ReadVariable("AGM_PORT", "port");
    ReadVariable("AGM_AUTH_MODE", "auth_mode");
    const auto key = Get(environment_, "AGM_API_KEY");
    if (!key.empty()) SetKey("AGM_API_KEY", Secret(std::string(key)), Origin::kEnvironment);
  }

  void ReadVariable(std::string_view variable, std::string_view setting) {
    const auto text = Get(environment_, variable);
    if (text.empty()) return;
    int number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && rest == text.data() + text.size();
    const Value value = setting == "port" && is_number ? ValueOf(number) : ValueOf(text);
    Set(variable, setting, value, Origin::kEnvironment);
  }

  void ReadOverrides() {
    if (overrides_.allow_lan_access) {
      loaded_.config.proxy.allow_lan_access = *overrides_.allow_lan_access;
      loaded_.origins["allow_lan_access"] = Origin::kFlag;
      // --lan asks for access from other machines, so it overrides a loopback host from file or
      // environment.
      if (*overrides_.allow_lan_access && IsLoopback(loaded_.config.proxy.host)) {
        Set("--lan", "host", ValueOf(""), Origin::kFlag);
      }
    }
    if (overrides_.host) Set("--host", "host", ValueOf(*overrides_.host), Origin::kFlag);
    if (overrides_.port) Set("--port", "port", ValueOf(*overrides_.port), Origin::kFlag);
    if (overrides_.auth_mode) {
      Set("--auth-mode", "auth_mode", ValueOf(*overrides_.auth_mode), Origin::kFlag);
    }
    if (overrides_.api_key) SetKey("--api-key", *overrides_.api_key, Origin::kFlag);
  }

  static Value ValueOf(std::string_view text) {
    Value value;
    value.kind = ValueKind::kString;
    value.text = text;
    return value;
  }

  static Value ValueOf(int number) {
    Value value;
    value.kind = ValueKind::kInteger;
    value.integer = number;
    return value;
  }

  void Set(std::string_view source, std::string_view name, const Value& value, Origin origin) {
    found_.Source(std::string(source));
    for (const auto& setting : ProxySettings()) {
      if (setting.name != name) continue;
      setting.read(value, {found_, ""}, loaded_.config.proxy);
      loaded_.origins[std::string(name)] = origin;
    }
  }

  // Replaces all keys of the file.
  void SetKey(std::string_view source, const Secret& key, Origin origin) {
    found_.Source(std::string(source));
    if (!IsKeyText(key.Reveal())) {
      found_.Error({},
                   "expected printable ASCII characters without spaces (the value is not "
                   "shown, it is a secret)");
      return;
    }
    loaded_.config.proxy.api_keys = {{"default", key}};
    loaded_.origins.erase("api_keys");
    loaded_.origins["api_key"] = origin;
  }

  const Source& source_;
  const Environment& environment_;
  const Overrides& overrides_;
  Findings found_;
  Loaded loaded_;
};

Checked Broken(const fs::path& path, std::string message) {
  // Remove the file's name from the message, because the Problem names the file itself.
  const std::string prefix = path.string() + ": ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  return {std::nullopt, {{Severity::kError, path.string(), {}, std::move(message)}}};
}

Result<Loaded> Settle(Checked checked) {
  if (checked.loaded) return std::move(*checked.loaded);
  std::erase_if(checked.problems,
                [](const Problem& problem) { return problem.severity == Severity::kWarning; });
  return Fail(ErrorCode::kConfig, "{}", Text(checked.problems));
}

}  // namespace

std::string_view OriginName(Origin origin) {
  switch (origin) {
    case Origin::kDefault:
      return "default";
    case Origin::kFile:
      return "file";
    case Origin::kEnvironment:
      return "env";
    case Origin::kFlag:
      return "flag";
  }
  return "default";
}

Origin Loaded::OriginOf(std::string_view setting) const {
  const auto at = origins.find(setting);
  return at == origins.end() ? Origin::kDefault : at->second;
}

Checked Check(const Source& source, const Environment& environment, const Overrides& overrides) {
  return Loader(source, environment, overrides).Load();
}

Checked CheckFile(const Location& location, const Environment& environment,
                  const Overrides& overrides) {
  Source source{{}, location.path};
  bool found = false;
  if (!location.path.empty()) {
    auto text = ReadFile(location.path, kLongestFile);
    found = text.has_value();
    if (found) {
      source.text = std::move(*text);
    } else if (text.error().code != ErrorCode::kNotFound) {
      return Broken(location.path, text.error().message);
    } else if (location.required()) {
      return Broken(location.path,
                    "no such file; `agm config init` with the same --config writes one");
    }
  }
  Checked checked = Check(source, environment, overrides);
  if (checked.loaded) checked.loaded->found = found;
  return checked;
}

Result<Loaded> Load(const Location& location, const Environment& environment,
                    const Overrides& overrides) {
  return Settle(CheckFile(location, environment, overrides));
}

Result<Loaded> Load(const Source& source, const Environment& environment,
                    const Overrides& overrides) {
  return Settle(Check(source, environment, overrides));
}

}  // namespace agm::config
