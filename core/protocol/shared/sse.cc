// The grammar of server-sent events in the HTML standard:
//
//   stream := [BOM] (event | comment | stray)*
//   event  := (field line-end)+ line-end
//   field  := name [":" [" "] value]
//
// buffer_ contains the bytes that were not reported yet. line_ is the start of the next line; a
// single data line is reported as a view into buffer_, several are joined in joined_.

#include "core/protocol/shared/sse.h"

#include <algorithm>
#include <cstring>

#include "core/base/buffer.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kNone = std::string::npos;

std::size_t FindByte(std::string_view text, char byte, std::size_t from, std::size_t to) {
  if (from >= to) return kNone;
  const void* hit = std::memchr(text.data() + from, byte, to - from);
  if (hit == nullptr) return kNone;
  return static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
}

}  // namespace

void SseReader::Push(std::string_view bytes) {
  if (!overflowed_) buffer_.append(bytes);
}

// Moves the unread rest to the front, but only if it is the smaller part, so the total cost is
// linear.
void SseReader::DropReported() {
  std::size_t drop = line_;
  if (data_lines_ > 0) drop = std::min(drop, data_.begin);
  if (name_.end > 0) drop = std::min(drop, name_.begin);
  if (drop == 0 || drop < buffer_.size() - drop) return;
  buffer_.erase(0, drop);
  if (buffer_.empty()) Clear(buffer_);
  const auto move = [drop](std::size_t& at) { at -= std::min(at, drop); };
  for (std::size_t* at :
       {&line_, &scan_, &lf_searched_, &data_.begin, &data_.end, &name_.begin, &name_.end}) {
    move(*at);
  }
  if (lf_ != kNone) lf_ = lf_ < drop ? kNone : lf_ - drop;
}

std::optional<SseEvent> SseReader::Next() {
  if (dispatched_) Forget();
  while (!overflowed_) {
    const auto line = NextLine();
    if (!line) {
      if (buffer_.size() - line_ + joined_.size() > max_event_) overflowed_ = true;
      DropReported();
      break;
    }
    if (auto event = TakeLine(*line)) return event;
  }
  if (closed_ && !overflowed_ && data_lines_ > 0) return Dispatch();
  return std::nullopt;
}

// The next complete line without its end; at the end of the stream also a last line without an end.
std::optional<SseReader::Span> SseReader::NextLine() {
  if (!started_) {
    if (buffer_.size() < 3 && !closed_ && std::string_view("\xEF\xBB\xBF").starts_with(buffer_)) {
      return std::nullopt;
    }
    if (buffer_.starts_with("\xEF\xBB\xBF")) line_ = 3;
    scan_ = line_;
    started_ = true;
  }
  if (skip_lf_ && line_ < buffer_.size()) {
    if (buffer_[line_] == '\n') scan_ = ++line_;
    skip_lf_ = false;
  }
  const std::size_t from = std::max(scan_, line_);
  if (lf_ == kNone || lf_ < from) {
    lf_ = FindByte(buffer_, '\n', std::max(from, lf_searched_), buffer_.size());
    lf_searched_ = lf_ == kNone ? buffer_.size() : lf_;
  }
  const std::size_t limit = lf_ == kNone ? buffer_.size() : lf_;
  const std::size_t cr = FindByte(buffer_, '\r', from, limit);
  const std::size_t end = cr != kNone ? cr : lf_;
  if (end == kNone) {
    scan_ = buffer_.size();
    if (!closed_ || line_ == buffer_.size()) return std::nullopt;
    const Span last{line_, buffer_.size()};
    line_ = buffer_.size();
    return last;
  }
  const Span line{line_, end};
  skip_lf_ = cr != kNone;
  line_ = end + 1;
  scan_ = line_;
  return line;
}

// Processes a line; returns an event if the line completes one.
std::optional<SseEvent> SseReader::TakeLine(Span line) {
  const std::string_view text = View(line);
  if (text.empty()) {
    if (data_lines_ > 0) return Dispatch();
    Forget();
    return std::nullopt;
  }
  const char first = text.front();
  if (first == '{' || first == '[' || first == '<') {
    stray_ = true;
    return SseEvent{{}, text, true};
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  std::size_t value = std::min(colon + 1, text.size());
  if (value < text.size() && text[value] == ' ') ++value;
  const Span span{line.begin + value, line.end};
  const std::string_view field = text.substr(0, colon);
  if (text.size() > max_event_) overflowed_ = true;
  if (field == "event") {
    name_ = span;
  } else if (field == "data") {
    if (data_lines_ == 1) joined_.assign(View(data_));
    if (data_lines_ > 0) {
      joined_ += '\n';
      joined_ += View(span);
      if (joined_.size() > max_event_) overflowed_ = true;
    }
    data_ = span;
    ++data_lines_;
  } else if (stray_ && !field.empty() && field != "id" && field != "retry") {
    return SseEvent{{}, text, true};
  }
  return std::nullopt;
}

std::optional<SseEvent> SseReader::Dispatch() {
  dispatched_ = true;
  return SseEvent{View(name_), data_lines_ > 1 ? std::string_view(joined_) : View(data_), false};
}

void SseReader::Forget() {
  data_ = {};
  name_ = {};
  data_lines_ = 0;
  joined_.clear();
  dispatched_ = false;
}

std::string_view SseReader::View(Span span) const {
  return std::string_view(buffer_).substr(span.begin, span.end - span.begin);
}

void AppendSseData(std::string& out, std::string_view json) {
  out += "data: ";
  out += json;
  out += "\n\n";
}

void AppendSseEvent(std::string& out, std::string_view name, std::string_view json) {
  out += "event: ";
  out += name;
  out += '\n';
  AppendSseData(out, json);
}

}  // namespace agm::protocol
