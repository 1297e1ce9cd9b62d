#include <span>
#include <string>
#include <utility>

#include "core/base/json.h"
#include "core/base/json_doc.h"
#include "core/base/utf8.h"
#include "core/config/words.h"
#include "core/gateway/auth.h"
#include "core/gateway/page_routes.h"
#include "core/gateway/replies.h"
#include "core/page/sessions.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kJson = "application/json";

bool AsksForNoKey(const config::Proxy& proxy) {
  return proxy.EffectiveAuthMode() == config::AuthMode::kOff;
}

void SetCookie(http::Reply& reply, const std::string& value, int seconds, bool tls) {
  reply.headers.emplace_back(
      "Set-Cookie", fmt::format("{}={}; Path=/agm/; Max-Age={}; HttpOnly; SameSite=Strict{}",
                                page::kSessionCookie, value, seconds, tls ? "; Secure" : ""));
}

/// The body of POST /agm/session.
struct SignIn {
  std::string key;
  std::string token;
};

Result<SignIn> ReadSignIn(const std::string& body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  SignIn read;
  if (const JsonView key = doc->root()["key"]; key.is(JsonKind::kString)) read.key = key.text();
  if (const JsonView token = doc->root()["token"]; token.is(JsonKind::kString)) {
    read.token = token.text();
  }
  if (!read.key.empty() || !read.token.empty()) return read;
  return Invalid("missing_required_parameter", "key",
                 "expected {\"key\": \"...\"} or {\"token\": \"...\"}");
}

Error TooManyTries() {
  Error error =
      Fail(ErrorCode::kRateLimited, "too many wrong keys from this address; try again in 60s");
  error.retry_after_ms = 60'000;
  return error;
}

Error WrongKey(const SignIn& sign_in) {
  return Fail(ErrorCode::kUnauthenticated, "{}",
              sign_in.token.empty()
                  ? "this is not a key of this gateway"
                  : "this link has been used or is older than a minute; run `agm page` again");
}

/// The key that signs in, checked as if a request had sent it.
Result<Secret> Accepted(Services& services, const Settings& settings, const SignIn& sign_in,
                        WallTime now) {
  Secret key(sign_in.key);
  if (!sign_in.token.empty()) {
    auto kept = services.sessions->UseToken(sign_in.token);
    if (!kept) return WrongKey(sign_in);
    key = *std::move(kept);
  }
  const std::string text = key.Reveal();
  auto found = settings.ring.Find(std::span(&text, 1), now);
  if (!found) return std::move(found).error();
  if (*found == nullptr) return WrongKey(sign_in);
  if ((*found)->scopes.Permit(config::KeyScope::kRead)) return key;
  Error error = Fail(ErrorCode::kForbidden,
                     "the key '{}' may not look at this page: it lacks the scope \"read\"",
                     ToUtf8((*found)->name));
  error.reason = "missing_scope";
  return error;
}

http::Reply BeginSession(Services& services, const Settings& settings, const http::Request& http,
                         Record& record) {
  const config::Proxy& proxy = settings.config->proxy;
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  };
  const auto sign_in = ReadSignIn(http.body);
  if (!sign_in) return refuse(sign_in.error());
  if (!services.sessions->MayTry(record.from)) return refuse(TooManyTries());
  auto key = Accepted(services, settings, *sign_in, record.began());
  if (!key) {
    services.sessions->CountWrong(record.from);
    return refuse(std::move(key).error());
  }
  constexpr int kWeek = 7 * 24 * 3600;
  http::Reply reply = PageReply(200, kJson, R"({"signed_in":true})", record);
  SetCookie(reply, services.sessions->Begin(*std::move(key)), kWeek, proxy.tls.enabled());
  return reply;
}

}  // namespace

http::Reply SessionPage(Services& services, const Settings& settings, const http::Request& http,
                        Record& record) {
  if (http.method == "POST") return BeginSession(services, settings, http, record);
  services.sessions->End(page::ReadCookie(http.header("cookie"), page::kSessionCookie));
  http::Reply reply = PageReply(200, kJson, R"({"signed_in":false})", record);
  SetCookie(reply, "", 0, settings.config->proxy.tls.enabled());
  return reply;
}

http::Reply TokenPage(Services& services, const Settings& settings, const http::Request& http,
                      Record& record) {
  if (AsksForNoKey(settings.config->proxy)) {
    return PageReply(200, kJson, R"({"token":null})", record);
  }
  Secret key = PresentedKey(http, settings.ring, record.began());
  const Json body = {{"token", services.sessions->NewToken(std::move(key))}, {"expires_in", 60}};
  return PageReply(200, kJson, DumpJson(body), record);
}

void OpenSession(Services& services, http::Request& http) {
  const auto cookie = page::ReadCookie(http.header("cookie"), page::kSessionCookie);
  const auto key = services.sessions->Find(cookie);
  if (key) http.headers.emplace_back("Authorization", "Bearer " + key->Reveal());
}

}  // namespace agm::gateway
