#include "core/gateway/http_inflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace agm::gateway {
namespace {

constexpr int kGzipOrZlib = 15 + 32;  // zlib reads either wrapping from the first bytes
constexpr int kRaw = -15;

/// zlib's state, given back whatever happens.
class Inflater {
 public:
  explicit Inflater(int window) : ready_(::inflateInit2(&stream_, window) == Z_OK) {}
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> Run(std::string_view packed, std::uint64_t max_size, BudgetShare& share);

 private:
  Result<void> Step(std::string& out, std::uint64_t max_size);

  z_stream stream_{};
  const bool ready_;
  int state_ = Z_OK;
};

Result<std::string> Inflater::Run(std::string_view packed, std::uint64_t max_size,
                                  BudgetShare& share) {
  std::string out;
  if (!ready_) return Fail(ErrorCode::kInternal, "no memory to unpack the body");
  while (state_ != Z_STREAM_END) {
    if (stream_.avail_in == 0) {  // avail_in has 32 bits
      const std::string_view part = packed.substr(0, 1U << 30U);
      packed.remove_prefix(part.size());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
      stream_.avail_in = static_cast<uInt>(part.size());
    }
    if (Result<void> step = Step(out, max_size); !step) return std::move(step).error();
    if (!share.Resize(out.capacity())) {
      return Fail(ErrorCode::kOverloaded, "too many large requests at once; try again");
    }
  }
  if (stream_.avail_in != 0 || !packed.empty()) {
    return Fail(ErrorCode::kInvalidRequest, "bytes follow the compressed body");
  }
  return out;
}

Result<void> Inflater::Step(std::string& out, std::uint64_t max_size) {
  std::array<char, 16 * 1024> piece;
  stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
  stream_.avail_out = piece.size();
  state_ = ::inflate(&stream_, Z_NO_FLUSH);
  if (state_ != Z_OK && state_ != Z_STREAM_END) {
    return Fail(ErrorCode::kInvalidRequest, "the body is not what its Content-Encoding says");
  }
  const std::size_t size = piece.size() - stream_.avail_out;
  if (size > max_size - std::min<std::uint64_t>(max_size, out.size())) {
    return Fail(ErrorCode::kTooLarge, "the unpacked body is larger than {} bytes", max_size);
  }
  out.append(piece.data(), size);
  return {};
}

/// "deflate" means zlib's format, but some clients send the bare one.
bool LooksBare(std::string_view packed) {
  if (packed.size() < 2) return false;
  const unsigned first = static_cast<unsigned char>(packed[0]);
  const unsigned second = static_cast<unsigned char>(packed[1]);
  return (first & 0x0fU) != Z_DEFLATED || (first * 256 + second) % 31 != 0;
}

}  // namespace

Result<std::string> Inflate(std::string_view packed, BodyCoding coding, std::uint64_t max_size,
                            BudgetShare& share) {
  switch (coding) {
    case BodyCoding::kIdentity:
      return std::string(packed);
    case BodyCoding::kGzip:
      return Inflater(kGzipOrZlib).Run(packed, max_size, share);
    case BodyCoding::kDeflate:
      return Inflater(LooksBare(packed) ? kRaw : kGzipOrZlib).Run(packed, max_size, share);
  }
  return Fail(ErrorCode::kInternal, "an unknown content coding");
}

}  // namespace agm::gateway
