#include "core/page/live.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/base/json.h"
#include "core/base/unique_fd.h"
#include "core/ledger/entry_json.h"

namespace agm::page {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostRows = 512;  ///< that wait for a slow watcher
constexpr auto kKeepAlive = 15s;

void MakeNonBlocking(int fd) {
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

}  // namespace

/// The rows that wait for one watcher, with a pipe that is readable while there are any.
struct LiveFeed::Watcher {
  struct Waiting {
    std::vector<std::string> rows;
    std::size_t lost = 0;
  };

  Watcher() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0) return;
    readable = UniqueFd(ends[0]);
    writable = UniqueFd(ends[1]);
    MakeNonBlocking(ends[0]);
    MakeNonBlocking(ends[1]);
  }

  void Put(const std::string& row) {
    {
      auto now = waiting.Lock();
      if (now->rows.size() < kMostRows) {
        now->rows.push_back(row);
      } else {
        ++now->lost;
      }
    }
    Wake();
  }

  // A full pipe is readable already.
  void Wake() const { [[maybe_unused]] const auto sent = ::write(writable.get(), "x", 1); }

  Waiting Take() {
    std::array<char, 256> bytes{};
    while (::read(readable.get(), bytes.data(), bytes.size()) > 0) {
    }
    auto now = waiting.Lock();
    return std::exchange(*now, Waiting{});
  }

  Guarded<Waiting> waiting;
  UniqueFd readable;
  UniqueFd writable;
};

class LiveFeed::Stream : public http::BodySource {
 public:
  Stream(LiveFeed& feed, std::shared_ptr<Watcher> watcher)
      : feed_(feed), watcher_(std::move(watcher)), silent_until_(feed.clock_.Now() + kKeepAlive) {}
  ~Stream() override { feed_.watching_.fetch_sub(1); }

  Pulled Next(std::string& out, TimePoint until) override {
    if (!std::exchange(greeted_, true)) {
      out += "retry: 1000\n\n";
      return Pulled::kPiece;
    }
    Wait(std::min(until, silent_until_));
    if (feed_.closed_) return Pulled::kEnd;
    const Watcher::Waiting waiting = watcher_->Take();
    for (const std::string& row : waiting.rows) {
      out += fmt::format("event: request\ndata: {}\n\n", row);
    }
    if (waiting.lost > 0) {
      out += fmt::format("event: lost\ndata: {{\"rows\":{}}}\n\n", waiting.lost);
    }
    const TimePoint now = feed_.clock_.Now();
    if (waiting.rows.empty() && now < silent_until_) return Pulled::kNothingYet;
    if (waiting.rows.empty()) out += ": keep-alive\n\n";
    silent_until_ = now + kKeepAlive;
    return Pulled::kPiece;
  }

  Awaited awaited() override { return {watcher_->readable.get(), silent_until_}; }

 private:
  void Wait(TimePoint until) const {
    const Duration left = Left(feed_.clock_.Now(), until);
    if (left.count() <= 0) return;
    pollfd poll{watcher_->readable.get(), POLLIN, 0};
    ::poll(&poll, 1, static_cast<int>(left.count()));
  }

  LiveFeed& feed_;
  std::shared_ptr<Watcher> watcher_;
  TimePoint silent_until_;
  bool greeted_ = false;
};

std::vector<std::shared_ptr<LiveFeed::Watcher>> LiveFeed::Present() {
  std::vector<std::shared_ptr<Watcher>> present;
  auto watchers = watchers_.Lock();
  std::erase_if(*watchers, [](const auto& watcher) { return watcher.expired(); });
  for (const auto& each : *watchers) {
    if (auto watcher = each.lock()) present.push_back(std::move(watcher));
  }
  return present;
}

void LiveFeed::Publish(const ledger::Entry& entry) {
  if (watching_.load(std::memory_order_relaxed) == 0) return;
  const std::string row = DumpJson(ledger::ToJson(entry));
  for (const auto& watcher : Present()) watcher->Put(row);
}

std::unique_ptr<http::BodySource> LiveFeed::Watch() {
  if (closed_) return nullptr;
  if (watching_.fetch_add(1) >= static_cast<int>(kMostWatchers)) {
    watching_.fetch_sub(1);
    return nullptr;
  }
  auto watcher = std::make_shared<Watcher>();
  auto watchers = watchers_.Lock();
  watchers->push_back(watcher);
  return std::make_unique<Stream>(*this, std::move(watcher));
}

void LiveFeed::Close() {
  closed_ = true;
  for (const auto& watcher : Present()) watcher->Wake();
}

}  // namespace agm::page
