#include "core/accounts/rests.h"

#include <algorithm>

namespace agm::accounts {
namespace {

using upstream::Trouble;

// Clients can ask for any number of models that do not exist.
constexpr std::size_t kMost = 64;

bool Concerns(const Rest& rest, std::string_view model) {
  return rest.model.empty() || rest.model == model;
}

// After these failures, whose cooldown is a guess, a single request first tests the account.
bool WantsProof(Trouble trouble) {
  return trouble == Trouble::kSpendCap || trouble == Trouble::kNoCredit ||
         trouble == Trouble::kNotEnabled || trouble == Trouble::kLocation;
}

}  // namespace

TimePoint Rests::WakesAt(std::string_view model) const {
  TimePoint latest{};
  for (const Rest& rest : rests_) {
    if (rest.until > latest && Concerns(rest, model)) latest = rest.until;
  }
  return latest;
}

const Rest* Rests::Find(std::string_view model, Trouble trouble) const {
  for (const Rest& rest : rests_) {
    if (rest.trouble == trouble && rest.model == model) return &rest;
  }
  return nullptr;
}

const Rest& Rests::Put(Rest rest, TimePoint now) {
  for (Rest& known : rests_) {
    if (known.trouble != rest.trouble || known.model != rest.model) continue;
    rest.until = std::max(rest.until, known.until);
    rest.counts_until = std::max(rest.counts_until, known.counts_until);
    rest.told = rest.told || known.told;
    return known = std::move(rest);
  }
  if (rests_.size() >= kMost / 2) Prune(now);
  rests_.push_back(std::move(rest));
  return rests_.back();
}

const Rest* Rests::TakeExpired(std::string_view model, TimePoint now) {
  const Rest* first = nullptr;
  for (Rest& rest : rests_) {
    if (!rest.told || rest.until > now || !Concerns(rest, model)) continue;
    rest.told = false;
    if (first == nullptr) first = &rest;
  }
  return first;
}

void Rests::Soften(std::string_view model, TimePoint now) {
  std::erase_if(rests_, [&](const Rest& rest) {
    return rest.until <= now && Concerns(rest, model) &&
           (rest.trouble != Trouble::kDayQuota || rest.counts_until <= now);
  });
}

bool Rests::Unproven(TimePoint now) const {
  return std::any_of(rests_.begin(), rests_.end(), [&](const Rest& rest) {
    return rest.model.empty() && rest.until <= now && WantsProof(rest.trouble);
  });
}

void Rests::Join(const Rests& other, TimePoint now) {
  for (const Rest& rest : other.rests_) Put(rest, now);
}

void Rests::Advance(Duration by) {
  for (Rest& rest : rests_) {
    rest.since -= by;
    if (!rest.forever()) rest.until -= by;
    rest.counts_until -= by;
  }
}

void Rests::Drop(Trouble trouble) {
  std::erase_if(rests_, [&](const Rest& rest) { return rest.trouble == trouble; });
}

void Rests::Prune(TimePoint now) {
  std::erase_if(rests_,
                [&](const Rest& rest) { return rest.until <= now && rest.counts_until <= now; });
  if (rests_.size() < kMost) return;
  // Still too many: drop the cooldown that ends first.
  rests_.erase(std::min_element(rests_.begin(), rests_.end(),
                                [](const Rest& a, const Rest& b) { return a.until < b.until; }));
}

}  // namespace agm::accounts
