#include "core/gateway/native_route.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/accounts/session.h"
#include "core/base/utf8.h"
#include "core/gateway/admission.h"
#include "core/gateway/history.h"
#include "core/gateway/native_call.h"
#include "core/gateway/native_request.h"
#include "core/gateway/native_stream.h"
#include "core/gateway/pins.h"
#include "core/gateway/replies.h"
#include "core/gateway/session.h"
#include "core/gateway/taped.h"
#include "core/gateway/targets.h"
#include "core/gateway/unknown_model.h"

namespace agm::gateway {
namespace {

// Google's clients look for these words before they offer another model.
Error InGooglesWords(Error error, const std::string& model) {
  if (error.code == ErrorCode::kUnknownModel) {
    error.message = "models/" + ToUtf8(model) + " is not found: " + error.message;
  }
  return error;
}

// The client's headers that an upstream may see.
std::vector<http::Header> HeadersUp(const http::Request& http) {
  constexpr std::array<std::string_view, 3> kPassed = {"x-server-timeout", "x-goog-request-params",
                                                       "x-goog-field-mask"};
  const std::string_view type = http.header("content-type");
  std::vector<http::Header> headers = {
      {"Content-Type", type.empty() ? "application/json" : std::string(type)}};
  for (const std::string_view name : kPassed) {
    const std::string_view value = http.header(name);
    if (!value.empty()) headers.emplace_back(name, value);
  }
  return headers;
}

// The targets that an account with Gemini's own API may serve.
Result<std::vector<std::string>> NativeTargets(const RequestContext& context,
                                               std::vector<std::string> targets) {
  const std::string asked = targets.front();
  std::erase_if(targets, [&](const std::string& target) {
    const auto providers = context.ProvidersOf(target);
    return !providers.empty() && std::ranges::none_of(providers, &upstream::Provider::HasNativeApi);
  });
  if (!targets.empty()) return targets;
  return Fail(ErrorCode::kUnknownModel,
              "the accounts that serve it do not have Gemini's API; ask for it at "
              "/v1/chat/completions, /v1/responses or /v1/messages");
}

}  // namespace

http::Reply CallNative(Services& services, std::shared_ptr<const Settings> settings,
                       http::Request& http, const std::string& id, Record record) {
  const auto refuse = [&](Error error) {
    Error helped = WithModelHelp(std::move(error), services, *settings, record.model);
    return Refuse(Surface::kGemini, InGooglesWords(std::move(helped), record.model), record,
                  *settings->config);
  };
  record.phase = Phase::kConvert;
  const auto native = ReadNativeRequest(http, id);
  if (!native) return refuse(native.error());
  record.model = native->model;
  record.stream = native->form != NativeForm::kWhole;
  const auto head = NativeHead(http.body);
  if (!head) return refuse(head.error());
  const auto resolved = ResolveModel(services, *settings, native->model, *http.client);
  if (!resolved) return refuse(resolved.error());
  record.rule = RuleText(*resolved);
  const std::string session =
      accounts::SessionKey({record.caller, {}, SessionHeader(http), {}, *head});
  auto usable = AdmitNative(services, native->model, http.body.size(), resolved->targets,
                            Choice{session, native->method}, record);
  if (!usable) return refuse(usable.error());

  const auto holder =
      HolderOf(*services.resources, ResourcesIn(http.body), record.caller, services.clock->Wall());
  if (!holder) return refuse(holder.error());
  RequestContext context{&services,
                         settings,
                         session,
                         http.client,
                         record.id,
                         record.caller,
                         TapeCalls(*services.transport, record.tape)};
  context.headers = record.TraceHeaders();
  context.early = record.early;
  context.only = *holder;
  context.method = native->method;
  const auto servable = ServableTargets(context, *usable, native->use);
  if (!servable) return refuse(servable.error());
  const auto targets = NativeTargets(context, *servable);
  if (!targets) {
    return Refuse(Surface::kGemini, InGooglesWords(targets.error(), record.model), record,
                  *settings->config);
  }
  const auto question_for = [&](const std::string& target) {
    const std::string model = services.pool->ModelOf(target);
    const bool mapped = model != native->model;
    auto renamed = mapped ? WithNativeModel(http.body, native->model, model) : http.body;
    return NativeQuestion{"POST",
                          native->version,
                          "models/" + model + ":" + native->method,
                          native->query,
                          upstream::SharedText(renamed ? *std::move(renamed) : http.body),
                          HeadersUp(http),
                          native->form};
  };
  auto outcome = OpenNative(context, *targets, question_for, record);
  if (auto* error = std::get_if<Error>(&outcome)) return refuse(std::move(*error));
  if (auto* refusal = std::get_if<NativeRefusal>(&outcome)) {
    return PassRefusal(std::move(*refusal), *settings->config, record);
  }
  return NativeReply(std::get<NativeOpened>(std::move(outcome)), native->form, services, settings,
                     *http.client, std::move(record));
}

}  // namespace agm::gateway
