// The part of a meter that counts together with the other machines of a cluster.

#include <string>
#include <utility>

#include "core/keys/meter.h"
#include "core/keys/needs.h"

namespace agm::keys {
namespace {

/// The name of the counter that the machines share.
std::string CounterOf(Limit limit, config::BudgetOf budget_of) {
  const std::string money = budget_of == config::BudgetOf::kBilled ? "billed_" : "list_";
  switch (limit) {
    case Limit::kRequests:
      return "requests";
    case Limit::kTokens:
      return "tokens";
    case Limit::kParallel:
      return std::string(store::kInProgress);
    case Limit::kBudgetDay:
      return money + "day";
    case Limit::kBudgetMonth:
      return money + "month";
    case Limit::kTokensDay:
      return "tokens_day";
    case Limit::kTokensMonth:
      return "tokens_month";
  }
  return {};
}

/// The shares of a calendar window.
void AddWindow(const std::string& name, const Window& window, const Amount& spent,
               const Amount& held, std::vector<store::Share>& shares) {
  const auto add = [&](const std::string& counter, std::int64_t spent_of, std::int64_t held_of) {
    if (spent_of == 0 && held_of == 0) return;
    shares.push_back({counter, {}, spent_of, window.end, held_of});
  };
  add("list_" + name, spent.list, held.list);
  add("billed_" + name, spent.billed, held.billed);
  add("tokens_" + name, spent.tokens, held.tokens);
}

/// The verdict about `question`; `along` gets its own.
std::optional<store::Verdict> AskBoth(store::Counts& counts, const store::Question& question,
                                      store::Companion* along) {
  std::vector<store::Question> questions{question};
  if (auto second = along == nullptr ? std::nullopt : along->question()) {
    questions.push_back(*std::move(second));
  }
  const auto verdicts = counts.Try(questions);
  if (!verdicts) return std::nullopt;
  if (verdicts->size() > 1) along->verdict = verdicts->back();
  return verdicts->front();
}

std::optional<Limit> FullOf(const store::Verdict& verdict) {
  if (!verdict.full) return std::nullopt;
  return kRefusalOrder.at(*verdict.full);
}

}  // namespace

// The request is counted before the question goes out, so that whatever this machine tells the
// server meanwhile has it too.
std::optional<Error> Meter::AddTogether(const Asked& asked, store::Companion* along,
                                        std::unique_lock<std::mutex>& lock) {
  const config::BudgetOf budget_of = asked.limits.budget_of;
  const Amounts known = AllUse(budget_of, asked.now);
  store::Question question{group(), SharesAt(asked.wall, asked.now), {}, ClaimsOf(asked)};
  Add(asked.estimate, asked.now);
  question.after = SharesAt(asked.wall, asked.now);
  store::Counts& counts = *counts_;
  lock.unlock();
  const auto verdict = AskBoth(counts, question, along);
  lock.lock();
  verdict ? elsewhere_.Note(*verdict, day_, month_, asked.now) : elsewhere_.Lose();
  const auto full = verdict ? FullOf(*verdict) : FirstFull(asked, known);
  const bool overtaken = version_ != question.after.version;
  if (full) TakeBack(asked.estimate, asked.now);
  if (!verdict || (full && overtaken)) {
    lock.unlock();
    counts.Changed(question.group);
    lock.lock();
  }
  if (!full) return std::nullopt;
  const auto room = verdict ? verdict->counters.at(*verdict->full).room : std::nullopt;
  return WhyFull(*full, asked, AllUse(budget_of, asked.now), room);
}

void Meter::AskOthers(const Limits& limits, const TimeZone& zone, WallTime wall, TimePoint now) {
  store::Counts* counts = counts_;
  if (counts == nullptr || !limits.any()) return;
  store::Question question;
  {
    std::lock_guard lock(mutex_);
    OpenWindows(zone, wall);
    const auto shares = SharesAt(wall, now);
    question = {group(), shares, shares, ClaimsOf({limits, zone, wall, now})};
  }
  for (store::Claim& claim : question.claims) {
    claim.amount = 0;
    claim.limit.reset();
  }
  const auto verdicts = counts->Try({question});
  std::lock_guard lock(mutex_);
  verdicts ? elsewhere_.Note(verdicts->front(), day_, month_, now) : elsewhere_.Lose();
}

void Meter::ShareBy(store::Counts* counts) { counts_ = counts; }

void Meter::Tell(Telling telling) const {
  store::Counts* counts = counts_;
  if (counts == nullptr) return;
  telling == Telling::kAtOnce ? counts->Changed(group()) : counts->Touched(group());
}

store::Shares Meter::Shares(const TimeZone& zone, WallTime wall, TimePoint now) {
  std::lock_guard lock(mutex_);
  OpenWindows(zone, wall);
  return SharesAt(wall, now);
}

store::Shares Meter::SharesAt(WallTime wall, TimePoint now) {
  constexpr Duration kMargin{3'600'000};  // another machine's clock may be behind
  store::Shares shares;
  shares.version = version_;
  shares.at = now;
  shares.outlives = true;  // the ledger keeps what was spent
  const Amount month = spend_.Sum(month_.begin, month_.end);
  if (month != Amount()) shares.kept = month_.end - wall + kMargin;
  shares.counters.push_back({"requests", requests_.Seconds(now)});
  shares.counters.push_back({"tokens", tokens_.Seconds(now)});
  if (running_ > 0)
    shares.counters.push_back({std::string(store::kInProgress), {}, 0, {}, running_});
  AddWindow("day", day_, spend_.Sum(day_.begin, day_.end), reserved_, shares.counters);
  AddWindow("month", month_, month, reserved_, shares.counters);
  std::erase_if(shares.counters, [](const store::Share& share) {
    return share.seconds.empty() && share.spent == 0 && share.held == 0;
  });
  return shares;
}

std::vector<store::Claim> Meter::ClaimsOf(const Asked& asked) const {
  std::vector<store::Claim> claims;
  for (const Limit limit : kRefusalOrder) {
    store::Claim claim;
    claim.counter = CounterOf(limit, asked.limits.budget_of);
    claim.amount = NeedOf(limit, asked.estimate, asked.limits.budget_of);
    claim.limit = Most(asked.limits, limit);
    if (IsOfWindow(limit)) {
      claim.window = IsOfDay(limit) ? day_.end : month_.end;
      claim.alone_fits = true;
    }
    claims.push_back(std::move(claim));
  }
  return claims;
}

}  // namespace agm::keys
