#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/base/clock.h"

namespace agm::store {

/// The way to the other machines that need this one's rows too. Where one machine works alone there
/// is none, and each store works with its file only.
///
/// Small rows are announced: each machine adds them to its own file when it hears of them, so that
/// a request finds them without asking. Large texts are kept for all machines under a name, and are
/// looked up when the own file does not have them.
///
/// Thread safety: any thread.
class Copies {
 public:
  enum class Kind { kSignature, kResponse, kTie, kResource, kHome };
  using Receive = std::function<void(const std::string& key, const std::string& value)>;

  virtual ~Copies() = default;
  /// Tells all machines of a row; an empty value means that it was removed. Returns at once.
  virtual void Announce(Kind kind, const std::string& key, const std::string& value) = 0;
  /// Names the function that takes over rows of other machines.
  virtual void Follow(Kind kind, Receive receive) = 0;
  /// Keeps a text for all machines. Returns at once.
  virtual void Keep(const std::string& name, std::string text, Duration expiry) = 0;
  virtual void Drop(const std::string& name) = 0;
  /// The text of that name; nothing if there is none, or if it is not found within milliseconds.
  virtual std::optional<std::string> Find(const std::string& name) = 0;
};

}  // namespace agm::store
