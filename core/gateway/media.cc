#include "core/gateway/media.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "core/base/ascii.h"
#include "core/protocol/shared/media.h"
#include "core/upstream/media_fetch.h"

namespace agm::gateway {
namespace {

/// Fetches the media of one request.
class Inliner {
 public:
  Inliner(http::Transport& transport, const MediaBudget& budget, const Cancellation& cancellation)
      : transport_(transport),
        cancellation_(cancellation),
        left_(budget.bytes),
        deadline_(SystemClock().Now() + budget.time) {}

  /// True once there are bytes in the place of a reference.
  bool inlined() const { return inlined_; }

  Result<void> Request(const MediaReaders& readers, chat::Request& request) {
    if (auto done = Messages(readers, request.messages); !done) return done;
    for (auto& prompt : request.further) {
      if (auto done = Messages(readers, prompt); !done) return done;
    }
    return {};
  }

 private:
  Result<void> Messages(const MediaReaders& readers, std::vector<chat::Message>& messages) {
    for (chat::Message& message : messages) {
      for (chat::Block& block : message.blocks) {
        if (auto done = Block(readers, block); !done) return done;
      }
    }
    return {};
  }

  Result<void> Block(const MediaReaders& readers, chat::Block& block) {
    if (auto* media = std::get_if<chat::Media>(&block)) return Media(readers.urls, *media);
    auto* result = std::get_if<chat::ToolResult>(&block);
    if (result == nullptr) return {};
    for (auto& item : result->content) {
      auto* media = std::get_if<chat::Media>(&item);
      if (media == nullptr) continue;
      if (auto done = Media(readers.urls_in_results, *media); !done) return done;
    }
    return {};
  }

  Result<void> Media(bool reads_urls, chat::Media& media) {
    if (media.uri.empty() || protocol::IsUpstreamsOwn(media.uri)) return {};
    if (reads_urls && AsciiLower(media.uri.substr(0, 8)) == "https://") return {};
    auto inlined = Fetch(media);
    if (!inlined) return AtPlace(inlined.error(), media.place);
    if (inlined->data.size() > left_) {
      return AtPlace(Invalid("invalid_image_url", "", "the request's media are too large together"),
                     media.place);
    }
    left_ -= inlined->data.size();
    media.kind = inlined->kind;
    media.mime = std::move(inlined->mime);
    media.data = std::move(inlined->data);
    media.uri.clear();
    inlined_ = true;
    return {};
  }

  static Error AtPlace(Error error, const chat::Place& place) {
    if (error.code != ErrorCode::kInvalidRequest) return error;
    error.param = place.path;
    if (!place.path.empty()) error.message = fmt::format("{}: {}", place.path, error.message);
    return error;
  }

  Result<chat::Media> Fetch(const chat::Media& media) {
    auto found = fetched_.find(media.uri);
    if (found == fetched_.end()) {
      upstream::MediaLimits limits;
      limits.bytes = std::min(limits.bytes, left_);
      limits.deadline = deadline_;
      auto got = upstream::FetchMedia(transport_, media.uri, limits, cancellation_);
      if (!got) return std::move(got).error();
      found = fetched_.emplace(media.uri, *std::move(got)).first;
    }
    auto inlined =
        protocol::MediaFromBytes(found->second.bytes, found->second.mime, media.name, media.kind);
    if (inlined || inlined.error().code != ErrorCode::kInvalidRequest) return inlined;
    return Invalid("invalid_image_url", "",
                   fmt::format("expected an image, found {}", found->second.mime));
  }

  http::Transport& transport_;
  const Cancellation& cancellation_;
  std::size_t left_;
  bool inlined_ = false;
  TimePoint deadline_;
  std::map<std::string, upstream::FetchedMedia> fetched_;  // by URL
};

}  // namespace

MediaBudget BudgetOf(const config::Proxy& proxy) {
  MediaBudget budget;
  budget.bytes = static_cast<std::size_t>(proxy.max_body_size);
  budget.time = std::min(budget.time, proxy.request_timeout);
  return budget;
}

bool LinksMedia(const chat::Request& request) {
  const auto links = [](const auto& block) {
    const auto* media = std::get_if<chat::Media>(&block);
    return media != nullptr && !media->uri.empty() && !protocol::IsUpstreamsOwn(media->uri);
  };
  const auto block_links = [&](const chat::Block& block) {
    const auto* result = std::get_if<chat::ToolResult>(&block);
    return result == nullptr ? links(block) : std::ranges::any_of(result->content, links);
  };
  const auto prompt_links = [&](const std::vector<chat::Message>& messages) {
    return std::ranges::any_of(messages, [&](const chat::Message& message) {
      return std::ranges::any_of(message.blocks, block_links);
    });
  };
  return prompt_links(request.messages) || std::ranges::any_of(request.further, prompt_links);
}

MediaReaders ReadersOf(const RequestContext& context, const std::vector<std::string>& targets) {
  MediaReaders readers;
  for (const std::string& target : targets) {
    for (const upstream::Provider* provider : context.ProvidersOf(target)) {
      const upstream::ModelNature nature =
          provider->NatureOf(context.services->pool->ModelOf(target));
      readers.urls = readers.urls && nature.urls;
      readers.urls_in_results = readers.urls_in_results && nature.urls_in_results;
    }
  }
  return readers;
}

Result<void> InlineMedia(http::Transport& transport, MediaReaders readers,
                         const MediaBudget& budget, const Cancellation& cancellation,
                         chat::Request& request) {
  return Inliner(transport, budget, cancellation).Request(readers, request);
}

Result<std::shared_ptr<const chat::Request>> FetchAllMedia(http::Transport& transport,
                                                           const MediaBudget& budget,
                                                           const Cancellation& cancellation,
                                                           const chat::Request& request) {
  auto fetched = std::make_shared<chat::Request>(request);
  Inliner inliner(transport, budget, cancellation);
  if (auto done = inliner.Request({false, false}, *fetched); !done) return std::move(done).error();
  if (!inliner.inlined()) return std::shared_ptr<const chat::Request>();
  return std::shared_ptr<const chat::Request>(std::move(fetched));
}

}  // namespace agm::gateway
