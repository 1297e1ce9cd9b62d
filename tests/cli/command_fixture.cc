#include "tests/cli/command_fixture.h"

#include <sstream>
#include <utility>

#include "cli/commands.h"
#include "cli/table.h"
#include "core/base/file.h"

namespace agm::cli {

CommandTest::CommandTest(std::string in) : io(Io::Buffers(std::move(in))) {
  env["AGM_CONFIG"] = config_file();
  env["AGM_STATE_DIR"] = (folder.path() / "state").string();
}
CommandTest::~CommandTest() = default;

int CommandTest::Agm(const std::vector<std::string>& arguments) {
  io.out.clear();
  io.err.clear();
  context_.reset();
  App app;
  AddCommands(app.root());
  return code = app.Run(arguments, context());
}

Json CommandTest::Document() const {
  auto json = ParseJson(io.out);
  EXPECT_TRUE(json) << io.out;
  return json ? *json : Json();
}

Context& CommandTest::context() {
  if (!context_) {
    context_.emplace(io, clock, env, [this] { return gateway.Transport(); });
  }
  return *context_;
}

std::string CommandTest::config_file() const { return (folder.path() / "config.toml").string(); }

void CommandTest::WriteConfig(const std::string& text) {
  ASSERT_TRUE(WriteFileAtomically(config_file(), text));
}

std::string CommandTest::ReadConfig() const { return ReadFile(config_file()).value(); }

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool FitsIn(const std::string& text, std::size_t columns) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (DisplayWidth(line) > columns) return false;
  }
  return true;
}

}  // namespace agm::cli
