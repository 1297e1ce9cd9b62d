#include "core/gateway/shared_totals.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/connection.h"
#include "core/config/server_address.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis_server.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;
using test::FakeClock;

TEST(SharedTotals, AreReadAsTheyWereWritten) {
  ledger::Totals totals;
  std::int64_t next = 1;
  for (const char* caller : {"ci", "home \"quoted\""}) {
    ledger::Sums& sums = totals[{1'234'567, caller, "gemini-2.5-flash", "work", "batch"}];
    sums.requests = next++;
    sums.errors = next++;
    sums.cancelled = next++;
    sums.tokens = {next++, next++, next++, next++, next++, next++, next++, next++, true};
    sums.list = next++;
    sums.billed = next++;
    sums.unpriced = next++;
    sums.unbilled = next++;
  }
  const auto read = ReadTotals("machine/308641", WriteTotals("node 1", totals));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->machine, "machine");
  EXPECT_EQ(read->node, "node 1");
  EXPECT_EQ(read->totals, totals);
  EXPECT_FALSE(ReadTotals("machine", "{}"));
  EXPECT_FALSE(ReadTotals("machine/1", "no JSON"));
}

TEST(SharedTotals, OfANodeThatKnowsFewerSumsAreZero) {
  std::string sums;
  for (int count = 1; count <= 9; ++count) {
    sums += (count > 1 ? ",7" : "7");
    const auto read =
        ReadTotals("machine/1", R"({"node":"n","rows":[{"quarter":1,"sums":[)" + sums + "]}]}");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->totals.size(), 1U);
    const ledger::Sums& of = read->totals.begin()->second;
    EXPECT_EQ(of.requests, 7);
    EXPECT_EQ(of.errors, count > 1 ? 7 : 0);
    EXPECT_EQ(of.cancelled, count > 2 ? 7 : 0);
    EXPECT_EQ(of.list, 0);
    EXPECT_EQ(of.unbilled, 0);
  }
}

/// The totals of a machine with a server.
class SharedTotalsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cluster::Connection::Available() || !test::RedisServer::Installed()) {
      GTEST_SKIP() << "no redis-server on this machine";
    }
    server_ = std::make_unique<test::RedisServer>();
    link_ = Connect("a");
    totals_ = std::make_unique<SharedTotals>(*link_, clock_, "machine");
  }

  std::unique_ptr<cluster::Link> Connect(const std::string& node) {
    cluster::Place place;
    place.address = *config::ReadServerAddress(server_->url());
    place.node = node;
    auto link = std::make_unique<cluster::Link>(place, SystemClock(), cluster::Link::Turned(),
                                                cluster::Patience{5s, 10s});
    link->Start();
    EXPECT_TRUE(test::Eventually([&] { return link->connected(); })) << link->status().why;
    return link;
  }

  std::vector<cluster::Reply> Ask(cluster::Link& link, std::vector<cluster::Command> commands) {
    auto replies = link.Ask(std::move(commands), 5s);
    EXPECT_TRUE(replies) << replies.error().message;
    return replies ? *std::move(replies) : std::vector<cluster::Reply>(1);
  }

  /// Sends what waits and ends the link; then reads the fields of a day.
  std::map<std::string, std::string> FieldsAtTheEnd(WallTime day) {
    link_->Stop();
    if (!reader_) reader_ = Connect("reader");
    const auto reply = Ask(*reader_, {{"HGETALL", reader_->Key(TotalsKey(day))}}).front();
    std::map<std::string, std::string> fields;
    for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
      fields[reply.items[i].text] = reply.items[i + 1].text;
    }
    return fields;
  }

  bool Has(WallTime at) {
    const auto reply = Ask(*link_, {{"HEXISTS", link_->Key(TotalsKey(at)), FieldOf(at)}});
    return reply.front().number == 1;
  }

  static std::int64_t HourOf(WallTime at) {
    return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
  }
  static std::string FieldOf(WallTime at) { return "machine/" + std::to_string(HourOf(at)); }

  static ledger::Entry EntryAt(WallTime at) {
    ledger::Entry entry;
    entry.at = at;
    entry.caller = "ci";
    entry.target = "gemini-3.8-flash";
    entry.status = 200;
    return entry;
  }
  /// Totals with one request at each of the moments.
  static ledger::Totals TotalsAt(const std::vector<WallTime>& moments) {
    ledger::Totals totals;
    for (const WallTime at : moments) totals[ledger::KeyOf(EntryAt(at))].requests = 1;
    return totals;
  }

  const WallTime now_ = FakeClock::kStart;  // noon
  FakeClock clock_;
  std::unique_ptr<test::RedisServer> server_;
  std::unique_ptr<cluster::Link> link_;
  std::unique_ptr<cluster::Link> reader_;
  std::unique_ptr<SharedTotals> totals_;
};

TEST_F(SharedTotalsTest, TellTheServerOfEveryHourThatChanged) {
  totals_->Count(EntryAt(now_));
  totals_->Count(EntryAt(now_ + 20min));
  totals_->Count(EntryAt(now_ + 70min));
  totals_->Renew();
  const auto fields = FieldsAtTheEnd(now_);
  ASSERT_EQ(fields.size(), 2U);
  const auto first = ReadTotals(FieldOf(now_), fields.at(FieldOf(now_)));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->machine, "machine");
  EXPECT_EQ(first->node, "a");
  ASSERT_EQ(first->totals.size(), 2U) << "two quarters";
  EXPECT_EQ(first->totals.begin()->first.caller, "ci");
  EXPECT_EQ(first->totals.begin()->second.requests, 1);
  EXPECT_TRUE(fields.contains(FieldOf(now_ + 1h)));
}

TEST_F(SharedTotalsTest, TellNothingOfHoursThatDidNotChange) {
  totals_->Load(TotalsAt({now_, now_ - 1h}));
  totals_->Renew();
  ASSERT_TRUE(test::Eventually([&] { return Has(now_) && Has(now_ - 1h); }));
  Ask(*link_, {{"DEL", link_->Key(TotalsKey(now_))}});
  totals_->Renew();
  auto changed = TotalsAt({now_, now_ - 1h});
  changed.rbegin()->second.errors = 1;
  totals_->Load(changed);
  totals_->Renew();
  const auto fields = FieldsAtTheEnd(now_);
  EXPECT_EQ(fields.size(), 1U);
  EXPECT_TRUE(fields.contains(FieldOf(now_)));
}

TEST_F(SharedTotalsTest, ForgetHoursOfMoreThanThirtyFourDays) {
  const WallTime old = now_ - 24h * 34;
  EXPECT_EQ(totals_->Since(), old);
  totals_->Load(TotalsAt({old, old - 1h}));
  totals_->Renew();
  const auto fields = FieldsAtTheEnd(old);
  EXPECT_EQ(fields.size(), 1U);
  EXPECT_TRUE(fields.contains(FieldOf(old)));
}

TEST_F(SharedTotalsTest, TellTheNewestHundredHoursFirst) {
  std::vector<WallTime> moments;
  for (int i = 0; i < 150; ++i) moments.push_back(now_ - std::chrono::hours(i));
  totals_->Load(TotalsAt(moments));
  totals_->Renew();
  const WallTime last = now_ - 99h;
  EXPECT_TRUE(FieldsAtTheEnd(now_).contains(FieldOf(now_)));
  const auto fields = FieldsAtTheEnd(last);
  EXPECT_TRUE(fields.contains(FieldOf(last)));
  EXPECT_FALSE(fields.contains(FieldOf(last - 1h)));
}

TEST_F(SharedTotalsTest, TellWhatTheServerLacksWhenTheyJoinIt) {
  totals_->Load(TotalsAt({now_, now_ - 1h, now_ - 24h}));
  totals_->Renew();
  ASSERT_TRUE(test::Eventually([&] { return Has(now_) && Has(now_ - 1h) && Has(now_ - 24h); }));
  const std::string today = link_->Key(TotalsKey(now_));
  Ask(*link_, {{"HDEL", today, FieldOf(now_)}, {"HSET", today, FieldOf(now_ - 1h), "kept"}});
  std::size_t asked = 0;
  const auto ask = [&](const std::vector<cluster::Command>& commands) {
    asked += commands.size();
    return link_->Ask(commands, 5s);
  };
  ASSERT_TRUE(totals_->Join(ask));
  EXPECT_EQ(asked, 2U) << "once for each day";
  totals_->Renew();
  const auto fields = FieldsAtTheEnd(now_);
  EXPECT_EQ(fields.at(FieldOf(now_ - 1h)), "kept");
  EXPECT_TRUE(fields.contains(FieldOf(now_)));
}

TEST_F(SharedTotalsTest, JoinAsksNothingWhileThereIsNothingToTell) {
  const auto refuse =
      [](const std::vector<cluster::Command>&) -> Result<std::vector<cluster::Reply>> {
    return Fail(ErrorCode::kUpstreamUnavailable, "no answer");
  };
  EXPECT_TRUE(totals_->Join(refuse));
  totals_->Count(EntryAt(now_));
  const auto failed = totals_->Join(refuse);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no answer");
}

}  // namespace
}  // namespace agm::gateway
