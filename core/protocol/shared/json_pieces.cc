#include "core/protocol/shared/json_pieces.h"

#include <cstddef>

#include "core/base/json_bytes.h"

namespace agm::protocol {
void JsonPieces::Push(std::string_view bytes) {
  const std::size_t drop = depth_ > 0 ? begin_ : at_;
  if (drop > 0 && drop >= buffer_.size() - drop) {
    buffer_.erase(0, drop);
    at_ -= drop;
    begin_ = 0;
  }
  buffer_.append(bytes);
}

std::optional<std::string_view> JsonPieces::Next() {
  if (depth_ == 0 && !FindStart()) return std::nullopt;
  if (!FindEnd()) return std::nullopt;
  return std::string_view(buffer_).substr(begin_, at_ - begin_);
}

// Moves to the next '{', over the characters that may stand between objects.
bool JsonPieces::FindStart() {
  while (at_ < buffer_.size() && !garbage_) {
    switch (buffer_[at_]) {
      case '{':
        begin_ = at_++;
        depth_ = 1;
        return true;
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ',':
      case '[':
      case ']':
        ++at_;
        break;
      default:
        garbage_ = true;
        break;
    }
  }
  return false;
}

bool JsonPieces::FindEnd() {
  while (depth_ > 0) {
    if (in_string_ && !SkipString()) return false;
    if (at_ == buffer_.size()) return false;
    const char c = buffer_[at_++];
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
  }
  return true;
}

// Moves after the closing quote; false if it has not arrived yet.
bool JsonPieces::SkipString() {
  while (at_ < buffer_.size()) {
    if (escaped_) {
      escaped_ = false;
      ++at_;
      continue;
    }
    const char* const begin = buffer_.data();
    const char* const end = begin + buffer_.size();
    at_ = static_cast<std::size_t>(json::SkipPlain<json::Stop::kQuote>(begin + at_, end) - begin);
    if (at_ == buffer_.size()) return false;
    escaped_ = buffer_[at_] == '\\';
    in_string_ = escaped_;
    ++at_;
    if (!in_string_) return true;
  }
  return false;
}

}  // namespace agm::protocol
