#include "core/page/live.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"

namespace agm::page {
namespace {

using http::BodySource;
using Pulled = BodySource::Pulled;

ledger::Entry EntryOf(const std::string& id) {
  ledger::Entry entry;
  entry.id = id;
  entry.route = "chat_completions";
  entry.status = 200;
  return entry;
}

std::string Pull(BodySource& stream) {
  std::string out;
  EXPECT_NE(stream.Next(out, kNoWait), Pulled::kEnd);
  return out;
}

TEST(LiveFeed, SendsEachRequestToEachWatcher) {
  test::FakeClock clock;
  LiveFeed feed(clock);
  auto one = feed.Watch();
  auto two = feed.Watch();
  EXPECT_EQ(Pull(*one), "retry: 1000\n\n");
  EXPECT_EQ(Pull(*two), "retry: 1000\n\n");
  feed.Publish(EntryOf("req_1"));
  for (const auto* stream : {&one, &two}) {
    const std::string piece = Pull(**stream);
    EXPECT_TRUE(piece.starts_with("event: request\ndata: {")) << piece;
    EXPECT_NE(piece.find("\"req_1\""), std::string::npos);
    EXPECT_TRUE(Pull(**stream).empty());
  }
}

TEST(LiveFeed, TellsASlowWatcherHowManyRowsItLost) {
  test::FakeClock clock;
  LiveFeed feed(clock);
  auto stream = feed.Watch();
  Pull(*stream);
  for (int i = 0; i < 600; ++i) feed.Publish(EntryOf("req_" + std::to_string(i)));
  const std::string piece = Pull(*stream);
  EXPECT_NE(piece.find("req_511\""), std::string::npos);
  EXPECT_EQ(piece.find("req_512\""), std::string::npos);
  EXPECT_TRUE(piece.ends_with("event: lost\ndata: {\"rows\":88}\n\n"));
}

TEST(LiveFeed, APublishedRequestWakesTheWatchersSocketLoop) {
  test::FakeClock clock;
  LiveFeed feed(clock);
  auto stream = feed.Watch();
  Pull(*stream);
  const int fd = stream->awaited().fd;
  EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC) << "no other program inherits it";
  const auto readable = [&] {
    pollfd poll{fd, POLLIN, 0};
    return ::poll(&poll, 1, 0) == 1;
  };
  EXPECT_FALSE(readable());
  feed.Publish(EntryOf("req_1"));
  EXPECT_TRUE(readable());
  Pull(*stream);
  EXPECT_FALSE(readable());
  feed.Close();
  EXPECT_TRUE(readable());
}

TEST(LiveFeed, EightMayWatchAndALeaverMakesRoom) {
  test::FakeClock clock;
  LiveFeed feed(clock);
  std::vector<std::unique_ptr<BodySource>> streams;
  for (std::size_t i = 0; i < LiveFeed::kMostWatchers; ++i) streams.push_back(feed.Watch());
  EXPECT_NE(streams.back(), nullptr);
  EXPECT_EQ(feed.Watch(), nullptr);
  streams.pop_back();
  EXPECT_NE(feed.Watch(), nullptr);
}

TEST(LiveFeed, SendsAKeepAliveInSilenceAndEndsWhenTheGatewayStops) {
  test::FakeClock clock;
  LiveFeed feed(clock);
  auto stream = feed.Watch();
  Pull(*stream);
  clock.Advance(std::chrono::seconds(15));
  EXPECT_EQ(Pull(*stream), ": keep-alive\n\n");
  EXPECT_TRUE(Pull(*stream).empty()) << "the next is due in 15 seconds";
  feed.Close();
  std::string out;
  EXPECT_EQ(stream->Next(out, kNoWait), Pulled::kEnd);
  EXPECT_EQ(feed.Watch(), nullptr);
}

}  // namespace
}  // namespace agm::page
