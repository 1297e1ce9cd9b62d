#include "core/gateway/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "core/gateway/billing.h"
#include "core/ledger/recording.h"
#include "core/ledger/requests.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

TEST(History, NamesTheClientProgramOnly) {
  EXPECT_EQ(ClientProgram("codex/0.169.0 (Linux; secret-host)"), "codex/0.169.0");
  EXPECT_EQ(ClientProgram("claude-cli/2.0 (external)"), "claude-cli/2.0");
  EXPECT_EQ(ClientProgram(""), "");
  EXPECT_EQ(ClientProgram("<script>"), "");
  EXPECT_EQ(ClientProgram("azAZ09._/- rest"), "azAZ09._/-");
  for (const char* stop : {"`", "{", "@", "[", ":", ",", "\t", "\""}) {
    EXPECT_EQ(ClientProgram("a" + std::string(stop) + "b"), "a") << stop;
  }
  EXPECT_EQ(ClientProgram(std::string(100, 'a')).size(), 40U);
}

TEST(History, NamesTheRule) {
  EXPECT_EQ(RuleText({"gpt-4o", {"x"}, mapping::Rule::kExact, "gpt-4o"}), "exact gpt-4o");
  EXPECT_EQ(RuleText({"gpt-4o", {"x"}, mapping::Rule::kPassThrough, ""}), "");
  EXPECT_EQ(RuleText({"gpt-4o", {"x"}, mapping::Rule::kBuiltIn, "gpt-*"}), "built-in gpt-*");
}

class HistoryTest : public GatewayTest {
 protected:
  // The row of a request after the service has ended.
  ledger::Entry Logged(const std::string& id) {
    EXPECT_TRUE(service_->FlushLog());
    auto reader = store::Connection::OpenToRead(folder_ / "requests.db", Duration(2'000));
    EXPECT_TRUE(reader) << reader.error().message;
    auto found = ledger::FindRequest(*reader, id);
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->entry : ledger::Entry();
  }

  test::TempDir folder_;
};

TEST_F(HistoryTest, TellsTheRuleTheDroppedFieldsAndEveryTry) {
  Add("one", "quota-minute-one");
  Add("two", "good-key");
  config_.mapping = {{"gpt-4o", {"gemini-2.5-flash"}}};
  Start(LogIn(folder_.path()));
  std::string body = ChatBody("hi", false, "gpt-4o");
  body.insert(1, R"("logit_bias":{"1":2},)");
  const Got got = Ask("POST", "/v1/chat/completions", body);
  ASSERT_EQ(got.status, 200) << got.body;
  const ledger::Entry entry = Logged(got.header("x-request-id"));
  EXPECT_EQ(entry.rule, "exact gpt-4o");
  EXPECT_TRUE(entry.client.starts_with("agm/")) << entry.client;
  EXPECT_EQ(entry.model, "gpt-4o");
  EXPECT_EQ(entry.target, "gemini-2.5-flash");
  EXPECT_EQ(entry.path, "/v1/chat/completions");
  EXPECT_FALSE(entry.dropped.empty());
  ASSERT_EQ(entry.history.size(), 2U);
  EXPECT_EQ(entry.history[0].account, "one");
  EXPECT_EQ(entry.history[0].outcome, "minute_quota");
  EXPECT_EQ(entry.history[1].account, "two");
  EXPECT_EQ(entry.history[1].outcome, "ok");
  EXPECT_EQ(entry.account, "two") << "the name, not the mail address";
  EXPECT_TRUE(entry.tokens.known);
  EXPECT_EQ(entry.cost.list, entry.cost.billed);
  EXPECT_GT(entry.cost.list.value_or(0), 0);
}

TEST_F(HistoryTest, ARecordedRequestKeepsTheBodiesOfBothSides) {
  Add("one", "good-key");
  ASSERT_TRUE(ledger::Recording::Start(folder_.path(), SystemClock().Wall() + Duration(60'000)));
  Start(LogIn(folder_.path()));
  const ledger::Entry entry = Logged(Chat("hello there").header("x-request-id"));
  auto reader = store::Connection::OpenToRead(folder_ / "requests.db", Duration(2'000));
  ASSERT_TRUE(reader) << reader.error().message;
  const auto tape = ledger::ReadTape(*reader, entry);
  ASSERT_TRUE(tape) << tape.error().message;
  ASSERT_FALSE(tape->empty());
  EXPECT_EQ(tape->front().part, "request");
  EXPECT_NE(tape->front().body.find("hello there"), std::string::npos);
  const auto answers = std::ranges::count(*tape, "response", &ledger::TapePart::part);
  EXPECT_EQ(answers, 1);
}

TEST_F(HistoryTest, AnAccountWhoseRefusalNamesTheFreeTierIsNotBilled) {
  Add("one", "good-key");
  config_.accounts.front().billing = config::Billing::kFree;
  Start(LogIn(folder_.path()));
  const ledger::Entry entry = Logged(Chat("hi").header("x-request-id"));
  EXPECT_EQ(entry.cost.billed, 0);
  EXPECT_GT(entry.cost.list.value_or(0), 0);
  Billing billing;
  config::Account account;
  account.name = "free";
  EXPECT_EQ(billing.Of(account), ledger::Billing::kPaid);
  billing.Note(account, {"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"});
  EXPECT_EQ(billing.Of(account), ledger::Billing::kFree);
}

TEST(Billing, AnAccountWithoutAKeyIsBilledOnlyIfItsKindNeedsOne) {
  const Billing billing;
  for (const config::AccountKindFacts& kind : config::kAccountKinds) {
    const bool needs_key = kind.key == config::KeyNeed::kRequired;
    config::Account account;
    account.kind = kind.kind;
    EXPECT_EQ(billing.Of(account) == ledger::Billing::kPaid, needs_key) << kind.word;
    account.api_key = Secret("key");
    EXPECT_EQ(billing.Of(account) == ledger::Billing::kFree, kind.key == config::KeyNeed::kNone)
        << kind.word;
  }
}

TEST_F(HistoryTest, TheHopsOfALongAnswerAreTriesToo) {
  test::ScriptedServer upstream([](test::Visitor& visitor) {
    while (visitor.ReadRequest()) {
      const bool later = visitor.body().find("continuationToken") != std::string::npos;
      const std::string end = later
                                  ? R"("finishReason":"STOP")"
                                  : R"("finishReason":"CONTINUATION","continuationToken":"tok-1")";
      visitor.Send(test::HttpAnswer(
          R"({"candidates":[{"content":{"role":"model","parts":[{"text":"part"}]},)" + end +
          R"(}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2}})"));
    }
  });
  config_.accounts.push_back(AccountOf("work", "good-key", upstream.url()));
  Start(LogIn(folder_.path()));
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("count", false, "gemini-4-neon"));
  ASSERT_EQ(got.status, 200) << got.body;
  const ledger::Entry entry = Logged(got.header("x-request-id"));
  EXPECT_EQ(entry.tries, 2);
  ASSERT_EQ(entry.history.size(), 2U);
  for (const ledger::Try& each : entry.history) {
    EXPECT_EQ(each.account, "work");
    EXPECT_EQ(each.outcome, "ok");
    EXPECT_EQ(each.target, "gemini-4-neon");
  }
}

TEST_F(HistoryTest, AFailureIsFoundByTheIdOfItsError) {
  Add("one", "quota-minute-one");
  Start(LogIn(folder_.path()));
  const Got got = Chat("hi");
  ASSERT_EQ(got.status, 429);
  const ledger::Entry entry = Logged(got.header("x-request-id"));
  EXPECT_EQ(entry.error, "rate_limited");
  EXPECT_FALSE(entry.why.empty());
  EXPECT_FALSE(entry.cost.list);
  const Got nowhere = Ask("GET", "/nowhere");
  EXPECT_EQ(Logged(nowhere.header("x-request-id")).status, 404);
}

}  // namespace
}  // namespace agm::gateway
