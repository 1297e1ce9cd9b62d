#include "core/protocol/schema/lowered.h"

#include <algorithm>
#include <set>

#include "core/protocol/schema/members.h"

namespace agm::protocol {
namespace {

bool IsAny(std::string_view key, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), key) != words.end();
}

// The inclusive bound that corresponds to an exclusive one.
std::string_view Closed(std::string_view open) {
  return open == "exclusiveMinimum" ? "minimum" : "maximum";
}

// True if an exclusive bound on an integer is written as an inclusive one.
bool SaidByClosed(const SchemaNode& node, const LoweredSchema& lowered, std::string_view open) {
  return lowered.Type() == "INTEGER" && node[open].integer() &&
         !node[Closed(open)].is(JsonKind::kNumber);
}

void HintAtOpenBound(const SchemaNode& node, std::string_view open, LoweredSchema& lowered) {
  const JsonView value = node[open];
  // Draft 4 uses {minimum: 1, exclusiveMinimum: true}.
  const JsonView limit = value.boolean() ? node[Closed(open)] : value;
  if (!limit.is(JsonKind::kNumber) || SaidByClosed(node, lowered, open)) return;
  const std::string_view words = open == "exclusiveMinimum" ? "more than " : "less than ";
  lowered.Hint(open, std::string(words) + std::string(limit.raw()));
}

// True for keywords that a type has; all need a number, except those handled first.
bool Written(std::string_view type, std::string_view key, JsonView value) {
  if (type == "OBJECT" && IsAny(key, {"properties", "required"})) return true;
  if (type == "ARRAY" && IsAny(key, {"items", "prefixItems"})) return true;
  if (type == "STRING" && key == "pattern") return value.is(JsonKind::kString);
  if (!value.is(JsonKind::kNumber)) return false;
  if (type == "STRING") return IsAny(key, {"minLength", "maxLength"});
  if (type == "ARRAY") return IsAny(key, {"minItems", "maxItems"});
  if (type == "OBJECT") return IsAny(key, {"minProperties", "maxProperties"});
  return IsAny(type, {"NUMBER", "INTEGER"}) && IsAny(key, {"minimum", "maximum"});
}

// The only type that the keyword applies to; with other types it has no meaning.
std::string_view OwnerOf(std::string_view key) {
  if (IsAny(key, {"minLength", "maxLength", "pattern", "contentEncoding"})) return "STRING";
  if (IsAny(key, {"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains",
                  "additionalItems"})) {
    return "ARRAY";
  }
  if (IsAny(key, {"properties", "required", "minProperties", "maxProperties", "propertyNames",
                  "patternProperties", "additionalProperties"})) {
    return "OBJECT";
  }
  return {};
}

/// Notes the fates of one schema's keywords, one after the other.
class Fates {
 public:
  Fates(const SchemaNode& node, const LoweredSchema& lowered, const FieldPath& at,
        SchemaScope& scope)
      : node_(node), lowered_(lowered), at_(at), scope_(scope) {}

  void Run() {
    for (const SchemaMember& member : SchemaMembers(node_.sources)) {
      Keyword(member.name, member.value);
    }
  }

 private:
  void Kept(std::string_view key) { scope_.Note(SchemaFate::kKept, at_, key); }
  void Changed(std::string_view key, std::string_view what) {
    scope_.Note(SchemaFate::kChanged, at_, key, what);
  }
  void Dropped(std::string_view key, std::string_view why) {
    scope_.Note(SchemaFate::kDropped, at_, key, why);
  }
  void Needless(std::string_view key, std::string_view why) { scope_.NoteNeedless(at_, key, why); }

  void Keyword(std::string_view key, JsonView value) {
    if (const auto hint = lowered_.hinted.find(key); hint != lowered_.hinted.end()) {
      return scope_.Note(SchemaFate::kHinted, at_, key, hint->second);
    }
    if (IsAny(key, {"title", "description"})) return Kept(key);
    if (IsAny(key, {"$schema", "$id", "$comment", "$anchor", "strict", "example", "examples",
                    "deprecated", "readOnly", "writeOnly"})) {
      return Needless(key, "says nothing to a model");
    }
    if (IsAny(key, {"$defs", "definitions"})) {
      return Changed(key, "written where they are referred to");
    }
    if (key == "$ref") return Reference();
    if (key == "allOf") return Changed(key, "merged into one schema");
    if (IsAny(key, {"anyOf", "oneOf"})) return Alternatives(key);
    if (lowered_.Choice(node_)) return Dropped(key, "cannot stand beside anyOf");
    Meaning(key, value);
  }

  void Reference() {
    if (!node_.cut) return Changed("$ref", "written in its place");
    scope_.Note(SchemaFate::kHinted, at_, "$ref", "recursion ends here");
  }

  void Alternatives(std::string_view key) {
    if (lowered_.Choice(node_)) return key == "anyOf" ? Kept(key) : Changed(key, "anyOf");
    if (lowered_.alternatives.size() > 1) return Dropped(key, "cannot stand beside properties");
    Changed(key, lowered_.nullable ? "nullable" : "merged into one schema");
  }

  void Meaning(std::string_view key, JsonView value) {
    if (key == "type") {
      lowered_.Type().empty() ? Changed(key, "anyOf of the types") : Kept(key);
    } else if (key == "nullable") {
      value.boolean() ? Kept(key) : Needless(key, "says nothing");
    } else if (key == "enum") {
      Kept(key);
    } else if (key == "const") {
      value.is(JsonKind::kNull) ? Changed(key, "nullable") : Changed(key, "enum of one value");
    } else if (key == "propertyOrdering") {
      Changed(key, "the order in which the properties stand");
    } else if (IsAny(key, {"exclusiveMinimum", "exclusiveMaximum"}) &&
               SaidByClosed(node_, lowered_, key)) {
      Changed(key, Closed(key));
    } else if (key == "format" && lowered_.TakesFormat(value.text())) {
      Kept(key);
    } else {
      OfType(key, value);
    }
  }

  // Notes a keyword that applies only to values of one type.
  void OfType(std::string_view key, JsonView value) {
    static const std::vector<std::string> kObject = {"OBJECT"};  // as LoweredSchema::Type() says
    const auto& types = lowered_.types.empty() ? kObject : lowered_.types;
    const bool written = std::any_of(types.begin(), types.end(), [&](const std::string& type) {
      return Written(type, key, value);
    });
    const std::string_view owner = OwnerOf(key);
    if (written) {
      Specially(key, value);
    } else if (!owner.empty() && std::find(types.begin(), types.end(), owner) == types.end()) {
      Needless(key, "says nothing about this type");
    } else if (value.boolean() && key != "uniqueItems") {
      Needless(key, "says nothing");
    } else {
      Dropped(key, "no such keyword");
    }
  }

  void Specially(std::string_view key, JsonView value) {
    const JsonView items = node_["items"];
    const JsonView tuple = node_["prefixItems"] ? node_["prefixItems"] : items;
    const bool is_tuple = tuple.is(JsonKind::kArray) && tuple.size() > 0;
    if (key == "pattern" && !lowered_.values.empty()) return Needless(key, "the enum says it");
    if (key == "required") return Required();
    if (!is_tuple || !OwnerIsArray(key)) {
      if (key == "items" && value.boolean()) return Needless(key, "says nothing");
      return Kept(key);
    }
    if (value.is(JsonKind::kArray)) return Changed(key, "items of any of the kinds, in any order");
    if (key == "items") return Dropped(key, "no items can follow a tuple");
    Changed(key, "the number of the tuple's items");
  }

  static bool OwnerIsArray(std::string_view key) { return OwnerOf(key) == "ARRAY"; }

  void Required() {
    const SchemaMembers properties(node_.All("properties"), [](const SchemaMember& property) {
      return property.value.is(JsonKind::kNull);
    });
    std::set<std::string_view> known;
    for (const SchemaMember& property : properties) known.insert(property.name);
    std::string unknown;
    for (const JsonView source : node_.sources) {
      for (const JsonView item : source["required"].items()) {
        const std::string name = item.text();
        if (!known.contains(name)) unknown += (unknown.empty() ? "" : ", ") + name;
      }
    }
    if (unknown.empty()) return Kept("required");
    Dropped("required", "no such property: " + unknown);
  }

  const SchemaNode& node_;
  const LoweredSchema& lowered_;
  const FieldPath& at_;
  SchemaScope& scope_;
};

}  // namespace

void LoweredSchema::Hint(std::string_view keyword, std::string_view hint) {
  if (!hints.empty()) hints += "; ";
  hints += hint;
  if (!keyword.empty()) hinted.emplace(keyword, hint);
}

bool LoweredSchema::Choice(const SchemaNode& node) const {
  return alternatives.size() > 1 && !node.Has("properties");
}

std::string_view LoweredSchema::Type() const {
  if (types.size() > 1) return {};
  return types.empty() ? std::string_view("OBJECT") : std::string_view(types.front());
}

bool LoweredSchema::TakesFormat(std::string_view format) const {
  const std::string_view type = Type();
  return (type == "STRING" && format == "date-time") ||
         (type == "INTEGER" && IsAny(format, {"int32", "int64"})) ||
         (type == "NUMBER" && IsAny(format, {"float", "double"}));
}

void HintAtLosses(const SchemaNode& node, LoweredSchema& lowered) {
  HintAtOpenBound(node, "exclusiveMinimum", lowered);
  HintAtOpenBound(node, "exclusiveMaximum", lowered);
  if (const JsonView step = node["multipleOf"]) {
    lowered.Hint("multipleOf", "a multiple of " + std::string(step.raw()));
  }
  if (node["uniqueItems"].boolean()) lowered.Hint("uniqueItems", "no item twice");
  const std::string format = node["format"].text();
  if (!format.empty() && !lowered.TakesFormat(format)) lowered.Hint("format", "format: " + format);
}

void NoteFates(const SchemaNode& node, const LoweredSchema& lowered, const FieldPath& at,
               SchemaScope& scope) {
  Fates(node, lowered, at, scope).Run();
}

}  // namespace agm::protocol
