#include "core/base/os/poller.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/os/socket.h"
#include "core/base/os/wake_event.h"

namespace agm::os {
namespace {

/// Two connected sockets.
struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return;
    here = UniqueFd(ends[0]);
    there = UniqueFd(ends[1]);
  }
  void Say(std::string_view text) const { SendNow(there.get(), text.data(), text.size()); }
  void Hear() const {
    std::array<char, 64> bytes{};
    ::recv(here.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  }
  UniqueFd here;
  UniqueFd there;
};

/// The events of the only entry, 0 if there are none within `ms`. A portable poller may wake early
/// because its set changed.
unsigned EventsOf(Poller& poller, int ms = 0) {
  std::array<Poller::Ready, 4> ready;
  for (int tries = 0; tries < 3; ++tries) {
    if (poller.Wait(ready, ms) > 0) return ready.front().events;
  }
  return 0;
}

TEST(Poller, ReportsInputUntilItIsRead) {
  Poller poller;
  const Pair pair;
  int mark = 0;
  ASSERT_TRUE(poller.Add(pair.here.get(), kInput, &mark));
  EXPECT_EQ(EventsOf(poller), 0U);
  pair.Say("x");
  std::array<Poller::Ready, 4> ready;
  while (poller.Wait(ready, 1'000) == 0) {
  }
  EXPECT_EQ(ready.front().of, &mark);
  EXPECT_EQ(EventsOf(poller), unsigned{kInput});
  pair.Hear();
  EXPECT_EQ(EventsOf(poller), 0U);
}

TEST(Poller, ReportsOnceUntilItIsChanged) {
  Poller poller;
  const Pair pair;
  int mark = 0;
  poller.Add(pair.here.get(), kInput | kOnce, &mark);
  pair.Say("x");
  EXPECT_EQ(EventsOf(poller), unsigned{kInput});
  EXPECT_EQ(EventsOf(poller), 0U);
  EXPECT_TRUE(poller.Change(pair.here.get(), kInput | kOnce, &mark));
  EXPECT_EQ(EventsOf(poller), unsigned{kInput});
}

TEST(Poller, TellsAClosedSendingSideFromInput) {
  Poller poller;
  const Pair pair;
  int mark = 0;
  poller.Add(pair.here.get(), kHangUp | kFresh, &mark);
  EXPECT_EQ(EventsOf(poller), 0U);
  ::shutdown(pair.there.get(), SHUT_WR);
  EXPECT_NE(EventsOf(poller, 1'000) & kHangUp, 0U);
  EXPECT_EQ(EventsOf(poller), 0U) << "a lasting condition was reported twice";
}

TEST(Poller, IsQuietAboutBytesThatHideTheEnd) {
  Poller poller;
  const Pair pair;
  int mark = 0;
  poller.Add(pair.here.get(), kHangUp, &mark);
  pair.Say("early");
  EXPECT_EQ(EventsOf(poller), 0U);
}

TEST(Poller, ForgetsWhatIsRemoved) {
  Poller poller;
  const Pair pair;
  int mark = 0;
  poller.Add(pair.here.get(), kInput, &mark);
  pair.Say("x");
  poller.Remove(pair.here.get());
  EXPECT_EQ(EventsOf(poller), 0U);
  EXPECT_FALSE(poller.Change(pair.here.get(), kInput, &mark));
}

TEST(Poller, ReportsRoom) {
  Poller poller;
  const Pair pair;
  int mark = 0;
  poller.Add(pair.here.get(), kOutput | kHangUp, &mark);
  EXPECT_EQ(EventsOf(poller), unsigned{kOutput});
}

/// Each event goes to one of the waiting threads, also for a descriptor that was added while they
/// waited.
TEST(Poller, GivesEachEventToOneThread) {
  constexpr int kPairs = 50;
  Poller poller;
  WakeEvent end;
  std::atomic<int> got = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      std::array<Poller::Ready, 1> ready;
      for (;;) {
        if (poller.Wait(ready, -1) == 0) continue;
        if (ready.front().of == nullptr) return;
        ++got;
      }
    });
  }
  std::vector<Pair> pairs(kPairs);
  for (Pair& pair : pairs) {
    poller.Add(pair.here.get(), kInput | kOnce, &pair);
    pair.Say("x");
  }
  for (int i = 0; i < 500 && got < kPairs; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(got, kPairs);
  poller.Add(end.fd(), kInput, nullptr);
  end.Signal();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(got, kPairs);
}

TEST(HasHungUp, TellsInputFromTheEnd) {
  const Pair pair;
  bool input = true;
  EXPECT_FALSE(HasHungUp(pair.here.get(), &input));
  pair.Say("x");
  EXPECT_FALSE(HasHungUp(pair.here.get(), &input));
  EXPECT_TRUE(input);
  pair.Hear();
  ::shutdown(pair.there.get(), SHUT_WR);
  EXPECT_TRUE(HasHungUp(pair.here.get(), &input));
}

TEST(WakeEvent, StaysReadableUntilTaken) {
  const WakeEvent event;
  EXPECT_FALSE(event.Take());
  event.Signal();
  event.Signal();
  EXPECT_TRUE(event.Take());
  EXPECT_FALSE(event.Take());
}

}  // namespace
}  // namespace agm::os
