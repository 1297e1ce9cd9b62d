#include "core/protocol/responses/events.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/json_writer.h"
#include "core/protocol/responses/output.h"
#include "core/protocol/shared/sse.h"

namespace agm::protocol {

std::string ResponsesEvents::Head(std::string_view name) {
  std::string data;
  data.reserve(256);
  JsonWriter(data).Object().Key("type").String(name).Key("sequence_number").Int(sequence_++);
  return data += ',';
}

std::string ResponsesEvents::Item(std::string_view name, const ItemPlace& place) {
  std::string data = Head(name);
  JsonWriter(data).Key("item_id").String(place.id).Key("output_index").Int(place.index);
  return data += ',';
}

std::string ResponsesEvents::Part(std::string_view name, const ItemPlace& place) {
  return Item(name, place) + R"("content_index":0,)";
}

std::string ResponsesEvents::Summary(std::string_view name, const ItemPlace& place) {
  return Item(name, place) + R"("summary_index":0,)";
}

void ResponsesEvents::Send(std::string_view name, std::string data, std::string& out) {
  if (data.back() == ',') data.pop_back();
  data += '}';
  AppendSseEvent(out, name, data);
}

void ResponsesEvents::Response(std::string_view name, std::string_view object, std::string& out) {
  std::string data = Head(name);
  JsonWriter(data).Key("response").Raw(object);
  Send(name, std::move(data), out);
}

void ResponsesEvents::WithItem(std::string_view name, const ItemPlace& place, std::string_view item,
                               std::string& out) {
  std::string data = Head(name);
  JsonWriter(data).Key("output_index").Int(place.index).Key("item").Raw(item);
  Send(name, std::move(data), out);
}

void ResponsesEvents::Added(const ItemPlace& place, std::string_view item, std::string& out) {
  WithItem("response.output_item.added", place, item, out);
}

void ResponsesEvents::Done(const ItemPlace& place, std::string_view item, std::string& out) {
  WithItem("response.output_item.done", place, item, out);
}

void ResponsesEvents::ContentPart(std::string_view name, const ItemPlace& place,
                                  std::string_view part, std::string& out) {
  std::string data = Part(name, place);
  JsonWriter(data).Key("part").Raw(part);
  Send(name, std::move(data), out);
}

void ResponsesEvents::SummaryPart(std::string_view name, const ItemPlace& place,
                                  std::string_view text, std::string& out) {
  std::string data = Summary(name, place);
  JsonWriter json(data);
  json.Key("part").Object().Key("type").String("summary_text").Key("text").String(text).EndObject();
  Send(name, std::move(data), out);
}

void ResponsesEvents::Call(std::string_view name, const ItemPlace& place, std::string_view text,
                           std::string_view tool, std::string& out) {
  std::string data = Item(name, place);
  JsonWriter json(data);
  if (!tool.empty()) json.Key("name").String(tool);
  const bool input = name.starts_with("response.custom_tool_call");
  json.Key(!name.ends_with(".done") ? "delta" : input ? "input" : "arguments").String(text);
  Send(name, std::move(data), out);
}

void ResponsesEvents::Steps(const ItemPlace& place, std::string_view call, std::string_view doing,
                            std::string& out) {
  for (const std::string_view step :
       {std::string_view("in_progress"), doing, std::string_view("completed")}) {
    const std::string name = fmt::format("{}.{}", call, step);
    Send(name, Item(name, place), out);
  }
}

void ResponsesEvents::Annotation(const ItemPlace& place, int index, const chat::Citation& citation,
                                 std::string& out) {
  constexpr std::string_view kName = "response.output_text.annotation.added";
  std::string data = Part(kName, place);
  JsonWriter json(data);
  WriteResponsesCitation(json.Key("annotation_index").Int(index).Key("annotation"), citation);
  Send(kName, std::move(data), out);
}

}  // namespace agm::protocol
