#include "core/telemetry/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::telemetry {
namespace {

constexpr std::string_view kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view kSpan = "b7ad6b7169203331";

std::string Header(std::string_view version, std::string_view trace, std::string_view span,
                   std::string_view flags) {
  std::string header(version);
  for (const std::string_view part : {trace, span, flags}) header += "-" + std::string(part);
  return header;
}

TEST(TraceContext, ContinuesAValidTrace) {
  const auto read = ReadTraceContext(Header("00", kTrace, kSpan, "01"), "vendor=1");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->trace_id, kTrace);
  EXPECT_EQ(read->parent, kSpan);
  EXPECT_EQ(read->state, "vendor=1");
  EXPECT_TRUE(read->sampled);
  EXPECT_FALSE(ReadTraceContext(Header("00", kTrace, kSpan, "00"), "")->sampled);
  EXPECT_TRUE(ReadTraceContext(Header("00", kTrace, kSpan, "ff"), "")->sampled);
  EXPECT_TRUE(ReadTraceContext(Header("00", kTrace, kSpan, "09"), "")->sampled);
}

TEST(TraceContext, IgnoresWhatTheSpecificationForbids) {
  const std::string zeros(32, '0');
  for (const std::string& header :
       {Header("01", kTrace, kSpan, "01"), Header("ff", kTrace, kSpan, "01"),
        Header("00", zeros, kSpan, "01"), Header("00", kTrace, zeros.substr(16), "01"),
        Header("00", "0AF7651916CD43DD8448EB211C80319C", kSpan, "01"),
        Header("00", kTrace, kSpan, "0g"), Header("00", kTrace, kSpan, "01") + "-more",
        Header("00", kTrace, kSpan, "1"), Header("00", kTrace.substr(1), kSpan, "01"),
        "00-" + std::string(kTrace) + "_" + std::string(kSpan) + "-01",
        "00-" + std::string(kTrace) + "-" + std::string(kSpan) + "_01", std::string(),
        std::string(55, '-')}) {
    EXPECT_FALSE(ReadTraceContext(header, "")) << header;
  }
}

TEST(TraceContext, LeavesOutAStateThatIsTooLong) {
  const std::string header = Header("00", kTrace, kSpan, "01");
  EXPECT_EQ(ReadTraceContext(header, std::string(512, 'a'))->state.size(), 512U);
  EXPECT_EQ(ReadTraceContext(header, std::string(513, 'a'))->state, "");
}

TEST(TraceContext, NewOnesAreValidAndSampledByTheirShare) {
  const TraceContext always = NewTrace(1);
  EXPECT_TRUE(always.sampled);
  EXPECT_FALSE(NewTrace(0).sampled);
  EXPECT_NE(always.trace_id, NewTrace(1).trace_id);
  EXPECT_TRUE(ReadTraceContext(Header("00", always.trace_id, NewSpanId(), "01"), ""));
}

}  // namespace
}  // namespace agm::telemetry
