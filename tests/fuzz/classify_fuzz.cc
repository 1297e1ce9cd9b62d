#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/utf8.h"
#include "core/upstream/gemini/classify.h"
#include "core/upstream/trouble.h"

// Any upstream response is classified and described in our own words, in valid UTF-8, and HTML
// pages are never shown. The input's first line is "STATUS gemini|vertex", the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  const std::string_view head = input.substr(0, line);
  const std::string_view body = line == input.npos ? std::string_view() : input.substr(line + 1);
  int status = 0;
  for (const char c : head.substr(0, 3)) status = status * 10 + (c - '0');
  const bool vertex = head.find("vertex") != head.npos;

  const agm::upstream::Failure failure = agm::upstream::Classify(status, body, vertex);
  const agm::upstream::TroubleRow& row = agm::upstream::RowOf(failure.trouble);
  if (failure.error.message.empty() || failure.error.code != row.code) std::abort();
  if (!agm::IsUtf8(failure.error.message) || !agm::IsUtf8(failure.error.param)) std::abort();
  if (failure.retry_delay && failure.retry_delay->count() < 0) std::abort();
  if (failure.error.retry_after_ms < -1 || failure.error.message.size() > 1'000) std::abort();
  return 0;
}
