#include "core/keys/needs.h"

namespace agm::keys {

std::int64_t MoneyOf(const Amount& amount, config::BudgetOf budget_of) {
  return budget_of == config::BudgetOf::kBilled ? amount.billed : amount.list;
}

namespace {

std::optional<std::int64_t> If(int limit) {
  return limit > 0 ? std::optional<std::int64_t>(limit) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> Most(const Limits& limits, Limit limit) {
  switch (limit) {
    case Limit::kRequests:
      return If(limits.requests_per_minute);
    case Limit::kTokens:
      return If(limits.tokens_per_minute);
    case Limit::kParallel:
      return If(limits.parallel);
    case Limit::kBudgetDay:
      return limits.budget.day;
    case Limit::kBudgetMonth:
      return limits.budget.month;
    case Limit::kTokensDay:
      return limits.tokens.day;
    case Limit::kTokensMonth:
      return limits.tokens.month;
  }
  return std::nullopt;
}

std::int64_t NeedOf(Limit limit, const Amount& estimate, config::BudgetOf budget_of) {
  switch (limit) {
    case Limit::kRequests:
    case Limit::kParallel:
      return 1;
    case Limit::kTokens:
    case Limit::kTokensDay:
    case Limit::kTokensMonth:
      return estimate.tokens;
    case Limit::kBudgetDay:
    case Limit::kBudgetMonth:
      return MoneyOf(estimate, budget_of);
  }
  return 0;
}

bool IsOfWindow(Limit limit) {
  return limit != Limit::kRequests && limit != Limit::kTokens && limit != Limit::kParallel;
}

bool IsOfDay(Limit limit) { return limit == Limit::kBudgetDay || limit == Limit::kTokensDay; }

}  // namespace agm::keys
