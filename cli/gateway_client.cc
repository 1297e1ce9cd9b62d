#include "cli/gateway_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/run_file.h"
#include "cli/table.h"
#include "core/base/file.h"

namespace agm::cli {
namespace {

constexpr Duration kConnectTimeout{3'000};

/// The host to connect to for a gateway that listens on `host`; wildcard addresses become loopback.
std::string Reachable(const std::string& host) {
  if (host == "0.0.0.0" || host == "*") return "127.0.0.1";
  if (host == "::" || host == "[::]") return "[::1]";
  const bool bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
  return bare_v6 ? "[" + host + "]" : host;
}

/// The server's own certificate without its chain, because the certificates of the chain could have
/// signed others.
std::string FirstCertificate(const std::filesystem::path& file) {
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  const auto text = ReadFile(file, 1U << 20U);
  const std::size_t end = text ? text->find(kEnd) : std::string::npos;
  return end == std::string::npos ? std::string() : text->substr(0, end + kEnd.size()) + "\n";
}

Gateway Configured(const config::Config& config) {
  const config::Proxy& proxy = config.proxy;
  Gateway gateway;
  gateway.url = fmt::format("{}://{}:{}", proxy.tls.enabled() ? "https" : "http",
                            Reachable(proxy.ListenHost()), proxy.port);
  if (!proxy.api_keys.empty()) gateway.key = proxy.api_keys.front().key;
  if (proxy.tls.enabled()) gateway.certificate = FirstCertificate(proxy.tls.certificate);
  return gateway;
}

http::OutgoingRequest Outgoing(const Gateway& gateway, const GatewayRequest& request) {
  http::OutgoingRequest outgoing;
  outgoing.method = request.method;
  outgoing.url = gateway.url + request.path;
  for (const auto& [name, value] : request.headers) outgoing.headers.emplace_back(name, value);
  if (!request.body.empty()) outgoing.headers.emplace_back("Content-Type", request.content_type);
  if (!gateway.key.empty()) {
    outgoing.credential = {"Authorization", Secret("Bearer " + gateway.key.Reveal())};
  }
  outgoing.body = request.body;
  outgoing.certificate = gateway.certificate;
  return outgoing;
}

/// Marks the error if no gateway listens there, as opposed to one that broke the connection.
Error Unreachable(Error error, const Gateway& gateway) {
  if (error.code != ErrorCode::kUpstreamUnavailable) return error;
  std::string why = error.message;
  const std::string address = gateway.url.substr(gateway.url.find("://") + 3) + ": ";
  if (why.starts_with(address)) why.erase(0, address.size());
  error.message = fmt::format("no gateway answers at {}: {}", gateway.url, why);
  error.reason = kUnreachable;
  return error;
}

Result<std::string> ReadBody(http::Download& download, const Context& context, TimePoint deadline,
                             TimePoint& first) {
  std::string body;
  while (true) {
    auto state = download.Read(body, deadline, NeverCancelled());
    if (!state) return std::move(state).error();
    if (first == TimePoint() && !body.empty()) first = context.clock().Now();
    if (*state == http::ReadState::kEnd) return body;
    if (context.clock().Now() >= deadline) {
      return Fail(ErrorCode::kTimeout, "the answer was not complete in time");
    }
  }
}

std::chrono::microseconds Between(TimePoint from, TimePoint to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

}  // namespace

std::string GatewayUrl(std::string_view given) {
  std::string url(given);
  if (url.find("://") == std::string::npos) url = "http://" + url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  if (url.ends_with("/v1")) url.resize(url.size() - 3);
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

Result<std::vector<Gateway>> FindGateways(const Context& context) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  std::vector<Gateway> found;
  // Port 0 means any free port; only the run file knows which.
  if ((*config)->proxy.port != 0) found.push_back(Configured(**config));
  if (context.Env("AGM_HOST") || context.Env("AGM_PORT")) return found;
  auto folder = context.StateFolder();
  if (!folder) return found;
  if (auto running = RunFile::Find(*folder)) {
    const bool known = !found.empty() && found.front().url == running->url;
    if (!known) {
      found.push_back(Configured(**config));
      found.back().url = running->url;
    }
    if (found.back().key.empty()) {
      found.back().key = std::move(running->key);
      found.back().operator_key = true;
    }
  }
  return found;
}

void Complete(const Context& context, Gateway& gateway) {
  auto config = context.Config();
  if (!config) return;
  Gateway configured = Configured(**config);
  if (gateway.key.empty()) gateway.key = std::move(configured.key);
  auto known = FindGateways(context);
  if (!known) return;
  for (Gateway& each : *known) {
    if (each.url != gateway.url) continue;
    gateway.certificate = std::move(each.certificate);
    if (gateway.key.empty()) gateway.key = std::move(each.key);
  }
}

Result<GatewayAnswer> Ask(const Context& context, const Gateway& gateway,
                          const GatewayRequest& request, Duration timeout) {
  const TimePoint begun = context.clock().Now();
  http::OutgoingRequest outgoing = Outgoing(gateway, request);
  outgoing.connect_timeout = std::min(timeout, kConnectTimeout);
  outgoing.first_byte_timeout = timeout;
  outgoing.idle_timeout = timeout;
  outgoing.deadline = After(begun, timeout);
  auto download = context.transport().Send(outgoing, NeverCancelled());
  if (!download) return Unreachable(std::move(download).error(), gateway);
  GatewayAnswer answer;
  answer.status = (*download)->status();
  answer.content_type = (*download)->header("content-type");
  answer.mapped_model = (*download)->header("x-mapped-model");
  answer.account = (*download)->header("x-account-email");
  TimePoint first;
  auto body = ReadBody(**download, context, outgoing.deadline, first);
  if (!body) return std::move(body).error();
  const TimePoint ended = context.clock().Now();
  answer.body = std::move(*body);
  answer.first_byte = Between(begun, first == TimePoint() ? ended : first);
  answer.latency = Between(begun, ended);
  return answer;
}

namespace {

Result<Json> AskJsonOf(const Context& context, const Gateway& gateway,
                       const GatewayRequest& request, Duration timeout) {
  auto answer = Ask(context, gateway, request, timeout);
  if (!answer) return std::move(answer).error();
  if (answer->status == 401 || answer->status == 403) {
    return Fail(ErrorCode::kUnauthenticated,
                "the gateway at {} refuses the key: {}\nSet proxy.api_key in {} or AGM_API_KEY.",
                gateway.url, ErrorText(*answer), context.ConfigLocation().path.string());
  }
  auto json = ParseJson(answer->body);
  if (answer->status / 100 == 2 && json) return std::move(*json);
  return Fail(ErrorCode::kUpstreamRejected, "{} {}{} answered {}", request.method, gateway.url,
              request.path, ErrorText(*answer));
}

}  // namespace

Result<Json> AskJson(const Context& context, const GatewayRequest& request, Duration timeout) {
  auto gateways = FindGateways(context);
  if (!gateways) return std::move(gateways).error();
  Error worst = Fail(ErrorCode::kUpstreamUnavailable,
                     "no gateway is known: port is 0 and none has left a run file");
  worst.reason = kUnreachable;
  for (const Gateway& gateway : *gateways) {
    auto json = AskJsonOf(context, gateway, request, timeout);
    if (json) return json;
    context.io().Detail("{}", json.error().message);
    // An error from a gateway that answered says more than "unreachable".
    if (worst.reason == kUnreachable) worst = std::move(json).error();
  }
  return worst;
}

Result<Json> GetJson(const Context& context, const std::string& path, Duration timeout) {
  return AskJson(context, {"GET", path, {}, {}}, timeout);
}

std::string ErrorText(const GatewayAnswer& answer) {
  auto json = ParseJson(answer.body);
  if (json && json->is_object() && json->contains("error")) {
    const std::string message = TextOf((*json)["error"], "message");
    if (!message.empty()) return fmt::format("{}: {}", answer.status, Shorten(message, 300));
  }
  return fmt::format("status {}", answer.status);
}

}  // namespace agm::cli
