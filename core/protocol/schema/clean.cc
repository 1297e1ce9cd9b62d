// Converts a schema for the API's JSON Schema fields. It copies every keyword unchanged and in
// order, except for forms that the API refuses or misreads:
//
//   definitions -> $defs      $ref siblings -> removed     other $ref -> its target, inlined
//   const -> enum             allOf -> merged              nullable -> type with "null"
//   items: [..] -> prefixItems                             true -> {}, false -> property removed

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/json_writer.h"
#include "core/protocol/schema/node.h"

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
  void Schema(JsonView schema, const FieldPath& at, bool root = false) {
    const bool deep = depth_ >= kMostDepth || !scope_.Count();
    if (deep) scope_.Note(SchemaFate::kDropped, at, {}, "nested too deeply, or too large");
    if (deep || !schema.is(JsonKind::kObject)) {
      if (!deep && !schema.boolean()) {
        scope_.Note(SchemaFate::kDropped, at, {}, "is no schema: any value is taken");
      }
      json_.Object().EndObject();
      return;
    }
    if (const JsonView reference = schema["$ref"]; reference && !root) {
      // References to the root's definitions stay what they are.
      const std::string name = DefinitionName(reference.text());
      if (!name.empty() && scope_.DefinesAtRoot(name)) return Reference(schema, at);
    }
    const std::size_t mark = scope_.mark();
    const SchemaNode node = scope_.Enter(schema);
    if (node.cut) {
      scope_.Note(SchemaFate::kDropped, at, "$ref", "the reference cannot be followed any further");
    }
    ++depth_;
    Nullable(node, at, root);
    --depth_;
    scope_.Leave(mark);
  }

  void Reference(JsonView schema, const FieldPath& at) {
    for (const JsonMember member : schema.members()) {
      const std::string key = member.key.text();
      if (key == "$ref") {
        scope_.Note(SchemaFate::kKept, at, key);
      } else if (key.starts_with('$') || key == "definitions") {
        scope_.NoteNeedless(at, key, "nothing may stand beside $ref");
      } else {
        scope_.Note(SchemaFate::kDropped, at, key, "nothing may stand beside $ref");
      }
    }
    const std::string reference = schema["$ref"].text();
    const std::string name = reference.substr(reference.rfind('/') + 1);
    json_.Object().Key("$ref").String("#/$defs/" + name).EndObject();
  }

  // {nullable: true} without a plain type becomes a choice of the schema or null.
  void Nullable(const SchemaNode& node, const FieldPath& at, bool root) {
    const bool null = node["nullable"].boolean() || EnumHolds(node, JsonKind::kNull);
    const bool plain = node["type"].is(JsonKind::kString) && !node.Has("enum");
    if (!null || plain || root) return Object(node, at, root, null && plain);
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
        Keyword(node, key, source.Find(key), at, root, null);
      }
    }
    if (root && !node.Has("type") && node.Has("properties")) json_.Key("type").String("object");
    json_.EndObject();
  }

  void Keyword(const SchemaNode& node, std::string_view key, JsonView value, const FieldPath& at,
               bool root, bool null) {
    if (LeavesOut(node, key, value, at, root)) return;
    if (key == "const") return Const(node, value, at);
    if (key == "items" || key == "prefixItems") return Items(node, key, value, at);
    if (key == "definitions") {
      scope_.Note(SchemaFate::kChanged, at, key, "$defs");
    } else {
      scope_.Note(SchemaFate::kKept, at, key, Enforced(key) ? "" : "sent, but may not be enforced");
    }
    const FieldPath inner(at, key);
    if (key == "definitions" || key == "$defs") {
      Definitions(node, inner);
    } else if (key == "properties") {
      Properties(node, inner);
    } else if (key == "required") {
      Required(node);
    } else if (key == "type") {
      Type(node, value, null);
    } else if (key == "enum") {
      Enum(value);
    } else if (IsAny(key, {"anyOf", "oneOf"})) {
      List(key, value, inner);
    } else if (key == "additionalProperties" && value.is(JsonKind::kObject)) {
      json_.Key(key);
      Schema(value, inner);
    } else {
      json_.Key(key).Raw(value.raw());
    }
  }

  // Handles keywords that are not written: another keyword has their meaning, or they have none.
  bool LeavesOut(const SchemaNode& node, std::string_view key, JsonView value, const FieldPath& at,
                 bool root) {
    if (IsAny(key, {"$schema", "$comment", "strict", "example", "examples"})) {
      scope_.NoteNeedless(at, key, "says nothing to a model");
    } else if (key == "allOf") {
      scope_.Note(SchemaFate::kChanged, at, key, "merged into one schema");
    } else if (key == "$ref") {
      if (!node.cut) scope_.Note(SchemaFate::kChanged, at, key, "written in its place");
    } else if (key == "nullable") {
      NoteNullable(node, value, at, root);
    } else if (key == "additionalItems") {
      if (!node["items"].is(JsonKind::kArray) || !value.is(JsonKind::kObject)) {
        scope_.Note(SchemaFate::kDropped, at, key, "items behind a tuple are not bounded");
      }
    } else if (IsAny(key, {"definitions", "$defs"}) && !root) {
      scope_.Note(SchemaFate::kChanged, at, key, "written where they are referred to");
    } else {
      return false;
    }
    return true;
  }

  void NoteNullable(const SchemaNode& node, JsonView value, const FieldPath& at, bool root) {
    const bool plain = node["type"].is(JsonKind::kString) && !node.Has("enum");
    if (!value.boolean()) {
      scope_.NoteNeedless(at, "nullable", "says nothing");
    } else if (plain) {
      scope_.Note(SchemaFate::kChanged, at, "nullable", "type with null");
    } else if (root) {
      scope_.Note(SchemaFate::kDropped, at, "nullable", "the whole cannot be null");
    } else {
      scope_.Note(SchemaFate::kChanged, at, "nullable", "anyOf with null");
    }
  }

  static bool Enforced(std::string_view key) {
    return IsAny(key, {"$id",         "$anchor",
                       "$defs",       "type",
                       "format",      "title",
                       "description", "enum",
                       "items",       "prefixItems",
                       "minItems",    "maxItems",
                       "minimum",     "maximum",
                       "anyOf",       "oneOf",
                       "properties",  "additionalProperties",
                       "required",    "propertyOrdering"});
  }

  // Merges both spellings into one object, once.
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
        if (!seen.insert(name).second) continue;
        if (IsFalse(member.value)) {
          scope_.Note(SchemaFate::kChanged, FieldPath(at, name), {}, "takes no value: left out");
          continue;
        }
        json_.Key(name);
        Schema(member.value, FieldPath(at, name));
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

  void Type(const SchemaNode& node, JsonView value, bool null) {
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
    // If anyOf already allows the enum's null, the type needs only the rest.
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
    if (node.Has("enum")) {
      scope_.Note(SchemaFate::kDropped, at, "const", "the enum beside it counts");
    } else if (value.is(JsonKind::kString) || value.is(JsonKind::kNumber)) {
      scope_.Note(SchemaFate::kChanged, at, "const", "enum of one value");
      json_.Key("enum").Array().Raw(value.raw()).EndArray();
    } else if (value.is(JsonKind::kNull)) {
      scope_.Note(SchemaFate::kChanged, at, "const", "type null");
      if (!node.Has("type")) json_.Key("type").String("null");
    } else {
      scope_.Note(SchemaFate::kKept, at, "const", "sent, but may not be enforced");
      json_.Key("const").Raw(value.raw());
    }
  }

  void Enum(JsonView value) {
    json_.Key("enum").Array();
    for (const JsonView item : value.items()) {
      if (!item.is(JsonKind::kNull)) json_.Raw(item.raw());
    }
    json_.EndArray();
  }

  void Items(const SchemaNode& node, std::string_view key, JsonView value, const FieldPath& at) {
    const FieldPath inner(at, key);
    if (value.is(JsonKind::kArray)) {
      const bool renamed = key == "items";
      scope_.Note(renamed ? SchemaFate::kChanged : SchemaFate::kKept, at, key,
                  renamed ? "prefixItems" : "");
      List("prefixItems", value, inner);
      const JsonView rest = node["additionalItems"];
      if (!renamed || !rest.is(JsonKind::kObject)) return;
      scope_.Note(SchemaFate::kChanged, at, "additionalItems", "items");
      json_.Key("items");
      Schema(rest, FieldPath(at, "additionalItems"));
    } else if (value.boolean()) {
      scope_.NoteNeedless(at, key, "says nothing");
    } else if (value.is(JsonKind::kBool)) {
      scope_.Note(SchemaFate::kDropped, at, key, "items behind a tuple are not bounded");
    } else {
      scope_.Note(SchemaFate::kKept, at, key);
      json_.Key(key);
      Schema(value, inner);
    }
  }

  void List(std::string_view key, JsonView value, const FieldPath& at) {
    json_.Key(key).Array();
    std::size_t index = 0;
    for (const JsonView item : value.items()) {
      const FieldPath inner(at, index++);
      if (IsFalse(item)) {
        scope_.Note(SchemaFate::kChanged, inner, {}, "takes no value: left out");
      } else {
        Schema(item, inner);
      }
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
