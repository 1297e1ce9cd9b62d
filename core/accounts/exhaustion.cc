#include "core/accounts/exhaustion.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/accounts/survey.h"
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

// Of several accounts the first in the configuration speaks for those that have the same trouble.
void Count(Survey& survey, const Rest& rest) {
  const auto same = std::ranges::find(survey.cases, rest.trouble, &Survey::Case::trouble);
  if (same == survey.cases.end()) {
    survey.cases.push_back({rest.trouble, 1, rest.said});
  } else {
    ++same->count;
    if (same->said.empty()) same->said = rest.said;
  }
}

void Add(Survey& survey, const Standing& standing) {
  ++survey.listing;
  if (standing.state == "disabled") ++survey.disabled;
  if (standing.rest == nullptr) return;
  Count(survey, *standing.rest);
  if (EndsByItself(standing.rest->trouble)) {
    survey.first = std::min(survey.first, standing.rest->until);
  }
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
    Add(survey, standing);
    if (standing.rest == nullptr && member->IsBeingTried(moment.now)) ++survey.being_tried;
    if (survey.listing <= kListed) WriteAccount(json, *member, standing, moment);
  }
  json.EndArray();

  if (survey.being_tried > 0) survey.first = std::min(survey.first, moment.now + kTrial);
  Error error = Tell(survey, moment);
  if (survey.listing > 0) error.members = "\"accounts\":" + list;
  return error;
}

}  // namespace agm::accounts
