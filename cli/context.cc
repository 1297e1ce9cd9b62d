#include "cli/context.h"

#include <utility>

namespace agm::cli {

Context::Context(Io& io, Clock& clock, config::Environment environment,
                 MakeTransport make_transport)
    : io_(io),
      clock_(clock),
      environment_(std::move(environment)),
      make_transport_(std::move(make_transport)) {}

std::optional<std::string> Context::Env(std::string_view name) const {
  const std::string_view value = config::Get(environment_, name);
  return value.empty() ? std::nullopt : std::optional<std::string>(value);
}

config::Location Context::ConfigLocation() const {
  return config::FindConfig(globals.config.value_or(""), environment_);
}

Result<std::filesystem::path> Context::ConfigFile() const {
  const config::Location location = ConfigLocation();
  if (!location.path.empty()) return location.path;
  return Fail(ErrorCode::kConfig,
              "the configuration's location is unknown: neither AGM_CONFIG, XDG_CONFIG_HOME nor "
              "HOME is set; give --config FILE");
}

Result<std::filesystem::path> Context::StateFolder() const {
  return config::StateDir(environment_);
}

Result<std::shared_ptr<const config::Loaded>> Context::LoadFrom(
    const config::Location& location) const {
  if (loaded_) return loaded_;
  auto loaded = config::Load(location, environment_);
  if (!loaded) return std::move(loaded).error();
  for (const config::Problem& warning : loaded->warnings) {
    if (!io_.quiet && !warning.local) io_.Err(warning.Text() + "\n");
  }
  loaded_ = std::make_shared<const config::Loaded>(std::move(*loaded));
  return loaded_;
}

Result<std::shared_ptr<const config::Loaded>> Context::Loaded() const {
  return LoadFrom(ConfigLocation());
}

Result<std::shared_ptr<const config::Config>> Context::Config() const {
  auto loaded = Loaded();
  if (!loaded) return std::move(loaded).error();
  return std::shared_ptr<const config::Config>(*loaded, &(*loaded)->config);
}

Result<std::shared_ptr<const config::Config>> Context::ConfigOrNew() const {
  config::Location location = ConfigLocation();
  location.found_by = config::FoundBy::kDefault;
  auto loaded = LoadFrom(location);
  if (!loaded) return std::move(loaded).error();
  return std::shared_ptr<const config::Config>(*loaded, &(*loaded)->config);
}

void Context::WarnOfLocalProblems() const {
  if (!loaded_ || io_.quiet) return;
  for (const config::Problem& warning : loaded_->warnings) {
    if (warning.local) io_.Err(warning.Text() + "\n");
  }
}

http::Transport& Context::transport() const {
  if (!transport_) transport_ = make_transport_();
  return *transport_;
}

}  // namespace agm::cli
