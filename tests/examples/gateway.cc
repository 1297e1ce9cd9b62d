// Compiles the usage examples in the headers of core/upstream, core/accounts, core/gateway and cli;
// see core.cc.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "cli/app.h"
#include "cli/clients/key_edit.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/io.h"
#include "cli/redirect_listener.h"
#include "cli/run_file.h"
#include "cli/service_manager.h"
#include "cli/stop_signals.h"
#include "cli/table.h"
#include "core/accounts/credentials.h"
#include "core/accounts/oauth.h"
#include "core/accounts/pool.h"
#include "core/accounts/quotas.h"
#include "core/gateway/admission.h"
#include "core/gateway/commit_point.h"
#include "core/gateway/media.h"
#include "core/gateway/native_call.h"
#include "core/gateway/native_request.h"
#include "core/gateway/paging.h"
#include "core/gateway/pins.h"
#include "core/gateway/prometheus.h"
#include "core/gateway/rotation.h"
#include "core/gateway/service.h"
#include "core/gateway/targets.h"
#include "core/gateway/token_counter.h"
#include "core/gateway/unknown_model.h"
#include "core/telemetry/exporter.h"
#include "core/upstream/call.h"
#include "core/upstream/fetch.h"
#include "core/upstream/media_fetch.h"
#include "core/upstream/providers.h"

namespace agm::upstream {

Result<void> CallExample(http::Transport& transport, const Recipient& recipient,
                         const Outgoing& outgoing, const Limits& limits,
                         const Cancellation& cancellation, TimePoint until) {
#include "examples/core/upstream/call.h.inc"
  return {};
}

void FetchExample(http::Transport& transport, const Provider& provider,
                  const config::Account& account, const Recipient& recipient,
                  const Outgoing& outgoing, const Limits& limits,
                  const Cancellation& cancellation) {
#include "examples/core/upstream/fetch.h.inc"
}

void ProvidersExample(const config::Account& account) {
#include "examples/core/upstream/providers.h.inc"
}

void FetchMediaExample(http::Transport* transport, const MediaLimits& limits,
                       const Cancellation& cancellation) {
#include "examples/core/upstream/media_fetch.h.inc"
}

}  // namespace agm::upstream

namespace agm::accounts {

void CredentialsExample(Credentials& credentials, Lease& lease, TimePoint deadline,
                        const Cancellation& cancellation){
#include "examples/core/accounts/credentials.h.inc"
}

std::optional<store::Verdict> Ask(const store::Question& question);
void Use(Lease lease);
void PoolExample(Pool& pool, const Wanted& wanted, TimePoint deadline,
                 const Cancellation& cancellation, const upstream::Failure& failure) {
#include "examples/core/accounts/pool.h.inc"
}

void Wait(TimePoint until);
void QuotasExample(Quotas& quotas, const config::Account& account, Moment moment,
                   const upstream::Failure& failure, TimePoint sent, std::int64_t tokens) {
#include "examples/core/accounts/quotas.h.inc"
}

}  // namespace agm::accounts

namespace agm::telemetry {

void ExporterExample(http::Transport& transport, Clock& clock, Exporter::Warn warn,
                     const Options& options, const ledger::Entry& entry) {
#include "examples/core/telemetry/exporter.h.inc"
}

}  // namespace agm::telemetry

namespace agm::gateway {

http::Reply AdmissionExample(const Services& services, const chat::Request* request,
                             const Result<mapping::Resolution>& resolved,
                             const std::string& session, Record& record,
                             http::Reply (*refuse)(const Error&)) {
#include "examples/core/gateway/admission.h.inc"
  return {};
}

std::string PrometheusTextExample(std::string_view route, std::uint64_t count) {
#include "examples/core/gateway/prometheus.h.inc"
}

void CommitPointExample(const chat::Request& request, chat::Event event, upstream::Call& call,
                        TimePoint until) {
#include "examples/core/gateway/commit_point.h.inc"
}

void ServableTargetsExample(const RequestContext& context, const std::vector<std::string>& listed) {
#include "examples/core/gateway/targets.h.inc"
}

void InlineMediaExample(const RequestContext& context, http::Transport& transport,
                        const std::vector<std::string>& targets, const config::Proxy& proxy,
                        const Cancellation& client, chat::Request& request) {
#include "examples/core/gateway/media.h.inc"
}

void NativeRequestExample(const http::Request& http) {
#include "examples/core/gateway/native_request.h.inc"
}

void NativeCallExample(const RequestContext& context, const std::vector<std::string>& targets,
                       const std::function<NativeQuestion(const std::string&)>& question_for,
                       Record& record) {
#include "examples/core/gateway/native_call.h.inc"
}

void PageOfListExample(std::string_view query, const std::vector<std::string>& names) {
#include "examples/core/gateway/paging.h.inc"
}

void PinsExample(Services& services, const std::string& body, const std::string& caller,
                 WallTime now){
#include "examples/core/gateway/pins.h.inc"
}

Error RotationExample(const RequestContext& context, Allowance& allowance, const std::string& model,
                      const std::string& body, bool last_target, upstream::Failure& failure) {
#include "examples/core/gateway/rotation.h.inc"
  return {};
}

void TokenCounterExample(TokenCounter& counter, const RequestContext& context,
                         const chat::Request& request, const std::string& model){
#include "examples/core/gateway/token_counter.h.inc"
}

http::Reply refuse(const Error& error);
http::Reply WithModelHelpExample(const Result<void>& answer, const Services& services,
                                 const Settings& settings, const Record& record) {
#include "examples/core/gateway/unknown_model.h.inc"
  return {};
}

void Announce(int port);
Result<void> ServiceExample(const std::shared_ptr<const config::Config>& config, Log& log,
                            Clock& clock, http::Transport& transport, store::Database& database) {
#include "examples/core/gateway/service.h.inc"
  return {};
}

}  // namespace agm::gateway

namespace agm::cli {

void AppExample(const std::vector<std::string>& arguments, Context& context) {
#include "examples/cli/app.h.inc"
}

struct SomeOptions {
  std::string name;
  bool yes = false;
};
void CommandExample(Commands at, const std::shared_ptr<SomeOptions>& options, Run<SomeOptions> run){
#include "examples/cli/command.h.inc"
}

Result<void> ContextExample(const Context& context) {
#include "examples/cli/context.h.inc"
  return {};
}

void IoExample(Io& io, const std::string& name, const Json& document) {
#include "examples/cli/io.h.inc"
}

using accounts::ConsentUrl;
using accounts::NewOauthLogin;
using accounts::OauthLogin;
void Show(const std::string& url);
void RedirectListenerExample(const accounts::OauthClient& client, std::string_view scope) {
#include "examples/cli/redirect_listener.h.inc"
}

void RunFileExample(const std::filesystem::path& folder, const Secret& key) {
#include "examples/cli/run_file.h.inc"
}

void KeyEditExample(std::string_view text) {
#include "examples/cli/clients/key_edit.h.inc"
}

void ServiceManagerExample(const config::Environment& environment) {
#include "examples/cli/service_manager.h.inc"
}

void StopSignalsExample() {
#include "examples/cli/stop_signals.h.inc"
}

void TableExample(Io& io) {
#include "examples/cli/table.h.inc"
}

}  // namespace agm::cli
