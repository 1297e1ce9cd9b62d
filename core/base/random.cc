#include "core/base/random.h"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <random>
#include <string_view>

namespace agm {
namespace {

// Random bytes from the kernel, fetched in blocks. Each byte is used once.
class Bytes {
 public:
  unsigned char Next() {
    if (at_ == block_.size()) Refill();
    return block_.at(at_++);
  }

 private:
  void Refill() {
    while (::getentropy(block_.data(), block_.size()) != 0) {
    }
    at_ = 0;
  }

  std::array<unsigned char, 256> block_{};
  std::size_t at_ = block_.size();
};

}  // namespace

std::string RandomId(std::size_t length) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  thread_local Bytes bytes;
  std::string id(length, '\0');
  for (std::size_t i = 0; i < length;) {
    const std::size_t byte = bytes.Next();
    // 248 is the largest multiple of 62 that fits in a byte; larger bytes would bias the letters.
    if (byte < 248) id[i++] = kAlphabet[byte % kAlphabet.size()];
  }
  return id;
}

double RandomFraction() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace agm
