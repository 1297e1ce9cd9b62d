#include "core/gateway/native_request.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/utf8.h"
#include "core/config/model_name.h"
#include "core/gateway/url.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kStream = "streamGenerateContent";

/// A method that passes, and what it needs of a model.
struct Method {
  std::string_view name;
  Use use;
};

constexpr std::array kMethods = {
    Method{"generateContent", Use::kGenerate},
    Method{kStream, Use::kGenerate},
    Method{"countTokens", Use::kAny},
    Method{"computeTokens", Use::kAny},
    Method{"embedContent", Use::kEmbed},
    Method{"batchEmbedContents", Use::kEmbed},
    Method{"predict", Use::kAny},
};

constexpr std::array<std::string_view, 4> kVersions = {"v1", "v1beta", "v1alpha", "v1beta1"};

Error NoSuchMethod(std::string_view method) {
  return Fail(ErrorCode::kUnknownRoute, "this gateway does not serve the method {}",
              ToUtf8(method.substr(0, 100)));
}

Error NoSuchModel(std::string_view model) {
  return Fail(ErrorCode::kUnknownModel, "no model has this name: the model name {}",
              config::ModelNameFault(model));
}

// The form that `alt` asks for; proto and others would need another reading of errors.
Result<NativeForm> FormOf(std::string_view method, std::string_view query) {
  std::string alt = QueryParameter(query, "$alt");
  if (alt.empty()) alt = QueryParameter(query, "alt");
  const std::string_view kind = std::string_view(alt).substr(0, alt.find(';'));
  const bool streams = method == kStream;
  if (kind.empty() || kind == "json") return streams ? NativeForm::kArray : NativeForm::kWhole;
  if (kind == "sse") return streams ? NativeForm::kEvents : NativeForm::kWhole;
  return Invalid("invalid_value", "alt", "alt: expected json or sse");
}

// The strings that name the model in a native body.
std::vector<JsonView> NamesIn(JsonView root) {
  std::vector<JsonView> names = {root["model"], root["generateContentRequest"]["model"],
                                 root["generate_content_request"]["model"]};
  for (const JsonView each : root["requests"].items()) names.push_back(each["model"]);
  std::erase_if(names, [](JsonView name) { return !name.is(JsonKind::kString); });
  std::ranges::sort(names, {}, [](JsonView name) { return name.raw().data(); });
  return names;
}

}  // namespace

std::string NativeVersion(std::string_view path) {
  std::string version = "v1beta";
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    if (std::ranges::find(kVersions, segment) != kVersions.end()) version = segment;
    if (segment == "models") break;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return version;
}

std::string WithoutCredentials(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const bool secret = !QueryParameter(pair, "key").empty() ||
                        !QueryParameter(pair, "access_token").empty() || pair == "key=";
    if (!secret && !pair.empty()) kept.append(kept.empty() ? "" : "&").append(pair);
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return kept;
}

Result<NativeRequest> ReadNativeRequest(const http::Request& http, std::string_view id) {
  NativeRequest native;
  const std::size_t colon = id.rfind(':');
  native.model = config::WithoutModelPrefix(id.substr(0, colon));
  native.method = id.substr(std::min(colon, id.size() - 1) + 1);
  const auto method = std::ranges::find(kMethods, native.method, &Method::name);
  if (method == kMethods.end()) return NoSuchMethod(native.method);
  if (native.model.empty() || !config::ModelNameFault(native.model).empty()) {
    return NoSuchModel(native.model);
  }
  native.use = method->use;
  native.version = NativeVersion(http.path);
  native.query = WithoutCredentials(http.query);
  const auto form = FormOf(native.method, http.query);
  if (!form) return form.error();
  native.form = *form;
  return native;
}

Result<std::string> WithNativeModel(const std::string& body, std::string_view from,
                                    std::string_view to) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  const std::string_view text = doc->text();
  std::string out;
  std::size_t done = 0;
  for (const JsonView name : NamesIn(doc->root())) {
    const std::string old = name.text();
    const std::string_view bare = config::WithoutModelPrefix(old);
    if (bare != from) continue;
    const auto at = static_cast<std::size_t>(name.raw().data() - text.data());
    out.append(text, done, at - done).append("\"");
    out.append(old, 0, old.size() - bare.size()).append(to).append("\"");
    done = at + name.raw().size();
  }
  return out.append(text, done, text.size() - done);
}

Result<std::string> NativeHead(std::string_view body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  const JsonView root = doc->root();
  if (!root.is(JsonKind::kObject)) {
    return Fail(ErrorCode::kInvalidRequest, "the body: expected an object, found {}",
                KindName(root.kind()));
  }
  std::string head(root["systemInstruction"].raw());
  head += root["system_instruction"].raw();
  for (const JsonView content : root["contents"].items()) {
    head += content["parts"].raw();
    if (!content["role"].equals("model")) break;
  }
  return head;
}

}  // namespace agm::gateway
