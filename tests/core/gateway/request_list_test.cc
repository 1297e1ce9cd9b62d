// The page's list of requests: which rows its parameters choose.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/ledger/entry_json.h"
#include "core/ledger/requests.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;

class RequestListTest : public GatewayTest {
 protected:
  /// Starts a gateway whose log has these rows.
  void StartWith(const std::vector<ledger::Entry>& rows) {
    auto requests = store::Database::OpenInMemory(ledger::RequestsFile());
    ASSERT_TRUE(requests->Transact(
        [&](store::Connection& file) { return ledger::WriteRequests(file, rows); }));
    Start(std::move(requests));
  }

  /// A row that began `ago` before now.
  ledger::Entry Row(const std::string& id, Duration ago) const {
    ledger::Entry row;
    row.at = now_ - ago;
    row.id = id;
    row.route = "chat_completions";
    row.method = "POST";
    row.path = "/v1/chat/completions";
    row.caller = "ci";
    row.client = "codex/0.169.0";
    row.model = "gpt-4o";
    row.target = "gemini-3.8-flash";
    row.account = "work";
    row.status = 200;
    row.total = 50ms;
    return row;
  }

  /// The ids of the rows, in their order.
  std::string Ids(const std::string& query) {
    const Json list = Ask("GET", "/agm/requests?" + query).json();
    std::string ids;
    for (const Json& each : list["requests"]) ids += each["id"].get<std::string>() + " ";
    return ids;
  }

  const WallTime now_ = SystemClock().Wall();
};

TEST_F(RequestListTest, ChoosesRowsByEachParameter) {
  ledger::Entry home = Row("b", 3h);
  home.caller = "home";
  home.client = "claude-cli/2";
  home.route = "messages";
  home.account = "spare";
  home.total = 3s;
  ledger::Entry limited = Row("c", 2h);
  limited.status = 429;
  ledger::Entry broken = Row("d", 1h);
  broken.model = "gpt-5";
  broken.target = "gemini-3.8-pro";
  broken.error = "upstream_stream_truncated";
  StartWith({Row("a", 4h), home, limited, broken});

  EXPECT_EQ(Ids(""), "d c b a ");
  EXPECT_EQ(Ids("status=error"), "d c ");
  EXPECT_EQ(Ids("status=200"), "d b a ");
  EXPECT_EQ(Ids("status=429"), "c ");
  EXPECT_EQ(Ids("status=0"), "");
  EXPECT_EQ(Ids("caller=home"), "b ");
  EXPECT_EQ(Ids("model=gpt-5"), "d ");
  EXPECT_EQ(Ids("model=gemini-3.8-flash"), "c b a ");
  EXPECT_EQ(Ids("account=spare"), "b ");
  EXPECT_EQ(Ids("client=claude"), "b ");
  EXPECT_EQ(Ids("route=messages"), "b ");
  EXPECT_EQ(Ids("min_ms=1000"), "b ");
  EXPECT_EQ(Ids("min_ms=0"), "d c b a ");
  EXPECT_EQ(Ids("caller=ci&status=200"), "d a ");
}

TEST_F(RequestListTest, ChoosesRowsByTheirTime) {
  StartWith({Row("a", 4h), Row("b", 3h), Row("c", 2h), Row("d", 1h)});
  EXPECT_EQ(Ids("since=150m"), "d c ");
  EXPECT_EQ(Ids("until=150m"), "b a ");
  EXPECT_EQ(Ids("since=210m&until=90m"), "c b ");
  EXPECT_EQ(Ids("since=" + ledger::WriteTimestamp(now_ - 3h).substr(0, 19) + "Z"), "d c b ");
  EXPECT_EQ(Ask("GET", "/agm/requests?since=2026-11-28").status, 400) << "a day is no moment";
}

TEST_F(RequestListTest, GivesPagesOfTheSizeAskedFor) {
  StartWith({Row("a", 4h), Row("b", 3h), Row("c", 2h), Row("d", 1h)});
  const Json first = Ask("GET", "/agm/requests?limit=3").json();
  ASSERT_EQ(first["requests"].size(), 3U);
  EXPECT_EQ(first["next"], first["requests"][2]["seq"]);
  const Json second = Ask("GET", "/agm/requests?limit=3&before=" + first["next"].dump()).json();
  ASSERT_EQ(second["requests"].size(), 1U);
  EXPECT_EQ(second["requests"][0]["id"], "a");
  EXPECT_TRUE(second["next"].is_null());
  const Json none = Ask("GET", "/agm/requests?limit=0").json();
  EXPECT_EQ(none["requests"].size(), 0U);
  EXPECT_TRUE(none["next"].is_null());
  const Json whole = Ask("GET", "/agm/requests?limit=4").json();
  EXPECT_EQ(whole["next"], whole["requests"][3]["seq"]);
}

TEST_F(RequestListTest, GivesAHundredRowsAndAtMostFiveHundred) {
  std::vector<ledger::Entry> rows(510, Row("a", 1h));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].id = "a" + std::to_string(i);
  StartWith(rows);
  const auto count = [&](const std::string& query) {
    return Ask("GET", "/agm/requests" + query).json()["requests"].size();
  };
  EXPECT_EQ(count(""), 100U);
  EXPECT_EQ(count("?limit=501"), 500U);
  EXPECT_EQ(count("?limit=499"), 499U);
}

TEST_F(RequestListTest, UsageCountsARequestThatHasJustFinished) {
  Add("work", "AIza-work");
  Start();
  Chat("hello");
  EXPECT_EQ(Ask("GET", "/agm/usage").json()["total"]["requests"], 1);
}

TEST_F(RequestListTest, OneRequestIsFoundAsSoonAsItHasFinished) {
  Add("work", "AIza-work");
  Start();
  const std::string id = Chat("hello").header("x-request-id");
  EXPECT_EQ(Ask("GET", "/agm/requests/" + id).json()["id"], id);
}

TEST_F(RequestListTest, ProxiesMustNotHoldBackLiveRows) {
  Start();
  http::OutgoingRequest request;
  request.method = "GET";
  request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + "/agm/requests/live";
  auto live = client_.Send(request, NeverCancelled());
  ASSERT_TRUE(live);
  EXPECT_EQ((*live)->header("x-accel-buffering"), "no");
  EXPECT_EQ((*live)->header("content-type"), "text/event-stream; charset=utf-8");
}

}  // namespace
}  // namespace agm::gateway
