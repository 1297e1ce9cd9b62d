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

// Keywords whose members are schemas under names that their author chose.
bool NamesSchemas(JsonView keyword) {
  return keyword.equals("properties") || keyword.equals("patternProperties") ||
         keyword.equals("$defs") || keyword.equals("definitions");
}

}  // namespace

JsonView SchemaNode::operator[](std::string_view key) const {
  for (const JsonView source : sources) {
    if (const JsonView value = source[key]) return value;
  }
  return {};
}

JsonView SchemaNode::Find(std::string_view key) const {
  for (const JsonView source : sources) {
    if (const JsonView value = source.Find(key)) return value;
  }
  return {};
}

std::vector<JsonView> SchemaNode::All(std::string_view key) const {
  std::vector<JsonView> values;
  values.reserve(sources.size());
  for (const JsonView source : sources) values.push_back(source[key]);
  return values;
}

std::string DefinitionName(std::string_view reference) {
  for (const std::string_view prefix : {"#/$defs/", "#/definitions/"}) {
    if (!reference.starts_with(prefix)) continue;
    const std::string_view name = reference.substr(prefix.size());
    if (name.find('/') == std::string_view::npos) return Step(name);
  }
  return {};
}

JsonView SchemaScope::Resolve(JsonView reference) {
  const JsonView found = Follow(reference.text());
  return found ? found : FindNested(reference);
}

bool SchemaScope::DefinesAtRoot(std::string_view name) {
  if (!root_names_) {
    root_names_.emplace();
    for (const std::string_view key : {"$defs", "definitions"}) {
      for (const JsonMember member : root_[key].members()) {
        if (!member.value.is(JsonKind::kNull)) root_names_->insert(member.key.text());
      }
    }
  }
  return root_names_->contains(name);
}

JsonView SchemaScope::Follow(std::string_view pointer) {
  if (!pointer.starts_with('#')) return {};
  pointer.remove_prefix(1);
  JsonView at = root_;
  while (!pointer.empty() && at) {
    if (!pointer.starts_with('/')) return {};
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    work_ += at.size();
    at = Child(at, Step(pointer.substr(0, end)));
    pointer.remove_prefix(end);
  }
  return at;
}

// Of the schemas that define the name, the innermost around the reference; else the first.
JsonView SchemaScope::FindNested(JsonView reference) {
  const std::string name = DefinitionName(reference.text());
  if (name.empty()) return {};
  if (!holders_) FindDefinitions(root_);
  work_ += holders_->size();
  JsonView found;
  for (const JsonView holder : *holders_) {
    const JsonView own = holder["$defs"][name];
    const JsonView definition = own ? own : holder["definitions"][name];
    const std::string_view text = holder.raw();
    const char* place = reference.raw().data();
    const bool around = place >= text.data() && place < text.data() + text.size();
    if (definition && (around || !found)) found = definition;
  }
  return found;
}

void SchemaScope::FindDefinitions(JsonView schema) {
  if (!holders_) holders_.emplace();
  if (schema["$defs"].is(JsonKind::kObject) || schema["definitions"].is(JsonKind::kObject)) {
    holders_->push_back(schema);
  }
  for (const JsonMember member : schema.members()) {
    if (!Count()) return;
    for (const JsonView item : member.value.items()) FindDefinitions(item);
    if (NamesSchemas(member.key)) {
      for (const JsonMember inner : member.value.members()) FindDefinitions(inner.value);
    } else {
      FindDefinitions(member.value);
    }
  }
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
    const JsonView target = Resolve(reference);
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
  if (!notes_all() && (!loss || notes_.size() >= kMostLosses)) return;
  const std::string path = keyword.empty() ? at.Text() : FieldPath(at, keyword).Text();
  notes_.push_back({fate, path, std::string(keyword), std::string(what)});
}

void SchemaScope::NoteNeedless(const FieldPath& at, std::string_view keyword,
                               std::string_view what) {
  if (notes_all()) Note(SchemaFate::kDropped, at, keyword, what);
}

}  // namespace agm::protocol
