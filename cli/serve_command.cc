#include "cli/serve_command.h"

#include <fmt/format.h>

#include <condition_variable>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "cli/config_changes.h"
#include "cli/embedded_mock.h"
#include "cli/gateway_client.h"
#include "cli/run_file.h"
#include "cli/serve_lines.h"
#include "cli/service_manager.h"
#include "cli/state_file.h"
#include "cli/stop_signals.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/base/no_thread.h"
#include "core/base/os/start_pages.h"
#include "core/base/random.h"
#include "core/config/load.h"
#include "core/config/watch.h"
#include "core/gateway/service.h"

namespace agm::cli {
namespace {

using SharedConfig = std::shared_ptr<const config::Config>;

/// Pause between the words of the embedded mock's streams: similar to a model's speed.
constexpr Duration kMockPace{20};

/// The sources of the settings, at the start and at each reload.
class Sources {
 public:
  Sources(const Context& context, const ServeOptions& options)
      : context_(context), mock_(options.mock) {
    overrides_.host = options.host;
    overrides_.port = options.port;
    if (options.lan) overrides_.allow_lan_access = true;
    overrides_.auth_mode = options.auth_mode;
    if (options.api_key) overrides_.api_key = Secret(*options.api_key);
  }

  /// The key of this machine's commands; the run file tells it to them.
  const Secret& operator_key() const { return operator_key_; }

  struct Read {
    SharedConfig config;
    std::vector<config::Problem> warnings;
    bool found = false;  ///< the file exists
  };

  Result<Read> Load() const {
    auto loaded = config::Load(context_.ConfigLocation(), context_.environment(), overrides_);
    if (!loaded) return std::move(loaded).error();
    config::Config& config = loaded->config;
    if (config.proxy.EffectiveAuthMode() != config::AuthMode::kOff &&
        config.proxy.api_keys.empty() && config.keys.empty()) {
      return Fail(
          ErrorCode::kConfig,
          "this gateway would ask clients for an API key, but none is set; `agm keys add NAME` "
          "makes one; or set api_key under [proxy] in the configuration, or AGM_API_KEY (openssl "
          "rand -hex 24 creates one), or turn auth off with --auth-mode off");
    }
    config.proxy.api_keys.push_back({"operator", operator_key_});
    if (mock_) config.accounts = {MockAccount()};
    for (config::Account& account : config.accounts) {
      if (auto served = embedded_.Serve(account); !served) return std::move(served).error();
    }
    return Read{std::make_shared<const config::Config>(std::move(config)),
                std::move(loaded->warnings), loaded->found};
  }

 private:
  static config::Account MockAccount() {
    config::Account account;
    account.name = "mock";
    account.kind = config::AccountKind::kMock;
    return account;
  }

  const Context& context_;
  const Secret operator_key_{"sk-operator-" + RandomId(43)};
  const bool mock_;  ///< the mock answers instead of the accounts
  config::Overrides overrides_;
  mutable EmbeddedMock embedded_{kMockPace};  ///< Load runs on one thread at a time
};

/// Writes the lines of the start: as log lines in the json format, else to people.
void Announce(Io& io, Log& log, const config::Config& config, const Listening& listening,
              bool json) {
  const std::string warning = StartWarning(config);
  std::vector<std::string> lines = AddressLines(config, listening);
  lines.insert(lines.begin(), StartLine(config, listening));
  for (const std::string& line : lines) {
    if (json) {
      log.Announce(line.substr(line.find_first_not_of(' ')));
    } else {
      io.Say("{}", line);
    }
  }
  if (warning.empty()) return;
  if (json) return log.Write(LogLevel::kWarning, warning);
  io.Warn("{}", warning);
}

/// Adds to a refusal to listen that agm itself has the port, if a gateway answers there.
Error Explained(Error error, const Context& context, const config::Proxy& proxy) {
  constexpr Duration kPatience{500};
  if (error.code != ErrorCode::kConfig || error.message.find("in use") == std::string::npos) {
    return error;
  }
  const Gateway there{UrlOf(proxy.ListenHost(), proxy.port, proxy.tls.enabled()), Secret(), {}};
  const auto answer = Ask(context, there, {"GET", "/healthz", {}, {}}, kPatience);
  const auto health = answer ? ParseJson(answer->body) : Result<Json>(Json());
  const std::string version = health ? TextOf(*health, "version") : std::string();
  if (version.empty()) return error;
  error.message = fmt::format(
      "agm itself runs on port {} already (version {}); `agm accounts list` asks it. Stop it, or "
      "choose another port with --port",
      proxy.port, version);
  return error;
}

LogFormat FormatOf(const ServeOptions& options, const config::Config& config) {
  if (!options.log_format) return config.log.format;
  return *options.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
}

LogOptions LogOptionsOf(const ServeOptions& options, const config::Config& config, const Io& io) {
  LogOptions log;
  log.format = FormatOf(options, config);
  log.level = config.log.level;
  if (options.log_level) log.level = ReadLogLevel(*options.log_level).value_or(log.level);
  if (io.quiet) log.level = LogLevel::kError;
  if (io.verbose) log.level = LogLevel::kDebug;
  log.access_log = config.proxy.access_log;
  return log;
}

/// Passes signals and file changes to the running service, on its own threads.
class Control {
 public:
  /// The log's options with these settings.
  using HowToLog = std::function<LogOptions(const config::Config&)>;

  Control(StopSignals& signals, gateway::Service& service, const Sources& sources, Log& log,
          config::Watch& watch, const SharedConfig& config, std::filesystem::path state_folder,
          HowToLog how_to_log, const Context& context)
      : context_(context),
        manager_(context.environment()),
        signals_(signals),
        service_(service),
        sources_(sources),
        log_(log),
        watch_(watch),
        state_folder_(std::move(state_folder)),
        how_to_log_(std::move(how_to_log)),
        host_(config->proxy.ListenHost()),
        port_(config->proxy.port),
        config_(config),
        run_file_(LeaveRunFile(config->proxy.tls.enabled())) {
    try {
      signal_thread_ = std::jthread([this] { FollowSignals(); });
      watch_thread_ = std::jthread([this] { FollowFile(); });
      alive_thread_ = std::jthread([this](const std::stop_token& stop) { ReportAlive(stop); });
    } catch (...) {
      EndThreads();
      throw;
    }
  }

  /// Tells the service manager that connections are accepted.
  void Ready() const {
    manager_.Send(ReadyMessage(service_.Ready(), config_.Copy()->accounts.size()));
  }

  ~Control() { EndThreads(); }

 private:
  void EndThreads() {
    signals_.Wake();
    watch_.Stop();
  }

  /// Writes the run file. Without it commands can still use the configured address.
  std::optional<RunFile> LeaveRunFile(bool tls) const {
    auto written =
        RunFile::Write(state_folder_, UrlOf(host_, service_.port(), tls), sources_.operator_key());
    if (!written) return std::nullopt;
    return *std::move(written);
  }

  void FollowSignals() {
    std::jthread drain;
    while (const int signal = signals_.Wait()) {
      if (signal == SIGHUP) {
        watch_.Wake();
      } else if (!drain.joinable()) {
        const auto config = config_.Copy();
        const Duration patience = config->proxy.drain_timeout;
        const Duration delay = signal == SIGTERM ? config->proxy.drain_delay : Duration(0);
        log_.Write(LogLevel::kInfo, "stopping: running requests may finish");
        manager_.Send(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}",
                                  std::chrono::microseconds(patience + kStopTime).count()));
        drain = std::jthread([this, patience, delay] { service_.Stop(patience, delay); });
      } else {
        service_.Stop(Duration(0));
      }
    }
  }

  void FollowFile() {
    while (watch_.WaitForChange()) {
      manager_.Send("RELOADING=1");
      Reload();
      Ready();
    }
  }

  /// Asks this gateway for its health over its own socket, so that the service manager learns of
  /// any part that no longer works, and reports to the manager only what was answered.
  void ReportAlive(const std::stop_token& stop) {
    if (!manager_.watchdog()) return;
    const Duration pause = *manager_.watchdog() / 3;
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    while (!stopped.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
      const bool tls = config_.Copy()->proxy.tls.enabled();
      Gateway self{UrlOf(host_, service_.port(), tls), Secret(), {}};
      Complete(context_, self);
      if (Ask(context_, self, {"GET", "/healthz", {}, {}}, pause)) manager_.Send("WATCHDOG=1");
    }
  }

  void Refused(const Error& error) {
    log_.Write(LogLevel::kError,
               "configuration not reloaded, the old settings stay: " + error.message);
  }

  void Reload() {
    auto read = sources_.Load();
    if (!read) {
      service_.CountRefusedReload();
      return Refused(read.error());
    }
    for (const auto& warning : read->warnings) log_.Write(LogLevel::kWarning, warning.Text());
    const config::Proxy& proxy = read->config->proxy;
    if (auto applied = service_.Apply(read->config); !applied) return Refused(applied.error());
    if (proxy.ListenHost() != host_ || proxy.port != port_) {
      log_.Write(LogLevel::kWarning, "another host or port takes effect after a restart");
    }
    if (read->config->cluster != config_.Copy()->cluster) {
      log_.Write(LogLevel::kWarning, "a change of [cluster] takes effect after a restart");
    }
    if (proxy.tls.enabled() != config_.Copy()->proxy.tls.enabled()) {
      run_file_.reset();
      run_file_ = LeaveRunFile(proxy.tls.enabled());
    }
    if (!read->found) {
      log_.Write(LogLevel::kWarning,
                 "the configuration file is gone, so the defaults are in effect");
    }
    const LogOptions how = how_to_log_(*read->config);
    log_.Use(how.format, how.level);
    const std::string changes = WriteChanges(*config_.Copy(), *read->config);
    config_.Set(read->config);
    log_.Write(LogLevel::kInfo, "configuration reloaded: " + changes);
  }

  static constexpr Duration kStopTime{5'000};  ///< for what follows the drain

  const Context& context_;
  const ServiceManager manager_;
  StopSignals& signals_;
  gateway::Service& service_;
  const Sources& sources_;
  Log& log_;
  config::Watch& watch_;
  const std::filesystem::path state_folder_;
  const HowToLog how_to_log_;
  const std::string host_;
  const int port_;
  Guarded<SharedConfig> config_;
  std::optional<RunFile> run_file_;  ///< used by the constructor, then by the watch's thread
  std::jthread signal_thread_;
  std::jthread watch_thread_;
  std::jthread alive_thread_;
};

/// Writes a failure as a log line, for programs that read the log.
Error Logged(Error error) {
  LogOptions options;
  options.format = LogFormat::kJson;
  if (auto log = Log::Open(options)) {
    (*log)->Write(LogLevel::kError, error.message,
                  (*log)->Fields().Add("code", CodeName(error.code)));
    error.reason = kLogged;
  }
  return error;
}

Result<void> Serve(const Context& context, const ServeOptions& options) {
  const auto config_file = context.ConfigFile();
  if (!config_file) return config_file.error();
  const auto state_folder = context.StateFolder();
  if (!state_folder) return state_folder.error();
  StopSignals signals;
  const Sources sources(context, options);
  config::Watch watch(*config_file);
  auto read = sources.Load();
  if (!read) return std::move(read).error();
  const bool json = FormatOf(options, *read->config) == LogFormat::kJson;
  const auto told = [json](Error error) { return json ? Logged(std::move(error)) : error; };
  auto log = Log::Open(LogOptionsOf(options, *read->config, context.io()));
  if (!log) return told(std::move(log).error());
  for (const auto& warning : read->warnings) {
    json ? (*log)->Write(LogLevel::kWarning, warning.Text())
         : context.io().Warn("{}", warning.Text());
  }

  const auto database = OpenState(context);
  auto requests = OpenRequestLog(context);
  if (const auto warning = requests->TakeWarning()) {
    (*log)->Write(LogLevel::kWarning, warning->message);
  }
  auto service =
      gateway::Service::Start(read->config, **log, context.clock(), context.transport(), *database,
                              upstream::NewMediaTransport(), std::move(requests));
  if (!service) {
    return told(Explained(std::move(service).error(), context, read->config->proxy));
  }
  (*service)->LetEdit(*config_file, context.environment());

  if (const auto other = RunFile::FindUrl(*state_folder)) {
    const std::string warning = fmt::format(
        "another gateway ({}) uses the state folder {} too: each overwrites the other's usage "
        "totals, and `agm accounts list` asks only one; give each its own with AGM_STATE_DIR",
        *other, state_folder->string());
    json ? (*log)->Write(LogLevel::kWarning, warning) : context.io().Warn("{}", warning);
  }
  const auto log_options = [&](const config::Config& config) {
    return LogOptionsOf(options, config, context.io());
  };
  const Control control(signals, **service, sources, **log, watch, read->config, *state_folder,
                        log_options, context);
  Announce(context.io(), **log, *read->config,
           {(*service)->port(), (*service)->Ready(), options.mock, LanAddresses()}, json);
  control.Ready();
  os::ReleaseStartPages();
  auto served = (*service)->Serve();
  if (!database->Flush()) {
    (*log)->Write(LogLevel::kWarning,
                  "what was still to be saved of cooldowns, usage and kept answers is lost");
  }
  if (!served) return told(std::move(served).error());
  return {};
}

}  // namespace

Result<void> RunServe(const Context& context, const ServeOptions& options) {
  auto served = WithThreads([&] { return Serve(context, options); });
  if (served || options.log_format != "json" || served.error().reason == kLogged) return served;
  return Logged(std::move(served).error());
}

void AddServe(Commands at, Run<ServeOptions> run) {
  auto options = std::make_shared<ServeOptions>();
  CommandHandle command = at.Command("serve", "Run the gateway", options, std::move(run));
  command.Option("--host", options->host, "Listen on this address").Type("HOST");
  command.Option("--port", options->port, "Listen on this port; 0 takes a free one")
      .Range(0, 65535)
      .Type("PORT");
  command.Flag("--lan", options->lan, "Let other machines of the network in");
  command.Flag("--mock", options->mock, "Answer from the embedded mock instead of the accounts");
  OneOf(command.Option("--auth-mode", options->auth_mode, "Who must show an API key"),
        {"auto", "off", "strict", "all_except_health"});
  command
      .Option("--api-key", options->api_key,
              "The key that clients must show; AGM_API_KEY keeps it off the command line")
      .Type("KEY");
  OneOf(command.Option("--log-format", options->log_format, "How log lines are written"),
        {"text", "json"});
  OneOf(command.Option("--log-level", options->log_level, "The least important lines to write"),
        {"debug", "info", "warning", "error"});
  command.Footer(Examples({{"Serve the configured accounts", "agm serve"},
                           {"Try it without any account", "agm serve --mock --port 8045"},
                           {"Let the network in, with a key", "AGM_API_KEY=... agm serve --lan"}}));
}

}  // namespace agm::cli
