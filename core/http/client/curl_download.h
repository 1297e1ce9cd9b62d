#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/origin.h"
#include "core/http/client/curl_line.h"
#include "core/http/client/transport.h"
#include "core/http/wire/response_reader.h"

namespace agm::upstream {

/// CURLE_TOO_LARGE, which older headers do not have.
inline constexpr CURLcode kTooLargeHead = static_cast<CURLcode>(100);

/// The answer to one request, from before its head until its end.
class CurlDownload : public Download {
 public:
  CurlDownload(std::shared_ptr<CurlTransport::IdleLines> idle, std::unique_ptr<Line> line,
               const Origin& origin, const std::string& head, const HttpRequest& request);
  ~CurlDownload() override { Close(); }
  CurlDownload(const CurlDownload&) = delete;
  CurlDownload& operator=(const CurlDownload&) = delete;

  /// Connects where that is to be done, sends, and waits for the head.
  Result<void> AwaitHead(const Cancellation& cancellation);
  /// True if the connection broke before a single byte of an answer had come.
  bool EndedUnanswered() const;

  int status() const override { return answer_.head().status(); }
  std::string_view header(std::string_view name) const override {
    return answer_.head().Find(name);
  }
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

  bool Connect();
  void Move(std::string& out);
  std::string_view Unsent() const;
  void SendRest();
  void Receive(std::string& out);
  void Judge();
  void Finish(CURLcode result);
  Wait NextWait(TimePoint until) const;
  bool Poll(TimePoint end, const Cancellation& cancellation, bool& watch);
  Result<ReadState> End();
  Error TimedOut(Limit limit) const;
  Error Broken() const;
  Error BrokenBeforeHead() const;
  std::string Peer() const;
  Result<ReadState> Pull(std::string& out, TimePoint until, const Cancellation& cancellation);
  Result<ReadState> Take(std::string& out, const Cancellation& cancellation);
  Error Stop(Error error);
  void EndPause();
  void GiveBack();
  void Close();

  std::shared_ptr<CurlTransport::IdleLines> idle_;
  std::unique_ptr<Line> line_;
  const std::string peer_;   // host:port
  const std::string proxy_;  // host:port of the one that was given
  const Duration connect_timeout_;
  const Duration first_byte_timeout_;
  const Duration idle_timeout_;
  const TimePoint deadline_;

  std::string first_;      // to send: the head, and the body's beginning
  std::string_view rest_;  // of the body
  bool deaf_ = false;      // the other side takes no more of it
  http::ResponseReader answer_;
  bool more_ = false;        // may have come already
  bool tail_ = false;        // something came behind the answer
  std::string early_;        // body that came in one go with the head
  TimePoint quiet_since_{};  // the last progress, moved on by the time nobody waited for more
  std::optional<TimePoint> paused_since_;  // while the caller is busy with what it got

  bool done_ = false;
  CURLcode result_ = CURLE_OK;  // libcurl's word for what went wrong, also where we saw it
  std::optional<Error> error_;  // what Read gives from now on
};

}  // namespace agm::upstream
