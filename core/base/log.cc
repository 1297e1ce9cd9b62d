#include "core/base/log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm {
namespace {

constexpr std::size_t kQueuedBytes = 1U << 20U;
constexpr std::chrono::milliseconds kCollect{50};
constexpr std::size_t kAccessFileBytes = 20U << 20U;
constexpr std::size_t kAccessFiles = 3;

bool IsPlain(char c) {
  // Control characters could forge log lines or control the operator's terminal.
  return c > ' ' && c < 0x7f && c != '"' && c != '=';
}

/// True for ASCII text that needs no quotes.
bool IsPlainAscii(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, IsPlain);
}

/// True for UTF-8 text that needs quotes.
bool NeedsQuotes(std::string_view value) {
  return value.empty() || std::ranges::any_of(value, [](char c) {
           return static_cast<unsigned char>(c) < 0x80 && !IsPlain(c);
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

// Writes a field of a text line whose value needs no quotes.
LogFields& LogFields::AddPlain(std::string_view key, std::string_view value) {
  const std::size_t space = text_.empty() ? 0 : 1;
  const std::size_t before = text_.size();
  text_.resize(before + space + key.size() + 1 + value.size(), ' ');
  char* to = std::ranges::copy(key, text_.data() + before + space).out;
  *to++ = '=';
  std::ranges::copy(value, to);
  return *this;
}

LogFields& LogFields::Add(std::string_view key, std::string_view value) {
  if (format_ == LogFormat::kText && IsPlainAscii(value)) return AddPlain(key, value);
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
  const fmt::format_int digits(value);
  const std::string_view text(digits.data(), digits.size());
  if (format_ == LogFormat::kText) return AddPlain(key, text);
  AddKey(key);
  text_ += text;
  return *this;
}

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%e%z %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v})";
/// The name of the loggers whose lines are JSON.
constexpr std::string_view kJsonLogger = "json";

/// Collects lines and writes many at once on its own thread, so a request never waits for a disk.
/// Only the first line of a batch wakes that thread. If the buffer grows too large, its lines are
/// dropped and the number of lost lines is logged. The logger's name selects a line's format.
///
/// Thread safety: any thread.
class Collector : public spdlog::sinks::sink {
 public:
  explicit Collector(spdlog::sink_ptr target)
      : target_(std::move(target)), thread_([this] { WriteInBackground(); }) {
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
    json_ = std::string_view(line.logger_name.data(), line.logger_name.size()) == kJsonLogger;
    if (lines_.size() > kQueuedBytes) {
      ++lost_;
      return;
    }
    const bool first = lines_.size() == 0;
    Formatter().format(line, lines_);
    if (first) asked_.notify_one();
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  spdlog::pattern_formatter& Formatter() { return json_ ? json_lines_ : text_lines_; }

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
    LogFields fields(json_ ? LogFormat::kJson : LogFormat::kText);
    fields.Add("level", LevelName(LogLevel::kWarning)).Add("msg", "log lines came too fast");
    fields.Add("lost", static_cast<std::int64_t>(std::exchange(lost_, 0)));
    Formatter().format({"", spdlog::level::warn, fields.text()}, lines_);
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
  std::mutex mutex_;  // guards the members below
  std::condition_variable asked_;
  spdlog::pattern_formatter text_lines_{kTextPattern};
  spdlog::pattern_formatter json_lines_{kJsonPattern};
  bool json_ = false;  ///< the format of the latest line
  spdlog::memory_buf_t lines_;
  std::size_t lost_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

/// Only the owner may read who asked what and when.
spdlog::sink_ptr AccessFile(const std::string& path) {
  spdlog::file_event_handlers handlers;
  handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) {
    static_cast<void>(::fchmod(::fileno(file), S_IRUSR | S_IWUSR));
  };
  return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, kAccessFileBytes,
                                                                kAccessFiles, false, handlers);
}

/// A logger for messages and one for access lines, in each of the two formats.
class Log::Impl {
 public:
  explicit Impl(const LogOptions& options) : own_file_(!options.access_log.empty()) {
    const auto err = std::make_shared<Collector>(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    const auto access =
        own_file_ ? std::make_shared<Collector>(AccessFile(options.access_log)) : err;
    for (const std::string_view name : {std::string_view("text"), kJsonLogger}) {
      messages_.push_back(std::make_shared<spdlog::logger>(std::string(name), err));
      access_.push_back(std::make_shared<spdlog::logger>(std::string(name), access));
    }
    Use(options.level);
  }

  void Use(LogLevel level) {
    for (const auto& logger : messages_) logger->set_level(SpdlogLevel(level));
    const bool silent = level > LogLevel::kInfo && !own_file_;
    for (const auto& logger : access_) {
      logger->set_level(silent ? spdlog::level::off : spdlog::level::info);
    }
  }

  spdlog::logger& messages(LogFormat format) { return *Of(messages_, format); }
  spdlog::logger& access(LogFormat format) { return *Of(access_, format); }

 private:
  using Loggers = std::vector<std::shared_ptr<spdlog::logger>>;  ///< for text and for JSON

  static const std::shared_ptr<spdlog::logger>& Of(const Loggers& loggers, LogFormat format) {
    return format == LogFormat::kJson ? loggers.back() : loggers.front();
  }

  const bool own_file_;  ///< of the access lines
  Loggers messages_;
  Loggers access_;
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

void Log::Use(LogFormat format, LogLevel level) {
  format_ = format;
  if (impl_ != nullptr) impl_->Use(level);
}

bool Log::Wants(LogLevel level) const {
  return impl_ != nullptr && impl_->messages(format_).should_log(SpdlogLevel(level));
}

void Log::Announce(std::string_view message) {
  if (impl_ == nullptr) return;
  LogFields line = Fields();
  line.Add("level", LevelName(LogLevel::kInfo)).Add("msg", message);
  // No level of the logger is above this one.
  impl_->messages(line.format()).log(spdlog::level::critical, spdlog::string_view_t(line.text()));
}

void Log::Write(LogLevel level, std::string_view message, const LogFields& fields) {
  if (!Wants(level)) return;
  const LogFormat format = fields.format();  // the log's own may change meanwhile
  LogFields line(format);
  line.Add("level", LevelName(level)).Add("msg", message);
  std::string text = line.text();
  if (!fields.text().empty()) text.append(format == LogFormat::kJson ? "," : " ") += fields.text();
  impl_->messages(format).log(SpdlogLevel(level), spdlog::string_view_t(text));
}

void Log::Access(const LogFields& fields) {
  if (impl_ == nullptr) return;
  impl_->access(fields.format()).info(spdlog::string_view_t(fields.text()));
}

}  // namespace agm
