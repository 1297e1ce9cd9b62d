#include "cli/table.h"

#include <algorithm>
#include <array>

#include "core/base/utf8.h"

namespace agm::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The wide blocks that occur in names and messages; not Unicode's complete table.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};
constexpr std::array kNoWidth = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x064B, 0x065F},
    Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F}, Range{0x202A, 0x202E},
    Range{0x2060, 0x2064}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
    Range{0xFEFF, 0xFEFF}};

template <class Ranges>
bool In(const Ranges& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range r) { return r.first <= code && code <= r.last; });
}

/// Decodes the well-formed sequence at the front.
char32_t Decode(std::string_view sequence) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  char32_t code = byte(0) & (0x7FU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) code = (code << 6U) | (byte(i) & 0x3FU);
  return code;
}

bool IsControl(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

std::size_t Columns(char32_t code) {
  if (In(kNoWidth, code)) return 0;
  return In(kWide, code) ? 2 : 1;
}

/// Calls `take(sequence, columns)` for each character until it returns false.
template <class Take>
void EachCharacter(std::string_view text, Take take) {
  while (!text.empty()) {
    std::size_t size = std::max<std::size_t>(Utf8Sequence(text), 1);
    std::string_view sequence = text.substr(0, size);
    if (!take(sequence, Columns(Decode(sequence)))) return;
    text.remove_prefix(size);
  }
}

std::string Clean(std::string_view text) {
  std::string clean;
  EachCharacter(text, [&](std::string_view sequence, std::size_t) {
    if (IsControl(Decode(sequence)))
      clean += ' ';
    else
      clean += sequence;
    return true;
  });
  return clean;
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  EachCharacter(text, [&](std::string_view, std::size_t columns) {
    width += columns;
    return true;
  });
  return width;
}

std::string Shorten(std::string_view text, std::size_t width) {
  std::string clean = Clean(text);
  if (DisplayWidth(clean) <= width) return clean;
  std::string cut;
  std::size_t used = 1;  // for the ellipsis
  EachCharacter(clean, [&](std::string_view sequence, std::size_t columns) {
    used += columns;
    if (used > width) return false;
    cut += sequence;
    return true;
  });
  return width == 0 ? std::string() : cut + "…";
}

std::string Wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string lines;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (used > 0 && used + 1 + DisplayWidth(word) > width) {
      lines += "\n" + std::string(indent, ' ');
      used = 0;
    }
    if (used > 0) lines += ' ', ++used;
    lines += word;
    used += DisplayWidth(word);
  }
  return lines;
}

std::vector<std::size_t> Table::Widths() const {
  std::vector<std::size_t> widths(header_.size(), 1);
  for (std::size_t i = 0; i < header_.size(); ++i) widths[i] = DisplayWidth(header_[i]);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(Clean(row[i].text)));
    }
  }
  return widths;
}

namespace {

/// The widest column becomes narrower until the line fits `columns`, or all are narrow.
void Fit(std::vector<std::size_t>& widths, std::size_t columns) {
  constexpr std::size_t kNarrow = 6;
  std::size_t total = 2 * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  for (; total > columns; --total) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrow) return;
    --*widest;
  }
}

}  // namespace

void Table::Print(Io& io) const {
  if (rows_.empty()) return;
  std::vector<std::size_t> widths = Widths();
  if (io.out_is_terminal && !wide_) {
    Fit(widths, static_cast<std::size_t>(std::max(io.width, 20)));
  }
  const auto line = [&](const std::vector<Cell>& cells) {
    std::string text;
    std::size_t owed = 0;  // spaces before the next column, printed only if there is one
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string shown = Shorten(cells[i].text.empty() ? "-" : cells[i].text, widths[i]);
      text.append(owed, ' ');
      text += cells[i].colour ? io.Paint(shown, *cells[i].colour) : shown;
      owed = 2 + widths[i] - DisplayWidth(shown);
    }
    io.Out(text + "\n");
  };
  std::vector<Cell> header;
  for (const std::string& name : header_) header.emplace_back(name, Colour::kBold);
  if (!io.quiet) line(header);
  for (const auto& row : rows_) line(row);
}

}  // namespace agm::cli
