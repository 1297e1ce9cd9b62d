#include "core/mock/proto_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "core/base/ascii.h"
#include "core/base/base64.h"
#include "core/base/duration.h"
#include "core/base/json_writer.h"
#include "core/mock/message.h"
#include "core/mock/proto_table.h"

namespace agm::mock {
namespace {

constexpr std::string_view kPackage = "type.googleapis.com/google.ai.generativelanguage.v1beta.";
constexpr std::size_t kMostViolations = 32;
constexpr std::size_t kShownValue = 200;

/// Walks through the body along the table. The path is one string that grows and shrinks, so that
/// checking a valid body formats nothing.
class Checker {
 public:
  explicit Checker(ProtoRules rules) : rules_(rules) {}

  void Message(const MessageType& type, JsonView value) {
    if (!value.is(JsonKind::kObject)) {
      Invalid(std::string(kPackage) + std::string(type.name), value);
      return;
    }
    const FieldType* data = nullptr;
    for (const JsonMember member : value.members()) {
      const std::string key = member.key.text();
      const FieldType* field = type.Find(key);
      if (field == nullptr || (field->vertex && !rules_.vertex)) {
        Unknown(key);
        continue;
      }
      if (member.value.is(JsonKind::kNull)) continue;
      if (field->in_data && data != nullptr && data != field) {
        Add(path_, fmt::format("Invalid value{} (oneof), oneof field 'data' is already set. "
                               "Cannot set '{}'",
                               At(), field->name));
        continue;
      }
      if (field->in_data) data = field;
      const Descent descent(path_, field->name);
      Field(*field, key, member.value);
    }
  }

  std::vector<Violation> violations;

 private:
  // Appends a name or index to the path; the destructor removes it.
  class Descent {
   public:
    Descent(std::string& path, std::string_view name) : path_(path), size_(path.size()) {
      if (!path.empty()) path += '.';
      for (const char c : name) {
        if (IsUpper(c)) path += '_';
        path += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
    }
    Descent(std::string& path, std::size_t index, std::string_view rest)
        : path_(path), size_(path.size()) {
      fmt::format_to(std::back_inserter(path), "[{}]{}", index, rest);
    }
    Descent(const Descent&) = delete;
    Descent& operator=(const Descent&) = delete;
    ~Descent() { path_.resize(size_); }

   private:
    std::string& path_;
    std::size_t size_;
  };

  void Add(std::string field, std::string description) {
    if (violations.size() < kMostViolations) {
      violations.push_back({std::move(field), std::move(description)});
    }
  }

  std::string At() const { return path_.empty() ? "" : fmt::format(" at '{}'", path_); }

  static std::string Quoted(std::string_view key) {
    std::string out;
    AppendJsonString(out, key);
    return out;
  }

  void Unknown(std::string_view key) {
    Add(path_, fmt::format("Invalid JSON payload received. Unknown name {}{}: Cannot find field.",
                           Quoted(key), At()));
  }

  void Invalid(std::string_view type, JsonView value) {
    Add(path_,
        fmt::format("Invalid value{} ({}), {}", At(), type, value.raw().substr(0, kShownValue)));
  }

  void Field(const FieldType& field, std::string_view key, JsonView value) {
    switch (field.repeat) {
      case Repeat::kNo:
        Single(field, key, value);
        break;
      case Repeat::kList:
        List(field, key, value);
        break;
      case Repeat::kMap:
        Map(field, value);
        break;
    }
  }

  void List(const FieldType& field, std::string_view key, JsonView value) {
    if (!value.is(JsonKind::kArray)) {
      // The service reads a single value as a list of one.
      if (rules_.strict) {
        Invalid("repeated field, expected a list", value);
      } else {
        const Descent descent(path_, 0, "");
        Value(field, value);
      }
      return;
    }
    std::size_t index = 0;
    for (const JsonView item : value.items()) {
      const Descent descent(path_, index++, "");
      Single(field, key, item);
    }
  }

  void Map(const FieldType& field, JsonView value) {
    if (!value.is(JsonKind::kObject)) {
      Invalid("map", value);
      return;
    }
    std::size_t index = 0;
    for (const JsonMember member : value.members()) {
      const Descent descent(path_, index++, ".value");
      Single(field, "value", member.value);
    }
  }

  void Single(const FieldType& field, std::string_view key, JsonView value) {
    if (value.is(JsonKind::kArray) && field.kind != FieldKind::kValue) {
      const std::string parent = path_.substr(0, std::min(path_.rfind('.'), path_.size()));
      Add(parent, fmt::format("Invalid JSON payload received. Unknown name {} at '{}': Proto field "
                              "is not repeating, cannot start list.",
                              Quoted(key), parent));
      return;
    }
    Value(field, value);
  }

  void Value(const FieldType& field, JsonView value) {
    const auto need = [&](bool good, std::string_view type) {
      if (!good) Invalid(type, value);
    };
    switch (field.kind) {
      case FieldKind::kString:
        need(value.is(JsonKind::kString), "TYPE_STRING");
        break;
      case FieldKind::kBool:
        need(IsBool(value), "TYPE_BOOL");
        break;
      case FieldKind::kInt32:
        need(IsInt(value, 31), "TYPE_INT32");
        break;
      case FieldKind::kInt64:
        need(IsInt(value, 63), "TYPE_INT64");
        break;
      case FieldKind::kFloat:
        need(NumberOf(value).has_value(), "TYPE_FLOAT");
        break;
      case FieldKind::kDuration:
        need(value.text().ends_with('s') && ReadDuration(value.text()),
             "type.googleapis.com/google.protobuf.Duration");
        break;
      case FieldKind::kStruct:
        need(value.is(JsonKind::kObject), "type.googleapis.com/google.protobuf.Struct");
        break;
      case FieldKind::kValue:
        break;
      case FieldKind::kBytes:
        Bytes(value);
        break;
      case FieldKind::kEnum:
        Enum(*FindEnum(field.type), value);
        break;
      case FieldKind::kMessage:
        Message(*FindMessage(field.type), value);
        break;
    }
  }

  static bool IsBool(JsonView value) {
    return value.is(JsonKind::kBool) || value.equals("true") || value.equals("false");
  }

  static bool IsInt(JsonView value, int bits) {
    const auto number = NumberOf(value);
    return number && *number == std::floor(*number) && *number < std::exp2(bits) &&
           *number >= -std::exp2(bits);
  }

  void Bytes(JsonView value) {
    if (!value.is(JsonKind::kString)) {
      Invalid("TYPE_BYTES", value);
      return;
    }
    const auto plain = value.plain();
    if (plain ? IsBase64(*plain) : IsBase64(value.text())) return;
    Add(path_, fmt::format("Invalid value{} (TYPE_BYTES), Base64 decoding failed for {}", At(),
                           value.raw().substr(0, kShownValue)));
  }

  void Enum(const EnumType& type, JsonView value) {
    const auto number = NumberOf(value);
    if (number && *number >= 0 && *number < static_cast<double>(type.values.size())) return;
    const std::string name = EnumOf(value);
    const bool known = std::ranges::any_of(type.values, [&](std::string_view known_name) {
      return std::ranges::equal(known_name, name, [](char a, char b) {
        return std::toupper(static_cast<unsigned char>(a)) == b;
      });
    });
    if (!known) Invalid(std::string(kPackage) + std::string(type.name), value);
  }

  ProtoRules rules_;
  std::string path_;
};

}  // namespace

std::vector<Violation> CheckMessage(std::string_view message, JsonView value, ProtoRules rules) {
  Checker checker(rules);
  checker.Message(*FindMessage(message), value);
  return std::move(checker.violations);
}

}  // namespace agm::mock
