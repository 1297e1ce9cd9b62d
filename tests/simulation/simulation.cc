#include "tests/simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <queue>
#include <unordered_map>
#include <utility>

#include "core/config/words.h"
#include "tests/simulation/day.h"

namespace agm::simulation {
namespace {

using namespace std::chrono_literals;
using accounts::Lease;
using accounts::Pool;
using accounts::Success;
using config::Scheduling;

constexpr std::int64_t kMaxWait = 5'000;
constexpr int kMaxAttempts = 3;
constexpr const char* kModel = "gemini-2.5-flash";

/// Cancels a Take at its first wait, so that the simulation can continue meanwhile.
class OneLook : public Cancellation {
 public:
  bool Cancelled() const override { return true; }
};

std::string NameOf(std::size_t i) { return "account-" + std::to_string(i); }

// Some accounts are fast, most are not.
std::int64_t FirstByteOf(std::size_t account) {
  return 250 + static_cast<std::int64_t>(account * 7'919 % 10) * 120;
}

/// Sends requests like the gateway: up to three attempts, of which the first may wait for max_wait;
/// the next ones go to available accounts, and the last to any account whose cooldown ends in time.
class Simulation {
 public:
  Simulation(const std::vector<Tier>& accounts, const Day& day, Machines& machines)
      : day_(day),
        upstream_(accounts),
        machines_(machines),
        clock_(machines.clock()),
        under_way_(accounts.size()) {
    for (std::size_t i = 0; i < accounts.size(); ++i) index_[NameOf(i)] = i;
  }

  Outcome Run() {
    for (const Turn& turn : day_.turns()) {
      RunUntil(turn.at_ms);
      clock_.GoTo(turn.at_ms);
      Look({&turn, &machines_.Next(), {}, kMaxAttempts, turn.at_ms + kMaxWait});
    }
    RunUntil(std::numeric_limits<std::int64_t>::max());
    return Summary();
  }

 private:
  struct Request {
    const Turn* turn;
    Pool* pool;
    std::vector<std::string> tried;
    int left;
    std::int64_t until;  ///< the limit of its wait
  };
  struct Answer {
    Lease lease;
    Success success;
    std::size_t account;
  };
  /// A request tries to get an account again, or a response is complete.
  struct Event {
    std::int64_t at;
    std::shared_ptr<Request> look;
    std::shared_ptr<Answer> done;
    bool operator>(const Event& other) const { return at > other.at; }
  };

  void RunUntil(std::int64_t ms) {
    while (!events_.empty() && events_.top().at <= ms) {
      const Event event = events_.top();
      events_.pop();
      clock_.GoTo(event.at);
      if (event.look) Look(std::move(*event.look));
      if (event.done) Finish(*event.done);
    }
  }

  Result<Lease> Take(const Request& request, const std::vector<std::string>& without,
                     std::int64_t until) {
    const std::string session = "s" + std::to_string(request.turn->conversation);
    const Duration patience(std::max<std::int64_t>(0, until - clock_.ms()));
    return request.pool->Take({kModel, session, without}, clock_.Now() + patience, OneLook());
  }

  Result<Lease> Choose(const Request& request) {
    const bool first = request.tried.empty();
    auto fresh = Take(request, request.tried, first ? request.until : clock_.ms());
    if (fresh || first) return fresh;
    return Take(request, {}, request.until);
  }

  void Look(Request request) {
    machines_.Settle();
    while (request.left > 0) {
      auto lease = Choose(request);
      if (!lease) {
        if (lease.error().code == ErrorCode::kCancelled) LookAgain(std::move(request));
        return;
      }
      --request.left;
      const std::size_t account = index_[lease->account().name];
      const accounts::Moment moment{clock_.Now(), clock_.Wall()};
      const auto failure = upstream_.Ask(account, request.turn->tokens, moment);
      if (!failure) return Begin(*request.turn, account, *std::move(lease));
      request.tried.push_back(lease->account().name);
      request.until = clock_.ms() + kMaxWait;
      lease->Report(*failure);
    }
  }

  void LookAgain(Request request) {
    const std::int64_t at = clock_.ms() + std::max<std::int64_t>(1, clock_.wanted().count());
    events_.push({at, std::make_shared<Request>(std::move(request)), nullptr});
  }

  void Begin(const Turn& turn, std::size_t account, Lease lease) {
    ++outcome_.served;
    waits_.push_back(clock_.ms() - turn.at_ms);
    const auto [home, is_new] = homes_.emplace(turn.conversation, account);
    if (!is_new && std::exchange(home->second, account) != account) ++outcome_.moved;
    outcome_.peak = std::max(outcome_.peak, ++under_way_[account]);
    const std::int64_t first_byte = FirstByteOf(account);
    outcome_.first_byte += static_cast<double>(first_byte);
    const Success success{Duration(first_byte), turn.tokens + 500, turn.tokens};
    events_.push({clock_.ms() + first_byte + 4'000, nullptr,
                  std::make_shared<Answer>(Answer{std::move(lease), success, account})});
  }

  void Finish(Answer& answer) {
    --under_way_[answer.account];
    answer.lease.Report(answer.success);
  }

  Outcome Summary() {
    outcome_.asked = static_cast<long>(day_.turns().size());
    outcome_.most = day_.Most(kMaxWait);
    outcome_.refused = upstream_.refused();
    outcome_.first_byte /= static_cast<double>(std::max(1L, outcome_.served));
    std::sort(waits_.begin(), waits_.end());
    if (!waits_.empty()) outcome_.wait_p99 = Duration(waits_[waits_.size() * 99 / 100]);
    return outcome_;
  }

  const Day& day_;
  Upstream upstream_;
  Machines& machines_;
  VirtualClock& clock_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<int, std::size_t> homes_;  ///< the account of each conversation
  std::vector<long> under_way_;
  std::vector<std::int64_t> waits_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  Outcome outcome_;
};

class OneMachine : public Machines {
 public:
  OneMachine(std::size_t accounts, Scheduling scheduling)
      : pool_(ConfigOf(accounts, scheduling), clock_, nullptr) {}
  VirtualClock& clock() override { return clock_; }
  Pool& Next() override { return pool_; }

 private:
  VirtualClock clock_;
  Pool pool_;
};

}  // namespace

Outcome RunDay(const std::vector<Tier>& accounts, const Load& load, Scheduling scheduling) {
  OneMachine machine(accounts.size(), scheduling);
  return RunDay(accounts, load, machine);
}

Outcome RunDay(const std::vector<Tier>& accounts, const Load& load, Machines& machines) {
  const Day day(accounts, load.of_day, load.of_minute);
  return Simulation(accounts, day, machines).Run();
}

std::shared_ptr<const config::Config> ConfigOf(std::size_t accounts, Scheduling scheduling) {
  auto config = std::make_shared<config::Config>();
  config->proxy.scheduling = scheduling;
  for (std::size_t i = 0; i < accounts; ++i) {
    config::Account& account = config->accounts.emplace_back();
    account.name = NameOf(i);
    account.api_key = Secret("key-of-" + account.name);
  }
  return config;
}

std::vector<Tier> Accounts(std::size_t free, std::size_t paid) {
  std::vector<Tier> accounts(free, kFree);
  accounts.insert(accounts.end(), paid, kPaid);
  return accounts;
}

std::string TableHead() {
  return fmt::format(
      "{:>8}  {:<8}  {:<17}  {:>7} {:>7} {:>7} {:>7} {:>6} {:>7} {:>9} {:>11} {:>5}\n", "accounts",
      "day", "mode", "asked", "most", "served", "share", "429s", "moved", "wait p99", "first byte",
      "peak");
}

std::string TableLine(std::size_t accounts, const Load& load, Scheduling scheduling,
                      const Outcome& outcome) {
  return fmt::format(
      "{:>8}  {:<8}  {:<17}  {:>7} {:>7} {:>7} {:>6.1f}% {:>6} {:>7} {:>6} ms {:>8.0f} ms {:>5}\n",
      accounts, load.name, config::Word(scheduling), outcome.asked, outcome.most, outcome.served,
      outcome.share() * 100, outcome.refused, outcome.moved, outcome.wait_p99.count(),
      outcome.first_byte, outcome.peak);
}

}  // namespace agm::simulation
