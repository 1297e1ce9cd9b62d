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

/// The values of the global options.
struct Globals {
  std::optional<std::string> config;  ///< --config
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
};

/// The environment of a command. Its parts are created on first use.
///
///   auto config = context.Config();             // file, environment and defaults
///   if (!config) return std::move(config).error();
///   context.io().Print("{}\n", (*config)->accounts.size());
///
/// Thread safety: one thread at a time.
class Context {
 public:
  using MakeTransport = std::function<std::unique_ptr<http::Transport>()>;

  /// `io` and `clock` must outlive the context.
  Context(Io& io, Clock& clock, config::Environment environment, MakeTransport make_transport);

  Io& io() const { return io_; }
  Clock& clock() const { return clock_; }
  bool json() const { return globals.json; }

  const config::Environment& environment() const { return environment_; }
  /// An environment variable's value; nullopt if it is unset or empty.
  std::optional<std::string> Env(std::string_view name) const;

  /// The location of the configuration file, whether it exists or not.
  config::Location ConfigLocation() const;
  /// The path of the configuration file, for commands that need one: kConfig if no location is
  /// known.
  Result<std::filesystem::path> ConfigFile() const;
  /// The folder with cooldowns, usage and the run file.
  Result<std::filesystem::path> StateFolder() const;

  /// The effective settings without the command's own flags, and their sources. Read only once;
  /// warnings are then printed to io. kConfig names every problem.
  Result<std::shared_ptr<const config::Loaded>> Loaded() const;
  Result<std::shared_ptr<const config::Config>> Config() const;
  /// Like Config, for a command that creates the file: the file that --config names need not exist.
  Result<std::shared_ptr<const config::Config>> ConfigOrNew() const;

  /// Prints the warnings that depend on where the program runs (a key's variable is not set), once
  /// the configuration was read; only commands that show or try accounts do.
  void WarnOfLocalProblems() const;

  http::Transport& transport() const;

  Globals globals;

 private:
  Result<std::shared_ptr<const config::Loaded>> LoadFrom(const config::Location& location) const;

  Io& io_;
  Clock& clock_;
  config::Environment environment_;
  MakeTransport make_transport_;
  mutable std::shared_ptr<const config::Loaded> loaded_;
  mutable std::unique_ptr<http::Transport> transport_;
};

}  // namespace agm::cli
