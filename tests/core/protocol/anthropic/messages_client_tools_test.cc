#include "core/protocol/anthropic/messages_client_tools.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"

namespace agm::protocol {
namespace {

std::optional<chat::Tool> Tool(std::string_view type, const std::string& spec = "{}") {
  const auto doc = JsonDoc::Parse(spec);
  return ClientTool(type, doc->root());
}

TEST(ClientTools, AreKnownByTheirNameAndADate) {
  for (const char* type : {"bash_20241022", "bash_20250124", "bash_0", "bash_9",
                           "text_editor_20250728", "memory_20250818", "computer_20250124"}) {
    const auto tool = Tool(type);
    ASSERT_TRUE(tool) << type;
    EXPECT_FALSE(tool->name.empty()) << type;
    EXPECT_FALSE(tool->description.empty()) << type;
    EXPECT_TRUE(ParseJson(tool->parameters)) << type;
  }
  for (const char* type : {"", "bash", "bash_", "bash_x", "bash_/1", "bash_:", "bash_code_20250825",
                           "Bash_20250124", "abash_20250124"}) {
    EXPECT_FALSE(Tool(type)) << type;
  }
}

TEST(ClientTools, HaveTheNameThatTheRequestGivesThem) {
  EXPECT_EQ(Tool("bash_20250124")->name, "bash");
  EXPECT_EQ(Tool("bash_20250124", R"({"name":"shell"})")->name, "shell");
  EXPECT_EQ(Tool("text_editor_20241022")->name, "str_replace_editor");
  EXPECT_EQ(Tool("text_editor_20250124")->name, "str_replace_editor");
  EXPECT_EQ(Tool("text_editor_20250728")->name, "str_replace_based_edit_tool");
}

TEST(ClientTools, TakeAnEditBackInTheFirstEditorsOnly) {
  const auto undoes = [](const char* type) {
    return Tool(type)->parameters.find("undo_edit") != std::string::npos;
  };
  EXPECT_TRUE(undoes("text_editor_20241022"));
  EXPECT_TRUE(undoes("text_editor_20250124"));
  EXPECT_FALSE(undoes("text_editor_20250429"));
}

TEST(ClientTools, TellTheSizeOfTheScreen) {
  const auto about = [](const char* spec) { return Tool("computer_20250124", spec)->description; };
  EXPECT_TRUE(about(R"({"display_width_px":1024,"display_height_px":768})")
                  .ends_with(" The screen has 1024 by 768 pixels."));
  const std::string plain = about("{}");
  EXPECT_EQ(about(R"({"display_width_px":1024})"), plain);
  EXPECT_EQ(about(R"({"display_width_px":"wide","display_height_px":768})"), plain);
}

}  // namespace
}  // namespace agm::protocol
