#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace agm {

/// SHA-256 over what is added, piece by piece:
///
///   Digest digest;
///   digest.Add("ab");
///   digest.Add("c");
///   digest.Hex();      // the same as that of "abc"
///
/// It holds the first 1 KiB and computes their digest only when Hex is called, because most digests
/// are of short texts, and many are never asked for.
///
/// Thread safety: one thread at a time.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void Add(std::string_view bytes);
  /// 64 hexadecimal digits, of all that was added so far. More may be added after it.
  std::string Hex() const;

 private:
  struct State;
  std::string held_;              ///< all that was added, as long as it is short
  std::unique_ptr<State> state_;  ///< null as long as all is held
};

/// The digest of one text: 64 hexadecimal digits.
///
/// Thread safety: any thread.
std::string HexDigest(std::string_view bytes);

}  // namespace agm
