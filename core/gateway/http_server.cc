#include "core/gateway/http_server.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/gateway/crew.h"
#include "core/gateway/http_connections.h"
#include "core/gateway/http_inflate.h"
#include "core/gateway/http_reply_head.h"
#include "core/gateway/listener.h"
#include "core/gateway/parking.h"
#include "core/gateway/url.h"

// How the pieces lie together. The library accepts connections, takes an answer through its hooks
// and writes it. Between the two stands our own code:
//
//   accept loop (library) --> Parking --> a Crew thread: HttpConnection::Receive --> RequestReader
//                               ^                                 |  a whole, checked request
//                               +---- keep-alive ---- process_request (library) --> handler
//
// The library never sees a byte of the client's: it reads a head that we wrote, so that what its
// parser makes of hostile input does not matter, and two parsers cannot disagree.
namespace agm::gateway {
namespace {

using Waits = HttpConnection::Waits;
using Arrival = HttpConnection::Arrival;
using State = RequestReader::State;

constexpr int kUrgentSpare = 8;  ///< requests beyond max_connections, for urgent paths
constexpr Duration kFarewell{2'000};
constexpr std::size_t kHoldAtMost = 64 * 1024;

/// One request on its way through the library.
struct Exchange {
  explicit Exchange(HttpConnection& of) : connection(of) {}

  HttpConnection& connection;
  HttpRequest request;
  std::optional<HttpFault> fault;  ///< set: the request is refused
  BodyCoding coding = BodyCoding::kIdentity;
  std::uint64_t max_body = 0;
  HttpDelivery delivery;
  Duration patience{};  ///< with a client that does not take the answer
  HttpReply reply;
  std::string header_lines;
  std::string held;  ///< of a streamed answer: not yet sent

  bool Write(std::string_view bytes) {
    if (!reply.source) return connection.Send(bytes, patience);
    held.append(bytes);
    return held.size() < kHoldAtMost || Flush();
  }
  bool Flush() {
    const bool sent = held.empty() || connection.Send(held, patience);
    held.clear();
    return sent;
  }
};

/// The library's hooks do not say for which connection they are called; this does.
thread_local Exchange* current = nullptr;

/// What the library reads and writes: a head of our making, and the client's socket.
class ExchangeStream : public httplib::Stream {
 public:
  explicit ExchangeStream(Exchange& exchange)
      : exchange_(exchange),
        head_(exchange.delivery.head_only ? "HEAD / HTTP/1.1\r\n\r\n" : "GET / HTTP/1.1\r\n\r\n") {}

  bool is_readable() const override { return true; }
  bool wait_readable() const override { return true; }
  bool wait_writable() const override { return true; }  // write() waits
  bool is_peer_alive() const override { return true; }  // write() notices
  ssize_t read(char* out, std::size_t size) override {
    const std::size_t taken = head_.copy(out, size);
    head_.remove_prefix(taken);
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
  std::string_view head_;
};

/// Runs every job at once: all that the library wants done is to hand a new socket over.
class AtOnce : public httplib::TaskQueue {
 public:
  bool enqueue(std::function<void()> job) override {
    job();
    return true;
  }
  void shutdown() override {}
};

/// Settings that may change while requests run.
struct Limits {
  std::atomic<Duration> header_timeout, write_timeout, idle_timeout;
  std::atomic<std::uint64_t> max_body_size;
  std::atomic<int> max_connections;

  void Set(const HttpLimits& limits) {
    header_timeout = limits.header_timeout;
    write_timeout = limits.write_timeout;
    idle_timeout = limits.idle_timeout;
    max_body_size = limits.max_body_size;
    max_connections = limits.max_connections;
  }
};

HttpFault Overloaded(std::string message) {
  HttpFault fault{Fail(ErrorCode::kOverloaded, "{}", message), 503};
  fault.error.retry_after_ms = 1000;
  return fault;
}

}  // namespace

class HttpServer::Impl : private httplib::Server {
 public:
  Impl(HttpLimits limits, HttpHandler handler, Refusal refuse, Urgent urgent);
  ~Impl() override;

  Result<int> Bind(const std::string& host, int port);
  void Run();
  void Stop(Duration drain);
  void SetLimits(const HttpLimits& limits) { limits_.Set(limits); }
  int in_flight() const { return in_flight_; }

 private:
  // The library's side.
  bool process_and_close_socket(socket_t fd) override;
  void AcceptUntilStopped();
  void Respond(Exchange& exchange, httplib::Response& response);
  HttpReply Handled(Exchange& exchange);
  HttpReply Refused(const HttpFault& fault, std::string_view path);
  static bool Pull(Exchange& exchange, httplib::DataSink& sink);

  // A connection's life; each takes it from the one before.
  bool Attend();
  void Look(HttpConnection& connection);
  void Receive(HttpConnection& connection);
  void ServeAll(HttpConnection& connection);
  bool Serve(HttpConnection& connection);
  std::optional<HttpFault> Enter(std::string_view path);
  void Leave();
  bool Answer(Exchange& exchange);
  void Refuse(HttpConnection& connection, HttpFault fault);
  void GiveUpWaiting(HttpConnection& connection);
  void ParkIdle(HttpConnection& connection, Duration timeout);
  void ParkForMore(HttpConnection& connection);
  void Park(HttpConnection& connection, Waits waits, TimePoint until);
  void Farewell(HttpConnection& connection);
  void Close(HttpConnection& connection) { connections_.Close(&connection); }
  void KeepTime();

  const HttpHandler handler_;
  const Refusal refuse_;
  const Urgent urgent_;
  Limits limits_;
  std::atomic<int> in_flight_{0};
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;  ///< of the four below
  std::condition_variable changed_;
  int listener_ = -1;
  bool serving_ = false;
  bool ended_ = false;

  Parking parking_;
  HttpConnections connections_;
  Crew crew_;
};

HttpServer::Impl::Impl(HttpLimits limits, HttpHandler handler, Refusal refuse, Urgent urgent)
    : handler_(std::move(handler)),
      refuse_(std::move(refuse)),
      urgent_(std::move(urgent)),
      crew_([this] { return Attend(); }) {
  limits_.Set(limits);
  set_tcp_nodelay(true);
  new_task_queue = [] { return new AtOnce; };
  set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
    Respond(*current, response);
    return HandlerResponse::Handled;
  });
  set_header_writer([](httplib::Stream& out, httplib::Headers&) {
    return out.write(current->header_lines);
  });
}

HttpServer::Impl::~Impl() {
  if (listener_ >= 0) ::close(listener_);
}

// ---- Listening and ending ----------------------------------------------------------------------

Result<int> HttpServer::Impl::Bind(const std::string& host, int port) {
  Result<Listening> listening = Listen(host, port);
  if (!listening) return std::move(listening).error();
  std::lock_guard lock(mutex_);
  if (listener_ >= 0) ::close(listener_);
  listener_ = listening->fd;
  return listening->port;
}

void HttpServer::Impl::Run() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || listener_ < 0) return;
    serving_ = true;
  }
  const bool started = crew_.Start();
  std::thread keeper([this] { KeepTime(); });
  if (started) AcceptUntilStopped();
  connections_.WaitUntilNone(TimePoint::max());
  parking_.Close();
  crew_.Join();
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  keeper.join();
}

/// The library gives up its socket when accept fails for any reason (a client that left the queue
/// too early is one), so it works on a duplicate.
void HttpServer::Impl::AcceptUntilStopped() {
  while (!stopping_) {
    svr_sock_ = ::fcntl(listener_, F_DUPFD_CLOEXEC, 0);
    if (svr_sock_ != INVALID_SOCKET) listen_after_bind();
    stop();  // not running any more: only makes the library willing to start again
    if (!stopping_) std::this_thread::sleep_for(Duration{10});
  }
  std::lock_guard lock(mutex_);
  ::close(std::exchange(listener_, -1));
}

void HttpServer::Impl::Stop(Duration drain) {
  std::unique_lock lock(mutex_);
  // Shutting the listener down ends accept in the library; svr_sock_ it closes itself.
  if (!stopping_.exchange(true) && listener_ >= 0) ::shutdown(listener_, SHUT_RDWR);
  if (!serving_) {
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
    return;
  }
  changed_.notify_all();
  if (changed_.wait_for(lock, drain, [&] { return ended_; })) return;
  connections_.CancelAll();
  changed_.wait(lock, [&] { return ended_; });
}

/// Sends those away that are late, and while the server stops those that wait for nothing.
void HttpServer::Impl::KeepTime() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const Duration shortest = std::min(limits_.header_timeout.load(), limits_.idle_timeout.load());
    const Duration pause = stopping_ ? Duration{10} : std::clamp(shortest / 4, Duration{10}, Duration{1000});
    changed_.wait_for(lock, pause, [&] { return ended_; });
    lock.unlock();
    connections_.ExpireLate(SystemClock().Now());
    if (stopping_) connections_.ExpireIdle();
    lock.lock();
  }
}

// ---- A connection's life -----------------------------------------------------------------------

bool HttpServer::Impl::process_and_close_socket(socket_t fd) {
  HttpConnection* connection =
      connections_.Add(std::make_unique<HttpConnection>(NewPlainWire(fd), PeerAddress(fd)));
  if (connection == nullptr) return true;
  connection->Park(Waits::kRequest, After(SystemClock().Now(), limits_.header_timeout));
  if (!parking_.Enter(fd, connection)) Close(*connection);
  return true;
}

bool HttpServer::Impl::Attend() {
  auto* connection = static_cast<HttpConnection*>(parking_.Wait());
  if (connection == nullptr) return false;
  Look(*connection);
  return true;
}

void HttpServer::Impl::Look(HttpConnection& connection) {
  switch (connection.Unpark()) {
    case Waits::kNone:
      return GiveUpWaiting(connection);
    case Waits::kFarewell:
      if (!connection.Discard()) return Close(connection);
      return Park(connection, Waits::kFarewell, After(connection.farewell(), kFarewell));
    case Waits::kRequest:
    case Waits::kRestOfRequest:
      return Receive(connection);
  }
}

void HttpServer::Impl::Receive(HttpConnection& connection) {
  switch (connection.Receive(limits_.max_body_size)) {
    case Arrival::kMore:
      return ParkForMore(connection);
    case Arrival::kRequest:
      return ServeAll(connection);
    case Arrival::kFault:
      return Refuse(connection, connection.reader().fault());
    case Arrival::kGone:
      return Close(connection);
  }
}

/// Its deadline passed, or the server stops.
void HttpServer::Impl::GiveUpWaiting(HttpConnection& connection) {
  const State state = connection.reader().state();
  if (state != State::kHead && state != State::kBody) return Close(connection);
  Refuse(connection, {Fail(ErrorCode::kTimeout, "the request did not arrive within {} seconds",
                           limits_.header_timeout.load().count() / 1000),
                      408});
}

void HttpServer::Impl::ServeAll(HttpConnection& connection) {
  for (;;) {
    if (!Serve(connection)) return;
    switch (connection.reader().Next(limits_.max_body_size)) {
      case State::kWhole:
        continue;  // it was sent behind the one before
      case State::kRefused:
        return Refuse(connection, connection.reader().fault());
      case State::kIdle:
        connection.reader().Shrink();
        return ParkIdle(connection, limits_.idle_timeout);
      case State::kHead:
      case State::kBody:
        return ParkForMore(connection);
    }
  }
}

void HttpServer::Impl::ParkIdle(HttpConnection& connection, Duration timeout) {
  Park(connection, Waits::kRequest, After(SystemClock().Now(), timeout));
}

void HttpServer::Impl::ParkForMore(HttpConnection& connection) {
  RequestReader& reader = connection.reader();
  if (reader.state() == State::kIdle) return ParkIdle(connection, limits_.idle_timeout);
  const bool body = reader.state() == State::kBody;
  if (body && reader.head().expects_continue && !connection.continued && reader.body().empty()) {
    connection.continued = true;
    if (!connection.SendAtOnce("HTTP/1.1 100 Continue\r\n\r\n")) return Close(connection);
  }
  const TimePoint since = body ? SystemClock().Now() : connection.began();
  Park(connection, Waits::kRestOfRequest, After(since, limits_.header_timeout));
}

void HttpServer::Impl::Park(HttpConnection& connection, Waits waits, TimePoint until) {
  connection.Park(waits, until);
  parking_.Return(connection.fd(), &connection);  // from here on another thread may have it
}

void HttpServer::Impl::Farewell(HttpConnection& connection) {
  connection.SayFarewell();
  if (!connection.Discard()) return Close(connection);
  Park(connection, Waits::kFarewell, After(connection.farewell(), kFarewell));
}

void HttpServer::Impl::Refuse(HttpConnection& connection, HttpFault fault) {
  HttpHead& head = connection.reader().head();
  Exchange exchange(connection);
  exchange.request.path = head.path.empty() ? "/" : head.path;
  exchange.delivery.head_only = head.method == "HEAD";
  exchange.delivery.keep_alive = false;
  exchange.fault = std::move(fault);
  Answer(exchange);
  Farewell(connection);
}

/// Answers the reader's request; true if the connection stays, else it is in other hands.
bool HttpServer::Impl::Serve(HttpConnection& connection) {
  RequestReader& reader = connection.reader();
  HttpHead& head = reader.head();
  Exchange exchange(connection);
  exchange.delivery = {head.method == "HEAD", head.keep_alive, head.minor_version,
                       limits_.idle_timeout, {}};
  exchange.coding = head.coding;
  exchange.max_body = limits_.max_body_size;
  exchange.request = {std::move(head.method), std::move(head.path), std::move(head.raw_path),
                      std::move(head.query), std::move(head.headers), std::move(reader.body()),
                      connection.peer(), &connection.client()};
  connection.continued = false;
  exchange.fault = Enter(exchange.request.path);
  const bool entered = !exchange.fault;
  if (entered) exchange.patience = limits_.write_timeout;
  const bool sent = Answer(exchange);
  if (entered) Leave();
  if (sent && exchange.delivery.keep_alive) return true;
  if (sent) Farewell(connection);
  else Close(connection);
  return false;
}

/// Counts a request in; a fault when there is no room for it. Leave when it is over.
std::optional<HttpFault> HttpServer::Impl::Enter(std::string_view path) {
  const int limit = limits_.max_connections;
  const int others = in_flight_.fetch_add(1);
  if (others < limit || (others < limit + kUrgentSpare && urgent_ && urgent_(path))) {
    if (crew_.GoAway()) return {};
    in_flight_.fetch_sub(1);
    return Overloaded("the gateway can start no more threads; try again");
  }
  in_flight_.fetch_sub(1);
  return Overloaded(fmt::format("{} requests are in flight already; try again", limit));
}

void HttpServer::Impl::Leave() {
  crew_.ComeBack();
  in_flight_.fetch_sub(1);
}

// ---- The library's side ------------------------------------------------------------------------

/// True if the whole answer was sent.
bool HttpServer::Impl::Answer(Exchange& exchange) {
  static const std::string none;
  ExchangeStream stream(exchange);
  bool closed = false;
  bool sent = false;
  current = &exchange;
  try {
    sent = process_request(stream, none, 0, none, 0, false, closed, nullptr);
  } catch (...) {  // out of memory, most likely
    sent = false;
  }
  current = nullptr;
  sent = exchange.Flush() && sent;
  exchange.reply = {};
  return sent;
}

void HttpServer::Impl::Respond(Exchange& exchange, httplib::Response& response) {
  HttpReply& reply = exchange.reply;
  HttpDelivery& delivery = exchange.delivery;
  reply = exchange.fault ? Refused(*exchange.fault, exchange.request.path) : Handled(exchange);
  if (HasNoBody(reply.status)) reply.source.reset();
  if (stopping_ || EqualsIgnoreCase(FindHeader(reply.headers, "Connection"), "close") ||
      (reply.source && delivery.minor_version == 0)) {
    delivery.keep_alive = false;
  }
  delivery.now = SystemClock().Wall();
  exchange.header_lines = WriteHeaderLines(reply, delivery);
  response.status = reply.status;
  if (delivery.head_only || HasNoBody(reply.status)) {
    reply.source.reset();
  } else if (!reply.source) {
    response.body = std::move(reply.body);
  } else {
    auto pull = [&exchange](std::size_t, httplib::DataSink& sink) { return Pull(exchange, sink); };
    const std::string type;
    if (delivery.minor_version == 0) {
      response.set_content_provider(type, pull);
    } else {
      response.set_chunked_content_provider(type, pull);
    }
  }
}

/// Sends the whole stream: the library stops asking for more when the listener closes. The head
/// goes with the first piece, the end with the last.
bool HttpServer::Impl::Pull(Exchange& exchange, httplib::DataSink& sink) {
  try {
    std::string piece;
    for (bool more = true; more;) {
      piece.clear();
      more = exchange.reply.source->Next(piece);
      if (!piece.empty() && !sink.write(piece.data(), piece.size())) return false;
      if (more && !exchange.Flush()) return false;
    }
    sink.done();
    return true;
  } catch (...) {
    return false;  // the client sees that the end is missing
  }
}

HttpReply HttpServer::Impl::Handled(Exchange& exchange) {
  try {
    if (exchange.coding != BodyCoding::kIdentity) {
      Result<std::string> body = Inflate(exchange.request.body, exchange.coding, exchange.max_body);
      if (!body) return Refused({std::move(body).error()}, exchange.request.path);
      exchange.request.body = *std::move(body);
    }
    return handler_(exchange.request);
  } catch (...) {
    return Refused({Fail(ErrorCode::kInternal, "internal error")}, exchange.request.path);
  }
}

HttpReply HttpServer::Impl::Refused(const HttpFault& fault, std::string_view path) {
  HttpReply reply;
  try {
    reply = refuse_(fault.error, path);
  } catch (...) {
    reply.status = 500;
  }
  if (fault.status != 0) reply.status = fault.status;
  if (reply.status == 503 && FindHeader(reply.headers, "Retry-After").empty()) {
    reply.headers.emplace_back("Retry-After", "1");
  }
  return reply;
}

// ---- The public face ---------------------------------------------------------------------------

HttpServer::HttpServer(HttpLimits limits, HttpHandler handler, Refusal refuse, Urgent urgent)
    : impl_(std::make_unique<Impl>(limits, std::move(handler), std::move(refuse), std::move(urgent))) {}
HttpServer::~HttpServer() = default;
Result<int> HttpServer::Bind(const std::string& host, int port) { return impl_->Bind(host, port); }
void HttpServer::Serve() { impl_->Run(); }
void HttpServer::Stop(Duration drain) { impl_->Stop(drain); }
void HttpServer::SetLimits(HttpLimits limits) { impl_->SetLimits(limits); }
int HttpServer::in_flight() const { return impl_->in_flight(); }

}  // namespace agm::gateway
