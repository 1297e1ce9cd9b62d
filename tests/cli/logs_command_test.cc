#include "cli/logs_command.h"

#include <gtest/gtest.h>

#include "cli/request_text.h"
#include "cli/stats_command.h"
#include "core/base/file.h"
#include "tests/cli/logs_test.h"

namespace agm::cli {
namespace {

using namespace std::chrono_literals;
using ledger::Answered;
using ledger::Failed;

TEST_F(LogsTest, SaysWhereTheLogWillBeBeforeThereIsOne) {
  EXPECT_EQ(t_.Agm({"logs"}), 0);
  EXPECT_EQ(t_.io.out, "");
  EXPECT_TRUE(Has(t_.io.err, "requests.db")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "path"}), 0);
  EXPECT_TRUE(Has(t_.io.out, "/state/requests.db\n")) << t_.io.out;
}

TEST_F(LogsTest, ShowsTheNewestAtTheEnd) {
  ledger::Entry first = Answered(kNow - 2min);
  first.cost.list = 14'200'000;
  first.stream = true;
  first.first_byte = 1200ms;
  first.total = 8400ms;
  first.tokens.input = 12'400;
  first.tokens.output = 1'300;
  Write({first, Failed(kNow - 1min)});
  EXPECT_EQ(t_.Agm({"logs"}), 0);
  ASSERT_EQ(Lines(t_.io.out), 2) << t_.io.out;
  const std::string line = t_.io.out.substr(9, t_.io.out.find('\n') - 9);
  EXPECT_EQ(line,
            "200 gpt-4o→gemini-2.5-flash work 1.2s/8.4s 12.4k→1.3k $0.0142 laptop codex/0.169.0");
  EXPECT_TRUE(Has(t_.io.out, "429")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "rate_limited req_")) << t_.io.out;
}

TEST_F(LogsTest, TellsTheTableOfClientsWhenEachWasLastSeen) {
  t_.gateway.up = false;
  EXPECT_EQ(t_.Agm({"clients", "--json"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["clients"][0]["seen"], Json());
  Write({Answered(kNow - 3h), Answered(kNow - 1h)});  // the client is codex/0.169.0
  EXPECT_EQ(t_.Agm({"clients", "--json"}), 0) << t_.io.err;
  const Json clients = t_.Document()["clients"];
  EXPECT_TRUE(clients[0]["seen"].get<std::string>().starts_with("2026-11-21T")) << clients[0];
  EXPECT_EQ(clients[1]["seen"], Json());
}

TEST_F(LogsTest, FiltersAndFormats) {
  Write({Answered(kNow - 3h), Answered(kNow - 1h), Failed(kNow - 1min)});
  EXPECT_EQ(t_.Agm({"logs", "--since", "2h", "--json"}), 0);
  ASSERT_EQ(Lines(t_.io.out), 2) << t_.io.out;
  const auto json = ParseJson(t_.io.out.substr(0, t_.io.out.find('\n')));
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["time"], "2026-11-21T11:00:00.000Z");
  EXPECT_EQ((*json)["cost_usd"], Json());
  EXPECT_EQ((*json)["input_tokens"], 1000);
  EXPECT_EQ(t_.Agm({"logs", "--errors", "--csv"}), 0);
  EXPECT_EQ(Lines(t_.io.out), 2) << t_.io.out;
  EXPECT_EQ(t_.Agm({"logs", "-n", "1", "--caller", "laptop"}), 0);
  EXPECT_EQ(Lines(t_.io.out), 1);
  EXPECT_EQ(t_.Agm({"logs", "--since", "yesterdayish"}), 2);
  EXPECT_TRUE(Has(t_.io.err, "--since")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "--slow", "x"}), 2);
}

TEST_F(LogsTest, TellsEverythingThatHappened) {
  ledger::Entry entry = Failed(kNow - 1min);
  entry.rule = "exact gpt-4o";
  entry.dropped = {"logit_bias", "user"};
  entry.waited = 30ms;
  Write({entry});
  EXPECT_EQ(t_.Agm({"logs", "show", entry.id}), 0);
  for (const char* part :
       {"gemini-2.5-flash (by the rule exact gpt-4o)", "not sent on logit_bias",
        "1. work on gemini-2.5-flash: minute_quota after 12ms; too many requests",
        "2. home on gemini-2.5-flash: unavailable after 8ms, waited 30ms for it; 503",
        "429 rate_limited", "every account is rate limited"}) {
    EXPECT_TRUE(Has(t_.io.out, part)) << part << "\n" << t_.io.out;
  }
  EXPECT_EQ(t_.Agm({"logs", "show", entry.id, "--json"}), 0);
  EXPECT_EQ(t_.Document()["attempts"].size(), 2U);
  EXPECT_EQ(t_.Agm({"logs", "show", "req_nothing"}), 1);
}

TEST_F(LogsTest, TextOfClientsCannotControlTheTerminal) {
  ledger::Entry entry = Answered(kNow);
  entry.model = "\x1b[2Jgpt\nfake line";
  Write({entry});
  EXPECT_EQ(t_.Agm({"logs"}), 0);
  EXPECT_FALSE(Has(t_.io.out, "\x1b")) << t_.io.out;
  EXPECT_EQ(Lines(t_.io.out), 1);
  EXPECT_EQ(CsvField("=cmd|'/c calc'"), "'=cmd|'/c calc'");
  EXPECT_EQ(CsvField("a,\"b\""), "\"a,\"\"b\"\"\"");
}

TEST(CountText, HasOneDecimalAndNeverAThousandThousands) {
  const std::pair<std::int64_t, const char*> counts[] = {
      {0, "0"},           {999, "999"},        {1'000, "1.0k"},
      {12'345, "12.3k"},  {999'949, "999.9k"}, {999'950, "1.0M"},
      {1'000'000, "1.0M"}};
  for (const auto& [count, text] : counts) EXPECT_EQ(CountText(count), text);
}

TEST(SumText, SaysWhetherAmountsAreMissing) {
  EXPECT_EQ(SumText(0, 0), "$0");
  EXPECT_EQ(SumText(0, 1), "$0 + ?");
  EXPECT_EQ(SumText(2'500'000'000, 3), "$2.50 + ?");
}

TEST(MoneyText, HasFourDecimalsBelowADollar) {
  EXPECT_EQ(MoneyText(std::nullopt), "?");
  EXPECT_EQ(MoneyText(0), "$0");
  EXPECT_EQ(MoneyText(1), "$0.0000000");
  EXPECT_EQ(MoneyText(99'999), "$0.0001000");
  EXPECT_EQ(MoneyText(100'000), "$0.0001");
  EXPECT_EQ(MoneyText(250'000'000), "$0.2500");
  EXPECT_EQ(MoneyText(1'000'000'000), "$1.00");
  EXPECT_EQ(MoneyText(1'234'567'890'123), "$1234.57");
}

TEST_F(LogsTest, ClearsAndRecords) {
  Write({Answered(kNow - 48h), Answered(kNow)});
  EXPECT_EQ(t_.Agm({"logs", "clear", "--before", "24h"}), 0);
  EXPECT_EQ(t_.Agm({"logs", "--json"}), 0);
  EXPECT_EQ(Lines(t_.io.out), 1);
  EXPECT_EQ(t_.Agm({"logs", "clear"}), 0);
  EXPECT_EQ(t_.Agm({"logs"}), 0);
  EXPECT_EQ(t_.io.out, "");
  EXPECT_EQ(t_.Agm({"logs", "record", "on", "--for", "5m", "--json"}), 0);
  EXPECT_EQ(t_.Document()["until"], "2026-11-21T12:05:00Z");
  EXPECT_EQ(t_.Agm({"logs", "record", "on", "--for", "2d"}), 2);
  EXPECT_EQ(t_.Agm({"logs", "record", "on", "--for", "0s"}), 2);
  EXPECT_EQ(t_.Agm({"logs", "record", "off"}), 0);
  EXPECT_EQ(t_.Agm({"logs", "record", "maybe"}), 2);
}

TEST_F(LogsTest, StatsAreTheExactTotals) {
  ledger::Entry free = Answered(kNow - 1h);
  free.account = "home";
  free.cost = {550'000, 0};
  ledger::Entry unknown = Answered(kNow - 1h);
  unknown.target = "llama-4";
  Write({free, free, Failed(kNow), unknown, Answered(kNow - 10 * 24h)});
  EXPECT_EQ(t_.Agm({"stats", "--json", "--by", "model,account"}), 0);
  const Json json = t_.Document();
  EXPECT_EQ(json["total"]["requests"], 4);
  EXPECT_EQ(json["total"]["errors"], 1);
  EXPECT_EQ(json["total"]["cost_list_usd"], 0.0011);
  EXPECT_EQ(json["total"]["cost_billed_usd"], 0.0);
  EXPECT_EQ(json["total"]["unpriced"], 1);
  ASSERT_EQ(json["rows"].size(), 3U);
  EXPECT_EQ(json["rows"][0]["model"], "gemini-2.5-flash");
  EXPECT_EQ(json["rows"][0]["account"], "home");
  EXPECT_EQ(t_.Agm({"stats"}), 0);
  EXPECT_TRUE(Has(t_.io.out, "total")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "+ ?")) << "an unknown price was shown as known\n" << t_.io.out;
  EXPECT_EQ(t_.Agm({"stats", "--csv", "--by", "caller"}), 0);
  EXPECT_TRUE(Has(t_.io.out, "caller,requests,errors")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "\nlaptop,4,1,0,")) << t_.io.out;
  EXPECT_EQ(t_.Agm({"stats", "--by", "colour"}), 2);
  EXPECT_EQ(t_.Agm({"stats", "--tz", "Mars/Olympus"}), 2);
  EXPECT_EQ(t_.Agm({"stats", "--node", "other"}), 2);  // this machine works alone
}

TEST_F(LogsTest, StatsCanPriceTheWholeLogAgain) {
  t_.WriteConfig("[[prices.models]]\nmatch = \"gemini-2.5-flash\"\ninput = 1.0\noutput = 10.0\n");
  EXPECT_EQ(t_.Agm({"stats", "--recost"}), 0) << t_.io.err;
  EXPECT_FALSE(Has(t_.io.err, "changed")) << "there is no log yet\n" << t_.io.err;
  ledger::Entry wrong = Answered(kNow - 1h);
  wrong.cost = {550'000, 550'000};
  Write({wrong, Answered(kNow)});
  EXPECT_EQ(t_.Agm({"stats", "--json", "--recost"}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.err, "The costs of 2 requests changed.")) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["cost_list_usd"], 0.004);
  EXPECT_EQ(t_.Document()["total"]["unpriced"], 0);
  EXPECT_EQ(t_.Agm({"stats", "--json", "--recost"}), 0);
  EXPECT_TRUE(Has(t_.io.err, "The costs of 0 requests changed.")) << t_.io.err;
}

TEST_F(LogsTest, DaysAreThoseOfTheZone) {
  Write({Answered(WallTime(std::chrono::seconds(1'795'231'800)))});  // 2026-11-21 03:30 UTC
  EXPECT_EQ(t_.Agm({"stats", "--json", "--bucket", "day", "--tz", "America/Los_Angeles"}), 0);
  EXPECT_EQ(t_.Document()["rows"][0]["bucket"], "2026-11-20");
  EXPECT_EQ(t_.Document()["time_zone"], "America/Los_Angeles");
  EXPECT_EQ(t_.Agm({"stats", "--json", "--bucket", "day", "--tz", "UTC"}), 0);
  EXPECT_EQ(t_.Document()["rows"][0]["bucket"], "2026-11-21");
}

TEST_F(LogsTest, EachFilterLetsOnlyItsRequestsThrough) {
  ledger::Entry other = Answered(kNow - 1h);
  other.status = 201;
  other.caller = "desk";
  other.client = "curl/8.0";
  other.model = "gpt-5";
  other.target = "gemini-2.5-pro";
  other.account = "home";
  other.total = 3s;
  Write({Answered(kNow - 2h), other, Answered(kNow - 1min)});
  for (const std::vector<std::string>& filter :
       std::vector<std::vector<std::string>>{{"--status", "201"},
                                             {"--caller", "desk"},
                                             {"--client", "curl"},
                                             {"--model", "gpt-5"},
                                             {"--model", "gemini-2.5-pro"},
                                             {"--account", "home"},
                                             {"--slow", "2s"},
                                             {"--since", "90m", "--until", "30m"}}) {
    std::vector<std::string> arguments = {"logs", "--json"};
    arguments.insert(arguments.end(), filter.begin(), filter.end());
    EXPECT_EQ(t_.Agm(arguments), 0) << t_.io.err;
    EXPECT_EQ(Lines(t_.io.out), 1) << filter[0];
    EXPECT_TRUE(Has(t_.io.out, other.id)) << filter[0];
  }
  EXPECT_EQ(t_.Agm({"logs", "--until", "30x"}), 2);
  EXPECT_TRUE(Has(t_.io.err, "--until: expected a span")) << t_.io.err;
}

TEST_F(LogsTest, SaysThatNoRequestIsLikeThat) {
  const std::string none = "No request in the log is like that.\n";
  Write({Answered(kNow)});
  EXPECT_EQ(t_.Agm({"logs"}), 0);
  EXPECT_FALSE(Has(t_.io.err, none)) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "--caller", "nobody"}), 0);
  EXPECT_TRUE(Has(t_.io.err, none)) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "--caller", "nobody", "--csv"}), 0);
  EXPECT_FALSE(Has(t_.io.err, none)) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "clear"}), 0);
  EXPECT_EQ(t_.Agm({"logs"}), 0);
  EXPECT_TRUE(Has(t_.io.err, none)) << t_.io.err;
}

TEST_F(LogsTest, CsvHasAFieldForEachColumn) {
  ledger::Entry entry = Answered(kNow);
  entry.first_byte = 1500us;
  entry.waited = 7ms;
  entry.tokens = {1000, 900, 100, 60, 0, 0, 0, 0, true};
  entry.cost = {550'000'000, 0};
  entry.why = "a, \"b\"";
  Write({entry});
  EXPECT_EQ(t_.Agm({"logs", "--csv"}), 0) << t_.io.err;
  EXPECT_EQ(t_.io.out,
            "time,id,route,status,error,caller,client,model,target,account,tries,first_byte_ms,"
            "total_ms,waited_ms,input_tokens,cached_tokens,output_tokens,reasoning_tokens,"
            "cost_usd,cost_billed_usd,why\n"
            "2026-11-21T12:00:00.000Z," +
                entry.id +
                ",chat_completions,200,,laptop,codex/0.169.0,gpt-4o,gemini-2.5-flash,work,1,1.5,"
                "40.0,7,1000,900,100,60,0.55,0.0,\"a, \"\"b\"\"\"\n");
}

TEST_F(LogsTest, SaysNothingMoreBeforeThereIsALog) {
  EXPECT_EQ(t_.Agm({"logs"}), 0);
  EXPECT_FALSE(Has(t_.io.err, "is like that")) << t_.io.err;
}

TEST_F(LogsTest, ManagesTheLogForPrograms) {
  Write({Answered(kNow)});
  EXPECT_EQ(t_.Agm({"logs", "path", "--json"}), 0);
  EXPECT_TRUE(t_.Document()["path"].get<std::string>().ends_with("/state/requests.db"));
  EXPECT_EQ(t_.Agm({"logs", "clear", "--json"}), 0);
  EXPECT_EQ(t_.Document(), (Json{{"cleared", true}}));
  EXPECT_EQ(t_.Agm({"logs", "clear", "--before", "x"}), 2);
  EXPECT_TRUE(Has(t_.io.err, "--before")) << t_.io.err;
}

/// A clock that does the next step of a test whenever the program sleeps.
class StepClock : public test::FakeClock {
 public:
  explicit StepClock(std::vector<std::function<void()>> steps) : steps_(std::move(steps)) {}
  void Sleep(Duration duration) override {
    test::FakeClock::Sleep(duration);
    steps_.at(next_++)();
  }

 private:
  std::vector<std::function<void()>> steps_;
  std::size_t next_ = 0;
};

TEST_F(LogsTest, FollowShowsWhatComes) {
  const std::string file = (t_.folder / "state/requests.db").string();
  ledger::Entry other = Answered(kNow + 1s);
  other.caller = "desk";
  Write({Answered(kNow - 2h), Answered(kNow - 1h)});
  std::vector<int> lines;
  const auto count = [&] { lines.push_back(Lines(t_.io.out)); };
  StepClock clock({[&] {
                     count();
                     Write({Answered(kNow + 1s), other, Answered(kNow + 2s)});
                   },
                   [&] { count(); },
                   [&] {
                     count();
                     Write(std::vector<ledger::Entry>(501, Answered(kNow + 3s)));
                   },
                   [&] { count(); },
                   [&] {
                     count();
                     EXPECT_TRUE(ledger::ClearLog(*Open(), std::nullopt));
                     Write({Answered(kNow + 4s)});
                   },
                   [&] {
                     count();
                     std::filesystem::remove_all(t_.folder / "state");
                     ASSERT_TRUE(WriteFileAtomically(file, std::string(4096, 'x')));
                   }});
  const Context context(t_.io, clock, t_.env, {});
  LogsOptions options;
  options.follow = true;
  options.lines = 1;
  options.until = "now";
  options.caller = "laptop";
  EXPECT_FALSE(RunLogs(context, options)) << "the log cannot be read any more";
  EXPECT_EQ(lines, (std::vector<int>{1, 3, 3, 503, 504, 505})) << t_.io.err;
  EXPECT_EQ(clock.slept(), 6 * 250ms);
}

TEST(TimeText, HasTheUnitThatFits) {
  const std::pair<std::chrono::microseconds, const char*> times[] = {
      {-1us, "-"},      {0us, "0us"},     {999us, "999us"}, {1ms, "1ms"},
      {999ms, "999ms"}, {1000ms, "1.0s"}, {59s, "59.0s"},   {60s, "1m"}};
  for (const auto& [time, text] : times) EXPECT_EQ(TimeText(time), text);
}

TEST_F(LogsTest, RecordsForADayAtMost) {
  EXPECT_EQ(t_.Agm({"logs", "record", "on", "--for", "24h"}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.err, "The gateway now records the bodies")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "record", "off"}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.err, "The gateway records no bodies.")) << t_.io.err;
}

TEST_F(LogsTest, ReadsItsOptions) {
  const auto options = t_.Parse<LogsOptions>(AddLogs, {"logs", "-f", "-n", "7"});
  ASSERT_TRUE(options) << t_.io.err;
  EXPECT_TRUE(options->follow);
  EXPECT_EQ(options->lines, 7);
}

}  // namespace
}  // namespace agm::cli
