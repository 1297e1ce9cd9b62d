#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.h"

namespace agm::config {

/// Changes to a text. They are collected first and applied together, so that positions in the
/// parsed tree stay valid meanwhile. Inserted lines get the line ends of the text (LF or CRLF).
///
///   Patches patches(text);
///   patches.Replace(value.span, "\"new\"");
///   patches.InsertLine(value.span.end, value.span.begin, "key = 1");
///   std::string changed = patches.Apply();
///
/// Thread safety: one thread at a time.
class Patches {
 public:
  explicit Patches(std::string_view text);

  void Replace(Span span, std::string with);
  /// Inserts a line below the line of `at`, with the indentation of the line of `like`.
  void InsertLine(std::size_t at, std::size_t like, std::string_view line);
  /// Inserts lines, surrounded by empty lines, at the end of the section of `at`: above the next
  /// header and the comments directly above it. `at` must be the section's last value.
  void InsertSection(std::size_t at, const std::vector<std::string>& lines);
  /// Like InsertSection, at the end of the text.
  void AppendSection(const std::vector<std::string>& lines);
  /// Removes all lines that the span touches.
  void RemoveLines(Span span);
  /// Removes a section: all lines that the span touches, the comments directly below, and one of
  /// the empty lines around it.
  void RemoveSection(Span span);
  /// Adds an element at the end of a `[...]` or `{...}`, formatted like the last element.
  void AddElement(Span bracketed, std::string_view element);
  /// Removes the element of a `[...]` or `{...}` that contains `at`, with its comma.
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
