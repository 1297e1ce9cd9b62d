#include "cli/request_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "cli/io.h"
#include "core/ledger/entry.h"
#include "tests/support/fake_clock.h"

namespace agm::cli {
namespace {

using namespace std::chrono_literals;

/// An entry of a plain answer; the line's clock is left out of what is compared.
ledger::Entry Answered() {
  ledger::Entry entry;
  entry.id = "req_1";
  entry.at = test::FakeClock::kStart;
  entry.route = "POST /v1/chat/completions";
  entry.model = "gpt-4o";
  entry.target = "gemini-2.5-pro";
  entry.account = "work";
  entry.status = 200;
  entry.total = 2'500ms;
  return entry;
}

std::string LineOf(const ledger::Entry& entry) {
  const Io io = Io::Buffers();
  const std::string line = RequestLine(io, entry);
  return line.substr(std::string("12:00:00 ").size());
}

TEST(RequestLine, NamesTheModelAndWhatItWasMappedTo) {
  ledger::Entry entry = Answered();
  EXPECT_EQ(LineOf(entry), "200 gpt-4o→gemini-2.5-pro work 2.5s");
  entry.target = "gpt-4o";
  EXPECT_EQ(LineOf(entry), "200 gpt-4o work 2.5s");
  entry.target.clear();
  EXPECT_EQ(LineOf(entry), "200 gpt-4o work 2.5s");
  entry.model.clear();
  entry.account.clear();
  EXPECT_EQ(LineOf(entry), "200 POST /v1/chat/completions 2.5s");
}

TEST(RequestLine, TellsTheFirstByteOfAStreamOnly) {
  ledger::Entry entry = Answered();
  entry.target.clear();
  entry.first_byte = 400ms;
  EXPECT_EQ(LineOf(entry), "200 gpt-4o work 2.5s");
  entry.stream = true;
  EXPECT_EQ(LineOf(entry), "200 gpt-4o work 400ms/2.5s");
  entry.first_byte = 0us;
  EXPECT_EQ(LineOf(entry), "200 gpt-4o work 0us/2.5s");
  entry.first_byte = -1us;
  EXPECT_EQ(LineOf(entry), "200 gpt-4o work 2.5s");
}

TEST(RequestLine, TellsTokensCostAndWhoAsked) {
  ledger::Entry entry = Answered();
  entry.target.clear();
  entry.tokens.known = true;
  entry.tokens.input = 1'200;
  entry.tokens.output = 34;
  entry.cost.list = 12'300'000;
  entry.caller = "ci";
  entry.client = "codex/1.0";
  EXPECT_EQ(LineOf(entry), "200 gpt-4o work 2.5s 1.2k→34 $0.0123 ci codex/1.0");
}

TEST(RequestLine, SaysWhyARequestFailed) {
  ledger::Entry entry = Answered();
  entry.target.clear();
  entry.status = 429;
  entry.error = "quota_exhausted";
  EXPECT_EQ(LineOf(entry), "429 gpt-4o work 2.5s quota_exhausted req_1");
  entry.why = "out of today's quota";
  EXPECT_EQ(LineOf(entry), "429 gpt-4o work 2.5s quota_exhausted req_1 out of today's quota");
}

TEST(RequestLine, HasTheColourOfItsOutcome) {
  Io io = Io::Buffers();
  io.colour = io.out_is_terminal = true;
  ledger::Entry entry = Answered();
  EXPECT_NE(RequestLine(io, entry).find(io.Paint("200", Colour::kGreen)), std::string::npos);
  entry.status = 500;
  entry.error = "internal";
  EXPECT_NE(RequestLine(io, entry).find(io.Paint("500", Colour::kRed)), std::string::npos);
}

TEST(TimeText, ChangesItsUnitAtEachBound) {
  EXPECT_EQ(TimeText(-1us), "-");
  EXPECT_EQ(TimeText(0us), "0us");
  EXPECT_EQ(TimeText(999us), "999us");
  EXPECT_EQ(TimeText(1ms), "1ms");
  EXPECT_EQ(TimeText(999ms), "999ms");
  EXPECT_EQ(TimeText(1s), "1.0s");
  EXPECT_EQ(TimeText(59s), "59.0s");
  EXPECT_EQ(TimeText(60s), "1m");
  EXPECT_EQ(TimeText(90s), "1m30s");
}

TEST(CountText, ChangesItsUnitAtEachBound) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1'000), "1.0k");
  EXPECT_EQ(CountText(999'949), "999.9k");
  EXPECT_EQ(CountText(999'950), "1.0M");
}

TEST(MoneyText, ShowsSmallAmountsWithMoreDigits) {
  EXPECT_EQ(MoneyText(std::nullopt), "?");
  EXPECT_EQ(MoneyText(0), "$0");
  EXPECT_EQ(MoneyText(1'000'000'000), "$1.00");
  EXPECT_EQ(MoneyText(999'000'000), "$0.9990");
  EXPECT_EQ(MoneyText(100'000), "$0.0001");
  EXPECT_EQ(MoneyText(99'000), "$0.0000990");
}

TEST(SumText, SaysThatSomethingIsNotCounted) {
  EXPECT_EQ(SumText(1'000'000'000, 0), "$1.00");
  EXPECT_EQ(SumText(1'000'000'000, 1), "$1.00 + ?");
}

TEST(CsvField, CanBeNoFormulaAndKeepsItsCommas) {
  EXPECT_EQ(CsvField(""), "");
  EXPECT_EQ(CsvField("plain"), "plain");
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM"}) {
    EXPECT_EQ(CsvField(formula), std::string("'") + formula);
  }
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("=\"x\""), "\"'=\"\"x\"\"\"");
  EXPECT_EQ(CsvField("a=b"), "a=b");
}

}  // namespace
}  // namespace agm::cli
