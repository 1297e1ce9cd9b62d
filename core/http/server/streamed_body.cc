#include "core/http/server/streamed_body.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace agm::http {

std::optional<std::uint64_t> StreamedBody::SizeOf(const Head& head) {
  if (head.framing != BodyFraming::kLength) return std::nullopt;
  return head.content_length;
}

StreamedBody::State StreamedBody::Fail(Error error) {
  failure_ = std::move(error);
  return State::kFailed;
}

/// False if the client is gone.
bool StreamedBody::Begin() {
  if (last_) return true;
  last_ = SystemClock().Now();
  const bool waits = connection_.reader().head().expects_continue;
  if (!waits || std::exchange(connection_.continued, true)) return true;
  return connection_.SendOrKeep("HTTP/1.1 100 Continue\r\n\r\n");
}

/// Reads from the socket; false once the body cannot arrive any more.
bool StreamedBody::Receive() {
  switch (connection_.Receive(0)) {
    case Connection::Arrival::kMore:
    case Connection::Arrival::kHead:
    case Connection::Arrival::kRequest:
      return true;
    case Connection::Arrival::kFault:
      failure_ = connection_.reader().fault().error;
      return false;
    case Connection::Arrival::kCrowded:
      failure_ = agm::Fail(ErrorCode::kOverloaded, "too many large requests at once; try again");
      return false;
    case Connection::Arrival::kGone:
      failure_ = agm::Fail(ErrorCode::kCancelled, "the client went away");
      return false;
  }
  return false;
}

void StreamedBody::Wait(TimePoint until) {
  if (connection_.Pending()) return;
  const short events = connection_.WantsOutput() ? POLLOUT : POLLIN;
  pollfd polled{connection_.fd(), events, 0};
  ::poll(&polled, 1, static_cast<int>(Left(SystemClock().Now(), until).count()));
}

StreamedBody::State StreamedBody::Read(std::string& out, TimePoint until) {
  if (failure_) return State::kFailed;
  if (!Begin()) return Fail(agm::Fail(ErrorCode::kCancelled, "the client went away"));
  const std::size_t before = out.size();
  RequestReader& reader = connection_.reader();
  for (;;) {
    reader.TakeBody(out);
    const TimePoint now = SystemClock().Now();
    if (out.size() > before) last_ = now;
    if (reader.state() == RequestReader::State::kWhole) return State::kWhole;
    if (out.size() > before || now >= until) return State::kMore;
    const TimePoint late = *last_ + pause_;
    if (now >= late) {
      return Fail(agm::Fail(ErrorCode::kTimeout, "the request took too long to arrive"));
    }
    Wait(std::min(until, late));
    if (!Receive()) return State::kFailed;
  }
}

}  // namespace agm::http
