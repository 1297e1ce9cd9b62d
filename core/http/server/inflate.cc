#include "core/http/server/inflate.h"

#include <algorithm>
#include <cstddef>

#include "core/http/wire/inflater.h"

namespace agm::http {
namespace {

constexpr std::uint64_t kStep = 16 * 1024;  ///< output bytes between two checks of the budget

Result<std::string> Unpack(Inflater::Form form, std::string_view packed, std::uint64_t max_size,
                           BudgetShare& share) {
  Inflater inflater(form);
  std::string out;
  for (bool moved = true; moved && inflater.state() == Inflater::State::kMore;) {
    const std::size_t before = out.size();
    const std::size_t taken =
        inflater.Read(packed, out, std::min<std::uint64_t>(kStep, max_size - before) + 1);
    packed.remove_prefix(taken);
    if (out.size() > max_size) {
      return Fail(ErrorCode::kTooLarge, "the unpacked body is larger than {} bytes", max_size);
    }
    if (!share.Resize(out.capacity())) {
      return Fail(ErrorCode::kOverloaded, "too many large requests at once; try again");
    }
    moved = taken > 0 || out.size() > before;
  }
  if (inflater.state() != Inflater::State::kDone) {
    return Fail(ErrorCode::kInvalidRequest, "the body is not what its Content-Encoding says");
  }
  if (!packed.empty()) {
    return Fail(ErrorCode::kInvalidRequest, "bytes follow the compressed body");
  }
  return out;
}

/// "deflate" means zlib's format, but some clients send raw deflate without its header.
bool LooksBare(std::string_view packed) {
  constexpr unsigned kDeflated = 8;  // the method in the first byte of a zlib header
  if (packed.size() < 2) return false;
  const unsigned first = static_cast<unsigned char>(packed[0]);
  const unsigned second = static_cast<unsigned char>(packed[1]);
  return (first & 0x0fU) != kDeflated || (first * 256 + second) % 31 != 0;
}

}  // namespace

Result<std::string> Inflate(std::string_view packed, BodyCoding coding, std::uint64_t max_size,
                            BudgetShare& share) {
  if (coding == BodyCoding::kIdentity) return std::string(packed);
  const bool bare = coding == BodyCoding::kDeflate && LooksBare(packed);
  return Unpack(bare ? Inflater::Form::kBare : Inflater::Form::kWrapped, packed, max_size, share);
}

}  // namespace agm::http
