#include "core/gateway/embeddings_route.h"

#include <span>
#include <utility>
#include <variant>

#include "core/chat/embedding.h"
#include "core/gateway/admission.h"
#include "core/gateway/history.h"
#include "core/gateway/replies.h"
#include "core/gateway/rotation.h"
#include "core/gateway/taped.h"
#include "core/gateway/targets.h"
#include "core/gateway/unknown_model.h"
#include "core/protocol/openai/embeddings.h"
#include "core/upstream/fetch.h"

namespace agm::gateway {
namespace {

using upstream::Failure;

/// Gets the vectors for the texts of one request.
class Embedding {
 public:
  Embedding(const RequestContext& context, const chat::EmbeddingRequest& request, Record& record)
      : context_(context), request_(request), record_(record), allowance_(context) {}

  /// False if another target should be tried; an error if that would not help.
  Result<bool> Target(const std::string& model, bool last);
  Error Verdict() const { return gateway::Verdict(context_, allowance_, target_); }
  const chat::Embeddings& done() const { return done_; }

 private:
  std::optional<Failure> Ask(const accounts::Lease& lease, const std::string& model);
  std::variant<std::monostate, Failure> Rest(const upstream::Recipient& recipient,
                                             const std::string& model);

  void Note(const std::string& model);

  const RequestContext& context_;
  const chat::EmbeddingRequest& request_;
  Record& record_;
  Allowance allowance_;
  std::string target_;  ///< the last that was looked at
  chat::Embeddings done_;
};

// Requests all vectors that are still missing.
std::variant<std::monostate, Failure> Embedding::Rest(const upstream::Recipient& recipient,
                                                      const std::string& model) {
  const upstream::Provider& provider = recipient.provider;
  while (done_.vectors.size() < request_.texts.size()) {
    const auto left = std::span(request_.texts).subspan(done_.vectors.size());
    const auto next = provider.WriteEmbeddings(recipient.account, request_, left, model);
    if (!next) return upstream::NotServedFailure();
    auto answer = upstream::Fetch(allowance_.Sender(context_), recipient, next->question);
    if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
    const std::size_t before = done_.vectors.size();
    if (!provider.ReadEmbeddings(std::get<std::string>(answer), next->texts, done_)) {
      done_.vectors.resize(before);
      return upstream::GarbageFailure("no embeddings");
    }
  }
  return {};
}

std::optional<Failure> Embedding::Ask(const accounts::Lease& lease, const std::string& model) {
  auto outcome =
      WithCredential(context_, lease.account(), allowance_.deadline,
                     [&](const upstream::Recipient& recipient) { return Rest(recipient, model); });
  if (auto* failure = std::get_if<Failure>(&outcome)) return std::move(*failure);
  return std::nullopt;
}

// The record names the target that was called last.
void Embedding::Note(const std::string& model) {
  record_.target = model;
  record_.ForgetTries();
  allowance_.NoteIn(record_);
}

Result<bool> Embedding::Target(const std::string& model, bool last) {
  target_ = model;
  if (record_.target.empty()) record_.target = model;
  Rotation rotation(context_, allowance_, model, 0, last);
  Clock& clock = *context_.services->clock;
  while (auto lease = rotation.Next()) {
    const TimePoint started = clock.Now();
    auto failure = Ask(*lease, lease->model());
    failure ? rotation.Failed(*failure) : rotation.Answered();
    Note(model);
    if (!failure) {
      lease->Report(accounts::Success{std::chrono::duration_cast<Duration>(clock.Now() - started),
                                      done_.tokens});
      return true;
    }
    const NextStep next = rotation.After(*std::move(lease), *failure);
    if (next == NextStep::kStop) return Final(context_, *failure);
    if (next == NextStep::kNextTarget) break;
  }
  done_ = {};
  return false;
}

Result<chat::Embeddings> GetEmbeddings(const RequestContext& context,
                                       const chat::EmbeddingRequest& request,
                                       const std::vector<std::string>& targets, Record& record) {
  const auto servable = ServableTargets(context, targets, Use::kEmbed);
  if (!servable) return servable.error();
  Embedding embedding(context, request, record);
  for (std::size_t i = 0; i < servable->size(); ++i) {
    auto whole = embedding.Target((*servable)[i], i + 1 == servable->size());
    if (!whole) return std::move(whole).error();
    if (*whole) return embedding.done();
  }
  return embedding.Verdict();
}

}  // namespace

http::Reply Embed(Services& services, std::shared_ptr<const Settings> settings, http::Request& http,
                  Record record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings->config);
  };
  record.phase = Phase::kConvert;
  auto request = protocol::ReadOpenAiEmbeddings(http.body);
  if (!request) return refuse(request.error());
  record.model = request->model;
  auto resolved = ResolveModel(services, *settings, request->model, *http.client);
  if (!resolved) {
    return refuse(WithModelHelp(resolved.error(), services, *settings, record.model));
  }

  record.rule = RuleText(*resolved);
  const auto targets =
      AdmitEmbeddings(services, *request, resolved->targets, Choice{{}, "embedContent"}, record);
  if (!targets) return refuse(targets.error());
  RequestContext context{&services,
                         settings,
                         {},
                         http.client,
                         record.id,
                         record.caller,
                         TapeCalls(*services.transport, record.tape),
                         "embedContent"};
  context.headers = record.TraceHeaders();
  context.early = record.early;
  auto embeddings = GetEmbeddings(context, *request, *targets, record);
  if (!embeddings) {
    return refuse(WithModelHelp(embeddings.error(), services, *settings, record.model));
  }

  record.usage.input = embeddings->tokens;
  record.usage.known = embeddings->tokens > 0;
  record.phase = Phase::kDone;
  record.status = 200;
  record.FirstByte();
  http::Reply reply;
  reply.headers = ModelHeaders(record, *settings->config);
  reply.headers.emplace_back("Content-Type", "application/json");
  reply.body = protocol::WriteOpenAiEmbeddings(*request, *embeddings);
  return reply;
}

}  // namespace agm::gateway
