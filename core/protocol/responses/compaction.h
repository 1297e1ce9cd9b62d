#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/chat/response.h"
#include "core/protocol/dialect.h"
#include "core/protocol/responses/request.h"

/// Compactions of the Responses API: the model sums a conversation up, and an item with that
/// summary stands for it from then on. A client asks for one with a `compaction_trigger` as its
/// last input item, or at /responses/compact.
namespace agm::protocol {

/// Makes `request` one for a summary: the model is told to write it, and to call no tool.
/// Sets Request::extra["responses.compact"].
void AskForCompaction(chat::Request& request);
/// True for a request whose answer is to be a compaction.
bool WantsCompaction(const chat::Request* request);

/// Our form of a compaction's `encrypted_content`.
std::string SealCompaction(std::string_view summary);
/// The text for the model in place of the conversation; empty if the compaction is not ours.
std::string OpenCompaction(std::string_view sealed);
/// True for a compaction item of ours.
bool IsCompaction(JsonView item);

/// `done`: with its content.
std::string CompactionItem(std::string_view id, std::string_view summary, bool done);

/// The failure where a compaction was wanted and the model wrote no summary.
std::optional<Error> LackingSummary(const chat::Response& response, const Reply& reply);

/// POST /responses/compact as a front dialect: a request of the Responses API, answered with a
/// `response.compaction` object. Thread safety: immutable.
class ResponsesCompaction : public Dialect {
 public:
  explicit ResponsesCompaction(ResponsesContext context = {}) : context_(std::move(context)) {}
  Result<chat::Request> ReadRequest(std::string_view body) const override;
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override;
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override;
  WireError WriteError(const Error& error, std::string_view request_id) const override;

 private:
  ResponsesContext context_;
};

}  // namespace agm::protocol
