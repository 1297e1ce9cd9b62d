#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace agm::http {

/// Decompresses gzip and deflate (RFC 1950 to 1952) incrementally:
///
///   Inflater inflater(Inflater::Form::kWrapped);
///   packed.remove_prefix(inflater.Read(packed, out, most));
///
/// Thread safety: one thread at a time.
class Inflater {
 public:
  enum class Form {
    kWrapped,  ///< gzip or zlib format, detected from the first bytes
    kBare,     ///< raw deflate without a header
  };
  enum class State { kMore, kDone, kBroken };

  explicit Inflater(Form form);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Consumes as much of `packed` as it can, appends at most `most` bytes to `out`, and returns the
  /// number of consumed bytes. It consumes nothing after the end.
  std::size_t Read(std::string_view packed, std::string& out, std::size_t most);
  State state() const { return state_; }

 private:
  struct Stream;

  std::unique_ptr<Stream> stream_;
  State state_ = State::kMore;
};

}  // namespace agm::http
