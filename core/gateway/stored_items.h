#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/json_doc.h"
#include "core/store/conversations.h"

/// The items of stored responses, which later requests may refer to by their ids.
namespace agm::gateway {

/// The id of the item at `index` of a stored response's input: its own, or one that we give it.
std::string IdOfInput(JsonView item, const std::string& response, std::size_t index);

/// The JSON of those items in `ids` that belong to kept responses of `owner`, by id.
///
/// Thread safety: any thread.
std::map<std::string, std::string> FindItems(store::Conversations& conversations,
                                             const std::string& owner,
                                             const std::vector<std::string>& ids);

}  // namespace agm::gateway
