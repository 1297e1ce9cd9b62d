#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/event.h"

namespace agm::protocol {

/// Turns the grounding of one candidate into citations.
///
///   GeminiGrounding grounding(keep_text);
///   grounding.BeginChunk();                    // then, for each part of it
///   grounding.BeginPart();
///   grounding.AddText(text);                   // of a text part that is no thought
///   grounding.AddShown(code);                  // text that the client sees, but the upstream
///                                              // does not count
///   grounding.Read(candidate["groundingMetadata"]);
///   grounding.Finish(finish);
///
/// Google names spans by UTF-8 byte offsets into the text parts alone; the offsets may drift in
/// longer answers, and then the segment's own text is right, so a span is looked for where the
/// offsets do not fit. A span that cannot be found is left out. Sources that no span rests on
/// stand for the whole text where there is no span at all.
///
/// Without `keep_text` no span can be told, and only the sources are.
///
/// Thread safety: one thread at a time.
class GeminiGrounding {
 public:
  explicit GeminiGrounding(bool keep_text = false) : keep_text_(keep_text) {}

  void BeginChunk() { part_begins_.clear(); }
  void BeginPart() { part_begins_.push_back(text_.size()); }
  void AddText(std::string_view text);
  void AddShown(std::string_view text);
  /// A candidate's groundingMetadata.
  void Read(JsonView grounding);
  /// A candidate's urlContextMetadata: the pages that the prompt named.
  void ReadFetched(JsonView metadata);
  void Finish(chat::ChoiceFinish& finish) const;

 private:
  /// A span of the upstream's, not yet looked up.
  struct Support {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::string text;
    std::vector<std::size_t> sources;
  };
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  /// Text that stands before byte `at` of the counted text, in code points.
  struct Inserted {
    std::size_t at = 0;
    std::int64_t size = 0;
  };

  std::int64_t BaseOf(JsonView segment) const;
  Span Find(const Support& support) const;
  std::int64_t Shown(std::size_t at, bool begin) const;

  bool keep_text_;
  std::string text_;
  std::vector<Inserted> inserted_;
  std::vector<std::size_t> part_begins_;  ///< of the last chunk
  std::vector<chat::WebPage> fetched_;
  std::vector<chat::WebPage> sources_;  ///< a chunk lists only new ones, so the list grows
  std::vector<std::string> searches_;
  std::vector<Support> supports_;
};

}  // namespace agm::protocol
