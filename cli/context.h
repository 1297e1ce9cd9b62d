#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/io.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/config/load.h"
#include "core/config/paths.h"
#include "core/http/client/transport.h"

namespace agm::cli {

/// What the global options say.
struct Globals {
  std::optional<std::string> config;  ///< --config
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
};

/// What a command may know of the world, made when it is first asked for.
///
///   auto config = context.Config();             // file, environment and defaults; problems are
///   kConfig if (!config) return std::move(config).error(); context.io().Print("{}\n",
///   (*config)->accounts.size());
///
/// Thread safety: one thread at a time.
class Context {
 public:
  using MakeTransport = std::function<std::unique_ptr<upstream::Transport>()>;

  /// `io` and `clock` must outlive it.
  Context(Io& io, Clock& clock, config::Environment environment, MakeTransport make_transport);

  Io& io() const { return io_; }
  Clock& clock() const { return clock_; }
  bool json() const { return globals.json; }

  const config::Environment& environment() const { return environment_; }
  /// The variable's value; nothing where it is unset or empty.
  std::optional<std::string> Env(std::string_view name) const;

  /// Where the configuration file lies, whether it exists or not.
  config::Location ConfigLocation() const;
  /// The same, for those who cannot do without: kConfig where nothing says where it lies.
  Result<std::filesystem::path> ConfigFile() const;
  /// Where cooldowns, usage and the run file lie.
  Result<std::filesystem::path> StateFolder() const;

  /// The effective settings without a command's own flags, and where they come from. Read once;
  /// warnings go to io then. kConfig names every problem.
  Result<std::shared_ptr<const config::Loaded>> Loaded() const;
  Result<std::shared_ptr<const config::Config>> Config() const;
  /// As Config, for a command that creates the file: one that --config names need not exist.
  Result<std::shared_ptr<const config::Config>> ConfigOrNew() const;

  upstream::Transport& transport() const;

  Globals globals;

 private:
  Result<std::shared_ptr<const config::Loaded>> LoadFrom(const config::Location& location) const;

  Io& io_;
  Clock& clock_;
  config::Environment environment_;
  MakeTransport make_transport_;
  mutable std::shared_ptr<const config::Loaded> loaded_;
  mutable std::unique_ptr<upstream::Transport> transport_;
};

}  // namespace agm::cli
