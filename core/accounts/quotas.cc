#include "core/accounts/quotas.h"

#include <algorithm>

namespace agm::accounts {
namespace {

using upstream::Failure;
using upstream::QuotaLimit;
using upstream::Trouble;

constexpr double kNewest = 0.2;  // weight of the newest request in the mean

// The lowest limit of that kind in the upstream's response; 0: none.
std::int64_t Told(const Failure& failure, QuotaLimit::Of of, QuotaLimit::Per per) {
  std::int64_t lowest = 0;
  for (const QuotaLimit& told : failure.limits) {
    if (told.of != of || told.per != per) continue;
    lowest = lowest == 0 ? told.limit : std::min(lowest, told.limit);
  }
  return lowest;
}

bool NamesTokens(const std::string& quota) { return quota.find("Token") != std::string::npos; }

}  // namespace

std::int64_t Quotas::Begin(const config::Account& account, Moment moment) {
  requests_.Declare(account.requests_per_minute);
  tokens_.Declare(account.tokens_per_minute);
  day_.Declare(account.requests_per_day);
  ++under_way_;
  requests_.Count(moment.now, 1);
  tokens_.Count(moment.now, TokensExpected());
  day_.Count(moment.wall);
  return TokensExpected();
}

void Quotas::End(std::int64_t expected, std::int64_t tokens, Moment moment) {
  if (under_way_ > 0) --under_way_;
  tokens_.Count(moment.now, tokens - expected);
  if (tokens == 0) return;
  const auto newest = static_cast<double>(tokens);
  mean_tokens_ = mean_tokens_ == 0 ? newest : mean_tokens_ + kNewest * (newest - mean_tokens_);
  requests_.Outgrow(moment.now);
  tokens_.Outgrow(moment.now);
}

// A response may name both quotas per minute; if it names no limit, the quota's id tells the kind.
void Quotas::LearnMinute(const Failure& failure, TimePoint sent, TimePoint now) {
  const std::int64_t requests = Told(failure, QuotaLimit::Of::kRequests, QuotaLimit::Per::kMinute);
  const std::int64_t tokens = Told(failure, QuotaLimit::Of::kTokens, QuotaLimit::Per::kMinute);
  const bool of_tokens = tokens > 0 || std::ranges::any_of(failure.quotas, NamesTokens);
  if (of_tokens) tokens_.LearnLimit(now, sent, under_way_ * TokensExpected(), tokens);
  if (requests > 0 || !of_tokens) requests_.LearnLimit(now, sent, under_way_, requests);
}

void Quotas::Learn(const Failure& failure, TimePoint sent, Moment moment) {
  if (failure.trouble == Trouble::kMinuteQuota) LearnMinute(failure, sent, moment.now);
  if (failure.trouble == Trouble::kDayQuota) {
    day_.LearnLimit(moment.wall, under_way_,
                    Told(failure, QuotaLimit::Of::kRequests, QuotaLimit::Per::kDay));
  }
}

void Quotas::Adopt(const Learned& learned) {
  requests_.Adopt(learned.requests);
  tokens_.Adopt(learned.tokens);
  day_.Adopt(learned.day);
}

double Quotas::Pressure(Moment moment) {
  return std::max(
      {requests_.Pressure(moment.now), tokens_.Pressure(moment.now), day_.Pressure(moment.wall)});
}

std::optional<Quotas::Wall> Quotas::Ahead(Moment moment) {
  if (const auto day = day_.FullUntil(moment.wall)) {
    return Wall{Trouble::kDayQuota, moment.now + (*day - moment.wall)};
  }
  const auto requests = requests_.FullUntil(moment.now, 1);
  const auto tokens = tokens_.FullUntil(moment.now, TokensExpected());
  if (!requests && !tokens) return std::nullopt;
  return Wall{Trouble::kMinuteQuota,
              std::max(requests.value_or(moment.now), tokens.value_or(moment.now))};
}

}  // namespace agm::accounts
