#include "core/protocol/openai/upstream_calls.h"

#include <algorithm>

#include "core/protocol/shared/compact_json.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {

bool IsJsonObject(const std::string& text) {
  const auto doc = JsonDoc::Parse(text);
  return doc && doc->root().is(JsonKind::kObject);
}

void OpenAiCalls::Add(JsonView piece) {
  const JsonView function = piece["function"] ? piece["function"] : piece;
  const std::string id = piece["id"].text();
  const std::string name = function["name"].text();
  OpenAiCallPieces& call = CallOf(IntegerOf(piece["index"]), id, name);
  if (call.id.empty()) call.id = id;
  if (call.name.empty()) call.name = name;
  const JsonView arguments = function["arguments"];
  call.arguments +=
      arguments.is(JsonKind::kObject) ? CompactJson(arguments.raw()) : arguments.text();
}

// An id tells calls apart more reliably than a number, and a number more reliably than a name. Only
// the latest calls go on: an answer may have any number of them.
OpenAiCallPieces& OpenAiCalls::CallOf(const std::optional<std::int64_t>& index,
                                      const std::string& id, const std::string& name) {
  constexpr std::ptrdiff_t kLatest = 256;
  const auto first = calls_.end() - std::min(std::ssize(calls_), kLatest);
  const auto same = std::find_if(first, calls_.end(), [&](const OpenAiCallPieces& call) {
    if (!id.empty() && !call.id.empty()) return call.id == id && call.index == index;
    return index && call.index == index;
  });
  const bool numbered = index.has_value();
  if (same != calls_.end()) return *same;
  const bool goes_on =
      !numbered && id.empty() && !calls_.empty() &&
      (name.empty() || (calls_.back().arguments.empty() &&
                        (calls_.back().name.empty() || calls_.back().name == name)));
  if (goes_on) return calls_.back();
  OpenAiCallPieces call;
  call.index = index;
  return calls_.emplace_back(std::move(call));
}

}  // namespace agm::protocol
