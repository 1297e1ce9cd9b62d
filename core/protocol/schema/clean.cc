// Converts a schema for the API's JSON Schema fields. It copies every keyword unchanged and in
// order, except for forms that the API refuses or misreads:
//
//   definitions -> $defs      $ref siblings -> removed     other $ref -> its target, inlined
//   const -> enum             allOf -> merged              nullable -> type with "null"
//   items: [..] -> prefixItems                             true -> {}, false -> property removed

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/json_writer.h"
#include "core/protocol/schema/members.h"
#include "core/protocol/schema/node.h"

namespace agm::protocol {
namespace {

constexpr int kMostDepth = 48;

/// The treatment of a keyword.
enum class Use : std::uint8_t {
  kCopied,
  kNeedless,
  kAllOf,
  kRef,
  kNullable,
  kConst,
  kItems,
  kAdditionalItems,
  kDefinitions,
  kProperties,
  kAdditionalProperties,
  kRequired,
  kType,
  kEnum,
  kChoice,
};

Use UseOf(std::string_view keyword) {
  static constexpr auto kUses = std::to_array<std::pair<std::string_view, Use>>({
      {"type", Use::kType},
      {"items", Use::kItems},
      {"properties", Use::kProperties},
      {"required", Use::kRequired},
      {"enum", Use::kEnum},
      {"additionalProperties", Use::kAdditionalProperties},
      {"anyOf", Use::kChoice},
      {"oneOf", Use::kChoice},
      {"allOf", Use::kAllOf},
      {"const", Use::kConst},
      {"nullable", Use::kNullable},
      {"prefixItems", Use::kItems},
      {"additionalItems", Use::kAdditionalItems},
      {"definitions", Use::kDefinitions},
      {"$defs", Use::kDefinitions},
      {"$ref", Use::kRef},
      {"$schema", Use::kNeedless},
      {"$comment", Use::kNeedless},
      {"strict", Use::kNeedless},
      {"example", Use::kNeedless},
      {"examples", Use::kNeedless},
  });
  const auto* const found =
      std::ranges::find(kUses, keyword, &std::pair<std::string_view, Use>::first);
  return found == kUses.end() ? Use::kCopied : found->second;
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

  static bool NotGiven(const SchemaMember& keyword) {
    const bool may_be_null = keyword.name == "default" || keyword.name == "const";
    return keyword.value.is(JsonKind::kNull) && !may_be_null;
  }

  void Object(const SchemaNode& node, const FieldPath& at, bool root, bool null) {
    json_.Object();
    for (const SchemaMember& member : SchemaMembers(node.sources, &NotGiven)) {
      Keyword(node, member.name, member.value, at, root, null);
    }
    if (root && !node.Has("type") && node.Has("properties")) json_.Key("type").String("object");
    json_.EndObject();
  }

  void Keyword(const SchemaNode& node, std::string_view key, JsonView value, const FieldPath& at,
               bool root, bool null) {
    const Use use = UseOf(key);
    switch (use) {
      case Use::kNeedless:
        return scope_.NoteNeedless(at, key, "says nothing to a model");
      case Use::kAllOf:
        return scope_.Note(SchemaFate::kChanged, at, key, "merged into one schema");
      case Use::kRef:
        if (!node.cut) scope_.Note(SchemaFate::kChanged, at, key, "written in its place");
        return;
      case Use::kNullable:
        return NoteNullable(node, value, at, root);
      case Use::kConst:
        return Const(node, value, at);
      case Use::kItems:
        return Items(node, key, value, at);
      case Use::kAdditionalItems:
        if (!node["items"].is(JsonKind::kArray) || !value.is(JsonKind::kObject)) {
          scope_.Note(SchemaFate::kDropped, at, key, "items behind a tuple are not bounded");
        }
        return;
      case Use::kDefinitions:
        if (!root) {
          return scope_.Note(SchemaFate::kChanged, at, key, "written where they are referred to");
        }
        NoteWritten(at, key);
        return Definitions(node, FieldPath(at, key));
      default:
        NoteWritten(at, key);
        return Write(use, node, key, value, FieldPath(at, key), null);
    }
  }

  void NoteWritten(const FieldPath& at, std::string_view key) {
    if (!scope_.notes_all()) return;
    if (key == "definitions") return scope_.Note(SchemaFate::kChanged, at, key, "$defs");
    scope_.Note(SchemaFate::kKept, at, key, Enforced(key) ? "" : "sent, but may not be enforced");
  }

  void Write(Use use, const SchemaNode& node, std::string_view key, JsonView value,
             const FieldPath& at, bool null) {
    switch (use) {
      case Use::kProperties:
        return Properties(node, at);
      case Use::kRequired:
        return Required(node);
      case Use::kType:
        return Type(node, value, null);
      case Use::kEnum:
        return Enum(value);
      case Use::kChoice:
        return List(key, value, at);
      case Use::kAdditionalProperties:
        json_.Key(key);
        if (value.is(JsonKind::kObject)) return Schema(value, at);
        json_.Raw(value.raw());
        return;
      default:
        json_.Key(key).Raw(value.raw());
    }
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
    static constexpr auto kEnforced =
        std::to_array<std::string_view>({"$id",         "$anchor",
                                         "$defs",       "type",
                                         "format",      "title",
                                         "description", "enum",
                                         "items",       "prefixItems",
                                         "minItems",    "maxItems",
                                         "minimum",     "maximum",
                                         "anyOf",       "oneOf",
                                         "properties",  "additionalProperties",
                                         "required",    "propertyOrdering"});
    return std::ranges::find(kEnforced, key) != kEnforced.end();
  }

  // Merges both spellings into one object, once.
  void Definitions(const SchemaNode& node, const FieldPath& at) {
    if (std::exchange(definitions_done_, true)) return;
    std::vector<JsonView> objects;
    for (const JsonView source : node.sources) {
      objects.insert(objects.end(), {source["$defs"], source["definitions"]});
    }
    json_.Key("$defs").Object();
    for (const SchemaMember& member : SchemaMembers(objects)) {
      json_.Key(member.name);
      Schema(member.value, FieldPath(at, member.name));
    }
    json_.EndObject();
  }

  static bool IsFalse(JsonView value) { return value.is(JsonKind::kBool) && !value.boolean(); }

  void Properties(const SchemaNode& node, const FieldPath& at) {
    json_.Key("properties").Object();
    for (const SchemaMember& member : SchemaMembers(node.All("properties"))) {
      const FieldPath inner(at, member.name);
      if (IsFalse(member.value)) {
        scope_.Note(SchemaFate::kChanged, inner, {}, "takes no value: left out");
        continue;
      }
      json_.Key(member.name);
      Schema(member.value, inner);
    }
    json_.EndObject();
  }

  void Required(const SchemaNode& node) {
    // A property that takes no value is not required.
    std::set<std::string, std::less<>> seen;
    for (const JsonView source : node.sources) {
      for (const JsonMember property : source["properties"].members()) {
        if (IsFalse(property.value)) seen.insert(property.key.text());
      }
    }
    json_.Key("required").Array();
    for (const JsonView source : node.sources) {
      for (const JsonView name : source["required"].items()) {
        if (!name.is(JsonKind::kString) || !seen.insert(name.text()).second) continue;
        json_.Raw(name.raw());
      }
    }
    json_.EndArray();
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
