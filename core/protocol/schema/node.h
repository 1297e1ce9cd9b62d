#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/protocol/schema/schema.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// A schema with its `allOf` and, if requested, its `$ref` resolved: the objects whose keywords
/// apply together, nearest first.
struct SchemaNode {
  std::vector<JsonView> sources;
  bool cut = false;  ///< a reference was not followed, because it is circular or has no target

  /// The nearest value of a keyword.
  JsonView operator[](std::string_view key) const;
  /// Like operator[], but null is a value: `"const": null`.
  JsonView Find(std::string_view key) const;
  /// The value of a keyword in each source; absent where a source has none.
  std::vector<JsonView> All(std::string_view key) const;
  bool Has(std::string_view key) const { return static_cast<bool>((*this)[key]); }
};

/// The name X in `#/$defs/X` and `#/definitions/X`; empty for other references.
std::string DefinitionName(std::string_view reference);

/// Resolves references inside one schema and stops at circular ones. Both converters walk
/// recursively and share this class: Enter on the way down, Leave on the way up.
///
/// Thread safety: one thread at a time.
class SchemaScope {
 public:
  SchemaScope(JsonView root, SchemaReport report) : root_(root), report_(report) {}

  /// The schema that a `$ref` names: the one at `#/...`, else the definition of that name in the
  /// nearest schema around the reference, because generators leave definitions inside nested
  /// schemas. Absent for other documents and for places that do not exist.
  JsonView Resolve(JsonView reference);
  /// True if the root itself holds a definition of that name.
  bool DefinesAtRoot(std::string_view name);

  /// `schema` with everything that it consists of. Follows references up to the recursion limit.
  SchemaNode Enter(JsonView schema);
  std::size_t mark() const { return active_.size(); }
  void Leave(std::size_t mark) { active_.resize(mark); }

  /// False once the result exceeds any reasonable size; then write the shortest form.
  bool Count() { return ++work_ <= kMostWork; }

  /// Records the fate of a keyword of the schema at `at`; an empty keyword means the schema itself.
  void Note(SchemaFate fate, const FieldPath& at, std::string_view keyword,
            std::string_view what = {});
  /// False if Note leaves out what is no loss.
  bool notes_all() const { return report_ == SchemaReport::kAll; }
  /// Records that a keyword without meaning for the model is left out.
  void NoteNeedless(const FieldPath& at, std::string_view keyword, std::string_view what);
  std::vector<SchemaNote> TakeNotes() { return std::move(notes_); }

 private:
  static constexpr std::size_t kMostWork = 200'000;  // approximate number of visited keywords
  static constexpr std::size_t kMostLosses = 1000;
  static constexpr int kMostTurns = 2;  // how often one definition may contain itself

  void Expand(JsonView schema, int depth, SchemaNode& node);
  JsonView Follow(std::string_view pointer);
  JsonView FindNested(JsonView reference);
  void FindDefinitions(JsonView schema);

  JsonView root_;
  SchemaReport report_;
  std::optional<std::set<std::string, std::less<>>> root_names_;  // of the root's definitions
  std::optional<std::vector<JsonView>> holders_;  // schemas with definitions, outermost first
  std::vector<const char*> active_;               // definitions being written, outermost first
  std::size_t work_ = 0;
  std::vector<SchemaNote> notes_;
};

}  // namespace agm::protocol
