#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/protocol/stream_reader.h"

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

/// A chat request in the form of one kind of upstream. It is independent of the account: it is
/// written once for a model and sent for each attempt.
struct Outgoing {
  std::string model;    ///< the upstream's model name, already checked
  bool stream = false;  ///< the response comes as a stream
  SharedText body;
  /// Makes the reader of one response.
  std::function<std::unique_ptr<protocol::StreamReader>()> new_reader;
  std::vector<std::string> dropped{};  ///< fields that the upstream does not support, for the log
  bool pictures = false;               ///< for the upstream's images API, where it has its own
  /// Names the models that accept each other's signatures and turns; the gateway stores both under
  /// it. Empty: it stores none.
  std::string family{};
};

}  // namespace agm::upstream
