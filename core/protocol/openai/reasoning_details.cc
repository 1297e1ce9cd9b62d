#include "core/protocol/openai/reasoning_details.h"

#include <algorithm>

#include "core/base/json_writer.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kLargest = 256U << 10U;
/// Of an entry; servers send about eight. Further ones are left out.
constexpr std::size_t kMostMembers = 64;

bool IsText(std::string_view name) { return name == "text" || name == "summary" || name == "data"; }

std::string Quoted(const std::string& text) {
  std::string json;
  AppendJsonString(json, text);
  return json;
}

}  // namespace

void ReasoningDetails::Add(JsonView entries) {
  for (const JsonView piece : entries.items()) {
    size_ += piece.raw().size();
    if (!piece.is(JsonKind::kObject) || size_ > kLargest) continue;
    const std::string type = piece["type"].text();
    const auto index = IntegerOf(piece["index"]);
    const bool goes_on = !entries_.empty() && index && entries_.back().index == index &&
                         entries_.back().type == type;
    if (!goes_on) entries_.push_back({type, index, {}});
    Join(entries_.back(), piece);
  }
}

void ReasoningDetails::Join(Entry& entry, JsonView piece) {
  for (const JsonMember member : piece.members()) {
    const std::string name = member.key.text();
    const auto known =
        std::ranges::find(entry.members, name, &std::pair<std::string, std::string>::first);
    if (known == entry.members.end()) {
      if (entry.members.size() == kMostMembers) continue;
      entry.members.emplace_back(name, member.value.raw());
    } else if (IsText(name) && member.value.is(JsonKind::kString) &&
               known->second.starts_with('"')) {
      known->second.pop_back();
      known->second += Quoted(member.value.text()).substr(1);
    } else if (!member.value.is(JsonKind::kNull)) {
      known->second = member.value.raw();
    }
  }
}

std::string ReasoningDetails::Json() const {
  if (entries_.empty() || size_ > kLargest) return {};
  std::string out;
  JsonWriter json(out);
  json.Array();
  for (const Entry& entry : entries_) {
    json.Object();
    for (const auto& [name, value] : entry.members) json.Key(name).Raw(value);
    json.EndObject();
  }
  json.EndArray();
  return out;
}

}  // namespace agm::protocol
