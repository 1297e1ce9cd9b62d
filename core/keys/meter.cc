#include "core/keys/meter.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/keys/needs.h"

namespace agm::keys {
namespace {

constexpr std::int64_t kUnknownAnswer = 1024;  ///< tokens, before the key has had answers
constexpr std::uint32_t kEnoughAnswers = 8;
constexpr std::size_t kMostModels = 64;
constexpr std::int64_t kMostTokens = 1'000'000'000;
constexpr Duration kMinute{60'000};

}  // namespace

Reservation::Reservation(Reservation&& other) noexcept
    : meter_(std::exchange(other.meter_, nullptr)),
      model_(std::move(other.model_)),
      held_(other.held_),
      taken_(other.taken_),
      running_(std::exchange(other.running_, false)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  std::swap(meter_, other.meter_);
  std::swap(model_, other.model_);
  std::swap(held_, other.held_);
  std::swap(taken_, other.taken_);
  std::swap(running_, other.running_);
  return *this;
}

Reservation::~Reservation() {
  if (!meter_) return;
  {
    std::lock_guard lock(meter_->mutex_);
    ++meter_->version_;
    meter_->reserved_ -= held_;
    if (running_) {
      --meter_->running_;
      meter_->tokens_.Correct(taken_, taken_, -held_.tokens);
    }
  }
  meter_->Tell(running_ ? Meter::Telling::kAtOnce : Meter::Telling::kSoon);
}

void Reservation::End(const ledger::Tokens& tokens, const ledger::Cost& cost, TimePoint now) {
  if (!meter_ || !running_) return;
  const Amount actual = AmountOf(tokens, cost);
  {
    std::lock_guard lock(meter_->mutex_);
    ++meter_->version_;
    meter_->tokens_.Correct(taken_, now, actual.tokens - held_.tokens);
    meter_->reserved_ -= held_;
    meter_->reserved_ += actual;
    --meter_->running_;
    if (tokens.known) meter_->NoteAnswer(model_, tokens.output);
  }
  held_ = actual;
  running_ = false;
  meter_->Tell(Meter::Telling::kAtOnce);
}

Result<Reservation> Meter::Take(const std::shared_ptr<Meter>& meter, const Limits& limits,
                                const TimeZone& zone, const Demand& demand, WallTime wall,
                                TimePoint now, Standing& standing, store::Companion* along) {
  std::unique_lock lock(meter->mutex_);
  meter->OpenWindows(zone, wall);
  const Asked asked{limits, zone, wall, now, meter->Estimate(demand, wall)};
  std::optional<Error> refused;
  // A limit that this machine alone uses up is full, whatever the others use.
  const Amounts own = meter->OwnUse(limits.budget_of, now);
  if (const auto full = meter->FirstFull(asked, own)) {
    refused = meter->WhyFull(*full, asked, own, {});
  } else if (meter->counts_ != nullptr) {
    refused = meter->AddTogether(asked, along, lock);
  } else {
    meter->Add(asked.estimate, now);
  }
  standing = meter->StandingAt(limits, now);
  if (refused) return *std::move(refused);
  Reservation place;
  place.meter_ = meter;
  place.model_ = demand.model;
  place.held_ = asked.estimate;
  place.taken_ = now;
  place.running_ = true;
  return place;
}

void Meter::OpenWindows(const TimeZone& zone, WallTime wall) {
  if (!day_.Contains(wall)) day_ = DayOf(zone, wall);
  if (!month_.Contains(wall)) month_ = MonthOf(zone, wall);
}

void Meter::Add(const Amount& estimate, TimePoint now) {
  ++version_;
  requests_.Count(now, 1);
  tokens_.Count(now, estimate.tokens);
  reserved_ += estimate;
  ++running_;
}

void Meter::TakeBack(const Amount& estimate, TimePoint now) {
  ++version_;
  requests_.Correct(now, now, -1);
  tokens_.Correct(now, now, -estimate.tokens);
  reserved_ -= estimate;
  --running_;
}

Meter::Amounts Meter::OwnUse(config::BudgetOf budget_of, TimePoint now) {
  Amount day = spend_.Sum(day_.begin, day_.end);
  Amount month = spend_.Sum(month_.begin, month_.end);
  day += reserved_;
  month += reserved_;
  Amounts used;
  used[Limit::kRequests] = requests_.Sum(now);
  used[Limit::kTokens] = tokens_.Sum(now);
  used[Limit::kParallel] = running_;
  used[Limit::kBudgetDay] = MoneyOf(day, budget_of);
  used[Limit::kBudgetMonth] = MoneyOf(month, budget_of);
  used[Limit::kTokensDay] = day.tokens;
  used[Limit::kTokensMonth] = month.tokens;
  return used;
}

/// With what the other machines use, as far as that is known.
Meter::Amounts Meter::AllUse(config::BudgetOf budget_of, TimePoint now) {
  Amounts used = OwnUse(budget_of, now);
  for (const Limit limit : kRefusalOrder) used[limit] += elsewhere_.Used(limit, day_, month_, now);
  return used;
}

// A request that is larger than a limit per minute waits until nothing else is counted.
std::optional<Limit> Meter::FirstFull(const Asked& asked, const Amounts& used) const {
  for (const Limit limit : kRefusalOrder) {
    const auto most = Most(asked.limits, limit);
    if (!most) continue;
    const std::int64_t need = NeedOf(limit, asked.estimate, asked.limits.budget_of);
    const bool fits = IsOfWindow(limit) ? need <= *most - used[limit] ||
                                              (used[Limit::kParallel] == 0 && used[limit] < *most)
                                        : used[limit] <= std::max<std::int64_t>(0, *most - need);
    if (!fits) return limit;
  }
  return std::nullopt;
}

Standing Meter::Now(const Limits& limits, const TimeZone& zone, WallTime wall, TimePoint now) {
  std::lock_guard lock(mutex_);
  OpenWindows(zone, wall);
  return StandingAt(limits, now);
}

Standing Meter::StandingAt(const Limits& limits, TimePoint now) {
  const Amounts used = AllUse(limits.budget_of, now);
  const auto minute = [&](Limit limit, LastMinute& own) -> std::optional<MinuteStanding> {
    const auto most = Most(limits, limit);
    if (!most) return std::nullopt;
    const TimePoint empty = std::max(own.EmptyAt(now), elsewhere_.EmptyAt(limit));
    return MinuteStanding{*most, std::max<std::int64_t>(0, *most - used[limit]),
                          std::min(kMinute, Left(now, empty))};
  };
  const auto window = [&](Limit limit) -> std::optional<WindowStanding> {
    const auto most = Most(limits, limit);
    if (!most) return std::nullopt;
    return WindowStanding{*most, used[limit], IsOfDay(limit) ? day_.end : month_.end};
  };
  Standing standing;
  standing.requests = minute(Limit::kRequests, requests_);
  standing.tokens = minute(Limit::kTokens, tokens_);
  standing.parallel = limits.parallel;
  standing.running = static_cast<int>(used[Limit::kParallel]);
  standing.budget_day = window(Limit::kBudgetDay);
  standing.budget_month = window(Limit::kBudgetMonth);
  standing.tokens_day = window(Limit::kTokensDay);
  standing.tokens_month = window(Limit::kTokensMonth);
  return standing;
}

Amount Meter::Spent(const Window& window) const {
  std::lock_guard lock(mutex_);
  return spend_.Sum(window.begin, window.end);
}

void Meter::Count(const TimeZone& zone, WallTime at, const Amount& amount) {
  if (amount == Amount()) return;
  {
    std::lock_guard lock(mutex_);
    ++version_;
    spend_.Add(day_.Contains(at) ? day_.begin : DayOf(zone, at).begin, amount);
  }
  Tell(Telling::kSoon);
}

void Meter::Forget() {
  std::lock_guard lock(mutex_);
  ++version_;
  spend_.Clear();
  day_ = month_ = {};
}

// The cost is that of list prices, also where the account may turn out to be free.
Amount Meter::Estimate(const Demand& demand, WallTime wall) const {
  ledger::Tokens tokens;
  tokens.input = std::clamp<std::int64_t>(demand.input, 0, kMostTokens);
  const std::int64_t each =
      std::clamp<std::int64_t>(demand.output.value_or(UsualAnswer(demand.model)), 0, kMostTokens);
  tokens.output = std::min(each * std::clamp<std::int64_t>(demand.choices, 1, 128), kMostTokens);
  Amount amount{0, 0, tokens.input + tokens.output};
  if (const auto* price = ledger::FindPrice(demand.prices, demand.model, wall)) {
    amount.list = amount.billed = ledger::CostOf(*price, tokens, {});
  }
  return amount;
}

/// The size that 95 of 100 answers of the model did not exceed, up to a factor of two.
std::int64_t Meter::UsualAnswer(std::string_view model) const {
  const auto known = answers_.find(model);
  if (known == answers_.end() || known->second.total < kEnoughAnswers) return kUnknownAnswer;
  std::uint64_t seen = 0;
  for (std::size_t size = 0; size < known->second.by_size.size(); ++size) {
    seen += known->second.by_size.at(size);
    if (seen * 100 >= std::uint64_t{known->second.total} * 95) return std::int64_t{1} << size;
  }
  return kUnknownAnswer;
}

void Meter::NoteAnswer(const std::string& model, std::int64_t tokens) {
  const auto known = answers_.find(model);
  if (known == answers_.end() && answers_.size() >= kMostModels) return;
  Answers& answers = known == answers_.end() ? answers_[model] : known->second;
  const auto size = static_cast<std::size_t>(
      std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(0, tokens))));
  ++answers.by_size.at(std::min(size, answers.by_size.size() - 1));
  if (++answers.total < 10'000) return;
  // Older answers count for less and less.
  answers.total = 0;
  for (std::uint32_t& count : answers.by_size) answers.total += count /= 2;
}

}  // namespace agm::keys
