#include "core/protocol/gemini/native_watch.h"

#include <algorithm>

#include "core/base/json_doc.h"
#include "core/protocol/gemini/pieces.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kTail = 16U << 10U;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view SkipBlanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text;
}

// The object that begins `text`, up to its closing brace or to the end.
JsonPiece ObjectAt(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return {text.substr(0, i + 1), true};
    }
  }
  return {text, false};
}

}  // namespace

JsonPiece FirstJsonObject(std::string_view bytes) {
  const std::size_t brace = bytes.find('{');
  return brace == std::string_view::npos ? JsonPiece() : ObjectAt(bytes.substr(brace));
}

bool IsGoogleError(std::string_view object) {
  if (!object.starts_with('{')) return false;
  return SkipBlanks(object.substr(1)).starts_with("\"error\"");
}

void NativeWatch::See(std::string_view bytes) {
  if (framing_ == Framing::kArray) SeeArray(bytes);
  Keep(bytes);
}

void NativeWatch::SeeArray(std::string_view bytes) {
  for (const char c : bytes) {
    if (in_string_) {
      if (!escaped_ && c == '"') in_string_ = false;
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
  }
}

void NativeWatch::Keep(std::string_view bytes) {
  if (bytes.size() >= kTail) {
    tail_ = bytes.substr(bytes.size() - kTail);
    return;
  }
  tail_ += bytes;
  if (tail_.size() > 2 * kTail) tail_.erase(0, tail_.size() - kTail);
}

bool NativeWatch::between() const {
  switch (framing_) {
    case Framing::kEvents:
      return tail_.empty() || tail_.ends_with("\n\n") || tail_.ends_with("\n\r\n") ||
             tail_.ends_with("\r\r");
    case Framing::kArray:
      return depth_ <= 1 && !in_string_;
    case Framing::kNone:
      return false;
  }
  return false;
}

chat::Usage NativeWatch::usage() const {
  constexpr std::string_view kName = "\"usageMetadata\"";
  const std::size_t at = tail_.rfind(kName);
  if (at == std::string::npos) return {};
  const std::string_view object =
      FirstJsonObject(std::string_view(tail_).substr(at + kName.size())).text;
  const auto doc = JsonDoc::Parse(object);
  if (!doc) return {};
  GeminiCounts counts;
  counts.Read(doc->root());
  return counts.Total();
}

std::string_view NativeWatch::error() const {
  const std::size_t at = tail_.rfind("\"error\"");
  if (at == std::string::npos) return {};
  const std::size_t brace = std::string_view(tail_).find_last_not_of(kBlanks, at == 0 ? 0 : at - 1);
  if (brace == std::string_view::npos || tail_[brace] != '{') return {};
  const std::string_view before = std::string_view(tail_).substr(0, brace);
  const std::size_t last = before.find_last_not_of(kBlanks);
  const bool element = last == std::string_view::npos || before[last] == ',' ||
                       before[last] == '[' || before.substr(0, last + 1).ends_with("data:");
  return element ? ObjectAt(std::string_view(tail_).substr(brace)).text : std::string_view();
}

}  // namespace agm::protocol
