#include "core/mock/google_error.h"

#include <fmt/format.h>

#include <array>

#include "core/base/json_writer.h"
#include "core/mock/pretty.h"

namespace agm::mock {
namespace {

constexpr std::string_view kService = "generativelanguage.googleapis.com";
constexpr std::string_view kMetrics = "generativelanguage.googleapis.com/";
constexpr std::string_view kDefaultRetry = "36.42s";

GoogleError Make(int http, std::string_view status, std::string message) {
  return GoogleError{http, std::string(status), std::move(message), {}, false};
}

std::string ErrorInfo(std::string_view reason) {
  return fmt::format(R"({{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{}",)"
                     R"("domain":"googleapis.com","metadata":{{"service":"{}"}}}})",
                     reason, kService);
}

GoogleError WithReason(int http, std::string_view status, std::string_view reason,
                       std::string message) {
  GoogleError error = Make(http, status, std::move(message));
  error.details.push_back(ErrorInfo(reason));
  return error;
}

struct Quota {
  std::string_view metric;
  std::string_view id;
  std::string_view value;
};

constexpr Quota kMinute{"generate_content_free_tier_requests",
                        "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "10"};
constexpr Quota kTokens{"generate_content_free_tier_input_token_count",
                        "GenerateContentInputTokensPerModelPerMinute-FreeTier", "250000"};
constexpr Quota kDay{"generate_content_free_tier_requests",
                     "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250"};
constexpr Quota kZero{"generate_content_free_tier_requests",
                      "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "0"};

std::string QuotaFailure(const Quota& quota, std::string_view model) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("@type").String("type.googleapis.com/google.rpc.QuotaFailure");
  json.Key("violations").Array().Object();
  json.Key("quotaMetric").String(fmt::format("{}{}", kMetrics, quota.metric));
  json.Key("quotaId").String(quota.id);
  json.Key("quotaDimensions").Object().Key("location").String("global");
  json.Key("model").String(model).EndObject();
  json.Key("quotaValue").String(quota.value);
  json.EndObject().EndArray().EndObject();
  return out;
}

GoogleError QuotaError(const Quota& quota, std::string_view model, std::string_view retry) {
  GoogleError error = Make(429, "RESOURCE_EXHAUSTED",
                           fmt::format("You exceeded your current quota (says the mock).\n"
                                       "* Quota exceeded for metric: {}{}, limit: {}, model: {}",
                                       kMetrics, quota.metric, quota.value, model));
  error.details.push_back(QuotaFailure(quota, model));
  error.details.push_back(
      R"({"@type":"type.googleapis.com/google.rpc.Help","links":[{"description":)"
      R"("About quotas","url":"https://ai.google.dev/gemini-api/docs/rate-limits"}]})");
  if (retry == "0") return error;
  if (retry.empty()) retry = kDefaultRetry;
  error.message += fmt::format("\nPlease retry in {}.", retry);
  std::string info = R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":)";
  AppendJsonString(info, retry);
  error.details.push_back(info + "}");
  return error;
}

struct Trouble {
  TroubleName name;
  GoogleError (*make)(std::string_view model, std::string_view retry);
};

using View = std::string_view;

constexpr std::array kTroubles = {
    Trouble{{"quota-minute-tokens", "429, input tokens of the minute"},
            [](View model, View retry) { return QuotaError(kTokens, model, retry); }},
    Trouble{{"quota-minute", "429, requests of the minute"},
            [](View model, View retry) { return QuotaError(kMinute, model, retry); }},
    Trouble{{"quota-day", "429, requests of the day"},
            [](View model, View retry) { return QuotaError(kDay, model, retry); }},
    Trouble{{"quota-zero", "429 with limit 0: the model is not in this tier"},
            [](View model, View retry) { return QuotaError(kZero, model, retry); }},
    Trouble{{"quota-bare", "429 without details"},
            [](View, View) {
              return Make(429, "RESOURCE_EXHAUSTED",
                          "Resource has been exhausted (e.g. check quota).");
            }},
    Trouble{{"quota-shared", "429 of shared capacity, as Vertex AI gives it"},
            [](View, View) {
              return Make(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later.");
            }},
    Trouble{{"capacity", "429 MODEL_CAPACITY_EXHAUSTED"},
            [](View model, View) {
              return WithReason(429, "RESOURCE_EXHAUSTED", "MODEL_CAPACITY_EXHAUSTED",
                                fmt::format("No capacity available for model {}", model));
            }},
    Trouble{{"spend-cap", "429, the project's monthly spending cap is reached"},
            [](View, View) {
              return Make(429, "RESOURCE_EXHAUSTED",
                          "Your project has exceeded its monthly spending cap. Raise the cap in "
                          "the billing settings.");
            }},
    Trouble{{"prepay", "402, prepaid credits are used up"},
            [](View, View) {
              return Make(402, "RESOURCE_EXHAUSTED",
                          "Your prepayment credits are depleted. Add credits in billing.");
            }},
    Trouble{{"key-invalid", "400 API_KEY_INVALID"},
            [](View, View) {
              return WithReason(400, "INVALID_ARGUMENT", "API_KEY_INVALID",
                                "API key not valid. Please pass a valid API key.");
            }},
    Trouble{{"key-expired", "400 API_KEY_INVALID, expired"},
            [](View, View) {
              return WithReason(400, "INVALID_ARGUMENT", "API_KEY_INVALID",
                                "API key expired. Please renew the API key.");
            }},
    Trouble{{"unauthenticated", "401, token refused or expired"},
            [](View, View) {
              return WithReason(401, "UNAUTHENTICATED", "ACCESS_TOKEN_TYPE_UNSUPPORTED",
                                "Request had invalid authentication credentials. Expected a "
                                "valid OAuth 2 access token or another credential.");
            }},
    Trouble{{"leaked", "403, the key was reported as leaked"},
            [](View, View) {
              return Make(403, "PERMISSION_DENIED",
                          "Your API key was reported as leaked. Please use another API key.");
            }},
    Trouble{{"suspended", "403 CONSUMER_SUSPENDED"},
            [](View, View) {
              return WithReason(403, "PERMISSION_DENIED", "CONSUMER_SUSPENDED",
                                "Permission denied: Consumer has been suspended.");
            }},
    Trouble{{"service-disabled", "403 SERVICE_DISABLED"},
            [](View, View) {
              return WithReason(403, "PERMISSION_DENIED", "SERVICE_DISABLED",
                                "Generative Language API has not been used in this project "
                                "before or it is disabled.");
            }},
    Trouble{{"key-blocked", "403 API_KEY_SERVICE_BLOCKED"},
            [](View, View) {
              return WithReason(403, "PERMISSION_DENIED", "API_KEY_SERVICE_BLOCKED",
                                "Requests to this API method are blocked for this key.");
            }},
    Trouble{{"billing-disabled", "403 BILLING_DISABLED"},
            [](View, View) {
              return WithReason(403, "PERMISSION_DENIED", "BILLING_DISABLED",
                                "This API method requires billing to be enabled.");
            }},
    Trouble{{"file-forbidden", "403 on a file of another project"},
            [](View, View) {
              return Make(403, "PERMISSION_DENIED",
                          "You do not have permission to access the File mock-file or it may "
                          "not exist.");
            }},
    Trouble{{"location", "400 FAILED_PRECONDITION, a country that is not served"},
            [](View, View) {
              return Make(400, "FAILED_PRECONDITION",
                          "User location is not supported for the API use.");
            }},
    Trouble{{"signature", "400, a thought signature is broken"},
            [](View, View) { return InvalidArgument("Corrupted thought signature."); }},
    Trouble{{"too-long", "400, more input tokens than the model takes"},
            [](View, View) {
              return InvalidArgument(
                  "The input token count (1048999) exceeds the maximum number "
                  "of tokens allowed (1048576).");
            }},
    Trouble{{"invalid-argument", "400, nothing said about why"},
            [](View, View) { return InvalidArgument("Request contains an invalid argument."); }},
    Trouble{{"not-found", "404, no such model"},
            [](View model, View) {
              return Make(404, "NOT_FOUND",
                          fmt::format("models/{} is not found for API version v1beta, or is not "
                                      "supported for generateContent.",
                                      model));
            }},
    Trouble{{"too-large", "413, a page of the front end"},
            [](View, View) { return HtmlPage(413); }},
    Trouble{{"cancelled", "499 CANCELLED"},
            [](View, View) { return Make(499, "CANCELLED", "The operation was cancelled."); }},
    Trouble{{"internal", "500 INTERNAL"},
            [](View, View) {
              return Make(500, "INTERNAL", "An internal error has occurred. Please retry.");
            }},
    Trouble{{"bad-gateway", "502, a page of the front end"},
            [](View, View) { return HtmlPage(502); }},
    Trouble{{"overloaded", "503, the model is overloaded"},
            [](View, View) {
              return Make(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");
            }},
    Trouble{{"unavailable", "503, the service is not available"},
            [](View, View) {
              return Make(503, "UNAVAILABLE", "The service is currently unavailable.");
            }},
    Trouble{{"deadline", "504 DEADLINE_EXCEEDED"},
            [](View, View) {
              return Make(504, "DEADLINE_EXCEEDED",
                          "Deadline expired before operation could complete.");
            }},
};

constexpr auto kNames = [] {
  std::array<TroubleName, kTroubles.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kTroubles[i].name;
  return names;
}();

}  // namespace

GoogleError InvalidArgument(std::string message) {
  return Make(400, "INVALID_ARGUMENT", std::move(message));
}

GoogleError BadFields(std::span<const Violation> violations) {
  GoogleError error = InvalidArgument("");
  std::string detail;
  JsonWriter json(detail);
  json.Object().Key("@type").String("type.googleapis.com/google.rpc.BadRequest");
  json.Key("fieldViolations").Array();
  for (const Violation& violation : violations) {
    error.message += (error.message.empty() ? "" : "\n") + violation.description;
    json.Object();
    if (!violation.field.empty()) json.Key("field").String(violation.field);
    json.Key("description").String(violation.description).EndObject();
  }
  json.EndArray().EndObject();
  error.details.push_back(std::move(detail));
  return error;
}

GoogleError HtmlPage(int http) {
  GoogleError error = Make(http, "", fmt::format("Error {}", http));
  error.html = true;
  return error;
}

std::optional<GoogleError> MakeTrouble(std::string_view name, std::string_view model,
                                       std::string_view retry) {
  for (const Trouble& trouble : kTroubles) {
    if (trouble.name.name == name) return trouble.make(model, retry);
  }
  return std::nullopt;
}

std::span<const TroubleName> TroubleNames() { return kNames; }

std::string WriteError(const GoogleError& error, bool in_array) {
  if (error.html) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error {0}</title>\n<p><b>{0}.</b> That is an "
        "error.\n",
        error.http);
  }
  std::string out;
  JsonWriter json(out);
  if (in_array) json.Array();
  json.Object().Key("error").Object();
  json.Key("code").Int(error.http).Key("message").String(error.message);
  json.Key("status").String(error.status);
  if (!error.details.empty()) {
    json.Key("details").Array();
    for (const std::string& detail : error.details) json.Raw(detail);
    json.EndArray();
  }
  json.EndObject().EndObject();
  if (in_array) json.EndArray();
  return Pretty(out);
}

Reply ReplyWith(const GoogleError& error, bool in_array) {
  Reply reply;
  reply.status = error.http;
  reply.text = WriteError(error, in_array);
  if (error.html) reply.content_type = "text/html; charset=UTF-8";
  return reply;
}

}  // namespace agm::mock
