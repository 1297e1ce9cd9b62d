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
#include "core/upstream/address.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// A text that many may hold and nobody copies: a request of megabytes goes to one account after
/// the other.
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

/// What is sent, whoever sends it: made once a target, used for each account that is tried.
struct Outgoing {
  std::string model;                ///< upstream model name, checked
  bool stream = false;              ///< streamGenerateContent?alt=sse, else generateContent
  SharedText body;                  ///< the Gemini request
  protocol::GeminiReading reading;  ///< how its answer is to be read (protocol::WriteGeminiRequest)
  protocol::IdSource ids{};         ///< for tool calls without an id; empty: random ones
};

/// How long a try may take, and which way it goes.
struct Limits {
  Duration connect_timeout{10'000};
  Duration first_byte_timeout{120'000};
  Duration idle_timeout{120'000};
  TimePoint deadline = TimePoint::max();
  std::string proxy;
};

/// One request upstream with one account's credential: a pulled list of events.
///
///   auto call = Call::Start(transport, account, credential, outgoing, limits, cancellation);
///   if (auto* failure = std::get_if<Failure>(&call)) ...
///   while (auto event = call.Next(until)) ...
///
/// Start returns when the head of a good answer (2xx) has come, or with the Failure. Next returns
/// the next event; nothing if `until` passed before there was one. The events obey the grammar of
/// chat/event.h; a stream that breaks off ends in Failed, and failure() says what it means for the
/// pool. Nothing comes after Finished or Failed.
///
/// When the caller calls it off, both give a Failure of kAborted whose error is kCancelled:
/// nobody's fault. The cancellation must outlive the call; everything else may go.
///
/// Thread safety: one thread at a time.
class Call {
 public:
  static std::variant<std::unique_ptr<Call>, Failure> Start(
      Transport& transport, const config::Account& account, const Secret& credential,
      const Outgoing& outgoing, const Limits& limits, const Cancellation& cancellation);

  virtual ~Call() = default;
  virtual std::optional<chat::Event> Next(TimePoint until) = 0;
  /// True while Next would return without a wait.
  virtual bool held() const = 0;
  /// What to wait for, where nothing is held.
  virtual Awaited awaited() = 0;
  /// Set once a Failed event was returned.
  virtual const std::optional<Failure>& failure() const = 0;
};

}  // namespace agm::upstream
