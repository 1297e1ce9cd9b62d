#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/origin.h"
#include "core/upstream/curl_line.h"
#include "core/upstream/response_head.h"
#include "core/upstream/transport.h"

namespace agm::upstream {

/// The answer to one request, from before its head until its end.
class CurlDownload : public Download {
 public:
  CurlDownload(std::shared_ptr<CurlTransport::IdleLines> idle, std::unique_ptr<Line> line,
               Origin origin, HeaderList headers, const HttpRequest& request);
  ~CurlDownload() override { Close(); }
  CurlDownload(const CurlDownload&) = delete;
  CurlDownload& operator=(const CurlDownload&) = delete;

  Result<void> AwaitHead(const Cancellation& cancellation);

  int status() const override { return head_.status(); }
  std::string_view header(std::string_view name) const override { return head_.Find(name); }
  Result<ReadState> Read(std::string& out, TimePoint until,
                         const Cancellation& cancellation) override;
  Awaited awaited() override;

 private:
  /// Why a wait ends, apart from bytes.
  enum class Limit { kUntil, kConnect, kFirstByte, kIdle, kDeadline };
  struct Wait {
    TimePoint end;
    Limit limit;
  };

  static std::size_t OnHeader(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* bytes, std::size_t size, std::size_t count, void* self);

  void Apply(const HttpRequest& request, const Origin& origin);
  void Move();
  void NoteProgress();
  Wait NextWait(TimePoint until) const;
  bool Poll(TimePoint end, const Cancellation& cancellation, bool& watch);
  bool Connected() const;
  Result<ReadState> End();
  Error TimedOut(Limit limit) const;
  Error Broken() const;
  Error BrokenBeforeHead() const;
  std::string Peer() const;
  Result<ReadState> Pull(TimePoint until, const Cancellation& cancellation);
  Result<ReadState> Take(const Cancellation& cancellation);
  Error Stop(Error error);
  void EndPause();
  void GiveBack();
  void Close();

  std::shared_ptr<CurlTransport::IdleLines> idle_;
  std::unique_ptr<Line> line_;
  HeaderList headers_;
  std::string peer_;   // host:port
  std::string proxy_;  // host:port of the one that was given
  Duration connect_timeout_;
  Duration first_byte_timeout_;
  Duration idle_timeout_;
  TimePoint deadline_;
  curl_off_t to_send_;

  ResponseHead head_;
  bool head_too_large_ = false;
  std::string early_;           // body that came in one go with the head
  std::string* out_ = nullptr;  // where body goes while Read runs
  std::size_t received_ = 0;
  std::size_t handed_out_ = 0;  // of these, before this Read
  curl_off_t sent_ = 0;
  bool connected_ = false;
  TimePoint quiet_since_{};  // the last progress, moved on by the time nobody waited for more
  std::optional<TimePoint> paused_since_;  // while the caller is busy with what it got

  bool done_ = false;
  CURLcode result_ = CURLE_OK;
  std::optional<Error> error_;  // what Read gives from now on
};

}  // namespace agm::upstream
