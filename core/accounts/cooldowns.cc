#include "core/accounts/cooldowns.h"

#include <algorithm>

namespace agm::accounts {
namespace {

using upstream::Trouble;

// Clients can ask for any number of models that do not exist.
constexpr std::size_t kMost = 64;

bool Concerns(const Cooldown& cooldown, std::string_view model) {
  return cooldown.model.empty() || cooldown.model == model;
}

// After these failures, whose cooldown is a guess, a single request first tests the account.
bool WantsProof(Trouble trouble) {
  return trouble == Trouble::kSpendCap || trouble == Trouble::kNoCredit ||
         trouble == Trouble::kNotEnabled || trouble == Trouble::kLocation;
}

}  // namespace

TimePoint Cooldowns::ReadyAt(std::string_view model) const {
  TimePoint latest{};
  for (const Cooldown& cooldown : cooldowns_) {
    if (cooldown.until > latest && Concerns(cooldown, model)) latest = cooldown.until;
  }
  return latest;
}

const Cooldown* Cooldowns::Find(std::string_view model, Trouble trouble) const {
  for (const Cooldown& cooldown : cooldowns_) {
    if (cooldown.trouble == trouble && cooldown.model == model) return &cooldown;
  }
  return nullptr;
}

const Cooldown& Cooldowns::Put(Cooldown cooldown, TimePoint now) {
  for (Cooldown& known : cooldowns_) {
    if (known.trouble != cooldown.trouble || known.model != cooldown.model) continue;
    cooldown.until = std::max(cooldown.until, known.until);
    cooldown.counts_until = std::max(cooldown.counts_until, known.counts_until);
    cooldown.told = cooldown.told || known.told;
    cooldown.ahead = cooldown.ahead && (known.ahead || known.until <= now);
    return known = std::move(cooldown);
  }
  if (cooldowns_.size() >= kMost / 2) Prune(now);
  cooldowns_.push_back(std::move(cooldown));
  return cooldowns_.back();
}

const Cooldown* Cooldowns::TakeExpired(std::string_view model, TimePoint now) {
  const Cooldown* first = nullptr;
  for (Cooldown& cooldown : cooldowns_) {
    if (!cooldown.told || cooldown.until > now || !Concerns(cooldown, model)) continue;
    cooldown.told = false;
    if (first == nullptr) first = &cooldown;
  }
  return first;
}

void Cooldowns::ForgetExpired(std::string_view model, TimePoint now) {
  std::erase_if(cooldowns_, [&](const Cooldown& cooldown) {
    return cooldown.until <= now && Concerns(cooldown, model) &&
           (cooldown.trouble != Trouble::kDayQuota || cooldown.counts_until <= now);
  });
}

bool Cooldowns::Unproven(TimePoint now) const {
  return std::any_of(cooldowns_.begin(), cooldowns_.end(), [&](const Cooldown& cooldown) {
    return cooldown.model.empty() && cooldown.until <= now && WantsProof(cooldown.trouble);
  });
}

void Cooldowns::Join(const Cooldowns& other, TimePoint now) {
  for (const Cooldown& cooldown : other.cooldowns_) Put(cooldown, now);
}

void Cooldowns::Advance(Duration by) {
  for (Cooldown& cooldown : cooldowns_) {
    cooldown.since -= by;
    if (!cooldown.forever()) cooldown.until -= by;
    cooldown.counts_until -= by;
  }
}

std::optional<Cooldown> Cooldowns::DropAhead(std::string_view model, TimePoint since,
                                             TimePoint now) {
  std::optional<Cooldown> first;
  std::erase_if(cooldowns_, [&](const Cooldown& cooldown) {
    const bool ends = cooldown.ahead && cooldown.model == model && cooldown.since >= since &&
                      cooldown.until > now;
    if (ends && !first) first = cooldown;
    return ends;
  });
  return first;
}

void Cooldowns::Drop(Trouble trouble) {
  std::erase_if(cooldowns_, [&](const Cooldown& cooldown) { return cooldown.trouble == trouble; });
}

void Cooldowns::Prune(TimePoint now) {
  std::erase_if(cooldowns_, [&](const Cooldown& cooldown) {
    return cooldown.until <= now && cooldown.counts_until <= now;
  });
  if (cooldowns_.size() < kMost) return;
  // Still too many: drop the cooldown that ends first.
  cooldowns_.erase(
      std::min_element(cooldowns_.begin(), cooldowns_.end(),
                       [](const Cooldown& a, const Cooldown& b) { return a.until < b.until; }));
}

}  // namespace agm::accounts
