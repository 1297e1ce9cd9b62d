#pragma once

#include <string>

/// Ready files for the operator's monitoring, over the metrics of GET /metrics.
namespace agm::cli {

/// Alert rules for Prometheus, as YAML.
std::string AlertRules();

/// A dashboard for Grafana 10 or later, as JSON; it asks for its data source when it is imported.
std::string Dashboard();

}  // namespace agm::cli
