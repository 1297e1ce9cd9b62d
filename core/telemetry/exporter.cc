#include "core/telemetry/exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "core/base/duration.h"
#include "core/base/json_doc.h"
#include "core/base/random.h"
#include "core/base/utf8.h"
#include "core/http/wire/gzip.h"
#include "core/telemetry/spans.h"

namespace agm::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 2048;
constexpr std::size_t kBatch = 512;
constexpr auto kCollect = 5s;
constexpr auto kLastFlush = 2s;
constexpr auto kMetricsEvery = 60s;
constexpr auto kPatience = 10s;  ///< for a batch with all its retries
constexpr auto kFirstPause = 500ms;
constexpr std::size_t kLongestAnswer = 64U << 10U;
constexpr std::size_t kLongestWhy = 200;

bool MayRetry(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

/// The collector's answer to a batch that it accepted: {"partialSuccess":{"rejectedSpans":"3"}}.
void ReadPartialSuccess(const std::string& answer, std::uint64_t& refused, std::string& why) {
  const auto doc = JsonDoc::Parse(answer);
  if (!doc) return;
  const JsonView partial = doc->root()["partialSuccess"];
  for (const std::string_view name : {"rejectedSpans", "rejectedDataPoints"}) {
    const JsonView count = partial[name];
    const std::string digits =
        count.is(JsonKind::kString) ? count.text() : std::string(count.raw());
    std::from_chars(digits.data(), digits.data() + digits.size(), refused);
    if (refused == 0) continue;
    const JsonView message = partial["errorMessage"];
    why = fmt::format("the collector refused {} items: {}", refused,
                      message.is(JsonKind::kString) ? ToUtf8(message.text().substr(0, kLongestWhy))
                                                    : "it gave no reason");
    return;
  }
}

}  // namespace

/// Cancels a POST once the destructor's last moment has passed.
class Exporter::Closing : public Cancellation {
 public:
  explicit Closing(Exporter& exporter) : exporter_(exporter) {}
  bool Cancelled() const override {
    return exporter_.closing_ && exporter_.clock_.Now() >= exporter_.last_moment_;
  }

 private:
  Exporter& exporter_;
};

Exporter::Exporter(http::Transport& transport, Clock& clock, Warn warn)
    : transport_(transport), clock_(clock), warn_(std::move(warn)), meters_(clock.Wall()) {
  thread_ = std::thread([this] { Work(); });
}

Exporter::~Exporter() {
  {
    std::lock_guard lock(mutex_);
    last_moment_ = clock_.Now() + kLastFlush;
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Exporter::Apply(Options options) {
  std::lock_guard lock(mutex_);
  on_ = !options.endpoint.empty();
  options_ = std::move(options);
  if (!on_) waiting_.clear();
}

void Exporter::Add(const ledger::Entry& entry) {
  if (!on()) return;
  std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  waiting_.push_back(entry);
  if (waiting_.size() == 1 || waiting_.size() == kBatch) changed_.notify_all();
}

void Exporter::Pause(Duration duration) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, duration, [this] { return closing_.load(); });
}

void Exporter::Work() {
  for (;;) {
    std::vector<ledger::Entry> batch;
    Options options;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kMetricsEvery, [this] { return closing_ || !waiting_.empty(); });
      changed_.wait_for(lock, kCollect, [this] { return closing_ || waiting_.size() >= kBatch; });
      const auto end =
          waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kBatch));
      batch.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
      options = options_;
      if (closing_ && batch.empty()) return;
      if (closing_ && clock_.Now() >= last_moment_) return;
    }
    if (!options.endpoint.empty()) Export(batch, options);
  }
}

void Exporter::Export(const std::vector<ledger::Entry>& batch, const Options& options) {
  for (const ledger::Entry& entry : batch) meters_.Count(entry, options);
  ExportSpans(batch, options);
  const TimePoint now = clock_.Now();
  if (now < next_metrics_ && !closing_) return;
  next_metrics_ = now + kMetricsEvery;
  ExportMetrics(options);
}

void Exporter::ExportSpans(const std::vector<ledger::Entry>& batch, const Options& options) {
  Json spans = Json::array();
  std::uint64_t reported = 0;
  for (const ledger::Entry& entry : batch) {
    if (!entry.sampled || entry.trace.empty()) continue;
    for (Json& span : SpansOf(entry, options)) spans.push_back(std::move(span));
    ++reported;
  }
  if (reported == 0) return;
  Json scoped = {{"scope", ScopeOf()}, {"spans", std::move(spans)}};
  Json about = {{"resource", ResourceOf(options)}, {"scopeSpans", Json::array({scoped})}};
  const Outcome outcome = Post("/v1/traces", {{"resourceSpans", Json::array({about})}}, options);
  const std::uint64_t lost = outcome.done ? std::min(outcome.refused, reported) : reported;
  dropped_.fetch_add(lost, std::memory_order_relaxed);
  if (lost > 0) WarnOfFailure(outcome.why);
}

void Exporter::ExportMetrics(const Options& options) {
  Json metrics = meters_.Write(clock_.Wall(), options);
  if (metrics.is_null()) return;
  Json scoped = {{"scope", ScopeOf()}, {"metrics", std::move(metrics)}};
  Json about = {{"resource", ResourceOf(options)}, {"scopeMetrics", Json::array({scoped})}};
  const Outcome outcome = Post("/v1/metrics", {{"resourceMetrics", Json::array({about})}}, options);
  if (!outcome.done || outcome.refused > 0) WarnOfFailure(outcome.why);
}

Exporter::Outcome Exporter::TryToSend(const http::OutgoingRequest& request) {
  const Closing closing(*this);
  const auto sent = transport_.Send(request, closing);
  if (!sent) return {.retry = true, .why = sent.error().message};
  http::Download& download = **sent;
  std::string answer;
  while (answer.size() < kLongestAnswer) {
    const auto read = download.Read(answer, request.deadline, closing);
    if (!read || *read != http::ReadState::kData) break;
  }
  Outcome outcome;
  outcome.done = download.status() / 100 == 2;
  outcome.retry = MayRetry(download.status());
  outcome.wait = ReadDuration(download.header("retry-after")).value_or(Duration(0));
  outcome.why = fmt::format("the collector answered {}", download.status());
  if (outcome.done) ReadPartialSuccess(answer, outcome.refused, outcome.why);
  return outcome;
}

Exporter::Outcome Exporter::Post(std::string_view path, const Json& body, const Options& options) {
  const std::string packed = http::Gzip(DumpJson(body));
  http::OutgoingRequest request;
  request.url = options.endpoint + std::string(path);
  request.headers = {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}};
  for (const auto& [name, value] : options.headers) {
    request.headers.emplace_back(name, value.Reveal());
  }
  request.body = packed;
  request.deadline = clock_.Now() + kPatience;
  request.first_byte_timeout = kPatience;
  for (Duration pause = kFirstPause;; pause *= 2) {
    Outcome outcome = TryToSend(request);
    if (outcome.done || !outcome.retry || closing_) return outcome;
    const auto jitter = std::chrono::duration_cast<Duration>(pause * (0.5 + RandomFraction()));
    const Duration wait = std::max(jitter, outcome.wait);
    if (clock_.Now() + wait >= request.deadline) return outcome;
    Pause(wait);
  }
}

void Exporter::WarnOfFailure(const std::string& why) {
  const TimePoint now = clock_.Now();
  if (now < next_warning_) return;
  next_warning_ = now + 1h;
  warn_(fmt::format("telemetry cannot be sent: {}; {} requests are not reported", why, dropped()));
}

}  // namespace agm::telemetry
