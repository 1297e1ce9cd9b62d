#include "cli/stats_command.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>

#include "core/ledger/file_id.h"
#include "tests/cli/logs_test.h"

namespace agm::cli {
namespace {

using namespace std::chrono_literals;
using ledger::Answered;
using ledger::Failed;

/// Restores the zone, because --tz changes that of the process.
class StatsTest : public LogsTest {
 protected:
  StatsTest() {
    if (const char* zone = std::getenv("TZ")) zone_ = zone;
  }
  ~StatsTest() override {
    if (zone_) {
      ::setenv("TZ", zone_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

  std::optional<std::string> zone_;
};

TEST_F(StatsTest, TheTableHasARowForEachKeyAndTheTotal) {
  ledger::Entry entry = Answered(kNow - 1h);
  entry.tokens = {12'000, 4'000, 1'500, 0, 0, 0, 0, 0, true};
  entry.cost = {550'000'000, 250'000'000};
  ledger::Entry unknown = Answered(kNow - 1h);
  unknown.account = "home";
  unknown.cost.billed = std::nullopt;
  Write({entry, Failed(kNow), unknown});
  EXPECT_EQ(t_.Agm({"stats", "--by", "model,account", "--bucket", "day", "--tz", "UTC"}), 0)
      << t_.io.err;
  EXPECT_EQ(
      t_.io.out,
      "TIME        MODEL             ACCOUNT  REQUESTS  ERRORS  IN     CACHED  OUT   BILLED       "
      "LIST\n"
      "2026-11-21  gemini-2.5-flash  home     1         0       1.0k   0       100   $0 + ?       "
      "$0 + ?\n"
      "2026-11-21  gemini-2.5-flash  work     2         1       12.0k  4.0k    1.5k  $0.2500      "
      "$0.5500\n"
      "total       -                 -        3         1       13.0k  4.0k    1.6k  $0.2500 + ?  "
      "$0.5500 + ?\n");
  EXPECT_TRUE(Has(t_.io.err, "The costs leave out 1 answers whose price is not known.\n"))
      << t_.io.err;
}

TEST_F(StatsTest, SayNothingOfPricesWhereAllAreKnown) {
  ledger::Entry entry = Answered(kNow - 1h);
  entry.cost = {550'000'000, 250'000'000};
  Write({entry});
  EXPECT_EQ(t_.Agm({"stats", "--by", ""}), 0) << t_.io.err;
  EXPECT_FALSE(Has(t_.io.err, "leave out")) << t_.io.err;
  EXPECT_FALSE(Has(t_.io.out, "?")) << t_.io.out;
}

TEST_F(StatsTest, CsvWithoutColumnsIsOneLine) {
  EXPECT_EQ(t_.Agm({"stats", "--csv", "--by", ""}), 0) << t_.io.err;
  EXPECT_EQ(Lines(t_.io.out), 2) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "\n0,0,")) << t_.io.out;
  EXPECT_EQ(t_.Agm({"stats", "--csv", "--by", "caller"}), 0) << t_.io.err;
  EXPECT_EQ(Lines(t_.io.out), 1) << t_.io.out;
  Write({Answered(kNow - 1h)});
  EXPECT_EQ(t_.Agm({"stats", "--csv", "--by", ""}), 0) << t_.io.err;
  EXPECT_EQ(Lines(t_.io.out), 2) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "\n1,0,")) << t_.io.out;
}

TEST_F(StatsTest, ByTakesNoEmptyColumn) {
  EXPECT_EQ(t_.Agm({"stats", "--by", "model,"}), 2);
  EXPECT_TRUE(Has(t_.io.err, "found \"\"")) << t_.io.err;
}

TEST_F(StatsTest, CountTheSpan) {
  Write({Answered(kNow - 3h), Answered(kNow - 2h), Answered(kNow - 1h)});
  EXPECT_EQ(t_.Agm({"stats", "--json", "--since", "150m", "--until", "90m"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 1);
  EXPECT_EQ(t_.Document()["since"], "2026-11-21T09:30:00.000Z");
  EXPECT_EQ(t_.Document()["until"], "2026-11-21T10:30:00.000Z");
  EXPECT_EQ(t_.Agm({"stats", "--since", "x"}), 2);
  EXPECT_TRUE(Has(t_.io.err, "--since")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"stats", "--until", "x"}), 2);
  EXPECT_TRUE(Has(t_.io.err, "--until")) << t_.io.err;
}

TEST_F(StatsTest, TodayAndTheMonthBeginInTheZone) {
  EXPECT_EQ(t_.Agm({"stats", "--json", "--today", "--tz", "UTC"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["since"], "2026-11-21T00:00:00.000Z");
  // It is 02:00 of the next day there.
  EXPECT_EQ(t_.Agm({"stats", "--json", "--today", "--tz", "Pacific/Kiritimati"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["since"], "2026-11-21T10:00:00.000Z");
  EXPECT_EQ(t_.Agm({"stats", "--json", "--month", "--tz", "Pacific/Kiritimati"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["since"], "2026-10-31T10:00:00.000Z");
  EXPECT_EQ(t_.Agm({"stats", "--json"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["since"], "2026-11-14T12:00:00.000Z");
}

TEST_F(StatsTest, AZoneIsANameAndNoPath) {
  for (const char* zone :
       {"/usr/share/zoneinfo/America/Los_Angeles", "../zoneinfo/America/Los_Angeles", "America"}) {
    EXPECT_EQ(t_.Agm({"stats", "--tz", zone}), 2) << zone;
    EXPECT_TRUE(Has(t_.io.err, "--tz: expected a zone such as Europe/Berlin")) << t_.io.err;
  }
}

TEST_F(StatsTest, TellTheMachinesZone) {
  ::unsetenv("TZ");
  std::error_code failed;
  const std::string link = std::filesystem::read_symlink("/etc/localtime", failed).string();
  const std::size_t found = link.find("zoneinfo/");
  if (failed || found == std::string::npos) GTEST_SKIP() << "this machine names no zone";
  EXPECT_EQ(t_.Agm({"stats", "--json"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["time_zone"], link.substr(found + 9));
}

TEST_F(StatsTest, AMachineAloneNeedsNoServer) {
  Write({Answered(kNow - 1h)});
  EXPECT_EQ(t_.Agm({"stats", "--json"}), 0) << t_.io.err;
  EXPECT_FALSE(Has(t_.io.err, "this machine only")) << t_.io.err;
}

TEST_F(StatsTest, AreThereWhereTheConfigurationIsWrong) {
  Write({Answered(kNow - 1h)});
  t_.WriteConfig("[proxy]\nport = -1\n");
  EXPECT_EQ(t_.Agm({"stats", "--json"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 1);
}

}  // namespace
}  // namespace agm::cli
