// What a record writes of its request: the access line and the entry of the ledger.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/gateway/record.h"
#include "core/ledger/journal.h"
#include "core/ledger/schema.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;
using test::FakeClock;

class RecordFacts : public ::testing::Test {
 protected:
  std::unique_ptr<Record> Begin() { return std::make_unique<Record>(clock_, *log_, *journal_); }

  /// The entry of the only request so far.
  ledger::Entry Entry() {
    journal_->Settle();
    EXPECT_EQ(entries_.size(), 1U);
    return entries_.empty() ? ledger::Entry() : entries_.front();
  }

  /// The access log without its times; ends the log.
  std::string Lines() {
    log_.reset();
    std::string lines;
    std::string rest = folder_.Read("access.log");
    while (!rest.empty()) {
      const std::string line = rest.substr(0, rest.find('\n') + 1);
      rest.erase(0, line.size());
      lines += line.substr(line.find(' ') + 1);
    }
    return lines;
  }

  test::TempDir folder_;
  FakeClock clock_;
  std::unique_ptr<Log> log_ = [this] {
    LogOptions options;
    options.access_log = folder_ / "access.log";
    return *Log::Open(options);
  }();
  std::unique_ptr<store::Database> database_ =
      store::Database::OpenInMemory(ledger::RequestsFile());
  std::vector<ledger::Entry> entries_;
  std::unique_ptr<ledger::Journal> journal_ = std::make_unique<ledger::Journal>(
      *database_, clock_, [this](const ledger::Entry& entry) { entries_.push_back(entry); },
      [](const std::string&) {});
};

/// Fills in every fact.
void Fill(Record& record) {
  record.id = "req_1";
  record.caller = "ci";
  record.from = "127.0.0.1";
  record.method = "POST";
  record.path = "/v1/chat/completions";
  record.route = "chat_completions";
  record.model = "gpt-4o";
  record.target = "gemini-3.8-flash";
  record.account = "work@example.com";
  record.account_name = "work";
  record.tries = 2;
  record.status = 429;
  record.phase = Phase::kUpstream;
  record.end = EndedBy::kUpstream;
  record.error = "rate_limited";
  record.why = "too many";
  record.usage = {100, 30, 40, 10, 5, 15, 6, 7, true};
  record.client = "codex/1";
  record.rule = "exact gpt-4o";
  record.tier = "flex";
  record.billing = ledger::Billing::kPaid;
  record.stream = true;
  record.calls_model = true;
  record.waited = 250ms;
  record.upstream_time = 1'500us;
  record.dropped = {"logit_bias"};
  record.history = {{"spare", "gemini-3.8-flash", "minute_quota", "no quota", 5ms, 6ms}};
  record.trace = {"trace", "parent", "state", true, "call"};
  record.call.conversation = "talk";
}

TEST_F(RecordFacts, AreAllInTheEntry) {
  auto record = Begin();
  Fill(*record);
  clock_.Advance(20ms);
  record->FirstByte();
  clock_.Advance(30ms);
  record->FirstByte();  // the second is no first one
  record->Chunk();
  clock_.Advance(50ms);
  record->Chunk();
  clock_.Advance(10ms);
  record.reset();
  const ledger::Entry entry = Entry();
  EXPECT_EQ(entry.at, FakeClock::kStart);
  EXPECT_EQ(entry.id, "req_1");
  EXPECT_EQ(entry.route, "chat_completions");
  EXPECT_EQ(entry.method, "POST");
  EXPECT_EQ(entry.path, "/v1/chat/completions");
  EXPECT_EQ(entry.caller, "ci");
  EXPECT_EQ(entry.client, "codex/1");
  EXPECT_EQ(entry.model, "gpt-4o");
  EXPECT_EQ(entry.target, "gemini-3.8-flash");
  EXPECT_EQ(entry.rule, "exact gpt-4o");
  EXPECT_EQ(entry.tier, "flex");
  EXPECT_EQ(entry.account, "work");
  EXPECT_EQ(entry.error, "rate_limited");
  EXPECT_EQ(entry.why, "too many");
  EXPECT_EQ(entry.phase, "upstream");
  EXPECT_EQ(entry.ended_by, "upstream");
  EXPECT_EQ(entry.trace, "trace");
  EXPECT_EQ(entry.parent_span, "parent");
  EXPECT_EQ(entry.trace_state, "state");
  EXPECT_EQ(entry.call_span, "call");
  EXPECT_TRUE(entry.sampled);
  EXPECT_EQ(entry.status, 429);
  EXPECT_EQ(entry.tries, 2);
  EXPECT_TRUE(entry.stream);
  EXPECT_TRUE(entry.calls_model);
  EXPECT_EQ(entry.billing, ledger::Billing::kPaid);
  EXPECT_EQ(entry.waited, 250ms);
  EXPECT_EQ(entry.first_byte, 20ms);
  EXPECT_EQ(entry.upstream, 1'500us);
  EXPECT_EQ(entry.total, 110ms);
  EXPECT_EQ(entry.tokens, (ledger::Tokens{100, 30, 40, 10, 5, 15, 6, 7, true}));
  EXPECT_EQ(entry.dropped, std::vector<std::string>{"logit_bias"});
  ASSERT_EQ(entry.history.size(), 1U);
  EXPECT_EQ(entry.history[0].outcome, "minute_quota");
  EXPECT_EQ(entry.call.conversation, "talk");
  EXPECT_EQ(entry.call.chunks, 2);
  EXPECT_EQ(entry.call.first_chunk, 50ms);
  EXPECT_EQ(entry.call.last_chunk, 100ms);
}

TEST_F(RecordFacts, AreInTheAccessLineAsFarAsTheyAreKnown) {
  auto record = Begin();
  Fill(*record);
  clock_.Advance(20ms);
  record->FirstByte();
  clock_.Advance(30ms);
  record.reset();
  record = Begin();
  record->id = "req_2";
  record.reset();
  EXPECT_EQ(Lines(),
            "id=req_1 caller=ci from=127.0.0.1 method=POST path=/v1/chat/completions "
            "route=chat_completions model=gpt-4o target=gemini-3.8-flash "
            "account=work@example.com tries=2 status=429 trace=trace error=rate_limited "
            "why=\"too many\" first_ms=20 ms=50 in=100 out=40 end=upstream phase=upstream\n"
            "id=req_2 route=unknown status=0 ms=0 end=gateway phase=read\n");
}

TEST_F(RecordFacts, AFirstByteAtOnceIsOneToo) {
  auto record = Begin();
  record->id = "req_1";
  record->FirstByte();
  clock_.Advance(30ms);
  record->FirstByte();
  record.reset();
  EXPECT_EQ(Entry().first_byte, 0ms);
  EXPECT_EQ(Lines(), "id=req_1 route=unknown status=0 first_ms=0 ms=30 end=gateway phase=read\n");
}

TEST_F(RecordFacts, OfAnAnsweredRequestOfThePageAreNotInTheLog) {
  for (const int status : {200, 399, 400}) {
    auto record = Begin();
    record->id = "req_" + std::to_string(status);
    record->route = "page_status";
    record->status = status;
  }
  EXPECT_EQ(Lines(), "id=req_400 route=page_status status=400 ms=0 end=gateway phase=read\n");
}

TEST_F(RecordFacts, AreBounded) {
  auto record = Begin();
  record->id = "req_1";
  record->caller = std::string(200, 'c');
  record->model = std::string(201, 'm');
  record->path = std::string(201, 'p');
  record->target = std::string(101, 't');
  record->why = std::string(601, 'w');
  record->dropped = std::vector<std::string>(33, std::string(101, 'd'));
  record->dropped.front() = "two\nlines";
  record.reset();
  const ledger::Entry entry = Entry();
  EXPECT_EQ(entry.model, std::string(100, 'm'));
  EXPECT_EQ(entry.path, std::string(200, 'p'));
  EXPECT_EQ(entry.target, std::string(100, 't'));
  EXPECT_EQ(entry.why, std::string(600, 'w'));
  ASSERT_EQ(entry.dropped.size(), 32U);
  EXPECT_EQ(entry.dropped[0], "two lines");
  EXPECT_EQ(entry.dropped[31], std::string(100, 'd'));
  const std::string lines = Lines();
  EXPECT_NE(lines.find("caller=" + std::string(200, 'c') + " "), std::string::npos) << lines;
  EXPECT_NE(lines.find("model=" + std::string(200, 'm') + "... "), std::string::npos) << lines;
  EXPECT_NE(lines.find("why=" + std::string(600, 'w') + "... "), std::string::npos) << lines;
}

TEST_F(RecordFacts, HaveTheFirstTryToo) {
  auto record = Begin();
  Fill(*record);
  record->history.clear();
  record->tries = 1;
  record->hops = std::make_shared<Hops>();
  record->hops->Set({{"spare", "gemini-3.8-flash", "ok", {}, 1ms, 2ms}});
  record.reset();
  const ledger::Entry entry = Entry();
  EXPECT_EQ(entry.tries, 2);
  ASSERT_EQ(entry.history.size(), 2U);
  EXPECT_EQ(entry.history[0].account, "work");
  EXPECT_EQ(entry.history[0].outcome, "ok");
  EXPECT_EQ(entry.history[0].waited, 250ms);
  EXPECT_EQ(entry.history[0].took, 1ms);
  EXPECT_EQ(entry.history[1].account, "spare");
}

TEST_F(RecordFacts, HaveNoHistoryWithoutHopsAndFailures) {
  auto record = Begin();
  Fill(*record);
  record->history.clear();
  record->hops = std::make_shared<Hops>();
  record.reset();
  const ledger::Entry entry = Entry();
  EXPECT_EQ(entry.tries, 2);
  EXPECT_TRUE(entry.history.empty());
}

TEST_F(RecordFacts, OfTriesCanBeForgotten) {
  auto record = Begin();
  Fill(*record);
  record->ForgetTries();
  record.reset();
  const ledger::Entry entry = Entry();
  EXPECT_EQ(entry.tries, 0);
  EXPECT_EQ(entry.waited, 0ms);
  EXPECT_TRUE(entry.history.empty());
}

TEST_F(RecordFacts, OfAForgottenOrMovedRecordAreWrittenOnceAtMost) {
  Begin()->Forget();
  {
    auto first = Begin();
    first->id = "req_1";
    const Record second = std::move(*first);
    first.reset();
  }
  EXPECT_EQ(Entry().id, "req_1");
}

TEST_F(RecordFacts, SayThatAnExceptionIsABug) {
  try {
    const auto record = Begin();
    record->status = 200;
    throw std::runtime_error("a bug");
  } catch (const std::exception&) {
    const ledger::Entry entry = Entry();
    EXPECT_EQ(entry.status, 500);
    EXPECT_EQ(entry.error, "internal");
    EXPECT_EQ(entry.why, "the gateway failed at this request; this is a bug");
    entries_.clear();
    auto another = Begin();  // begins and ends while an exception is being handled
    another->status = 200;
    another.reset();
    EXPECT_EQ(Entry().status, 200);
  }
}

TEST_F(RecordFacts, TellUpstreamsOfTheTraceThatTheyGet) {
  auto record = Begin();
  EXPECT_TRUE(record->TraceHeaders().empty());
  record->trace.trace_id = std::string(32, 'a');
  record->trace.call = std::string(16, 'b');
  const auto plain = record->TraceHeaders();
  ASSERT_EQ(plain.size(), 1U);
  EXPECT_EQ(plain[0].first, "traceparent");
  EXPECT_EQ(plain[0].second, "00-" + std::string(32, 'a') + "-" + std::string(16, 'b') + "-00");
  record->trace.state = "vendor=1";
  const auto whole = record->TraceHeaders();
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_EQ(whole[1], http::Header("tracestate", "vendor=1"));
}

TEST_F(RecordFacts, BeginWithAnIdOfTheirOwn) {
  const auto first = Begin();
  const auto second = Begin();
  EXPECT_TRUE(first->id.starts_with("req_")) << first->id;
  EXPECT_NE(first->id, second->id);
}

}  // namespace
}  // namespace agm::gateway
