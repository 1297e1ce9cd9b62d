#pragma once

#include <string_view>
#include <vector>

#include "core/config/config.h"
#include "core/config/document.h"
#include "core/config/paths.h"
#include "core/config/scalars.h"

namespace agm::config {

/// The context for reading the file's top-level tables.
struct Reading {
  Findings& found;
  std::filesystem::path folder;
  const Environment& environment;

  Scope In(std::string name) const {
    return {found, std::move(name), folder, std::string(Get(environment, "HOME"))};
  }
};

/// Reads [proxy] and its child tables; returns the names of the settings that the file contains.
std::vector<std::string_view> ReadProxy(const Value& table, const Reading& reading, Proxy& proxy);
/// Reads [proxy.custom_mapping].
std::vector<MappingRule> ReadMapping(const Value& table, const Reading& reading);
/// Reads [log]; returns the names of the settings that were there.
std::vector<std::string_view> ReadLog(const Value& table, const Reading& reading, LogSettings& log);
/// Reads [telemetry] and its file of headers; returns the names of the settings that were there.
std::vector<std::string_view> ReadTelemetry(const Value& table, const Reading& reading,
                                            TelemetrySettings& telemetry);
/// Fills what [telemetry] left open from OpenTelemetry's standard variables.
void ReadTelemetryVariables(const Environment& environment, TelemetrySettings& telemetry);
/// Reads [cluster]; returns the names of the settings that were there.
std::vector<std::string_view> ReadCluster(const Value& table, const Reading& reading,
                                          ClusterSettings& cluster);
/// Reads [prices]: the rows of prices.models, and those of the file that prices.file names.
std::vector<OwnPrice> ReadPrices(const Value& table, const Reading& reading);
/// Reads [[accounts]] and resolves their credentials.
std::vector<Account> ReadAccounts(const Value& list, const Reading& reading);

/// Reads [[keys]].
std::vector<ClientKey> ReadClientKeys(const Value& list, const Reading& reading);

}  // namespace agm::config
