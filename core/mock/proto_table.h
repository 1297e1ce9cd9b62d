#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace agm::mock {

enum class FieldKind : std::uint8_t {
  kString,
  kBool,
  kInt32,
  kInt64,
  kFloat,
  kBytes,
  kDuration,
  kStruct,
  kValue,
  kEnum,
  kMessage
};

enum class Repeat : std::uint8_t { kNo, kList, kMap };

/// A field of a message, as in the published protos.
struct FieldType {
  std::string_view name;  ///< in camelCase
  FieldKind kind;
  std::string_view type = {};  ///< name of the enum or message
  Repeat repeat = Repeat::kNo;
  bool in_data = false;  ///< a member of Part's oneof "data"
  bool vertex = false;   ///< exists in Vertex AI only
};

struct MessageType {
  std::string_view name;
  std::span<const FieldType> fields;

  /// Finds a field by either spelling; null if there is none.
  const FieldType* Find(std::string_view key) const;
};

struct EnumType {
  std::string_view name;
  std::span<const std::string_view> values;
};

/// Find a message or enum by name; null if it is not in the table.
const MessageType* FindMessage(std::string_view name);
const EnumType* FindEnum(std::string_view name);

}  // namespace agm::mock
