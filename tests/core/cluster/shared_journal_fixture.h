#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/cluster/shared_journal.h"
#include "tests/core/cluster/link_fixture.h"

namespace agm::cluster {

using store::PoolJournal;
using test::Eventually;
using Cooldown = PoolJournal::Cooldown;

inline constexpr std::int64_t kForever = 9'007'199'254'740'991;
inline const std::string kBetween = "\x1f";

class LocalJournal : public PoolJournal {
 public:
  std::vector<Cooldown> LoadCooldowns() override { return {}; }
  void SaveCooldown(const Cooldown& cooldown) override { saved.push_back(cooldown); }
  void DropCooldowns(const std::string& account) override { dropped.push_back(account); }
  void SaveBelonging(const Belonging& one) override {
    belongings.push_back(one.account + "|" + one.project + "|" + one.credential);
  }
  std::vector<Cooldown> saved;
  std::vector<std::string> dropped;
  std::vector<std::string> belongings;
};

class NotedCopies : public store::Copies {
 public:
  void Announce(Kind kind, const std::string& key, const std::string& value) override {
    if (kind == Kind::kTie) announced.push_back(key + "=" + value);
  }
  void Follow(Kind kind, Receive receive) override {
    if (kind == Kind::kTie) tie = std::move(receive);
  }
  void Keep(const std::string&, std::string, Duration) override {}
  void Drop(const std::string&) override {}
  std::optional<std::string> Find(const std::string&) override { return std::nullopt; }

  std::vector<std::string> announced;
  Receive tie;
};

/// A journal with a pool of which each call is noted. The machine's clock is a minute behind the
/// server's once the link is connected; before, it is the server's.
class SharedJournalServerTest : public ScriptedLinkTest {
 protected:
  void SetUp() override {
    ScriptedLinkTest::SetUp();
    if (IsSkipped()) return;
    Make();
    journal = std::make_unique<SharedJournal>(local, *link, copies, clock);
    journal->Attach({[this](const Cooldown& cooldown) { adopted.push_back(cooldown); },
                     [this](const std::string& owner) { healed.push_back(owner); },
                     [this](const PoolJournal::Belonging& one) {
                       belongings.push_back(one.account + "|" + one.project + "|" + one.credential);
                     },
                     [this](const PoolJournal::Quota& quota) { quotas.push_back(quota); },
                     [this](const PoolJournal::Tie& tie) {
                       ties.push_back(tie.conversation + "=" + tie.account);
                     },
                     [this] { return cooling; }});
  }
  void Start() {
    server_ahead = 60'000;
    link->Start();
    link->AwaitConnected(5s);
    ASSERT_TRUE(link->connected());
  }
  /// The n-th script that the server was sent.
  Command Script(std::size_t n = 0) const {
    EXPECT_TRUE(Eventually([&] { return server->Count("EVAL") > n; }));
    const auto all = server->All("EVAL");
    return n < all.size() ? all[n] : Command(12);
  }
  std::int64_t Ms(WallTime time) const { return time.time_since_epoch().count(); }
  std::int64_t ServerNow() const { return Ms(link->server_clock().Now()); }
  Cooldown Cooling(const std::string& account, Duration time) const {
    Cooldown cooldown;
    cooldown.account = account;
    cooldown.model = "m";
    cooldown.reason = "minute_quota";
    cooldown.until = clock.Wall() + time;
    cooldown.strikes = 2;
    cooldown.counts_until = clock.Wall() + 2 * time;
    cooldown.credential = "print";
    cooldown.said = "Slow down.";
    return cooldown;
  }
  static std::string Written(const std::string& owner, std::int64_t until, std::int64_t at) {
    return Json{{"owner", owner},        {"model", "m"},         {"reason", "minute_quota"},
                {"until", until},        {"strikes", 2},         {"counts_until", until + 5},
                {"credential", "print"}, {"said", "Slow down."}, {"at", at}}
        .dump();
  }
  /// Joins with this state on the server; what is asked after it is noted in `asked`.
  Result<void> JoinWith(const std::vector<std::string>& recoveries,
                        const std::vector<std::string>& cooldowns,
                        const std::vector<std::string>& learned = {}) {
    const auto list = [](const std::vector<std::string>& texts) {
      Reply reply;
      reply.kind = Reply::Kind::kList;
      for (const std::string& text : texts) {
        Reply item;
        item.kind = Reply::Kind::kText;
        item.text = text;
        reply.items.push_back(item);
      }
      return reply;
    };
    asked.clear();
    return journal->Join([&](const std::vector<Command>& commands) -> Result<std::vector<Reply>> {
      asked.insert(asked.end(), commands.begin(), commands.end());
      if (commands.front().front() != "HGETALL") {
        return std::vector<Reply>(commands.size());
      }
      return std::vector<Reply>{list(recoveries), list(cooldowns), list(learned)};
    });
  }
  std::vector<std::string> AdoptedOwners() const {
    std::vector<std::string> owners;
    for (const Cooldown& each : adopted) owners.push_back(each.account);
    return owners;
  }
  std::vector<Command> Repairs() const { return {asked.begin() + 3, asked.end()}; }

  LocalJournal local;
  NotedCopies copies;
  std::unique_ptr<SharedJournal> journal;
  std::vector<Cooldown> adopted;
  std::vector<std::string> healed;
  std::vector<std::string> belongings;
  std::vector<PoolJournal::Quota> quotas;
  std::vector<std::string> ties;
  std::vector<Cooldown> cooling;
  std::vector<Command> asked;
};

}  // namespace agm::cluster
