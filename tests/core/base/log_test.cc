#include "core/base/log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <regex>
#include <string>

#include "core/base/json.h"
#include "tests/support/temp_dir.h"

namespace agm {
namespace {

LogFields Request(const Log& log, std::int64_t status) {
  LogFields fields = log.Fields();
  fields.Add("path", "/v1/models").Add("status", status);
  return fields;
}

LogOptions OfLevel(LogLevel level) { return {LogFormat::kText, level, {}}; }

// What `use` makes a log write to stderr.
template <typename Use>
std::string Written(const LogOptions& options, Use use) {
  testing::internal::CaptureStderr();
  {
    const auto log = Log::Open(options);
    EXPECT_TRUE(log);
    if (log) use(**log);
  }
  return testing::internal::GetCapturedStderr();
}

void WriteEachLevel(Log& log) {
  log.Write(LogLevel::kDebug, "d");
  log.Write(LogLevel::kInfo, "i");
  log.Write(LogLevel::kWarning, "w");
  log.Write(LogLevel::kError, "e");
}

// The messages of text lines, one letter each.
std::string Messages(const std::string& lines) {
  std::string found;
  const std::regex message("msg=(.)\n");
  for (std::sregex_iterator at(lines.begin(), lines.end(), message), end; at != end; ++at) {
    found += (*at)[1];
  }
  return found;
}

TEST(LogLevel, IsReadFromItsWords) {
  EXPECT_EQ(ReadLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ReadLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(ReadLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(ReadLogLevel("warn"), LogLevel::kWarning);
  EXPECT_EQ(ReadLogLevel("error"), LogLevel::kError);
  for (const char* word : {"", "Info", "trace", "errors"}) EXPECT_FALSE(ReadLogLevel(word)) << word;
}

TEST(Log, WritesItsLevelAndThoseAbove) {
  EXPECT_EQ(Messages(Written(OfLevel(LogLevel::kDebug), WriteEachLevel)), "diwe");
  EXPECT_EQ(Messages(Written(OfLevel(LogLevel::kInfo), WriteEachLevel)), "iwe");
  EXPECT_EQ(Messages(Written(OfLevel(LogLevel::kWarning), WriteEachLevel)), "we");
  EXPECT_EQ(Messages(Written(OfLevel(LogLevel::kError), WriteEachLevel)), "e");
}

TEST(Log, ChangesItsLevelAndFormatWhileItIsOpen) {
  const std::string lines = Written(OfLevel(LogLevel::kError), [](Log& log) {
    EXPECT_FALSE(log.Wants(LogLevel::kInfo));
    WriteEachLevel(log);
    log.Use(LogFormat::kJson, LogLevel::kInfo);
    EXPECT_TRUE(log.Wants(LogLevel::kInfo));
    EXPECT_FALSE(log.Wants(LogLevel::kDebug));
    log.Write(LogLevel::kInfo, "now");
  });
  const std::size_t second = lines.find('\n') + 1;
  EXPECT_EQ(Messages(lines.substr(0, second)), "e");
  const auto json = ParseJson(lines.substr(second));
  ASSERT_TRUE(json) << lines;
  EXPECT_EQ(TextOf(*json, "level"), "info");
  EXPECT_EQ(TextOf(*json, "msg"), "now");
}

TEST(Log, AnnouncesWhateverTheLevel) {
  const auto announce = [](Log& log) { log.Announce("listening"); };
  EXPECT_TRUE(Written(OfLevel(LogLevel::kError), announce).ends_with("level=info msg=listening\n"));
}

TEST(Log, BeginsEachLineWithTheTime) {
  const auto warn = [](Log& log) {
    LogFields fields = log.Fields();
    log.Write(LogLevel::kWarning, "two words", fields.Add("a", 1));
  };
  const std::string text = Written({}, warn);
  EXPECT_TRUE(std::regex_match(text, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\S{6} )"
                                                "level=warning msg=\"two words\" a=1\n")))
      << text;
  const auto json = ParseJson(Written({LogFormat::kJson, LogLevel::kInfo, {}}, warn));
  ASSERT_TRUE(json);
  EXPECT_EQ(TextOf(*json, "time").size(), std::string("2026-01-01T00:00:00.000+00:00").size());
  EXPECT_EQ(TextOf(*json, "level"), "warning");
  EXPECT_EQ(TextOf(*json, "msg"), "two words");
  EXPECT_EQ(NumberOf(*json, "a"), 1);
}

TEST(Log, KeepsTheFormatInWhichFieldsWereAdded) {
  const std::string lines = Written({}, [](Log& log) {
    const LogFields text = Request(log, 200);
    log.Use(LogFormat::kJson, LogLevel::kInfo);
    log.Access(text);
    log.Write(LogLevel::kInfo, "m", text);
  });
  EXPECT_NE(lines.find(" path=/v1/models status=200\n"), lines.npos) << lines;
  EXPECT_NE(lines.find(" level=info msg=m path=/v1/models status=200\n"), lines.npos) << lines;
}

TEST(Log, WritesAccessLinesToStderrUnlessOnlyTroublesAreWanted) {
  const auto access = [](Log& log) { log.Access(Request(log, 404)); };
  EXPECT_TRUE(Written({}, access).ends_with(" path=/v1/models status=404\n"));
  EXPECT_EQ(Written(OfLevel(LogLevel::kWarning), access), "");
}

TEST(Log, WritesAccessLinesToTheirOwnFileAtEachLevel) {
  const test::TempDir folder;
  const std::string file = folder / "access.log";
  const LogOptions options = {.level = LogLevel::kError, .access_log = file};
  const auto access = [](Log& log) { log.Access(Request(log, 200)); };
  EXPECT_EQ(Written(options, access), "");
  EXPECT_EQ(Written(options, access), "");
  const std::string lines = folder.Read("access.log");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_TRUE(lines.ends_with(" path=/v1/models status=200\n")) << lines;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(Log, SaysWhichFileItCannotOpen) {
  const test::TempDir folder;
  const std::string file = folder.Write("file", "") / "access.log";
  const auto log = Log::Open({.access_log = file});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::kConfig);
  EXPECT_EQ(log.error().message.find("access_log: cannot open " + file), 0U);
}

TEST(Log, DiscardsEverythingWhenItIsSilent) {
  testing::internal::CaptureStderr();
  {
    const auto log = Log::Silent();
    log->Use(LogFormat::kText, LogLevel::kDebug);
    EXPECT_FALSE(log->Wants(LogLevel::kError));
    WriteEachLevel(*log);
    log->Announce("a");
    log->Access(log->Fields());
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace agm
