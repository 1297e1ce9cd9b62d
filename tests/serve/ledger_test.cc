// The request log of the running program: its totals after thousands of mixed requests, and what a
// kill leaves of it.

#include <gtest/gtest.h>

#include <atomic>
#include <regex>
#include <thread>
#include <vector>

#include "core/store/connection.h"
#include "tests/serve/served.h"
#include "tests/support/eventually.h"

namespace agm::test {
namespace {

class LedgerTest : public ServedTest {
 protected:
  std::int64_t Number(const std::string& sql) {
    auto log = store::Connection::OpenToRead(home_ / kLog, Duration(2'000));
    EXPECT_TRUE(log) << log.error().message;
    std::int64_t number = -1;
    const auto asked = log->Query(sql, {}, [&](const store::Row& row) { number = row.Int(0); });
    EXPECT_TRUE(asked) << sql;
    return number;
  }

  // The sum of all samples whose name and labels match.
  static double Sum(const std::string& metrics, const std::string& pattern) {
    const std::regex line("(^|\n)" + pattern + " ([0-9.e+-]+)");
    double sum = 0;
    for (std::sregex_iterator at(metrics.begin(), metrics.end(), line), end; at != end; ++at) {
      sum += std::stod(at->str(at->size() - 1));
    }
    return sum;
  }

  std::string Metrics() {
    RawClient client = Connect();
    client.Send(Keyed("GET /metrics HTTP/1.1\r\n", ""));
    const auto answer = client.Read();
    return answer ? answer->body : "";
  }

  static std::string Keyed(const std::string& line, const std::string& body) {
    return line + "Host: localhost\r\nAuthorization: Bearer " + kCanaryClient +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  // One of several kinds of requests; some fail.
  static std::string Mixed(int i) {
    const std::string chat = "POST /v1/chat/completions HTTP/1.1\r\n";
    switch (i % 8) {
      case 0:
        return Keyed(chat, "not json");
      case 1:
        return Keyed(chat, R"({"model":"gemini-2.5-flash","messages":[{"role":"user",)"
                           R"("content":"please fail"}]})");
      case 2:
        return Keyed("GET /v1/models HTTP/1.1\r\n", "");
      case 3:
        return Keyed(chat, R"({"model":"invented-)" + std::to_string(i) +
                               R"(","messages":[{"role":"user","content":"hi"}]})");
      case 4:
        return Keyed(chat, R"({"model":"gemini-2.5-pro","stream":true,"messages":)"
                           R"([{"role":"user","content":"hi"}]})");
      case 5:
        return Keyed("POST /v1/embeddings HTTP/1.1\r\n",
                     R"({"model":"gemini-embedding-001","input":"hi"})");
      default:
        return Keyed(chat, R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})");
    }
  }

  // Sends `count` requests over `clients` connections; returns the number that were answered.
  int Send(int count, int clients) {
    std::atomic<int> next{0};
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c) {
      threads.emplace_back([&] {
        RawClient client = Connect();
        for (int i = next++; i < count; i = next++) {
          if (!client.Send(Mixed(i))) return;
          if (!client.Read()) return;
          ++answered;
        }
      });
    }
    for (std::thread& each : threads) each.join();
    return answered;
  }

  static constexpr const char* kLog = ".local/state/agm/requests.db";
};

TEST_F(LedgerTest, TotalsAreTheSameInStatsAndMetricsAfterTenThousandMixedRequests) {
  constexpr int kRequests = 10'000;
  ASSERT_TRUE(mock_->SetScript(
      R"({"steps":[{"match":{"text":"please fail"},"do":{"error":"internal"}}]})"));
  Serve({"--auth-mode", "strict"});
  EXPECT_EQ(Send(kRequests, 8), kRequests);
  const std::string metrics = Metrics();
  ASSERT_EQ(Stop(), 0);

  const Ran ran = Run({"--json", "stats", "--by", "model,account,caller"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto stats = ParseJson(ran.out);
  ASSERT_TRUE(stats) << ran.out;
  const Json& total = (*stats)["total"];
  const auto of = [&](const char* name) { return total[name].get<double>(); };
  // The request for the metrics is no part of the totals.
  EXPECT_EQ(of("requests"), kRequests);
  EXPECT_EQ(Sum(metrics, R"(agm_requests_total\{[^}]*\})"), kRequests);
  EXPECT_EQ(of("errors"), Sum(metrics, R"(agm_requests_total\{[^}]*status="[45]..*\})"));
  EXPECT_GT(of("errors"), kRequests / 4);
  EXPECT_EQ(of("input_tokens"), Sum(metrics, R"(agm_input_tokens_total\{[^}]*\})"));
  EXPECT_EQ(of("input_tokens"), Sum(metrics, R"(agm_tokens_total\{direction="input"\})"));
  EXPECT_EQ(of("output_tokens"), Sum(metrics, R"(agm_output_tokens_total\{[^}]*\})"));
  EXPECT_GT(of("output_tokens"), 0);
  EXPECT_NEAR(of("cost_list_usd"), Sum(metrics, R"(agm_cost_usd_total\{[^}]*\})"), 1e-9);
  EXPECT_NEAR(of("cost_billed_usd"), Sum(metrics, R"(agm_cost_billed_usd_total\{[^}]*\})"), 1e-9);
  EXPECT_GT(of("cost_list_usd"), 0);
  EXPECT_EQ(of("unpriced"), Sum(metrics, R"(agm_unpriced_requests_total\{[^}]*\})"));

  double rows = 0;
  for (const Json& row : (*stats)["rows"]) rows += row["requests"].get<double>();
  EXPECT_EQ(rows, of("requests"));
  EXPECT_EQ(metrics.find("invented-"), std::string::npos) << "a client's name is a label";
}

TEST_F(LedgerTest, AKillLeavesRowsAndTotalsThatAgree) {
  for (int i = 0; i < 3; ++i) {
    SCOPED_TRACE("kill " + std::to_string(i));
    Serve({"--auth-mode", "strict"});
    const auto rows = [this] { return Number("SELECT count(*) FROM request"); };
    const std::int64_t before = rows();
    std::thread load([this] { Send(400, 1); });
    EXPECT_TRUE(Eventually([&] { return rows() > before; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(70 * i));
    agm_->Signal(SIGKILL);
    EXPECT_EQ(agm_->Wait(), -SIGKILL);
    load.join();
    EXPECT_EQ(rows(), Number("SELECT sum(requests) FROM total"));
    EXPECT_EQ(Number("SELECT sum(input) FROM request"), Number("SELECT sum(input) FROM total"));
    EXPECT_EQ(Number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
              1);
  }
}

TEST_F(LedgerTest, TheIdOfAnErrorFindsTheRequest) {
  ASSERT_TRUE(mock_->SetScript(
      R"({"steps":[{"match":{"text":"please fail"},"do":{"error":"key-invalid"}}]})"));
  Serve({"--auth-mode", "strict"});
  RawClient client = Connect();
  client.Send(Mixed(1));
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  const std::string id = answer->header("x-request-id");
  ASSERT_EQ(Stop(), 0);
  const Ran shown = Run({"logs", "show", id});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_NE(shown.out.find("1. work on gemini-2.5-flash: bad_key"), std::string::npos) << shown.out;
}

TEST_F(LedgerTest, ARecordedFaultCanBeExportedAndPlayedAgain) {
  Serve({"--auth-mode", "strict"});
  ASSERT_EQ(Run({"logs", "record", "on", "--for", "1m"}).status, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  RawClient client = Connect();
  client.Send(Mixed(4));
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  const std::string id = answer->header("x-request-id");
  client.Close();
  ASSERT_EQ(Stop(), 0);
  const std::string file = home_ / "fault.json";
  const Ran exported = Run({"logs", "export", id, "-o", file});
  EXPECT_EQ(exported.status, 0) << exported.err;
  const Ran replayed = Run({"replay", file});
  EXPECT_EQ(replayed.status, 0) << replayed.out << replayed.err;
  EXPECT_EQ(home_.Read("fault.json").find("\"hi\""), std::string::npos);
}

}  // namespace
}  // namespace agm::test
