#include "core/protocol/schema/node.h"

#include <algorithm>
#include <charconv>

namespace agm::protocol {
namespace {

constexpr int kMostAllOf = 64;  // enough for every reasonable schema

// Decodes a step of a JSON pointer: "~1" is '/', "~0" is '~', and URI escapes are decoded too.
std::string Step(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && i + 1 < text.size()) {
      out += text[++i] == '1' ? '/' : '~';
    } else if (text[i] == '%' && i + 2 < text.size()) {
      int code = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16);
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

JsonView Child(JsonView at, const std::string& step) {
  if (at.is(JsonKind::kObject)) return at[step];
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return {};
  for (const JsonView item : at.items()) {
    if (index-- == 0) return item;
  }
  return {};
}

}  // namespace

JsonView SchemaNode::operator[](std::string_view key) const {
  for (const JsonView source : sources) {
    if (const JsonView value = source[key]) return value;
  }
  return {};
}

JsonView SchemaScope::Resolve(std::string_view reference) {
  if (!reference.starts_with('#')) return {};
  reference.remove_prefix(1);
  JsonView at = root_;
  while (!reference.empty() && at) {
    if (!reference.starts_with('/')) return {};
    reference.remove_prefix(1);
    const std::size_t end = std::min(reference.find('/'), reference.size());
    work_ += at.size();
    at = Child(at, Step(reference.substr(0, end)));
    reference.remove_prefix(end);
  }
  return at;
}

SchemaNode SchemaScope::Enter(JsonView schema) {
  SchemaNode node;
  Expand(schema, 0, node);
  return node;
}

void SchemaScope::Expand(JsonView schema, int depth, SchemaNode& node) {
  if (!schema.is(JsonKind::kObject) || depth > kMostAllOf || node.sources.size() > kMostAllOf) {
    return;
  }
  node.sources.push_back(schema);
  work_ += schema.size();
  if (const JsonView reference = schema["$ref"]) {
    const JsonView target = Resolve(reference.text());
    const char* name = target.raw().data();
    const auto turns = std::count(active_.begin(), active_.end(), name);
    if (!target || turns >= kMostTurns) {
      node.cut = true;
    } else {
      active_.push_back(name);
      Expand(target, depth + 1, node);
    }
  }
  for (const JsonView part : schema["allOf"].items()) Expand(part, depth + 1, node);
}

void SchemaScope::Note(SchemaFate fate, const FieldPath& at, std::string_view keyword,
                       std::string_view what) {
  const bool loss = fate == SchemaFate::kDropped || fate == SchemaFate::kHinted;
  if (report_ == SchemaReport::kLosses && (!loss || notes_.size() >= kMostLosses)) return;
  const std::string path = keyword.empty() ? at.Text() : FieldPath(at, keyword).Text();
  notes_.push_back({fate, path, std::string(keyword), std::string(what)});
}

void SchemaScope::NoteNeedless(const FieldPath& at, std::string_view keyword,
                               std::string_view what) {
  if (report_ == SchemaReport::kAll) Note(SchemaFate::kDropped, at, keyword, what);
}

}  // namespace agm::protocol
