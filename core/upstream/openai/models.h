#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/upstream/model_entry.h"
#include "core/upstream/sender.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// The URL of `path` ("chat/completions") below the account's base_url. A base_url that is only a
/// host gets "/v1".
std::string OpenAiUrl(const config::Account& account, std::string_view path);

/// The models that the server lists, with the limits that some servers state.
///
/// Thread safety: any thread.
std::variant<std::vector<ModelEntry>, Failure> ListOpenAiModels(const Sender& sender,
                                                                const Recipient& recipient);

}  // namespace agm::upstream
