#include "core/gateway/whole_reply.h"

#include <utility>
#include <variant>

#include "core/gateway/replies.h"

namespace agm::gateway {
namespace {

/// Reads the answer to its end.
Result<chat::Response> FoldAnswer(Answer& answer) {
  answer.record.phase = Phase::kAnswer;
  chat::Fold fold;
  for (;;) {
    auto event = answer.events->Next(TimePoint::max());
    if (!event) break;
    const bool last = std::holds_alternative<chat::Finished>(*event) ||
                      std::holds_alternative<chat::Failed>(*event);
    fold.Add(*std::move(event));
    if (last) break;
  }
  return std::move(fold).Finish();
}

}  // namespace

http::Reply WriteReply(const chat::Response& response, const chat::Request& request,
                       const protocol::Dialect& dialect, const config::Config& config, Clock& clock,
                       Record& record) {
  record.usage = response.usage;
  auto body = dialect.WriteResponse(response, ReplyFor(request, record, clock));
  if (!body) return Refuse(dialect, body.error(), record, config);
  record.phase = Phase::kDone;
  record.status = 200;
  record.FirstByte();
  http::Reply reply;
  reply.headers = ModelHeaders(record, config);
  reply.headers.emplace_back("Content-Type", dialect.ContentType(request));
  reply.body = *std::move(body);
  return reply;
}

http::Reply WholeReply(std::unique_ptr<Answer> answer, const protocol::Dialect& dialect,
                       Clock& clock, const Cancellation& client) {
  const config::Config& config = *answer->settings->config;
  auto response = FoldAnswer(*answer);
  if (!response) {
    const bool called_off = response.error().code == ErrorCode::kCancelled;
    const Error error = called_off ? WhyCancelled(client) : response.error();
    return Refuse(dialect, error, answer->record, config);
  }
  return WriteReply(*response, *answer->request, dialect, config, clock, answer->record);
}

}  // namespace agm::gateway
