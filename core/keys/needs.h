#pragma once

#include <cstdint>
#include <optional>

#include "core/config/config.h"
#include "core/keys/limits.h"
#include "core/keys/spend.h"

/// The limits of a key one by one.
///
/// Thread safety: any thread.
namespace agm::keys {

std::int64_t MoneyOf(const Amount& amount, config::BudgetOf budget_of);

/// The limit's amount; nullopt: no limit.
std::optional<std::int64_t> Most(const Limits& limits, Limit limit);
/// How much of the limit a request needs.
std::int64_t NeedOf(Limit limit, const Amount& estimate, config::BudgetOf budget_of);

/// True for budgets of a day or a month.
bool IsOfWindow(Limit limit);
bool IsOfDay(Limit limit);

}  // namespace agm::keys
