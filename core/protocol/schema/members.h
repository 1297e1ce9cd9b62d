#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"

namespace agm::protocol {

struct SchemaMember {
  std::string_view name;
  JsonView value;
  std::size_t object = 0;  ///< the index of the object that it belongs to
};

/// The members of several objects as one: each name once, at the place and with the value of the
/// first object that has it. If an object repeats a name, its last value counts.
///
/// A schema may have any number of members, so equal names are found by sorting.
///
/// Thread safety: immutable.
class SchemaMembers {
 public:
  using Absent = bool (*)(const SchemaMember&);

  /// Views that are no objects count as objects without members. `absent` tells which members an
  /// object counts as not having.
  explicit SchemaMembers(const std::vector<JsonView>& objects, Absent absent = &NeverAbsent);
  SchemaMembers(const SchemaMembers&) = delete;
  SchemaMembers& operator=(const SchemaMembers&) = delete;

  auto begin() const { return members_.begin(); }
  auto end() const { return members_.end(); }

 private:
  static bool NeverAbsent(const SchemaMember&) { return false; }
  std::string_view NameOf(JsonView key);
  void Unite(Absent absent);

  std::vector<SchemaMember> members_;
  std::list<std::string> decoded_;  ///< the names that have escapes
};

}  // namespace agm::protocol
