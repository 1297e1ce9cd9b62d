// One poller holds the listener, an event that ends the loop, and all connections. While a
// connection reads, the poller reports readable bytes; while it waits or sends, only that the other
// side has left and, if the socket is full, that it is writable. Pauses are entries in a
// time-ordered set.

#include "core/mock/event_loop.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <span>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/base/os/poller.h"
#include "core/base/os/socket.h"
#include "core/base/os/wake_event.h"
#include "core/mock/connection.h"

namespace agm::mock {

class EventLoop::Impl {
 public:
  explicit Impl(Service service) : service_(std::move(service)) {}

  Result<int> Listen(int port);
  void Run();
  void Stop() { stop_.Signal(); }

  Traffic traffic;

 private:
  using Fate = Connection::Fate;
  struct Client {
    Connection connection;
    unsigned watched = os::kInput | os::kHangUp;
    std::optional<TimePoint> timer{};  // its entry in timers_
    bool busy = false;                 // counted as busy
  };

  void Accept();
  void OnEvent(Client& client, unsigned events);
  void Wake(TimePoint now);
  int Timeout() const;
  void Settle(Client& client, Fate fate);
  void SetTimer(Client& client, std::optional<TimePoint> when);
  void Count(Client& client, bool busy);
  void Close(Client& client);
  void CloseAll();

  Service service_;
  os::Poller poller_;
  os::WakeEvent stop_;
  UniqueFd listener_;
  bool accepting_ = false;
  std::unordered_map<int, Client> clients_;
  std::set<std::pair<TimePoint, int>> timers_;
};

Result<int> EventLoop::Impl::Listen(int port) {
  listener_ = os::NewSocket(AF_INET, SOCK_STREAM, 0);
  if (listener_.get() < 0 || !poller_.ok() || stop_.fd() < 0) {
    return Fail(ErrorCode::kIo, "no socket: {}", std::strerror(errno));
  }
  os::SetNonBlocking(listener_.get());
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
  poller_.Add(stop_.fd(), os::kInput, &stop_);
  poller_.Add(listener_.get(), os::kInput, &listener_);
  accepting_ = true;
  return int{ntohs(address.sin_port)};
}

void EventLoop::Impl::Run() {
  std::array<os::Poller::Ready, 256> ready;
  for (;;) {
    const std::size_t count = poller_.Wait(ready, Timeout());
    for (const os::Poller::Ready& each : std::span(ready).first(count)) {
      if (each.of == &stop_) return CloseAll();
      if (each.of == &listener_) {
        Accept();
      } else {
        OnEvent(*static_cast<Client*>(each.of), each.events);
      }
    }
    Wake(SystemClock().Now());
  }
}

void EventLoop::Impl::Accept() {
  for (;;) {
    UniqueFd socket = os::Accept(listener_.get());
    if (socket.get() < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EMFILE || errno == ENFILE) {  // resume when a connection closes
        poller_.Change(listener_.get(), 0, &listener_);
        accepting_ = false;
      }
      return;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    os::SetNonBlocking(socket.get());
    const int fd = socket.get();
    Client& client =
        clients_.emplace(fd, Client{Connection(std::move(socket), service_)}).first->second;
    poller_.Add(fd, client.watched, &client);
    ++traffic.accepted;
    ++traffic.open;
  }
}

void EventLoop::Impl::OnEvent(Client& client, std::uint32_t events) {
  const bool gone = (events & os::kFailed) != 0;
  // A client that closes its sending side before it has its reply has left.
  const bool leaves = (events & os::kHangUp) != 0 && !client.connection.reading();
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
  unsigned events = os::kHangUp;
  if (!owed) events |= os::kInput;
  if (owed && client.connection.wants_room()) events |= os::kOutput;
  if (events == client.watched) return;
  client.watched = events;
  poller_.Change(client.connection.fd(), events, &client);
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
  poller_.Remove(client.connection.fd());
  clients_.erase(client.connection.fd());
  if (accepting_) return;
  accepting_ = true;
  poller_.Change(listener_.get(), os::kInput, &listener_);
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
