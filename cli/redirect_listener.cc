#include "cli/redirect_listener.h"

#include <fmt/format.h>
#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace agm::cli {
namespace {

constexpr int kSecondsForOneVisitor = 2;  // browsers open connections that they never use
constexpr std::size_t kLargestBody = 16U << 10U;

void Tell(httplib::Response& response, std::string_view words) {
  response.set_content(fmt::format("<!doctype html><meta charset=\"utf-8\"><title>agm</title>"
                                   "<body style=\"font:1.2em sans-serif;margin:4em\"><p>{}</p>",
                                   words),
                       "text/html; charset=utf-8");
}

}  // namespace

/// The page that the browser is sent back to. It is served from the constructor on; the library's
/// threads call its handler.
class RedirectListener::Page {
 public:
  Page();
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  /// Not positive if no port is free.
  int port() const { return port_; }
  Result<Secret> AwaitCode(const std::string& state, TimePoint deadline);

 private:
  void Receive(const httplib::Request& request, httplib::Response& response);

  httplib::Server server_;
  int port_ = -1;
  std::thread thread_;

  std::mutex mutex_;  ///< guards the two members below
  std::condition_variable changed_;
  std::optional<Secret> state_;
  std::optional<Result<Secret>> received_;
};

RedirectListener::Page::Page() {
  server_.set_read_timeout(kSecondsForOneVisitor);
  server_.set_write_timeout(kSecondsForOneVisitor);
  server_.set_keep_alive_timeout(kSecondsForOneVisitor);
  server_.set_keep_alive_max_count(1);
  server_.set_payload_max_length(kLargestBody);
  server_.set_default_headers({{"Cache-Control", "no-store"}, {"Referrer-Policy", "no-referrer"}});
  server_.set_socket_options([](socket_t) {});  // the library's own would let others share the port
  server_.Get("/", [this](const httplib::Request& request, httplib::Response& response) {
    Receive(request, response);
  });
  server_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    response.status = httplib::StatusCode::BadRequest_400;
    Tell(response, "This is not the answer that agm waits for.");
  });
  port_ = server_.bind_to_any_port("127.0.0.1");
  if (port_ > 0) thread_ = std::thread([this] { server_.listen_after_bind(); });
}

RedirectListener::Page::~Page() {
  if (!thread_.joinable()) return;
  server_.wait_until_ready();
  server_.stop();
  thread_.join();
}

/// Takes the result that a visitor with the right `state` brings. Others get the error page.
void RedirectListener::Page::Receive(const httplib::Request& request, httplib::Response& response) {
  std::unique_lock lock(mutex_);
  // The browser may be back before AwaitCode is called.
  changed_.wait_for(lock, std::chrono::seconds(kSecondsForOneVisitor),
                    [this] { return state_.has_value(); });
  if (!state_ || received_ || !state_->Matches(request.get_param_value("state"))) {
    response.status = httplib::StatusCode::BadRequest_400;
    return;
  }
  const std::string code = request.get_param_value("code");
  if (!code.empty()) {
    Tell(response, "agm has what it needs. You can close this page.");
    received_ = Secret(code);
  } else {
    Tell(response, "agm was not let in. You can close this page.");
    const bool denied = request.get_param_value("error") == "access_denied";
    received_ = Fail(ErrorCode::kUpstreamRejected, "{}",
                     denied ? "access was denied in the browser"
                            : "the consent page came back with an error instead of a code");
  }
  changed_.notify_all();
}

Result<Secret> RedirectListener::Page::AwaitCode(const std::string& state, TimePoint deadline) {
  std::unique_lock lock(mutex_);
  state_ = Secret(state);
  changed_.notify_all();
  if (changed_.wait_until(lock, deadline, [this] { return received_.has_value(); })) {
    return *std::move(received_);
  }
  return Fail(ErrorCode::kTimeout, "the browser did not come back from the consent page in time");
}

Result<RedirectListener> RedirectListener::Start() {
  auto page = std::make_unique<Page>();
  const int port = page->port();
  if (port <= 0) return Fail(ErrorCode::kConfig, "cannot listen on a port of 127.0.0.1");
  return RedirectListener(std::move(page), port);
}

RedirectListener::RedirectListener(std::unique_ptr<Page> page, int port)
    : page_(std::move(page)), port_(port) {}

RedirectListener::RedirectListener(RedirectListener&&) noexcept = default;

RedirectListener::~RedirectListener() = default;

std::string RedirectListener::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

Result<Secret> RedirectListener::AwaitCode(const std::string& state, TimePoint deadline) {
  return page_->AwaitCode(state, deadline);
}

}  // namespace agm::cli
