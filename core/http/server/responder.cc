#include "core/http/server/responder.h"

#include <httplib.h>

#include <string>
#include <utility>

#include "core/http/server/stream.h"
#include "core/http/wire/canonical_head.h"
#include "core/http/wire/reply_head.h"

namespace agm::http {
namespace {

/// Library objects that wait for a request: more than this many are not kept.
constexpr std::size_t kMostIdle = 64;

/// The library's view of a connection: it reads the canonical head of one request, and writes to
/// the client.
class ExchangeStream : public httplib::Stream {
 public:
  explicit ExchangeStream(Exchange& exchange)
      : exchange_(exchange),
        head_(WriteCanonicalHead(exchange.request, exchange.delivery.minor_version)) {}

  bool is_readable() const override { return read_ < head_.size(); }
  bool wait_readable() const override { return true; }
  bool wait_writable() const override { return true; }  // write() waits
  bool is_peer_alive() const override { return true; }  // write() detects it
  ssize_t read(char* out, std::size_t size) override {
    std::size_t taken = 0;
    for (; taken < size && read_ < head_.size(); ++taken) out[taken] = head_[read_++];
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    return exchange_.Write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  using httplib::Stream::write;
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return exchange_.connection.fd(); }
  time_t duration() const override { return 0; }

 private:
  Exchange& exchange_;
  const std::string head_;
  std::size_t read_ = 0;
};

}  // namespace

/// The library with the hooks for one request at a time.
///
/// Thread safety: one thread at a time.
class Responder::Library : private httplib::Server {
 public:
  explicit Library(const Handle& handle);
  bool Answer(Exchange& exchange);

 private:
  void GiveBody(httplib::Request& read);
  void Respond(httplib::Response& response);
  void BeginStream();
  ssize_t WriteHeaders(httplib::Stream& out, const httplib::Headers& own);

  const Handle& handle_;
  Exchange* exchange_ = nullptr;
  httplib::Request* read_ = nullptr;  ///< the request as the library has read it
  bool called_ = false;               ///< the handler was called
  bool answered_ = false;             ///< the handler has set the response
};

/// By itself the library refuses only what our reader has refused already, or methods that it does
/// not know. The handler answers these too.
Responder::Library::Library(const Handle& handle) : handle_(handle) {
  set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
    Respond(response);
    return HandlerResponse::Handled;
  });
  set_error_handler([this](const httplib::Request&, httplib::Response& response) {
    if (called_) return HandlerResponse::Unhandled;
    Respond(response);
    return HandlerResponse::Handled;
  });
  set_header_writer([this](httplib::Stream& out, httplib::Headers& own) {
    return answered_ ? WriteHeaders(out, own) : -1;
  });
}

bool Responder::Library::Answer(Exchange& exchange) {
  exchange_ = &exchange;
  read_ = nullptr;
  called_ = answered_ = false;
  // The library calls a content provider as long as this socket is open.
  svr_sock_ = exchange.connection.fd();
  ExchangeStream stream(exchange);
  const std::string nowhere;
  bool closed = false;
  return process_request(stream, exchange.request.remote_address, 0, nowhere, 0, false, closed,
                         [this](httplib::Request& read) { GiveBody(read); });
}

/// The library calls this when it has read the head.
void Responder::Library::GiveBody(httplib::Request& read) {
  read.body = std::move(exchange_->request.body);
  read_ = &read;
}

void Responder::Library::Respond(httplib::Response& response) {
  called_ = true;
  if (read_ != nullptr) exchange_->request.body = std::move(read_->body);
  handle_(*exchange_);
  Reply& reply = exchange_->reply;
  response.status = reply.status;
  // The library would add one of its own.
  response.headers.emplace("Content-Type", FindHeader(reply.headers, "Content-Type"));
  if (reply.source) {
    response.set_content_provider("", [this](std::size_t, httplib::DataSink& sink) {
      BeginStream();
      sink.done();
      return true;
    });
  } else {
    response.body = std::move(reply.body);
  }
  answered_ = true;
}

/// The library has written the head, which the exchange holds back for the first piece.
void Responder::Library::BeginStream() {
  StreamTask::Form form{std::move(exchange_->held), exchange_->delivery.minor_version > 0,
                        exchange_->write_timeout};
  exchange_->connection.stream = std::make_unique<StreamTask>(
      exchange_->connection, std::move(exchange_->reply.source), std::move(form));
}

/// Writes the handler's headers from its list, in their order, which the library's map does not
/// keep; then the length that the library has found. The library's Connection and Keep-Alive follow
/// its own settings, so those of the delivery are written instead.
ssize_t Responder::Library::WriteHeaders(httplib::Stream& out, const httplib::Headers& own) {
  static const std::string kLength = "Content-Length";
  std::string lines;
  lines.reserve(512);
  AddReplyLines(lines, exchange_->reply.headers);
  const auto length = own.find(kLength);
  if (length != own.end() && !HasNoBody(exchange_->reply.status)) {
    AddHeaderLine(lines, kLength, length->second);
  }
  AddDeliveryLines(lines, exchange_->delivery, exchange_->reply.source != nullptr);
  return out.write(lines.data(), lines.size());
}

Responder::Responder(Handle handle) : handle_(std::move(handle)) {}

Responder::~Responder() = default;

std::unique_ptr<Responder::Library> Responder::Take() {
  {
    auto idle = idle_.Lock();
    if (!idle->empty()) {
      auto taken = std::move(idle->back());
      idle->pop_back();
      return taken;
    }
  }
  return std::make_unique<Library>(handle_);
}

void Responder::Return(std::unique_ptr<Library> library) {
  auto idle = idle_.Lock();
  if (idle->size() < kMostIdle) idle->push_back(std::move(library));
}

bool Responder::Answer(Exchange& exchange) {
  bool sent = false;
  try {
    auto library = Take();
    sent = library->Answer(exchange);
    Return(std::move(library));
  } catch (...) {  // most likely out of memory
    sent = false;
  }
  exchange.reply = {};
  return sent;
}

}  // namespace agm::http
