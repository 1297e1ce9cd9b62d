#include "cli/clients/json_edit.h"

#include <algorithm>
#include <utility>

#include "core/base/json_doc.h"

namespace agm::cli {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool IsSpace(char c) { return kSpace.find(c) != std::string_view::npos; }

/// The end of the string literal that begins at `at`.
std::size_t EndOfString(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

/// The end of the comment that begins at `at`; `at` itself if none does, or if it has no end.
std::size_t EndOfComment(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (!rest.starts_with("/*")) return at;
  const std::size_t end = text.find("*/", at + 2);
  return end == std::string_view::npos ? at : end + 2;
}

/// Replaces comments by spaces; every other byte keeps its place.
std::string WithoutComments(std::string_view text) {
  std::string bare(text);
  for (std::size_t at = 0; at < bare.size();) {
    if (bare[at] == '"') {
      at = EndOfString(bare, at);
      continue;
    }
    const std::size_t end = EndOfComment(bare, at);
    if (end == at) {
      ++at;
      continue;
    }
    for (; at < end; ++at) {
      if (!IsSpace(bare[at])) bare[at] = ' ';
    }
  }
  return bare;
}

/// Replaces commas before a closing bracket by spaces.
std::string WithoutTrailingCommas(std::string text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      at = EndOfString(text, at) - 1;
    } else if (text[at] == ',') {
      const std::size_t next = text.find_first_not_of(kSpace, at + 1);
      if (next != std::string::npos && (text[next] == '}' || text[next] == ']')) text[at] = ' ';
    }
  }
  return text;
}

/// Puts `indentation` behind each line end, and the line ends of the file in their place.
std::string Indented(std::string_view text, const std::string& indentation, bool crlf) {
  std::string result;
  for (const char c : text) {
    if (c == '\n' && crlf) result += '\r';
    result += c;
    if (c == '\n') result += indentation;
  }
  return result;
}

/// `"b": {"c": RAW}` for the names from `from` on, one member on each line.
std::string Nested(const KeyPath& path, std::size_t from, std::string_view raw) {
  const std::string key = DumpJson(Json(path[from])) + ": ";
  if (from + 1 == path.size()) return key + std::string(raw);
  return key + "{\n  " + Indented(Nested(path, from + 1, raw), "  ", false) + "\n}";
}

}  // namespace

JsonEdit::Node JsonEdit::Build(std::string_view text, JsonView view) {
  Node node;
  node.value.begin = static_cast<std::size_t>(view.raw().data() - text.data());
  node.value.end = node.value.begin + view.raw().size();
  node.object = view.is(JsonKind::kObject);
  for (const JsonMember& member : view.members()) {
    Node child = Build(text, member.value);
    child.key.begin = static_cast<std::size_t>(member.key.raw().data() - text.data());
    child.key.end = child.key.begin + member.key.raw().size();
    child.name = member.key.text();
    node.members.push_back(std::move(child));
  }
  return node;
}

Result<JsonEdit> JsonEdit::Open(std::string_view text) {
  JsonEdit edit;
  edit.text_ =
      text.find_first_not_of(kSpace) == std::string_view::npos ? "{}\n" : std::string(text);
  edit.bare_ = WithoutComments(edit.text_);
  const std::string plain = WithoutTrailingCommas(edit.bare_);
  const auto doc = JsonDoc::Parse(plain);
  if (!doc) return Fail(ErrorCode::kConfig, "it is not valid JSON: {}", doc.error().message);
  const bool copied = doc->text().data() != plain.data();
  if (copied || !doc->root().is(JsonKind::kObject)) {
    return Fail(ErrorCode::kConfig, "it is not a JSON object that agm can edit");
  }
  edit.root_ = Build(plain, doc->root());
  return edit;
}

const JsonEdit::Node* JsonEdit::Member(const Node& object, std::string_view name) {
  const auto found = std::find_if(object.members.rbegin(), object.members.rend(),
                                  [&](const Node& member) { return member.name == name; });
  return found == object.members.rend() ? nullptr : &*found;
}

const JsonEdit::Node* JsonEdit::Find(const KeyPath& path, std::size_t length) const {
  const Node* at = &root_;
  for (std::size_t i = 0; i < length && at != nullptr; ++i) at = Member(*at, path[i]);
  return at;
}

std::optional<std::string> JsonEdit::Read(const KeyPath& path) const {
  const Node* node = Find(path, path.size());
  if (node == nullptr) return std::nullopt;
  return text_.substr(node->value.begin, node->value.end - node->value.begin);
}

std::size_t JsonEdit::Tables(const KeyPath& path) const {
  std::size_t known = 0;
  while (known + 1 < path.size()) {
    const Node* node = Find(path, known + 1);
    if (node == nullptr || !node->object) break;
    ++known;
  }
  return known;
}

bool JsonEdit::IsEmptyObject(const KeyPath& path) const {
  const Node* node = Find(path, path.size());
  return node != nullptr && node->object && node->members.empty();
}

Result<std::string> JsonEdit::Set(const KeyPath& path, std::string_view raw) const {
  if (const Node* node = Find(path, path.size())) {
    std::string text = text_;
    const std::string value =
        Indented(raw, Indentation(node->key.begin), text_.find("\r\n") != std::string::npos);
    return text.replace(node->value.begin, node->value.end - node->value.begin, value);
  }
  const std::size_t known = Tables(path);
  const Node* object = Find(path, known);
  if (known + 1 < path.size() && Member(*object, path[known]) != nullptr) {
    return Fail(ErrorCode::kConfig, "{} is not an object there",
                PathText({path.begin(), path.begin() + static_cast<std::ptrdiff_t>(known) + 1}));
  }
  return Insert(*object, Nested(path, known, raw));
}

std::string JsonEdit::Indentation(std::size_t at) const {
  const std::size_t line = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
  const std::size_t end = std::min(text_.find_first_not_of(" \t", line), at);
  return text_.substr(line, end - line);
}

std::string JsonEdit::ChildIndentation(const Node& object) const {
  const bool tabs = text_.find("\n\t") != std::string::npos;
  return Indentation(object.value.begin) + (tabs ? "\t" : "  ");
}

/// The end of the line of `at` if only spaces and comments stand on it before that, else `at`.
std::size_t JsonEdit::EndOfLine(std::size_t at, std::size_t limit) const {
  std::size_t end = std::min(bare_.find_first_not_of(" \t\r", at), limit);
  if (end >= limit || bare_[end] != '\n') return at;
  if (end > at && bare_[end - 1] == '\r') --end;
  return end;
}

std::size_t JsonEdit::CommaAfter(std::size_t at) const {
  const std::size_t next = bare_.find_first_not_of(kSpace, at);
  return next != std::string::npos && bare_[next] == ',' ? next : std::string::npos;
}

std::string JsonEdit::Insert(const Node& object, const std::string& member) const {
  const bool crlf = text_.find("\r\n") != std::string::npos;
  const std::string newline = crlf ? "\r\n" : "\n";
  const std::size_t close = object.value.end - 1;
  std::string text = text_;
  if (object.members.empty()) {
    const std::string child = ChildIndentation(object);
    const std::size_t at = text_.find_last_not_of(kSpace, close - 1) + 1;
    const bool closes_line = text_.find('\n', at) < close;
    std::string added = newline + child + Indented(member, child, crlf);
    if (!closes_line) added += newline + Indentation(object.value.begin);
    const std::size_t spaces = closes_line ? 0 : close - at;
    return text.replace(at, spaces, added);
  }
  const Node& last = object.members.back();
  const std::size_t comma = CommaAfter(last.value.end);
  const std::size_t behind = comma == std::string::npos ? last.value.end : comma + 1;
  const bool one_line = text_.find('\n', object.value.begin) > last.key.begin;
  if (one_line) {
    text.insert(behind, (comma == std::string::npos ? ", " : " ") + Indented(member, "", crlf));
    return text;
  }
  const std::string child = Indentation(last.key.begin);
  text.insert(EndOfLine(behind, close), newline + child + Indented(member, child, crlf) +
                                            (comma == std::string::npos ? "" : ","));
  if (comma == std::string::npos) text.insert(last.value.end, ",");
  return text;
}

std::string JsonEdit::Remove(const KeyPath& path) const {
  const Node* object = Find(path, path.size() - 1);
  const Node* member = object == nullptr ? nullptr : Member(*object, path.back());
  if (member == nullptr) return text_;
  std::size_t begin = member->key.begin;
  std::size_t end = member->value.end;
  std::string text = text_;
  std::size_t comma_before = std::string::npos;
  if (const std::size_t comma = CommaAfter(end); comma != std::string::npos) {
    end = comma + 1;
  } else if (member != &object->members.front()) {
    comma_before = CommaAfter((member - 1)->value.end);
  }
  const std::size_t line = text_.rfind('\n', begin) + 1;
  const std::size_t line_end = bare_.find_first_not_of(" \t\r", end);
  const bool alone = text_.find_first_not_of(" \t", line) == begin && line > object->value.begin &&
                     line_end != std::string::npos && text_[line_end] == '\n';
  if (alone) {
    begin = line;
    end = line_end + 1;
  }
  if (comma_before < begin && !alone && text_.find('\n', comma_before) > begin) {
    begin = std::exchange(comma_before, std::string::npos);
  }
  text.erase(begin, end - begin);
  if (comma_before != std::string::npos) text.erase(comma_before, 1);
  return text;
}

}  // namespace agm::cli
