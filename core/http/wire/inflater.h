#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace agm::http {

/// Undoes gzip and deflate (RFC 1950 to 1952), piece by piece:
///
///   Inflater inflater(Inflater::Form::kWrapped);
///   packed.remove_prefix(inflater.Read(packed, out, most));
///
/// Thread safety: one thread at a time.
class Inflater {
 public:
  enum class Form {
    kWrapped,  ///< gzip's or zlib's, as the first bytes say
    kBare,     ///< deflate without either
  };
  enum class State { kMore, kDone, kBroken };

  explicit Inflater(Form form);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Takes what it can of `packed`, appends at most `most` bytes to `out`, returns how many bytes
  /// it took. It takes nothing behind the end.
  std::size_t Read(std::string_view packed, std::string& out, std::size_t most);
  State state() const { return state_; }

 private:
  struct Stream;

  std::unique_ptr<Stream> stream_;
  State state_ = State::kMore;
};

}  // namespace agm::http
