#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/json.h"
#include "core/replay/player.h"

namespace agm::replay {
namespace {

constexpr int kDepth = 256;

/// Collects differences.
class Comparison {
 public:
  void Values(const std::string& what, const std::string& expected, const std::string& found) {
    if (expected != found) all_.push_back({what, expected, found});
  }

  // A body of JSON or of server-sent events value by value, any other as text.
  void Bodies(const std::string& what, const std::string& expected, const std::string& found) {
    const std::string one = Normal(expected);
    const std::string other = Normal(found);
    auto expected_values = ValuesOf(one);
    auto found_values = ValuesOf(other);
    if (!expected_values || !found_values) return Values(what, one, other);
    if (expected_values->size() != found_values->size()) return Values(what, one, other);
    for (std::size_t i = 0; i < expected_values->size(); ++i) {
      const bool only = expected_values->size() == 1;
      Covers(only ? what : fmt::format("{}[{}]", what, i), (*expected_values)[i],
             (*found_values)[i]);
    }
  }

  std::vector<Difference> Take() && { return std::move(all_); }

 private:
  // The one value of JSON, or those of all events; nullopt for other texts.
  static std::optional<std::vector<Json>> ValuesOf(std::string_view text) {
    if (auto json = ParseJson(text, kDepth)) return std::vector<Json>{*std::move(json)};
    std::vector<Json> values;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty()) continue;
      const bool data = line.starts_with("data:");
      auto json = data ? ParseJson(line.substr(5), kDepth) : Json(line);
      if (!json && line != "data: [DONE]") return std::nullopt;
      values.push_back(json ? *std::move(json) : Json(line));
    }
    return values;
  }

  void Covers(const std::string& what, const Json& expected, const Json& found) {
    if (expected.is_object() && found.is_object()) {
      for (const auto& [name, value] : expected.items()) {
        const auto member = found.find(name);
        Covers(what + "." + name, value, member == found.end() ? Json("(missing)") : *member);
      }
      return;
    }
    if (expected.is_array() && found.is_array() && expected.size() == found.size()) {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        Covers(fmt::format("{}[{}]", what, i), expected[i], found[i]);
      }
      return;
    }
    if (expected != found) all_.push_back({what, DumpJson(expected), DumpJson(found)});
  }

  std::vector<Difference> all_;
};

}  // namespace

std::vector<Difference> Compare(const Capture& capture, const Played& played) {
  Comparison comparison;
  const Outcome& expected = capture.response;
  if (expected.status != 0) {
    comparison.Values("response.status", std::to_string(expected.status),
                      std::to_string(played.response.status));
  }
  if (!expected.content_type.empty()) {
    comparison.Values("response.content_type", expected.content_type, played.response.content_type);
  }
  if (!expected.body.empty()) {
    comparison.Bodies("response.body", expected.body, played.response.body);
  }
  comparison.Values("upstream.length", std::to_string(capture.upstream.size()),
                    std::to_string(played.calls.size()));
  for (std::size_t i = 0; i < std::min(capture.upstream.size(), played.calls.size()); ++i) {
    const std::string at = fmt::format("upstream[{}].", i);
    const UpstreamCall& call = capture.upstream[i];
    if (!call.path.empty()) comparison.Values(at + "path", call.path, played.calls[i].path);
    if (!call.sent.empty()) comparison.Bodies(at + "sent", call.sent, played.calls[i].sent);
  }
  return std::move(comparison).Take();
}

}  // namespace agm::replay
