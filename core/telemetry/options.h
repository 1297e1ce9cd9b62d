#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/secret.h"

namespace agm::telemetry {

/// The version of the GenAI conventions whose names are used.
enum class Conventions { kGenAi01, kSemconv136 };

/// The destination and the contents of telemetry.
struct Options {
  std::string endpoint;  ///< of OTLP over HTTP, without /v1/traces; empty: telemetry is off
  std::vector<std::pair<std::string, Secret>> headers;
  std::string service_name = "agm";
  std::vector<std::pair<std::string, std::string>> resource;  ///< further attributes
  double sample = 1.0;  ///< the share of traces that begin here
  bool tries = false;   ///< a span for each try
  Conventions conventions = Conventions::kGenAi01;
  /// The provider's name in the conventions by the account's name: "gcp.gemini", "gcp.vertex_ai".
  std::map<std::string, std::string> providers;
  std::string default_provider;  ///< the same of a request that none of these accounts served
};

}  // namespace agm::telemetry
