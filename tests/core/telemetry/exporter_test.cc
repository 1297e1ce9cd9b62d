// The exporter against a collector over real sockets, which answers as each test says.

#include "core/telemetry/exporter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/guarded.h"

namespace agm::telemetry {
namespace {

using namespace std::chrono_literals;

/// A collector that keeps what it gets and answers with the statuses in turn, then with 200.
class Collector : public http::Transport {
 public:
  explicit Collector(std::vector<int> statuses = {}) : statuses_(std::move(statuses)) {}

  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation&) override {
    auto seen = seen_.Lock();
    seen->push_back({request.url, std::string(request.body)});
    const std::size_t at = seen->size() - 1;
    std::unique_ptr<http::Download> answer =
        std::make_unique<Answer>(at < statuses_.size() ? statuses_[at] : 200);
    return Result<std::unique_ptr<http::Download>>(std::move(answer));
  }

  struct Seen {
    std::string url;
    std::string body;
  };
  std::vector<Seen> seen() const { return seen_.Copy(); }

 private:
  class Answer : public http::Download {
   public:
    explicit Answer(int status) : status_(status) {}
    int status() const override { return status_; }
    std::string_view header(std::string_view) const override { return {}; }
    Result<http::ReadState> Read(std::string&, TimePoint, const Cancellation&) override {
      return http::ReadState::kEnd;
    }

   private:
    const int status_;
  };

  const std::vector<int> statuses_;
  Guarded<std::vector<Seen>> seen_;
};

ledger::Entry EntryOf(const std::string& id) {
  ledger::Entry entry;
  entry.id = id;
  entry.route = "chat_completions";
  entry.calls_model = true;
  entry.status = 200;
  entry.trace = "0af7651916cd43dd8448eb211c80319c";
  entry.sampled = true;
  entry.tokens = {10, 0, 5, 0, 0, 0, 0, 0, true};
  return entry;
}

Options To(const std::string& endpoint) {
  Options options;
  options.endpoint = endpoint;
  options.headers = {{"x-collector-key", Secret("secret-of-the-collector")}};
  return options;
}

struct Exported {
  std::vector<Collector::Seen> seen;
  std::uint64_t dropped = 0;
  std::vector<std::string> warnings;
};

/// What the collector saw after that many requests and the exporter's end.
Exported Export(Collector& collector, const Options& options, int requests) {
  Exported result;
  {
    Exporter exporter(collector, SystemClock(),
                      [&](const std::string& text) { result.warnings.push_back(text); });
    exporter.Apply(options);
    for (int i = 0; i < requests; ++i) exporter.Add(EntryOf("req_" + std::to_string(i)));
    result.dropped = exporter.dropped();
  }
  result.seen = collector.seen();
  return result;
}

TEST(Exporter, SendsSpansAndMetricsBeforeItEnds) {
  Collector collector;
  const Exported result = Export(collector, To("http://collector:4318"), 3);
  ASSERT_EQ(result.seen.size(), 2U);
  EXPECT_EQ(result.seen[0].url, "http://collector:4318/v1/traces");
  const Json traces = Json::parse(result.seen[0].body);
  EXPECT_EQ(traces["resourceSpans"][0]["scopeSpans"][0]["spans"].size(), 6U);
  EXPECT_EQ(result.seen[1].url, "http://collector:4318/v1/metrics");
  EXPECT_NE(result.seen[1].body.find("gen_ai.client.inference.duration"), std::string::npos);
  EXPECT_NE(result.seen[1].body.find("\"asInt\":\"30\""), std::string::npos);
  EXPECT_TRUE(result.warnings.empty());
}

TEST(Exporter, IsOffWithoutAnEndpoint) {
  Collector collector;
  EXPECT_TRUE(Export(collector, Options(), 3).seen.empty());
}

TEST(Exporter, DropsAndCountsWhatDoesNotFit) {
  Collector collector;
  const Exported result = Export(collector, To("http://collector:4318"), 10'000);
  EXPECT_GT(result.dropped, 0U);
  EXPECT_LT(result.dropped, 10'000U);
}

TEST(Exporter, WarnsOnceOfACollectorThatRefuses) {
  Collector collector({400, 400, 400, 400, 400, 400});
  const Exported result = Export(collector, To("http://collector:4318"), 600);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_NE(result.warnings[0].find("the collector answered 400"), std::string::npos);
  EXPECT_EQ(result.warnings[0].find("secret-of-the-collector"), std::string::npos);
}

}  // namespace
}  // namespace agm::telemetry
