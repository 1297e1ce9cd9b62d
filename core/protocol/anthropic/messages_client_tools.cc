#include "core/protocol/anthropic/messages_client_tools.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace agm::protocol {
namespace {

/// A tool by the beginning of its type. `name` is used where the client gives none.
struct Known {
  std::string_view prefix;
  std::string_view name;
  std::string_view description;
  std::string_view schema;
};

constexpr std::array kKnown = {
    Known{"bash_", "bash",
          "Runs a command in a bash session that keeps its state. Set restart to start anew.",
          R"({"type":"object","properties":{"command":{"type":"string"},)"
          R"("restart":{"type":"boolean"}}})"},
    Known{"text_editor_", "str_replace_based_edit_tool",
          "Views, creates and edits text files. view_range is the first and the last line; "
          "str_replace replaces old_str, which must occur once; insert puts new_str behind "
          "insert_line.",
          R"({"type":"object","properties":{"command":{"type":"string",)"
          R"("enum":["view","create","str_replace","insert"]},"path":{"type":"string"},)"
          R"("view_range":{"type":"array","items":{"type":"integer"}},)"
          R"("file_text":{"type":"string"},"old_str":{"type":"string"},)"
          R"("new_str":{"type":"string"},"insert_line":{"type":"integer"}},)"
          R"("required":["command","path"]})"},
    Known{"memory_", "memory",
          "Keeps notes in files below /memories: views, creates, edits, deletes and renames them.",
          R"({"type":"object","properties":{"command":{"type":"string",)"
          R"("enum":["view","create","str_replace","insert","delete","rename"]},)"
          R"("path":{"type":"string"},"view_range":{"type":"array","items":{"type":"integer"}},)"
          R"("file_text":{"type":"string"},"old_str":{"type":"string"},)"
          R"("new_str":{"type":"string"},"insert_line":{"type":"integer"},)"
          R"("insert_text":{"type":"string"},"old_path":{"type":"string"},)"
          R"("new_path":{"type":"string"}},"required":["command"]})"},
    Known{"computer_", "computer",
          "Controls the mouse, the keyboard and the screen. coordinate is x and y in pixels.",
          R"({"type":"object","properties":{"action":{"type":"string",)"
          R"("enum":["key","type","mouse_move","left_click","left_click_drag","right_click",)"
          R"("middle_click","double_click","triple_click","left_mouse_down","left_mouse_up",)"
          R"("scroll","hold_key","wait","screenshot","cursor_position","zoom"]},)"
          R"("coordinate":{"type":"array","items":{"type":"integer"}},)"
          R"("start_coordinate":{"type":"array","items":{"type":"integer"}},)"
          R"("region":{"type":"array","items":{"type":"integer"}},)"
          R"("text":{"type":"string"},"duration":{"type":"number"},)"
          R"("scroll_direction":{"type":"string","enum":["up","down","left","right"]},)"
          R"("scroll_amount":{"type":"integer"}},"required":["action"]})"},
};

// The first editors had another name, and could take an edit back.
constexpr std::string_view kOldEditor =
    R"({"type":"object","properties":{"command":{"type":"string",)"
    R"("enum":["view","create","str_replace","insert","undo_edit"]},"path":{"type":"string"},)"
    R"("view_range":{"type":"array","items":{"type":"integer"}},)"
    R"("file_text":{"type":"string"},"old_str":{"type":"string"},)"
    R"("new_str":{"type":"string"},"insert_line":{"type":"integer"}},)"
    R"("required":["command","path"]})";

bool IsOldEditor(std::string_view type) {
  return type == "text_editor_20241022" || type == "text_editor_20250124";
}

}  // namespace

std::optional<chat::Tool> ClientTool(std::string_view type, JsonView spec) {
  for (const Known& known : kKnown) {
    const bool dated = type.starts_with(known.prefix) && type.size() > known.prefix.size() &&
                       type[known.prefix.size()] >= '0' && type[known.prefix.size()] <= '9';
    if (!dated) continue;
    chat::Tool tool;
    tool.name = spec["name"].text();
    tool.description = known.description;
    tool.parameters = IsOldEditor(type) ? kOldEditor : known.schema;
    if (tool.name.empty()) tool.name = IsOldEditor(type) ? "str_replace_editor" : known.name;
    const auto width = spec["display_width_px"].integer();
    const auto height = spec["display_height_px"].integer();
    if (width && height) {
      tool.description += fmt::format(" The screen has {} by {} pixels.", *width, *height);
    }
    return tool;
  }
  return std::nullopt;
}

}  // namespace agm::protocol
