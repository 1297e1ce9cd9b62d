// One epoll set holds the listener, an eventfd that ends the loop, and all connections. A
// connection goes round
//
//   reading --request complete--> waiting (the script's hang) --> sending --body complete-->
//   reading
//
// While it reads, epoll tells of bytes; while it waits or sends, only of the other side's leaving
// and, if the socket is full, of room. Pauses are entries in a time-ordered set.

#include "core/mock/event_loop.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <unordered_map>

#include "core/base/clock.h"

namespace agm::mock {
namespace {

constexpr std::size_t kSendAhead = 16 * 1024;  // bytes gathered for one write where nothing pauses

/// A file descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

enum class Phase { kReading, kWaiting, kSending };

struct Connection {
  explicit Connection(Fd socket) : fd(std::move(socket)) {}

  Fd fd;
  std::string in;
  RequestReader reader;
  Phase phase = Phase::kReading;
  Reply reply;
  bool keep_alive = true;
  std::string out;             ///< framed, to be sent
  std::size_t sent = 0;        ///< of out
  std::size_t body_bytes = 0;  ///< of the body handed to out
  std::optional<Piece> next;   ///< pulled, its pause not over
  bool body_done = false;
  bool cut = false;  ///< close as soon as out is sent
  std::optional<TimePoint> wake;
  std::uint32_t watched = 0;  ///< epoll events
};

using Connections = std::unordered_map<int, std::unique_ptr<Connection>>;

/// What becomes of a connection after it did all it could.
enum class Fate { kKeep, kClose, kAbort };

void ResetOnClose(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

Reply BadRequest(RequestReader::State state) {
  Reply reply;
  reply.status = state == RequestReader::State::kTooLarge ? 413 : 400;
  reply.content_type = "text/html; charset=UTF-8";
  reply.text =
      fmt::format("<!DOCTYPE html><title>Error {}</title><p>That is an error.", reply.status);
  return reply;
}

}  // namespace

class EventLoop::Impl {
 public:
  explicit Impl(Service service) : service_(std::move(service)) {}

  Result<int> Listen(int port);
  void Run();
  void Stop() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(stop_.get(), &one, sizeof one);
  }

  Traffic traffic;

 private:
  void Watch(int fd, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll_.get(), operation, fd, &event);
  }
  void Rewatch(Connection& c, std::uint32_t events) {
    if (c.watched == events) return;
    c.watched = events;
    Watch(c.fd.get(), events, EPOLL_CTL_MOD);
  }
  void Accept();
  void Wake(TimePoint now);
  int Timeout() const;
  void SetWake(Connection& c, std::optional<TimePoint> when);
  void Settle(Connection& c, Fate fate);
  void OnEvent(Connection& c, std::uint32_t events);

  // The steps of a connection; each goes as far as it can.
  Fate Advance(Connection& c);
  Fate ReadOn(Connection& c, bool& progress);
  Fate Begin(Connection& c, Reply reply);
  Fate SendOn(Connection& c, bool& progress);
  void Fill(Connection& c);
  void AddBody(Connection& c, std::string_view bytes);
  bool Flush(Connection& c, Fate& fate);
  void Finish(Connection& c);

  Service service_;
  Fd epoll_;
  Fd stop_;
  Fd listener_;
  bool accepting_ = false;
  Connections connections_;
  std::set<std::pair<TimePoint, int>> timers_;
};

Result<int> EventLoop::Impl::Listen(int port) {
  listener_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  stop_ = Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (listener_.get() < 0 || epoll_.get() < 0 || stop_.get() < 0) {
    return Fail(ErrorCode::kIo, "no socket: {}", std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* name = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), name, size) != 0 || ::listen(listener_.get(), 4096) != 0 ||
      ::getsockname(listener_.get(), name, &size) != 0) {
    return Fail(ErrorCode::kIo, "cannot listen on 127.0.0.1:{}: {}", port, std::strerror(errno));
  }
  Watch(stop_.get(), EPOLLIN, EPOLL_CTL_ADD);
  Watch(listener_.get(), EPOLLIN, EPOLL_CTL_ADD);
  accepting_ = true;
  return int{ntohs(address.sin_port)};
}

void EventLoop::Impl::Run() {
  std::array<epoll_event, 256> events;
  for (;;) {
    const int n =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), Timeout());
    if (n < 0 && errno != EINTR) break;
    for (int i = 0; i < n; ++i) {
      const epoll_event event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == stop_.get()) {
        connections_.clear();
        timers_.clear();
        listener_ = Fd();
        traffic.open = 0;
        traffic.busy = 0;
        return;
      }
      if (event.data.fd == listener_.get()) {
        Accept();
      } else if (auto found = connections_.find(event.data.fd); found != connections_.end()) {
        OnEvent(*found->second, event.events);
      }
    }
    Wake(SystemClock().Now());
  }
}

void EventLoop::Impl::Accept() {
  for (;;) {
    Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EMFILE || errno == ENFILE) {  // go on when a connection closes
        Watch(listener_.get(), 0, EPOLL_CTL_MOD);
        accepting_ = false;
      }
      return;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int fd = socket.get();
    auto connection = std::make_unique<Connection>(std::move(socket));
    connection->watched = EPOLLIN | EPOLLRDHUP;
    Watch(fd, connection->watched, EPOLL_CTL_ADD);
    connections_[fd] = std::move(connection);
    ++traffic.accepted;
    ++traffic.open;
  }
}

int EventLoop::Impl::Timeout() const {
  if (timers_.empty()) return -1;
  const Duration left = Left(SystemClock().Now(), timers_.begin()->first);
  return static_cast<int>(std::min<Duration::rep>(left.count(), 60'000));
}

void EventLoop::Impl::Wake(TimePoint now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    Connection& c = *connections_.at(timers_.begin()->second);
    SetWake(c, std::nullopt);
    Settle(c, Advance(c));
  }
}

void EventLoop::Impl::SetWake(Connection& c, std::optional<TimePoint> when) {
  if (c.wake) timers_.erase({*c.wake, c.fd.get()});
  c.wake = when;
  if (when) timers_.insert({*when, c.fd.get()});
}

void EventLoop::Impl::OnEvent(Connection& c, std::uint32_t events) {
  const bool gone = (events & (EPOLLERR | EPOLLHUP)) != 0;
  // A client that shuts its side down while it is owed an answer has left.
  const bool leaves = (events & EPOLLRDHUP) != 0 && c.phase != Phase::kReading;
  Settle(c, gone || leaves ? Fate::kAbort : Advance(c));
}

void EventLoop::Impl::Settle(Connection& c, Fate fate) {
  if (fate == Fate::kKeep) {
    const bool full = c.phase == Phase::kSending && c.sent < c.out.size() && !c.wake;
    Rewatch(
        c, c.phase == Phase::kReading ? EPOLLIN | EPOLLRDHUP : EPOLLRDHUP | (full ? EPOLLOUT : 0U));
    return;
  }
  if (c.phase != Phase::kReading) {
    --traffic.busy;
    if (fate == Fate::kAbort) ++traffic.aborted;
  }
  SetWake(c, std::nullopt);
  --traffic.open;
  connections_.erase(c.fd.get());
  if (!accepting_) {
    accepting_ = true;
    Watch(listener_.get(), EPOLLIN, EPOLL_CTL_MOD);
  }
}

Fate EventLoop::Impl::Advance(Connection& c) {
  for (bool progress = true; progress;) {
    progress = false;
    Fate fate = Fate::kKeep;
    switch (c.phase) {
      case Phase::kReading:
        fate = ReadOn(c, progress);
        break;
      case Phase::kWaiting:
        if (!c.wake) {
          c.phase = Phase::kSending;
          progress = true;
        }
        break;
      case Phase::kSending:
        fate = SendOn(c, progress);
        break;
    }
    if (fate != Fate::kKeep) return fate;
  }
  return Fate::kKeep;
}

Fate EventLoop::Impl::ReadOn(Connection& c, bool& progress) {
  using State = RequestReader::State;
  std::array<char, 64 * 1024> bytes;
  for (;;) {
    const State state = c.reader.Read(c.in);
    if (state == State::kReady || state == State::kBad || state == State::kTooLarge) {
      progress = true;
      if (state != State::kReady) {
        c.keep_alive = false;
        return Begin(c, BadRequest(state));
      }
      Request request = c.reader.Take();
      c.keep_alive = request.keep_alive;
      return Begin(c, service_(request));
    }
    if (state == State::kContinue) {
      constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      ::send(c.fd.get(), kGoOn.data(), kGoOn.size(), MSG_NOSIGNAL);
      continue;
    }
    const ssize_t n = ::recv(c.fd.get(), bytes.data(), bytes.size(), 0);
    if (n > 0) {
      c.in.append(bytes.data(), static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else {
      return n < 0 && errno == EAGAIN ? Fate::kKeep : Fate::kClose;
    }
  }
}

Fate EventLoop::Impl::Begin(Connection& c, Reply reply) {
  const long busy = ++traffic.busy;
  if (busy > traffic.most_busy) traffic.most_busy = busy;
  c.phase = Phase::kWaiting;
  c.reply = std::move(reply);
  if (c.reply.delivery.hang.count() > 0) {
    SetWake(c, After(SystemClock().Now(), c.reply.delivery.hang));
  }
  c.out.clear();
  c.sent = 0;
  c.body_bytes = 0;
  c.body_done = false;
  c.cut = c.reply.delivery.refuse;
  if (c.cut) return Fate::kKeep;
  c.out = WriteHead(c.reply, c.keep_alive);
  if (!c.reply.stream) {
    AddBody(c, c.reply.text);
    c.body_done = true;
  }
  return Fate::kKeep;
}

// Sends what is there, then gathers more, until a pause, a full socket or the end.
Fate EventLoop::Impl::SendOn(Connection& c, bool& progress) {
  if (c.wake) return Fate::kKeep;
  for (;;) {
    Fate fate = Fate::kKeep;
    if (!Flush(c, fate)) return fate;
    if (c.cut) {
      if (c.reply.delivery.reset) ResetOnClose(c.fd.get());
      return Fate::kClose;
    }
    if (c.body_done) {
      if (!c.keep_alive) return Fate::kClose;
      Finish(c);
      progress = true;
      return Fate::kKeep;
    }
    Fill(c);
    if (c.wake && c.sent == c.out.size()) return Fate::kKeep;
  }
}

// False when sending cannot go on now: a full socket, a pause between writes, or an error.
bool EventLoop::Impl::Flush(Connection& c, Fate& fate) {
  const Delivery& delivery = c.reply.delivery;
  while (c.sent < c.out.size()) {
    std::size_t size = c.out.size() - c.sent;
    if (delivery.write_bytes > 0) size = std::min(size, delivery.write_bytes);
    const ssize_t n = ::send(c.fd.get(), c.out.data() + c.sent, size, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) fate = Fate::kAbort;
      return false;
    }
    c.sent += static_cast<std::size_t>(n);
    if (delivery.write_pause.count() > 0 && c.sent < c.out.size()) {
      SetWake(c, After(SystemClock().Now(), delivery.write_pause));
      return false;
    }
  }
  c.out.clear();
  c.sent = 0;
  return !c.wake;
}

// Pulls pieces of a streamed body until one has to wait.
void EventLoop::Impl::Fill(Connection& c) {
  while (c.out.size() < kSendAhead && !c.cut && !c.body_done) {
    const bool waited = c.next.has_value();
    if (!waited) {
      c.next = c.reply.stream->Next();
      if (!c.next) {
        c.out += "0\r\n\r\n";
        c.body_done = true;
        return;
      }
      if (c.next->pause.count() > 0) {
        SetWake(c, After(SystemClock().Now(), c.next->pause));
        return;
      }
    }
    const Piece piece = std::move(*c.next);
    c.next.reset();
    AddBody(c, piece.bytes);
    c.cut = c.cut || piece.cut;
  }
}

void EventLoop::Impl::AddBody(Connection& c, std::string_view bytes) {
  const std::size_t room = c.reply.delivery.cut_after - c.body_bytes;
  if (bytes.size() > room) {
    bytes = bytes.substr(0, room);
    c.cut = true;
  }
  c.body_bytes += bytes.size();
  if (bytes.empty()) return;
  if (!c.reply.stream) {
    c.out += bytes;
    return;
  }
  fmt::format_to(std::back_inserter(c.out), "{:x}\r\n", bytes.size());
  c.out += bytes;
  c.out += "\r\n";
}

void EventLoop::Impl::Finish(Connection& c) {
  --traffic.busy;
  c.phase = Phase::kReading;
  c.reply = Reply{};
}

EventLoop::EventLoop(Service service) : impl_(std::make_unique<Impl>(std::move(service))) {}
EventLoop::~EventLoop() = default;
Result<int> EventLoop::Listen(int port) { return impl_->Listen(port); }
void EventLoop::Run() { impl_->Run(); }
void EventLoop::Stop() { impl_->Stop(); }
const Traffic& EventLoop::traffic() const { return impl_->traffic; }

}  // namespace agm::mock
