#pragma once

#include <string>
#include <string_view>

#include "core/chat/event.h"

namespace agm::protocol {

/// The id and index by which events name an item.
struct ItemPlace {
  std::string id;
  int index = 0;  ///< output_index
};

/// Writes the events of one Responses stream, each with its type and the next sequence number:
///
///   ResponsesEvents events;
///   events.Added(place, item, out);                                        // a complete event
///   std::string data = events.Part("response.output_text.delta", place);   // the head of an event
///   JsonWriter(data).Key("delta").String(text);
///   events.Send("response.output_text.delta", data, out);
///
/// The heads end with a comma, so that members can be appended.
///
/// Thread safety: one thread at a time.
class ResponsesEvents {
 public:
  /// The head of an event about the response, an item, a part of a message, or a part of a summary.
  std::string Head(std::string_view name);
  std::string Item(std::string_view name, const ItemPlace& place);
  std::string Part(std::string_view name, const ItemPlace& place);
  std::string Summary(std::string_view name, const ItemPlace& place);
  static void Send(std::string_view name, std::string data, std::string& out);

  /// Writes an event that contains a response object.
  void Response(std::string_view name, std::string_view object, std::string& out);
  void Added(const ItemPlace& place, std::string_view item, std::string& out);
  void Done(const ItemPlace& place, std::string_view item, std::string& out);
  /// Writes content_part.added or .done.
  void ContentPart(std::string_view name, const ItemPlace& place, std::string_view part,
                   std::string& out);
  /// Writes reasoning_summary_part.added or .done.
  void SummaryPart(std::string_view name, const ItemPlace& place, std::string_view text,
                   std::string& out);
  /// Writes a delta of a call's arguments or input, or (a name that ends with ".done") the whole;
  /// an empty `tool` is not written.
  void Call(std::string_view name, const ItemPlace& place, std::string_view text,
            std::string_view tool, std::string& out);
  /// Writes the progress of a call that the upstream makes itself: in_progress, `doing`, completed.
  void Steps(const ItemPlace& place, std::string_view call, std::string_view doing,
             std::string& out);
  void Annotation(const ItemPlace& place, int index, const chat::Citation& citation,
                  std::string& out);

 private:
  void WithItem(std::string_view name, const ItemPlace& place, std::string_view item,
                std::string& out);

  int sequence_ = 0;
};

}  // namespace agm::protocol
