#include "cli/clients/toml_edit.h"

#include <algorithm>

#include "core/config/document.h"
#include "core/config/patches.h"
#include "core/config/toml_text.h"

namespace agm::cli {
namespace {

using config::Member;
using config::Span;
using config::TableForm;
using config::Value;
using config::ValueKind;

Result<Value> Parse(std::string_view text) {
  auto parsed = config::ParseDocument(text);
  if (const auto* error = std::get_if<config::SyntaxError>(&parsed)) {
    return Fail(ErrorCode::kConfig, "it is not valid TOML: line {}: {}", error->at.line,
                error->message);
  }
  return std::get<Value>(std::move(parsed));
}

/// The table that the first `length` names lead to.
const Value* Table(const Value& root, const KeyPath& path, std::size_t length) {
  const Value* at = &root;
  for (std::size_t i = 0; i < length && at != nullptr; ++i) at = at->Find(path[i]);
  return at != nullptr && at->is(ValueKind::kTable) ? at : nullptr;
}

/// True for a member that stands in its table's own lines, not below a header of its own.
bool InPlace(const Member& member) {
  const Value& value = member.value;
  if (value.is(ValueKind::kTable)) return value.form == TableForm::kInline;
  return !value.headers;
}

/// The end of the last member of a table that stands in its own lines; `otherwise` without one.
std::size_t LastMember(const Value& table, std::size_t otherwise) {
  std::size_t end = otherwise;
  for (const Member& member : table.members) {
    if (InPlace(member)) end = std::max(end, member.value.span.end);
  }
  return end;
}

std::string Header(const KeyPath& path) {
  std::string header;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    header += (i == 0 ? "" : ".") + config::WriteKey(path[i]);
  }
  return "[" + header + "]";
}

Result<std::string> AddKey(std::string_view text, const Value& root, const KeyPath& path,
                           const std::string& line) {
  const Value* table = Table(root, path, path.size() - 1);
  config::Patches patches(text);
  if (path.size() == 1) {
    const std::size_t last = LastMember(root, 0);
    if (last == 0) {
      std::string top = line + "\n";
      if (!text.empty() && text.front() != '\n') top += "\n";
      return top + std::string(text);
    }
    patches.InsertLine(last, last, line);
  } else if (table == nullptr || table->form == TableForm::kImplied) {
    patches.AppendSection({Header(path), line});
  } else if (table->form == TableForm::kHeader) {
    patches.InsertLine(LastMember(*table, table->span.end), table->span.begin, line);
  } else {
    return Fail(ErrorCode::kConfig, "{} is written in a way that agm cannot edit",
                PathText({path.begin(), path.end() - 1}));
  }
  return patches.Apply();
}

}  // namespace

std::size_t TomlTables(std::string_view text, const KeyPath& path) {
  const auto root = Parse(text);
  std::size_t known = 0;
  while (root && known + 1 < path.size()) {
    const Value* table = Table(*root, path, known + 1);
    if (table == nullptr || table->form == TableForm::kImplied) break;
    ++known;
  }
  return known;
}

Result<std::optional<std::string>> ReadToml(std::string_view text, const KeyPath& path) {
  const auto root = Parse(text);
  if (!root) return root.error();
  const Value* table = Table(*root, path, path.size() - 1);
  const Value* value = table == nullptr ? nullptr : table->Find(path.back());
  if (value == nullptr) return std::optional<std::string>();
  return std::optional(
      std::string(text.substr(value->span.begin, value->span.end - value->span.begin)));
}

Result<std::string> SetToml(std::string_view text, const KeyPath& path, std::string_view raw) {
  const auto root = Parse(text);
  if (!root) return root.error();
  const Value* table = Table(*root, path, path.size() - 1);
  const Value* value = table == nullptr ? nullptr : table->Find(path.back());
  Result<std::string> edited = std::string();
  if (value != nullptr) {
    config::Patches patches(text);
    patches.Replace(value->span, std::string(raw));
    edited = patches.Apply();
  } else {
    edited = AddKey(text, *root, path, config::WriteKey(path.back()) + " = " + std::string(raw));
  }
  if (!edited) return edited;
  const auto now = ReadToml(*edited, path);
  if (now && *now == std::optional(std::string(raw))) return edited;
  return Fail(ErrorCode::kConfig, "{} is written in a way that agm cannot edit", PathText(path));
}

Result<std::string> RemoveToml(std::string_view text, const KeyPath& path, std::size_t keep) {
  const auto root = Parse(text);
  if (!root) return root.error();
  const Value* table = Table(*root, path, path.size() - 1);
  const Member* member = table == nullptr ? nullptr : table->FindMember(path.back());
  if (member == nullptr) return std::string(text);
  config::Patches patches(text);
  const bool last = std::ranges::count_if(table->members, InPlace) == 1 && keep + 1 < path.size();
  if (last && table->form == TableForm::kHeader) {
    patches.RemoveSection({table->span.begin, member->value.span.end});
  } else {
    patches.RemoveLines({member->key_span.begin, member->value.span.end});
  }
  return patches.Apply();
}

}  // namespace agm::cli
