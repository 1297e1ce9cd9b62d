#pragma once

#include <fmt/format.h>

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace agm {

/// The kind of a failure, independent of any dialect. Exactly three places interpret a code: the
/// dialects' WriteError (HTTP status and body), the command line (exit code), and the pool (whether
/// to start a cooldown). A switch over it has no default.
enum class ErrorCode {
  kInvalidRequest,       ///< the request is invalid; Error::param names the field
  kUnauthenticated,      ///< no key, or a wrong key
  kForbidden,            ///< a request that is not allowed from there (Host, Origin)
  kUnknownRoute,         ///< no such path
  kMethodNotAllowed,     ///< the path exists, the method does not
  kUnknownModel,         ///< no account serves the model
  kNotFound,             ///< a named thing (account, stored response, file) does not exist
  kTooLarge,             ///< a body or head is over its limit
  kUnsupportedMedia,     ///< a content type or encoding that the gateway does not read
  kRateLimited,          ///< an upstream rate limit: retry after Error::retry_after_ms
  kQuotaExhausted,       ///< an upstream quota that does not recover within minutes
  kBudgetSpent,          ///< a client key's own budget is used up until its next day or month
  kNoAccount,            ///< no account can serve until a person acts; Error::reason says on what
  kOverloaded,           ///< this gateway or the upstream's model is at its limit
  kUpstreamRejected,     ///< the upstream sent a response that cannot be used
  kUpstreamUnavailable,  ///< the upstream could not be reached, or broke the connection
  kTimeout,              ///< a deadline passed
  kCancelled,            ///< the client disconnected
  kConfig,               ///< the user's configuration or command line is wrong
  kIo,                   ///< a file, socket or database failed
  kDamaged,              ///< a database file is damaged
  kInternal,             ///< a bug
};

/// The code's name in logs and in --json output, e.g. "invalid_request".
std::string_view CodeName(ErrorCode code);

/// A failure as a value. `message` is safe to show: it contains no key, no token and no verbatim
/// upstream body; it says what was expected, what was found, and where.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string reason;       ///< a finer code, e.g. "missing_required_parameter"; may be empty
  std::string param;        ///< path of the invalid field, e.g. "messages[2].content"; may be empty
  int retry_after_ms = -1;  ///< when a retry can succeed; -1 = not known
  std::string members;      ///< more JSON members for the error object, already serialised
  std::string quota{};  ///< the limit of a client key that was reached: "RequestsPerMinutePerKey"
};

/// Creates an Error in fmt style: `return Fail(ErrorCode::kIo, "{}: {}", path, why);`
template <class... Args>
[[nodiscard]] Error Fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  return Error{code, fmt::format(text, std::forward<Args>(args)...), {}, {}, -1, {}};
}

/// An invalid field: `return Invalid("missing_required_parameter", "model", "...")`.
[[nodiscard]] inline Error Invalid(std::string_view reason, std::string_view param,
                                   std::string message) {
  return Error{ErrorCode::kInvalidRequest,
               std::move(message),
               std::string(reason),
               std::string(param),
               -1,
               {}};
}

/// A value or an Error; names as in std::expected, which C++20 does not have.
///
///   Result<Config> config = Load(path);
///   if (!config) return std::move(config).error();
///   Use(*config);
///
/// Thread safety: like T.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return assert(has_value()), *std::get_if<0>(&state_); }
  const T& value() const& { return assert(has_value()), *std::get_if<0>(&state_); }
  T&& value() && { return assert(has_value()), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & { return assert(!has_value()), *std::get_if<1>(&state_); }
  const Error& error() const& { return assert(!has_value()), *std::get_if<1>(&state_); }
  Error&& error() && { return assert(!has_value()), std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  Error& error() & { return assert(error_), *error_; }
  const Error& error() const& { return assert(error_), *error_; }
  Error&& error() && { return assert(error_), std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace agm
