#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.h"

namespace agm::config {

/// Changes to a text, collected first and made together, so that the places in the parsed tree stay
/// good meanwhile. Lines that are put in end as the text's lines do (LF or CRLF).
///
///   Patches patches(text);
///   patches.Replace(value.span, "\"new\"");
///   patches.InsertLine(value.span.end, "key = 1");
///   std::string changed = patches.Apply();
///
/// Thread safety: one thread at a time.
class Patches {
 public:
  explicit Patches(std::string_view text);

  void Replace(Span span, std::string with);
  /// A line below that which holds `at`, indented as that is which holds `like`.
  void InsertLine(std::size_t at, std::size_t like, std::string_view line);
  /// Lines of their own, set off by empty ones, where the section that holds `at` ends: above the
  /// next header and the comments that stand right above it. `at` is the section's last value.
  void InsertSection(std::size_t at, const std::vector<std::string>& lines);
  /// The same at the text's end.
  void AppendSection(const std::vector<std::string>& lines);
  /// All lines that the span touches.
  void RemoveLines(Span span);
  /// All lines of a section: those that the span touches, comments right below, and one of the
  /// empty lines around.
  void RemoveSection(Span span);
  /// A further element at the end of a `[...]` or `{...}`, set as the last one is.
  void AddElement(Span bracketed, std::string_view element);
  /// The element of a `[...]` or `{...}` that holds `at`, with its comma.
  void RemoveElement(Span bracketed, std::size_t at);

  std::string Apply();

 private:
  struct Patch {
    Span span;
    std::string with;
  };

  bool OnlySpace(std::size_t begin, std::size_t end) const;
  bool IsBlankLine(std::size_t begin) const;
  std::string_view Indentation(std::size_t at) const;
  bool IsComment(std::size_t begin) const;
  std::size_t CommentsEnd(std::size_t at) const;
  std::size_t SectionEnd(std::size_t at) const;
  std::size_t SkipComma(std::size_t at, std::size_t close) const;
  void InsertLines(std::size_t at, std::string lines);

  std::string_view text_;
  std::string_view line_end_;
  std::vector<Patch> patches_;
};

}  // namespace agm::config
