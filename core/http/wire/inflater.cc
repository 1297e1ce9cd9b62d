#include "core/http/wire/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace agm::http {
namespace {

constexpr int kGzipOrZlib = 15 + 32;  // zlib detects either format from the first bytes
constexpr int kNoWrapping = -15;
constexpr std::size_t kMostAtOnce = 1U << 30U;  // zlib counts in 32 bits

}  // namespace

/// Owns zlib's state.
struct Inflater::Stream {
  explicit Stream(int window) {
    if (::inflateInit2(&zlib, window) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { ::inflateEnd(&zlib); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib{};
};

Inflater::Inflater(Form form)
    : stream_(std::make_unique<Stream>(form == Form::kBare ? kNoWrapping : kGzipOrZlib)) {}

Inflater::~Inflater() = default;

std::size_t Inflater::Read(std::string_view packed, std::string& out, std::size_t most) {
  z_stream& zlib = stream_->zlib;
  packed = packed.substr(0, kMostAtOnce);
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  zlib.avail_in = static_cast<uInt>(packed.size());
  std::array<char, 16 * 1024> piece;
  for (bool full = true; full && most > 0 && state_ == State::kMore;) {
    const std::size_t room = std::min(most, piece.size());
    zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
    zlib.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&zlib, Z_NO_FLUSH);
    const std::size_t size = room - zlib.avail_out;
    out.append(piece.data(), size);
    most -= size;
    full = zlib.avail_out == 0;
    if (result == Z_STREAM_END) {
      state_ = State::kDone;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {  // Z_BUF_ERROR: needs more input or space
      state_ = State::kBroken;
    }
  }
  return packed.size() - zlib.avail_in;
}

}  // namespace agm::http
