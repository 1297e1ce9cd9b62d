#include "core/telemetry/trace_context.h"

#include <algorithm>

#include "core/base/digest.h"
#include "core/base/random.h"

namespace agm::telemetry {
namespace {

constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanDigits = 16;
constexpr std::size_t kLongestState = 512;
/// "00-TRACE-SPAN-FLAGS"
constexpr std::size_t kLength = 2 + 1 + kTraceDigits + 1 + kSpanDigits + 1 + 2;

bool IsHex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

std::string RandomHex(std::size_t digits) {
  Digest digest;
  digest.Add(RandomId(kTraceDigits));
  return digest.Hex().substr(0, digits);
}

}  // namespace

std::optional<TraceContext> ReadTraceContext(std::string_view traceparent,
                                             std::string_view tracestate) {
  if (traceparent.size() != kLength || !traceparent.starts_with("00-")) return std::nullopt;
  const std::string_view trace = traceparent.substr(3, kTraceDigits);
  const std::string_view span = traceparent.substr(4 + kTraceDigits, kSpanDigits);
  const std::string_view flags = traceparent.substr(kLength - 2);
  const bool dashes =
      traceparent[3 + kTraceDigits] == '-' && traceparent[4 + kTraceDigits + kSpanDigits] == '-';
  if (!dashes || !IsId(trace) || !IsId(span) || !IsHex(flags)) return std::nullopt;
  const char last = flags[1];
  const int low = last <= '9' ? last - '0' : last - 'a' + 10;
  const bool fits = tracestate.size() <= kLongestState;
  return TraceContext{std::string(trace), std::string(span),
                      std::string(fits ? tracestate : std::string_view()), (low & 1) != 0};
}

TraceContext NewTrace(double sample) {
  return {RandomHex(kTraceDigits), {}, {}, RandomFraction() < sample};
}

std::string WriteTraceParent(const TraceContext& trace) {
  return "00-" + trace.trace_id + "-" + trace.call + (trace.sampled ? "-01" : "-00");
}

std::string NewSpanId() { return RandomHex(kSpanDigits); }

}  // namespace agm::telemetry
