#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/config/config.h"
#include "core/gateway/rotation.h"
#include "core/http/client/transport.h"

namespace agm::gateway {

/// Limits for the media of one request.
struct MediaBudget {
  std::size_t bytes = 100U << 20U;  ///< total, as base64
  Duration time{30'000};            ///< total
};

/// The limits that the settings imply: the maximum body size and request time.
MediaBudget BudgetOf(const config::Proxy& proxy);

/// The https:// references that all targets read themselves.
struct MediaReaders {
  bool urls = true;             ///< in a message
  bool urls_in_results = true;  ///< in a tool's result
};

/// True if the request refers to media that InlineMedia may have to fetch.
bool LinksMedia(const chat::Request& request);

MediaReaders ReadersOf(const RequestContext& context, const std::vector<std::string>& targets);

/// Replaces references that one of the targets cannot read itself by the media's bytes: http:// for
/// all models, https:// as `readers` says. Others stay references. Each URL is fetched once.
///
///   auto inlined = InlineMedia(transport, ReadersOf(context, targets), BudgetOf(proxy), client,
///                              request);
///
/// Fails with kInvalidRequest and the reference's path, or with kCancelled.
///
/// Thread safety: any thread; blocks.
Result<void> InlineMedia(http::Transport& transport, MediaReaders readers,
                         const MediaBudget& budget, const Cancellation& cancellation,
                         chat::Request& request);

/// `request` with the bytes in the place of every reference but the upstream's own: for a target
/// that could not fetch one. Null where there was none. Fails as InlineMedia does.
Result<std::shared_ptr<const chat::Request>> FetchAllMedia(http::Transport& transport,
                                                           const MediaBudget& budget,
                                                           const Cancellation& cancellation,
                                                           const chat::Request& request);

}  // namespace agm::gateway
