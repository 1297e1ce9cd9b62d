#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/io.h"

namespace agm::cli {

/// The number of terminal columns that `text` takes: two for wide East Asian characters and emoji,
/// none for combining marks.
std::size_t DisplayWidth(std::string_view text);

/// `text` shortened to `width` columns, with "…" at the end if something is missing. Control
/// characters become spaces, so that foreign text cannot control the terminal.
std::string Shorten(std::string_view text, std::size_t width);

/// `text` in lines of at most `width` columns, broken at spaces; each line but the first begins
/// with `indent` spaces, which do not count.
std::string Wrap(std::string_view text, std::size_t indent, std::size_t width);

struct Cell {
  Cell(std::string t) : text(std::move(t)) {}  // NOLINT: implicit, cells are written as texts
  Cell(const char* t) : text(t) {}             // NOLINT
  Cell(std::string t, Colour c) : text(std::move(t)), colour(c) {}
  std::string text;
  std::optional<Colour> colour;
};

/// A table for people: aligned columns two spaces apart, below a header (not with --quiet).
///
///   Table table({"NAME", "STATE"});
///   table.Add({"work", {"ready", Colour::kGreen}});
///   table.Print(io);
///
/// On a terminal the widest columns are shortened until a line fits, unless the table is Wide;
/// otherwise lines are complete, for grep and awk. Trailing spaces are never printed. An empty cell
/// is shown as "-".
///
/// Thread safety: one thread at a time.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// Lines may be longer than the terminal is wide.
  void Wide() { wide_ = true; }
  bool empty() const { return rows_.empty(); }
  void Print(Io& io) const;

 private:
  std::vector<std::size_t> Widths() const;

  std::vector<std::string> header_;
  std::vector<std::vector<Cell>> rows_;
  bool wide_ = false;
};

}  // namespace agm::cli
