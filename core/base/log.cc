#include "core/base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm {
namespace {

constexpr std::size_t kQueuedBytes = 1U << 20U;
constexpr std::chrono::milliseconds kCollect{50};
constexpr std::size_t kAccessFileBytes = 20U << 20U;
constexpr std::size_t kAccessFiles = 3;

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) return true;
  // Control characters could forge log lines or control the operator's terminal.
  return std::ranges::any_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || c == '"' || c == '=';
  });
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

}  // namespace

std::optional<LogLevel> ReadLogLevel(std::string_view word) {
  if (word == "debug") return LogLevel::kDebug;
  if (word == "info") return LogLevel::kInfo;
  if (word == "warning" || word == "warn") return LogLevel::kWarning;
  if (word == "error") return LogLevel::kError;
  return std::nullopt;
}

void LogFields::AddKey(std::string_view key) {
  if (format_ == LogFormat::kText) {
    if (!text_.empty()) text_ += ' ';
    text_.append(key).append("=");
    return;
  }
  if (!text_.empty()) text_ += ',';
  AppendJsonString(text_, key);
  text_ += ':';
}

LogFields& LogFields::Add(std::string_view key, std::string_view value) {
  if (!IsUtf8(value)) return Add(key, ToUtf8(value));
  AddKey(key);
  if (format_ == LogFormat::kJson || NeedsQuotes(value)) {
    AppendJsonString(text_, value);
  } else {
    text_ += value;
  }
  return *this;
}

LogFields& LogFields::Add(std::string_view key, std::int64_t value) {
  AddKey(key);
  text_ += std::to_string(value);
  return *this;
}

/// Collects lines and writes many at once on its own thread, so a request never waits for a disk.
/// Only the first line of a batch wakes that thread. If the buffer grows too large, its lines are
/// dropped and the number of lost lines is logged.
///
/// Thread safety: any thread.
class Collector : public spdlog::sinks::sink {
 public:
  Collector(spdlog::sink_ptr target, LogFormat format)
      : target_(std::move(target)), format_(format), thread_([this] { WriteInBackground(); }) {
    target_->set_pattern("%v");
  }
  ~Collector() override {
    {
      std::lock_guard lock(mutex_);
      closing_ = true;
    }
    asked_.notify_one();
    thread_.join();
  }

  void log(const spdlog::details::log_msg& line) override {
    std::lock_guard lock(mutex_);
    if (lines_.size() > kQueuedBytes) {
      ++lost_;
      return;
    }
    const bool first = lines_.size() == 0;
    formatter_->format(line, lines_);
    if (first) asked_.notify_one();
  }
  void flush() override {}
  void set_pattern(const std::string& pattern) override {
    set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern));
  }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    std::lock_guard lock(mutex_);
    formatter_ = std::move(formatter);
  }

 private:
  void WriteInBackground() {
    std::unique_lock lock(mutex_);
    spdlog::memory_buf_t lines;
    while (!closing_ || lines_.size() > 0) {
      asked_.wait(lock, [this] { return closing_ || lines_.size() > 0; });
      asked_.wait_for(lock, kCollect, [this] { return closing_; });
      if (lost_ > 0) SayWhatWasLost();
      std::swap(lines, lines_);
      lock.unlock();
      HandOn({lines.data(), lines.size()});
      lines.clear();
      lock.lock();
    }
  }

  void SayWhatWasLost() {
    LogFields fields(format_);
    fields.Add("level", LevelName(LogLevel::kWarning)).Add("msg", "log lines came too fast");
    fields.Add("lost", static_cast<std::int64_t>(std::exchange(lost_, 0)));
    formatter_->format({"", spdlog::level::warn, fields.text()}, lines_);
  }

  // Removes the last line end, because the target appends one.
  void HandOn(std::string_view lines) {
    while (!lines.empty() && lines.back() == '\n') lines.remove_suffix(1);
    if (lines.empty()) return;
    try {
      target_->log({"", spdlog::level::info, {lines.data(), lines.size()}});
      target_->flush();
    } catch (const spdlog::spdlog_ex&) {  // for example a full disk: only these lines are lost
    }
  }

  const spdlog::sink_ptr target_;
  const LogFormat format_;
  std::mutex mutex_;  // guards the members below
  std::condition_variable asked_;
  std::unique_ptr<spdlog::formatter> formatter_ = std::make_unique<spdlog::pattern_formatter>();
  spdlog::memory_buf_t lines_;
  std::size_t lost_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

/// Two loggers: one for messages, one for access lines.
class Log::Impl {
 public:
  explicit Impl(const LogOptions& options) {
    const auto collecting = [&](spdlog::sink_ptr target) {
      return std::make_shared<Collector>(std::move(target), options.format);
    };
    const auto err = collecting(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    messages_ = std::make_shared<spdlog::logger>("agm", err);
    messages_->set_level(SpdlogLevel(options.level));
    access_ = std::make_shared<spdlog::logger>(
        "access", options.access_log.empty()
                      ? err
                      : collecting(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
                            options.access_log, kAccessFileBytes, kAccessFiles)));
    const char* pattern = options.format == LogFormat::kJson
                              ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v})"
                              : "%Y-%m-%dT%H:%M:%S.%e%z %v";
    messages_->set_pattern(pattern);
    access_->set_pattern(pattern);
    if (options.level > LogLevel::kInfo && options.access_log.empty()) {
      access_->set_level(spdlog::level::off);
    }
  }

  spdlog::logger& messages() { return *messages_; }
  spdlog::logger& access() { return *access_; }

 private:
  std::shared_ptr<spdlog::logger> messages_;
  std::shared_ptr<spdlog::logger> access_;
};

Log::Log(std::unique_ptr<Impl> impl, LogFormat format) : impl_(std::move(impl)), format_(format) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::Open(const LogOptions& options) {
  try {
    return std::unique_ptr<Log>(new Log(std::make_unique<Impl>(options), options.format));
  } catch (const spdlog::spdlog_ex& error) {
    return Fail(ErrorCode::kConfig, "access_log: cannot open {}: {}", options.access_log,
                error.what());
  }
}

std::unique_ptr<Log> Log::Silent() {
  return std::unique_ptr<Log>(new Log(nullptr, LogFormat::kText));
}

bool Log::Wants(LogLevel level) const {
  return impl_ != nullptr && impl_->messages().should_log(SpdlogLevel(level));
}

void Log::Announce(std::string_view message) {
  if (impl_ == nullptr) return;
  LogFields line(format_);
  line.Add("level", LevelName(LogLevel::kInfo)).Add("msg", message);
  // No level of the logger is above this one.
  impl_->messages().log(spdlog::level::critical, spdlog::string_view_t(line.text()));
}

void Log::Write(LogLevel level, std::string_view message, const LogFields& fields) {
  if (!Wants(level)) return;
  LogFields line(format_);
  line.Add("level", LevelName(level)).Add("msg", message);
  std::string text = line.text();
  if (!fields.text().empty()) text.append(format_ == LogFormat::kJson ? "," : " ") += fields.text();
  impl_->messages().log(SpdlogLevel(level), spdlog::string_view_t(text));
}

void Log::Access(const LogFields& fields) {
  if (impl_ == nullptr) return;
  impl_->access().info(spdlog::string_view_t(fields.text()));
}

}  // namespace agm
