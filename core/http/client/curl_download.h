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

namespace agm::http {

/// CURLE_TOO_LARGE, which older libcurl headers lack.
inline constexpr CURLcode kTooLargeHead = static_cast<CURLcode>(100);

/// The response to one request, from before its head until its end.
class CurlDownload : public Download {
 public:
  CurlDownload(std::shared_ptr<CurlTransport::IdleLines> idle, std::unique_ptr<CurlLine> line,
               const Origin& origin, const std::string& head, const OutgoingRequest& request);
  ~CurlDownload() override { Close(); }
  CurlDownload(const CurlDownload&) = delete;
  CurlDownload& operator=(const CurlDownload&) = delete;

  /// Connects if necessary, sends the request, and waits for the head of the response.
  Result<void> AwaitHead(const Cancellation& cancellation);
  /// True if the connection broke before the first byte of a response.
  bool EndedUnanswered() const;

  int status() const override { return answer_.head().status(); }
  std::string_view header(std::string_view name) const override {
    return answer_.head().Find(name);
  }
  Result<ReadState> Read(std::string& out, TimePoint until,
                         const Cancellation& cancellation) override;
  Awaited awaited() override;

 private:
  /// The limit that ends a wait if no bytes arrive.
  enum class Limit { kUntil, kConnect, kFirstByte, kIdle, kDeadline };
  struct Wait {
    TimePoint end;
    Limit limit;
  };

  bool Connect();
  void Move(std::string& out);
  std::string_view Unsent() const;
  bool Uploading() const { return upload_ != nullptr && !deaf_ && !done_; }
  void Refill();
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
  std::unique_ptr<CurlLine> line_;
  const std::string peer_;   // host:port
  const std::string proxy_;  // host:port of the proxy given in the request
  const Duration connect_timeout_;
  const Duration first_byte_timeout_;
  const Duration idle_timeout_;
  const TimePoint deadline_;

  std::string first_;      // unsent bytes of the head and the body's first part, or of an upload
  std::string_view rest_;  // the unsent rest of the body
  BodyReader* upload_;     // the part of the body that was not read yet; null: none is left
  const bool chunked_;     // the upload is sent in chunks
  bool deaf_ = false;      // the other side stopped reading
  ResponseReader answer_;
  bool more_ = false;        // more may have arrived already
  bool tail_ = false;        // bytes arrived after the response
  std::string early_;        // body bytes received together with the head
  TimePoint quiet_since_{};  // when bytes last moved, later by the caller's pauses since then
  std::optional<TimePoint> paused_since_;  // set while the caller processes what it received

  bool done_ = false;
  CURLcode result_ = CURLE_OK;  // the failure as a libcurl code, also if our code detected it
  std::optional<Error> error_;  // the result of all further calls of Read
};

}  // namespace agm::http
