// A schema for the API's JSON Schema fields. The walk copies every keyword as it stands, in its
// order, and turns aside only where the API would refuse or misread:
//
//   definitions -> $defs      $ref siblings -> nothing     other $ref -> the thing itself
//   const -> enum             allOf -> merged              nullable -> type with "null"
//   items: [..] -> prefixItems                             true -> {}, false -> no property

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/json_writer.h"
#include "core/protocol/ascii.h"
#include "core/protocol/schema_node.h"

namespace agm::protocol {
namespace {

constexpr int kMostDepth = 48;

bool IsAny(std::string_view key, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), key) != words.end();
}

class Cleaner {
 public:
  Cleaner(JsonView root, SchemaReport report) : root_(root), scope_(root, report), json_(text_) {}

  SchemaText Run() {
    Schema(root_, FieldPath(), true);
    return {std::move(text_), scope_.TakeNotes()};
  }

 private:
  // `#/$defs/X` and `#/definitions/X` stay references.
  static std::string DefinitionName(std::string_view reference) {
    for (const std::string_view prefix : {"#/$defs/", "#/definitions/"}) {
      if (!reference.starts_with(prefix)) continue;
      const std::string_view name = reference.substr(prefix.size());
      if (name.find('/') == std::string_view::npos) return std::string(name);
    }
    return {};
  }

  void Schema(JsonView schema, const FieldPath& at, bool root = false) {
    const bool deep = depth_ >= kMostDepth || !scope_.Count();
    if (deep) scope_.Note(SchemaFate::kDropped, at, "nested too deeply, or too large");
    if (deep || !schema.is(JsonKind::kObject)) {
      json_.Object().EndObject();
      return;
    }
    if (const JsonView reference = schema["$ref"]; reference && !root) {
      const std::string name = DefinitionName(reference.text());
      if (!name.empty() && scope_.Resolve(reference.text())) {
        return Reference(schema, name, at);
      }
    }
    const std::size_t mark = scope_.mark();
    const SchemaNode node = scope_.Enter(schema);
    if (node.cut) {
      scope_.Note(SchemaFate::kDropped, FieldPath(at, "$ref"),
                  "the reference cannot be followed any further");
    }
    ++depth_;
    Nullable(node, at, root);
    --depth_;
    scope_.Leave(mark);
  }

  void Reference(JsonView schema, const std::string& name, const FieldPath& at) {
    for (const JsonMember member : schema.members()) {
      const std::string key = member.key.text();
      if (key.starts_with('$') || key == "definitions") continue;
      scope_.Note(SchemaFate::kDropped, FieldPath(at, key), "nothing may stand beside $ref");
    }
    json_.Object().Key("$ref").String("#/$defs/" + name).EndObject();
  }

  // {nullable: true} without a plain type: the schema or null.
  void Nullable(const SchemaNode& node, const FieldPath& at, bool root) {
    const bool null = node["nullable"].boolean() || EnumHolds(node, JsonKind::kNull);
    const bool plain = node["type"].is(JsonKind::kString) && !node.Has("enum");
    if (!null || plain || root) return Object(node, at, root, null && plain);
    scope_.Note(SchemaFate::kChanged, FieldPath(at, "nullable"), "anyOf with null");
    json_.Object().Key("anyOf").Array();
    Object(node, at, root, false);
    json_.Object().Key("type").String("null").EndObject().EndArray().EndObject();
  }

  static bool EnumHolds(const SchemaNode& node, JsonKind kind) {
    for (const JsonView value : node["enum"].items()) {
      if (value.is(kind)) return true;
    }
    return false;
  }

  void Object(const SchemaNode& node, const FieldPath& at, bool root, bool null) {
    json_.Object();
    std::set<std::string, std::less<>> seen;
    for (const JsonView source : node.sources) {
      for (const JsonMember member : source.members()) {
        std::string key = member.key.text();
        if (member.value.is(JsonKind::kNull) && key != "default" && key != "const") continue;
        if (!seen.insert(key).second) continue;
        // The last of repeated members counts.
        Keyword(node, key, source.Find(key), FieldPath(at, key), root, null);
      }
    }
    if (root && !node.Has("type") && node.Has("properties")) json_.Key("type").String("object");
    json_.EndObject();
  }

  void Keyword(const SchemaNode& node, std::string_view key, JsonView value, const FieldPath& at,
               bool root, bool null) {
    if (IsAny(key, {"$schema", "$comment", "strict", "example", "examples", "nullable", "allOf",
                    "additionalItems", "$ref"})) {
      return;
    }
    if (key == "definitions" || key == "$defs") {
      if (root) Definitions(node, at);
    } else if (key == "properties") {
      Properties(node, at);
    } else if (key == "required") {
      Required(node);
    } else if (key == "type") {
      Type(node, value, at, null);
    } else if (key == "const") {
      Const(node, value, at);
    } else if (key == "enum") {
      Enum(value, at);
    } else if (key == "items" || key == "prefixItems") {
      Items(node, key, value, at);
    } else if (IsAny(key, {"anyOf", "oneOf"})) {
      List(key, value, at);
    } else if (key == "additionalProperties" && value.is(JsonKind::kObject)) {
      json_.Key(key);
      Schema(value, at);
    } else {
      json_.Key(key).Raw(value.raw());
      scope_.Note(SchemaFate::kKept, at, Enforced(key) ? "" : "may not be enforced");
    }
  }

  static bool Enforced(std::string_view key) {
    return IsAny(key, {"$id", "$anchor", "format", "title", "description", "minItems", "maxItems",
                       "minimum", "maximum", "additionalProperties", "propertyOrdering"});
  }

  // Both spellings together, once.
  void Definitions(const SchemaNode& node, const FieldPath& at) {
    if (std::exchange(definitions_done_, true)) return;
    json_.Key("$defs").Object();
    std::set<std::string> seen;
    for (const JsonView source : node.sources) {
      for (const std::string_view key : {"$defs", "definitions"}) {
        for (const JsonMember member : source[key].members()) {
          const std::string name = member.key.text();
          if (!seen.insert(name).second) continue;
          json_.Key(name);
          Schema(member.value, FieldPath(at, name));
        }
      }
    }
    json_.EndObject();
  }

  static bool IsFalse(JsonView value) { return value.is(JsonKind::kBool) && !value.boolean(); }

  void Properties(const SchemaNode& node, const FieldPath& at) {
    json_.Key("properties").Object();
    std::set<std::string> seen;
    for (const JsonView source : node.sources) {
      for (const JsonMember member : source["properties"].members()) {
        const std::string name = member.key.text();
        const FieldPath inner(at, name);
        if (!seen.insert(name).second) continue;
        if (IsFalse(member.value)) {
          scope_.Note(SchemaFate::kChanged, inner, "no value is allowed: the property is left out");
          continue;
        }
        json_.Key(name);
        Schema(member.value, inner);
      }
    }
    json_.EndObject();
  }

  void Required(const SchemaNode& node) {
    json_.Key("required").Array();
    std::set<std::string> seen;
    for (const JsonView source : node.sources) {
      for (const JsonView name : source["required"].items()) {
        if (!name.is(JsonKind::kString) || !seen.insert(name.text()).second) continue;
        if (!Forbidden(node, name.text())) json_.Raw(name.raw());
      }
    }
    json_.EndArray();
  }

  static bool Forbidden(const SchemaNode& node, const std::string& property) {
    for (const JsonView source : node.sources) {
      if (IsFalse(source["properties"][property])) return true;
    }
    return false;
  }

  void Type(const SchemaNode& node, JsonView value, const FieldPath& at, bool null) {
    scope_.Note(SchemaFate::kKept, at, "");
    if (value.is(JsonKind::kString)) {
      const std::string type = AsciiLower(value.text());
      json_.Key("type");
      if (null && type != "null") {
        json_.Array().String(type).String("null").EndArray();
      } else {
        json_.String(type);
      }
      return;
    }
    // With the null of the enum told by anyOf, the type says the rest.
    const bool drop_null = EnumHolds(node, JsonKind::kNull);
    std::vector<std::string> types;
    for (const JsonView item : value.items()) {
      std::string type = AsciiLower(item.text());
      if (!type.empty() && !(drop_null && type == "null")) types.push_back(std::move(type));
    }
    if (types.empty()) return;
    json_.Key("type");
    if (types.size() == 1) {
      json_.String(types.front());
      return;
    }
    json_.Array();
    for (const std::string& type : types) json_.String(type);
    json_.EndArray();
  }

  void Const(const SchemaNode& node, JsonView value, const FieldPath& at) {
    if (node.Has("enum")) return;
    if (value.is(JsonKind::kString) || value.is(JsonKind::kNumber)) {
      scope_.Note(SchemaFate::kChanged, at, "enum of one value");
      json_.Key("enum").Array().Raw(value.raw()).EndArray();
    } else if (value.is(JsonKind::kNull)) {
      if (!node.Has("type")) json_.Key("type").String("null");
    } else {
      scope_.Note(SchemaFate::kKept, at, "may not be enforced");
      json_.Key("const").Raw(value.raw());
    }
  }

  void Enum(JsonView value, const FieldPath& at) {
    json_.Key("enum").Array();
    for (const JsonView item : value.items()) {
      if (!item.is(JsonKind::kNull)) json_.Raw(item.raw());
    }
    json_.EndArray();
    scope_.Note(SchemaFate::kKept, at, "");
  }

  void Items(const SchemaNode& node, std::string_view key, JsonView value, const FieldPath& at) {
    if (value.is(JsonKind::kArray)) {
      List("prefixItems", value, at);
      if (key == "items" && node["additionalItems"].is(JsonKind::kObject)) {
        json_.Key("items");
        Schema(node["additionalItems"], at);
      }
    } else if (!value.is(JsonKind::kBool)) {
      json_.Key(key);
      Schema(value, at);
    }
  }

  void List(std::string_view key, JsonView value, const FieldPath& at) {
    json_.Key(key).Array();
    std::size_t index = 0;
    for (const JsonView item : value.items()) {
      const FieldPath inner(at, index++);
      if (!IsFalse(item)) Schema(item, inner);
    }
    json_.EndArray();
  }

  JsonView root_;
  SchemaScope scope_;
  std::string text_;
  JsonWriter json_;
  int depth_ = 0;
  bool definitions_done_ = false;
};

}  // namespace

SchemaText CleanSchema(std::string_view schema, SchemaReport report) {
  const auto doc = JsonDoc::Parse(schema);
  if (!doc || !doc->root().is(JsonKind::kObject)) return {};
  return Cleaner(doc->root(), report).Run();
}

}  // namespace agm::protocol
