#include "core/upstream/curl_engine.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace agm::upstream {
namespace {

constexpr Duration kLongest{60'000};
constexpr std::size_t kMostOpen = 16;  ///< addresses of a host that are tried

int LocalPort(curl_socket_t socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return -1;
  // The port stands at the same place in both families.
  sockaddr_in address{};
  std::memcpy(&address, &storage, sizeof address);
  return ntohs(address.sin_port);
}

}  // namespace

Engine::Engine() : multi_(curl_multi_init()) {
  open_.reserve(kMostOpen);
  if (multi_) curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 1L);
}

void Engine::Adopt(CURL* easy) {
  easy_ = easy;
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &Engine::OnOpen);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Engine::OnClose);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
}

int Engine::OnOpen(void* self, curl_socket_t socket, curlsocktype) {
  auto& open = static_cast<Engine*>(self)->open_;
  if (open.size() == kMostOpen) open.erase(open.begin());
  open.push_back(socket);
  return CURL_SOCKOPT_OK;
}

int Engine::OnClose(void* self, curl_socket_t socket) {
  std::erase(static_cast<Engine*>(self)->open_, socket);
  return ::close(socket);
}

bool Engine::Begin() {
  return multi_ && curl_multi_add_handle(multi_.get(), easy_) == CURLM_OK;
}

void Engine::End() { curl_multi_remove_handle(multi_.get(), easy_); }

std::optional<CURLcode> Engine::Move() {
  int running = 0;
  if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
  if (running > 0) return std::nullopt;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return std::nullopt;
}

bool Engine::Wait(TimePoint end, int other) {
  const Duration wait = std::min(Left(SystemClock().Now(), end), kLongest);
  curl_waitfd client{other, CURL_WAIT_POLLIN, 0};
  const bool both = other >= 0;
  curl_multi_poll(multi_.get(), both ? &client : nullptr, both ? 1U : 0U,
                  static_cast<int>(wait.count()), nullptr);
  return both && client.revents != 0;
}

// Of several addresses that were tried at once libcurl closes some without a word.
void Engine::ForgetTheOthers() {
  long port = -1;
  curl_easy_getinfo(easy_, CURLINFO_LOCAL_PORT, &port);
  std::erase_if(open_, [&](curl_socket_t socket) { return LocalPort(socket) != port; });
}

Awaited Engine::awaited() {
  if (open_.size() > 1) ForgetTheOthers();
  long wait = -1;
  curl_multi_timeout(multi_.get(), &wait);
  const TimePoint until = wait < 0 ? TimePoint::max() : After(SystemClock().Now(), Duration(wait));
  return {open_.size() == 1 ? open_.front() : -1, until};
}

}  // namespace agm::upstream
