#include "core/upstream/gemini/address.h"

#include <fmt/format.h>

#include "core/base/concat.h"
#include "core/base/percent.h"

namespace agm::upstream {
namespace {

using config::Account;
using config::AccountKind;

constexpr std::string_view kGeminiOrigin = config::FactsOf(AccountKind::kGemini).base_url;
constexpr std::string_view kGeminiVersion = "v1beta";
constexpr std::string_view kVertexVersion = "v1beta1";

bool EndsInVersion(std::string_view url) {
  const std::string_view last = url.substr(url.rfind('/') + 1);
  return last == "v1" || last == "v1beta" || last == "v1alpha" || last == "v1beta1";
}

std::string_view WithoutVersion(std::string_view base) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return EndsInVersion(base) ? base.substr(0, base.rfind('/')) : base;
}

std::string WithVersion(std::string_view base, std::string_view version) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return EndsInVersion(base) ? std::string(base) : Concat({base, "/", version});
}

const std::string& LocationOf(const Account& account) {
  static const std::string global = "global";
  return account.location.empty() ? global : account.location;
}

std::string VertexOrigin(std::string_view location) {
  if (location == "global") return "https://aiplatform.googleapis.com";
  if (location == "us" || location == "eu") {
    return fmt::format("https://aiplatform.{}.rep.googleapis.com", location);
  }
  return fmt::format("https://{}-aiplatform.googleapis.com", PercentEncode(location));
}

// The URL's origin and version, which all paths of the account share.
std::string Root(const Account& account) {
  const bool vertex = account.kind == AccountKind::kVertex;
  const std::string_view version = vertex ? kVertexVersion : kGeminiVersion;
  // A mock account that nobody gave an address goes nowhere: port 1 of this machine refuses.
  if (account.kind == AccountKind::kMock && account.base_url.empty()) {
    return WithVersion("http://127.0.0.1:1", version);
  }
  if (!account.base_url.empty()) return WithVersion(account.base_url, version);
  return WithVersion(vertex ? VertexOrigin(LocationOf(account)) : std::string(kGeminiOrigin),
                     version);
}

}  // namespace

std::string ModelUrl(const Account& account, std::string_view model, std::string_view method) {
  const std::string name = PercentEncode(model, "/");
  if (account.kind == AccountKind::kVertex) {
    return fmt::format("{}/projects/{}/locations/{}/publishers/google/models/{}:{}", Root(account),
                       PercentEncode(account.project), PercentEncode(LocationOf(account)), name,
                       method);
  }
  const bool tuned = model.starts_with("tunedModels/");
  return Concat({Root(account), "/", tuned ? "" : "models/", name, ":", method});
}

std::string ResourceUrl(const Account& account, std::string_view version,
                        std::string_view resource) {
  const std::string path = PercentEncode(resource, "/:");
  const std::string root = Root(account);
  if (account.kind != AccountKind::kVertex) {
    const std::string_view known = version == kVertexVersion ? kGeminiVersion : version;
    constexpr std::string_view kUpload = "upload/";
    const bool upload = path.starts_with(kUpload);
    return fmt::format("{}/{}{}/{}", WithoutVersion(root), upload ? kUpload : "", known,
                       std::string_view(path).substr(upload ? kUpload.size() : 0));
  }
  if (!resource.starts_with("models/")) return {};
  return fmt::format("{}/{}/projects/{}/locations/{}/publishers/google/{}", WithoutVersion(root),
                     version == "v1" ? version : kVertexVersion, PercentEncode(account.project),
                     PercentEncode(LocationOf(account)), path);
}

std::string ModelListUrl(const Account& account) {
  const bool vertex = account.kind == AccountKind::kVertex;
  return Root(account) + (vertex ? "/publishers/google/models" : "/models");
}

std::pair<std::string, Secret> CredentialHeader(const Account& account, const Secret& credential) {
  if (credential.empty()) return {};
  const bool oauth = account.kind == AccountKind::kVertex || !account.client_id.empty();
  if (oauth) return {"Authorization", Secret("Bearer " + credential.Reveal())};
  return {"x-goog-api-key", credential};
}

}  // namespace agm::upstream
