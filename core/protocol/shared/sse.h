#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace agm::protocol {

/// One event of a `text/event-stream`. The views die with the next call of the reader.
struct SseEvent {
  std::string_view name;  ///< of `event:`; empty: none was given
  std::string_view data;  ///< the `data:` lines, joined by newlines
  /// A line that is no part of an event stream: it begins with `{`, `[` or `<`, or follows such a
  /// line and is no field. Some servers drop a raw JSON or HTML error into the stream. `data` is
  /// the line without its end.
  bool stray = false;
};

/// Cuts a byte stream into server-sent events.
///
///   SseReader sse;
///   sse.Push(bytes);                       // cut anywhere, also inside UTF-8, CRLF or "data:"
///   while (auto event = sse.Next()) Use(event->data);
///   ...
///   sse.Close();                           // end of the stream: an unfinished last event counts
///   while (auto event = sse.Next()) Use(event->data);
///
/// CR, LF and CRLF end lines; comments, `id:`, `retry:` and unknown fields are skipped, and so is a
/// byte order mark. Events without data are not reported. Each byte is looked at a bounded number
/// of times however the stream is cut, and one data line is not copied again. When one event
/// exceeds `max_event` bytes, overflowed() becomes true and no more events come.
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
  std::size_t line_ = 0;                // where the next line begins
  std::size_t scan_ = 0;                // from line_ to here there is no line end
  std::size_t lf_ = std::string::npos;  // the next LF, if it was found
  std::size_t lf_searched_ = 0;         // up to here there is none
  Span data_;                           // the event's only data line so far, in buffer_
  Span name_;
  std::string joined_;  // several data lines
  int data_lines_ = 0;
  bool skip_lf_ = false;  // the last line ended in CR: an LF here belongs to it
  bool started_ = false;
  bool stray_ = false;  // a stray line was seen: unknown fields are more of it
  bool dispatched_ = false;
  bool closed_ = false;
  bool overflowed_ = false;
};

/// Appends one event as we send it: `data: JSON`, a blank line. `json` must be one line.
void AppendSseData(std::string& out, std::string_view json);

/// As AppendSseData, with an event name before the data.
void AppendSseEvent(std::string& out, std::string_view name, std::string_view json);

/// What is sent while there is nothing to say, so that nobody on the way gives up.
inline constexpr std::string_view kSseKeepAlive = ": keep-alive\n\n";

/// The end of an OpenAI stream.
inline constexpr std::string_view kSseDone = "data: [DONE]\n\n";

}  // namespace agm::protocol
