// One epoll set holds the listener, an eventfd that ends the loop, and all connections. While a
// connection reads, epoll reports readable bytes; while it waits or sends, only that the other side
// has left and, if the socket is full, that it is writable. Pauses are entries in a time-ordered
// set.

#include "core/mock/event_loop.h"

#include <arpa/inet.h>
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
#include "core/mock/connection.h"

namespace agm::mock {

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
  using Fate = Connection::Fate;
  struct Client {
    Connection connection;
    std::uint32_t watched = EPOLLIN | EPOLLRDHUP;
    std::optional<TimePoint> timer;  // its entry in timers_
    bool busy = false;               // counted as busy
  };

  void Watch(int fd, std::uint32_t events, int operation);
  void Accept();
  void OnEvent(Client& client, std::uint32_t events);
  void Wake(TimePoint now);
  int Timeout() const;
  void Settle(Client& client, Fate fate);
  void SetTimer(Client& client, std::optional<TimePoint> when);
  void Count(Client& client, bool busy);
  void Close(Client& client);
  void CloseAll();

  Service service_;
  UniqueFd epoll_;
  UniqueFd stop_;
  UniqueFd listener_;
  bool accepting_ = false;
  std::unordered_map<int, Client> clients_;
  std::set<std::pair<TimePoint, int>> timers_;
};

Result<int> EventLoop::Impl::Listen(int port) {
  listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  stop_ = UniqueFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
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
    if (errno == EADDRINUSE) {
      return Fail(ErrorCode::kConfig,
                  "port {} on 127.0.0.1 is in use by another program; stop it, or choose another "
                  "port with --port",
                  port);
    }
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
    if (n < 0 && errno != EINTR) return CloseAll();
    for (int i = 0; i < n; ++i) {
      const epoll_event event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == stop_.get()) return CloseAll();
      if (event.data.fd == listener_.get()) {
        Accept();
      } else if (auto found = clients_.find(event.data.fd); found != clients_.end()) {
        OnEvent(found->second, event.events);
      }
    }
    Wake(SystemClock().Now());
  }
}

void EventLoop::Impl::Watch(int fd, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll_.get(), operation, fd, &event);
}

void EventLoop::Impl::Accept() {
  for (;;) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EMFILE || errno == ENFILE) {  // resume when a connection closes
        Watch(listener_.get(), 0, EPOLL_CTL_MOD);
        accepting_ = false;
      }
      return;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int fd = socket.get();
    Client client{Connection(std::move(socket), service_), EPOLLIN | EPOLLRDHUP, {}, false};
    Watch(fd, client.watched, EPOLL_CTL_ADD);
    clients_.emplace(fd, std::move(client));
    ++traffic.accepted;
    ++traffic.open;
  }
}

void EventLoop::Impl::OnEvent(Client& client, std::uint32_t events) {
  const bool gone = (events & (EPOLLERR | EPOLLHUP)) != 0;
  // A client that closes its sending side before it has its reply has left.
  const bool leaves = (events & EPOLLRDHUP) != 0 && !client.connection.reading();
  Settle(client, gone || leaves ? Fate::kAbort : client.connection.Advance(false));
}

void EventLoop::Impl::Wake(TimePoint now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    Client& client = clients_.at(timers_.begin()->second);
    Settle(client, client.connection.Advance(true));
  }
}

int EventLoop::Impl::Timeout() const {
  if (timers_.empty()) return -1;
  const Duration left = Left(SystemClock().Now(), timers_.begin()->first);
  return static_cast<int>(std::min<Duration::rep>(left.count(), 60'000));
}

// After a connection did all it can: sets what to wait for, or ends the connection.
void EventLoop::Impl::Settle(Client& client, Fate fate) {
  const bool owed = !client.connection.reading();
  Count(client, owed);
  if (fate != Fate::kKeep) {
    if (owed && fate == Fate::kAbort) ++traffic.aborted;
    return Close(client);
  }
  SetTimer(client, client.connection.wake());
  const std::uint32_t events = EPOLLRDHUP | (!owed                            ? EPOLLIN
                                             : client.connection.wants_room() ? EPOLLOUT
                                                                              : 0U);
  if (events == client.watched) return;
  client.watched = events;
  Watch(client.connection.fd(), events, EPOLL_CTL_MOD);
}

void EventLoop::Impl::SetTimer(Client& client, std::optional<TimePoint> when) {
  if (client.timer == when) return;
  if (client.timer) timers_.erase({*client.timer, client.connection.fd()});
  client.timer = when;
  if (when) timers_.insert({*when, client.connection.fd()});
}

void EventLoop::Impl::Count(Client& client, bool busy) {
  if (client.busy == busy) return;
  client.busy = busy;
  traffic.busy += busy ? 1 : -1;
  traffic.most_busy = std::max(traffic.most_busy.load(), traffic.busy.load());
}

void EventLoop::Impl::Close(Client& client) {
  Count(client, false);
  SetTimer(client, std::nullopt);
  --traffic.open;
  clients_.erase(client.connection.fd());
  if (accepting_) return;
  accepting_ = true;
  Watch(listener_.get(), EPOLLIN, EPOLL_CTL_MOD);
}

void EventLoop::Impl::CloseAll() {
  clients_.clear();
  timers_.clear();
  listener_ = UniqueFd();
  traffic.open = 0;
  traffic.busy = 0;
}

EventLoop::EventLoop(Service service) : impl_(std::make_unique<Impl>(std::move(service))) {}
EventLoop::~EventLoop() = default;
Result<int> EventLoop::Listen(int port) { return impl_->Listen(port); }
void EventLoop::Run() { impl_->Run(); }
void EventLoop::Stop() { impl_->Stop(); }
const Traffic& EventLoop::traffic() const { return impl_->traffic; }

}  // namespace agm::mock
