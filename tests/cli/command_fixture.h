#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/context.h"
#include "cli/io.h"
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
  explicit CommandTest(std::string in = {});
  ~CommandTest();
  CommandTest(const CommandTest&) = delete;
  CommandTest& operator=(const CommandTest&) = delete;

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
  int Agm(const std::vector<std::string>& arguments);

  /// The content of stdout as JSON; the test fails if it is not exactly one document.
  Json Document() const;

  Context& context();

  std::string config_file() const;
  void WriteConfig(const std::string& text);
  std::string ReadConfig() const;

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
bool Has(const std::string& text, const std::string& part);

/// True if no line of `text` is wider than `columns`.
bool FitsIn(const std::string& text, std::size_t columns);

}  // namespace agm::cli
