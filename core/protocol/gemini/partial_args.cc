#include "core/protocol/gemini/partial_args.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/json_writer.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMostSteps = 32;
constexpr std::size_t kMostValues = 100'000;

// Appends the inside of a JSON string.
void AppendInside(std::string& out, std::string_view text) {
  std::string quoted;
  AppendJsonString(quoted, text);
  out.append(quoted, 1, quoted.size() - 2);
}

}  // namespace

// path := "$" (("." name) | ("[" number "]") | ("['" name "']"))*
std::optional<GeminiPartialArgs::Path> GeminiPartialArgs::ReadPath(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  text.remove_prefix(1);
  Path path;
  while (!text.empty()) {
    const bool bracket = text.front() == '[';
    if ((!bracket && text.front() != '.') || path.size() == kMostSteps) return std::nullopt;
    text.remove_prefix(1);
    const std::size_t end =
        std::min(bracket ? text.find(']') : text.find_first_of(".["), text.size());
    std::string_view name = text.substr(0, end);
    text.remove_prefix(bracket && end < text.size() ? end + 1 : end);
    const bool quoted =
        bracket && name.size() >= 2 && (name.front() == '\'' || name.front() == '"');
    if (quoted) name = name.substr(1, name.size() - 2);
    if (name.empty()) return std::nullopt;
    Step step{std::string(name), std::nullopt};
    if (bracket && !quoted) {
      std::size_t index = 0;
      const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), index);
      if (error != std::errc() || rest != name.data() + name.size()) return std::nullopt;
      step.index = index;
    }
    path.push_back(std::move(step));
  }
  if (path.empty()) return std::nullopt;
  return path;
}

std::string GeminiPartialArgs::Add(JsonView pieces) {
  std::string out;
  for (const JsonView piece : pieces.items()) {
    if (!broken_) AddPiece(piece, out);
  }
  return broken_ ? std::string() : out;
}

void GeminiPartialArgs::AddPiece(JsonView piece, std::string& out) {
  const auto path = ReadPath(piece["jsonPath"].text());
  if (!path) return;
  const bool first = levels_.empty();
  if (first) levels_.emplace_back();
  std::size_t depth = 0;  // of the deepest open level that holds the place
  while (depth + 1 < path->size() && depth + 1 < levels_.size() &&
         levels_[depth + 1].at == (*path)[depth]) {
    ++depth;
  }
  const JsonView text = piece["stringValue"];
  if (text && Continues(*path, depth)) return AppendInside(out, text.text());
  if (!Fits(*path, depth)) {
    if (first) levels_.clear();
    return;
  }
  if (first) out += '{';
  Open(*path, depth, out);
  if (text) {
    out += '"';
    AppendInside(out, text.text());
    text_ = path->back();
    return;
  }
  const JsonView number = piece["numberValue"];
  const JsonView boolean = piece["boolValue"];
  out += number ? number.raw() : boolean ? boolean.raw() : "null";
}

bool GeminiPartialArgs::Continues(const Path& path, std::size_t depth) const {
  return text_ && depth + 1 == path.size() && depth + 1 == levels_.size() && *text_ == path.back();
}

// True if the place is free and next to what is written.
bool GeminiPartialArgs::Fits(const Path& path, std::size_t depth) {
  const Level& level = levels_[depth];
  const Step& step = path[depth];
  if (level.array != step.index.has_value() || values_ == kMostValues) return false;
  broken_ = step.index ? *step.index < level.size : level.members.contains(step.name);
  if (broken_ || (step.index && *step.index > level.size)) return false;
  return std::all_of(path.begin() + static_cast<std::ptrdiff_t>(depth) + 1, path.end(),
                     [](const Step& below) { return below.index.value_or(0) == 0; });
}

// Closes what does not hold the place, and opens what does.
void GeminiPartialArgs::Open(const Path& path, std::size_t depth, std::string& out) {
  CloseTo(depth, out);
  for (std::size_t i = depth; i < path.size(); ++i) {
    Name(levels_.back(), path[i], out);
    if (i + 1 == path.size()) break;
    const bool array = path[i + 1].index.has_value();
    out += array ? '[' : '{';
    levels_.push_back({path[i], array});
  }
  ++values_;
}

void GeminiPartialArgs::Name(Level& level, const Step& step, std::string& out) {
  if (level.size++ > 0) out += ',';
  if (step.index) return;
  AppendJsonString(out, step.name);
  out += ':';
  level.members.insert(step.name);
}

void GeminiPartialArgs::CloseTo(std::size_t depth, std::string& out) {
  if (std::exchange(text_, std::nullopt)) out += '"';
  while (levels_.size() > depth + 1) {
    out += levels_.back().array ? ']' : '}';
    levels_.pop_back();
  }
}

std::string GeminiPartialArgs::End() {
  if (levels_.empty()) return "{}";
  std::string out;
  CloseTo(0, out);
  levels_.clear();
  return out + "}";
}

}  // namespace agm::protocol
