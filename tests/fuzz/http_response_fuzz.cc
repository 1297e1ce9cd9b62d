// An upstream's bytes, split in several ways: ResponseReader must return the same each time, and a
// complete response must not depend on the bytes after it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/http/wire/response_reader.h"

namespace {

using agm::http::ResponseReader;
using State = ResponseReader::State;

void Require(bool promise) {
  if (!promise) std::abort();
}

bool IsOpen(State state) { return state == State::kHead || state == State::kBody; }

struct Heard {
  State state = State::kHead;
  int status = 0;
  bool keep_alive = false;
  std::string body;
  std::size_t taken = 0;
};

Heard Hear(std::string_view bytes, std::size_t piece) {
  ResponseReader answer;
  Heard heard;
  while (!bytes.empty() && IsOpen(answer.state())) {
    const std::string_view part = bytes.substr(0, piece);
    const std::size_t before = heard.body.size();
    const std::size_t taken = answer.Read(part, heard.body);
    Require(taken <= part.size());
    Require(taken == part.size() || !IsOpen(answer.state()));
    Require(heard.body.size() - before <= taken * 1032 + 64 * 1024);
    heard.taken += taken;
    bytes.remove_prefix(part.size());
  }
  answer.Close();
  Require(!IsOpen(answer.state()));
  heard.state = answer.state();
  heard.status = answer.head().status();
  heard.keep_alive = answer.head().keep_alive();
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Heard whole = Hear(bytes, bytes.size() + 1);
  for (const std::size_t piece : {1UL, 7UL, 1000UL}) {
    const Heard again = Hear(bytes, piece);
    Require(again.state == whole.state);
    if (whole.state != State::kWhole) continue;
    Require(again.status == whole.status && again.status >= 200);
    Require(again.body == whole.body && again.taken == whole.taken);
  }
  if (whole.state == State::kWhole && whole.keep_alive) {
    const Heard alone = Hear(bytes.substr(0, whole.taken), bytes.size() + 1);
    Require(alone.state == State::kWhole && alone.body == whole.body);
  }
  return 0;
}
