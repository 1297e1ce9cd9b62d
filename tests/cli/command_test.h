#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/app.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/io.h"
#include "cli/table.h"
#include "core/base/file.h"
#include "tests/cli/fake_gateway.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace agm::cli {

/// Runs a command with buffers: no descriptors, no real time, no network, and an environment with
/// only the test's own folders.
///
///   CommandTest t;
///   auto options = t.Parse<ModelsOptions>(AddModels, {"models", "--upstream"});  // runs nothing
///   EXPECT_TRUE(RunModels(t.context(), {}));                                     // parses nothing
///   EXPECT_EQ(t.Agm({"models"}), 0);                                             // all of it
class CommandTest {
 public:
  explicit CommandTest(std::string in = {}) : io(Io::Buffers(std::move(in))) {
    env["AGM_CONFIG"] = config_file();
    env["AGM_STATE_DIR"] = (folder.path() / "state").string();
  }

  /// The options that a command line results in; nullopt if it was refused (see `code`).
  template <class Options>
  std::optional<Options> Parse(void (*add)(Commands, Run<Options>),
                               const std::vector<std::string>& arguments) {
    App app;
    std::optional<Options> seen;
    add(app.root(), [&](const Context&, const Options& options) -> Result<void> {
      seen = options;
      return {};
    });
    code = app.Run(arguments, context());
    return seen;
  }

  /// Runs the whole program; afterwards the buffers contain the output of this run.
  int Agm(const std::vector<std::string>& arguments) {
    io.out.clear();
    io.err.clear();
    context_.reset();
    App app;
    AddCommands(app.root());
    return code = app.Run(arguments, context());
  }

  /// The content of stdout as JSON; the test fails if it is not exactly one document.
  Json Document() const {
    auto json = ParseJson(io.out);
    EXPECT_TRUE(json) << io.out;
    return json ? *json : Json();
  }

  Context& context() {
    if (!context_) {
      context_.emplace(io, clock, env, [this] { return gateway.Transport(); });
    }
    return *context_;
  }

  std::string config_file() const { return (folder.path() / "config.toml").string(); }
  void WriteConfig(const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(config_file(), text));
  }
  std::string ReadConfig() const { return ReadFile(config_file()).value(); }

  test::TempDir folder;
  test::FakeClock clock;
  FakeGateway gateway;
  Io io;
  config::Environment env;
  int code = 0;

 private:
  std::optional<Context> context_;
};

/// True if `text` contains `part`; for EXPECT_TRUE(Has(...)) << text.
inline bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// True if no line of `text` is wider than `columns`.
inline bool FitsIn(const std::string& text, std::size_t columns) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (DisplayWidth(line) > columns) return false;
  }
  return true;
}

}  // namespace agm::cli
