#include "core/gateway/service.h"

#include <algorithm>
#include <utility>

#include "core/accounts/credentials.h"
#include "core/gateway/account_log.h"
#include "core/gateway/catalog.h"
#include "core/gateway/gateway.h"
#include "core/gateway/metrics.h"
#include "core/gateway/refusals.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/gateway/shared_state.h"
#include "core/gateway/token_counter.h"
#include "core/http/server/server.h"
#include "core/http/server/tls_identity.h"
#include "core/keys/prices.h"
#include "core/ledger/file_id.h"
#include "core/store/sqlite_pool_journal.h"

namespace agm::gateway {
namespace {

http::Limits LimitsOf(const config::Proxy& proxy) {
  return {.header_timeout = proxy.header_timeout,
          .write_timeout = proxy.write_timeout,
          .max_body_size = proxy.max_body_size,
          .max_connections = proxy.max_connections};
}

/// Loads the TLS identity; null if TLS is not configured.
Result<std::shared_ptr<const http::TlsIdentity>> IdentityOf(const config::Proxy& proxy) {
  if (!proxy.tls.enabled()) return std::shared_ptr<const http::TlsIdentity>();
  return http::TlsIdentity::Load({proxy.tls.certificate, proxy.tls.key});
}

std::optional<WallTime> EndOf(const std::shared_ptr<const http::TlsIdentity>& identity) {
  if (!identity) return std::nullopt;
  return identity->expires();
}

ledger::Settings LogOf(const config::Config& config) {
  const config::LogSettings& log = config.log;
  ledger::Settings settings;
  settings.requests = log.requests;
  settings.addresses = log.addresses;
  settings.keep = log.keep;
  settings.max_size = log.max_size;
  settings.totals_keep = log.totals_keep;
  settings.prices = keys::PricesOf(config);
  return settings;
}

telemetry::Options TelemetryOf(const config::Config& config) {
  const config::TelemetrySettings& from = config.telemetry;
  telemetry::Options options;
  options.endpoint = from.endpoint;
  options.headers = from.headers;
  options.service_name = from.service_name;
  options.resource = from.resource;
  options.sample = from.sample;
  options.tries = from.detail == config::TelemetryDetail::kTries;
  options.conventions = from.semconv == config::Semconv::kGenAi01
                            ? telemetry::Conventions::kGenAi01
                            : telemetry::Conventions::kSemconv136;
  for (const config::Account& account : config.accounts) {
    options.providers[account.name] = config::FactsOf(account.kind).provider_name;
  }
  options.default_provider = config::FactsOf(config::Account().kind).provider_name;
  return options;
}

// Fetches tokens in advance, so that the first request need not wait. Limited, because a very large
// pool does not use all accounts at once.
void PrepareTokens(accounts::Credentials& credentials, const config::Config& config) {
  constexpr std::size_t kMost = 16;
  for (std::size_t i = 0; i < std::min(config.accounts.size(), kMost); ++i) {
    if (config.accounts[i].Usable()) credentials.Prepare(config.accounts[i]);
  }
}

}  // namespace

/// The gateway's parts in the order of construction; each uses only those above it.
struct Service::Parts {
  Parts(std::shared_ptr<const config::Config> config, Log& log, Clock& clock,
        http::Transport& transport, store::Database& database,
        std::unique_ptr<http::Transport> media_transport, std::unique_ptr<store::Database> log_file,
        const upstream::Providers& providers)
      : media(std::move(media_transport)),
        sessions(clock),
        live(clock),
        pulse(clock),
        telemetry(transport, clock,
                  [&log](const std::string& lost) { log.Write(LogLevel::kWarning, lost); }),
        requests(std::move(log_file)),
        ledger(
            *requests, clock, [this](const ledger::Entry& entry) { Count(entry); },
            [&log](const std::string& lost) { log.Write(LogLevel::kWarning, lost); }),
        recording(requests->path().parent_path(), clock),
        journal(database, clock,
                [&log](const std::string& lost) { log.Write(LogLevel::kWarning, lost); }),
        shared(config->cluster.enabled()
                   ? std::make_unique<SharedState>(config->cluster, journal,
                                                   ledger::FileId(*requests), log, clock)
                   : nullptr),
        conversations(database, shared ? &shared->copies() : nullptr),
        resources(database, shared ? &shared->copies() : nullptr),
        signatures(conversations, clock),
        pool(
            config, clock, shared ? &shared->journal() : &journal,
            [&log](const accounts::AccountEvent& event) { LogAccountEvent(log, event); },
            providers),
        credentials(transport, clock),
        catalog(providers, transport, credentials, clock, log,
                [this](const accounts::Pool::Listings& listings) { pool.NoteModels(listings); }),
        refusals(clock),
        counter(clock),
        gateway(services),
        server(
            LimitsOf(config->proxy), [this](http::Request& r) { return gateway.Answer(r); },
            [this](const http::Fault& f, std::string_view path) {
              return gateway.Refusal(f, path);
            },
            &Gateway::IsUrgent) {
    credentials.UseProxy(config->proxy.upstream_proxy);
    if (shared) {
      meters.ShareBy(&shared->counts());
      pool.ShareBy(&shared->counts());
    }
    ledger.Apply(LogOf(*config));
    telemetry.Apply(TelemetryOf(*config));
    services.settings.Set(
        std::make_shared<const Settings>(std::move(config), meters, clock.Wall()));
    services.meters = &meters;
    services.providers = &providers;
    services.pool = &pool;
    services.shared = shared.get();
    services.credentials = &credentials;
    services.transport = &transport;
    services.media_transport = media.get();
    services.catalog = &catalog;
    services.refusals = &refusals;
    services.counter = &counter;
    services.conversations = &conversations;
    services.resources = &resources;
    services.signatures = &signatures;
    services.metrics = &metrics;
    services.journal = &ledger;
    services.billing = &billing;
    services.recording = &recording;
    services.sessions = &sessions;
    services.live = &live;
    services.pulse = &pulse;
    services.telemetry = &telemetry;
    services.started = clock.Wall();
    services.log = &log;
    services.clock = &clock;
    services.in_flight = [this] { return server.in_flight(); };
    services.stopping = [this] { return server.stopping(); };
    server.CheckHeadsWith([this](http::Request& head) { return gateway.AnswerHead(head); });
    server.StreamBodiesIf(StreamsFile);
    server.CountDescriptorsWith([&transport] {
      const auto [held, each] = transport.descriptors();
      return http::Server::Descriptors{held, each};
    });
  }

  ~Parts() {
    if (!shared) return;
    shared->Stop();
    meters.ShareBy(nullptr);
    pool.ShareBy(nullptr);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  /// Corrects the costs of past requests after a change of prices, and with them the keys' budgets.
  void CorrectCosts() {
    const auto corrected = ledger.CorrectCosts();
    if (!corrected) return services.log->Write(LogLevel::kWarning, corrected.error().message);
    if (*corrected == 0) return;
    services.log->Write(LogLevel::kInfo, "the costs of past requests follow the changed prices",
                        services.log->Fields().Add("requests", std::to_string(*corrected)));
  }

  /// Sums up what the other nodes must know of the ledger.
  void LoadTotals() {
    if (!shared) return;
    const auto done =
        ledger.WithTotals(shared->totals().Since(),
                          [this](const ledger::Totals& totals) { shared->totals().Load(totals); });
    if (!done) services.log->Write(LogLevel::kWarning, done.error().message);
  }

  /// Sums up what the keys have spent in this month, in the zone of the configuration.
  void LoadSpend(const config::Config& config) {
    if (config.keys.empty()) return;
    const auto zone = keys::ZoneOf(config);
    meters.UseZone(zone);
    const WallTime since = keys::MonthOf(*zone, services.clock->Wall()).begin;
    const auto done =
        ledger.WithTotals(since, [this](const ledger::Totals& totals) { meters.Load(totals); });
    if (!done) services.log->Write(LogLevel::kWarning, done.error().message);
  }

  /// Runs on the journal's thread, once for each finished request.
  void Count(const ledger::Entry& entry) {
    metrics.Count(entry);
    meters.Count(entry);
    if (entry.is_probe) return;
    if (shared) shared->totals().Count(entry);
    telemetry.Add(entry);
    pulse.Count(entry);
    live.Publish(entry);
  }

  std::unique_ptr<http::Transport> media;
  page::Sessions sessions;
  page::LiveFeed live;
  page::Pulse pulse;
  telemetry::Exporter telemetry;
  Metrics metrics;
  keys::Meters meters;
  Billing billing;
  std::unique_ptr<store::Database> requests;
  ledger::Journal ledger;
  ledger::Recording recording;
  store::SqlitePoolJournal journal;
  std::unique_ptr<SharedState> shared;  ///< null: this machine works alone
  store::Conversations conversations;
  store::Resources resources;
  Signatures signatures;
  accounts::Pool pool;
  accounts::Credentials credentials;
  Catalog catalog;
  Refusals refusals;
  TokenCounter counter;
  Services services;
  Gateway gateway;
  http::Server server;
  int port = 0;
};

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::Start(std::shared_ptr<const config::Config> config,
                                                Log& log, Clock& clock, http::Transport& transport,
                                                store::Database& database,
                                                std::unique_ptr<http::Transport> media,
                                                std::unique_ptr<store::Database> requests,
                                                const upstream::Providers& providers) {
  auto identity = IdentityOf(config->proxy);
  if (!identity) return std::move(identity).error();
  if (config->cluster.enabled()) {
    if (auto able = SharedState::Check(config->cluster); !able) return able.error();
  }
  const std::string host = config->proxy.ListenHost();
  const int wanted = config->proxy.port;
  auto parts = std::make_unique<Parts>(std::move(config), log, clock, transport, database,
                                       std::move(media), std::move(requests), providers);
  const auto port = parts->server.Bind(host, wanted);
  if (!port) return port.error();
  parts->port = *port;
  const auto settings = parts->services.settings.Copy()->config;
  parts->services.settings.Set(
      std::make_shared<const Settings>(settings, parts->meters, clock.Wall(), EndOf(*identity)));
  parts->CorrectCosts();
  parts->LoadSpend(*settings);
  parts->LoadTotals();
  parts->server.UseTls(*std::move(identity));
  if (parts->shared) parts->shared->Start(parts->pool);
  PrepareTokens(parts->credentials, *settings);
  return std::unique_ptr<Service>(new Service(std::move(parts)));
}

int Service::port() const { return parts_->port; }
int Service::Ready() const { return parts_->pool.Ready(); }
Result<void> Service::Serve() { return parts_->server.Serve(); }

Result<void> Service::Apply(std::shared_ptr<const config::Config> config) {
  auto identity = IdentityOf(config->proxy);
  parts_->metrics.Reloaded(identity.has_value());
  if (!identity) return std::move(identity).error();
  const auto certificate_ends = EndOf(*identity);
  parts_->ledger.Apply(LogOf(*config));
  parts_->telemetry.Apply(TelemetryOf(*config));
  parts_->server.UseTls(*std::move(identity));
  parts_->server.SetLimits(LimitsOf(config->proxy));
  parts_->pool.Apply(config);
  parts_->credentials.UseProxy(config->proxy.upstream_proxy);
  PrepareTokens(parts_->credentials, *config);
  parts_->catalog.Forget();
  parts_->refusals.Forget();
  parts_->services.settings.Set(std::make_shared<const Settings>(
      config, parts_->meters, parts_->services.clock->Wall(), certificate_ends));
  parts_->CorrectCosts();
  parts_->LoadSpend(*config);
  parts_->LoadTotals();
  return {};
}

void Service::CountRefusedReload() { parts_->metrics.Reloaded(false); }
bool Service::FlushLog() { return parts_->ledger.Flush(); }

void Service::LetEdit(std::filesystem::path file, config::Environment environment) {
  parts_->services.config_source = ConfigSource{std::move(file), std::move(environment)};
}

void Service::Stop(Duration drain, Duration delay) {
  parts_->live.Close();
  parts_->server.Stop(drain, delay);
}

}  // namespace agm::gateway
