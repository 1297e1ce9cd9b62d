#include "core/gateway/replies.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/utf8.h"

namespace agm::gateway {
namespace {

// Replaces control characters, so that an account's name cannot end a header's line.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

Error Discreet(Error error, const Record& record, const config::Config& config) {
  if (!config.proxy.expose_account) error.members.clear();
  const std::string& trace = record.trace.trace_id;
  if (trace.empty()) return error;
  error.members += fmt::format("{}\"trace_id\":\"{}\"", error.members.empty() ? "" : ",", trace);
  return error;
}

http::Reply Send(protocol::WireError wire, const Error& error, Record& record,
                 const config::Config& config) {
  record.status = wire.status;
  record.error = CodeName(error.code);
  record.why = error.message;
  if (error.code == ErrorCode::kCancelled) record.end = EndedBy::kClient;
  http::Reply reply;
  reply.status = wire.status;
  reply.headers = ModelHeaders(record, config);
  reply.headers.emplace_back("Content-Type", "application/json");
  for (auto& header : wire.headers) reply.headers.push_back(std::move(header));
  if (error.code == ErrorCode::kUnauthenticated) {
    reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  reply.body = std::move(wire.body);
  return reply;
}

}  // namespace

std::vector<http::Header> ModelHeaders(const Record& record, const config::Config& config) {
  std::vector<http::Header> headers;
  headers.reserve(8);
  headers.emplace_back("x-request-id", record.id);
  if (!record.target.empty()) headers.emplace_back("X-Mapped-Model", OneLine(record.target));
  if (config.proxy.expose_account && !record.account.empty()) {
    headers.emplace_back("X-Account-Email", OneLine(record.account));
  }
  headers.insert(headers.end(), record.limit_headers.begin(), record.limit_headers.end());
  return headers;
}

Error WhyCancelled(const Cancellation& client) {
  if (!client.Stopping()) return Fail(ErrorCode::kCancelled, "the client went away");
  Error error = Fail(ErrorCode::kOverloaded, "the gateway is stopping; try again in 1s");
  error.retry_after_ms = 1000;
  return error;
}

http::Reply Refuse(const protocol::Dialect& dialect, Error error, Record& record,
                   const config::Config& config) {
  const Error shown = Discreet(std::move(error), record, config);
  return Send(dialect.WriteError(shown, record.id), shown, record, config);
}

http::Reply Refuse(Surface surface, Error error, Record& record, const config::Config& config) {
  const Error shown = Discreet(std::move(error), record, config);
  return Send(FactsOf(surface).write_error(shown, record.id), shown, record, config);
}

http::Reply PageReply(int status, std::string_view content_type, std::string body, Record& record) {
  record.status = status;
  record.phase = Phase::kDone;
  http::Reply reply;
  reply.status = status;
  reply.headers.emplace_back("x-request-id", record.id);
  reply.headers.emplace_back("Content-Type", content_type);
  reply.body = std::move(body);
  return reply;
}

Error WithBaseUrl(Error error, Surface surface, const http::Request& request,
                  const config::Proxy& proxy) {
  const std::string_view host = request.header("host");
  if (error.code != ErrorCode::kUnknownRoute || host.empty()) return error;
  error.message +=
      fmt::format("; the base URL is {}://{}{}", proxy.tls.enabled() ? "https" : "http",
                  ToUtf8(host), FactsOf(surface).base_path);
  return error;
}

}  // namespace agm::gateway
