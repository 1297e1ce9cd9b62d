#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::cli {

/// Listens on a free port of 127.0.0.1 for the browser's redirect from a consent page.
///
///   auto listener = RedirectListener::Start();
///   const OauthLogin login = NewOauthLogin(listener->url());
///   Show(ConsentUrl(client, login, scope));
///   auto code = listener->AwaitCode(login.state, SystemClock().Now() + Duration(300'000));
///
/// Thread safety: one thread at a time.
class RedirectListener {
 public:
  static Result<RedirectListener> Start();
  RedirectListener(RedirectListener&&) noexcept;
  RedirectListener& operator=(RedirectListener&&) = delete;
  ~RedirectListener();

  int port() const { return port_; }
  /// "http://127.0.0.1:40123"
  std::string url() const;

  /// Waits for the code from the visitor with the right `state`; other visitors get an error and
  /// change nothing. kUpstreamRejected if the user declined, kTimeout at `deadline`.
  Result<Secret> AwaitCode(const std::string& state, TimePoint deadline);

 private:
  class Page;

  RedirectListener(std::unique_ptr<Page> page, int port);

  std::unique_ptr<Page> page_;
  int port_;
};

}  // namespace agm::cli
