// An item's id names the response that it belongs to:
//
//   output := prefix "_" reply more     e.g. "msg_" + 24 characters + "00"; the response is
//                                       "resp_" + the same 24 characters
//   input  := "item_" response "_" index

#include "core/gateway/stored_items.h"

#include <fmt/format.h>

#include <optional>

namespace agm::gateway {
namespace {

constexpr std::size_t kReplyId = 24;
constexpr std::string_view kInput = "item_";

// The response that an item with that id would belong to; empty if it is none of ours.
std::string ResponseOf(const std::string& id) {
  if (id.starts_with(kInput)) {
    const std::size_t end = id.rfind('_');
    return end > kInput.size() ? id.substr(kInput.size(), end - kInput.size()) : std::string();
  }
  const std::size_t begin = id.find('_') + 1;
  if (begin == 0 || id.size() < begin + kReplyId) return {};
  return "resp_" + id.substr(begin, kReplyId);
}

std::optional<std::string> FindItem(const store::SavedResponse& response, const std::string& id) {
  const auto object = JsonDoc::Parse(response.object);
  if (!object) return std::nullopt;
  for (const JsonView item : object->root()["output"].items()) {
    if (item["id"].equals(id)) return std::string(item.raw());
  }
  const auto input = JsonDoc::Parse(response.input);
  if (!input) return std::nullopt;
  std::size_t index = 0;
  for (const JsonView item : input->root().items()) {
    if (IdOfInput(item, response.id, index++) == id) return std::string(item.raw());
  }
  return std::nullopt;
}

}  // namespace

std::string IdOfInput(JsonView item, const std::string& response, std::size_t index) {
  return item["id"] ? item["id"].text() : fmt::format("{}{}_{}", kInput, response, index);
}

std::map<std::string, std::string> FindItems(store::Conversations& conversations,
                                             const std::string& owner,
                                             const std::vector<std::string>& ids) {
  std::map<std::string, std::optional<store::SavedResponse>> responses;
  std::map<std::string, std::string> items;
  for (const std::string& id : ids) {
    const std::string response = ResponseOf(id);
    if (response.empty()) continue;
    const auto [known, fresh] = responses.try_emplace(response);
    if (fresh) known->second = conversations.Find(owner, response);
    if (!known->second) continue;
    if (auto item = FindItem(*known->second, id)) items.emplace(id, *std::move(item));
  }
  return items;
}

}  // namespace agm::gateway
