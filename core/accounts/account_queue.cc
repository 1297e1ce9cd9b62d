#include "core/accounts/account_queue.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;

// The number of available accounts that are compared. Each search starts one account further, so
// that all get their turn.
constexpr std::size_t kCompared = 16;
// An older measurement does not count, so that a slow account gets another chance.
constexpr auto kFresh = 60s;
constexpr double kSpent = 1e6;
// The weight of a request of the last minute, where one in progress weighs 1. It spreads requests
// evenly before a limit is known.
constexpr double kRecent = 0.2;
// A conversation leaves its account for one that had five requests less in the last minute, or has
// one less in progress. Its own earlier turns count too.
constexpr double kHome = 4 * kRecent;

bool LaterFirst(TimePoint a, TimePoint b) { return a > b; }

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return !names.empty() && std::find(names.begin(), names.end(), name) != names.end();
}

/// How much of its quota a project has used, how many requests it had in the last minute, and how
/// many are in progress on other machines.
struct Use {
  double pressure = 0;
  double recent = 0;
  std::int64_t elsewhere = 0;
};

Use UseOf(Member& member, const ModelName& model, const Search& search) {
  Quotas* quotas = member.project->quotas.Find(model);
  if (quotas == nullptr) return {};
  return {quotas->Pressure({search.now, search.wall}),
          static_cast<double>(quotas->Recent(search.now)), quotas->RunningElsewhere(search.now)};
}

}  // namespace

void AccountQueue::Best::Offer(Member* candidate, double its_cost) {
  if (member != nullptr && its_cost >= cost) return;
  member = candidate;
  cost = its_cost;
}

AccountQueue::AccountQueue(ModelName model, const std::vector<Member*>& members)
    : model_(std::move(model)), members_(members.begin(), members.end()) {
  std::map<int, std::vector<Member*>> by_priority;
  for (Member* member : members) by_priority[member->account->priority].push_back(member);
  for (auto& [priority, ready] : by_priority) {
    for (const Member* member : ready) {
      const config::AccountKind kind = member->account->kind;
      if (std::ranges::find(kinds_, kind) == kinds_.end()) kinds_.push_back(kind);
    }
    tiers_.push_back({priority, std::move(ready), {}, 0, nullptr});
  }
}

TimePoint AccountQueue::ReadyAt(const Member& member, const Search& search) const {
  return search.through_breaker ? member.CooledAt(model_.text) : member.ReadyAt(model_.text);
}

bool AccountQueue::IsFree(const Member& member, const Search& search) const {
  return ReadyAt(member, search) <= search.now && !member.IsBeingTried(search.now) &&
         !Contains(search.tried, member.account->name);
}

bool AccountQueue::IsWorthWaitingFor(const Member& member, const Search& search) const {
  return !tiers_.empty() && member.account->priority <= tiers_.front().priority &&
         member.account->Usable() && members_.contains(&member) &&
         !Contains(search.tried, member.account->name);
}

Member* AccountQueue::Choose(const Search& search) {
  for (Tier& tier : tiers_) {
    if (Member* member = ChooseIn(tier, search)) return member;
  }
  return nullptr;
}

// The cost of choosing an account: its load relative to what is left of its quota, and what it was
// used for in the last minute; or its time to the first byte.
double AccountQueue::Cost(Member& member, const Search& search) const {
  const auto [pressure, recent, elsewhere] = UseOf(member, model_, search);
  const double spent = pressure >= 1 ? kSpent * pressure : 0;
  const auto under_way = static_cast<double>(member.project->in_flight + elsewhere + 1);
  const double load = under_way / std::max(0.05, 1 - pressure) + kRecent * recent;
  if (search.scheduling != config::Scheduling::kPerformanceFirst) return spent + load;
  const Speed* speed = member.speeds.Find(model_);
  const bool fresh = speed != nullptr && search.now - speed->measured < kFresh;
  return spent + (fresh ? 1 + speed->ms : 0) + 1e-3 * load;
}

// True if the conversation's account can serve it. With cache_first it then stays there, unless
// that account's quota seems to be used up.
bool AccountQueue::IsAtHome(const Tier& tier, const Search& search) const {
  const Member* home = search.favourite;
  return home != nullptr && home->account->Usable() && home->account->priority == tier.priority &&
         members_.contains(home) && IsFree(*home, search);
}

// Starts with the most likely accounts: the conversation's own, and the fastest one known.
AccountQueue::Best AccountQueue::FirstGuess(const Tier& tier, const Search& search) const {
  Best best;
  if (IsAtHome(tier, search)) best.Offer(search.favourite, Cost(*search.favourite, search) - kHome);
  if (search.scheduling == config::Scheduling::kPerformanceFirst && tier.champion != nullptr &&
      IsFree(*tier.champion, search)) {
    best.Offer(tier.champion, Cost(*tier.champion, search));
  }
  return best;
}

Member* AccountQueue::ChooseIn(Tier& tier, const Search& search) {
  EndCooldowns(tier, search.now);
  Best best = FirstGuess(tier, search);
  const bool cache_first = search.scheduling == config::Scheduling::kCacheFirst;
  if (cache_first && best.member != nullptr && best.cost < kSpent) return best.member;

  const bool fastest = search.scheduling == config::Scheduling::kPerformanceFirst;
  std::size_t at = tier.ready.empty() ? 0 : (tier.cursor + search.ahead) % tier.ready.size();
  tier.cursor += fastest ? kCompared : 1;
  std::size_t compared = 0;
  for (std::size_t left = tier.ready.size(); left > 0 && compared < kCompared; --left) {
    if (at >= tier.ready.size()) at = 0;
    Member* member = tier.ready[at];
    if (const TimePoint until = member->CooledAt(model_.text); until > search.now) {
      MoveToCooling(tier, at, until);  // the next account is now at this index
      continue;
    }
    ++at;
    if (!IsFree(*member, search)) continue;
    ++compared;
    best.Offer(member, Cost(*member, search));
  }
  if (fastest) tier.champion = best.member;
  return best.member;
}

void AccountQueue::MoveToCooling(Tier& tier, std::size_t at, TimePoint until) {
  tier.cooling.push_back({until, tier.ready[at]});
  std::push_heap(tier.cooling.begin(), tier.cooling.end(),
                 [](const Cooling& a, const Cooling& b) { return LaterFirst(a.until, b.until); });
  tier.ready.erase(tier.ready.begin() + static_cast<std::ptrdiff_t>(at));
}

void AccountQueue::EndCooldowns(Tier& tier, TimePoint now) {
  const auto later = [](const Cooling& a, const Cooling& b) {
    return LaterFirst(a.until, b.until);
  };
  while (!tier.cooling.empty() && tier.cooling.front().until <= now) {
    std::pop_heap(tier.cooling.begin(), tier.cooling.end(), later);
    Cooling& entry = tier.cooling.back();
    const TimePoint until = entry.member->CooledAt(model_.text);
    if (until > now) {  // the cooldown was extended meanwhile
      entry.until = until;
      std::push_heap(tier.cooling.begin(), tier.cooling.end(), later);
      continue;
    }
    tier.ready.push_back(entry.member);
    tier.cooling.pop_back();
  }
}

std::optional<TimePoint> AccountQueue::NextReady(const Search& search) const {
  TimePoint earliest = TimePoint::max();
  const auto look = [&](const Member& member) {
    const TimePoint ready_at = ReadyAt(member, search);
    const bool sooner = ready_at > search.now && ready_at < earliest;
    if (sooner && !Contains(search.tried, member.account->name)) earliest = ready_at;
  };
  for (const Tier& tier : tiers_) {
    for (const Cooling& entry : tier.cooling) {
      if (entry.until < earliest) look(*entry.member);
    }
    for (const Member* member : tier.ready) look(*member);
  }
  if (earliest == TimePoint::max()) return std::nullopt;
  return earliest;
}

}  // namespace agm::accounts
