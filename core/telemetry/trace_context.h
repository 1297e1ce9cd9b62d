#pragma once

#include <optional>
#include <string>
#include <string_view>

/// OpenTelemetry: spans and metrics about requests, never their content.
namespace agm::telemetry {

/// The trace that a request belongs to (W3C Trace Context).
struct TraceContext {
  std::string trace_id;  ///< 32 hexadecimal digits; empty: none
  std::string parent;    ///< the caller's span, 16 digits; empty: the trace begins here
  std::string state;     ///< tracestate, passed on as it is
  bool sampled = false;
  std::string call{};  ///< the span of the gateway's upstream call, if upstreams get it; or empty
};

/// Reads the headers traceparent and tracestate. Nothing for a version other than 00, for digits
/// that are not lower-case hexadecimal, and for ids of zeros only. A tracestate of more than 512
/// characters is left out.
std::optional<TraceContext> ReadTraceContext(std::string_view traceparent,
                                             std::string_view tracestate);

/// A new trace without a caller, sampled with that probability.
TraceContext NewTrace(double sample);

/// The value of the header traceparent for a call below the span TraceContext::call.
std::string WriteTraceParent(const TraceContext& trace);

/// 16 random hexadecimal digits.
std::string NewSpanId();

}  // namespace agm::telemetry
