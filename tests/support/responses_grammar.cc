#include "tests/support/responses_grammar.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "tests/support/named_frames.h"

namespace agm::test {
namespace {

bool IsLast(std::string_view name) {
  return name == "response.completed" || name == "response.incomplete" || name == "response.failed";
}

/// One item from its added event to its done event.
struct Item {
  std::string id;
  std::string type;
  bool done = false;
  std::string part;  ///< type of the open part of a message or summary
  std::string text;  ///< concatenated deltas
  int parts = 0;
  std::vector<Json> annotations;
  Json whole;
};

/// True if an item of this type may have the event, apart from added and done.
bool Fits(std::string_view event, std::string_view type) {
  const auto is = [&](std::string_view prefix) { return event.starts_with(prefix); };
  if (is("response.content_part") || is("response.output_text") || is("response.refusal")) {
    return type == "message";
  }
  if (is("response.reasoning")) return type == "reasoning";
  if (is("response.function_call_arguments")) return type == "function_call";
  if (is("response.custom_tool_call_input")) return type == "custom_tool_call";
  if (is("response.image_generation_call")) return type == "image_generation_call";
  if (is("response.web_search_call")) return type == "web_search_call";
  return false;
}

class Reader {
 public:
  std::string Read(const NamedFrame& frame) {
    const std::string& name = frame.name;
    const Json& data = frame.data;
    if (name.empty() || !data.is_object()) return "is no event";
    if (data.value("type", "") != name) return "has another type in its data";
    if (data.value("sequence_number", -1) != sequence_++) return "breaks the sequence";
    if (ended_) return "comes behind the end";
    if ((sequence_ == 1) != (name == "response.created"))
      return "is out of place: created is first";
    if (data.contains("response")) return Response(name, data["response"]);
    if (name == "response.output_item.added") return Added(data);
    if (name == "response.output_item.done") return Done(data);
    return Inside(name, data);
  }

  bool ended() const { return ended_; }

 private:
  std::string Response(const std::string& name, const Json& response) {
    if (sequence_ == 1) id_ = response.value("id", "");
    if (id_.empty() || response.value("id", "") != id_) return "is of another response";
    if (!IsLast(name)) {
      return response.value("status", "") == "in_progress" && response["output"].empty()
                 ? ""
                 : "tells of a response that is not in progress";
    }
    ended_ = true;
    if ("response." + response.value("status", "") != name) return "has another status";
    return Whole(response["output"], name == "response.failed");
  }

  std::string Whole(const Json& output, bool failed) {
    std::size_t at = 0;
    for (auto& [index, item] : items_) {
      if (!item.done && failed) continue;
      if (!item.done) return "leaves an item open";
      if (at >= output.size()) return "lacks an item";
      Json there = output[at++];
      for (Json* one : {&there, &item.whole}) {
        if (one->contains("content")) {
          for (Json& part : (*one)["content"]) part.erase("annotations");
        }
      }
      if (there != item.whole) return "holds another item than was done";
    }
    return at == output.size() ? "" : "holds an item that was never done";
  }

  std::string Added(const Json& data) {
    const int index = data.value("output_index", -1);
    Item item;
    item.id = data["item"].value("id", "");
    item.type = data["item"].value("type", "");
    if (index != static_cast<int>(items_.size())) return "adds an item at a wrong index";
    if (item.id.empty() || !ids_.emplace(item.id, index).second)
      return "adds an id without or anew";
    items_.emplace(index, std::move(item));
    return "";
  }

  std::string Done(const Json& data) {
    const auto found = items_.find(data.value("output_index", -1));
    if (found == items_.end() || found->second.done) return "ends an item that is not open";
    Item& item = found->second;
    if (data["item"].value("id", "") != item.id) return "ends an item under another id";
    if (data["item"].value("type", "") != item.type) return "ends an item of another type";
    if (!item.part.empty()) return "ends an item whose part is open";
    item.done = true;
    item.whole = data["item"];
    return Spells(item) ? "" : "ends an item that its deltas do not spell";
  }

  static bool Spells(const Item& item) {
    const Json& whole = item.whole;
    if (item.type == "message") {
      const Json& part = whole["content"][0];
      if (part["type"] == "output_audio") return true;
      const bool refusal = part["type"] == "refusal";
      return part[refusal ? "refusal" : "text"] == item.text &&
             (refusal || part["annotations"] == Json(item.annotations));
    }
    if (item.type == "reasoning") {
      return item.parts == 0     ? whole["summary"].empty()
             : item.text.empty() ? true
                                 : whole["summary"][0]["text"] == item.text;
    }
    if (item.type == "function_call") return whole["arguments"] == item.text;
    if (item.type == "custom_tool_call") return whole["input"] == item.text;
    return true;
  }

  std::string Inside(const std::string& name, const Json& data) {
    // Events of sound name no item.
    if (name.starts_with("response.audio.")) return "";
    const auto found = items_.find(data.value("output_index", -1));
    if (found == items_.end() || found->second.done) return "is about an item that is not open";
    Item& item = found->second;
    if (data.value("item_id", "") != item.id) return "is about another id";
    if (!Fits(name, item.type)) return "is about another type of item";
    if (name.ends_with("part.added")) return PartAdded(item, data);
    if (name.ends_with("part.done")) return PartDone(item, data);
    if (name.ends_with("annotation.added")) {
      const bool next =
          data.value("annotation_index", -1) == static_cast<int>(item.annotations.size());
      item.annotations.push_back(data["annotation"]);
      return next ? "" : "adds an annotation at a wrong index";
    }
    if (data.contains("content_index") || data.contains("summary_index")) {
      if (item.part.empty()) return "is about a part that is not open";
    }
    if (name.ends_with(".delta")) {
      if (!data["delta"].is_string() || data["delta"].empty()) return "is no delta";
      item.text += data["delta"].get<std::string>();
      return "";
    }
    return name.ends_with(".done") ? Finished(item, data) : "";
  }

  static std::string Finished(const Item& item, const Json& data) {
    for (const char* key : {"text", "refusal", "arguments", "input"}) {
      if (data.contains(key) && data[key] != item.text) return "says what its deltas did not";
    }
    return "";
  }

  static int IndexOf(const Json& data) {
    return data.value("content_index", data.value("summary_index", -1));
  }

  std::string PartAdded(Item& item, const Json& data) {
    if (!item.part.empty()) return "adds a part inside a part";
    if (IndexOf(data) != item.parts++) return "adds a part at a wrong index";
    item.part = data["part"].value("type", "");
    return item.part.empty() ? "adds a part without a type" : "";
  }

  std::string PartDone(Item& item, const Json& data) {
    if (item.part.empty() || data["part"].value("type", "") != item.part)
      return "ends another part";
    item.part.clear();
    if (data["part"].contains("data")) return "";
    const char* key = data["part"].contains("refusal") ? "refusal" : "text";
    return data["part"][key] == item.text ? "" : "ends a part that its deltas do not spell";
  }

  int sequence_ = 0;
  bool ended_ = false;
  std::string id_;
  std::map<int, Item> items_;  // by output_index
  std::map<std::string, int> ids_;
};

}  // namespace

std::string ResponsesStreamProblem(std::string_view stream) {
  Reader reader;
  int at = 0;
  for (const NamedFrame& frame : NamedFramesOf(stream)) {
    const std::string problem = reader.Read(frame);
    if (!problem.empty()) return fmt::format("event {} {} {}", at, frame.name, problem);
    ++at;
  }
  return reader.ended() ? "" : "the stream has no end";
}

std::string LastResponse(std::string_view stream) {
  const auto frames = NamedFramesOf(stream);
  if (frames.empty() || !frames.back().data.contains("response")) return {};
  return frames.back().data["response"].dump();
}

}  // namespace agm::test
