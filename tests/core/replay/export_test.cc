#include "core/replay/export.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/version.h"

namespace agm::replay {
namespace {

constexpr std::string_view kAnswer =
    R"({"candidates":[{"content":{"role":"model","parts":[{"text":"Hello."}]},)"
    R"("finishReason":"STOP"}],)"
    R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7}})";

ledger::TapePart Request() {
  return {"request", 0,
          R"({"method":"POST","path":"/v1/chat/completions","content_type":"application/json"})",
          R"({"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]})", false};
}

ledger::TapePart Sent(int call, std::string_view method = "POST") {
  return {"sent", call,
          R"({"method":")" + std::string(method) +
              R"(","path":"/v1beta/models/gemini-2.5-flash:generateContent"})",
          R"({"contents":[]})", false};
}

ledger::TapePart Received(int call) {
  return {"received", call,
          R"({"status":200,"content_type":"application/json","ended":"complete"})",
          std::string(kAnswer), false};
}

ledger::Try Tried(std::string account, std::string target, std::string outcome) {
  return {std::move(account), std::move(target), std::move(outcome), {}, {}, {}};
}

ledger::Entry Recorded() {
  ledger::Entry entry;
  entry.id = "req_1";
  entry.status = 200;
  entry.model = "gpt-4o";
  entry.target = "gemini-2.5-flash";
  entry.account = "home";
  return entry;
}

Capture Exported(const ledger::Entry& entry, const std::vector<ledger::TapePart>& tape) {
  auto capture = MakeCapture(entry, tape, Texts::kKeep);
  if (!capture) ADD_FAILURE() << capture.error().message;
  return capture ? *std::move(capture) : Capture();
}

TEST(Export, HoldsTheCallsThatAskedAModel) {
  const Capture capture =
      Exported(Recorded(), {Request(), Sent(1, "GET"), Received(1), Sent(2), Received(2)});
  ASSERT_EQ(capture.upstream.size(), 1U);
  EXPECT_EQ(capture.upstream[0].status, 200);
  EXPECT_EQ(capture.upstream[0].content_type, "application/json");
  EXPECT_EQ(capture.upstream[0].ended, "complete");
  EXPECT_EQ(capture.upstream[0].path, "/v1beta/models/gemini-2.5-flash:generateContent");
  EXPECT_NE(capture.upstream[0].sent, "") << "what this program sends for the masked request";
  EXPECT_NE(capture.upstream[0].sent, R"({"contents":[]})");
  EXPECT_EQ(capture.method, "POST");
  EXPECT_EQ(capture.path, "/v1/chat/completions");
  EXPECT_EQ(capture.content_type, "application/json");
  EXPECT_EQ(capture.response.status, 200);
}

TEST(Export, SaysWhereACallGotNoAnswer) {
  const Capture capture = Exported(Recorded(), {Request(), Sent(1), Sent(2), Received(2)});
  ASSERT_EQ(capture.upstream.size(), 2U);
  EXPECT_EQ(capture.upstream[0].status, 0);
  EXPECT_EQ(capture.upstream[0].body, "");
  EXPECT_EQ(capture.upstream[1].status, 200);
}

TEST(Export, KeepsTheHeadsAsTheyWere) {
  ledger::TapePart request = Request();
  request.head = R"({"method":"POST","path":"/v1/chat/completions",)"
                 R"("content_type":"application/json; charset=utf-8"})";
  ledger::TapePart busy = Received(1);
  busy.head = R"({"status":429,"content_type":"application/json; charset=UTF-8",)"
              R"("retry_after":"7","ended":"network"})";
  busy.body = R"({"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}})";
  ledger::TapePart third = Sent(3);
  third.head = R"({"method":"POST","path":"/more?key=AIzaSyA1234567890123456789012345678901"})";
  const Capture capture =
      Exported(Recorded(), {request, Sent(1), busy, Sent(2), Received(2), third, Received(3)});
  EXPECT_EQ(capture.about, "exported by agm logs export");
  EXPECT_EQ(capture.content_type, "application/json; charset=utf-8");
  ASSERT_EQ(capture.upstream.size(), 3U);
  EXPECT_EQ(capture.upstream[0].status, 429);
  EXPECT_EQ(capture.upstream[0].content_type, "application/json; charset=UTF-8");
  EXPECT_EQ(capture.upstream[0].retry_after, "7");
  EXPECT_EQ(capture.upstream[0].ended, "network");
  EXPECT_TRUE(capture.upstream[2].path.starts_with("/more?key="));
  EXPECT_EQ(capture.upstream[2].path.find("AIza"), std::string::npos) << "a key in the file";
}

TEST(Export, TakesRequestsWithoutABodyToo) {
  ledger::TapePart request = Request();
  request.head = R"({"method":"GET","path":"/v1/models"})";
  request.body = "";
  const Capture capture = Exported(Recorded(), {request});
  EXPECT_EQ(capture.method, "GET");
  EXPECT_EQ(capture.path, "/v1/models");
  EXPECT_EQ(capture.body, "");
  EXPECT_EQ(capture.response.status, 200);
}

TEST(Export, SaysWhatThisProgramSendsNow) {
  ledger::TapePart sent = Sent(1);
  sent.head = R"({"method":"POST","path":"/as/before"})";
  const Capture capture = Exported(Recorded(), {Request(), sent, Received(1)});
  EXPECT_EQ(capture.upstream.at(0).path, "/v1beta/models/gemini-2.5-flash:generateContent");
}

TEST(Export, TellsWhatHappenedWhenItWasRecorded) {
  ledger::Entry entry = Recorded();
  entry.status = 503;
  entry.error = "overloaded";
  entry.why = "someone@example.org is busy";
  entry.ended_by = "upstream";
  entry.history = {Tried("work", "gemini-2.5-flash", "busy"),
                   Tried("home", "gemini-2.5-flash", "ok")};
  const std::vector<ledger::TapePart> tape = {Request(), Sent(1), Received(1)};
  const Json recorded = Exported(entry, tape).recorded;
  EXPECT_EQ(recorded["agm"], Version());
  EXPECT_EQ(recorded["status"], 503);
  EXPECT_EQ(recorded["error"], "overloaded");
  EXPECT_EQ(recorded["why"].dump().find("example.org"), std::string::npos);
  EXPECT_EQ(recorded["ended_by"], "upstream");
  EXPECT_EQ(recorded["outcomes"].dump(), R"(["busy","ok"])");
  std::vector<ledger::TapePart> answered = tape;
  answered.push_back({"response", 0, R"({"status":418})", "{}", false});
  EXPECT_EQ(Exported(entry, answered).recorded["status"], 418);
  answered.back().head = R"({"status":"418"})";
  EXPECT_EQ(Exported(entry, answered).recorded["status"], 0);
  answered.back().head = "no JSON";
  EXPECT_EQ(Exported(entry, answered).recorded["status"], 0);
  answered.back().head = "[]";
  EXPECT_EQ(Exported(entry, answered).recorded["status"], 0);
  const Json plain = Exported(Recorded(), tape).recorded;
  EXPECT_TRUE(plain["error"].is_null());
  EXPECT_TRUE(plain["why"].is_null());
  EXPECT_EQ(plain["outcomes"].dump(), "[]");
}

TEST(Export, NamesTheRuleThatWasUsed) {
  const std::vector<ledger::TapePart> tape = {Request(), Sent(1), Received(1)};
  const auto rule = [&](const ledger::Entry& entry) {
    const Capture capture = Exported(entry, tape);
    std::string out;
    for (const auto& each : capture.mapping) {
      out += each.from + ":";
      for (const std::string& to : each.to) out += " " + to;
    }
    return out;
  };
  ledger::Entry entry = Recorded();
  EXPECT_EQ(rule(entry), "gpt-4o: gemini-2.5-flash");
  entry.history = {Tried("a", "gemini-2.5-pro", "busy"), Tried("b", "gemini-2.5-pro", "busy"),
                   Tried("a", "gemini-2.5-flash", "ok")};
  EXPECT_EQ(rule(entry), "gpt-4o: gemini-2.5-pro gemini-2.5-flash");
  entry.history.pop_back();
  EXPECT_EQ(rule(entry), "gpt-4o: gemini-2.5-pro gemini-2.5-flash");
  entry.target = "";
  EXPECT_EQ(rule(entry), "");
  entry.target = entry.model;
  EXPECT_EQ(rule(entry), "");
  entry.target = "gemini-2.5-flash";
  entry.model = "";
  EXPECT_EQ(rule(entry), "");
}

TEST(Export, NeedsAsManyAccountsAsWereAsked) {
  const std::vector<ledger::TapePart> tape = {Request(), Sent(1), Received(1)};
  ledger::Entry entry = Recorded();
  EXPECT_EQ(Exported(entry, tape).accounts, 1);
  entry.history = {Tried("work", "gemini-2.5-flash", "busy"),
                   Tried("work", "gemini-2.5-flash", "busy"),
                   Tried("home", "gemini-2.5-flash", "ok")};
  EXPECT_EQ(Exported(entry, tape).accounts, 2);
  entry.history.pop_back();
  EXPECT_EQ(Exported(entry, tape).accounts, 2);
  entry.account = "";
  EXPECT_EQ(Exported(entry, tape).accounts, 1);
  entry.history.clear();
  EXPECT_EQ(Exported(entry, tape).accounts, 1);
}

TEST(Export, RefusesATapeThatWasCut) {
  ledger::TapePart cut = Received(1);
  cut.cut = true;
  const auto capture = MakeCapture(Recorded(), {Request(), Sent(1), cut}, Texts::kKeep);
  ASSERT_FALSE(capture);
  EXPECT_EQ(capture.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace agm::replay
