#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/upstream/model_entry.h"
#include "core/upstream/sender.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// ModelEntry::owner of every model of Google's, whose lists name no owner.
inline constexpr std::string_view kGeminiOwner = "google";

/// All models that an account of Google's lists, from all pages, in its order.
///
/// Thread safety: any thread.
std::variant<std::vector<ModelEntry>, Failure> ListGeminiModels(const Sender& sender,
                                                                const Recipient& recipient);

/// Sends a minimal request to check the credential; returns its duration or the failure.
///
/// Thread safety: any thread.
std::variant<Duration, Failure> CheckGeminiCredential(const Sender& sender,
                                                      const Recipient& recipient);

}  // namespace agm::upstream
