#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"

namespace agm::protocol {

/// Turns the arguments of a call that the upstream streams piece by piece (`partialArgs`) into the
/// text of one JSON object, as it grows. Each piece names a place ("$.a.b[2].c") and a value there;
/// further strings for the same place continue the string.
///
///   GeminiPartialArgs args;
///   std::string text = args.Add(call["partialArgs"]);   // of each part of the call: "{\"a\":\"x"
///   text += args.End();                                 // "\"}"
///
/// The text can only grow, so a piece for a place that is complete breaks the arguments: broken()
/// is true then, and Add returns nothing more. Pieces whose place cannot be read, or which are out
/// of bounds (a path of more than 32 steps, an index that skips an item, 100,000 values), are left
/// out.
///
/// Thread safety: one thread at a time.
class GeminiPartialArgs {
 public:
  std::string Add(JsonView pieces);
  std::string End();
  bool broken() const { return broken_; }

 private:
  /// A step of a path: the name of a member, or the index of an item.
  struct Step {
    std::string name;
    std::optional<std::size_t> index;
    friend bool operator==(const Step&, const Step&) = default;
  };
  using Path = std::vector<Step>;

  /// An object or array that is not closed yet.
  struct Level {
    Step at;  ///< its place in the level above
    bool array = false;
    std::size_t size = 0;                          ///< items so far
    std::set<std::string, std::less<>> members{};  ///< names so far
  };

  static std::optional<Path> ReadPath(std::string_view text);
  void AddPiece(JsonView piece, std::string& out);
  bool Continues(const Path& path, std::size_t depth) const;
  bool Fits(const Path& path, std::size_t depth);
  void Open(const Path& path, std::size_t depth, std::string& out);
  static void Name(Level& level, const Step& step, std::string& out);
  void CloseTo(std::size_t depth, std::string& out);

  std::vector<Level> levels_;  ///< the object itself first; empty before the first piece
  std::optional<Step> text_;   ///< place of the open string in the last level
  std::size_t values_ = 0;
  bool broken_ = false;
};

}  // namespace agm::protocol
