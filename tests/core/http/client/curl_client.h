#pragma once

#include <poll.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "core/base/os/wake_event.h"
#include "core/http/client/curl_transport.h"
#include "tests/support/scripted_server.h"

/// What the tests of CurlTransport share: a request, ways to read its answer, a cancellation.
namespace agm::http {

using std::chrono::milliseconds;
using test::Chunk;
using test::ChunkedHead;
using test::HttpAnswer;
using test::ScriptedServer;
using test::Visitor;

inline constexpr Duration kLong{10'000};

inline TimePoint In(Duration wait) { return SystemClock().Now() + wait; }

/// A cancellation that another thread triggers; it wakes threads that poll.
class Whistle : public Cancellation {
 public:
  int fd() const override { return noise_.fd(); }
  bool Cancelled() const override {
    ++asked_;
    return blown_;
  }
  void Blow() {
    blown_ = true;
    noise_.Signal();
  }
  /// Makes the descriptor readable without cancelling, like a pipelining client.
  void MakeNoise() { noise_.Signal(); }
  int asked() const { return asked_; }
  /// Cancels without waking anyone.
  void BlowSilently() { blown_ = true; }

 private:
  os::WakeEvent noise_;
  std::atomic<bool> blown_{false};
  mutable std::atomic<int> asked_{0};
};

inline OutgoingRequest RequestTo(const std::string& url) {
  OutgoingRequest request;
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}};
  request.credential = {"x-goog-api-key", Secret("AIzaCANARY")};
  request.body = "{\"contents\":[]}";
  return request;
}

/// The complete body, or the error.
inline Result<std::string> ReadAll(Download& download,
                                   const Cancellation& cancellation = NeverCancelled()) {
  std::string body;
  for (;;) {
    const auto state = download.Read(body, In(kLong), cancellation);
    if (!state) return state.error();
    if (*state == ReadState::kEnd) return body;
  }
}

inline Result<std::string> Fetch(Transport& transport, const OutgoingRequest& request,
                                 const Cancellation& cancellation = NeverCancelled()) {
  auto download = transport.Send(request, cancellation);
  if (!download) return std::move(download).error();
  return ReadAll(**download, cancellation);
}

inline std::string Text(const Result<std::string>& answer) {
  return answer ? *answer : "error: " + answer.error().message;
}

inline std::string GotAll(Download& download) { return Text(ReadAll(download)); }

inline std::string Got(Transport& transport, const OutgoingRequest& request,
                       const Cancellation& cancellation = NeverCancelled()) {
  return Text(Fetch(transport, request, cancellation));
}

inline void AnswerAll(Visitor& visitor) {
  while (visitor.ReadRequest()) visitor.Send(HttpAnswer("{\"ok\":true}"));
}

/// Measures how long a wait took.
template <class Work>
Duration Took(Work work) {
  const TimePoint start = SystemClock().Now();
  work();
  return std::chrono::duration_cast<Duration>(SystemClock().Now() - start);
}

/// Reads like a carrier thread: waits for awaited(), then reads without blocking.
inline Result<ReadState> ReadAsCarrier(Download& download, std::string& out, TimePoint until) {
  while (SystemClock().Now() < until) {
    const Awaited awaited = download.awaited();
    if (awaited.fd < 0 && awaited.until != kNoWait) {
      return download.Read(out, until, NeverCancelled());
    }
    pollfd ready{awaited.fd, POLLIN, 0};
    const Duration wait = Left(SystemClock().Now(), std::min(until, awaited.until));
    if (awaited.fd >= 0) ::poll(&ready, 1, static_cast<int>(wait.count()));
    auto state = download.Read(out, kNoWait, NeverCancelled());
    if (!state || *state != ReadState::kNothingYet) return state;
  }
  return ReadState::kNothingYet;
}

/// Cancels shortly after the work has begun; returns how long the work continued after that.
template <class Work>
Duration AfterTheWhistle(Whistle& whistle, Work work) {
  TimePoint blown{};
  std::thread thread([&] {
    std::this_thread::sleep_for(milliseconds(100));
    blown = SystemClock().Now();
    whistle.Blow();
  });
  work();
  const TimePoint end = SystemClock().Now();
  thread.join();
  return std::chrono::duration_cast<Duration>(end - blown);
}

}  // namespace agm::http
