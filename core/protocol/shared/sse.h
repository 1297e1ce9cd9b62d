#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace agm::protocol {

/// One event of a `text/event-stream`. The views are valid until the reader's next call.
struct SseEvent {
  std::string_view name;  ///< of `event:`; empty: not given
  std::string_view data;  ///< the `data:` lines, joined by newlines
  /// True for a line that does not belong to an event stream: it begins with `{`, `[` or `<`, or
  /// follows such a line and is not a field. Some servers insert a raw JSON or HTML error into the
  /// stream. `data` is the line without its end.
  bool stray = false;
};

/// Splits a byte stream into server-sent events.
///
///   SseReader sse;
///   sse.Push(bytes);                       // split at any byte, even inside UTF-8 or CRLF
///   while (auto event = sse.Next()) Use(event->data);
///   ...
///   sse.Close();                           // end of the stream: an unfinished last event counts
///   while (auto event = sse.Next()) Use(event->data);
///
/// CR, LF and CRLF end lines; comments, `id:`, `retry:`, unknown fields and a byte order mark are
/// skipped. Events without data are not reported. Each byte is examined a bounded number of times
/// however the stream is split, and a single data line is not copied again. If an event exceeds
/// `max_event` bytes, overflowed() becomes true and no more events come.
///
/// Thread safety: one thread at a time.
class SseReader {
 public:
  static constexpr std::size_t kDefaultMaxEvent = 64U << 20U;

  explicit SseReader(std::size_t max_event = kDefaultMaxEvent) : max_event_(max_event) {}

  void Push(std::string_view bytes);
  void Close() { closed_ = true; }
  std::optional<SseEvent> Next();
  bool overflowed() const { return overflowed_; }

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  std::optional<Span> NextLine();
  std::optional<SseEvent> TakeLine(Span line);
  std::optional<SseEvent> Dispatch();
  void Forget();
  void DropReported();
  std::string_view View(Span span) const;

  std::string buffer_;
  std::size_t max_event_;
  std::size_t line_ = 0;                // start of the next line
  std::size_t scan_ = 0;                // no line end between line_ and here
  std::size_t lf_ = std::string::npos;  // the next LF, if it is known
  std::size_t lf_searched_ = 0;         // no LF before here
  Span data_;                           // the event's only data line so far, in buffer_
  Span name_;
  std::string joined_;  // several data lines, joined
  int data_lines_ = 0;
  bool skip_lf_ = false;  // the last line ended in CR, so an LF here belongs to it
  bool started_ = false;
  bool stray_ = false;  // after a stray line, unknown fields are stray too
  bool dispatched_ = false;
  bool closed_ = false;
  bool overflowed_ = false;
};

/// Appends one outgoing event: `data: JSON`, an empty line. `json` must be one line.
void AppendSseData(std::string& out, std::string_view json);

/// Like AppendSseData, with an event name before the data.
void AppendSseEvent(std::string& out, std::string_view name, std::string_view json);

/// The end of an OpenAI stream.
inline constexpr std::string_view kSseDone = "data: [DONE]\n\n";

}  // namespace agm::protocol
