#include "core/gateway/count_tokens.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/gateway/chat_call.h"
#include "core/gateway/history.h"
#include "core/gateway/media.h"
#include "core/gateway/rotation.h"
#include "core/gateway/taped.h"
#include "core/upstream/fetch.h"
#include "core/upstream/gemini/address.h"

namespace agm::gateway {
namespace {

using upstream::Failure;

// The members of a generateContent request that Vertex AI's countTokens accepts.
constexpr std::array<std::string_view, 4> kVertexMembers = {"systemInstruction", "contents",
                                                            "tools", "generationConfig"};

// The Gemini API counts a whole request, Vertex AI its parts.
std::string CountingBody(std::string_view request, const std::string& model, bool vertex) {
  const auto doc = JsonDoc::Parse(request);
  std::string out;
  JsonWriter json(out);
  json.Object();
  if (!vertex) {
    json.Key("generateContentRequest").Object().Key("model").String("models/" + model);
  }
  if (doc) {
    for (const JsonMember member : doc->root().members()) {
      const std::string key = member.key.text();
      const bool told = !vertex || std::find(kVertexMembers.begin(), kVertexMembers.end(), key) !=
                                       kVertexMembers.end();
      if (told) json.Key(key).Raw(member.value.raw());
    }
  }
  if (!vertex) json.EndObject();
  json.EndObject();
  return out;
}

/// One request on its way to a number.
class Counting {
 public:
  Counting(const RequestContext& context, const chat::Request& request, Record& record)
      : context_(context), request_(request), record_(record), allowance_(context) {}

  /// Nothing where another target should be asked; an error where that would not help.
  Result<std::optional<std::int64_t>> Target(const std::string& model, bool last);
  Error Verdict() const { return gateway::Verdict(context_, allowance_, record_.target); }

 private:
  std::variant<std::int64_t, Failure> Ask(const accounts::Lease& lease, const std::string& model,
                                          std::string_view body);

  const RequestContext& context_;
  const chat::Request& request_;
  Record& record_;
  Allowance allowance_;
};

std::variant<std::int64_t, Failure> Counting::Ask(const accounts::Lease& lease,
                                                  const std::string& model, std::string_view body) {
  const config::Account& account = lease.account();
  const bool vertex = account.kind == config::AccountKind::kVertex;
  const upstream::Question question{upstream::ModelUrl(account, model, "countTokens"),
                                    CountingBody(body, model, vertex)};
  auto answer = WithCredential(context_, account, allowance_.deadline, [&](const Secret& secret) {
    return upstream::Fetch(context_.transport(), account, secret, question,
                           allowance_.Limits(context_), *context_.client);
  });
  if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
  const auto doc = JsonDoc::Parse(std::get<std::string>(answer));
  const auto tokens = doc ? doc->root()["totalTokens"].integer() : std::nullopt;
  if (!tokens) return upstream::GarbageFailure("no number of tokens");
  return *tokens;
}

Result<std::optional<std::int64_t>> Counting::Target(const std::string& model, bool last) {
  record_.target = model;
  const auto draft = WriteDraft(context_, request_, model, record_.id);
  if (!draft) return draft.error();
  const std::string_view body = draft->outgoing.body.view();
  Rotation rotation(context_, allowance_, model, body.size(), last);
  Clock& clock = *context_.services->clock;
  while (auto lease = rotation.Next()) {
    const TimePoint started = clock.Now();
    auto outcome = Ask(*lease, model, body);
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
  auto inlined = InlineMedia(*services.media, resolved->targets, BudgetOf(settings->config->proxy),
                             *http.client, *request);
  if (!inlined) return std::move(inlined).error();

  record.rule = RuleText(*resolved);
  const RequestContext context{&services,
                               std::move(settings),
                               {},
                               http.client,
                               record.id,
                               record.caller,
                               TapeCalls(*services.transport, record.tape)};
  Counting counting(context, *request, record);
  for (std::size_t i = 0; i < resolved->targets.size(); ++i) {
    auto tokens = counting.Target(resolved->targets[i], i + 1 == resolved->targets.size());
    if (!tokens) return std::move(tokens).error();
    if (*tokens) return **tokens;
  }
  return counting.Verdict();
}

}  // namespace agm::gateway
