// Many clients at once, and for a long time: the number of threads follows demand, memory stays
// bounded, and the health and metrics pages work even at the limit.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <thread>

#include "core/base/guarded.h"
#include "tests/serve/served.h"
#include "tests/support/sanitized.h"
#include "tests/support/swarm.h"

namespace agm::test {
namespace {

/// Allowed number of additional threads, far fewer than there are streams.
constexpr long kSpare = 20;

int Given(const char* name, int otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? std::atoi(given) : otherwise;
}

/// The resources of a process.
struct Holding {
  long rss_kb = 0;
  long threads = 0;
  long descriptors = 0;

  static Holding Of(pid_t pid) {
    const std::filesystem::path proc = "/proc/" + std::to_string(pid);
    Holding holding;
    std::ifstream status(proc / "status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) holding.rss_kb = std::atol(line.c_str() + 6);
      if (line.starts_with("Threads:")) holding.threads = std::atol(line.c_str() + 8);
    }
    const auto all = std::filesystem::directory_iterator(proc / "fd");
    holding.descriptors = std::distance(begin(all), end(all));
    return holding;
  }
};

class ServeLoadTest : public ServedTest {
 protected:
  static constexpr const char* kLastWords = "data: [DONE]\n\n";

  Holding Now() const { return Holding::Of(agm_->pid()); }

  /// How long a page takes; the page must be valid.
  Duration TimeOf(const std::string& path) const {
    const TimePoint begun = SystemClock().Now();
    EXPECT_EQ(Status(GetBytes(path)), 200) << path;
    return std::chrono::duration_cast<Duration>(SystemClock().Now() - begun);
  }
};

// Set AGM_TEST_STREAMS=4000 for a large run.
TEST_F(ServeLoadTest, HoldsManyStreamsAtOnceWithoutAThreadEach) {
  const int streams = Given("AGM_TEST_STREAMS", 300);
  // They last longer than a thread's idle time, and longer if all are late.
  const int words = std::max(kSanitized ? 120 : 56, streams / 50);
  const Duration idle(kSanitized ? 27'000 : 9'000);
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"pace_ms":250,"words":)" +
                               std::to_string(words) + "}}]}"));
  WriteConfig("access_log = \"access.log\"\nmax_connections = " + std::to_string(streams) + "\n");
  Serve();
  ASSERT_EQ(Status(GetBytes("/v1/models")), 200);
  const Holding before = Now();
  Swarm swarm(port_, streams, ChatBytes("many words", true), kLastWords);
  ASSERT_TRUE(
      swarm.ReadUntil([&] { return swarm.begun() + swarm.broken() >= streams; }, Duration(60'000)));
  EXPECT_EQ(swarm.begun(), streams);
  // Each had a thread until its first word; an idle thread ends after a second.
  swarm.ReadUntil([&] { return Now().threads < before.threads + kSpare; }, idle);
  const Holding during = Now();
  EXPECT_EQ(swarm.whole(), 0) << "the first ended before the last began: give them more words";
  for (const char* page : {"/healthz", "/readyz", "/metrics"}) {
    const Duration took = TimeOf(page);
    EXPECT_LT(took, Duration(2'000)) << page << " while it is full";
    std::printf("%s answered in %ld ms while %d streams ran\n", page,
                static_cast<long>(took.count()), streams);
  }
  EXPECT_EQ(Status(ChatBytes("one more")), 503);
  EXPECT_TRUE(swarm.ReadUntil([&] { return swarm.whole() + swarm.broken() >= streams; },
                              Duration(120'000)));
  EXPECT_EQ(swarm.whole(), streams);
  EXPECT_EQ(swarm.broken(), 0);
  EXPECT_LT(during.threads, before.threads + kSpare) << "a stream under way needs none of its own";
  const double kb_a_stream = static_cast<double>(during.rss_kb - before.rss_kb) / streams;
  EXPECT_TRUE(kSanitized || kb_a_stream < 120) << kb_a_stream;
  Holding after = Now();
  for (int i = 0; i < 200 && after.threads > before.threads + 12; ++i) {
    std::this_thread::sleep_for(Duration(100));
    after = Now();
  }
  EXPECT_LE(after.threads, before.threads + 12) << "threads do not go again";
  std::printf(
      "%d streams at once: %d whole, %d broken; threads %ld -> %ld -> %ld; "
      "resident %ld -> %ld kB, %.0f kB a stream\n",
      streams, swarm.whole(), swarm.broken(), before.threads, during.threads, after.threads,
      before.rss_kb, during.rss_kb, kb_a_stream);
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeLoadTest, TellsThoseAboveTheLimitToComeAgain) {
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"pace_ms":100,"words":30}}]})"));
  WriteConfig("max_connections = 40\n");
  Serve();
  Swarm swarm(port_, 60, ChatBytes("words", true), kLastWords);
  EXPECT_TRUE(swarm.ReadUntil([&] { return swarm.statuses().size() == 2; }, Duration(5'000)));
  RawClient refused = Connect();
  refused.Send(ChatBytes("one more"));
  const auto answer = refused.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->header("Retry-After"), "1");
  EXPECT_TRUE(swarm.ReadUntil([&] { return swarm.whole() == 40; }, Duration(20'000)));
  EXPECT_EQ(swarm.statuses().at(200), 40);
  EXPECT_EQ(swarm.statuses().at(503), 20);
  refused.Send(ChatBytes("again"));  // on the same connection
  EXPECT_EQ(refused.Read()->status, 200);
}

// ---- For a long time ---------------------------------------------------------------------------

constexpr const char* kTroubles = R"({"steps":[
  {"match":{"text":"trouble-cut"},"do":{"cut_after_events":1}},
  {"match":{"text":"trouble-reset"},"do":{"reset":true,"cut_after_bytes":200}},
  {"match":{"text":"trouble-close"},"do":{"close":true}},
  {"match":{"text":"trouble-hang"},"do":{"hang_ms":300}},
  {"match":{"text":"trouble-stall"},"do":{"stall_after_events":1,"stall_ms":300}},
  {"match":{"text":"trouble-garbage"},"do":{"garbage":true}},
  {"match":{"text":"trouble-html"},"do":{"html":502}},
  {"match":{"text":"trouble-empty"},"do":{"empty":true}},
  {"match":{"text":"trouble-slow"},"do":{"split":16,"slow_ms":5}},
  {"match":{"text":"trouble-quota"},"do":{"error":"quota-minute","retry":"1s"}},
  {"match":{"text":"trouble-long"},"do":{"words":400}}
]})";
constexpr const char* kTexts[] = {"cut",   "reset", "close", "hang", "stall",
                                  "empty", "slow",  "quota", "long"};
/// These two put the model into cooldown on all accounts, so they are rare.
constexpr const char* kRare[] = {"html", "garbage"};

class ServeSoakTest : public ServeLoadTest {
 protected:
  void SetUp() override {
    ServeLoadTest::SetUp();
    ASSERT_TRUE(mock_->SetScript(kTroubles));
    Configure(0);
  }

  void Configure(int round) {
    std::string more;
    for (int i = 0; i < 30; ++i) {  // so that some work regardless of the others' failures
      const std::string name = "name" + std::to_string(i);
      more += "[[accounts]]\nname = \"" + name + "\"\napi_key = \"key-" + name +
              "\"\nproject = \"" + name + "\"\nbase_url = \"" + mock_->base_url() + "\"\n";
    }
    WriteConfig("access_log = \"access.log\"\nmax_wait = " + std::to_string(round % 2 + 1) +
                    "\nfirst_byte_timeout = 2\nidle_timeout = 2\nmax_body_size = 200000\n",
                more);
  }

  /// One action of a client, valid or invalid.
  void Act(RawClient& client, std::minstd_rand& random) {
    const auto dice = random() % 100;
    const bool rare = random() % 40 == 0;
    const std::string trouble = std::string("trouble-") +
                                (rare ? kRare[random() % 2] : kTexts[random() % std::size(kTexts)]);
    const bool stream = random() % 2 == 0;
    if (dice < 67) return Expect(client, ChatBytes("how are you " + std::to_string(dice), stream));
    if (dice < 75) return Expect(client, ChatBytes(trouble, stream));
    if (dice < 80) return Expect(client, JsonBytes("/v1/responses", R"("input":"remember")"));
    if (dice < 83)
      return Expect(client,
                    JsonBytes("/v1/embeddings", R"("input":["a","b"])", "text-embedding-3-small"));
    if (dice < 86) return Expect(client, GetBytes("/v1/models"));
    if (dice < 88) return Expect(client, GetBytes("/metrics"));
    if (dice < 90) return Expect(client, GetBytes("/nowhere"));
    if (dice < 92) return Expect(client, JsonBytes("/v1/chat/completions", "\"messages\":[[["));
    if (dice < 94) return Expect(client, ChatBytes(std::string(250'000, 'x')));
    Leave(client, ChatBytes(trouble, true), random);
  }

  static std::string JsonBytes(const std::string& path, const std::string& members,
                               const std::string& model = "gemini-2.5-flash") {
    const std::string body = R"({"model":")" + model + R"(",)" + members + "}";
    return "POST " + path +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  void Count(int status) {
    auto statuses = statuses_.Lock();
    ++(*statuses)[status];
  }

  void Expect(RawClient& client, const std::string& bytes) {
    client.Send(bytes);
    const auto answer = client.Read();
    ++requests_;
    if (!answer) ++lost_;
    if (answer) Count(answer->status);
    if (!answer || answer->header("Connection") == "close") client.Close();
  }

  /// Disconnects before, in, or after the request.
  void Leave(RawClient& client, const std::string& bytes, std::minstd_rand& random) {
    client.Send(std::string_view(bytes).substr(0, random() % (2 * bytes.size())));
    std::this_thread::sleep_for(Duration(random() % 20));
    random() % 2 == 0 ? client.Reset() : client.Close();
  }

  void Live(unsigned seed) {
    std::minstd_rand random(seed);
    while (!over_) {
      RawClient client = Connect();
      for (int i = 0; i < 50 && client.connected() && !over_; ++i) {
        Act(client, random);
        std::this_thread::sleep_for(Duration(random() % 20));
      }
    }
  }

  std::atomic<bool> over_ = false;
  std::atomic<long> requests_ = 0;
  std::atomic<long> lost_ = 0;
  Guarded<std::map<int, long>> statuses_;
};

long MeanOf(const std::vector<Holding>& series, std::size_t from, std::size_t to,
            long Holding::*what) {
  long sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += series[i].*what;
  return sum / static_cast<long>(to - from);
}

// Set AGM_TEST_SOAK=3600 for an hour; prints a line every AGM_TEST_SOAK_EVERY seconds.
TEST_F(ServeSoakTest, MemoryDescriptorsAndThreadsStayFlat) {
  const int seconds = Given("AGM_TEST_SOAK", 20);
  const int every = Given("AGM_TEST_SOAK_EVERY", std::max(1, seconds / 60));
  Serve();
  std::vector<std::thread> clients;
  for (unsigned i = 1; i <= 8; ++i) clients.emplace_back([this, i] { Live(i); });
  std::vector<Holding> series;
  std::printf("   time  requests  resident kB  descriptors  threads\n");
  for (int second = 1; second <= seconds; ++second) {
    std::this_thread::sleep_for(Duration(1'000));
    if (second % 5 == 0) agm_->Signal(SIGHUP);
    if (second % 7 == 0) Configure(second);
    if (second % every != 0) continue;
    const Holding now = Now();
    series.push_back(now);
    std::printf("%5d s  %8ld  %11ld  %11ld  %7ld\n", second, requests_.load(), now.rss_kb,
                now.descriptors, now.threads);
    std::fflush(stdout);
  }
  over_ = true;
  for (std::thread& client : clients) client.join();
  for (const auto& [status, count] : statuses_.Copy()) {
    std::printf("%8ld answers with %d\n", count, status);
  }
  EXPECT_TRUE(agm_->Runs()) << Said();
  EXPECT_EQ(lost_, 0) << "requests that were not answered";
  EXPECT_GT(requests_, 20 * seconds);
  // The first quarter warms up; of the rest, the last third is compared with the first.
  const std::size_t warm = series.size() / 4;
  const std::size_t third = (series.size() - warm) / 3;
  ASSERT_GT(third, 0U);
  const auto grows = [&](long Holding::*what) {
    return MeanOf(series, series.size() - third, series.size(), what) -
           MeanOf(series, warm, warm + third, what);
  };
  const long begun_with = MeanOf(series, warm, warm + third, &Holding::rss_kb);
  EXPECT_TRUE(kSanitized || grows(&Holding::rss_kb) < 4'000 + begun_with / 10);
  EXPECT_LT(grows(&Holding::descriptors), 20);
  EXPECT_LT(grows(&Holding::threads), 8);
  EXPECT_EQ(Stop(), 0);
}

}  // namespace
}  // namespace agm::test
