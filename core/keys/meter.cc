#include "core/keys/meter.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace agm::keys {
namespace {

constexpr std::int64_t kUnknownAnswer = 1024;  ///< tokens, before the key has had answers
constexpr std::uint32_t kEnoughAnswers = 8;
constexpr std::size_t kMostModels = 64;
constexpr std::int64_t kMostTokens = 1'000'000'000;
constexpr Duration kMinute{60'000};
constexpr Duration kAnotherEnds{1'000};  ///< when to look again for a free place

int RetryAfter(Duration wait) {
  constexpr Duration::rep kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<Duration::rep>(wait.count(), 1, kMost));
}

std::int64_t WholeSeconds(Duration wait) {
  return std::max<std::int64_t>(1, (wait.count() + 999) / 1000);
}

std::string Dollars(std::int64_t nano) {
  return fmt::format("${:.4f}", static_cast<double>(nano) / 1e9);
}

/// "2026-11-29 00:00 Europe/Berlin"
std::string LocalText(const TimeZone& zone, WallTime at) {
  const WallTime local = at + zone.OffsetAt(at);
  return fmt::format("{:%Y-%m-%d %H:%M} {}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(local)), zone.name());
}

std::optional<WindowStanding> StandingOf(const std::optional<std::int64_t>& limit,
                                         std::int64_t used, const Window& window) {
  if (!limit) return std::nullopt;
  return WindowStanding{*limit, used, window.end};
}

std::int64_t MoneyOf(const Amount& amount, config::BudgetOf budget_of) {
  return budget_of == config::BudgetOf::kBilled ? amount.billed : amount.list;
}

// Adds what a request reserves to its key's windows.
void AddTo(Standing& standing, const Amount& reserved, config::BudgetOf budget_of) {
  const std::int64_t money = MoneyOf(reserved, budget_of);
  if (standing.budget_day) standing.budget_day->used += money;
  if (standing.budget_month) standing.budget_month->used += money;
  if (standing.tokens_day) standing.tokens_day->used += reserved.tokens;
  if (standing.tokens_month) standing.tokens_month->used += reserved.tokens;
}

/// A limit per window, how it is named, and how much of it a request needs.
struct Budget {
  Limit limit;
  const std::optional<WindowStanding>& standing;
  std::int64_t needed;
  std::string_view window;
  std::string_view quota;
  bool money;
};

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
  std::lock_guard lock(meter_->mutex_);
  meter_->reserved_ -= held_;
  if (!running_) return;
  --meter_->running_;
  meter_->tokens_.Correct(taken_, taken_, -held_.tokens);
}

void Reservation::End(const ledger::Tokens& tokens, const ledger::Cost& cost, TimePoint now) {
  if (!meter_ || !running_) return;
  const Amount actual = AmountOf(tokens, cost);
  std::lock_guard lock(meter_->mutex_);
  meter_->tokens_.Correct(taken_, now, actual.tokens - held_.tokens);
  meter_->reserved_ -= held_;
  meter_->reserved_ += actual;
  --meter_->running_;
  if (tokens.known) meter_->NoteAnswer(model_, tokens.output);
  held_ = actual;
  running_ = false;
}

Result<Reservation> Meter::Take(const std::shared_ptr<Meter>& meter, const Limits& limits,
                                const TimeZone& zone, const Demand& demand, WallTime wall,
                                TimePoint now, Standing& standing) {
  Reservation place;
  place.model_ = demand.model;
  place.taken_ = now;
  standing = {};
  std::lock_guard lock(meter->mutex_);
  meter->AddWindows(limits, zone, wall, standing);
  const Amount estimate = meter->Estimate(demand, wall);
  auto full = meter->Full(limits, zone, estimate, standing, wall, now);
  if (!full) {
    meter->requests_.Count(now, 1);
    meter->tokens_.Count(now, estimate.tokens);
    meter->reserved_ += estimate;
    ++meter->running_;
    place.held_ = estimate;
    place.running_ = true;
    place.meter_ = meter;
    AddTo(standing, estimate, limits.budget_of);
  }
  meter->AddMinutes(limits, now, standing);
  if (full) return *std::move(full);
  return place;
}

Standing Meter::Now(const Limits& limits, const TimeZone& zone, WallTime wall, TimePoint now) {
  Standing standing;
  std::lock_guard lock(mutex_);
  AddWindows(limits, zone, wall, standing);
  AddMinutes(limits, now, standing);
  return standing;
}

void Meter::AddMinutes(const Limits& limits, TimePoint now, Standing& standing) {
  const auto minute = [&](LastMinute& used, std::int64_t limit) {
    return MinuteStanding{limit, std::max<std::int64_t>(0, limit - used.Sum(now)),
                          std::min(kMinute, Left(now, used.EmptyAt(now)))};
  };
  if (limits.requests_per_minute > 0) {
    standing.requests = minute(requests_, limits.requests_per_minute);
  }
  if (limits.tokens_per_minute > 0) standing.tokens = minute(tokens_, limits.tokens_per_minute);
  standing.parallel = limits.parallel;
  standing.running = running_;
}

void Meter::AddWindows(const Limits& limits, const TimeZone& zone, WallTime wall,
                       Standing& standing) {
  if (limits.budget == config::Allowance() && limits.tokens == config::Allowance()) return;
  if (!day_.Contains(wall)) day_ = DayOf(zone, wall);
  if (!month_.Contains(wall)) month_ = MonthOf(zone, wall);
  Amount day = spend_.Sum(day_.begin, day_.end);
  Amount month = spend_.Sum(month_.begin, month_.end);
  day += reserved_;
  month += reserved_;
  standing.budget_day = StandingOf(limits.budget.day, MoneyOf(day, limits.budget_of), day_);
  standing.budget_month = StandingOf(limits.budget.month, MoneyOf(month, limits.budget_of), month_);
  standing.tokens_day = StandingOf(limits.tokens.day, day.tokens, day_);
  standing.tokens_month = StandingOf(limits.tokens.month, month.tokens, month_);
}

Amount Meter::Spent(const Window& window) const {
  std::lock_guard lock(mutex_);
  return spend_.Sum(window.begin, window.end);
}

void Meter::Count(const TimeZone& zone, WallTime at, const Amount& amount) {
  if (amount == Amount()) return;
  std::lock_guard lock(mutex_);
  spend_.Add(day_.Contains(at) ? day_.begin : DayOf(zone, at).begin, amount);
}

void Meter::Forget() {
  std::lock_guard lock(mutex_);
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

Error Meter::Refuse(Limit limit, std::string why, std::string_view quota, ErrorCode code,
                    Duration wait) {
  refused_.at(static_cast<std::size_t>(limit)).fetch_add(1, std::memory_order_relaxed);
  // The count is up to a second late, but clients wait for a minute at most.
  if (code == ErrorCode::kRateLimited) wait = std::min(wait, kMinute);
  Error error = Fail(code, "the API key '{}' {}; try again in {}s", name_, why, WholeSeconds(wait));
  error.retry_after_ms = RetryAfter(wait);
  error.quota = quota;
  return error;
}

std::optional<Error> Meter::Full(const Limits& limits, const TimeZone& zone, const Amount& estimate,
                                 const Standing& standing, WallTime wall, TimePoint now) {
  constexpr ErrorCode kRate = ErrorCode::kRateLimited;
  if (limits.parallel > 0 && running_ >= limits.parallel) {
    return Refuse(
        Limit::kParallel,
        fmt::format("may have {} requests in flight at a time, and has them", limits.parallel),
        "ParallelRequestsPerMinutePerKey", kRate, kAnotherEnds);
  }
  if (limits.requests_per_minute > 0) {
    const TimePoint room = requests_.FallsTo(limits.requests_per_minute - 1, now);
    if (room > now) {
      return Refuse(Limit::kRequests,
                    fmt::format("has made its {} requests per minute", limits.requests_per_minute),
                    "RequestsPerMinutePerKey", kRate, Left(now, room));
    }
  }
  if (limits.tokens_per_minute > 0) {
    // A request that is larger than the limit itself waits until nothing else is counted.
    const std::int64_t most = std::max<std::int64_t>(0, limits.tokens_per_minute - estimate.tokens);
    const TimePoint room = tokens_.FallsTo(most, now);
    if (room > now) {
      return Refuse(
          Limit::kTokens,
          fmt::format("has {} of its {} tokens per minute left, and this request may "
                      "take {}",
                      std::max<std::int64_t>(0, limits.tokens_per_minute - tokens_.Sum(now)),
                      limits.tokens_per_minute, estimate.tokens),
          "TokensPerMinutePerKey", kRate, Left(now, room));
    }
  }
  return Spent(zone, estimate, standing, limits, wall);
}

std::optional<Error> Meter::Spent(const TimeZone& zone, const Amount& estimate,
                                  const Standing& standing, const Limits& limits, WallTime wall) {
  const std::int64_t cost = MoneyOf(estimate, limits.budget_of);
  // A month that is used up outlasts a day that is, so it is told first.
  const Budget budgets[] = {
      {Limit::kBudgetMonth, standing.budget_month, cost, "month", "CostPerMonthPerKey", true},
      {Limit::kTokensMonth, standing.tokens_month, estimate.tokens, "month", "TokensPerMonthPerKey",
       false},
      {Limit::kBudgetDay, standing.budget_day, cost, "day", "CostPerDayPerKey", true},
      {Limit::kTokensDay, standing.tokens_day, estimate.tokens, "day", "TokensPerDayPerKey", false},
  };
  for (const Budget& budget : budgets) {
    if (!budget.standing) continue;
    const auto& [limit, used, resets] = *budget.standing;
    if (budget.needed <= limit - used || (running_ == 0 && used < limit)) continue;
    const auto text = [&](std::int64_t amount) {
      return budget.money ? Dollars(amount) : fmt::format("{} tokens", amount);
    };
    return Refuse(budget.limit,
                  fmt::format("has used {} of its {} for this {}, and this request may take {}; "
                              "the next {} begins at {}, or the gateway's operator can raise the "
                              "limit: agm keys set {}",
                              text(used), text(limit), budget.window, text(budget.needed),
                              budget.window, LocalText(zone, resets), name_),
                  budget.quota, ErrorCode::kBudgetSpent, resets - wall);
  }
  return std::nullopt;
}

}  // namespace agm::keys
