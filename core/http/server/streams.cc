#include "core/http/server/streams.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <set>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "core/base/guarded.h"

namespace agm::gateway {
namespace {

using Needs = HttpStream::Needs;

/// One per processor, because a carrier thread waits only for events.
std::size_t Carriers() { return std::clamp(std::thread::hardware_concurrency(), 1U, 8U); }

}  // namespace

/// One thread with its streams and its own epoll set. Until a stream leaves, only this thread uses
/// it.
///
/// Thread safety: Carry from any thread.
class HttpStreams::Carrier {
 public:
  explicit Carrier(const Leave& leave)
      : leave_(leave), epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC)) {
    Watch(EPOLL_CTL_ADD, wake_, EPOLLIN, nullptr);
  }
  ~Carrier() {
    stopped_ = true;
    Wake();
    if (thread_.joinable()) thread_.join();
    ::close(wake_);
    ::close(epoll_);
  }
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  /// False if the system refuses a descriptor or a thread.
  bool Start() {
    if (epoll_ < 0 || wake_ < 0) return false;
    try {
      thread_ = std::thread([this] { Run(); });
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }
  void Carry(HttpConnection& connection, Needs needs) {
    bool first = false;
    {
      auto arriving = arriving_.Lock();
      first = arriving->empty();
      arriving->emplace_back(&connection, needs);
    }
    if (first) Wake();
  }

 private:
  using Arriving = std::vector<std::pair<HttpConnection*, Needs>>;
  /// The events that the thread watches for one stream.
  struct Ward {
    int source = -1;           ///< the descriptor that the stream's source waits for
    std::uint32_t client = 0;  ///< the events of the client's socket that are watched
    TimePoint alarm = TimePoint::max();
  };
  using Wards = std::unordered_map<HttpConnection*, Ward>;
  using Alarms = std::set<std::pair<TimePoint, HttpConnection*>>;

  void Run();
  void Wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t size = ::write(wake_, &one, sizeof one);
  }
  void TakeIn();
  void Advance(Wards::iterator ward);
  void RingAlarms();
  void Ring(Wards::iterator ward, TimePoint now);
  void Settle(Wards::iterator ward, Needs needs);
  void AwaitSource(Wards::iterator ward);
  void AwaitClient(Wards::iterator ward);
  void WatchSource(HttpConnection& connection, Ward& ward, int fd) const;
  void WatchClient(HttpConnection& connection, Ward& ward, std::uint32_t events);
  void SetAlarm(HttpConnection& connection, Ward& ward, TimePoint at);
  void LetGo(Wards::iterator ward, Needs needs);
  bool Watch(int how, int fd, std::uint32_t events, HttpConnection* of) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = of;
    return ::epoll_ctl(epoll_, how, fd, &event) == 0;
  }

  const Leave& leave_;
  const int epoll_;
  const int wake_;  ///< an eventfd
  std::atomic<bool> stopped_{false};
  Guarded<Arriving> arriving_;
  Wards wards_;
  Alarms alarms_;
  std::thread thread_;
};

void HttpStreams::Carrier::Run() {
  std::array<epoll_event, 64> events;
  while (!stopped_) {
    int wait = -1;
    if (!alarms_.empty()) {
      const Duration left = Left(SystemClock().Now(), alarms_.begin()->first);
      wait = static_cast<int>(std::min(left, Duration(60'000)).count());
    }
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), wait);
    bool woken = false;
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<HttpConnection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == nullptr) {
        woken = true;
        continue;
      }
      // A stream that has left meanwhile is not in wards_ any more.
      const auto ward = wards_.find(connection);
      if (ward != wards_.end()) Advance(ward);
    }
    RingAlarms();
    if (woken) TakeIn();  // last, so that no event above belongs to a new stream
  }
}

void HttpStreams::Carrier::TakeIn() {
  std::uint64_t calls = 0;
  [[maybe_unused]] const ssize_t size = ::read(wake_, &calls, sizeof calls);
  Arriving newcomers;
  {
    auto arriving = arriving_.Lock();
    newcomers.swap(*arriving);
  }
  for (const auto& [connection, needs] : newcomers) {
    try {
      Settle(wards_.emplace(connection, Ward{}).first, needs);
    } catch (const std::bad_alloc&) {
      leave_(*connection, Needs::kBroken);
    }
  }
}

void HttpStreams::Carrier::Advance(Wards::iterator ward) {
  Settle(ward, ward->first->stream->Advance(false));
}

/// Handles each due alarm once, so that a stream with many alarms leaves the others their turn.
void HttpStreams::Carrier::RingAlarms() {
  const TimePoint now = SystemClock().Now();
  Alarms due;
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    due.insert(alarms_.extract(alarms_.begin()));
  }
  for (const auto& [at, connection] : due) {
    const auto ward = wards_.find(connection);
    ward->second.alarm = TimePoint::max();
    Ring(ward, now);
  }
}

/// An alarm keeps its first time; if the stream's time has moved on by now, it is set again here.
void HttpStreams::Carrier::Ring(Wards::iterator ward, TimePoint now) {
  const HttpStream& stream = *ward->first->stream;
  const bool source = ward->second.source >= 0;
  const TimePoint due = source ? stream.awaited().until : stream.patience_ends();
  if (due > now) return Settle(ward, source ? Needs::kSource : Needs::kClient);
  if (source) return Advance(ward);
  LetGo(ward, Needs::kBroken);
}

void HttpStreams::Carrier::Settle(Wards::iterator ward, Needs needs) {
  if (!HttpStream::MayBeCarried(needs)) return LetGo(ward, needs);
  try {
    needs == Needs::kSource ? AwaitSource(ward) : AwaitClient(ward);
  } catch (const std::bad_alloc&) {
    LetGo(ward, Needs::kBroken);
  }
}

void HttpStreams::Carrier::AwaitSource(Wards::iterator ward) {
  HttpConnection& connection = *ward->first;
  const Awaited& awaited = connection.stream->awaited();
  WatchClient(connection, ward->second, EPOLLRDHUP);
  WatchSource(connection, ward->second, awaited.fd);
  SetAlarm(connection, ward->second, awaited.until);
}

void HttpStreams::Carrier::AwaitClient(Wards::iterator ward) {
  HttpConnection& connection = *ward->first;
  WatchSource(connection, ward->second, -1);
  // Edge-triggered: a client that has left would otherwise be reported for ever.
  WatchClient(connection, ward->second, EPOLLOUT | EPOLLRDHUP | EPOLLET);
  SetAlarm(connection, ward->second, connection.stream->patience_ends());
}

/// Watches for one event only (EPOLLONESHOT). Nothing then has to be removed after the source has
/// closed its descriptor, whose number may belong to another file by then. If the source reuses the
/// connection, an old entry causes at most an event that belongs to no stream.
void HttpStreams::Carrier::WatchSource(HttpConnection& connection, Ward& ward, int fd) const {
  ward.source = fd;
  if (fd < 0) return;
  constexpr std::uint32_t kOnce = EPOLLIN | EPOLLONESHOT;
  if (!Watch(EPOLL_CTL_MOD, fd, kOnce, &connection)) Watch(EPOLL_CTL_ADD, fd, kOnce, &connection);
}

void HttpStreams::Carrier::WatchClient(HttpConnection& connection, Ward& ward,
                                       std::uint32_t events) {
  if (ward.client == events) return;
  const int how = ward.client == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  Watch(how, connection.fd(), events, &connection);
  ward.client = events;
}

/// Sets an alarm unless there is an earlier one: an early alarm costs less than moving it per
/// piece.
void HttpStreams::Carrier::SetAlarm(HttpConnection& connection, Ward& ward, TimePoint at) {
  if (at >= ward.alarm) return;
  alarms_.erase({ward.alarm, &connection});
  alarms_.emplace(at, &connection);
  ward.alarm = at;
}

void HttpStreams::Carrier::LetGo(Wards::iterator ward, Needs needs) {
  HttpConnection& connection = *ward->first;
  WatchClient(connection, ward->second, 0);
  alarms_.erase({ward->second.alarm, &connection});
  wards_.erase(ward);
  leave_(connection, needs);
}

HttpStreams::HttpStreams(Leave leave) : leave_(std::move(leave)) {}

HttpStreams::~HttpStreams() = default;

bool HttpStreams::Start() {
  for (std::size_t i = 0; i < Carriers(); ++i) {
    auto carrier = std::make_unique<Carrier>(leave_);
    if (carrier->Start()) carriers_.push_back(std::move(carrier));
  }
  return !carriers_.empty();
}

bool HttpStreams::Carry(HttpConnection& connection, HttpStream::Needs needs) {
  try {
    carriers_[next_++ % carriers_.size()]->Carry(connection, needs);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void HttpStreams::Stop() { carriers_.clear(); }

}  // namespace agm::gateway
