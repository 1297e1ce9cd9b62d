#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace agm {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

std::optional<LogLevel> ReadLogLevel(std::string_view word);

/// The fields of one log line, in the order they are added: text `key=value`, or JSON members.
/// Values with spaces or quotes are quoted. Never add a Secret's text.
///
/// Thread safety: one thread at a time.
class LogFields {
 public:
  explicit LogFields(LogFormat format) : format_(format) { text_.reserve(kLine); }
  LogFields& Add(std::string_view key, std::string_view value);
  LogFields& Add(std::string_view key, std::int64_t value);
  const std::string& text() const { return text_; }
  LogFormat format() const { return format_; }

 private:
  static constexpr std::size_t kLine = 384;  ///< the length of most lines

  void AddKey(std::string_view key);
  LogFields& AddPlain(std::string_view key, std::string_view value);
  LogFormat format_;
  std::string text_;
};

struct LogOptions {
  LogFormat format = LogFormat::kText;
  LogLevel level = LogLevel::kInfo;
  std::string access_log;  ///< path of a file; empty: stderr
};

/// Writes messages for the operator and one access line per request. The log's own thread writes
/// many lines at once, so that no request waits for a terminal or a disk; if that thread falls
/// behind, lines are dropped and the log says how many. The access log rotates at 20 MB and keeps
/// three old files. Bodies and keys are never logged.
///
/// Thread safety: any thread.
class Log {
 public:
  static Result<std::unique_ptr<Log>> Open(const LogOptions& options);
  /// A log that discards everything; for tests and for commands.
  static std::unique_ptr<Log> Silent();
  ~Log();

  /// Changes the format and level of all further lines.
  void Use(LogFormat format, LogLevel level);
  LogFields Fields() const { return LogFields(format_); }
  bool Wants(LogLevel level) const;
  void Write(LogLevel level, std::string_view message) { Write(level, message, Fields()); }
  void Write(LogLevel level, std::string_view message, const LogFields& fields);
  void Access(const LogFields& fields);
  /// As Write at kInfo, whatever the level: for what the operator waits for.
  void Announce(std::string_view message);

 private:
  class Impl;
  Log(std::unique_ptr<Impl> impl, LogFormat format);
  std::unique_ptr<Impl> impl_;
  std::atomic<LogFormat> format_;
};

}  // namespace agm
