#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/chat/event.h"

namespace agm::protocol {

/// A JSON object in a longer text.
struct JsonPiece {
  std::string_view text;
  bool whole = false;  ///< false: the text ends before the closing brace
};

/// The first JSON object in `bytes`, up to its closing brace or to the end of the bytes; empty if
/// there is none. `bytes` may be server-sent events, an array, or the object itself.
JsonPiece FirstJsonObject(std::string_view bytes);

/// True if the object is Google's error object: its first member is "error".
bool IsGoogleError(std::string_view object);

/// Reads tokens and errors from the bytes of a native response while they pass, without holding the
/// bytes.
///
///   NativeWatch watch(NativeWatch::Framing::kEvents);
///   watch.See(bytes);
///   if (watch.between()) out += ": keep-alive\n\n";
///
/// Thread safety: one thread at a time.
class NativeWatch {
 public:
  /// How the response separates its elements: as server-sent events, in a JSON array, or not.
  enum class Framing { kEvents, kArray, kNone };

  explicit NativeWatch(Framing framing) : framing_(framing) {}

  void See(std::string_view bytes);
  /// True if the bytes so far end between two elements, where something may be inserted.
  bool between() const;
  /// The tokens that the last element with usageMetadata names.
  chat::Usage usage() const;
  /// The error object with which the response ended; empty if it ended without.
  std::string_view error() const;

 private:
  void SeeArray(std::string_view bytes);
  void Keep(std::string_view bytes);

  const Framing framing_;
  std::string tail_;  ///< the last bytes; usage and errors stand at the end of an element
  int depth_ = 0;     ///< of the array form: open brackets and braces
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace agm::protocol
