// Converts a JSON Schema to the OpenAPI 3.0 subset of the API's `Schema` message, which refuses
// every unknown key. The converter therefore writes only keys of that message, from the schema's
// meaning and not from its spelling; other keywords become hints in the description, or are
// dropped.

#include <algorithm>
#include <set>

#include "core/base/ascii.h"
#include "core/base/json_writer.h"
#include "core/protocol/schema/lowered.h"
#include "core/protocol/schema/members.h"

namespace agm::protocol {
namespace {

constexpr int kMostDepth = 24;  // the API refuses deeper schemas

bool IsAny(std::string_view key, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), key) != words.end();
}

bool IsFalse(JsonView value) { return value.is(JsonKind::kBool) && !value.boolean(); }

bool IsNullType(JsonView schema) {
  const JsonView type = schema["type"];
  return type.equals("null") || type.equals("NULL") || schema.Find("const").is(JsonKind::kNull);
}

class Lowerer {
 public:
  Lowerer(JsonView root, SchemaReport report) : root_(root), scope_(root, report), json_(text_) {}

  SchemaText Run() {
    Schema(root_, FieldPath(), 0);
    return {std::move(text_), scope_.TakeNotes()};
  }

 private:
  void Schema(JsonView schema, const FieldPath& at, int depth) {
    if (!scope_.Count() || depth > kMostDepth) {
      scope_.Note(SchemaFate::kDropped, at, {}, "nested too deeply, or too large");
      return Simple("STRING", "any JSON value, as text");
    }
    if (!schema.is(JsonKind::kObject)) {
      const std::string_view what = schema.boolean() ? "any JSON value, as text" : "is no schema";
      scope_.Note(schema.boolean() ? SchemaFate::kHinted : SchemaFate::kDropped, at, {}, what);
      return Simple("STRING", "any JSON value, as text");
    }
    const std::size_t mark = scope_.mark();
    const SchemaNode node = scope_.Enter(schema);
    Node(node, at, depth);
    scope_.Leave(mark);
  }

  void Simple(std::string_view type, std::string_view description) {
    json_.Object().Key("type").String(type).Key("description").String(description).EndObject();
  }

  void Node(const SchemaNode& node, const FieldPath& at, int depth) {
    LoweredSchema meaning = Understand(node);
    if (meaning.alternatives.size() == 1) {
      // A choice of one schema or null: that schema, nullable. Its keywords override the outer
      // ones.
      SchemaNode one = node;
      const SchemaNode inner = scope_.Enter(meaning.alternatives.front());
      one.sources = inner.sources;
      one.sources.insert(one.sources.end(), node.sources.begin(), node.sources.end());
      one.cut = one.cut || inner.cut;
      const bool nullable = meaning.nullable;
      meaning = Understand(one, false);
      meaning.nullable = meaning.nullable || nullable;
      return Write(one, meaning, at, depth);
    }
    Write(node, meaning, at, depth);
  }

  static LoweredSchema Understand(const SchemaNode& node, bool alternatives = true) {
    LoweredSchema meaning;
    meaning.nullable = node["nullable"].boolean();
    ReadTypes(node, meaning);
    if (alternatives) ReadAlternatives(node, meaning);
    ReadEnum(node, meaning);
    if (meaning.types.empty() && meaning.alternatives.size() < 2) Infer(node, meaning);
    return meaning;
  }

  static void ReadTypes(const SchemaNode& node, LoweredSchema& meaning) {
    const JsonView type = node["type"];
    const auto add = [&](JsonView word) {
      const std::string name = AsciiUpper(word.text());
      if (name == "NULL") {
        meaning.nullable = true;
      } else if (IsAny(name, {"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"})) {
        meaning.types.push_back(name);
      }
    };
    if (type.is(JsonKind::kString)) add(type);
    for (const JsonView item : type.items()) add(item);
  }

  static void ReadAlternatives(const SchemaNode& node, LoweredSchema& meaning) {
    for (const std::string_view key : {"anyOf", "oneOf"}) {
      for (const JsonView item : node[key].items()) {
        if (IsNullType(item)) {
          meaning.nullable = true;
        } else if (!IsFalse(item)) {
          meaning.alternatives.push_back(item);
        }
      }
    }
  }

  static void ReadEnum(const SchemaNode& node, LoweredSchema& meaning) {
    std::vector<JsonView> values;
    for (const JsonView value : node["enum"].items()) values.push_back(value);
    const JsonView constant = node.Find("const");
    if (values.empty() && constant) values.push_back(constant);
    std::erase_if(values, [&](JsonView value) {
      if (!value.is(JsonKind::kNull)) return false;
      meaning.nullable = true;
      return true;
    });
    if (values.empty()) return;
    const bool strings = std::any_of(values.begin(), values.end(),
                                     [](JsonView value) { return value.is(JsonKind::kString); });
    if (!strings) return HintValues(node, values, meaning);
    meaning.types = {"STRING"};
    for (const JsonView value : values) {
      std::string text = value.is(JsonKind::kString) ? value.text() : std::string(value.raw());
      if (text.empty()) {
        meaning.Hint("enum", "may be empty");
      } else {
        meaning.values.push_back(std::move(text));
      }
    }
  }

  // The API's enums contain only strings; other values become a hint.
  static void HintValues(const SchemaNode& node, const std::vector<JsonView>& values,
                         LoweredSchema& meaning) {
    std::string list;
    for (const JsonView value : values)
      list += (list.empty() ? "" : ", ") + std::string(value.raw());
    meaning.Hint(node["enum"].size() > 0 ? "enum" : "const",
                 (values.size() == 1 ? "always " : "one of ") + list);
    if (!meaning.types.empty()) return;
    meaning.types.push_back(values.front().is(JsonKind::kNumber) ? "NUMBER" : "BOOLEAN");
  }

  static void Infer(const SchemaNode& node, LoweredSchema& meaning) {
    const bool items = node.Has("items") || node.Has("prefixItems");
    if (node.Has("properties") || node.Has("additionalProperties") || (node.cut && !items)) {
      meaning.types.push_back("OBJECT");
    } else if (items) {
      meaning.types.push_back("ARRAY");
    } else if (node.Has("minimum") || node.Has("maximum") || node.Has("multipleOf")) {
      meaning.types.push_back("NUMBER");
    } else {
      meaning.types.push_back("STRING");
      const bool text = node.Has("pattern") || node.Has("format") || node.Has("minLength") ||
                        node.Has("maxLength");
      if (!text) meaning.Hint({}, "any JSON value, as text");
    }
  }

  void Write(const SchemaNode& node, LoweredSchema& meaning, const FieldPath& at, int depth) {
    if (node.cut) meaning.Hint({}, "nested as above");
    HintAtLosses(node, meaning);
    NoteFates(node, meaning, at, scope_);
    json_.Object();
    const bool choice = meaning.Choice(node);
    if (choice || meaning.types.size() > 1) {
      Describe(node, meaning);
      if (meaning.nullable) json_.Key("nullable").Bool(true);
      choice ? AnyOf(meaning, at, depth) : AnyType(node, meaning, at, depth);
    } else {
      const std::string_view type = meaning.Type();
      json_.Key("type").String(type);
      const std::string format = node["format"].text();
      if (meaning.TakesFormat(format)) json_.Key("format").String(format);
      Describe(node, meaning);
      if (meaning.nullable) json_.Key("nullable").Bool(true);
      Body(node, type, meaning, at, depth);
    }
    json_.EndObject();
  }

  void Describe(const SchemaNode& node, const LoweredSchema& meaning) {
    if (const JsonView title = node["title"]; title.is(JsonKind::kString)) {
      json_.Key("title").Raw(title.raw());
    }
    std::string text = node["description"].text();
    if (!meaning.hints.empty()) {
      text += (text.empty() ? "(" : " (") + meaning.hints + ")";
    }
    if (!text.empty()) json_.Key("description").String(text);
  }

  void AnyOf(const LoweredSchema& meaning, const FieldPath& at, int depth) {
    const FieldPath inner(at, "anyOf");
    json_.Key("anyOf").Array();
    std::size_t index = 0;
    for (const JsonView item : meaning.alternatives) {
      Schema(item, FieldPath(inner, index++), depth + 1);
    }
    json_.EndArray();
  }

  void AnyType(const SchemaNode& node, const LoweredSchema& meaning, const FieldPath& at,
               int depth) {
    json_.Key("anyOf").Array();
    LoweredSchema one;
    for (const std::string& type : meaning.types) {
      json_.Object().Key("type").String(type);
      Body(node, type, one, at, depth + 1);
      json_.EndObject();
    }
    json_.EndArray();
  }

  // Writes the keywords that belong to one type.
  void Body(const SchemaNode& node, std::string_view type, const LoweredSchema& meaning,
            const FieldPath& at, int depth) {
    if (type == "STRING") {
      Enum(meaning);
      Numbers(node, {"minLength", "maxLength"});
      if (node["pattern"].is(JsonKind::kString) && meaning.values.empty()) {
        json_.Key("pattern").Raw(node["pattern"].raw());
      }
    } else if (type == "NUMBER" || type == "INTEGER") {
      Bounds(node, type == "INTEGER");
    } else if (type == "ARRAY") {
      Items(node, at, depth);
    } else if (type == "OBJECT") {
      Properties(node, at, depth);
      Numbers(node, {"minProperties", "maxProperties"});
    }
  }

  void Enum(const LoweredSchema& meaning) {
    if (meaning.values.empty()) return;
    json_.Key("enum").Array();
    for (const std::string& value : meaning.values) json_.String(value);
    json_.EndArray();
  }

  void Numbers(const SchemaNode& node, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      if (node[key].is(JsonKind::kNumber)) json_.Key(key).Raw(node[key].raw());
    }
  }

  // An exclusive bound on an integer becomes the neighbouring inclusive bound.
  void Bounds(const SchemaNode& node, bool integer) {
    const auto bound = [&](std::string_view key, std::string_view open, std::int64_t step) {
      const auto limit = node[open].integer();
      if (node[key].is(JsonKind::kNumber)) {
        json_.Key(key).Raw(node[key].raw());
      } else if (integer && limit) {
        json_.Key(key).Int(*limit + step);
      }
    };
    bound("minimum", "exclusiveMinimum", 1);
    bound("maximum", "exclusiveMaximum", -1);
  }

  void Items(const SchemaNode& node, const FieldPath& at, int depth) {
    const FieldPath inner(at, "items");
    const JsonView items = node["items"];
    const JsonView tuple = node["prefixItems"] ? node["prefixItems"] : items;
    json_.Key("items");
    if (tuple.is(JsonKind::kArray) && tuple.size() > 0) return Tuple(tuple, inner, depth);
    if (items.is(JsonKind::kObject)) {
      Schema(items, inner, depth + 1);
    } else {
      json_.Object().Key("type").String("STRING").EndObject();
    }
    Numbers(node, {"minItems", "maxItems"});
  }

  void Tuple(JsonView tuple, const FieldPath& at, int depth) {
    const auto size = static_cast<std::int64_t>(tuple.size());
    if (size == 1) {
      Schema(*tuple.items().begin(), at, depth + 1);
    } else {
      json_.Object().Key("anyOf").Array();
      for (const JsonView item : tuple.items()) Schema(item, at, depth + 2);
      json_.EndArray().EndObject();
    }
    json_.Key("minItems").Int(size).Key("maxItems").Int(size);
  }

  void Properties(const SchemaNode& node, const FieldPath& at, int depth) {
    std::vector<std::string_view> names;
    const FieldPath list(at, "properties");
    const SchemaMembers properties(node.All("properties"));
    for (const SchemaMember& member : properties) {
      const FieldPath inner(list, member.name);
      if (IsFalse(member.value)) {
        scope_.Note(SchemaFate::kChanged, inner, {}, "takes no value: left out");
        continue;
      }
      if (names.empty()) json_.Key("properties").Object();
      names.push_back(member.name);
      json_.Key(member.name);
      Schema(member.value, inner, depth + 1);
    }
    if (names.empty()) return;
    json_.EndObject();
    Required(node, {names.begin(), names.end()});
    json_.Key("propertyOrdering").Array();
    for (const std::string_view name : names) json_.String(name);
    json_.EndArray();
  }

  void Required(const SchemaNode& node, const std::set<std::string_view>& known) {
    std::set<std::string> seen;
    for (const JsonView source : node.sources) {
      for (const JsonView item : source["required"].items()) {
        const std::string name = item.text();
        if (!known.contains(name) || seen.contains(name)) continue;
        if (seen.empty()) json_.Key("required").Array();
        seen.insert(name);
        json_.String(name);
      }
    }
    if (!seen.empty()) json_.EndArray();
  }

  JsonView root_;
  SchemaScope scope_;
  std::string text_;
  JsonWriter json_;
};

}  // namespace

SchemaText LowerSchema(std::string_view schema, SchemaReport report) {
  const auto doc = JsonDoc::Parse(schema);
  if (!doc || !doc->root().is(JsonKind::kObject)) return {};
  return Lowerer(doc->root(), report).Run();
}

}  // namespace agm::protocol
