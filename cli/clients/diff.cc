#include "cli/clients/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace agm::cli {
namespace {

constexpr std::size_t kContext = 3;
/// Above this many pairs of lines a change is shown as removed and added lines as a whole.
constexpr std::size_t kMostPairs = 1'000'000;

using Lines = std::vector<std::string_view>;

Lines Split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Line {
  char mark;  ///< ' ', '-' or '+'
  std::string_view text;
};

std::vector<Line> Replaced(const Lines& a, const Lines& b) {
  std::vector<Line> script;
  for (const std::string_view line : a) script.push_back({'-', line});
  for (const std::string_view line : b) script.push_back({'+', line});
  return script;
}

/// The shortest list of kept, removed and added lines, from the lengths of the longest common
/// subsequences of all pairs of ends. Both sides are short: equal ends are cut off first.
std::vector<Line> Script(const Lines& a, const Lines& b) {
  if (a.size() * b.size() > kMostPairs) return Replaced(a, b);
  std::vector<std::vector<std::size_t>> common(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<Line> script;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      script.push_back({' ', a[i++]});
      ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      script.push_back({'-', a[i++]});
    } else {
      script.push_back({'+', b[j++]});
    }
  }
  return script;
}

std::vector<Line> Compare(Lines a, Lines b) {
  std::vector<Line> head;
  std::vector<Line> tail;
  const auto equal = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  for (auto at = a.begin(); at != equal.first; ++at) head.push_back({' ', *at});
  a.erase(a.begin(), equal.first);
  b.erase(b.begin(), equal.second);
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    tail.push_back({' ', a.back()});
    a.pop_back();
    b.pop_back();
  }
  const std::vector<Line> middle = Script(a, b);
  head.insert(head.end(), middle.begin(), middle.end());
  head.insert(head.end(), tail.rbegin(), tail.rend());
  return head;
}

}  // namespace

std::string UnifiedDiff(std::string_view before, std::string_view after) {
  const std::vector<Line> lines = Compare(Split(before), Split(after));
  std::string text;
  std::size_t shown = 0;  // lines up to here are written or left out
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::size_t begin = at < kContext ? 0 : at - kContext;
    const std::size_t end = std::min(at + kContext + 1, lines.size());
    const bool near = std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(begin),
                                  lines.begin() + static_cast<std::ptrdiff_t>(end),
                                  [](const Line& line) { return line.mark != ' '; });
    if (!near) continue;
    if (shown != at) text += "  ...\n";
    shown = at + 1;
    text += fmt::format("{} {}", lines[at].mark, lines[at].text);
    if (!lines[at].text.ends_with('\n')) text += '\n';
  }
  return text;
}

}  // namespace agm::cli
