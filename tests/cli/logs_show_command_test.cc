#include <chrono>

#include "cli/logs_command.h"
#include "core/base/file.h"
#include "tests/cli/logs_test.h"

namespace agm::cli {
namespace {

using namespace std::chrono_literals;
using ledger::Answered;
using ledger::Failed;

class LogsShowTest : public LogsTest {
 protected:
  /// What is told of a request; its line of the time is left out.
  std::string Told(const ledger::Entry& entry) {
    Write({entry});
    EXPECT_EQ(t_.Agm({"logs", "show", entry.id}), 0) << t_.io.err;
    const std::size_t time = t_.io.out.find("time        2026-11-2");
    if (time == std::string::npos) return "no time\n" + t_.io.out;
    return std::string(t_.io.out).erase(time, t_.io.out.find('\n', time) + 1 - time);
  }
};

TEST_F(LogsShowTest, TellsOfAnAnswer) {
  ledger::Entry entry = Answered(kNow);
  entry.stream = true;
  entry.first_byte = 12ms;
  entry.upstream = 8ms;
  entry.waited = 30ms;
  entry.tier = "flex";
  entry.trace = "0123456789abcdef";
  entry.tokens = {1000, 900, 100, 60, 0, 0, 0, 0, true};
  entry.cost = {550'000'000, 0};
  EXPECT_EQ(Told(entry), "id          " + entry.id +
                             "\n"
                             "request     POST /v1/chat/completions (a stream)\n"
                             "caller      laptop\n"
                             "client      codex/0.169.0\n"
                             "model       gpt-4o\n"
                             "mapped to   gemini-2.5-flash (no rule: the name is passed on)\n"
                             "tries       1. work on gemini-2.5-flash: ok after 8ms\n"
                             "waited      30ms for an account\n"
                             "answer      200\n"
                             "first byte  12ms\n"
                             "whole       40ms; ended by the gateway (phase: done)\n"
                             "tokens      1000 in (900 cached), 100 out (60 reasoning)\n"
                             "tier        flex\n"
                             "cost        $0.5500 at list price, $0 billed\n"
                             "trace       0123456789abcdef\n");
}

TEST_F(LogsShowTest, LeavesOutWhatIsNotKnown) {
  ledger::Entry entry = Answered(kNow);
  entry.caller.clear();
  EXPECT_EQ(Told(entry), "id          " + entry.id +
                             "\n"
                             "request     POST /v1/chat/completions\n"
                             "client      codex/0.169.0\n"
                             "model       gpt-4o\n"
                             "mapped to   gemini-2.5-flash (no rule: the name is passed on)\n"
                             "tries       1. work on gemini-2.5-flash: ok\n"
                             "answer      200\n"
                             "whole       40ms; ended by the gateway (phase: done)\n"
                             "tokens      1000 in, 100 out\n"
                             "cost        ? at list price, ? billed\n");
}

TEST_F(LogsShowTest, TellsThatTheUpstreamAnsweredAtOnce) {
  ledger::Entry entry = Answered(kNow);
  entry.upstream = 0us;
  entry.first_byte = 0us;
  const std::string told = Told(entry);
  EXPECT_TRUE(Has(told, ": ok after 0us\n")) << told;
  EXPECT_TRUE(Has(told, "\nfirst byte  0us\n")) << told;
}

TEST_F(LogsShowTest, TellsThatNoAccountWasAsked) {
  ledger::Entry entry = Failed(kNow);
  entry.tries = 0;
  entry.history.clear();
  const std::string told = Told(entry);
  EXPECT_TRUE(Has(told, "\ntries       none: no account was asked\nanswer      429 rate_limited\n"))
      << told;
  EXPECT_FALSE(Has(told, "\ntokens ")) << told;
  EXPECT_FALSE(Has(told, "\ncost ")) << told;
}

TEST_F(LogsShowTest, TellsEachTryOnALineOfItsOwn) {
  const std::string told = Told(Failed(kNow));
  EXPECT_TRUE(Has(told,
                  "tries       1. work on gemini-2.5-flash: minute_quota after 12ms; too many "
                  "requests\n"
                  "            2. home on gemini-2.5-flash: unavailable after 8ms, waited 30ms for "
                  "it; 503\n"
                  "answer      429 rate_limited\n"
                  "why         every account is rate limited\n"))
      << told;
  EXPECT_FALSE(Has(told, ": ok")) << told;
}

TEST_F(LogsShowTest, TellsOfARequestThatCallsNoModel) {
  ledger::Entry entry = Answered(kNow);
  entry.route = "models";
  entry.method = "GET";
  entry.path = "/v1/models";
  entry.model.clear();
  entry.target.clear();
  entry.account.clear();
  entry.calls_model = false;
  entry.tries = 0;
  entry.tokens = {};
  EXPECT_EQ(Told(entry), "id          " + entry.id +
                             "\n"
                             "request     GET /v1/models\n"
                             "caller      laptop\n"
                             "client      codex/0.169.0\n"
                             "answer      200\n"
                             "whole       40ms; ended by the gateway (phase: done)\n");
}

TEST_F(LogsShowTest, ShowsTheRecordedBodies) {
  const ledger::Entry entry = Answered(kNow);
  Write(entry, {{"request", 0, R"({"method":"POST"})", "{\"a\":\x1b}", false},
                {"sent", 1, "no JSON", "{\"b\":2}", true}});
  EXPECT_EQ(t_.Agm({"logs", "show", entry.id}), 0) << t_.io.err;
  EXPECT_TRUE(
      t_.io.out.ends_with("\n\nrequest {\"method\":\"POST\"}\n{\"a\": }\n"
                          "\nsent 1 no JSON\n{\"b\":2}\n"))
      << t_.io.out;
  EXPECT_EQ(t_.Agm({"logs", "--id", entry.id, "--json"}), 0) << t_.io.err;
  const Json bodies = t_.Document()["bodies"];
  ASSERT_EQ(bodies.size(), 2U);
  EXPECT_EQ(bodies[0]["head"]["method"], "POST");
  EXPECT_EQ(
      bodies[1],
      (Json{{"part", "sent"}, {"call", 1}, {"head", {}}, {"body", "{\"b\":2}"}, {"cut", true}}));
}

TEST_F(LogsShowTest, KnowsNoRequestBeforeThereIsALog) {
  EXPECT_EQ(t_.Agm({"logs", "show", "req_1"}), 1);
  EXPECT_TRUE(Has(t_.io.err, "there is no request 'req_1' in the log")) << t_.io.err;
}

std::vector<ledger::TapePart> Recorded(const std::string& status) {
  return {
      {"request", 0,
       R"({"method":"POST","path":"/v1/chat/completions","content_type":"application/json"})",
       R"({"model":"gpt-4o","messages":[{"role":"user","content":"My secret plan"}]})", false},
      {"sent", 1, R"({"method":"POST","path":"/v1beta/models/gemini-2.5-flash:generateContent"})",
       R"({"contents":[]})", false},
      {"received", 1, R"({"status":200,"content_type":"application/json","ended":"complete"})",
       R"({"candidates":[{"content":{"role":"model","parts":[{"text":"Hello."}]},)"
       R"("finishReason":"STOP","index":0}]})",
       false},
      {"response", 0, R"({"status":)" + status + "}", R"({"choices":[]})", false}};
}

class LogsExportTest : public LogsTest {};

TEST_F(LogsExportTest, WritesARequestThatCanBePlayed) {
  const ledger::Entry entry = Answered(kNow);
  Write(entry, Recorded("200"));
  const std::string file = (t_.folder / "fault.json").string();
  EXPECT_EQ(t_.Agm({"logs", "export", entry.id, "-o", file}), 0) << t_.io.err;
  EXPECT_EQ(t_.io.out, "");
  EXPECT_EQ(t_.io.err,
            "Wrote " + file + ". Read it before you send it; agm replay " + file + " plays it.\n");
  EXPECT_FALSE(Has(ReadFile(file).value(), "secret plan"));
  EXPECT_EQ(t_.Agm({"replay", file}), 0) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "export", entry.id}), 0) << t_.io.err;
  const Json printed = t_.Document();
  const Json written = ParseJson(ReadFile(file).value()).value();
  for (const char* part : {"agm_capture", "recorded", "mapping", "request", "upstream"}) {
    EXPECT_EQ(printed[part], written[part]) << part;
  }
  EXPECT_FALSE(Has(t_.io.err, "is played again")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "export", entry.id, "-o", file, "--with-text", "--json"}), 0);
  EXPECT_EQ(t_.Document(), (Json{{"id", entry.id}, {"file", file}}));
  EXPECT_TRUE(Has(ReadFile(file).value(), "secret plan"));
}

TEST_F(LogsExportTest, WarnsThatTheAnswerWasAnother) {
  const ledger::Entry entry = Answered(kNow);
  Write(entry, Recorded("503"));
  EXPECT_EQ(t_.Agm({"logs", "export", entry.id}), 0) << t_.io.err;
  EXPECT_TRUE(
      Has(t_.io.err, "the request was answered 503, but comes to 200 when it is played again"))
      << t_.io.err;
}

TEST_F(LogsExportTest, SaysWhatItCannotExport) {
  EXPECT_EQ(t_.Agm({"logs", "export", "req_1"}), 1);
  EXPECT_TRUE(Has(t_.io.err, "there is no request 'req_1' in the log")) << t_.io.err;
  const ledger::Entry entry = Answered(kNow);
  Write({entry});
  EXPECT_EQ(t_.Agm({"logs", "export", "req_nothing"}), 1);
  EXPECT_TRUE(Has(t_.io.err, "there is no request 'req_nothing' in the log")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"logs", "export", entry.id}), 1);
  EXPECT_TRUE(Has(t_.io.err, "agm logs record")) << t_.io.err;
  EXPECT_EQ(t_.io.out, "");
}

}  // namespace
}  // namespace agm::cli
