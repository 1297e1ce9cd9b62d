#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"

namespace agm::gateway {

/// What fetching for one request may cost.
struct MediaBudget {
  std::size_t bytes = 100U << 20U;  ///< in all, as base64
  Duration time{30'000};            ///< in all
};

/// As much as a client may send inline, and no longer than a request may take.
MediaBudget BudgetOf(const config::Proxy& proxy);

/// Puts the bytes in the place of references that one of the targets cannot read itself: http:// to
/// all of them, https:// to old models and inside a tool's result. Others stay references. What is
/// asked for several times is fetched once.
///
///   auto inlined = InlineMedia(transport, targets, BudgetOf(proxy), client, request);
///
/// Fails with kInvalidRequest at the reference's place, or with kCancelled.
///
/// Thread safety: any thread; blocks.
Result<void> InlineMedia(upstream::Transport& transport, const std::vector<std::string>& targets,
                         const MediaBudget& budget, const Cancellation& cancellation,
                         chat::Request& request);

}  // namespace agm::gateway
