#include "cli/context.h"

#include <utility>

namespace agm::cli {
namespace fs = std::filesystem;

Context::Context(Io& io, Clock& clock, Environment environment, MakeTransport make_transport)
    : io_(io),
      clock_(clock),
      environment_(std::move(environment)),
      make_transport_(std::move(make_transport)) {}

std::optional<std::string> Context::Env(const std::string& name) const {
  auto value = environment_(name);
  return value && !value->empty() ? value : std::nullopt;
}

fs::path Context::ConfigFile() const {
  if (globals.config) return *globals.config;
  if (auto file = Env("AGM_CONFIG")) return *file;
  if (auto folder = Env("XDG_CONFIG_HOME")) return fs::path(*folder) / "agm" / "config.toml";
  return fs::path(Env("HOME").value_or("/")) / ".config" / "agm" / "config.toml";
}

Result<fs::path> Context::StateFolder() const {
  if (auto folder = Env("AGM_STATE_DIR")) return fs::path(*folder);
  if (auto folder = Env("XDG_STATE_HOME")) return fs::path(*folder) / "agm";
  if (auto home = Env("HOME")) return fs::path(*home) / ".local" / "state" / "agm";
  return Fail(ErrorCode::kConfig, "no folder for state: set AGM_STATE_DIR or HOME");
}

Result<std::shared_ptr<const config::Config>> Context::Config() const {
  if (!config_) config_ = std::make_shared<const config::Config>();  // until core/config loads
  return config_;
}

upstream::Transport& Context::transport() const {
  if (!transport_) transport_ = make_transport_();
  return *transport_;
}

}  // namespace agm::cli
