#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/awaited.h"
#include "core/base/cancellation.h"
#include "core/chat/event.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/protocol/gemini/response.h"
#include "core/protocol/shared/id_source.h"
#include "core/upstream/gemini/address.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// An immutable text with shared ownership, so that a request of megabytes is sent to one account
/// after another without copies.
///
/// Thread safety: immutable.
class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string text)  // NOLINT: implicit
      : text_(std::make_shared<const std::string>(std::move(text))) {}
  SharedText(const char* text) : SharedText(std::string(text)) {}  // NOLINT: implicit
  std::string_view view() const { return text_ ? std::string_view(*text_) : std::string_view(); }

 private:
  std::shared_ptr<const std::string> text_;
};

/// A request that is independent of the account: written once per target, sent for each attempt.
struct Outgoing {
  std::string model;                ///< the upstream's model name, already checked
  bool stream = false;              ///< streamGenerateContent?alt=sse, otherwise generateContent
  SharedText body;                  ///< the Gemini request
  protocol::GeminiReading reading;  ///< how to read the response (WriteGeminiRequest)
  protocol::IdSource ids{};         ///< for tool calls without an id; empty: random ones
};

/// The time limits of an attempt, and its proxy.
struct Limits {
  Duration connect_timeout{10'000};
  Duration first_byte_timeout{120'000};
  Duration idle_timeout{120'000};
  TimePoint deadline = TimePoint::max();
  std::string proxy;
};

/// One upstream request with one account's credential; its events are pulled.
///
///   auto call = Call::Start(transport, account, credential, outgoing, limits, cancellation);
///   if (auto* failure = std::get_if<Failure>(&call)) return std::move(failure->error);
///   while (auto event = std::get<0>(call)->Next(until)) ...
///
/// Start returns after the head of a 2xx response has arrived, or with the Failure. Next returns
/// the next event; nullopt if `until` passed before there was one. The events obey the grammar of
/// chat/event.h. A stream that breaks off ends in Failed; failure() then has its meaning for the
/// pool. No event follows Finished or Failed.
///
/// After a cancellation both return a Failure of kAborted with the error kCancelled, for which no
/// account is to blame. The cancellation must outlive the call; the other arguments need not.
///
/// Thread safety: one thread at a time.
class Call {
 public:
  static std::variant<std::unique_ptr<Call>, Failure> Start(
      Transport& transport, const config::Account& account, const Secret& credential,
      const Outgoing& outgoing, const Limits& limits, const Cancellation& cancellation);

  virtual ~Call() = default;
  virtual std::optional<chat::Event> Next(TimePoint until) = 0;
  /// True if Next would return without waiting.
  virtual bool held() const = 0;
  /// The condition to wait for if held() is false.
  virtual Awaited awaited() = 0;
  /// Set after a Failed event was returned.
  virtual const std::optional<Failure>& failure() const = 0;
};

}  // namespace agm::upstream
