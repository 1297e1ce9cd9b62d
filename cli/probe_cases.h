#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/gateway_client.h"

namespace agm::cli {

/// One check of a gateway: a request, and a check of its response.
struct ProbeCase {
  std::string_view name;
  std::string_view method;
  std::string_view path;                          ///< "{model}" is replaced by the model
  std::string (*body)(const std::string& model);  ///< nullptr: none
  std::string (*check)(const GatewayAnswer& answer);
};

/// All cases in the order they run.
std::span<const ProbeCase> ProbeCases();

enum class ProbeVerdict { kPassed, kFailed, kSkipped };
std::string_view VerdictName(ProbeVerdict verdict);

/// The result of one case.
struct ProbeOutcome {
  std::string_view name;
  ProbeVerdict verdict = ProbeVerdict::kFailed;
  std::optional<GatewayAnswer> answer;  ///< nullopt if there was no response
  std::string why;                      ///< what is wrong, or why the case was skipped
};

/// Runs one case.
ProbeOutcome RunProbeCase(const Context& context, const Gateway& gateway, const ProbeCase& probe,
                          const std::string& model, Duration timeout);

}  // namespace agm::cli
