#include "core/config/settings_tables.h"

namespace agm::config {
namespace {

template <class S>
std::vector<SettingText> Texts(std::span<const Setting<S>> settings) {
  const S defaults;
  std::vector<SettingText> texts;
  for (const Setting<S>& setting : settings) {
    texts.push_back(
        {setting.name, setting.type, setting.words, setting.show(defaults), setting.doc});
  }
  return texts;
}

std::vector<SettingsTable> MakeTables() {
  return {
      {"[proxy]", "How the gateway listens and works.", Texts(ProxySettings())},
      {"[proxy.tls]",
       "Present: the gateway speaks TLS (1.2 or 1.3) instead of plain HTTP.\n"
       "Both files are read when the gateway starts and when it reloads: after a certificate was "
       "renewed, send SIGHUP. New connections get the new one; where it is of no use, the old one "
       "stays and the log says why.",
       Texts(TlsSettings())},
      {"[log]", "What the gateway tells its operator.", Texts(LogTableSettings())},
      {"[telemetry]",
       "Sends traces and metrics to an OpenTelemetry collector; never any content.\n"
       "The standard variables OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, "
       "OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER_ARG and "
       "OTEL_SDK_DISABLED count too; the file wins.",
       Texts(TelemetryTableSettings())},
      {"[cluster]",
       "More than one machine: the nodes share their state on a Valkey or Redis server.\n"
       "Each node has the same accounts and keys in its file. man/cluster.md describes the set-up. "
       "A change takes effect after a restart.",
       Texts(ClusterTableSettings())},
      {"[[prices.models]]",
       "The list price of a model, in US dollars per million tokens; it takes precedence over the "
       "built-in price (agm models --prices).\n"
       "prices.file names another file with such rows as [[models]].",
       Texts(PriceSettings())},
      {"[proxy.custom_mapping]",
       "Maps model names that clients ask for to models of the upstream, before the built-in "
       "names.\n"
       "A key is an exact name or a pattern with *; an exact name beats a pattern, and of patterns "
       "the one with the most literal characters.\n"
       "A value is a name or a list of names that are tried in turn.",
       {}},
      {"[[accounts]]", "One account of the pool; there may be any number.",
       Texts(AccountSettings())},
      {"[[keys]]",
       "A client key with limits; there may be any number. `agm keys add` makes one.\n"
       "The file holds only a digest of its secret part.\n"
       "proxy.api_key and proxy.api_keys have all scopes and no limits.",
       Texts(KeySettings())},
  };
}

}  // namespace

std::span<const SettingsTable> SettingsTables() {
  static const std::vector<SettingsTable> tables = MakeTables();
  return tables;
}

std::string_view Name(SettingType type) {
  switch (type) {
    case SettingType::kBool:
      return "true or false";
    case SettingType::kNumber:
    case SettingType::kDecimal:
      return "number";
    case SettingType::kSeconds:
      return "seconds";
    case SettingType::kSize:
      return "size";
    case SettingType::kText:
      return "text";
    case SettingType::kAddress:
      return "address";
    case SettingType::kFile:
      return "file";
    case SettingType::kTexts:
      return "list of texts";
    case SettingType::kTables:
      return "list of tables";
    case SettingType::kDate:
      return "date";
    case SettingType::kAllowance:
      return "table of day and month";
  }
  return {};
}

}  // namespace agm::config
