#include "core/http/wire/gzip.h"

#include <zlib.h>

#include <array>
#include <new>

namespace agm::http {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr int kMemory = 8;
constexpr std::size_t kMostAtOnce = 1U << 30U;  // zlib counts in 32 bits
constexpr std::size_t kRoom = 16U << 10U;

/// Owns zlib's state.
struct Deflater {
  Deflater() {
    const int done =
        ::deflateInit2(&zlib, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY);
    if (done != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { ::deflateEnd(&zlib); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  z_stream zlib{};
};

}  // namespace

std::string Gzip(std::string_view text) {
  Deflater deflater;
  z_stream& zlib = deflater.zlib;
  std::string packed;
  std::array<char, kRoom> room{};
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    if (zlib.avail_in == 0) {
      const std::string_view part = text.substr(0, kMostAtOnce);
      zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
      zlib.avail_in = static_cast<uInt>(part.size());
      text.remove_prefix(part.size());
    }
    zlib.next_out = reinterpret_cast<Bytef*>(room.data());
    zlib.avail_out = static_cast<uInt>(room.size());
    state = ::deflate(&zlib, text.empty() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(room.data(), room.size() - zlib.avail_out);
  }
  return packed;
}

}  // namespace agm::http
