#include "cli/oauth_login.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>

#include <utility>

#include "cli/redirect_listener.h"
#include "core/accounts/oauth.h"
#include "core/base/duration.h"
#include "core/base/file.h"
#include "core/base/os/environment.h"

namespace agm::cli {
namespace {

using accounts::OauthClient;

constexpr std::size_t kLargestFile = 64U << 10U;
constexpr Duration kExchange{20'000};

/// Reads the JSON file of an OAuth client from Google's console; nullopt if it is another file.
Result<std::optional<OauthClient>> ReadClientFile(const KeySource& source) {
  if (!source.file) return std::optional<OauthClient>();
  const auto text = ReadFile(*source.file, kLargestFile);
  if (!text) return std::optional<OauthClient>();  // TakeKey reports the reason
  const auto json = ParseJson(*text);
  if (!json || !json->is_object()) return std::optional<OauthClient>();
  const auto installed = json->find("installed");
  if (installed == json->end() || !installed->is_object()) {
    return Fail(ErrorCode::kConfig,
                "{}-file {}: expected the secret, or the JSON file of an OAuth client of the type "
                "\"Desktop app\"",
                source.flag, *source.file);
  }
  OauthClient client;
  client.id = TextOf(*installed, "client_id");
  client.secret = Secret(TextOf(*installed, "client_secret"));
  if (auto url = TextOf(*installed, "auth_uri"); !url.empty()) client.auth_url = std::move(url);
  if (auto url = TextOf(*installed, "token_uri"); !url.empty()) client.token_url = std::move(url);
  return std::optional(std::move(client));
}

Result<Secret> TakeSecret(const Context& context, const OauthOptions& options,
                          const std::string& client, const config::Account* present) {
  if (options.client_secret.given()) {
    auto key = TakeKey(context, options.client_secret);
    if (!key) return std::move(key).error();
    return std::move(key->key);
  }
  if (present != nullptr && present->client_id == client) return present->client_secret;
  if (!context.io().in_is_terminal) {
    return Fail(ErrorCode::kInvalidRequest,
                "the client's secret is not given, and there is no terminal to ask on; use "
                "--client-secret-stdin, --client-secret-env VAR or --client-secret-file FILE");
  }
  auto key = AskForKey(context, "Secret of the OAuth client (empty: it has none): ");
  if (!key) return std::move(key).error();
  return std::move(key->key);
}

Result<OauthClient> TakeClient(const Context& context, const OauthOptions& options,
                               const config::Account* present) {
  auto file = ReadClientFile(options.client_secret);
  if (!file) return std::move(file).error();
  OauthClient client = file->value_or(OauthClient());
  if (options.client_id) client.id = *options.client_id;
  if (client.id.empty() && present != nullptr) client.id = present->client_id;
  if (client.id.empty()) {
    return Fail(ErrorCode::kInvalidRequest,
                "--oauth needs your own OAuth client: --client-id ID, or its JSON file with "
                "--client-secret-file FILE");
  }
  if (*file) return client;
  auto secret = TakeSecret(context, options, client.id, present);
  if (!secret) return std::move(secret).error();
  client.secret = std::move(*secret);
  return client;
}

/// Printed with --quiet too, because the user cannot continue without it.
void Invite(const Context& context, const std::string& url, int port, Duration patience) {
  context.io().Err(fmt::format(
      "Open this page in a browser and let agm in:\n\n  {}\n\n"
      "It leads back to port {} of this machine, where agm waits for {}. If the browser runs on\n"
      "another machine, connect from there first: ssh -L {}:127.0.0.1:{} THIS-MACHINE\n",
      url, port, WriteDuration(patience), port, port));
}

std::string ProxyOf(const Context& context) {
  const auto config = context.ConfigOrNew();
  return config ? (*config)->proxy.upstream_proxy : std::string();
}

}  // namespace

void OpenBrowser(const Context& context, const std::string& url) {
  const bool desktop = context.Env("DISPLAY") || context.Env("WAYLAND_DISPLAY");
  if (!context.io().err_is_terminal || !desktop) return;
  posix_spawn_file_actions_t quiet;
  if (posix_spawn_file_actions_init(&quiet) != 0) return;
  for (const int fd : {0, 1, 2}) {
    posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
  }
  std::string program = "xdg-open";
  std::string address = url;
  char* const arguments[] = {program.data(), address.data(), nullptr};
  pid_t ignored = 0;
  posix_spawnp(&ignored, program.c_str(), &quiet, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&quiet);
}

Result<OauthGrant> LogIn(const Context& context, const OauthOptions& options,
                         config::AccountKind kind, const config::Account* present,
                         const Browser& browser) {
  auto client = TakeClient(context, options, present);
  if (!client) return std::move(client).error();
  auto listener = RedirectListener::Start();
  if (!listener) return std::move(listener).error();
  const accounts::OauthLogin login = accounts::NewOauthLogin(listener->url());
  const std::string url = accounts::ConsentUrl(*client, login, config::FactsOf(kind).oauth_scopes);
  Invite(context, url, listener->port(), browser.patience);
  browser.open(context, url);
  const auto code = listener->AwaitCode(login.state, SystemClock().Now() + browser.patience);
  if (!code) return code.error();
  const accounts::TokenRoute route{ProxyOf(context), SystemClock().Now() + kExchange};
  auto token =
      accounts::ExchangeCode(context.transport(), *client, login, *code, route, NeverCancelled());
  if (!token) return std::move(token).error();
  return OauthGrant{std::move(client->id), std::move(client->secret), std::move(*token)};
}

}  // namespace agm::cli
