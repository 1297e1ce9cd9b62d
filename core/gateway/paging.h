#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace agm::gateway {

/// A part of a list, and the token of the part after it.
struct ListPage {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string next{};  ///< empty on the last page, where Google's lists have no nextPageToken
};

/// The page that `pageSize` and `pageToken` of a query ask for, of a list with these names. A token
/// is the name of the last entry before the page, so it stays valid while entries are added.
/// Without a size, the page holds the rest of the list; at most 1000 entries otherwise.
///
///   auto page = PageOfList(query, names);
///
/// Fails with kInvalidRequest for a size that is no positive number, and for a token of no entry.
///
/// Thread safety: any thread.
Result<ListPage> PageOfList(std::string_view query, const std::vector<std::string>& names);

}  // namespace agm::gateway
