#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Finds the model's own blocks of a turn; nullopt if the gateway knows no more than the client
/// sent.
using OpenAiTurns =
    std::function<std::optional<std::vector<chat::Block>>(const chat::Message& turn)>;

/// Writes the messages of a request to a server that speaks OpenAI's chat completions API, in
/// order.
///
/// Thread safety: one thread at a time.
class OpenAiMessageWriter {
 public:
  /// `system_as_user`: the server's model takes no system text. An opaque block that `turns` finds
  /// is the turn's `reasoning_details`.
  OpenAiMessageWriter(JsonWriter& json, bool system_as_user, OpenAiTurns turns = {})
      : json_(json), system_as_user_(system_as_user), turns_(std::move(turns)) {}

  /// Fails with kInvalidRequest for media that only Google can read.
  Result<void> Write(const std::vector<chat::Message>& messages);

 private:
  Result<void> Message(const chat::Message& message);
  Result<void> Assistant(const chat::Message& message);
  void Results(const chat::Message& message);
  Result<void> ResultMedia();
  Result<void> Content(const std::vector<const chat::Text*>& texts,
                       const std::vector<const chat::Media*>& media);
  Result<void> Part(const chat::Media& media);
  void Details(const chat::Message& message);
  void Calls(const std::vector<const chat::ToolCall*>& calls);
  std::string IdOf(const chat::ToolCall& call);
  std::string IdOf(const chat::ToolResult& result);

  JsonWriter& json_;
  const bool system_as_user_;
  const OpenAiTurns turns_;
  /// The ids that were made up for calls without one, by name, until their results come.
  std::map<std::string, std::deque<std::string>> waiting_;
  std::vector<const chat::Media*> of_results_;  ///< media of the latest tool results
  int made_ = 0;                                ///< ids that were made up
};

}  // namespace agm::protocol
