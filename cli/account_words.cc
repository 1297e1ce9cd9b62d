#include "cli/account_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "cli/account_status.h"
#include "core/config/words.h"

namespace agm::cli {
namespace {

/// One reason of the pool in words. `remedy` may hold {name} for the account's name, {key} for how to
/// get a key, and {billing} for where to see the billing.
struct Words {
  std::string_view reason;
  std::string_view text;
  std::string_view remedy;
};

constexpr std::string_view kNewKey = "{key} and give it: agm accounts add {name}";
constexpr std::string_view kBilling = "{billing}, then: agm accounts check {name}";

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
     "agm accounts check {name} shows the link that enables it"},
    {"location", "the upstream does not serve the API at this machine's location",
     "set proxy.upstream_proxy, or use a paid key or Vertex AI"},
    {"unknown_model", "no access to the model", ""},
    {"internal", "the upstream failed", ""},
    {"unavailable", "the upstream is unavailable", ""},
    {"network", "the upstream cannot be reached", "agm accounts check {name} tries it"},
    {"garbage", "the upstream's answers are unusable", ""},
});

std::string HowToGetAKey(std::string_view page) {
  return page.empty() ? "create another key" : fmt::format("create a key at {}", page);
}

/// The billing is seen on the site where keys are made.
std::string WhereBillingIs(std::string_view key_page) {
  if (key_page.empty()) return "see the billing settings of the upstream";
  return fmt::format("see Billing in {}", key_page.substr(0, key_page.rfind('/')));
}

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

std::string Remedy(std::string_view reason, std::string_view name, std::string_view kind) {
  const Words* words = Find(reason);
  if (words == nullptr) return {};
  const auto known = config::FindAccountKind(kind);
  const std::string_view page = known ? config::FactsOf(*known).key_page : std::string_view();
  return fmt::format(fmt::runtime(words->remedy), fmt::arg("name", name),
                     fmt::arg("key", HowToGetAKey(page)),
                     fmt::arg("billing", WhereBillingIs(page)));
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
    const std::string remedy = Remedy(reason, status.name, status.kind);
    if (!remedy.empty()) note += "; " + remedy;
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace agm::cli
