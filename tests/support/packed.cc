#include "tests/support/packed.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>

namespace agm::test {
namespace {

int WindowOf(Wrapping wrapping) {
  switch (wrapping) {
    case Wrapping::kGzip:
      return 15 + 16;
    case Wrapping::kZlib:
      return 15;
    case Wrapping::kBare:
      return -15;
  }
  return 15;
}

}  // namespace

std::string Packed(std::string_view text, Wrapping wrapping) {
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WindowOf(wrapping), 9,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
  std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

std::string Unpacked(std::string_view packed) {
  constexpr int kEither = 15 + 32;
  z_stream stream{};
  if (::inflateInit2(&stream, kEither) != Z_OK) std::abort();
  std::string out(4U << 20U, '\0');
  std::string in(packed);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

}  // namespace agm::test
