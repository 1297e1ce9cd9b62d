#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>

#include "core/protocol/schema/schema.h"

namespace agm::protocol {

/// The notes of a converted schema, a line each: "properties.a.type kept".
inline std::string Fates(const SchemaText& schema) {
  constexpr const char* kNames[] = {"kept", "changed", "hinted", "dropped"};
  std::string out;
  for (const SchemaNote& note : schema.notes) {
    out += fmt::format("{} {}{}\n", note.path, kNames[static_cast<std::size_t>(note.fate)],
                       note.what.empty() ? "" : ": " + note.what);
  }
  return out;
}

}  // namespace agm::protocol
