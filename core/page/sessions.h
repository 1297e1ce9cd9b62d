#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/secret.h"

namespace agm::page {

/// The browser sessions of the page, and the tokens with which `agm page` begins one.
///
/// A session stands for the client key that began it: the gateway checks that key again at every
/// request, so that a session ends with its key. Sessions exist in memory only, and the cookie's
/// value is kept as a digest. A session ends after 12 hours without a request, 7 days after its
/// begin, or when 16 others are newer. A token opens one session within 60 seconds.
///
/// Thread safety: any thread.
class Sessions {
 public:
  explicit Sessions(Clock& clock) : clock_(clock) {}

  /// Begins a session and returns the value of its cookie: 256 random bits.
  std::string Begin(Secret key);
  /// The key of a session; nullopt if there is none. Counts as a use.
  std::optional<Secret> Find(std::string_view cookie);
  void End(std::string_view cookie);

  std::string NewToken(Secret key);
  /// The key of a token that was not used before.
  std::optional<Secret> UseToken(std::string_view token);

  /// False once the address has sent five wrong keys or tokens within a minute.
  bool MayTry(const std::string& address);
  void CountWrong(const std::string& address);

 private:
  struct Session {
    Secret key;
    TimePoint began;
    TimePoint used;
  };
  struct Token {
    Secret key;
    TimePoint made;
  };
  struct State {
    std::map<std::string, Session> sessions;                   ///< by the digest of the cookie
    std::map<std::string, Token> tokens;                       ///< by the digest of the token
    std::map<std::string, std::deque<TimePoint>> wrong_tries;  ///< by address
  };

  void Tidy(State& state) const;

  Clock& clock_;
  Guarded<State> state_;
};

/// The name of the session's cookie.
inline constexpr std::string_view kSessionCookie = "agm_session";

/// The value of a cookie in a Cookie header; empty if there is none.
std::string_view ReadCookie(std::string_view header, std::string_view name);

}  // namespace agm::page
