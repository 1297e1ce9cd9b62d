#include "core/gateway/chat_call.h"

#include <utility>

#include "core/gateway/catalog.h"
#include "core/gateway/commit_point.h"
#include "core/gateway/media.h"
#include "core/upstream/no_answer.h"
#include "core/upstream/trouble.h"

namespace agm::gateway {
namespace {

Result<Draft> Write(const RequestContext& context, const chat::Request& request,
                    const std::string& model, const protocol::GeminiWriteOptions& options,
                    const std::string& id) {
  Services& services = *context.services;
  auto written = protocol::WriteGeminiRequest(request, services.catalog->TraitsOf(model), options);
  if (!written) return std::move(written).error();
  for (const std::string& lost : written->dropped) {
    services.log->Write(LogLevel::kDebug, "not sent on",
                        services.log->Fields().Add("id", id).Add("field", lost));
  }
  upstream::Outgoing outgoing{
      model, request.stream, std::move(written->body), std::move(written->reading), {}};
  return Draft{options, std::move(outgoing), written->calls, std::move(written->dropped)};
}

}  // namespace

Result<Draft> WriteDraft(const RequestContext& context, const chat::Request& request,
                         const std::string& model, const std::string& id) {
  protocol::GeminiWriteOptions options;
  options.signatures = [signatures = context.services->signatures](std::string_view call,
                                                                   std::string_view family) {
    return signatures->Find(call, family);
  };
  options.restore = [signatures = context.services->signatures, caller = context.caller](
                        const chat::Message& turn, std::string_view family) {
    return signatures->Restore(caller, turn, family);
  };
  options.turn_of = [signatures = context.services->signatures, caller = context.caller](
                        std::string_view call, std::string_view family) {
    return signatures->TurnOf(caller, call, family);
  };
  return Write(context, request, model, options, id);
}

// Pulls events until one commits the response; returns the failure if it fails before that.
std::optional<upstream::Failure> ChatCall::Hold(upstream::Call& call, TimePoint deadline,
                                                Queue<chat::Event>& held) const {
  CommitPoint commit(*request_);
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

std::variant<LeasedCall, upstream::Failure> ChatCall::Once(accounts::Lease& lease,
                                                           const Allowance& allowance) {
  Clock& clock = *context_.services->clock;
  const TimePoint started = clock.Now();
  auto opened =
      WithCredential(context_, lease.account(), allowance.deadline, [&](const Secret& secret) {
        return upstream::Call::Start(context_.transport(), lease.account(), secret, draft_.outgoing,
                                     allowance.Limits(context_), *context_.client);
      });
  if (auto* failure = std::get_if<upstream::Failure>(&opened)) return std::move(*failure);
  auto call = std::get<std::unique_ptr<upstream::Call>>(std::move(opened));
  Queue<chat::Event> held;
  if (auto failure = Hold(*call, allowance.deadline, held)) return *std::move(failure);
  // An empty answer is a valid one, but a retry mostly brings a better one.
  const auto missing = upstream::WhatIsMissing(held);
  if (missing && upstream::RowOf(*missing).retry && allowance.MayRetryNoAnswer()) {
    return upstream::NoAnswerFailure(*missing);
  }
  return LeasedCall(std::move(lease), std::move(call), std::move(held), started, clock);
}

void ChatCall::LogRepair(const upstream::Failure& failure) const {
  Log& log = *context_.services->log;
  log.Write(LogLevel::kInfo, "request repaired",
            log.Fields()
                .Add("id", id_)
                .Add("model", draft_.outgoing.model)
                .Add("repair", protocol::RepairName(failure.repair))
                .Add("refusal", failure.error.message));
}

// Writes the request once more, without what the upstream refused or with the media that it could
// not fetch; true if the result differs. Fails if the gateway cannot fetch the client's media.
Result<bool> ChatCall::Repair(const upstream::Failure& failure) {
  using protocol::GeminiRepair;
  if (draft_.repaired || failure.repair == GeminiRepair::kNone) return false;
  std::shared_ptr<const chat::Request> request = request_;
  protocol::GeminiWriteOptions options = draft_.options;
  if (failure.repair == GeminiRepair::kFetchMedia) {
    auto fetched = FetchAllMedia(*context_.services->media, BudgetOf(context_.proxy()),
                                 *context_.client, *request_);
    if (!fetched) return std::move(fetched).error();
    if (*fetched == nullptr) return false;
    request = *std::move(fetched);
  } else {
    options.repair = failure.repair;
  }
  auto again = Write(context_, *request, draft_.outgoing.model, options, id_);
  if (!again || again->outgoing.body.view() == draft_.outgoing.body.view()) return false;
  LogRepair(failure);
  request_ = std::move(request);
  draft_ = *std::move(again);
  draft_.repaired = true;
  return true;
}

Result<std::optional<LeasedCall>> ChatCall::Open(Allowance& allowance, bool last_target) {
  Rotation rotation(context_, allowance, draft_.outgoing.model, draft_.outgoing.body.view().size(),
                    last_target);
  deadline_ = allowance.deadline;
  while (auto lease = rotation.Next()) {
    auto outcome = Once(*lease, allowance);
    if (auto* opened = std::get_if<LeasedCall>(&outcome)) {
      rotation.Answered();
      return std::optional(std::move(*opened));
    }
    auto& failure = std::get<upstream::Failure>(outcome);
    rotation.Failed(failure);
    auto repaired = context_.client->Cancelled() ? Result<bool>(false) : Repair(failure);
    if (!repaired) return std::move(repaired).error();
    if (*repaired) continue;
    const NextStep next = rotation.After(*std::move(lease), failure);
    if (next == NextStep::kStop) return Final(context_, failure);
    if (next == NextStep::kNextTarget) break;
  }
  return std::optional<LeasedCall>();
}

Result<std::optional<LeasedCall>> ChatCall::Continue(const std::string& token) {
  const upstream::SharedText whole = draft_.outgoing.body;
  draft_.outgoing.body = protocol::WithContinuation(whole.view(), token);
  draft_.repaired = true;  // the upstream accepted the request before: no repair helps
  Allowance allowance(context_);
  allowance.deadline = deadline_;
  allowance.no_answer_retried = true;  // the client has got the hops so far
  auto opened = Open(allowance, true);
  draft_.outgoing.body = whole;
  return opened;
}

std::optional<chat::Event> ChoiceStream::Next(TimePoint until) {
  for (;;) {
    if (auto event = splice_.Next()) return event;
    if (splice_.token()) {
      if (until == kNoWait) return std::nullopt;
      NextHop();
      continue;
    }
    auto event = opened_.Next(until);
    if (!event) return std::nullopt;
    splice_.Add(*std::move(event));
  }
}

// If no further hop can be started, the answer ends with "length", and the client may ask for more.
void ChoiceStream::NextHop() {
  auto hop = call_.Continue(*splice_.token());
  if (!hop || !*hop) return splice_.GiveUp();
  opened_ = **std::move(hop);
  splice_.Continue();
}

}  // namespace agm::gateway
