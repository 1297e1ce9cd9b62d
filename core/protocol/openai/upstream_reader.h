#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/queue.h"
#include "core/chat/event.h"
#include "core/protocol/openai/reasoning_details.h"
#include "core/protocol/openai/upstream_calls.h"
#include "core/protocol/openai/upstream_request.h"
#include "core/protocol/shared/id_source.h"
#include "core/protocol/shared/sse.h"
#include "core/protocol/stream_reader.h"

namespace agm::protocol {

/// Reads the response of a server that speaks OpenAI's chat completions API: a stream of chunks, or
/// one `chat.completion` object; the first byte determines which. It accepts what such servers
/// send: a role in each chunk, calls without an index or whole in one chunk, thoughts as
/// `reasoning_content` or `reasoning` (think tags in the text stay as they are), usage in a chunk
/// with or without choices, comments, `event:` lines, no `[DONE]`, and errors inside a 200.
/// `reasoning_details` become an opaque block at the end of their choice.
///
/// The first call of a choice is passed on piece by piece; further ones come whole at its end,
/// because their pieces may be mixed.
///
/// Thread safety: one thread at a time.
class OpenAiStreamReader : public StreamReader {
 public:
  explicit OpenAiStreamReader(IdSource ids, OpenAiReading reading = {});

  void Push(std::string_view bytes) override;
  void Close() override;
  std::optional<chat::Event> Next() override;
  bool held() const override { return !events_.empty(); }
  const std::optional<UpstreamError>& upstream_error() const override { return upstream_error_; }

 private:
  enum class Format { kUnknown, kSse, kJson };

  struct Choice {
    std::optional<chat::BlockKind> open{};  ///< text, thought or refusal; others close at once
    OpenAiCalls calls{};
    ReasoningDetails details{};
    bool call_open = false;     ///< the first call was begun
    std::string behind_call{};  ///< text that came after the first call was begun
    std::optional<chat::FinishReason> finish{};
    std::vector<chat::Citation> citations{};
  };

  void DrainSse();
  void ReadEvent(std::string_view name, std::string_view json);
  void ReadError(JsonView root, std::string_view json);
  void ReadChoice(JsonView json);
  void ReadMessage(int index, Choice& choice, JsonView message, JsonView logprobs);
  void ReadContent(int index, Choice& choice, JsonView content, JsonView logprobs);
  void ReadMedia(int index, Choice& choice, JsonView message);
  void ReadCitations(Choice& choice, JsonView notes);
  void ReadFinish(Choice& choice, JsonView reason);
  void ReadUsage(JsonView usage);
  void ReadExtra(JsonView root);
  void Start(JsonView root);
  void AddText(int index, Choice& choice, chat::BlockKind kind, std::string text,
               std::vector<chat::TokenLogprob> logprobs = {});
  void AddMedia(int index, Choice& choice, const chat::Media& media);
  void AddCalls(int index, Choice& choice);
  void BeginCall(int index, OpenAiCallPieces& call);
  bool EndCalls(int index, Choice& choice);
  void CloseBlock(int index, Choice& choice);
  void AddDetails(int index, const Choice& choice);
  void Finish();
  void FailAs(std::string_view reason, std::string message);
  void Fail(Error error);
  void Emit(chat::Event&& event) { events_.push(std::move(event)); }

  IdSource ids_;
  OpenAiReading reading_;
  Format format_ = Format::kUnknown;
  SseReader sse_;
  std::string body_;  ///< of one object
  Queue<chat::Event> events_;
  std::map<int, Choice> choices_;
  chat::Usage usage_;
  chat::Extra extra_;
  std::optional<UpstreamError> upstream_error_;
  std::set<std::string> used_ids_;
  bool started_ = false;
  bool complete_ = false;  ///< `[DONE]`, or one object: a missing finish reason means "stop"
  bool ended_ = false;
};

}  // namespace agm::protocol
