#include "cli/config_command.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/config_set_command.h"
#include "core/config/edit.h"
#include "core/config/load.h"
#include "core/http/server/tls_identity.h"

namespace agm::cli {
namespace {

namespace fs = std::filesystem;

std::string_view FoundByName(config::FoundBy found_by) {
  switch (found_by) {
    case config::FoundBy::kFlag:
      return "--config";
    case config::FoundBy::kEnvironment:
      return "AGM_CONFIG";
    case config::FoundBy::kDefault:
      return "default";
  }
  return "";
}

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool IsError(const config::Problem& problem) {
  return problem.severity == config::Severity::kError;
}

Json ToJson(const config::Problem& problem) {
  Json json = {{"severity", IsError(problem) ? "error" : "warning"}, {"file", problem.file}};
  if (problem.at.line > 0) {
    json["line"] = problem.at.line;
    json["column"] = problem.at.column;
  }
  json["message"] = problem.message;
  return json;
}

std::string Count(std::size_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

/// Why the gateway could not write the access log; empty if it can.
std::string AccessLogFault(const std::string& name) {
  if (name.empty()) return {};
  std::error_code ignored;
  fs::path at = name;
  if (fs::is_directory(at, ignored)) return fmt::format("access_log: {} is a folder", name);
  while (!fs::exists(at, ignored) && at.has_relative_path()) at = at.parent_path();
  if (at != fs::path(name) && !fs::is_directory(at, ignored)) {
    return fmt::format("access_log: {} is not a folder", at.string());
  }
  if (::access(at.c_str(), W_OK) == 0) return {};
  return fmt::format("access_log: {} cannot be written", at.string());
}

/// Why the certificate and key that the settings name are of no use; empty if they are good.
std::string TlsFault(const config::Tls& tls) {
  if (!tls.enabled()) return {};
  const auto identity = http::TlsIdentity::Load({tls.certificate, tls.key});
  return identity ? std::string() : identity.error().message;
}

/// As config::CheckFile, with the files that the settings name and that only `serve` opens.
config::Checked CheckAll(const config::Location& location, const Context& context) {
  config::Checked checked = config::CheckFile(location, context.environment(), {});
  if (!checked.loaded) return checked;
  const config::Proxy& proxy = checked.loaded->config.proxy;
  bool good = true;
  for (std::string fault : {TlsFault(proxy.tls), AccessLogFault(proxy.access_log)}) {
    if (fault.empty()) continue;
    good = false;
    checked.problems.push_back(
        {config::Severity::kError, location.path.string(), {}, std::move(fault)});
  }
  if (!good) checked.loaded.reset();
  return checked;
}

void PrintProblems(const Context& context, const std::string& file, bool good,
                   const std::vector<config::Problem>& problems) {
  if (context.json()) {
    Json list = Json::array();
    for (const auto& problem : problems) list.push_back(ToJson(problem));
    context.io().PrintJson({{"file", file}, {"good", good}, {"problems", std::move(list)}});
    return;
  }
  for (const auto& problem : problems) {
    const Colour colour = IsError(problem) ? Colour::kRed : Colour::kYellow;
    context.io().Print("{}\n", context.io().Paint(problem.Text(), colour));
  }
}

}  // namespace

void AddConfigInit(Commands at, Run<ConfigInitOptions> run) {
  at.Command("init", "Write a commented configuration file", std::make_shared<ConfigInitOptions>(),
             std::move(run))
      .Footer(Examples({{"Start with every setting explained", "agm config init"},
                        {"Write it elsewhere", "agm --config ./agm.toml config init"}}));
}

void AddConfigPath(Commands at, Run<ConfigPathOptions> run) {
  at.Command("path", "Print the path of the configuration file",
             std::make_shared<ConfigPathOptions>(), std::move(run))
      .Footer(Examples({{"Edit it by hand", "$EDITOR \"$(agm config path)\""}}));
}

void AddConfigCheck(Commands at, Run<ConfigCheckOptions> run) {
  auto options = std::make_shared<ConfigCheckOptions>();
  CommandHandle command =
      at.Command("check", "Look for mistakes in a configuration file", options, std::move(run));
  command.Option("FILE", options->file, "The file, instead of the one that would be read")
      .Type("FILE");
  command.Footer(Examples({{"See every problem with its line and column", "agm config check"},
                           {"Try a file before it is put in place", "agm config check new.toml"}}));
}

void AddConfig(Commands at) {
  Commands config = at.Group("config", "Write, find, show and check the configuration");
  config.Footer(
      Examples({{"See what is in effect, and where it comes from", "agm config show --origin"},
                {"See every problem with its line and column", "agm config check"}}));
  AddConfigInit(config);
  AddConfigPath(config);
  AddConfigShow(config);
  AddConfigGet(config);
  AddConfigSet(config);
  AddConfigEdit(config);
  AddConfigCheck(config);
  AddConfigSchema(config);
}

Result<void> RunConfigInit(const Context& context, const ConfigInitOptions&) {
  const auto path = context.ConfigFile();
  if (!path) return path.error();
  if (auto written = config::InitFile(*path); !written) return written;
  if (context.json()) {
    context.io().PrintJson({{"path", path->string()}, {"created", true}});
  } else {
    context.io().Say("Wrote {}.", path->string());
    context.io().Next("agm accounts add");
  }
  return {};
}

Result<void> RunConfigPath(const Context& context, const ConfigPathOptions&) {
  const auto path = context.ConfigFile();
  if (!path) return path.error();
  if (context.json()) {
    context.io().PrintJson({{"path", path->string()},
                            {"exists", Exists(*path)},
                            {"found_by", FoundByName(context.ConfigLocation().found_by)}});
    return {};
  }
  context.io().Print("{}\n", path->string());
  if (!Exists(*path)) context.io().Say("There is no such file yet; agm config init writes one.");
  return {};
}

Result<void> RunConfigCheck(const Context& context, const ConfigCheckOptions& options) {
  const config::Location location = options.file.empty()
                                        ? context.ConfigLocation()
                                        : config::FindConfig(options.file, context.environment());
  const config::Checked checked = CheckAll(location, context);
  const std::string file = location.path.string();
  const bool good = checked.loaded.has_value();
  PrintProblems(context, file, good, checked.problems);
  const auto errors = static_cast<std::size_t>(std::ranges::count_if(checked.problems, IsError));
  const std::size_t warnings = checked.problems.size() - errors;
  if (!good) {
    return Fail(
        ErrorCode::kConfig,
        "{} and {}: mend the lines above; until then a running server keeps its old settings",
        Count(errors, "error"), Count(warnings, "warning"));
  }
  if (context.json()) return {};
  if (!checked.loaded->found) {
    context.io().Say("There is no {}, so the defaults hold; agm config init writes it.",
                     file.empty() ? "configuration file" : file);
  } else {
    context.io().Say("{} is good{}.", file,
                     warnings == 0 ? "" : ", with " + Count(warnings, "warning"));
  }
  return {};
}

}  // namespace agm::cli
