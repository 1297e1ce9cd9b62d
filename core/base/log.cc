#include "core/base/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm {
namespace {

constexpr std::size_t kQueuedLines = 2048;
constexpr std::size_t kAccessFileBytes = 20U << 20U;
constexpr std::size_t kAccessFiles = 3;

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) return true;
  // Control characters could fake lines, or speak to the terminal.
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
  AddKey(key);
  const std::string clean = ToUtf8(value);
  if (format_ == LogFormat::kJson || NeedsQuotes(clean)) {
    AppendJsonString(text_, clean);
  } else {
    text_ += clean;
  }
  return *this;
}

LogFields& LogFields::Add(std::string_view key, std::int64_t value) {
  AddKey(key);
  text_ += std::to_string(value);
  return *this;
}

/// Two loggers over one writer thread: messages, and the access lines.
class Log::Impl {
 public:
  explicit Impl(const LogOptions& options)
      : threads_(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)) {
    const auto err = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    messages_ = Make("agm", err);
    messages_->set_level(SpdlogLevel(options.level));
    if (options.access_log.empty()) {
      access_ = Make("access", err);
    } else {
      access_ = Make("access", std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
                                   options.access_log, kAccessFileBytes, kAccessFiles));
    }
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
  std::shared_ptr<spdlog::async_logger> Make(const char* name, spdlog::sink_ptr sink) {
    auto logger = std::make_shared<spdlog::async_logger>(
        name, std::move(sink), threads_, spdlog::async_overflow_policy::overrun_oldest);
    logger->flush_on(spdlog::level::info);
    return logger;
  }

  // Destroyed last: its destructor writes out what is queued.
  std::shared_ptr<spdlog::details::thread_pool> threads_;
  std::shared_ptr<spdlog::async_logger> messages_;
  std::shared_ptr<spdlog::async_logger> access_;
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

void Log::Write(LogLevel level, std::string_view message, const LogFields& fields) {
  if (!Wants(level)) return;
  LogFields line(format_);
  line.Add("level", LevelName(level)).Add("msg", message);
  std::string text = line.text();
  if (!fields.text().empty()) text.append(format_ == LogFormat::kJson ? "," : " ") += fields.text();
  impl_->messages().log(SpdlogLevel(level), "{}", text);
}

void Log::Access(const LogFields& fields) {
  if (impl_ == nullptr) return;
  impl_->access().info("{}", fields.text());
}

}  // namespace agm
