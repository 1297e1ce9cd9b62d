#include "core/keys/elsewhere.h"

#include <chrono>

namespace agm::keys {

using namespace std::chrono_literals;

void Elsewhere::Note(const store::Verdict& verdict, const Window& day, const Window& month,
                     TimePoint now) {
  for (std::size_t i = 0; i < verdict.counters.size() && i < kRefusalOrder.size(); ++i) {
    counters_[kRefusalOrder.at(i)] = verdict.counters[i];
  }
  told_ = now;
  lost_ = false;
  day_ends_ = day.end;
  month_ends_ = month.end;
}

void Elsewhere::Lose() {
  lost_ = true;
  told_ = {};
}

std::int64_t Elsewhere::Used(Limit limit, const Window& day, const Window& month,
                             TimePoint now) const {
  const std::int64_t used = counters_[limit].others;
  switch (limit) {
    case Limit::kRequests:
    case Limit::kTokens:
      return !lost_ && now < EmptyAt(limit) ? used : 0;
    case Limit::kParallel:
      return !lost_ && now < told_ + 10s ? used : 0;
    case Limit::kBudgetDay:
    case Limit::kTokensDay:
      return day_ends_ == day.end ? used : 0;
    case Limit::kBudgetMonth:
    case Limit::kTokensMonth:
      return month_ends_ == month.end ? used : 0;
  }
  return 0;
}

}  // namespace agm::keys
