#include "cli/clients/key_edit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/clients/json_edit.h"
#include "cli/clients/toml_edit.h"
#include "core/config/toml_text.h"

namespace agm::cli {
namespace {

/// True if both mean the same: the members of an object may have any order.
bool SameValue(const Json& a, const Json& b) {
  if (a.is_array() && b.is_array()) return std::ranges::equal(a, b, SameValue);
  if (!a.is_object() || !b.is_object()) return a == b;
  return a.size() == b.size() && std::ranges::all_of(a.items(), [&](const auto& member) {
           const auto other = b.find(member.key());
           return other != b.end() && SameValue(member.value(), *other);
         });
}

/// The value's place on its line of a NAME=VALUE file, and the line's.
struct Assignment {
  std::size_t line = 0;
  std::size_t value = 0;
  std::size_t end = 0;  ///< of the value, before the line's end
};

std::optional<Assignment> FindAssignment(std::string_view text, std::string_view name) {
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = std::min(text.find('\n', line), text.size());
    std::size_t at = text.find_first_not_of(" \t", line);
    constexpr std::string_view kExport = "export ";
    if (at != std::string_view::npos && text.substr(at).starts_with(kExport)) at += kExport.size();
    if (at < end && text.substr(at).starts_with(name) && text.substr(at + name.size(), 1) == "=") {
      const bool crlf = end > line && text[end - 1] == '\r';
      return Assignment{line, at + name.size() + 1, end - (crlf ? 1 : 0)};
    }
    line = end + 1;
  }
  return std::nullopt;
}

std::string SetEnv(std::string_view text, const std::string& name, std::string_view raw) {
  std::string edited(text);
  if (const auto found = FindAssignment(text, name)) {
    return edited.replace(found->value, found->end - found->value, raw);
  }
  if (!edited.empty() && edited.back() != '\n') edited += '\n';
  return edited + name + "=" + std::string(raw) + "\n";
}

std::string RemoveEnv(std::string_view text, const std::string& name) {
  std::string edited(text);
  const auto found = FindAssignment(text, name);
  if (!found) return edited;
  const std::size_t end = edited.find('\n', found->end);
  return edited.erase(found->line, end == std::string::npos ? end : end + 1 - found->line);
}

Result<std::string> RemoveJson(std::string_view text, KeyPath path, std::size_t keep) {
  auto edit = JsonEdit::Open(text);
  if (!edit) return std::move(edit).error();
  std::string edited = edit->Remove(path);
  for (path.pop_back(); path.size() > keep; path.pop_back()) {
    edit = JsonEdit::Open(edited);
    if (!edit || !edit->IsEmptyObject(path)) break;
    edited = edit->Remove(path);
  }
  return edited;
}

}  // namespace

std::string PathText(const KeyPath& path) { return fmt::format("{}", fmt::join(path, ".")); }

Result<std::optional<std::string>> ReadKey(Format format, std::string_view text,
                                           const KeyPath& path) {
  switch (format) {
    case Format::kJson: {
      const auto edit = JsonEdit::Open(text);
      if (!edit) return edit.error();
      return edit->Read(path);
    }
    case Format::kToml:
      return ReadToml(text, path);
    case Format::kEnv: {
      const auto found = FindAssignment(text, path.back());
      if (!found) return std::optional<std::string>();
      return std::optional(std::string(text.substr(found->value, found->end - found->value)));
    }
  }
  return std::optional<std::string>();
}

Result<std::string> SetKey(Format format, std::string_view text, const KeyPath& path,
                           std::string_view raw) {
  switch (format) {
    case Format::kJson: {
      const auto edit = JsonEdit::Open(text);
      if (!edit) return edit.error();
      return edit->Set(path, raw);
    }
    case Format::kToml:
      return SetToml(text, path, raw);
    case Format::kEnv:
      return SetEnv(text, path.back(), raw);
  }
  return std::string(text);
}

Result<std::string> RemoveKey(Format format, std::string_view text, const KeyPath& path,
                              std::size_t keep) {
  switch (format) {
    case Format::kJson:
      return RemoveJson(text, path, keep);
    case Format::kToml:
      return RemoveToml(text, path, keep);
    case Format::kEnv:
      return RemoveEnv(text, path.back());
  }
  return std::string(text);
}

std::size_t KnownTables(Format format, std::string_view text, const KeyPath& path) {
  if (format == Format::kToml) return TomlTables(text, path);
  if (format == Format::kEnv) return 0;
  const auto edit = JsonEdit::Open(text);
  return edit ? edit->Tables(path) : 0;
}

std::string WriteRaw(Format format, const Json& value) {
  if (format == Format::kJson) return DumpJson(value, 2);
  if (!value.is_string()) return DumpJson(value);
  const auto text = value.get<std::string>();
  return format == Format::kToml ? config::Quoted(text) : text;
}

bool SameRaw(Format format, std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (format != Format::kJson) return false;
  const auto left = ParseJson(a);
  const auto right = ParseJson(b);
  return left && right && SameValue(*left, *right);
}

}  // namespace agm::cli
