#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/config.h"
#include "core/config/scalars.h"
#include "core/config/size.h"
#include "core/config/toml_text.h"

namespace agm::config {

/// The type of a setting's value in the file.
enum class SettingType {
  kBool,
  kNumber,
  kDecimal,  ///< a number that need not be whole
  kSeconds,
  kSize,
  kText,
  kAddress,
  kFile,
  kTexts,
  kTables,
  kDate,       ///< a day or a moment
  kAllowance,  ///< { day = 1, month = 20 }
};

/// Everything that the manual, the template and the JSON schema say about a setting. The default
/// is not a part of it: it is the value of the default-constructed struct.
struct SettingDoc {
  /// One or more sentences, one on each line; the first one stands in the template.
  std::string_view text{};
  /// A value for the template where the default says nothing ("\"sa.json\"").
  std::string_view example{};
};

/// One key of a table in the file: its name, type and documentation, how to read it into a struct,
/// and how to show its value (in a notation that is valid TOML and JSON; secrets are masked).
/// Without `read`, a function of its own reads the key.
template <class S>
struct Setting {
  std::string_view name;
  SettingType type;
  SettingDoc doc;
  void (*read)(const Value& value, const Scope& scope, S& into);
  std::string (*show)(const S& from);
  std::span<const std::string_view> words{};  ///< the values of an enum
};

/// The keys of each table, in the order of the manual.
std::span<const Setting<Proxy>> ProxySettings();
std::span<const Setting<Tls>> TlsSettings();
std::span<const Setting<LogSettings>> LogTableSettings();
std::span<const Setting<TelemetrySettings>> TelemetryTableSettings();
std::span<const Setting<ClusterSettings>> ClusterTableSettings();
std::span<const Setting<OwnPrice>> PriceSettings();
std::span<const Setting<Account>> AccountSettings();
std::span<const Setting<ClientKey>> KeySettings();

/// Reads the settings that `table` contains, reports keys that are neither in `settings` nor in
/// `others`, and returns the names of those it found. Messages put the scope's name before names
/// ("proxy.").
template <class S>
std::vector<std::string_view> ReadTable(const Value& table, std::span<const Setting<S>> settings,
                                        std::span<const std::string_view> others,
                                        const Scope& scope, S& into);

// The functions below create settings; `At` is a pointer to the member.

template <class S, auto At>
Setting<S> BoolSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kBool, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadBool(value, scope)) into.*At = *read;
          },
          [](const S& from) { return std::string(from.*At ? "true" : "false"); }};
}

template <class S, auto At, int Least, int Most>
Setting<S> IntSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kNumber, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadInt(value, scope, Least, Most)) into.*At = *read;
          },
          [](const S& from) { return fmt::format("{}", from.*At); }};
}

template <class S, auto At, int LeastMs>
Setting<S> SpanSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kSeconds, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadSpan(value, scope, Duration(LeastMs))) into.*At = *read;
          },
          [](const S& from) { return WriteSeconds(from.*At); }};
}

/// A span of up to ten years.
template <class S, auto At>
Setting<S> LongSpanSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kSeconds, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadSpan(value, scope, Duration(0), kTenYears)) into.*At = *read;
          },
          [](const S& from) { return WriteDays(from.*At); }};
}

template <class S, auto At>
Setting<S> SizeSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kSize, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadBytes(value, scope)) into.*At = *read;
          },
          [](const S& from) { return Quoted(WriteSize(from.*At)); }};
}

template <class S, auto At, TextCheck Check = nullptr, SettingType Type = SettingType::kText>
Setting<S> TextSetting(std::string_view name, SettingDoc doc) {
  return {name, Type, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadText(value, scope, Check)) into.*At = std::move(*read);
          },
          [](const S& from) { return Quoted(from.*At); }};
}

template <class S, auto At>
Setting<S> PathSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kFile, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadPath(value, scope)) into.*At = std::move(*read);
          },
          [](const S& from) { return Quoted(from.*At); }};
}

template <class S, auto At>
Setting<S> SecretSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kText, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadSecret(value, scope)) into.*At = std::move(*read);
          },
          [](const S& from) { return Quoted((from.*At).Masked()); }};
}

/// The name of an environment variable that holds another setting: "api_key_env" holds "api_key".
template <class S, auto At>
Setting<S> VariableSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kText, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadVariable(value, scope)) into.*At = std::move(*read);
          },
          [](const S& from) { return Quoted(from.*At); }};
}

template <class S, auto At, TextCheck Check = nullptr>
Setting<S> ListSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kTexts, doc,
          [](const Value& value, const Scope& scope, S& into) {
            if (auto read = ReadTexts(value, scope, Check)) into.*At = std::move(*read);
          },
          [](const S& from) { return QuotedList(from.*At); }};
}

/// `Words` is an array of words; the index of a word is its enum value.
template <class S, auto At, const auto& Words>
Setting<S> WordSetting(std::string_view name, SettingDoc doc) {
  return {name,
          SettingType::kText,
          doc,
          [](const Value& value, const Scope& scope, S& into) {
            using Enum = std::remove_reference_t<decltype(into.*At)>;
            if (auto read = ReadWord(value, scope, Words)) into.*At = static_cast<Enum>(*read);
          },
          [](const S& from) { return Quoted(Words.at(static_cast<std::size_t>(from.*At))); },
          Words};
}

/// A key that a function of its own reads.
template <class S>
Setting<S> OtherSetting(std::string_view name, SettingType type, SettingDoc doc) {
  return {name, type, doc, nullptr, [](const S&) { return std::string(); }};
}

/// Warns of an unknown key.
void WarnUnknown(const Member& member, std::string_view prefix,
                 std::span<const std::string_view> known, Findings& found);

template <class S>
std::vector<std::string_view> ReadTable(const Value& table, std::span<const Setting<S>> settings,
                                        std::span<const std::string_view> others,
                                        const Scope& scope, S& into) {
  std::vector<std::string_view> known(others.begin(), others.end());
  std::vector<std::string_view> present;
  for (const Setting<S>& setting : settings) {
    known.push_back(setting.name);
    const Value* value = table.Find(setting.name);
    if (value == nullptr) continue;
    present.push_back(setting.name);
    if (setting.read == nullptr) continue;
    setting.read(*value,
                 {scope.found, scope.name + std::string(setting.name), scope.folder, scope.home},
                 into);
  }
  for (const Member& member : table.members) {
    if (std::ranges::find(known, member.key) == known.end()) {
      WarnUnknown(member, scope.name, known, scope.found);
    }
  }
  return present;
}

}  // namespace agm::config
