#include "core/http/server/streams.h"

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
#include "core/base/os/poller.h"
#include "core/base/os/wake_event.h"

namespace agm::http {
namespace {

using Needs = StreamTask::Needs;

/// One per processor, because a carrier thread waits only for events.
std::size_t Carriers() { return std::clamp(std::thread::hardware_concurrency(), 1U, 8U); }

}  // namespace

/// One thread with its streams and its own poller. Until a stream leaves, only this thread uses
/// it.
///
/// Thread safety: Carry from any thread.
class StreamCarriers::Carrier {
 public:
  explicit Carrier(const Leave& leave) : leave_(leave) {
    poller_.Add(wake_.fd(), os::kInput, nullptr);
  }
  ~Carrier() {
    stopped_ = true;
    wake_.Signal();
    if (thread_.joinable()) thread_.join();
  }
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  /// False if the system refuses a descriptor or a thread.
  bool Start() {
    if (!poller_.ok() || wake_.fd() < 0) return false;
    try {
      thread_ = std::thread([this] { Run(); });
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }
  void Carry(Connection& connection, Needs needs) {
    bool first = false;
    {
      auto arriving = arriving_.Lock();
      first = arriving->empty();
      arriving->emplace_back(&connection, needs);
    }
    if (first) wake_.Signal();
  }

 private:
  using Arriving = std::vector<std::pair<Connection*, Needs>>;
  /// The events that the thread watches for one stream.
  struct Watched {
    int source = -1;      ///< the descriptor that the stream's source waits for
    unsigned client = 0;  ///< the events of the client's socket that are watched
    TimePoint alarm = TimePoint::max();
  };
  using StreamMap = std::unordered_map<Connection*, Watched>;
  using Alarms = std::set<std::pair<TimePoint, Connection*>>;

  void Run();
  void TakeIn();
  void Advance(StreamMap::iterator carried);
  void RingAlarms();
  void Ring(StreamMap::iterator carried, TimePoint now);
  void Settle(StreamMap::iterator carried, Needs needs);
  void AwaitSource(StreamMap::iterator carried);
  void AwaitClient(StreamMap::iterator carried);
  void WatchSource(Connection& connection, Watched& watched, int fd);
  void WatchClient(Connection& connection, Watched& watched, unsigned events);
  void SetAlarm(Connection& connection, Watched& watched, TimePoint at);
  void LetGo(StreamMap::iterator carried, Needs needs);

  const Leave& leave_;
  os::Poller poller_;
  os::WakeEvent wake_;
  std::atomic<bool> stopped_{false};
  Guarded<Arriving> arriving_;
  StreamMap streams_;
  Alarms alarms_;
  std::thread thread_;
};

void StreamCarriers::Carrier::Run() {
  std::array<os::Poller::Ready, 64> ready;
  while (!stopped_) {
    int wait = -1;
    if (!alarms_.empty()) {
      const Duration left = Left(SystemClock().Now(), alarms_.begin()->first);
      wait = static_cast<int>(std::min(left, Duration(60'000)).count());
    }
    const std::size_t count = poller_.Wait(ready, wait);
    bool woken = false;
    for (std::size_t i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(ready.at(i).of);
      if (connection == nullptr) {
        woken = true;
        continue;
      }
      // A stream that has left meanwhile is not in streams_ any more.
      const auto carried = streams_.find(connection);
      if (carried != streams_.end()) Advance(carried);
    }
    RingAlarms();
    if (woken) TakeIn();  // last, so that no event above belongs to a new stream
  }
}

void StreamCarriers::Carrier::TakeIn() {
  wake_.Take();
  Arriving newcomers;
  {
    auto arriving = arriving_.Lock();
    newcomers.swap(*arriving);
  }
  for (const auto& [connection, needs] : newcomers) {
    try {
      Settle(streams_.emplace(connection, Watched{}).first, needs);
    } catch (const std::bad_alloc&) {
      leave_(*connection, Needs::kBroken);
    }
  }
}

void StreamCarriers::Carrier::Advance(StreamMap::iterator carried) {
  Settle(carried, carried->first->stream->Advance(false));
}

/// Handles each due alarm once, so that a stream with many alarms leaves the others their turn.
void StreamCarriers::Carrier::RingAlarms() {
  const TimePoint now = SystemClock().Now();
  Alarms due;
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    due.insert(alarms_.extract(alarms_.begin()));
  }
  for (const auto& [at, connection] : due) {
    const auto carried = streams_.find(connection);
    carried->second.alarm = TimePoint::max();
    Ring(carried, now);
  }
}

/// An alarm keeps its first time; if the stream's time has moved on by now, it is set again here.
void StreamCarriers::Carrier::Ring(StreamMap::iterator carried, TimePoint now) {
  const StreamTask& stream = *carried->first->stream;
  const bool source = carried->second.source >= 0;
  const TimePoint due = source ? stream.awaited().until : stream.patience_ends();
  if (due > now) return Settle(carried, source ? Needs::kSource : Needs::kClient);
  if (source) return Advance(carried);
  LetGo(carried, Needs::kBroken);
}

void StreamCarriers::Carrier::Settle(StreamMap::iterator carried, Needs needs) {
  if (!StreamTask::MayBeCarried(needs)) return LetGo(carried, needs);
  try {
    needs == Needs::kSource ? AwaitSource(carried) : AwaitClient(carried);
  } catch (const std::bad_alloc&) {
    LetGo(carried, Needs::kBroken);
  }
}

void StreamCarriers::Carrier::AwaitSource(StreamMap::iterator carried) {
  Connection& connection = *carried->first;
  const Awaited& awaited = connection.stream->awaited();
  WatchClient(connection, carried->second, os::kHangUp);
  WatchSource(connection, carried->second, awaited.fd);
  SetAlarm(connection, carried->second, awaited.until);
}

void StreamCarriers::Carrier::AwaitClient(StreamMap::iterator carried) {
  Connection& connection = *carried->first;
  WatchSource(connection, carried->second, -1);
  // kFresh: a client that has left would otherwise be reported for ever.
  WatchClient(connection, carried->second, os::kOutput | os::kHangUp | os::kFresh);
  SetAlarm(connection, carried->second, connection.stream->patience_ends());
}

/// Watches for one event only (kOnce). Nothing then has to be removed after the source has
/// closed its descriptor, whose number may belong to another file by then. If the source reuses the
/// connection, an old entry causes at most an event that belongs to no stream.
void StreamCarriers::Carrier::WatchSource(Connection& connection, Watched& watched, int fd) {
  watched.source = fd;
  if (fd < 0) return;
  constexpr unsigned kAwaited = os::kInput | os::kOnce;
  if (!poller_.Change(fd, kAwaited, &connection)) poller_.Add(fd, kAwaited, &connection);
}

void StreamCarriers::Carrier::WatchClient(Connection& connection, Watched& watched,
                                          unsigned events) {
  if (watched.client == events) return;
  if (watched.client == 0) {
    poller_.Add(connection.fd(), events, &connection);
  } else if (events == 0) {
    poller_.Remove(connection.fd());
  } else {
    poller_.Change(connection.fd(), events, &connection);
  }
  watched.client = events;
}

/// Sets an alarm unless there is an earlier one: an early alarm costs less than moving it per
/// piece.
void StreamCarriers::Carrier::SetAlarm(Connection& connection, Watched& watched, TimePoint at) {
  if (at >= watched.alarm) return;
  alarms_.erase({watched.alarm, &connection});
  alarms_.emplace(at, &connection);
  watched.alarm = at;
}

void StreamCarriers::Carrier::LetGo(StreamMap::iterator carried, Needs needs) {
  Connection& connection = *carried->first;
  WatchClient(connection, carried->second, 0);
  alarms_.erase({carried->second.alarm, &connection});
  streams_.erase(carried);
  leave_(connection, needs);
}

StreamCarriers::StreamCarriers(Leave leave) : leave_(std::move(leave)) {}

StreamCarriers::~StreamCarriers() = default;

bool StreamCarriers::Start() {
  for (std::size_t i = 0; i < Carriers(); ++i) {
    auto carrier = std::make_unique<Carrier>(leave_);
    if (carrier->Start()) carriers_.push_back(std::move(carrier));
  }
  return !carriers_.empty();
}

bool StreamCarriers::Carry(Connection& connection, StreamTask::Needs needs) {
  try {
    carriers_[next_++ % carriers_.size()]->Carry(connection, needs);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void StreamCarriers::Stop() { carriers_.clear(); }

}  // namespace agm::http
