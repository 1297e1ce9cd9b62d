#include "cli/account_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "cli/account_status.h"

namespace agm::cli {
namespace {

/// One reason of the pool in words. `remedy` may hold "{}" for the account's name.
struct Words {
  std::string_view reason;
  std::string_view text;
  std::string_view remedy;
};

constexpr std::string_view kNewKey =
    "create a key at https://aistudio.google.com/apikey and give it: agm accounts add {}";
constexpr std::string_view kBilling =
    "see Billing in https://aistudio.google.com, then: agm accounts check {}";

constexpr auto kWords = std::to_array<Words>({
    {"minute_quota", "out of this minute's quota", ""},
    {"day_quota", "out of today's quota",
     "more quota: add a key of another project with agm accounts add"},
    {"no_quota", "the project's tier has no quota",
     "enable billing for the project, or use another model"},
    {"shared_limit", "rate limited", ""},
    {"shared_capacity", "Vertex AI has no free capacity", ""},
    {"model_overloaded", "the model is overloaded", ""},
    {"spend_cap", "the project's spending cap is reached", kBilling},
    {"no_credit", "the prepaid credit is used up", kBilling},
    {"bad_key", "the key is refused", kNewKey},
    {"unauthenticated", "the credential is refused", kNewKey},
    {"blocked", "the key or its project is blocked", kNewKey},
    {"not_enabled", "the API is not enabled for the key's project",
     "agm accounts check {} shows the link that enables it"},
    {"location", "Google does not serve the API at this machine's location",
     "set proxy.upstream_proxy, or use a paid key or Vertex AI"},
    {"unknown_model", "no access to the model", ""},
    {"internal", "the upstream failed", ""},
    {"unavailable", "the upstream is unavailable", ""},
    {"network", "the upstream cannot be reached", "agm accounts check {} tries it"},
    {"garbage", "the upstream's answers are unusable", ""},
});

const Words* Find(std::string_view reason) {
  const auto found = std::ranges::find(kWords, reason, &Words::reason);
  return found == kWords.end() ? nullptr : &*found;
}

std::string Sentence(std::string_view reason, const std::string& models,
                     const std::optional<WallTime>& until, WallTime now) {
  std::string text = ReasonWords(reason);
  if (!models.empty()) text += " for " + models;
  if (until) text += fmt::format(", again {}", WriteUntil(*until, now));
  return text;
}

}  // namespace

std::string StateWords(const accounts::AccountStatus& status) {
  if (status.state == accounts::AccountState::kCooling) return "cooling down";
  const std::size_t models = status.ModelsCooling();
  if (models == 0) return std::string(accounts::NameOf(status.state));
  return fmt::format("ready, {} model{} cooling down", models, models == 1 ? "" : "s");
}

std::string ReasonWords(std::string_view reason) {
  const Words* words = Find(reason);
  return std::string(words == nullptr ? reason : words->text);
}

std::string Remedy(std::string_view reason, std::string_view name) {
  const Words* words = Find(reason);
  return words == nullptr ? std::string() : fmt::format(fmt::runtime(words->remedy), name);
}

std::vector<std::string> Notes(const accounts::AccountStatus& status, WallTime now) {
  struct Group {
    std::string models;
    std::optional<WallTime> until;
  };
  std::map<std::string, Group> groups;  // by reason
  for (const accounts::CooldownStatus& cooldown : status.cooldowns) {
    Group& group = groups[cooldown.reason];
    if (!cooldown.model.empty())
      group.models += (group.models.empty() ? "" : ", ") + cooldown.model;
    if (cooldown.until)
      group.until = std::max(group.until.value_or(*cooldown.until), *cooldown.until);
  }
  if (groups.empty() && !status.reason.empty())
    groups[status.reason] = {status.model, status.until};
  std::vector<std::string> notes;
  for (const auto& [reason, group] : groups) {
    std::string note = Sentence(reason, group.models, group.until, now);
    const std::string remedy = Remedy(reason, status.name);
    if (!remedy.empty()) note += "; " + remedy;
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace agm::cli
