#include "core/upstream/curl_engine.h"

#include <algorithm>
#include <array>

namespace agm::upstream {
namespace {

constexpr Duration kLongest{60'000};
/// A transfer needs two sockets at most, while it tries addresses of two families.
constexpr std::size_t kMostSockets = 4;

short Wanted(int what) {
  short events = 0;
  if ((what & CURL_POLL_IN) != 0) events |= POLLIN;
  if ((what & CURL_POLL_OUT) != 0) events |= POLLOUT;
  return events;
}

// A connection that broke is readable: the read tells how.
int Seen(short events) {
  int seen = 0;
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) seen |= CURL_CSELECT_IN;
  if ((events & POLLOUT) != 0) seen |= CURL_CSELECT_OUT;
  if ((events & (POLLERR | POLLNVAL)) != 0) seen |= CURL_CSELECT_ERR;
  return seen;
}

}  // namespace

Engine::Engine() : multi_(curl_multi_init()) {
  watched_.reserve(kMostSockets);
  if (!multi_) return;
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 1L);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Engine::OnSocket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Engine::OnTimer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, static_cast<void*>(this));
}

bool Engine::Begin(CURL* easy) {
  failed_ = CURLM_OK;
  return multi_ && curl_multi_add_handle(multi_.get(), easy) == CURLM_OK;
}

void Engine::End(CURL* easy) { curl_multi_remove_handle(multi_.get(), easy); }

int Engine::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& watched = static_cast<Engine*>(self)->watched_;
  const auto known = std::ranges::find(watched, socket, &pollfd::fd);
  if (what == CURL_POLL_REMOVE) {
    if (known != watched.end()) watched.erase(known);
  } else if (known != watched.end()) {
    known->events = Wanted(what);
  } else {
    watched.push_back({socket, Wanted(what), 0});
  }
  return 0;
}

int Engine::OnTimer(CURLM*, long wait_ms, void* self) {
  TimePoint& due = static_cast<Engine*>(self)->due_;
  due = wait_ms < 0 ? TimePoint::max() : SystemClock().Now() + Duration(wait_ms);
  return 0;
}

void Engine::Act(curl_socket_t socket, int events) {
  int running = 0;
  const CURLMcode code = curl_multi_socket_action(multi_.get(), socket, events, &running);
  if (code != CURLM_OK) failed_ = code;
}

// Acting on one socket may open and close others. True if there was one.
bool Engine::ActOnReady() {
  std::array<pollfd, kMostSockets> ready;
  std::size_t count = 0;
  for (pollfd& each : watched_) {
    if (each.revents != 0 && count < ready.size()) ready[count++] = each;
    each.revents = 0;
  }
  for (std::size_t i = 0; i < count; ++i) Act(ready[i].fd, Seen(ready[i].revents));
  return count > 0;
}

std::optional<CURLcode> Engine::Move() {
  // What became due by that is for the next time: a flood would be taken in without a bound.
  if (!ActOnReady() && Due()) {
    due_ = TimePoint::max();
    Act(CURL_SOCKET_TIMEOUT, 0);
  }
  if (failed_ != CURLM_OK) return CURLE_FAILED_INIT;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return std::nullopt;
}

Awaited Engine::awaited() const {
  const bool one = watched_.size() == 1 && watched_.front().events == POLLIN;
  return {one ? watched_.front().fd : -1, due_};
}

void Engine::Presume() {
  for (pollfd& each : watched_) each.revents = each.events;
}

bool Engine::Wait(TimePoint end, int other) {
  const Duration wait = std::min(Left(SystemClock().Now(), std::min(end, due_)), kLongest);
  if (other >= 0) watched_.push_back({other, POLLIN, 0});
  poll(watched_.data(), watched_.size(), static_cast<int>(wait.count()));
  if (other < 0) return false;
  const bool woken = watched_.back().revents != 0;
  watched_.pop_back();
  return woken;
}

}  // namespace agm::upstream
