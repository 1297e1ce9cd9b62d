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

/// The address of a running gateway, and the key for it.
struct Gateway {
  std::string url;  ///< without /v1 and without a trailing slash
  Secret key;       ///< empty: no key is sent
  /// PEM of the certificate that the configuration names; https then trusts no other. Empty: trust
  /// the system's certificates.
  std::string certificate;
  /// The key is the run file's: it may do everything, and ends with the gateway's process.
  bool operator_key = false;
};

struct GatewayRequest {
  std::string method = "GET";
  std::string path;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type = "application/json";  ///< of the body; not sent without one
};

struct GatewayAnswer {
  int status = 0;
  std::string body;
  std::string content_type;
  std::string mapped_model;                 ///< X-Mapped-Model
  std::string account;                      ///< X-Account-Email
  std::chrono::microseconds first_byte{0};  ///< until the first byte of the body
  std::chrono::microseconds latency{0};     ///< until the last byte
};

/// A gateway's URL as people write it: with or without a scheme, /v1 or a trailing slash.
std::string GatewayUrl(std::string_view given);

/// The possible addresses of the gateway, most likely first: only AGM_HOST and AGM_PORT if either
/// is set; otherwise the configured address, then the run file's address. kConfig if the
/// configuration cannot be read.
Result<std::vector<Gateway>> FindGateways(const Context& context);

/// Adds what the configuration knows: the key, if `gateway` has none, and the certificate, if it is
/// the configured gateway.
void Complete(const Context& context, Gateway& gateway);

/// Error::reason if no gateway listens at the address.
inline constexpr std::string_view kUnreachable = "gateway_unreachable";

/// Sends one request and reads the whole response, with any status. kUpstreamUnavailable with the
/// reason kUnreachable if no gateway listens; kTimeout.
Result<GatewayAnswer> Ask(const Context& context, const Gateway& gateway,
                          const GatewayRequest& request, Duration timeout);

/// The JSON from the first gateway that returns any. Errors as for Ask; kUnauthenticated if the key
/// is refused, kUpstreamRejected if the response is not one of a gateway.
Result<Json> AskJson(const Context& context, const GatewayRequest& request, Duration timeout);

/// AskJson with a GET request.
Result<Json> GetJson(const Context& context, const std::string& path, Duration timeout);

/// The error in a failed response: error.message of any dialect, else the status.
std::string ErrorText(const GatewayAnswer& answer);

}  // namespace agm::cli
