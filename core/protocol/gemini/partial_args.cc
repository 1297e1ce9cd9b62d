#include "core/protocol/gemini/partial_args.h"

#include <algorithm>
#include <charconv>

namespace agm::protocol {
namespace {

constexpr std::size_t kMostSteps = 32;
constexpr std::size_t kMostNodes = 100'000;

/// One step of a path, taken from its front.
struct Step {
  std::string_view name;
  bool index = false;
};

// path := "$" (("." name) | ("[" number "]") | ("['" name "']"))*
bool TakeStep(std::string_view& path, Step& step) {
  const bool bracket = path.front() == '[';
  if (!bracket && path.front() != '.') return false;
  path.remove_prefix(1);
  const std::size_t end =
      std::min(bracket ? path.find(']') : path.find_first_of(".["), path.size());
  step.name = path.substr(0, end);
  path.remove_prefix(bracket && end < path.size() ? end + 1 : end);
  const bool quoted =
      bracket && step.name.size() >= 2 && (step.name.front() == '\'' || step.name.front() == '"');
  if (quoted) step.name = step.name.substr(1, step.name.size() - 2);
  step.index = bracket && !quoted;
  return !step.name.empty();
}

}  // namespace

GeminiPartialArgs::Node* GeminiPartialArgs::Child(Node& parent, std::string_view step, bool index) {
  const Node::Kind kind = index ? Node::Kind::kArray : Node::Kind::kObject;
  if (parent.kind == Node::Kind::kNothing) parent.kind = kind;
  if (parent.kind != kind) return nullptr;
  auto& children = parent.children;
  auto child = children.end();
  if (index) {
    std::size_t at = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), at);
    if (error != std::errc() || end != step.data() + step.size()) return nullptr;
    if (at > children.size()) return nullptr;
    child = children.begin() + static_cast<std::ptrdiff_t>(at);
  } else {
    child = std::find_if(children.begin(), children.end(),
                         [&](const auto& each) { return each.name == step; });
  }
  if (child != children.end()) return &*child;
  if (++nodes_ > kMostNodes) return nullptr;
  Node& fresh = children.emplace_back();
  if (!index) fresh.name = step;
  return &fresh;
}

GeminiPartialArgs::Node* GeminiPartialArgs::At(std::string_view path) {
  if (!path.starts_with('$')) return nullptr;
  path.remove_prefix(1);
  Node* node = &root_;
  for (std::size_t steps = 0; node != nullptr && !path.empty(); ++steps) {
    Step step;
    if (steps == kMostSteps || !TakeStep(path, step)) return nullptr;
    node = Child(*node, step.name, step.index);
  }
  return node;
}

void GeminiPartialArgs::Add(JsonView pieces) {
  for (const JsonView piece : pieces.items()) {
    Node* node = At(piece["jsonPath"].text());
    if (node == nullptr || node == &root_ || !node->children.empty()) continue;
    if (const JsonView text = piece["stringValue"]) {
      node->kind = Node::Kind::kText;
      node->value += text.text();
    } else {
      const JsonView number = piece["numberValue"];
      const JsonView boolean = piece["boolValue"];
      node->kind = Node::Kind::kScalar;
      node->value = number ? number.raw() : boolean ? boolean.raw() : "null";
    }
  }
}

void GeminiPartialArgs::Write(const Node& node, JsonWriter& json) {
  switch (node.kind) {
    case Node::Kind::kNothing:
      json.Null();
      return;
    case Node::Kind::kText:
      json.String(node.value);
      return;
    case Node::Kind::kScalar:
      json.Raw(node.value);
      return;
    case Node::Kind::kObject:
      json.Object();
      for (const Node& child : node.children) Write(child, json.Key(child.name));
      json.EndObject();
      return;
    case Node::Kind::kArray:
      json.Array();
      for (const Node& child : node.children) Write(child, json);
      json.EndArray();
      return;
  }
}

std::string GeminiPartialArgs::Json() const {
  std::string out;
  JsonWriter json(out);
  if (root_.kind == Node::Kind::kObject) {
    Write(root_, json);
  } else {
    json.Object().EndObject();
  }
  return out;
}

}  // namespace agm::protocol
