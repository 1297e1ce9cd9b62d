#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/protocol/schema/schema.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// A schema with its `allOf` and, where wanted, its `$ref` taken in: the objects whose keywords
/// count together, nearest first.
struct SchemaNode {
  std::vector<JsonView> sources;
  bool cut = false;  ///< a reference was not followed: it leads round in a circle, or nowhere

  /// The nearest value of a keyword.
  JsonView operator[](std::string_view key) const;
  bool Has(std::string_view key) const { return static_cast<bool>((*this)[key]); }
};

/// Finds what references mean inside one schema, and stops where they lead in circles. Both
/// compilers are recursive walks that share this: Enter on the way down, Leave on the way up.
///
/// Thread safety: one thread at a time.
class SchemaScope {
 public:
  SchemaScope(JsonView root, SchemaReport report) : root_(root), report_(report) {}

  /// The schema that `#/...` names; absent for other documents and places that do not exist.
  JsonView Resolve(std::string_view reference);

  /// `schema` and all that it is made of. References are followed as often as recursion may go.
  SchemaNode Enter(JsonView schema);
  std::size_t mark() const { return active_.size(); }
  void Leave(std::size_t mark) { active_.resize(mark); }

  /// False once the result grew over every sensible size: write the shortest form from here on.
  bool Count() { return ++work_ <= kMostWork; }

  /// What became of a keyword of the schema at `at`; an empty one means the schema itself.
  void Note(SchemaFate fate, const FieldPath& at, std::string_view keyword,
            std::string_view what = {});
  /// A keyword that is left out and that nobody misses.
  void NoteNeedless(const FieldPath& at, std::string_view keyword, std::string_view what);
  std::vector<SchemaNote> TakeNotes() { return std::move(notes_); }

 private:
  static constexpr std::size_t kMostWork = 200'000;  // keywords looked at, about
  static constexpr std::size_t kMostLosses = 1000;
  static constexpr int kMostTurns = 2;  // how often one definition may stand inside itself

  void Expand(JsonView schema, int depth, SchemaNode& node);

  JsonView root_;
  SchemaReport report_;
  std::vector<const char*> active_;  // definitions that are being written, outermost first
  std::size_t work_ = 0;
  std::vector<SchemaNote> notes_;
};

}  // namespace agm::protocol
