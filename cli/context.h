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
#include "core/upstream/transport.h"

namespace agm::cli {

/// What the global options say.
struct Globals {
  std::optional<std::string> config;  ///< --config
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
};

/// Looks an environment variable up; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// What a command may know of the world, made when it is first asked for.
///
///   auto config = context.Config();             // file, environment and defaults; problems are kConfig
///   if (!config) return std::move(config).error();
///   context.io().Print("{}\n", (*config)->accounts.size());
///
/// Thread safety: one thread at a time.
class Context {
 public:
  using MakeTransport = std::function<std::unique_ptr<upstream::Transport>()>;

  /// `io` and `clock` must outlive it.
  Context(Io& io, Clock& clock, Environment environment, MakeTransport make_transport);

  Io& io() const { return io_; }
  Clock& clock() const { return clock_; }
  bool json() const { return globals.json; }

  /// The variable's value; nothing where it is unset or empty.
  std::optional<std::string> Env(const std::string& name) const;

  /// The configuration file that counts, whether it exists or not.
  std::filesystem::path ConfigFile() const;
  /// Where cooldowns, usage and the run file lie.
  Result<std::filesystem::path> StateFolder() const;

  /// The effective settings without a command's own flags. Read once. Warnings go to io.
  Result<std::shared_ptr<const config::Config>> Config() const;

  upstream::Transport& transport() const;

  Globals globals;

 private:
  Io& io_;
  Clock& clock_;
  Environment environment_;
  MakeTransport make_transport_;
  mutable std::shared_ptr<const config::Config> config_;
  mutable std::unique_ptr<upstream::Transport> transport_;
};

}  // namespace agm::cli
