#include "core/gateway/paging.h"

#include <algorithm>
#include <charconv>

#include "core/gateway/url.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kMost = 1000;

// Google takes 0 for its default.
Result<std::size_t> SizeOf(std::string_view query, std::size_t all) {
  const std::string text = QueryParameter(query, "pageSize");
  if (text.empty()) return all;
  std::size_t size = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, size);
  if (problem == std::errc::result_out_of_range) return kMost;
  if (problem != std::errc{} || stop != end) {
    return Invalid("invalid_value", "pageSize", "pageSize: expected a positive number");
  }
  return size == 0 ? all : std::min(size, kMost);
}

}  // namespace

Result<ListPage> PageOfList(std::string_view query, const std::vector<std::string>& names) {
  const auto size = SizeOf(query, names.size());
  if (!size) return size.error();
  ListPage page;
  if (const std::string token = QueryParameter(query, "pageToken"); !token.empty()) {
    const auto last = std::ranges::find(names, token);
    if (last == names.end()) {
      return Invalid("invalid_value", "pageToken", "pageToken: the list has no such page");
    }
    page.begin = static_cast<std::size_t>(last - names.begin()) + 1;
  }
  page.end = std::min(page.begin + *size, names.size());
  if (page.end < names.size()) page.next = names[page.end - 1];
  return page;
}

}  // namespace agm::gateway
