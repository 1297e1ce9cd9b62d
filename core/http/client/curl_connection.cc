#include "core/http/client/curl_connection.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/descriptors.h"
#include "core/base/os/socket.h"

namespace agm::http {
namespace {

constexpr Duration kLongest{60'000};

/// libcurl's own buffer during the connect, which holds only a proxy's responses.
constexpr long kSmall = 1024;

}  // namespace

CurlConnection::CurlConnection(DescriptorCount& count, Bytes bytes)
    : count_(count), bytes_(bytes), multi_(curl_multi_init()), easy_(curl_easy_init()) {
  Hold(1 + DescriptorsOfHandle());
  if (!multi_) easy_.reset();
  if (!easy_) return;
  Set(easy_.get(), CURLOPT_CONNECT_ONLY, 1L);
  Set(easy_.get(), CURLOPT_BUFFERSIZE, kSmall);
}

CurlConnection::~CurlConnection() {
  Hold(0);
  if (own_) ::close(fd_);
}

void CurlConnection::Hold(std::size_t descriptors) {
  count_.held += descriptors - held_;  // unsigned: it wraps to the same sum
  held_ = descriptors;
}

/// Takes the socket from libcurl, which closes its own copy.
bool CurlConnection::TakeSocket() {
  const int copy = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return false;
  fd_ = copy;
  own_ = true;
  easy_.reset();
  multi_.reset();
  Hold(1);
  return true;
}

std::optional<CURLcode> CurlConnection::Connect() {
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
  if (!connected()) return CURLE_COULDNT_CONNECT;
  if (bytes_ == Bytes::kPlain) TakeSocket();  // else it goes on through libcurl
  count_.each = held_;
  return CURLE_OK;
}

CurlConnection::Moved CurlConnection::Send(std::string_view bytes) {
  if (own_) {
    const ssize_t moved = os::Send(fd_, bytes.data(), bytes.size());
    if (moved >= 0) return static_cast<std::size_t>(moved);
    if (errno == EAGAIN || errno == EINTR) return 0;
    return std::nullopt;
  }
  std::size_t sent = 0;
  const CURLcode result = curl_easy_send(easy_.get(), bytes.data(), bytes.size(), &sent);
  if (result == CURLE_OK || result == CURLE_AGAIN) return sent;
  return std::nullopt;
}

CurlConnection::Received CurlConnection::Receive(std::span<char> room) {
  if (own_) {
    const ssize_t moved = ::recv(fd_, room.data(), room.size(), 0);
    if (moved > 0) return {Received::State::kBytes, static_cast<std::size_t>(moved)};
    if (moved == 0) return {Received::State::kClosed};
    const bool later = errno == EAGAIN || errno == EINTR;
    return {later ? Received::State::kNothingYet : Received::State::kLost};
  }
  std::size_t size = 0;
  const CURLcode result = curl_easy_recv(easy_.get(), room.data(), room.size(), &size);
  if (result == CURLE_AGAIN) return {Received::State::kNothingYet};
  if (result != CURLE_OK) return {Received::State::kLost};
  if (size == 0) return {Received::State::kClosed};
  return {Received::State::kBytes, size};
}

bool CurlConnection::Wait(TimePoint end, bool output, int other) {
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

bool CurlConnection::IsQuiet() {
  char first = 0;
  return Receive({&first, 1}).state == Received::State::kNothingYet;
}

std::size_t DescriptorsOfHandle() {
  static const std::size_t held = [] {
    const std::size_t before = OpenDescriptors();
    CURLM* multi = curl_multi_init();
    const std::size_t after = OpenDescriptors();
    if (multi != nullptr) curl_multi_cleanup(multi);
    return after > before ? std::min<std::size_t>(after - before, 2) : 0;  // no other thread's
  }();
  return held;
}

}  // namespace agm::http
