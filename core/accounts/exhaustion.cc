#include "core/accounts/exhaustion.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/accounts/survey.h"
#include "core/base/iso_time.h"
#include "core/base/json_writer.h"

namespace agm::accounts {
namespace {

using upstream::RowOf;

// Limits the error's size: a pool of a thousand accounts would send a hundred kilobytes.
constexpr int kListed = 100;
// When to retry while another request finds out whether an account works again.
constexpr Duration kTrial{1000};

// True for a failure that ends without a person's help. A model that an account lacks, and a
// failure that a person must fix, are retried some time too, but no client should wait for that.
bool EndsByItself(upstream::Trouble trouble) {
  return upstream::MustFix(trouble).empty() && trouble != upstream::Trouble::kNoQuota &&
         trouble != upstream::Trouble::kUnknownModel;
}

const Cooldown* Longest(const Member& member, std::string_view model, TimePoint now) {
  const Cooldown* longest = nullptr;
  for (const Cooldowns* cooldowns : member.AllCooldowns()) {
    for (const Cooldown& cooldown : cooldowns->all()) {
      const bool concerns = model.empty() || cooldown.model.empty() || cooldown.model == model;
      if (!concerns || cooldown.until <= now) continue;
      // If no model is given, a cooldown of the whole account is more important.
      const bool wider =
          model.empty() && longest != nullptr && cooldown.model.empty() != longest->model.empty();
      const bool more =
          wider ? cooldown.model.empty() : longest == nullptr || cooldown.until > longest->until;
      if (more) longest = &cooldown;
    }
  }
  return longest;
}

// Of several accounts the first in the configuration speaks for those that have the same trouble.
void Count(Survey& survey, const Cooldown& cooldown, const config::Account& account) {
  const auto same = std::ranges::find(survey.cases, cooldown.trouble, &Survey::Case::trouble);
  if (same == survey.cases.end()) {
    survey.cases.push_back(
        {cooldown.trouble, 1, cooldown.said, config::FactsOf(account.kind).key_page});
  } else {
    ++same->count;
    if (same->said.empty()) same->said = cooldown.said;
  }
}

void Add(Survey& survey, const Standing& standing, const config::Account& account) {
  ++survey.listing;
  if (standing.state == AccountState::kDisabled) ++survey.disabled;
  if (standing.cooldown == nullptr) return;
  Count(survey, *standing.cooldown, account);
  if (EndsByItself(standing.cooldown->trouble)) {
    survey.first = std::min(survey.first, standing.cooldown->until);
  }
}

void WriteAccount(JsonWriter& json, const Member& member, const Standing& standing, Moment moment) {
  json.Object().Key("label").String(member.account->Label());
  json.Key("state").String(NameOf(standing.state));
  json.Key("reason");
  standing.reason.empty() ? json.Null() : json.String(standing.reason);
  json.Key("until");
  const bool ends = standing.cooldown != nullptr && !standing.cooldown->forever();
  ends ? json.String(IsoTime(CalendarTime(standing.cooldown->until, moment))) : json.Null();
  json.EndObject();
}

}  // namespace

Standing StandingOf(const Member& member, std::string_view model, TimePoint now) {
  if (!member.account->enabled)
    return {AccountState::kDisabled, "disabled by configuration", nullptr};
  if (!member.account->Usable())
    return {AccountState::kDisabled, member.account->unusable, nullptr};
  const Cooldown* cooldown = Longest(member, model, now);
  if (cooldown == nullptr) return {AccountState::kReady, {}, nullptr};
  return {IsQuarantine(cooldown->trouble) ? AccountState::kQuarantined : AccountState::kCooling,
          RowOf(cooldown->trouble).name, cooldown};
}

WallTime CalendarTime(TimePoint point, Moment moment) {
  const auto left = std::chrono::ceil<Duration>(point - moment.now);
  return std::chrono::ceil<std::chrono::seconds>(moment.wall + left);
}

Error Exhausted(const std::vector<Member*>& members, bool configured, std::string_view model,
                Moment moment) {
  Survey survey;
  survey.model = model;
  survey.configured = configured;
  std::string list;
  JsonWriter json(list);
  json.Array();
  for (const Member* member : members) {
    const Standing standing = StandingOf(*member, model, moment.now);
    Add(survey, standing, *member->account);
    if (standing.cooldown == nullptr && member->IsBeingTried(moment.now)) ++survey.being_tried;
    if (survey.listing <= kListed) WriteAccount(json, *member, standing, moment);
  }
  json.EndArray();

  if (survey.being_tried > 0) survey.first = std::min(survey.first, moment.now + kTrial);
  Error error = Tell(survey, moment);
  if (survey.listing > 0) error.members = "\"accounts\":" + list;
  return error;
}

}  // namespace agm::accounts
