#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/accounts/pool.h"
#include "tests/support/fake_clock.h"

namespace agm::accounts {

using namespace std::chrono_literals;
using upstream::Failure;
using upstream::Trouble;

inline constexpr const char* kModel = "gemini-2.5-flash";

inline config::Account Named(const std::string& name, const std::string& project = {}) {
  config::Account account;
  account.name = name;
  account.api_key = Secret("key-of-" + name);
  account.base_url = "https://upstream.test";
  account.project = project;
  return account;
}

inline std::shared_ptr<const config::Config> Configured(
    std::vector<config::Account> accounts,
    config::Scheduling scheduling = config::Scheduling::kBalance) {
  config::Config config;
  config.proxy.scheduling = scheduling;
  config.accounts = std::move(accounts);
  return std::make_shared<const config::Config>(std::move(config));
}

inline Failure Of(Trouble trouble, std::optional<Duration> retry_delay = std::nullopt) {
  Failure failure;
  failure.trouble = trouble;
  failure.error = Fail(upstream::RowOf(trouble).code, "refused");
  failure.retry_delay = retry_delay;
  return failure;
}

/// Keeps saved state in memory, in place of the state file.
class MemoryJournal : public PoolJournal {
 public:
  std::vector<Cooldown> LoadCooldowns() override {
    std::vector<Cooldown> all;
    for (const auto& [key, cooldown] : cooldowns) all.push_back(cooldown);
    return all;
  }
  void SaveCooldown(const Cooldown& cooldown) override {
    cooldowns[{cooldown.account, cooldown.model + "/" + cooldown.reason}] = cooldown;
  }
  void DropCooldowns(const std::string& account) override {
    std::erase_if(cooldowns, [&](const auto& entry) { return entry.first.first == account; });
  }
  std::vector<Usage> LoadUsage() override {
    std::vector<Usage> all;
    for (const auto& [name, one] : usage) all.push_back(one);
    return all;
  }
  void SaveUsage(const Usage& one) override { usage[one.account] = one; }
  std::vector<Belonging> LoadBelongings() override { return belongings; }
  void SaveBelonging(const Belonging& one) override { belongings.push_back(one); }

  std::map<std::pair<std::string, std::string>, Cooldown> cooldowns;
  std::map<std::string, Usage> usage;
  std::vector<Belonging> belongings;
};

class PoolTest : public testing::Test {
 protected:
  Pool Make(std::vector<config::Account> accounts,
            config::Scheduling scheduling = config::Scheduling::kBalance) {
    return Pool(Configured(std::move(accounts), scheduling), clock_, &journal_);
  }

  Result<Lease> Take(Pool& pool, std::vector<std::string> tried = {}, Duration patience = 0ms,
                     const std::string& session = {}, const std::string& model = kModel) {
    return pool.Take({model, session, std::move(tried)}, clock_.Now() + patience, NeverCancelled());
  }

  /// The name of the account that the pool chooses; the error's message if there is none.
  std::string Given(Pool& pool, std::vector<std::string> tried = {}, Duration patience = 0ms,
                    const std::string& session = {}, const std::string& model = kModel) {
    auto lease = Take(pool, std::move(tried), patience, session, model);
    return lease ? lease->account().name : lease.error().message;
  }

  /// Takes `name` and reports a failure.
  void Break(Pool& pool, const std::string& name, const Failure& failure,
             const std::string& model = kModel) {
    auto lease = Only(pool, name, model);
    ASSERT_TRUE(lease) << lease.error().message;
    ASSERT_EQ(lease->account().name, name);
    lease->Report(failure);
  }

  void Succeed(Pool& pool, const std::string& name, const Success& success = {100ms, 10},
               const std::string& model = kModel) {
    auto lease = Only(pool, name, model);
    ASSERT_TRUE(lease) << lease.error().message;
    ASSERT_EQ(lease->account().name, name);
    lease->Report(success);
  }

  AccountStatus StatusOf(const Pool& pool, const std::string& name) {
    for (AccountStatus& status : pool.Status()) {
      if (status.name == name) return std::move(status);
    }
    ADD_FAILURE() << "no account " << name;
    return {};
  }

  test::FakeClock clock_;
  MemoryJournal journal_;

 private:
  Result<Lease> Only(Pool& pool, const std::string& name, const std::string& model) {
    std::vector<std::string> others;
    for (const AccountStatus& status : pool.Status()) {
      if (status.name != name) others.push_back(status.name);
    }
    return Take(pool, others, 0ms, {}, model);
  }
};

}  // namespace agm::accounts
