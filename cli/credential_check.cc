#include "cli/credential_check.h"

#include "cli/account_words.h"
#include "cli/embedded_mock.h"
#include "core/accounts/credentials.h"
#include "core/config/words.h"
#include "core/upstream/providers.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{20'000};

upstream::Limits Limits(const Context& context) {
  upstream::Limits limits;
  limits.first_byte_timeout = kPatience;
  limits.deadline = After(context.clock().Now(), kPatience);
  if (auto config = context.Config()) limits.proxy = (*config)->proxy.upstream_proxy;
  return limits;
}

CredentialVerdict Verdict(const upstream::Failure& failure) {
  return {Judge(failure.trouble), Duration(0), std::string(upstream::RowOf(failure.trouble).name),
          failure.error.message, failure.quotas};
}

std::variant<Secret, upstream::Failure> CredentialOf(const Context& context,
                                                     const config::Account& account,
                                                     const upstream::Limits& limits) {
  accounts::Credentials credentials(context.transport(), context.clock());
  credentials.UseProxy(limits.proxy);
  return credentials.For(account, limits.deadline, NeverCancelled());
}

}  // namespace

std::string_view CredentialName(Credential credential) {
  switch (credential) {
    case Credential::kGood:
      return "good";
    case Credential::kLimited:
      return "limited";
    case Credential::kRefused:
      return "refused";
    case Credential::kUnreachable:
      return "unreachable";
  }
  return "";
}

Credential Judge(upstream::Trouble trouble) {
  using upstream::Trouble;
  switch (trouble) {
    case Trouble::kMinuteQuota:
    case Trouble::kDayQuota:
    case Trouble::kNoQuota:
    case Trouble::kSharedLimit:
    case Trouble::kSharedCapacity:
    case Trouble::kModelOverloaded:
    case Trouble::kSpendCap:
    case Trouble::kNoCredit:
      return Credential::kLimited;
    case Trouble::kBadKey:
    case Trouble::kUnauthenticated:
    case Trouble::kBlocked:
    case Trouble::kNotEnabled:
    case Trouble::kResourceDenied:
    case Trouble::kLocation:
    case Trouble::kBadRequest:
    case Trouble::kUnknownModel:
    case Trouble::kNotServed:
    case Trouble::kUnknownResource:
    case Trouble::kTooLarge:
      return Credential::kRefused;
    case Trouble::kAborted:
    case Trouble::kInternal:
    case Trouble::kUnavailable:
    case Trouble::kDeadline:
    case Trouble::kNetwork:
    case Trouble::kGarbage:
    case Trouble::kRedirect:
      return Credential::kUnreachable;
  }
  return Credential::kUnreachable;
}

CredentialVerdict TryCredential(const Context& context, const config::Account& asked) {
  if (!asked.unusable.empty()) {
    return {Credential::kRefused, Duration(0), "unusable", asked.unusable, {}};
  }
  config::Account account = asked;
  EmbeddedMock mock;
  if (auto served = mock.Serve(account); !served) {
    return {Credential::kUnreachable, Duration(0), "mock", served.error().message, {}};
  }
  const upstream::Limits limits = Limits(context);
  auto credential = CredentialOf(context, account, limits);
  if (const auto* failure = std::get_if<upstream::Failure>(&credential)) return Verdict(*failure);
  auto outcome = upstream::BuiltInProviders()
                     .For(account.kind)
                     .CheckCredential({context.transport(), limits, NeverCancelled()}, account,
                                      std::get<Secret>(credential));
  if (const auto* failure = std::get_if<upstream::Failure>(&outcome)) return Verdict(*failure);
  return {Credential::kGood, std::get<Duration>(outcome), {}, {}, {}};
}

std::variant<std::vector<upstream::ModelEntry>, upstream::Failure> AskForModels(
    const Context& context, const config::Account& asked) {
  config::Account account = asked;
  EmbeddedMock mock;
  if (auto served = mock.Serve(account); !served) {
    return upstream::ClassifyTransport(served.error());
  }
  const upstream::Limits limits = Limits(context);
  auto credential = CredentialOf(context, account, limits);
  if (auto* failure = std::get_if<upstream::Failure>(&credential)) return std::move(*failure);
  return upstream::BuiltInProviders()
      .For(account.kind)
      .ListModels({context.transport(), limits, NeverCancelled()}, account,
                  std::get<Secret>(credential));
}

Error RefusalOf(const config::Account& account, const CredentialVerdict& verdict) {
  if (verdict.credential == Credential::kUnreachable) {
    const bool far = account.base_url.starts_with("https:");
    return Fail(ErrorCode::kUpstreamUnavailable,
                "the credential could not be tried: {}\nNothing was added. {}--no-check adds {} "
                "untried.",
                verdict.why, far ? "If this machine needs a proxy, set proxy.upstream_proxy. " : "",
                account.name);
  }
  if (const auto& kind = config::FactsOf(account.kind); kind.key == config::KeyNeed::kOptional) {
    return Fail(ErrorCode::kUpstreamRejected,
                "the server refuses the request: {}\nNothing was added. If it asks for a key: agm "
                "accounts add {} --kind {} --base-url {} --api-key-stdin",
                verdict.why, account.name, kind.word, account.base_url);
  }
  const std::string remedy = Remedy(verdict.reason, account.name, config::Word(account.kind));
  return Fail(ErrorCode::kUpstreamRejected,
              "the upstream refuses the credential: {}\nNothing was added.{}", verdict.why,
              remedy.empty() ? "" : " What to do: " + remedy + ".");
}

}  // namespace agm::cli
