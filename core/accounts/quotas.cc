#include "core/accounts/quotas.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/accounts/pacific.h"

namespace agm::accounts {
namespace {

using upstream::Failure;
using upstream::QuotaLimit;
using upstream::Trouble;

constexpr const char* kRequests = "requests";
constexpr const char* kTokens = "tokens";
constexpr const char* kDay = "requests_day";
constexpr Duration kMinute{60'000};
constexpr Duration kMargin{3'600'000};  // another machine's clock may be behind

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

// Also where the quotas were forgotten in between, a later version is a greater number.
void Quotas::NoteChange(Moment moment) {
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(moment.now.time_since_epoch());
  version_ = std::max(version_ + 1, static_cast<std::uint64_t>(now.count()));
}

void Quotas::Declare(const config::Account& account) {
  requests_.Declare(account.requests_per_minute);
  tokens_.Declare(account.tokens_per_minute);
  day_.Declare(account.requests_per_day);
}

std::int64_t Quotas::Begin(const config::Account& account, Moment moment) {
  Declare(account);
  NoteChange(moment);
  ++under_way_;
  requests_.Count(moment.now, 1);
  tokens_.Count(moment.now, TokensExpected());
  day_.Count(moment.wall);
  return TokensExpected();
}

void Quotas::End(std::int64_t expected, std::int64_t tokens, Moment moment) {
  NoteChange(moment);
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
  NoteChange(moment);
  if (failure.trouble == Trouble::kMinuteQuota) LearnMinute(failure, sent, moment.now);
  if (failure.trouble == Trouble::kDayQuota) {
    day_.LearnLimit(moment.wall, under_way_,
                    Told(failure, QuotaLimit::Of::kRequests, QuotaLimit::Per::kDay));
  }
}

void Quotas::TakeBack(std::int64_t expected, TimePoint at, Moment moment) {
  NoteChange(moment);
  if (under_way_ > 0) --under_way_;
  requests_.TakeBack(at, moment.now, 1);
  tokens_.TakeBack(at, moment.now, expected);
  day_.TakeBack();
}

void Quotas::Adopt(const Learned& learned) {
  ++version_;
  requests_.Adopt(learned.requests);
  tokens_.Adopt(learned.tokens);
  day_.Adopt(learned.day);
}

double Quotas::Pressure(Moment moment) {
  return std::max(
      {requests_.Pressure(moment.now), tokens_.Pressure(moment.now), day_.Pressure(moment.wall)});
}

store::Shares Quotas::Shares(Moment moment) {
  store::Shares shares;
  shares.version = version_;
  shares.at = moment.now;
  if (auto seconds = requests_.Seconds(moment.now); !seconds.empty()) {
    shares.counters.push_back({kRequests, std::move(seconds)});
  }
  if (auto seconds = tokens_.Seconds(moment.now); !seconds.empty()) {
    shares.counters.push_back({kTokens, std::move(seconds)});
  }
  if (day_.used() > 0 && moment.wall < day_.ends()) {
    shares.kept = std::max(shares.kept, day_.ends() - moment.wall + kMargin);
    shares.counters.push_back({kDay, {}, day_.used(), day_.ends()});
  }
  return shares;
}

std::vector<store::Claim> Quotas::Claims(Moment moment) const {
  return {{kDay, 1, day_.Certain(moment.wall), NextPacificMidnight(moment.wall)},
          {kRequests, 1, requests_.Certain(moment.now)},
          {kTokens, TokensExpected(), tokens_.Certain(moment.now)}};
}

std::vector<store::Claim> Quotas::Watched(WallTime wall) {
  return {{kDay, 0, std::nullopt, NextPacificMidnight(wall)}, {kRequests}, {kTokens}};
}

void Quotas::Hear(const store::OthersRequests& others, TimePoint now) {
  requests_.AddOthers(now, others.begun);
  others_ = others;
}

bool Quotas::HasCertainLimit(Moment moment) const {
  return day_.Certain(moment.wall) || requests_.Certain(moment.now) || tokens_.Certain(moment.now);
}

std::optional<Quotas::Wall> Quotas::Note(const store::Verdict& verdict, Moment moment) {
  const store::Verdict::Counter& day = verdict.counters.at(0);
  const store::Verdict::Counter& requests = verdict.counters.at(1);
  const store::Verdict::Counter& tokens = verdict.counters.at(2);
  day_.NoteOthers(day.others);
  requests_.NoteOthers(requests.others, moment.now + requests.others_empty);
  tokens_.NoteOthers(tokens.others, moment.now + tokens.others_empty);
  if (!day.room) {
    const WallTime ends = NextPacificMidnight(moment.wall);
    return Wall{Trouble::kDayQuota, moment.now + (ends - moment.wall)};
  }
  const Duration room = std::max(requests.room.value_or(kMinute), tokens.room.value_or(kMinute));
  if (room <= Duration(0)) return std::nullopt;
  return Wall{Trouble::kMinuteQuota, moment.now + room};
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
