// A client's bytes, split in two ways: RequestReader must return the same for both, and the
// requests that it accepts must satisfy its contract.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/wire/grammar.h"
#include "core/http/wire/request_reader.h"

namespace {

using agm::http::Head;
using agm::http::Header;
using agm::http::RequestReader;

constexpr std::uint64_t kMaxBody = 5000;

void Require(bool promise) {
  if (!promise) std::abort();
}

bool IsClean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void CheckRequest(Head& head, const std::string& body) {
  Require(head.path.starts_with('/') && head.raw_path.starts_with('/') && IsClean(head.path));
  Require(agm::http::IsToken(head.method) && IsClean(head.raw_path) && IsClean(head.query));
  Require(body.size() <= kMaxBody);
  int hosts = 0;
  for (const Header& header : head.headers) {
    Require(agm::http::IsToken(header.first) && agm::http::IsFieldValue(header.second));
    if (header.first == "Host") ++hosts;
  }
  Require(hosts <= 1);
}

/// All parsed requests, and the final state.
std::string Feed(std::string_view bytes, std::size_t piece) {
  RequestReader reader;
  std::string log;
  while (!bytes.empty() && reader.state() != RequestReader::State::kRefused) {
    const auto room = reader.Room();
    const std::size_t size = std::min({piece, room.size(), bytes.size()});
    Require(size > 0);
    std::copy_n(bytes.begin(), size, room.begin());
    bytes.remove_prefix(size);
    auto state = reader.Filled(size, kMaxBody);
    while (state == RequestReader::State::kWhole) {
      CheckRequest(reader.head(), reader.body());
      log += reader.head().method + ' ' + reader.head().raw_path + ' ' + reader.body() + '\n';
      state = reader.Next(kMaxBody);
    }
    Require(reader.held() < 512 * 1024);
  }
  if (reader.state() == RequestReader::State::kRefused) log += reader.fault().error.message;
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = Feed(bytes, bytes.size() + 1);
  Require(Feed(bytes, 1) == whole);
  Require(Feed(bytes, 7) == whole);
  return 0;
}
