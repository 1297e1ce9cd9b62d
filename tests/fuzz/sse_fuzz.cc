// Server-sent events: any way to split the bytes gives the same events. The first byte determines
// it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/protocol/shared/sse.h"

namespace {

std::string Read(std::string_view stream, std::size_t piece) {
  agm::protocol::SseReader sse(1U << 20U);
  std::string events;
  const auto drain = [&] {
    while (const auto event = sse.Next()) {
      events.append(event->stray ? "!" : "").append(event->name).append("|").append(event->data);
      events += '\n';
    }
  };
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    sse.Push(stream.substr(at, piece));
    drain();
  }
  sse.Close();
  drain();
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::size_t piece = bytes[0] % 16U + 1U;
  if (Read(stream, piece) != Read(stream, stream.size() + 1)) std::abort();
  return 0;
}
