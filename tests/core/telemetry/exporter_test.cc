// The exporter against a collector over real sockets, which answers as each test says.

#include "core/telemetry/exporter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/guarded.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/packed.h"

namespace agm::telemetry {
namespace {

using namespace std::chrono_literals;
using test::Eventually;

/// A collector that keeps what it gets and answers with the statuses in turn, then with 200.
class Collector : public http::Transport {
 public:
  explicit Collector(std::vector<int> statuses = {}, std::string body = "{}",
                     std::string retry_after = {})
      : statuses_(std::move(statuses)),
        body_(std::move(body)),
        retry_after_(std::move(retry_after)) {}

  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation&) override {
    auto seen = seen_.Lock();
    seen->push_back({request.url, test::Unpacked(request.body)});
    const std::size_t at = seen->size() - 1;
    std::unique_ptr<http::Download> answer =
        std::make_unique<Answer>(at < statuses_.size() ? statuses_[at] : 200, body_, retry_after_);
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
    Answer(int status, std::string body, std::string retry_after)
        : status_(status), body_(std::move(body)), retry_after_(std::move(retry_after)) {}
    int status() const override { return status_; }
    std::string_view header(std::string_view name) const override {
      return name == "retry-after" ? std::string_view(retry_after_) : std::string_view();
    }
    Result<http::ReadState> Read(std::string& out, TimePoint, const Cancellation&) override {
      out += body_;
      return std::exchange(body_, "").empty() ? http::ReadState::kEnd : http::ReadState::kData;
    }

   private:
    const int status_;
    std::string body_;
    const std::string retry_after_;
  };

  const std::vector<int> statuses_;
  const std::string body_;
  const std::string retry_after_;
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

TEST(Exporter, TriesAgainAfterA503) {
  Collector collector({503, 429});
  const auto began = std::chrono::steady_clock::now();
  Exported result;
  {
    Exporter exporter(collector, SystemClock(),
                      [&](const std::string& text) { result.warnings.push_back(text); });
    exporter.Apply(To("http://collector:4318"));
    for (int i = 0; i < 512; ++i) exporter.Add(EntryOf("req"));
    while (collector.seen().size() < 4 && std::chrono::steady_clock::now() - began < 10s) {
      std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(exporter.dropped(), 0U);
  }
  ASSERT_GE(collector.seen().size(), 4U);
  EXPECT_EQ(collector.seen()[2].body, collector.seen()[0].body);
  EXPECT_TRUE(result.warnings.empty());
}

TEST(Exporter, CountsWhatTheCollectorRefusesOfABatch) {
  Collector collector({}, R"({"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}})");
  const Exported result = Export(collector, To("http://collector:4318"), 3);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_NE(result.warnings[0].find("refused 2 items: too old"), std::string::npos);
  EXPECT_NE(result.warnings[0].find("2 requests are not reported"), std::string::npos);
}

/// A collector that accepts a batch and never answers.
class SilentCollector : public http::Transport {
 public:
  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest&,
                                               const Cancellation& cancellation) override {
    asked = true;
    while (!cancellation.Cancelled()) std::this_thread::sleep_for(5ms);
    return Fail(ErrorCode::kCancelled, "the collector is silent");
  }
  std::atomic<bool> asked = false;
};

TEST(Exporter, ACollectorThatNeverAnswersHoldsUpNobodyAndNoMoreThanTheBuffer) {
  SilentCollector collector;
  const auto began = std::chrono::steady_clock::now();
  {
    Exporter exporter(collector, SystemClock(), [](const std::string&) {});
    exporter.Apply(To("http://collector:4318"));
    for (int i = 0; i < 512; ++i) exporter.Add(EntryOf("req"));
    while (!collector.asked) std::this_thread::sleep_for(1ms);
    const auto full = std::chrono::steady_clock::now();
    for (int i = 0; i < 10'000; ++i) exporter.Add(EntryOf("req"));
    EXPECT_LT(std::chrono::steady_clock::now() - full, 1s);
    EXPECT_EQ(exporter.dropped(), 10'000U - 2048U);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 6s) << "it sends for two seconds at its end";
}

/// So many requests that they are sent at once; the trace of one of them was asked for.
void AddBatch(Exporter& exporter) {
  ledger::Entry entry = EntryOf("req");
  for (int i = 0; i < 512; ++i) {
    entry.sampled = i == 0;
    exporter.Add(entry);
  }
}

std::size_t Posts(const Collector& collector, std::string_view path) {
  const auto seen = collector.seen();
  return static_cast<std::size_t>(
      std::ranges::count_if(seen, [&](const auto& each) { return each.url.ends_with(path); }));
}

TEST(Exporter, TriesAgainOnlyWhereTheCollectorMayTakeItLater) {
  struct Case {
    int status;
    bool retried;
  };
  std::vector<std::pair<Case, std::unique_ptr<Collector>>> collectors;
  std::vector<std::unique_ptr<Exporter>> exporters;
  for (const Case& each :
       {Case{502, true}, {504, true}, {500, false}, {501, false}, {404, false}}) {
    collectors.emplace_back(each, std::make_unique<Collector>(std::vector<int>{each.status}));
    exporters.push_back(std::make_unique<Exporter>(*collectors.back().second, SystemClock(),
                                                   [](const std::string&) {}));
    exporters.back()->Apply(To("http://collector:4318"));
    AddBatch(*exporters.back());
  }
  for (std::size_t i = 0; i < collectors.size(); ++i) {
    const auto& [expected, collector] = collectors[i];
    EXPECT_TRUE(Eventually([&, &seen = *collector] { return Posts(seen, "/v1/metrics") == 1; }));
    EXPECT_EQ(Posts(*collector, "/v1/traces"), expected.retried ? 2U : 1U) << expected.status;
    EXPECT_EQ(exporters[i]->dropped(), expected.retried ? 0U : 1U) << expected.status;
  }
}

TEST(Exporter, GivesABatchUpForWhichTheCollectorWantsTooMuchTime) {
  Collector collector({503, 503, 503}, "{}", "30s");
  std::vector<std::string> warnings;
  Exporter exporter(collector, SystemClock(),
                    [&](const std::string& text) { warnings.push_back(text); });
  exporter.Apply(To("http://collector:4318"));
  AddBatch(exporter);
  EXPECT_TRUE(Eventually([&] { return exporter.dropped() == 1U; }));
  EXPECT_EQ(Posts(collector, "/v1/traces"), 1U);
}

TEST(Exporter, SendsMetricsOnceAMinute) {
  Collector collector;
  test::FakeClock clock;
  Exporter exporter(collector, clock, [](const std::string&) {});
  exporter.Apply(To("http://collector:4318"));
  const auto sent = [&](std::size_t traces, std::size_t metrics) {
    AddBatch(exporter);
    return Eventually([&] { return Posts(collector, "/v1/traces") == traces; }) &&
           Eventually([&] { return Posts(collector, "/v1/metrics") == metrics; });
  };
  EXPECT_TRUE(sent(1, 1));
  clock.Advance(60s - 1ms);
  EXPECT_TRUE(sent(2, 1));
  EXPECT_TRUE(sent(3, 1));
  EXPECT_EQ(Posts(collector, "/v1/metrics"), 1U);
  clock.Advance(1ms);
  EXPECT_TRUE(sent(4, 2));
}

TEST(Exporter, ForgetsWhatWaitsWhenItIsTurnedOff) {
  Collector collector;
  {
    Exporter exporter(collector, SystemClock(), [](const std::string&) {});
    exporter.Apply(To("http://collector:4318"));
    EXPECT_TRUE(exporter.on());
    exporter.Add(EntryOf("req"));
    exporter.Apply(Options());
    EXPECT_FALSE(exporter.on());
  }
  EXPECT_TRUE(collector.seen().empty());
}

}  // namespace
}  // namespace agm::telemetry
