#include "core/gateway/count_tokens.h"

#include <utility>

#include "core/gateway/admission.h"
#include "core/gateway/history.h"
#include "core/gateway/media.h"
#include "core/gateway/rotation.h"
#include "core/gateway/session.h"
#include "core/gateway/taped.h"
#include "core/gateway/targets.h"
#include "core/gateway/token_counter.h"
#include "core/gateway/unknown_model.h"

namespace agm::gateway {

Result<std::int64_t> CountTokens(Services& services, std::shared_ptr<const Settings> settings,
                                 chat::Request& request, const http::Request& http,
                                 Record& record) {
  record.phase = Phase::kConvert;
  record.model = request.model;
  const auto resolved = ResolveModel(services, *settings, request.model, *http.client);
  if (!resolved) return WithModelHelp(resolved.error(), services, *settings, record.model);
  record.rule = RuleText(*resolved);
  const auto targets = UsableTargets(record, request.model, resolved->targets);
  if (!targets) return targets.error();
  record.target = targets->front();
  record.phase = Phase::kUpstream;
  record.usage.known = true;  // counting uses no tokens and costs nothing
  RequestContext context{&services,
                         settings,
                         SessionOf(request, SessionHeader(http), record.caller),
                         http.client,
                         record.id,
                         record.caller,
                         TapeCalls(*services.transport, record.tape)};
  context.headers = record.TraceHeaders();
  // Media that cannot be fetched are counted all the same, as the upstream or the guess does.
  if (LinksMedia(request)) {
    static_cast<void>(InlineMedia(*services.media_transport, ReadersOf(context, *targets),
                                  BudgetOf(settings->config->proxy), *http.client, request));
  }
  return services.counter->Count(context, request, record.target);
}

}  // namespace agm::gateway
