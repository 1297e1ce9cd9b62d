#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/queue.h"
#include "core/chat/event.h"
#include "core/chat/response.h"
#include "core/protocol/gemini/pieces.h"
#include "core/protocol/shared/id_source.h"
#include "core/protocol/shared/json_pieces.h"
#include "core/protocol/shared/sse.h"

namespace agm::protocol {

/// A tool as the client knows it.
struct ClientTool {
  std::string name;
  chat::ToolKind kind = chat::ToolKind::kFunction;
  friend bool operator==(const ClientTool&, const ClientTool&) = default;
};

/// How the answer to a written request must be read. WriteGeminiRequest makes it.
struct GeminiReading {
  /// By the name sent upstream, the tools that the client knows otherwise (renamed, or custom).
  std::map<std::string, ClientTool, std::less<>> tools;
  bool one_call = false;   ///< the client wants no parallel calls: only the first is kept
  bool citations = false;  ///< a search may run: text is kept so that byte offsets can be converted
};

/// An error object that the upstream sent instead of, or inside, a 200 answer.
struct UpstreamError {
  int status = 0;    ///< error.code, 0 where it is missing
  std::string body;  ///< the JSON text, to be classified; never for a client's eyes
};

/// Reads the Gemini API's answer, streamed or not, into events that obey chat/event.h.
///
///   GeminiStreamReader reader(ids, reading);
///   reader.Push(bytes);                              // cut anywhere
///   while (auto event = reader.Next()) ...
///   reader.Close();                                  // the body is complete
///   while (auto event = reader.Next()) ...
///
/// It takes server-sent events, a streamed JSON array, one JSON object (the unary body), and raw
/// JSON errors in any of them; the first byte tells. Finished comes with Close, because usage may
/// follow the finish reason. Failed comes
///   * kUpstreamUnavailable, "upstream_stream_truncated": the body ended before a finish reason;
///   * kUpstreamUnavailable, "upstream_error": an error object; upstream_error() holds it;
///   * kUpstreamRejected, "upstream_garbage": what came is not of this API;
///   * kUpstreamRejected, "empty_response": neither candidates nor a reason why not;
///   * kUpstreamRejected, "malformed_function_call" and such: the model failed to answer;
///   * kInvalidRequest, "missing_thought_signature": the request lacked a signature.
/// A Finished with kStop and no block before it is a valid empty answer (worth one retry).
/// Finished::extra may hold "gemini.continuationToken" (a JSON string): the answer goes on.
/// Nothing is taken in any more after Failed.
///
/// Thread safety: one thread at a time.
class GeminiStreamReader {
 public:
  explicit GeminiStreamReader(IdSource ids, GeminiReading reading = {});

  void Push(std::string_view bytes);
  void Close();
  std::optional<chat::Event> Next();
  bool held() const { return !events_.empty(); }
  const std::optional<UpstreamError>& upstream_error() const { return upstream_error_; }

 private:
  enum class Format { kUnknown, kSse, kJson };

  /// One candidate of the answer.
  struct Candidate {
    int index = 0;
    std::optional<chat::BlockKind> open;       ///< text or thought: others are closed at once
    std::vector<chat::TokenLogprob> logprobs;  ///< that wait for text
    bool has_text = false;
    bool has_call = false;
    bool has_block = false;
    std::optional<chat::FinishReason> finish;
    std::string text;                      ///< all of it, where citations must be computed
    std::vector<std::size_t> part_begins;  ///< offsets in `text` of the last chunk's parts
    std::vector<std::pair<std::string, std::string>> sources;  ///< url and title, as they come
    std::vector<chat::Citation> citations;
  };

  void PushJson(std::string_view bytes);
  void DrainSse();
  void ReadChunk(std::string_view json);
  void ReadError(JsonView error, std::string_view json);
  void ReadBlocked(JsonView feedback);
  void ReadCandidate(JsonView candidate);
  void ReadPart(Candidate& candidate, JsonView part);
  void ReadText(Candidate& candidate, JsonView part, std::string signature);
  void ReadCall(Candidate& candidate, JsonView call, std::string signature);
  void ReadMedia(Candidate& candidate, JsonView media, std::string signature);
  void ReadFinish(Candidate& candidate, JsonView reason);
  void ReadGrounding(Candidate& candidate, JsonView grounding);
  void AddText(Candidate& candidate, chat::BlockKind kind, std::string text, std::string signature);
  void CloseBlock(Candidate& candidate, std::string signature = {});
  void Finish();
  Candidate& At(int index);
  void Start(JsonView chunk);
  void Fail(Error error);
  void Emit(chat::Event&& event) { events_.push(std::move(event)); }

  IdSource ids_;
  GeminiReading reading_;
  Format format_ = Format::kUnknown;
  SseReader sse_;
  JsonPieces pieces_;
  Queue<chat::Event> events_;
  std::vector<Candidate> candidates_;
  GeminiCounts counts_;
  std::optional<UpstreamError> upstream_error_;
  std::string continuation_;
  std::set<std::string> used_ids_;
  bool started_ = false;
  bool blocked_ = false;
  bool ended_ = false;
};

/// A whole answer from its unary body: GeminiStreamReader and Fold in one.
Result<chat::Response> ReadGeminiResponse(std::string_view body, IdSource ids,
                                          GeminiReading reading = {});

/// The answer as the Gemini API would have sent it.
std::string WriteGeminiResponse(const chat::Response& response);

}  // namespace agm::protocol
