#include "core/http/client/curl_connection.h"

#include <poll.h>

#include <algorithm>
#include <array>

namespace agm::upstream {
namespace {

constexpr Duration kLongest{60'000};

/// libcurl's own buffer during the connect, which holds only a proxy's responses.
constexpr long kSmall = 1024;

}  // namespace

Connection::Connection() : multi_(curl_multi_init()), easy_(curl_easy_init()) {
  if (!multi_) easy_.reset();
  if (!easy_) return;
  Set(easy_.get(), CURLOPT_CONNECT_ONLY, 1L);
  Set(easy_.get(), CURLOPT_BUFFERSIZE, kSmall);
}

std::optional<CURLcode> Connection::Connect() {
  if (!begun_ && curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) {
    return CURLE_FAILED_INIT;
  }
  begun_ = true;
  int running = 0;
  if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
  if (message == nullptr || message->msg != CURLMSG_DONE) return std::nullopt;
  // Do not remove the handle from the multi handle: that would close the connection.
  const CURLcode result = message->data.result;
  if (result != CURLE_OK) return result;
  Set(easy_.get(), CURLOPT_BUFFERSIZE, long{kRoom});  // older libcurl returns no more at once
  curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &fd_);
  return connected() ? CURLE_OK : CURLE_COULDNT_CONNECT;
}

Connection::Moved Connection::Send(std::string_view bytes) {
  std::size_t sent = 0;
  const CURLcode result = curl_easy_send(easy_.get(), bytes.data(), bytes.size(), &sent);
  if (result == CURLE_OK || result == CURLE_AGAIN) return sent;
  return std::nullopt;
}

Connection::Received Connection::Receive(std::span<char> room) {
  std::size_t size = 0;
  const CURLcode result = curl_easy_recv(easy_.get(), room.data(), room.size(), &size);
  if (result == CURLE_AGAIN) return {Received::State::kNothingYet};
  if (result != CURLE_OK) return {Received::State::kLost};
  if (size == 0) return {Received::State::kClosed};
  return {Received::State::kBytes, size};
}

bool Connection::Wait(TimePoint end, bool output, int other) {
  const Duration left = std::min(Left(SystemClock().Now(), end), kLongest);
  const int wait = static_cast<int>(left.count());
  if (!connected()) {
    curl_waitfd also{other, CURL_WAIT_POLLIN, 0};
    const bool both = other >= 0;
    curl_multi_poll(multi_.get(), both ? &also : nullptr, both ? 1U : 0U, wait, nullptr);
    return both && also.revents != 0;
  }
  const short events = output ? POLLIN | POLLOUT : POLLIN;
  std::array<pollfd, 2> polled{{{fd_, events, 0}, {other, POLLIN, 0}}};  // -1 is passed over
  ::poll(polled.data(), polled.size(), wait);
  return polled[1].revents != 0;
}

bool Connection::IsQuiet() {
  char first = 0;
  return Receive({&first, 1}).state == Received::State::kNothingYet;
}

}  // namespace agm::upstream
