#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::cli {

/// A running gateway: where it is, and the key that it asks for.
struct Gateway {
  std::string url;  ///< without /v1 and without a slash at its end
  Secret key;       ///< empty: none is sent
  /// PEM of the certificate that the configuration names; with https no other is trusted. Empty:
  /// what the system trusts.
  std::string certificate;
};

struct GatewayRequest {
  std::string method = "GET";
  std::string path;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct GatewayAnswer {
  int status = 0;
  std::string body;
  std::string content_type;
  std::string mapped_model;                 ///< X-Mapped-Model
  std::string account;                      ///< X-Account-Email
  std::chrono::microseconds first_byte{0};  ///< until the first byte of the body
  std::chrono::microseconds latency{0};     ///< until the last
};

/// The address of a gateway as people give it: with or without a scheme, /v1 or a slash behind it.
std::string GatewayUrl(std::string_view given);

/// Where the gateway may be, most likely first: what AGM_HOST and AGM_PORT say, and nothing else;
/// without them the configuration's address, then that of the run file. kConfig where the
/// configuration cannot be read.
Result<std::vector<Gateway>> FindGateways(const Context& context);

/// `gateway` with what the configuration knows of it: the key, where it has none, and the
/// certificate, where it is the configuration's own gateway.
void Complete(const Context& context, Gateway& gateway);

/// Sends one request and reads the whole answer, whatever its status. kUpstreamUnavailable with
/// reason "gateway_unreachable" where nobody listens; kTimeout.
Result<GatewayAnswer> Ask(const Context& context, const Gateway& gateway,
                          const GatewayRequest& request, Duration timeout);

/// The JSON that the first gateway gives that has any. Errors as Ask; kUnauthenticated where the
/// key is refused, kUpstreamRejected where the answer is not what a gateway says.
Result<Json> AskJson(const Context& context, const GatewayRequest& request, Duration timeout);

/// The same for what stands at `path`.
Result<Json> GetJson(const Context& context, const std::string& path, Duration timeout);

/// What a failed answer says: error.message of any dialect's shape, else the status.
std::string ErrorText(const GatewayAnswer& answer);

}  // namespace agm::cli
