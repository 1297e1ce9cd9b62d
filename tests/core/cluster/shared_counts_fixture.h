#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/cluster/count_script.h"
#include "core/cluster/shared_counts.h"
#include "tests/core/cluster/link_fixture.h"

namespace agm::cluster {

using store::Claim;
using store::OthersRequests;
using store::Question;
using store::Shares;
using test::Eventually;

inline constexpr const char* kGroup = "project:p/m";

/// What this machine uses in a group, and what it hears of the others. The link may ask for it as
/// long as it lives.
class Group {
 public:
  Group(SharedCounts& counts, const std::string& name) {
    heard_before = counts.Follow(
        name, {[state = state_](TimePoint, WallTime) {
                 const std::lock_guard lock(state->mutex);
                 return state->shares;
               },
               [state = state_] { return state->running.load(); },
               [state = state_](const OthersRequests& others) { state->heard.push_back(others); }});
  }
  void Set(Shares all) {
    const std::lock_guard lock(state_->mutex);
    state_->shares = std::move(all);
  }
  void Run(std::int64_t requests) { state_->running = requests; }
  const std::vector<OthersRequests>& heard() const { return state_->heard; }

  OthersRequests heard_before;

 private:
  struct State {
    std::mutex mutex;
    Shares shares;
    std::atomic<std::int64_t> running = 0;
    std::vector<OthersRequests> heard;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class SharedCountsServerTest : public ScriptedLinkTest {
 protected:
  void SetUp() override {
    ScriptedLinkTest::SetUp();
    if (IsSkipped()) return;
    Make();
    counts = std::make_unique<SharedCounts>(*link, clock, "machine");
    link->Follow("counts", *counts);
    Says("SCRIPT", Bulk("sha"));
    Says("EVALSHA", "*1\r\n:0\r\n");
  }
  void Start() {
    link->Start();
    link->AwaitConnected(5s);
    ASSERT_TRUE(link->connected());
    ASSERT_TRUE(Hears("PEXPIRE", 1));
  }
  /// Two seconds pass, and the link lets the counts renew what they told.
  void Renewed() {
    const std::size_t before = server->Count("PEXPIRE");
    clock.Advance(2s);
    ASSERT_TRUE(Hears("PEXPIRE", before + 1));
    Settle();
  }
  /// The groups of the n-th message to the other machines.
  Json News(std::size_t n) const {
    EXPECT_TRUE(Eventually([&] { return server->Count("PUBLISH") > n; }));
    const auto all = server->All("PUBLISH");
    if (n >= all.size()) return {};
    EXPECT_EQ(all[n][1], "agm:changes");
    const std::string& text = all[n][2];
    EXPECT_TRUE(text.starts_with("counts\n" + link->instance() + "\n")) << text;
    const auto news = ParseJson(text.substr(text.find('{')));
    if (!news) return text;
    EXPECT_EQ((*news)["from"], link->instance());
    return (*news)["groups"];
  }
  static Json Part(std::int64_t begun, std::int64_t running) {
    return Json{{"begun", begun}, {"running", running}};
  }
  void HearFrom(const std::string& instance, const std::string& group, std::int64_t begun,
                std::int64_t running) const {
    counts->Hear(Json{{"from", instance}, {"groups", {{group, Part(begun, running)}}}}.dump());
  }
  static Shares Used(std::uint64_t version, std::vector<std::int64_t> seconds = {},
                     std::int64_t held = 0) {
    Shares shares;
    shares.version = version;
    if (!seconds.empty()) shares.counters.push_back({"requests", std::move(seconds)});
    if (held != 0) shares.counters.push_back({"parallel", {}, 0, {}, held});
    return shares;
  }

  std::unique_ptr<SharedCounts> counts;
};

}  // namespace agm::cluster
