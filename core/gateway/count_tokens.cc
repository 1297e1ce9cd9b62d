#include "core/gateway/count_tokens.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/gateway/drafts.h"
#include "core/gateway/history.h"
#include "core/gateway/media.h"
#include "core/gateway/rotation.h"
#include "core/gateway/taped.h"
#include "core/protocol/shared/token_estimate.h"
#include "core/upstream/fetch.h"

namespace agm::gateway {
namespace {

using upstream::Failure;

/// One request on its way to a number.
class Counting {
 public:
  Counting(const RequestContext& context, std::shared_ptr<const chat::Request> request,
           Record& record)
      : context_(context), request_(std::move(request)), record_(record), allowance_(context) {}

  /// Nothing where another target should be asked; an error where that would not help.
  Result<std::optional<std::int64_t>> Target(const std::string& model, bool last);
  Error Verdict() const { return gateway::Verdict(context_, allowance_, record_.target); }

 private:
  std::variant<std::int64_t, Failure> Ask(const accounts::Lease& lease, Drafts& drafts);

  const RequestContext& context_;
  const std::shared_ptr<const chat::Request> request_;
  Record& record_;
  Allowance allowance_;
};

std::variant<std::int64_t, Failure> Counting::Ask(const accounts::Lease& lease, Drafts& drafts) {
  const config::Account& account = lease.account();
  const upstream::Provider& provider = context_.ProviderOf(account);
  const Draft* draft = drafts.For(provider);
  if (draft == nullptr) return upstream::NotServedFailure();
  const auto question = provider.WriteCount(account, draft->outgoing);
  if (!question) return protocol::EstimateTokens(*request_);
  auto answer = WithCredential(
      context_, account, allowance_.deadline, [&](const upstream::Recipient& recipient) {
        return upstream::Fetch(allowance_.Sender(context_), recipient, *question);
      });
  if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
  const auto tokens = provider.ReadCount(std::get<std::string>(answer));
  if (!tokens) return upstream::GarbageFailure("no number of tokens");
  return *tokens;
}

Result<std::optional<std::int64_t>> Counting::Target(const std::string& model, bool last) {
  record_.target = model;
  auto drafts = Drafts::Write(context_, request_, model);
  if (!drafts) return drafts.error();
  Rotation rotation(context_, allowance_, model, drafts->bytes(), last);
  Clock& clock = *context_.services->clock;
  while (auto lease = rotation.Next()) {
    const TimePoint started = clock.Now();
    auto outcome = Ask(*lease, *drafts);
    const auto* failed = std::get_if<Failure>(&outcome);
    failed != nullptr ? rotation.Failed(*failed) : rotation.Answered();
    record_.ForgetTries();
    allowance_.NoteIn(record_);
    if (const auto* tokens = std::get_if<std::int64_t>(&outcome)) {
      lease->Report(
          accounts::Success{std::chrono::duration_cast<Duration>(clock.Now() - started), 0});
      record_.usage.known = true;  // it uses no tokens and costs nothing
      return std::optional(*tokens);
    }
    auto& failure = std::get<Failure>(outcome);
    const NextStep next = rotation.After(*std::move(lease), failure);
    if (next == NextStep::kStop) return Final(context_, failure);
    if (next == NextStep::kNextTarget) break;
  }
  return std::optional<std::int64_t>();
}

}  // namespace

Result<std::int64_t> CountTokens(Services& services, std::shared_ptr<const Settings> settings,
                                 const protocol::Dialect& dialect, HttpRequest& http,
                                 Record& record) {
  record.phase = Phase::kConvert;
  auto request = dialect.ReadRequest(http.body);
  if (!request) return std::move(request).error();
  record.model = request->model;
  auto resolved = settings->map.Resolve(request->model);
  if (!resolved) return std::move(resolved).error();
  record.rule = RuleText(*resolved);
  const RequestContext context{&services,
                               settings,
                               {},
                               http.client,
                               record.id,
                               record.caller,
                               TapeCalls(*services.transport, record.tape)};
  auto inlined = InlineMedia(*services.media, ReadersOf(context, resolved->targets),
                             BudgetOf(settings->config->proxy), *http.client, *request);
  if (!inlined) return std::move(inlined).error();
  Counting counting(context, std::make_shared<const chat::Request>(*std::move(request)), record);
  for (std::size_t i = 0; i < resolved->targets.size(); ++i) {
    auto tokens = counting.Target(resolved->targets[i], i + 1 == resolved->targets.size());
    if (!tokens) return std::move(tokens).error();
    if (*tokens) return **tokens;
  }
  return counting.Verdict();
}

}  // namespace agm::gateway
