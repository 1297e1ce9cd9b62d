#include "core/protocol/shared/wav.h"

#include <charconv>
#include <cstdint>

#include "core/base/base64.h"

namespace agm::protocol {
namespace {

constexpr std::uint32_t kDefaultRate = 24000;

void Put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> (8U * static_cast<unsigned>(i)) & 0xFFU);
}

}  // namespace

bool IsPcm(std::string_view mime) {
  return mime.starts_with("audio/L16") || mime.starts_with("audio/l16") ||
         mime.starts_with("audio/pcm");
}

std::uint32_t PcmRate(std::string_view mime) {
  const std::size_t at = mime.find("rate=");
  std::uint32_t rate = 0;
  if (at != std::string_view::npos) {
    std::from_chars(mime.data() + at + 5, mime.data() + mime.size(), rate);
  }
  return rate == 0 ? kDefaultRate : rate;
}

std::string WavFile(std::string_view samples, std::uint32_t rate) {
  const auto size = static_cast<std::uint32_t>(samples.size());
  std::string wav = "RIFF";
  Put(wav, size + 36, 4);
  wav += "WAVEfmt ";
  Put(wav, 16, 4);  // length of the format chunk
  Put(wav, 1, 2);   // PCM
  Put(wav, 1, 2);   // mono
  Put(wav, rate, 4);
  Put(wav, rate * 2, 4);  // bytes per second
  Put(wav, 2, 2);         // bytes per frame
  Put(wav, 16, 2);        // bits per sample
  wav += "data";
  Put(wav, size, 4);
  wav += samples;
  return wav;
}

std::string WavFromPcm(std::string_view base64, std::string_view mime) {
  return EncodeBase64(WavFile(DecodeBase64(base64), PcmRate(mime)));
}

}  // namespace agm::protocol
