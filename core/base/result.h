#pragma once

#include <fmt/format.h>

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace agm {

/// What went wrong, in words that no dialect owns. Exactly three places know what a code means:
/// the dialects' WriteError (status and shape), the command line (exit code), and the pool
/// (cool down or not). A switch over it has no default.
enum class ErrorCode {
  kInvalidRequest,       ///< the client's request is at fault; Error::param names the field
  kUnauthenticated,      ///< no key, or a wrong one
  kForbidden,            ///< a request that may not be made from there (Host, Origin)
  kUnknownRoute,         ///< no such path
  kMethodNotAllowed,     ///< the path exists, the method does not
  kUnknownModel,         ///< no account serves such a model
  kNotFound,             ///< a named thing (account, stored response, file) does not exist
  kTooLarge,             ///< a body or head over its limit
  kUnsupportedMedia,     ///< a content type or encoding that is not read here
  kRateLimited,          ///< upstream quota: wait and try again (Error::retry_after)
  kQuotaExhausted,       ///< upstream quota that waiting minutes does not cure
  kNoAccount,            ///< no usable account, for reasons other than quota
  kOverloaded,           ///< this gateway or the model upstream is at its limit
  kUpstreamRejected,     ///< upstream gave an answer that cannot be used
  kUpstreamUnavailable,  ///< upstream could not be reached, or broke off
  kTimeout,              ///< a deadline passed
  kCancelled,            ///< the client went away
  kConfig,               ///< the user's configuration or command line is wrong
  kIo,                   ///< a file, socket or database failed
  kInternal,             ///< a bug
};

/// The code's name as it stands in logs and in --json output, e.g. "invalid_request".
std::string_view CodeName(ErrorCode code);

/// A failure as a value. `message` is safe to show: no key, no token, no upstream body verbatim;
/// it says what was expected, what was found, and where.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string reason;  ///< a finer word, e.g. "missing_required_parameter"; may be empty
  std::string param;   ///< path of the field at fault, e.g. "messages[2].content"; may be empty
  int retry_after_ms = -1;  ///< when trying again can help; -1 = not known
  std::string members;      ///< further JSON members for the error object, already serialised
};

/// Error factory in fmt style: `return Fail(ErrorCode::kIo, "{}: {}", path, why);`
template <class... Args>
[[nodiscard]] Error Fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  return Error{code, fmt::format(text, std::forward<Args>(args)...), {}, {}, -1, {}};
}

/// The client's fault at one field: `return Invalid("missing_required_parameter", "model", "...")`.
[[nodiscard]] inline Error Invalid(std::string_view reason, std::string_view param,
                                   std::string message) {
  return Error{ErrorCode::kInvalidRequest,
               std::move(message),
               std::string(reason),
               std::string(param),
               -1,
               {}};
}

/// A value or an Error; names as in std::expected, which g++ 12 lacks in C++20.
///
///   Result<Config> config = Load(path);
///   if (!config) return std::move(config).error();
///   Use(*config);
///
/// Thread safety: as the value's.
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
