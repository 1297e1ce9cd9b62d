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
  std::unique_ptr<State> state_;
};

/// The digest of one text: 64 hexadecimal digits.
///
/// Thread safety: any thread.
std::string HexDigest(std::string_view bytes);

}  // namespace agm
