#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/mock/checks.h"
#include "core/mock/message.h"

namespace agm::mock {
namespace {

constexpr int kDeepest = 32;
constexpr std::array<std::string_view, 3> kBesideReference = {"title", "description", "default"};

// The name of a schema's type, which may be given as a number.
std::string TypeOf(JsonView schema) {
  static constexpr std::array kNames = {"TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER",
                                        "BOOLEAN",          "ARRAY",  "OBJECT", "NULL"};
  const JsonView type = Field(schema, "type");
  if (const auto index = NumberOf(type); index && *index >= 0 && *index < kNames.size()) {
    return kNames[static_cast<std::size_t>(*index)];
  }
  return EnumOf(type);
}

/// Checks the OpenAPI subset as the service does beyond its proto.
class SchemaCheck {
 public:
  SchemaCheck(const CheckRules& rules, Complaints& complaints)
      : rules_(rules), complaints_(complaints) {}

  void Schema(JsonView schema, const std::string& path, int depth) {
    if (depth > kDeepest) {
      return complaints_.Refuse("A schema in the request exceeds the allowed nesting depth.");
    }
    const std::string type = TypeOf(schema);
    const JsonView any_of = Field(schema, "anyOf");
    if ((type.empty() || type == "TYPE_UNSPECIFIED") && any_of.size() == 0) {
      complaints_.Field(path + ".type",
                        "must be specified when not using one_of, any_of or all_of fields");
    }
    std::size_t index = 0;
    ForEach(any_of, [&](JsonView one) {
      Schema(one, fmt::format("{}.any_of[{}]", path, index++), depth + 1);
    });
    Enum(schema, type, path);
    Format(schema, type, path);
    Properties(schema, type, path, depth);
    Items(schema, type, path, depth);
  }

 private:
  void Enum(JsonView schema, const std::string& type, const std::string& path) {
    const JsonView values = Field(schema, "enum");
    if (values.size() > 0 && !type.empty() && type != "STRING") {
      complaints_.Field(path + ".enum", "only allowed for STRING type");
    }
    std::size_t index = 0;
    ForEach(values, [&](JsonView value) {
      if (value.raw() == "\"\"") {
        complaints_.Field(fmt::format("{}.enum[{}]", path, index), "cannot be empty");
      }
      ++index;
    });
  }

  void Format(JsonView schema, const std::string& type, const std::string& path) {
    static constexpr std::array<std::string_view, 4> kNumbers = {"float", "double", "int32",
                                                                 "int64"};
    const std::string format = Field(schema, "format").text();
    if (format.empty()) return;
    if (type == "STRING" && format != "enum" && format != "date-time") {
      complaints_.Field(path + ".format",
                        "only 'enum' and 'date-time' are supported for STRING type");
    }
    const bool number = type == "NUMBER" || type == "INTEGER";
    if (rules_.strict && number && std::ranges::count(kNumbers, format) == 0) {
      complaints_.Field(path + ".format", "is not supported for the type");
    }
  }

  void Properties(JsonView schema, const std::string& type, const std::string& path, int depth) {
    const JsonView properties = Field(schema, "properties");
    if (properties) {
      if (!type.empty() && type != "OBJECT") {
        complaints_.Field(path + ".properties", "only allowed for OBJECT type");
      }
      for (const JsonMember member : properties.members()) {
        Schema(member.value, fmt::format("{}.properties[{}]", path, member.key.text()), depth + 1);
      }
    }
    for (const std::string_view list : {"required", "propertyOrdering"}) {
      std::size_t index = 0;
      ForEach(Field(schema, list), [&](JsonView name) {
        if (!properties.Find(name.text())) {
          complaints_.Field(fmt::format("{}.{}[{}]", path, SnakeCase(list), index),
                            "property is not defined");
        }
        ++index;
      });
    }
  }

  void Items(JsonView schema, const std::string& type, const std::string& path, int depth) {
    const JsonView items = Field(schema, "items");
    if (type == "ARRAY" && !items) complaints_.Field(path + ".items", "missing field.");
    if (!items) return;
    if (!type.empty() && type != "ARRAY") {
      complaints_.Field(path + ".items", "only allowed for ARRAY type");
    }
    Schema(items, path + ".items", depth + 1);
  }

  const CheckRules& rules_;
  Complaints& complaints_;
};

/// Checks a JSON schema: only its outer form, and with strict rules also the keywords beside a
/// $ref.
class JsonSchemaCheck {
 public:
  JsonSchemaCheck(const CheckRules& rules, Complaints& complaints)
      : rules_(rules), complaints_(complaints) {}

  void Schema(JsonView schema, const std::string& path, int depth) {
    if (depth > kDeepest) {
      return complaints_.Refuse("A schema in the request exceeds the allowed nesting depth.");
    }
    if (schema.is(JsonKind::kBool) && depth > 0) return;
    if (!schema.is(JsonKind::kObject)) {
      return complaints_.Field(path, "a JSON schema must be an object");
    }
    for (const JsonMember member : schema.members()) {
      Keyword(member.key.text(), member.value, path, depth);
    }
    if (rules_.strict && schema["$ref"]) Reference(schema, path);
  }

 private:
  void Keyword(const std::string& name, JsonView value, const std::string& path, int depth) {
    if (name == "properties" || name == "$defs") {
      for (const JsonMember member : value.members()) {
        Schema(member.value, fmt::format("{}.{}[{}]", path, name, member.key.text()), depth + 1);
      }
    } else if (name == "anyOf" || name == "oneOf" || name == "prefixItems") {
      std::size_t index = 0;
      for (const JsonView one : value.items()) {
        Schema(one, fmt::format("{}.{}[{}]", path, name, index++), depth + 1);
      }
    } else if (name == "items" && value.is(JsonKind::kObject)) {
      Schema(value, path + ".items", depth + 1);
    }
  }

  void Reference(JsonView schema, const std::string& path) {
    for (const JsonMember member : schema.members()) {
      const std::string key = member.key.text();
      if (key.starts_with('$') || std::ranges::count(kBesideReference, key) > 0) continue;
      complaints_.Field(path, "a schema with $ref may hold no other keyword");
      return;
    }
  }

  const CheckRules& rules_;
  Complaints& complaints_;
};

}  // namespace

void CheckSchema(const CheckRules& rules, JsonView schema, const std::string& path,
                 Complaints& complaints) {
  SchemaCheck(rules, complaints).Schema(schema, path, 0);
}

void CheckJsonSchema(const CheckRules& rules, JsonView schema, const std::string& path,
                     Complaints& complaints) {
  JsonSchemaCheck(rules, complaints).Schema(schema, path, 0);
}

}  // namespace agm::mock
