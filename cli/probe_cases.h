#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/gateway_client.h"

namespace agm::cli {

/// One thing that a gateway should be able to do: a request, and what its answer must look like.
struct ProbeCase {
  std::string_view name;
  std::string_view method;
  std::string_view path;                          ///< "{model}" stands for the model
  std::string (*body)(const std::string& model);  ///< nullptr: none
  std::string (*check)(const GatewayAnswer& answer);
};

/// All cases, in the order in which they run.
std::span<const ProbeCase> ProbeCases();

enum class ProbeVerdict { kPassed, kFailed, kSkipped };
std::string_view VerdictName(ProbeVerdict verdict);

/// What became of one case.
struct ProbeOutcome {
  std::string_view name;
  ProbeVerdict verdict = ProbeVerdict::kFailed;
  std::optional<GatewayAnswer> answer;  ///< none where there was no answer at all
  std::string why;                      ///< what is wrong, or why it was skipped
};

/// Runs one case.
ProbeOutcome RunProbeCase(const Context& context, const Gateway& gateway, const ProbeCase& probe,
                          const std::string& model, Duration timeout);

}  // namespace agm::cli
