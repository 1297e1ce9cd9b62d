#include "core/accounts/exhaustion.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/base/duration.h"
#include "core/base/json_writer.h"

namespace agm::accounts {
namespace {

using upstream::RowOf;

// Limits the error's size: a pool of a thousand accounts would send a hundred kilobytes.
constexpr int kListed = 100;
// When to retry while another request finds out whether an account works again.
constexpr Duration kTrial{1000};

const Rest* Longest(const Member& member, std::string_view model, TimePoint now) {
  const Rest* longest = nullptr;
  for (const Rests* rests : member.AllRests()) {
    for (const Rest& rest : rests->all()) {
      const bool concerns = model.empty() || rest.model.empty() || rest.model == model;
      if (!concerns || rest.until <= now) continue;
      // If no model is given, a cooldown of the whole account is more important.
      const bool wider =
          model.empty() && longest != nullptr && rest.model.empty() != longest->model.empty();
      const bool more =
          wider ? rest.model.empty() : longest == nullptr || rest.until > longest->until;
      if (more) longest = &rest;
    }
  }
  return longest;
}

std::string IsoTime(WallTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string Count(int count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// Counts the states of all accounts that list the model.
struct Survey {
  int listing = 0;
  int resting = 0;  ///< in a cooldown that ends by itself
  int quarantined = 0;
  int disabled = 0;
  int being_tried = 0;  ///< one request is testing the account after a long cooldown
  int no_such_model = 0;
  int minute = 0;  ///< in cooldown for a quota that recovers soon
  int day = 0;     ///< in cooldown for a quota that does not
  int model = 0;   ///< in cooldown because the model or its endpoint is overloaded
  TimePoint first = TimePoint::max();
};

void Add(Survey& survey, const Standing& standing) {
  ++survey.listing;
  if (standing.state == "disabled") ++survey.disabled;
  if (standing.rest == nullptr) return;
  const bool quarantined = standing.state == "quarantined";
  ++(quarantined ? survey.quarantined : survey.resting);
  survey.first = std::min(survey.first, standing.rest->until);
  const upstream::Trouble trouble = standing.rest->trouble;
  if (trouble == upstream::Trouble::kNoQuota || trouble == upstream::Trouble::kUnknownModel) {
    ++survey.no_such_model;
    return;
  }
  const ErrorCode code = RowOf(trouble).code;
  if (code == ErrorCode::kRateLimited) ++survey.minute;
  if (code == ErrorCode::kQuotaExhausted) ++survey.day;
  if (code == ErrorCode::kOverloaded || code == ErrorCode::kUpstreamRejected ||
      code == ErrorCode::kUpstreamUnavailable || code == ErrorCode::kTimeout) {
    ++survey.model;
  }
}

ErrorCode CodeOf(const Survey& survey) {
  if (survey.minute > 0) return ErrorCode::kRateLimited;
  if (survey.day > 0 && survey.model == 0) return ErrorCode::kQuotaExhausted;
  if (survey.day > 0) return ErrorCode::kRateLimited;
  if (survey.model > 0) return ErrorCode::kOverloaded;
  if (survey.no_such_model > 0) return ErrorCode::kUnknownModel;
  return ErrorCode::kNoAccount;
}

std::string MessageOf(const Survey& survey, std::string_view model, Duration wait) {
  if (survey.listing == 0) return fmt::format("no account serves the model \"{}\"", model);
  if (survey.disabled == survey.listing) {
    return fmt::format(
        "every account that serves \"{}\" is disabled; `agm accounts enable NAME` "
        "enables one",
        model);
  }
  if (CodeOf(survey) == ErrorCode::kUnknownModel) {
    return fmt::format("no account has access to the model \"{}\"", model);
  }
  std::string text;
  if (survey.resting > 0) {
    text =
        fmt::format("{}; the first wakes in {}",
                    Count(survey.resting, "account rests", "accounts rest"), WriteDuration(wait));
  }
  if (survey.quarantined > 0) {
    text += fmt::format("{}{} quarantined", text.empty() ? "" : "; ",
                        Count(survey.quarantined, "account is", "accounts are"));
  }
  if (text.empty() && survey.being_tried > 0) {
    return "an account is being tried after a long rest; the next moment shows whether it works";
  }
  if (text.empty()) return "every account that could serve this request was tried";
  if (survey.resting == 0) text += "; `agm accounts list` says why";
  return text;
}

void WriteAccount(JsonWriter& json, const Member& member, const Standing& standing, Moment moment) {
  json.Object().Key("label").String(member.account->Label());
  json.Key("state").String(standing.state);
  json.Key("reason");
  standing.reason.empty() ? json.Null() : json.String(standing.reason);
  json.Key("until");
  const bool ends = standing.rest != nullptr && !standing.rest->forever();
  ends ? json.String(IsoTime(CalendarTime(standing.rest->until, moment))) : json.Null();
  json.EndObject();
}

}  // namespace

Standing StandingOf(const Member& member, std::string_view model, TimePoint now) {
  if (!member.account->enabled) return {"disabled", "disabled by configuration", nullptr};
  if (!member.account->Usable()) return {"disabled", member.account->unusable, nullptr};
  const Rest* rest = Longest(member, model, now);
  if (rest == nullptr) return {"ready", {}, nullptr};
  return {IsQuarantine(rest->trouble) ? "quarantined" : "cooling", RowOf(rest->trouble).name, rest};
}

WallTime CalendarTime(TimePoint point, Moment moment) {
  const auto left = std::chrono::ceil<Duration>(point - moment.now);
  return std::chrono::ceil<std::chrono::seconds>(moment.wall + left);
}

Error Exhausted(const std::vector<std::shared_ptr<Member>>& members, std::string_view model,
                Moment moment) {
  if (members.empty()) {
    return Fail(ErrorCode::kNoAccount, "no account is configured; add one with `agm accounts add`");
  }
  Survey survey;
  std::string list;
  JsonWriter json(list);
  json.Array();
  for (const auto& member : members) {
    if (!Lists(*member->account, model)) continue;
    const Standing standing = StandingOf(*member, model, moment.now);
    Add(survey, standing);
    if (standing.rest == nullptr && member->IsBeingTried(moment.now)) ++survey.being_tried;
    if (survey.listing <= kListed) WriteAccount(json, *member, standing, moment);
  }
  json.EndArray();

  if (survey.being_tried > 0) survey.first = std::min(survey.first, moment.now + kTrial);
  const bool wakes = survey.first != TimePoint::max() && survey.first > moment.now;
  const Duration wait = wakes ? Left(moment.now, survey.first) : Duration{0};
  Error error;
  error.code = survey.listing == 0 ? ErrorCode::kUnknownModel : CodeOf(survey);
  error.message = MessageOf(survey, model, std::chrono::ceil<std::chrono::seconds>(wait));
  if (wakes && error.code != ErrorCode::kUnknownModel) {
    error.retry_after_ms =
        static_cast<int>(std::min<Duration::rep>(wait.count(), std::numeric_limits<int>::max()));
  }
  if (survey.listing > 0) error.members = "\"accounts\":" + list;
  return error;
}

}  // namespace agm::accounts
