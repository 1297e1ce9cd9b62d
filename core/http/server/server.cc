#include "core/http/server/server.h"

#include <fcntl.h>
#include <httplib.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "core/base/no_thread.h"
#include "core/http/server/exchange.h"
#include "core/http/server/inflate.h"
#include "core/http/server/listener.h"
#include "core/http/server/responder.h"
#include "core/http/server/traffic.h"
#include "core/http/wire/grammar.h"

// The division of labour. The library accepts connections, and (in Responder) reads requests, calls
// the handler and writes responses. Our code extends it between these steps:
//
//   accept (library) --> Traffic: Parking --> a ThreadPool thread: Connection --> RequestReader
//                                      ^                              |  a checked request
//                                      +------- Responder (library): handler, response
//                                      |                              |  a streamed response
//                                      +------- StreamCarriers <------+
namespace agm::http {
namespace {

/// Runs each job on the calling thread: the library's only job is to hand over a new socket, which
/// Traffic parks. It gets a thread of ThreadPool when a request has arrived.
class AtOnce : public httplib::TaskQueue {
 public:
  bool enqueue(std::function<void()> job) override {
    job();
    return true;
  }
  void shutdown() override {}
};

}  // namespace

class Server::Impl : private httplib::Server {
 public:
  Impl(Limits limits, http::Handler handler, Refusal refuse, Urgent urgent);
  ~Impl() override;

  Result<int> Bind(const std::string& host, int port);
  Result<void> Serve();
  void Stop(Duration drain, Duration delay);
  bool stopping() const { return traffic_.ending(); }
  void SetLimits(const Limits& limits) { limits_.Set(limits); }
  void UseTls(std::shared_ptr<const TlsIdentity> identity) { traffic_.UseTls(std::move(identity)); }
  int in_flight() const { return traffic_.in_flight(); }
  std::size_t connections() const { return traffic_.connections(); }
  Traffic& traffic() { return traffic_; }

 private:
  void AcceptUntilStopped();
  void AwaitDelay(std::unique_lock<std::mutex>& lock, Duration delay);
  void StopListening();
  void TakeWaiting();
  bool Stopping();
  bool process_and_close_socket(socket_t fd) override;
  void Answer(Exchange& exchange);
  Reply Handle(Exchange& exchange);
  Reply Refuse(Fault fault, const Request& request);

  const http::Handler handler_;
  const Refusal refuse_;
  LiveLimits limits_;
  Responder responder_;
  Traffic traffic_;

  std::mutex mutex_;  ///< guards the members below
  std::condition_variable changed_;
  int listener_ = -1;
  bool passed_ = false;  ///< the service manager's socket, which is never shut down
  int left_ = -1;        ///< the library's duplicate of it, once stopped
  int stops_ = 0;        ///< how often Stop was called
  bool stopping_ = false;
  bool serving_ = false;
  bool ended_ = false;
};

Server::Impl::Impl(Limits limits, http::Handler handler, Refusal refuse, Urgent urgent)
    : handler_(std::move(handler)),
      refuse_(std::move(refuse)),
      responder_([this](Exchange& each) { Answer(each); }),
      traffic_(limits_, std::move(urgent),
               [this](Exchange& each) { return responder_.Answer(each); }) {
  limits_.Set(limits);
  set_tcp_nodelay(true);
  new_task_queue = [] { return new AtOnce; };
}

Server::Impl::~Impl() {
  if (listener_ >= 0) ::close(listener_);
}

// ---- Listening and stopping --------------------------------------------------------------------

Result<int> Server::Impl::Bind(const std::string& host, int port) {
  const auto passed = TakePassedListener();
  Result<Listening> listening = passed ? Result<Listening>(*passed) : Listen(host, port);
  if (!listening) return std::move(listening).error();
  AllowManyDescriptors();
  std::lock_guard lock(mutex_);
  if (listener_ >= 0) ::close(listener_);
  listener_ = listening->fd;
  passed_ = listening->passed;
  return listening->port;
}

Result<void> Server::Impl::Serve() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || listener_ < 0) return {};
    serving_ = true;
  }
  const bool started = traffic_.Start();
  if (started) AcceptUntilStopped();
  traffic_.End();
  std::lock_guard lock(mutex_);
  if (!started && listener_ >= 0) ::close(std::exchange(listener_, -1));
  ended_ = true;
  changed_.notify_all();
  if (started) return {};
  return NoThread();
}

bool Server::Impl::Stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

/// The library closes its listening socket when accept fails for any reason (for example because a
/// client left the queue too early), so each run gets a duplicate of the socket.
void Server::Impl::AcceptUntilStopped() {
  while (!Stopping()) {
    svr_sock_ = ::fcntl(listener_, F_DUPFD_CLOEXEC, 0);
    if (svr_sock_ != INVALID_SOCKET) listen_after_bind();
    stop();  // the library is not running; this resets it for the next run
    if (!Stopping()) std::this_thread::sleep_for(Duration{10});
  }
  std::lock_guard lock(mutex_);
  if (const int left = std::exchange(left_, -1); left >= 0) ::close(left);
  ::close(std::exchange(listener_, -1));
}

/// Makes accept() return in the library. Shutting down the listener refuses new connections at
/// once, and resets those in its queue, so these are taken before. A passed one is only left: the
/// service manager's copy keeps the connections that wait in the queue for the next process, and a
/// connection of our own ends the accept() that runs.
void Server::Impl::StopListening() {
  if (listener_ < 0) return;
  if (!passed_) {
    TakeWaiting();
    ::shutdown(listener_, SHUT_RDWR);
    return;
  }
  left_ = svr_sock_.exchange(INVALID_SOCKET);
  WakeListener(listener_);
}

/// Takes the connections that clients have made and that accept() has not returned yet. The
/// library's accept() may take some of them meanwhile.
void Server::Impl::TakeWaiting() {
  const int flags = ::fcntl(listener_, F_GETFL);
  if (!serving_ || flags < 0 || ::fcntl(listener_, F_SETFL, flags | O_NONBLOCK) < 0) return;
  for (int fd = -1; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    process_and_close_socket(fd);
  }
}

/// A second call of Stop ends the delay of the first one.
void Server::Impl::AwaitDelay(std::unique_lock<std::mutex>& lock, Duration delay) {
  if (traffic_.connections() == 0) return;
  changed_.wait_for(lock, delay, [&] { return stops_ > 1 || ended_; });
}

void Server::Impl::Stop(Duration drain, Duration delay) {
  const TimePoint until = After(SystemClock().Now(), drain);
  std::unique_lock lock(mutex_);
  traffic_.KeepNoneAlive();
  ++stops_;
  changed_.notify_all();
  if (stops_ == 1) AwaitDelay(lock, std::min(delay, drain));
  traffic_.Drain();  // before any other thread can see that the server stops
  if (!std::exchange(stopping_, true)) StopListening();
  if (!serving_) {
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
    return;
  }
  if (changed_.wait_until(lock, until, [&] { return ended_; })) return;
  traffic_.Cancel();
  changed_.wait(lock, [&] { return ended_; });
}

// ---- Answering ---------------------------------------------------------------------------------

bool Server::Impl::process_and_close_socket(socket_t fd) {
  try {
    traffic_.Take(UniqueFd(fd));
  } catch (...) {  // out of memory: this client is dropped, the next may be served
  }
  return true;
}

void Server::Impl::Answer(Exchange& exchange) {
  Reply& reply = exchange.reply;
  Delivery& delivery = exchange.delivery;
  if (exchange.early) {
    reply = *std::move(exchange.early);
  } else {
    reply = exchange.fault ? Refuse(*exchange.fault, exchange.request) : Handle(exchange);
  }
  if (HasNoBody(reply.status)) {
    reply.source.reset();
    reply.body.clear();
  }
  const bool until_close = reply.source && delivery.minor_version == 0;
  const bool asked = EqualsIgnoreCase(FindHeader(reply.headers, "Connection"), "close");
  const bool unread = exchange.connection.reader().state() == RequestReader::State::kBody;
  if (traffic_.ending() || until_close || asked || unread) delivery.keep_alive = false;
  delivery.now = SystemClock().Wall();
}

Reply Server::Impl::Handle(Exchange& exchange) {
  Request& request = exchange.request;
  try {
    if (exchange.coding != BodyCoding::kIdentity) {
      Result<std::string> body =
          Inflate(request.body, exchange.coding, exchange.max_body, exchange.unpacked);
      if (!body) return Refuse({std::move(body).error()}, request);
      request.body = *std::move(body);
      std::erase_if(request.headers, [](const Header& header) {
        return EqualsIgnoreCase(header.first, "Content-Encoding");
      });
    }
    return handler_(request);
  } catch (...) {
    return Refuse({Fail(ErrorCode::kInternal, "the gateway failed at this request; this is a bug")},
                  request);
  }
}

Reply Server::Impl::Refuse(Fault fault, const Request& request) {
  fault.method = request.method;
  fault.peer = request.remote_address;
  Reply reply;
  try {
    reply = refuse_(fault, request.path);
  } catch (...) {
    reply.status = 500;
  }
  if (fault.status != 0) reply.status = fault.status;
  reply.source.reset();  // the thread that sends a refusal must not block
  if (reply.status == 503 && FindHeader(reply.headers, "Retry-After").empty()) {
    reply.headers.emplace_back("Retry-After", "1");
  }
  return reply;
}

// ---- Public interface --------------------------------------------------------------------------

Server::Server(Limits limits, http::Handler handler, Refusal refuse, Urgent urgent)
    : impl_(std::make_unique<Impl>(limits, std::move(handler), std::move(refuse),
                                   std::move(urgent))) {}
Server::~Server() = default;
Result<int> Server::Bind(const std::string& host, int port) { return impl_->Bind(host, port); }
Result<void> Server::Serve() { return impl_->Serve(); }
void Server::Stop(Duration drain, Duration delay) { impl_->Stop(drain, delay); }
bool Server::stopping() const { return impl_->stopping(); }
void Server::SetLimits(Limits limits) { impl_->SetLimits(limits); }
void Server::UseTls(std::shared_ptr<const TlsIdentity> identity) {
  impl_->UseTls(std::move(identity));
}
int Server::in_flight() const { return impl_->in_flight(); }
std::size_t Server::connections() const { return impl_->connections(); }
void Server::CheckHeadsWith(HeadCheck check) { impl_->traffic().CheckHeadsWith(std::move(check)); }
void Server::StreamBodiesIf(StreamsBody streams) {
  impl_->traffic().StreamBodiesIf(std::move(streams));
}
void Server::CountDescriptorsWith(CountDescriptors count) {
  impl_->traffic().CountDescriptorsWith(std::move(count));
}

}  // namespace agm::http
