#include "core/config/scalars.h"

#include <algorithm>
#include <cmath>

#include "core/base/duration.h"
#include "core/base/utf8.h"
#include "core/config/nearest.h"
#include "core/config/size.h"
#include "core/config/toml_text.h"

namespace agm::config {
namespace {

constexpr std::uint64_t kMostBytes = 2ULL << 30U;
constexpr std::size_t kShown = 60;

std::string Prefix(const Scope& scope) { return scope.name.empty() ? "" : scope.name + ": "; }

// A value for display in a message. A string with "@" is not shown: a URL may hold a password.
std::string Found(const Value& value) {
  switch (value.kind) {
    case ValueKind::kString: {
      if (value.text.empty()) return "an empty string";
      const bool shown = value.text.size() <= kShown && value.text.find('@') == std::string::npos;
      return shown ? Quoted(value.text) : "another string";
    }
    case ValueKind::kInteger:
      return fmt::format("{}", value.integer);
    case ValueKind::kFloat:
      return fmt::format("{}", value.number);
    case ValueKind::kBool:
      return value.boolean ? "true" : "false";
    case ValueKind::kTable:
    case ValueKind::kArray:
    case ValueKind::kDate:
      return std::string(KindName(value.kind));
  }
  return "something else";
}

std::optional<Duration> SpanOf(const Value& value) {
  if (value.is(ValueKind::kString)) return ReadDuration(value.text);
  const bool number = value.is(ValueKind::kInteger) || value.is(ValueKind::kFloat);
  if (!number) return std::nullopt;
  const double seconds =
      value.is(ValueKind::kInteger) ? static_cast<double>(value.integer) : value.number;
  const double most = static_cast<double>(kTenYears.count()) / 1000.0;
  if (!(seconds >= 0 && seconds <= most)) return std::nullopt;
  return Duration(static_cast<Duration::rep>(std::ceil(seconds * 1000 - 1e-6)));
}

}  // namespace

void Expected(const Value& value, const Scope& scope, std::string_view what) {
  scope.found.Error(value.at, "{}expected {}, found {}", Prefix(scope), what, Found(value));
}

std::optional<bool> ReadBool(const Value& value, const Scope& scope) {
  if (value.is(ValueKind::kBool)) return value.boolean;
  const bool quoted = value.text == "true" || value.text == "false";
  Expected(value, scope, quoted ? "true or false without quotes" : "true or false");
  return std::nullopt;
}

std::optional<int> ReadInt(const Value& value, const Scope& scope, int least, int most) {
  const bool fits =
      value.is(ValueKind::kInteger) && value.integer >= least && value.integer <= most;
  if (fits) return static_cast<int>(value.integer);
  Expected(value, scope, fmt::format("an integer from {} to {}", least, most));
  return std::nullopt;
}

std::optional<Duration> ReadSpan(const Value& value, const Scope& scope, Duration least,
                                 Duration most) {
  const auto span = SpanOf(value);
  if (span && *span >= least && *span <= most) return span;
  Expected(value, scope,
           fmt::format("{} to {}, as seconds or a text such as \"500ms\"",
                       least.count() == 0 ? "0" : WriteDuration(least), WriteDuration(most)));
  return std::nullopt;
}

std::optional<std::uint64_t> ReadBytes(const Value& value, const Scope& scope) {
  std::optional<std::uint64_t> bytes;
  if (value.is(ValueKind::kString)) bytes = ReadSize(value.text);
  if (value.is(ValueKind::kInteger) && value.integer > 0) {
    bytes = static_cast<std::uint64_t>(value.integer);
  }
  if (bytes && *bytes > 0 && *bytes <= kMostBytes) return bytes;
  Expected(value, scope,
           fmt::format("1 to {}, as bytes or a text such as \"100MB\"", WriteSize(kMostBytes)));
  return std::nullopt;
}

std::optional<std::string> ReadText(const Value& value, const Scope& scope, TextCheck check) {
  if (!value.is(ValueKind::kString)) {
    Expected(value, scope, "a string");
    return std::nullopt;
  }
  std::string text = value.text;
  const std::string expected = check == nullptr ? std::string() : check(text);
  if (expected.empty()) return text;
  Expected(value, scope, expected);
  return std::nullopt;
}

std::optional<std::string> ReadPath(const Value& value, const Scope& scope) {
  auto text = ReadText(value, scope, [](std::string& name) {
    const bool zero = name.find('\0') != std::string::npos;
    return std::string(zero ? "a file name" : "");
  });
  if (!text || text->empty()) return text;
  namespace fs = std::filesystem;
  if (text->starts_with("~/") && !scope.home.empty()) return scope.home / text->substr(2);
  if (scope.folder.empty()) return text;
  return (scope.folder / fs::path(*text)).lexically_normal().string();
}

std::optional<Secret> ReadSecret(const Value& value, const Scope& scope) {
  if (!value.is(ValueKind::kString)) {
    scope.found.Error(value.at, "{}expected a string, found {}", Prefix(scope),
                      KindName(value.kind));
    return std::nullopt;
  }
  if (value.text.empty() || IsKeyText(value.text)) return Secret(value.text);
  scope.found.Error(value.at,
                    "{}expected printable ASCII characters without spaces (the value is not "
                    "shown, it is a secret)",
                    Prefix(scope));
  return std::nullopt;
}

std::optional<std::string> ReadVariable(const Value& value, const Scope& scope) {
  const bool text = value.is(ValueKind::kString);
  if (text && (value.text.empty() || IsVariableName(value.text))) return value.text;
  constexpr std::string_view kEnd = "_env";
  std::string_view holds = scope.name;
  if (holds.ends_with(kEnd)) holds.remove_suffix(kEnd.size());
  scope.found.Error(value.at,
                    "{}expected the name of an environment variable; the value itself goes into {}",
                    Prefix(scope), holds);
  return std::nullopt;
}

std::optional<std::vector<std::string>> ReadTexts(const Value& value, const Scope& scope,
                                                  TextCheck check) {
  if (!value.is(ValueKind::kArray)) {
    Expected(value, scope, "an array of strings");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const Value& item : value.items) {
    if (auto text = ReadText(item, scope, check)) texts.push_back(std::move(*text));
  }
  if (texts.size() != value.items.size()) return std::nullopt;
  return texts;
}

std::optional<std::size_t> ReadWord(const Value& value, const Scope& scope,
                                    std::span<const std::string_view> words) {
  if (value.is(ValueKind::kString)) {
    const auto at = std::ranges::find(words, value.text);
    if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
  }
  std::string all;
  for (const std::string_view word : words) {
    if (!all.empty()) all += word == words.back() ? " or " : ", ";
    all += Quoted(word);
  }
  const std::string hint =
      value.is(ValueKind::kString) ? DidYouMean(value.text, words) : std::string();
  scope.found.Error(value.at, "{}expected {}, found {}{}", Prefix(scope), all, Found(value), hint);
  return std::nullopt;
}

bool IsKeyText(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace agm::config
