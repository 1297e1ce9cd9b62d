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
#include "core/protocol/gemini/grounding.h"
#include "core/protocol/gemini/partial_args.h"
#include "core/protocol/gemini/pieces.h"
#include "core/protocol/shared/id_source.h"
#include "core/protocol/shared/json_pieces.h"
#include "core/protocol/shared/sse.h"
#include "core/protocol/stream_reader.h"

namespace agm::protocol {

/// A tool as the client defined it.
struct ClientTool {
  std::string name;
  chat::ToolKind kind = chat::ToolKind::kFunction;
  friend bool operator==(const ClientTool&, const ClientTool&) = default;
};

/// How to read the response to a request. WriteGeminiRequest creates it.
struct GeminiReading {
  /// Tools that have another name or kind for the client (renamed, or custom), by upstream name.
  std::map<std::string, ClientTool, std::less<>> tools;
  bool one_call = false;   ///< the client allows no parallel calls: only the first is kept
  bool citations = false;  ///< sources may come: keep text to convert byte offsets
};

/// Reads the Gemini API's response, streamed or not, into events that obey chat/event.h.
///
///   GeminiStreamReader reader(ids, reading);
///   reader.Push(bytes);                              // split at any byte
///   while (auto event = reader.Next()) ...
///   reader.Close();                                  // the body is complete
///   while (auto event = reader.Next()) ...
///
/// It accepts server-sent events, a streamed JSON array, one JSON object (the unary body), and raw
/// JSON errors in any of them; the first byte determines the format. Finished comes after Close,
/// because usage may follow the finish reason. Failed has one of these codes and reasons:
///   * kUpstreamUnavailable, "upstream_stream_truncated": the body ended before a finish reason;
///   * kUpstreamUnavailable, "upstream_error": an error object, see upstream_error();
///   * kUpstreamRejected, "upstream_garbage": the body is not a response of this API;
///   * kUpstreamRejected, "no_candidates": neither candidates nor a block reason;
///   * kUpstreamRejected, "malformed_function_call" and similar: the model failed to answer;
///   * kUpstreamRejected, "finish_reason_other", "finish_reason_unknown": the model ended without
///     text, call or media, and the finish reason does not explain why;
///   * kInvalidRequest, "missing_thought_signature": the request lacked a signature.
/// A Finished with kStop and no block before it is a valid empty answer (worth one retry). A block
/// by the upstream's filter is not a failure: without content the response is a refusal, after some
/// content it ends with kContentFilter.
/// Finished::continuation is set if the answer continues in another hop. After Failed all further
/// input is ignored.
///
/// Thread safety: one thread at a time.
class GeminiStreamReader : public StreamReader {
 public:
  explicit GeminiStreamReader(IdSource ids, GeminiReading reading = {});

  void Push(std::string_view bytes) override;
  void Close() override;
  std::optional<chat::Event> Next() override;
  bool held() const override { return !events_.empty(); }
  const std::optional<UpstreamError>& upstream_error() const override { return upstream_error_; }

 private:
  enum class Format { kUnknown, kSse, kJson };

  /// A call whose arguments come piece by piece.
  struct PartialCall {
    std::string id;
    std::string name;
    std::string signature;
    GeminiPartialArgs args;
    bool streams = false;  ///< its block is open; a custom tool's input is no JSON and waits
    std::string held;      ///< the arguments so far of one that does not stream
  };

  /// One candidate of the answer.
  struct Candidate {
    int index = 0;
    std::optional<chat::BlockKind> open;       ///< text or thought; other blocks are closed at once
    std::vector<chat::TokenLogprob> logprobs;  ///< waiting for text
    bool has_call = false;
    bool has_content = false;  ///< text, a call, media or a refusal
    std::optional<chat::FinishReason> finish;
    GeminiGrounding grounding;
    std::optional<PartialCall> call;  ///< that goes on in the next part
  };

  void PushJson(std::string_view bytes);
  void DrainSse();
  bool ReadWhole(std::string_view bytes);
  void ReadChunk(const JsonDoc& doc);
  void ReadError(JsonView error, std::string_view json);
  void ReadBlocked(JsonView feedback);
  void Refuse(JsonView reason);
  void ReadCandidate(JsonView candidate);
  void ReadPart(Candidate& candidate, JsonView part);
  void ReadText(Candidate& candidate, JsonView part, std::string signature);
  void ReadCode(Candidate& candidate, JsonView part, std::string text);
  void ReadOpaque(Candidate& candidate, JsonView part);
  bool ReadPiece(Candidate& candidate, JsonView call, std::string signature);
  void BeginPieces(Candidate& candidate, JsonView call, std::string signature);
  void AddPieces(Candidate& candidate, const std::string& text);
  void EndPieces(Candidate& candidate);
  void BeginCall(Candidate& candidate, chat::BlockStarted& started);
  void PutCall(Candidate& candidate, chat::BlockStarted started, JsonView args,
               std::string signature);
  void ReadCall(Candidate& candidate, JsonView call, std::string signature);
  void ReadMedia(Candidate& candidate, JsonView media, std::string signature);
  void ReadFinish(Candidate& candidate, JsonView reason);
  void AddText(Candidate& candidate, chat::BlockKind kind, std::string text, std::string signature,
               std::string part = {});
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

}  // namespace agm::protocol
