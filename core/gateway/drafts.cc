#include "core/gateway/drafts.h"

#include <algorithm>

#include "core/gateway/catalog.h"

namespace agm::gateway {
namespace {

// The context must outlive the result.
upstream::Recall RecallOf(const RequestContext& context) {
  return {[&context](std::string_view call, std::string_view family) {
            return context.services->signatures->FindCall(context.caller, call, family);
          },
          [&context](const chat::Message& turn, std::string_view family) {
            return context.services->signatures->Restore(context.caller, turn, family);
          },
          [&context](std::string_view call, std::string_view family) {
            return context.services->signatures->TurnOf(context.caller, call, family);
          }};
}

}  // namespace

Result<Draft> WriteDraft(const RequestContext& context, const upstream::Provider& provider,
                         std::shared_ptr<const chat::Request> request, const std::string& model,
                         protocol::Repair repair, std::string_view refused_field) {
  Log& log = *context.services->log;
  const ModelList known = context.services->catalog->Known();
  auto outgoing = provider.WriteChat(
      {*request, model, known.Find(model), RecallOf(context), repair, refused_field});
  if (!outgoing) return std::move(outgoing).error();
  for (const std::string& lost : outgoing->dropped) {
    log.Write(LogLevel::kDebug, "not sent on",
              log.Fields().Add("id", context.id).Add("field", lost));
  }
  return Draft{std::move(request), *std::move(outgoing)};
}

Result<Drafts> Drafts::Write(const RequestContext& context,
                             const std::shared_ptr<const chat::Request>& request,
                             const std::string& target) {
  Drafts written;
  std::optional<Error> error;
  const std::string model = context.services->pool->ModelOf(target);
  for (const upstream::Provider* provider : context.ProvidersOf(target)) {
    auto draft = WriteDraft(context, *provider, request, model);
    if (draft) {
      written.drafts_.emplace_back(provider, *std::move(draft));
    } else if (!error) {
      error = std::move(draft).error();
    }
  }
  if (error && written.drafts_.empty()) return *std::move(error);
  return written;
}

Draft* Drafts::For(const upstream::Provider& provider) {
  const auto found = std::ranges::find(drafts_, &provider, &decltype(drafts_)::value_type::first);
  return found == drafts_.end() ? nullptr : &found->second;
}

void Drafts::KeepOnly(const upstream::Provider& provider) {
  std::erase_if(drafts_, [&](const auto& draft) { return draft.first != &provider; });
}

std::size_t Drafts::bytes() const {
  std::size_t most = 0;
  for (const auto& [provider, draft] : drafts_) {
    most = std::max(most, draft.outgoing.body.view().size());
  }
  return most;
}

std::vector<std::string> Drafts::dropped() const {
  return drafts_.empty() ? std::vector<std::string>() : drafts_.front().second.outgoing.dropped;
}

int CallsFor(const RequestContext& context, const chat::Request& request,
             const std::string& target) {
  const ModelList known = context.services->catalog->Known();
  const std::string model = context.services->pool->ModelOf(target);
  int calls = 1;
  for (const upstream::Provider* provider : context.ProvidersOf(target)) {
    calls = std::max(calls, provider->CallsFor({request, model, known.Find(model)}));
  }
  return calls;
}

}  // namespace agm::gateway
