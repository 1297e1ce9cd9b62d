#include "core/config/patches.h"

#include <algorithm>

#include "core/config/lexer.h"

namespace agm::config {

Patches::Patches(std::string_view text) : text_(text) {
  const std::size_t first = text.find('\n');
  const bool dos = first != std::string_view::npos && first > 0 && text[first - 1] == '\r';
  line_end_ = dos ? "\r\n" : "\n";
}

void Patches::Replace(Span span, std::string with) { patches_.push_back({span, std::move(with)}); }

bool Patches::OnlySpace(std::size_t begin, std::size_t end) const {
  return text_.substr(begin, end - begin).find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool Patches::IsBlankLine(std::size_t begin) const {
  return begin < text_.size() && OnlySpace(begin, NextLine(text_, begin));
}

std::string_view Patches::Indentation(std::size_t at) const {
  const std::size_t begin = LineBegin(text_, at);
  const std::size_t end = std::min(text_.find_first_not_of(" \t", begin), text_.size());
  return text_.substr(begin, end - begin);
}

// `at` is the beginning of a line, or the text's end, whose last line may lack a line break.
void Patches::InsertLines(std::size_t at, std::string lines) {
  const bool open =
      at == text_.size() && !text_.empty() && text_.back() != '\n' && text_ != kByteOrderMark;
  Replace({at, at}, (open ? std::string(line_end_) : "") + std::move(lines));
}

void Patches::InsertLine(std::size_t at, std::size_t like, std::string_view line) {
  std::string whole(Indentation(like));
  whole += line;
  whole += line_end_;
  InsertLines(NextLine(text_, at), std::move(whole));
}

bool Patches::IsComment(std::size_t begin) const {
  const std::size_t word = text_.find_first_not_of(" \t", begin);
  return word != std::string_view::npos && text_[word] == '#';
}

// The end of the line of `at` and of the comments directly below it. Comments directly above a
// header belong to the header and are not included.
std::size_t Patches::CommentsEnd(std::size_t at) const {
  const std::size_t end = NextLine(text_, at);
  std::size_t behind = end;
  while (behind < text_.size() && IsComment(behind)) behind = NextLine(text_, behind);
  const bool header = behind < text_.size() && !IsBlankLine(behind);
  return header ? end : behind;
}

// The beginning of the next header's lines. Only comments, empty lines and headers can follow a
// section's last value.
std::size_t Patches::SectionEnd(std::size_t at) const {
  std::size_t end = NextLine(text_, at);
  std::size_t comments = end;
  while (end < text_.size()) {
    const std::size_t next = NextLine(text_, end);
    if (IsBlankLine(end)) {
      comments = next;
    } else if (!IsComment(end)) {
      return comments;
    }
    end = next;
  }
  return end;
}

void Patches::InsertSection(std::size_t at, const std::vector<std::string>& lines) {
  const std::size_t end = SectionEnd(at);
  std::string whole;
  const bool first = end <= LineBegin(text_, 0);
  if (!first && !IsBlankLine(LineBegin(text_, end - 1))) whole += line_end_;
  for (const std::string& line : lines) {
    whole += line;
    whole += line_end_;
  }
  if (end < text_.size()) whole += line_end_;
  InsertLines(end, std::move(whole));
}

void Patches::AppendSection(const std::vector<std::string>& lines) {
  InsertSection(text_.size(), lines);
}

void Patches::RemoveLines(Span span) {
  Replace({LineBegin(text_, span.begin), NextLine(text_, span.end)}, "");
}

void Patches::RemoveSection(Span span) {
  std::size_t begin = LineBegin(text_, span.begin);
  std::size_t end = CommentsEnd(span.end);
  const bool blank_above = begin != LineBegin(text_, 0) && IsBlankLine(LineBegin(text_, begin - 1));
  if (IsBlankLine(end) && (blank_above || begin == LineBegin(text_, 0))) {
    end = NextLine(text_, end);
  } else if (end == text_.size() && blank_above) {
    begin = LineBegin(text_, begin - 1);
  }
  Replace({begin, end}, "");
}

// The offset after the comma that follows `at`, or `at` if there is none before `close`.
std::size_t Patches::SkipComma(std::size_t at, std::size_t close) const {
  for (std::size_t i = at; i < close;) {
    const std::size_t skipped = SkipStringOrComment(text_, i);
    if (text_[i] == ',') return i + 1;
    i = skipped == i ? i + 1 : skipped;
  }
  return at;
}

void Patches::AddElement(Span bracketed, std::string_view element) {
  const std::size_t close = bracketed.end - 1;
  const auto elements = Elements(text_, bracketed);
  if (elements.empty()) {
    const bool table = text_[bracketed.begin] == '{';
    const std::string space = table ? " " : "";
    const std::size_t end = OnlySpace(bracketed.begin + 1, close) ? close : bracketed.begin + 1;
    return Replace({bracketed.begin + 1, end}, space + std::string(element) + space);
  }
  const Span last = elements.back();
  const std::size_t comma = SkipComma(last.end, close);
  const bool own_lines = OnlySpace(LineBegin(text_, last.begin), last.begin) &&
                         LineBegin(text_, last.begin) > bracketed.begin;
  if (!own_lines) return Replace({last.end, last.end}, ", " + std::string(element));
  std::string line = std::string(Indentation(last.begin)) + std::string(element);
  if (comma != last.end) line += ",";
  const std::size_t below = NextLine(text_, comma);
  if (below > close) {  // the closing bracket is on the last element's line
    const std::string before = comma == last.end ? "," : "";
    return Replace({comma, comma}, before + std::string(line_end_) + line);
  }
  if (comma == last.end) Replace({last.end, last.end}, ",");
  Replace({below, below}, line + std::string(line_end_));
}

void Patches::RemoveElement(Span bracketed, std::size_t at) {
  const std::size_t close = bracketed.end - 1;
  const auto elements = Elements(text_, bracketed);
  const auto found = std::ranges::find_if(
      elements, [&](Span element) { return element.begin <= at && at < element.end; });
  if (found == elements.end()) return;
  const std::size_t comma = SkipComma(found->end, close);
  const std::size_t line = LineBegin(text_, found->begin);
  const std::size_t below = NextLine(text_, comma);
  std::size_t rest = std::min(text_.find_first_not_of(" \t\r", comma), close);
  rest = std::min(SkipStringOrComment(text_, rest), close);
  const bool own_lines = line > bracketed.begin && OnlySpace(line, found->begin) &&
                         below <= close && OnlySpace(rest, below);
  if (own_lines) return Replace({line, below}, "");
  if (found + 1 != elements.end()) return Replace({found->begin, (found + 1)->begin}, "");
  if (found != elements.begin()) return Replace({(found - 1)->end, found->end}, "");
  Replace({found->begin, std::min(text_.find_first_not_of(" \t", comma), close)}, "");
}

std::string Patches::Apply() {
  std::ranges::stable_sort(patches_, {}, [](const Patch& patch) { return patch.span.begin; });
  std::string out;
  std::size_t at = 0;
  for (const Patch& patch : patches_) {
    if (patch.span.begin > at) out += text_.substr(at, patch.span.begin - at);
    out += patch.with;
    at = std::max(at, patch.span.end);
  }
  out += text_.substr(std::min(at, text_.size()));
  patches_.clear();
  return out;
}

}  // namespace agm::config
