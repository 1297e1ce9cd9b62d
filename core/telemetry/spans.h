#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/ledger/entry.h"
#include "core/telemetry/options.h"

namespace agm::telemetry {

/// The spans of one finished request in OTLP's JSON: a SERVER span; below it, if the route calls a
/// model, one CLIENT span over all tries; below that, with Options::tries, one INTERNAL span a try.
std::vector<Json> SpansOf(const ledger::Entry& entry, const Options& options);

/// An attribute in OTLP's JSON. 64-bit numbers are texts there.
Json Attribute(std::string_view name, std::string_view value);
Json Attribute(std::string_view name, std::int64_t value);
Json Attribute(std::string_view name, double value);
Json Attribute(std::string_view name, bool value);

/// gen_ai.operation.name of a route: "chat".
std::string_view OperationOf(std::string_view route);
/// The provider of the account that answered.
std::string ProviderOf(const ledger::Entry& entry, const Options& options);

/// A moment in OTLP's JSON: nanoseconds since 1970 as text.
std::string UnixNano(WallTime at, std::chrono::microseconds later = {});

/// The resource that all spans and metrics are about.
Json ResourceOf(const Options& options);
Json ScopeOf();

}  // namespace agm::telemetry
