#include "core/gateway/chat_call.h"

#include <utility>

#include "core/gateway/commit_point.h"
#include "core/gateway/media.h"
#include "core/upstream/no_answer.h"
#include "core/upstream/trouble.h"

namespace agm::gateway {
namespace {

// Pulls events until one commits the response; returns the failure if it fails before that.
std::optional<upstream::Failure> Hold(upstream::Call& call, const chat::Request& request,
                                      TimePoint deadline, Queue<chat::Event>& held) {
  CommitPoint commit(request);
  for (;;) {
    auto event = call.Next(deadline);
    if (!event) {
      return upstream::ClassifyTransport(Fail(
          ErrorCode::kTimeout, "the upstream sent nothing before the request's time was over"));
    }
    if (const auto* failed = std::get_if<chat::Failed>(&*event)) {
      return call.failure() ? *call.failure() : upstream::ClassifyTransport(failed->error);
    }
    held.push(*std::move(event));
    if (commit.Reached(held.back())) return std::nullopt;
  }
}

}  // namespace

std::variant<LeasedCall, upstream::Failure> ChatCall::Try(accounts::Lease& lease,
                                                          const Draft& draft,
                                                          const Allowance& allowance) {
  Clock& clock = *context_->services->clock;
  const TimePoint started = clock.Now();
  auto opened = WithCredential(
      *context_, lease.account(), allowance.deadline, [&](const upstream::Recipient& recipient) {
        return upstream::Call::Start(allowance.Sender(*context_), recipient, draft.outgoing);
      });
  if (auto* failure = std::get_if<upstream::Failure>(&opened)) return std::move(*failure);
  auto call = std::get<std::unique_ptr<upstream::Call>>(std::move(opened));
  Queue<chat::Event> held;
  if (!draft.request->stream) held.reserve(chat::kEventsOfAnAnswer);
  if (auto failure = Hold(*call, *draft.request, allowance.deadline, held)) {
    return *std::move(failure);
  }
  // An empty answer is a valid one, but a retry mostly brings a better one.
  const auto missing = upstream::WhatIsMissing(held);
  if (missing && upstream::RowOf(*missing).retry && allowance.MayRetryNoAnswer()) {
    return upstream::NoAnswerFailure(*missing);
  }
  return LeasedCall(std::move(lease), std::move(call), std::move(held), started, clock);
}

void ChatCall::LogRepair(const upstream::Failure& failure) const {
  Log& log = *context_->services->log;
  log.Write(LogLevel::kInfo, "request repaired",
            log.Fields()
                .Add("id", context_->id)
                .Add("model", target_)
                .Add("repair", protocol::RepairName(failure.repair))
                .Add("refusal", failure.error.message));
}

// Writes the request once more, without what the upstream refused or with the media that it could
// not fetch; true if the result differs. Fails if the gateway cannot fetch the client's media.
Result<bool> ChatCall::Repair(const upstream::Provider& provider, Draft& draft,
                              const upstream::Failure& failure) {
  if (draft.repaired || failure.repair == protocol::Repair::kNone) return false;
  std::shared_ptr<const chat::Request> request = draft.request;
  if (failure.repair == protocol::Repair::kFetchMedia) {
    auto fetched = FetchAllMedia(*context_->services->media_transport, BudgetOf(context_->proxy()),
                                 *context_->client, *request);
    if (!fetched) return std::move(fetched).error();
    if (*fetched == nullptr) return false;
    request = *std::move(fetched);
  }
  auto again = WriteDraft(*context_, provider, std::move(request), draft.outgoing.model,
                          failure.repair, failure.refused_field);
  if (!again || again->outgoing.body.view() == draft.outgoing.body.view()) return false;
  LogRepair(failure);
  draft = *std::move(again);
  draft.repaired = true;
  return true;
}

Result<std::optional<LeasedCall>> ChatCall::Open(Allowance& allowance, bool last_target) {
  Rotation rotation(*context_, allowance, target_, drafts_.bytes(), last_target);
  deadline_ = allowance.deadline;
  while (auto lease = rotation.Next()) {
    const upstream::Provider& provider = context_->ProviderOf(lease->account());
    Draft* draft = drafts_.For(provider);
    auto outcome = draft == nullptr ? upstream::NotServedFailure() : Try(*lease, *draft, allowance);
    if (auto* opened = std::get_if<LeasedCall>(&outcome)) {
      rotation.Answered();
      answers_ = &provider;
      return std::optional(std::move(*opened));
    }
    auto& failure = std::get<upstream::Failure>(outcome);
    rotation.Failed(failure);
    const bool hopeless = draft == nullptr || context_->client->Cancelled();
    auto repaired = hopeless ? Result<bool>(false) : Repair(provider, *draft, failure);
    if (!repaired) return std::move(repaired).error();
    if (*repaired) continue;
    const NextStep next = rotation.After(*std::move(lease), failure);
    if (next == NextStep::kStop) return Final(*context_, failure);
    if (next == NextStep::kNextTarget) break;
  }
  return std::optional<LeasedCall>();
}

Result<std::optional<LeasedCall>> ChatCall::Continue(const std::string& token) {
  drafts_.KeepOnly(*answers_);
  Draft& draft = *drafts_.For(*answers_);
  const upstream::SharedText whole = draft.outgoing.body;
  draft.outgoing.body = answers_->WriteNextHop(draft.outgoing, token);
  draft.repaired = true;  // the upstream accepted the request before: no repair helps
  Allowance allowance(*context_);
  allowance.deadline = deadline_;
  allowance.no_answer_retried = true;  // the client has got the hops so far
  auto opened = Open(allowance, true);
  draft.outgoing.body = whole;
  NoteHop(std::move(allowance));
  return opened;
}

void ChatCall::NoteHop(Allowance allowance) const {
  if (!context_->hops || allowance.tries == 0) return;
  std::vector<ledger::Try> tries = std::move(allowance.history);
  if (tries.empty()) {
    tries.push_back({allowance.account_name,
                     target_,
                     "ok",
                     {},
                     allowance.waited,
                     std::chrono::duration_cast<Duration>(allowance.answered_after)});
  }
  auto hops = context_->hops->Lock();
  hops->insert(hops->end(), tries.begin(), tries.end());
}

}  // namespace agm::gateway
