#include "core/accounts/survey.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "core/accounts/exhaustion.h"

namespace agm::accounts {
namespace {

using upstream::MustFix;
using upstream::RowOf;
using upstream::Trouble;
using Case = Survey::Case;

/// The failure of most accounts among those that `belongs` chooses; null if there is none.
template <typename Belongs>
const Case* Main(const Survey& survey, Belongs belongs) {
  const Case* main = nullptr;
  for (const Case& each : survey.cases) {
    if (belongs(each.trouble) && (main == nullptr || each.count > main->count)) main = &each;
  }
  return main;
}

const Case* MainOf(const Survey& survey, ErrorCode code) {
  return Main(survey, [code](Trouble trouble) {
    return RowOf(trouble).code == code && trouble != Trouble::kNoQuota;
  });
}

bool IsOverload(Trouble trouble) {
  const ErrorCode code = RowOf(trouble).code;
  return code == ErrorCode::kOverloaded || code == ErrorCode::kUpstreamRejected ||
         code == ErrorCode::kUpstreamUnavailable || code == ErrorCode::kTimeout;
}

bool IsMissing(Trouble trouble) {
  return trouble == Trouble::kNoQuota || trouble == Trouble::kUnknownModel;
}

std::string Says(const Case& cause) {
  return cause.said.empty() ? "" : fmt::format("; the upstream says: \"{}\"", cause.said);
}

// "5 h 12 min", "3 min 20 s", "36 s".
std::string Spoken(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  const bool hours = seconds >= 3600;
  const auto large = hours ? seconds / 3600 : seconds / 60;
  const auto small = hours ? seconds / 60 % 60 : seconds % 60;
  std::string text = fmt::format("{} {}", large, hours ? "h" : "min");
  if (small > 0) text += fmt::format(" {} {}", small, hours ? "min" : "s");
  return text;
}

/// How long until the first account may serve again, and in a client's words.
struct Wait {
  bool known = false;
  Duration left{0};
  std::int64_t seconds = 0;  ///< rounded up

  std::string TryAgain() const { return known ? fmt::format("; try again in {}s", seconds) : ""; }
};

Wait WaitOf(const Survey& survey, Moment moment) {
  if (survey.first == TimePoint::max() || survey.first <= moment.now) return {};
  const Duration left = Left(moment.now, survey.first);
  return {true, left, std::chrono::ceil<std::chrono::seconds>(left).count()};
}

Error Passing(ErrorCode code, std::string message, const Case* cause, const Wait& wait) {
  Error error = Fail(code, "{}{}{}", message, wait.TryAgain(), cause ? Says(*cause) : "");
  if (wait.known) {
    error.retry_after_ms = static_cast<int>(
        std::min<Duration::rep>(wait.left.count(), std::numeric_limits<int>::max()));
  }
  return error;
}

std::string LimitWords(Trouble trouble, std::string_view model) {
  if (trouble == Trouble::kSharedCapacity) {
    return fmt::format("the upstream has no free capacity for {} at the moment", model);
  }
  return fmt::format("the rate limit of {} is reached on every account", model);
}

std::string OverloadWords(Trouble trouble, std::string_view model) {
  if (trouble == Trouble::kModelOverloaded) {
    return fmt::format("{} is overloaded at the moment", model);
  }
  if (trouble == Trouble::kNetwork) return "the upstream cannot be reached";
  if (trouble == Trouble::kUnavailable) {
    return fmt::format("the upstream is not available for {} at the moment", model);
  }
  return fmt::format("the upstream keeps failing for {}", model);
}

Error DayIsUsedUp(const Survey& survey, const Case& cause, const Wait& wait, Moment moment) {
  std::string message = fmt::format("every account is out of today's quota for {}", survey.model);
  if (wait.known) {
    const WallTime end = CalendarTime(survey.first, moment);
    message +=
        fmt::format("; it returns in {} ({:%H:%M} UTC), try again in {}s", Spoken(wait.seconds),
                    fmt::gmtime(std::chrono::system_clock::to_time_t(end)), wait.seconds);
  }
  message += "; add another project: agm accounts add";
  Error error = Passing(ErrorCode::kQuotaExhausted, {}, nullptr, wait);
  error.message = message + Says(cause);
  return error;
}

// `cause` is null where no account lists the model.
Error Missing(const Survey& survey, const Case* cause) {
  Error error =
      Fail(ErrorCode::kUnknownModel, "no account has access to the model \"{}\"", survey.model);
  error.reason = "model_not_found";
  error.param = "model";
  if (cause == nullptr) return error;
  if (cause->trouble == Trouble::kNoQuota) {
    error.message += "; its quota is 0 in the project's tier: enable billing for the project, or ";
    error.message += "use another model";
  }
  error.message += Says(*cause);
  return error;
}

struct Remedy {
  std::string_view failure;
  std::string action;
};

std::string Replace(std::string_view key_page) {
  return fmt::format(
      "replace the key with `agm accounts add NAME` (`agm accounts list` shows which account{})",
      key_page.empty() ? "" : fmt::format("; keys are made at {}", key_page));
}

Remedy RemedyOf(const Case& cause) {
  const Trouble trouble = cause.trouble;
  if (trouble == Trouble::kBadKey) {
    return {"the upstream refuses the account's API key", Replace(cause.key_page)};
  }
  if (trouble == Trouble::kUnauthenticated) {
    return {"the upstream does not accept the account's key or login", Replace(cause.key_page)};
  }
  if (trouble == Trouble::kBlocked) {
    return {"the upstream has blocked the account's key or project", Replace(cause.key_page)};
  }
  if (trouble == Trouble::kNotEnabled) {
    return {"the API is not enabled for the account's project or key",
            "enable the API there, or lift the key's restriction, then run `agm accounts check`"};
  }
  if (trouble == Trouble::kLocation) {
    return {"the upstream does not serve this location (country or region)",
            "set proxy.upstream_proxy, use a project with billing, or add a Vertex AI account"};
  }
  if (trouble == Trouble::kSpendCap) {
    return {"the project's spending limit is reached",
            "raise the limit in the project's billing settings, then run `agm accounts check`"};
  }
  return {"the project's billing is off, or its prepaid credit is used up",
          "see to the project's billing, then run `agm accounts check`"};
}

Error ForAPerson(const Survey& survey, const Case& cause) {
  const Remedy remedy = RemedyOf(cause);
  const std::string share =
      survey.listing < 2 ? "" : fmt::format(" ({} of {} accounts)", cause.count, survey.listing);
  Error error = Fail(ErrorCode::kNoAccount, "no account can serve {}: {}{}; {}{}", survey.model,
                     remedy.failure, share, remedy.action, Says(cause));
  error.reason = MustFix(cause.trouble);
  return error;
}

Error NoAccount(std::string message) {
  Error error = Fail(ErrorCode::kNoAccount, "{}", message);
  error.reason = "no_account";
  return error;
}

// Nothing where no time helps.
std::optional<Error> TellPassing(const Survey& survey, Moment moment) {
  const Wait wait = WaitOf(survey, moment);
  const Case* minute = MainOf(survey, ErrorCode::kRateLimited);
  const Case* day = MainOf(survey, ErrorCode::kQuotaExhausted);
  const Case* overload = Main(survey, IsOverload);
  if (minute != nullptr || (day != nullptr && overload != nullptr)) {
    const Case* cause = minute != nullptr ? minute : day;
    return Passing(ErrorCode::kRateLimited, LimitWords(cause->trouble, survey.model), cause, wait);
  }
  if (day != nullptr) return DayIsUsedUp(survey, *day, wait, moment);
  if (overload != nullptr) {
    return Passing(ErrorCode::kOverloaded, OverloadWords(overload->trouble, survey.model), overload,
                   wait);
  }
  if (survey.being_tried == 0) return std::nullopt;
  return Passing(ErrorCode::kOverloaded,
                 "an account is being tried after a long cooldown, to see whether it works again",
                 nullptr, wait);
}

}  // namespace

Error Tell(const Survey& survey, Moment moment) {
  if (!survey.configured) {
    return NoAccount("no account is configured; add one with `agm accounts add`");
  }
  if (survey.listing == 0) return Missing(survey, nullptr);
  if (survey.disabled == survey.listing) {
    return NoAccount(
        fmt::format("every account that serves {} is disabled; `agm accounts list` "
                    "says why, `agm accounts enable NAME` enables one",
                    survey.model));
  }
  if (auto passing = TellPassing(survey, moment)) return *std::move(passing);
  if (const Case* missing = Main(survey, IsMissing)) return Missing(survey, missing);
  const auto for_a_person = [](Trouble trouble) { return !MustFix(trouble).empty(); };
  if (const Case* broken = Main(survey, for_a_person)) return ForAPerson(survey, *broken);
  return Fail(ErrorCode::kOverloaded, "every account that could serve this request was tried");
}

}  // namespace agm::accounts
