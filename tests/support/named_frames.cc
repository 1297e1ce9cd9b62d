#include "tests/support/named_frames.h"

#include <cstddef>

namespace agm::test {

std::vector<NamedFrame> NamedFramesOf(std::string_view stream) {
  std::vector<NamedFrame> frames;
  while (!stream.empty()) {
    const std::size_t end = stream.find("\n\n");
    const std::string_view frame = stream.substr(0, end);
    stream.remove_prefix(end == std::string_view::npos ? stream.size() : end + 2);
    if (frame.starts_with(":")) continue;
    const std::size_t data = frame.find("\ndata: ");
    if (!frame.starts_with("event: ") || data == std::string_view::npos) return {{}};
    frames.push_back({std::string(frame.substr(7, data - 7)),
                      Json::parse(frame.substr(data + 7), nullptr, false)});
  }
  return frames;
}

}  // namespace agm::test
