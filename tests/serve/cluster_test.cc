// Several processes of the program that share their state on a server.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/json.h"
#include "core/keys/key_text.h"
#include "core/mock/mock_server.h"
#include "tests/support/eventually.h"
#include "tests/support/program.h"
#include "tests/support/raw_client.h"
#include "tests/support/redis_server.h"
#include "tests/support/temp_dir.h"

namespace agm::test {
namespace {

using namespace std::chrono_literals;

/// Waits longer than other tests, because several processes start beside each other.
bool InTime(const std::function<bool()>& is_so) { return Eventually(is_so, 10s); }

/// One `agm serve` with its own folders.
class Node {
 public:
  Node(const std::string& config, const std::string& name) {
    home_.Write(".config/agm/config.toml", config + "node = \"" + name + "\"\n");
    Start();
  }

  void Start() {
    agm_ = std::make_unique<Program>(
        std::vector<std::string>{Binary(), "serve"},
        Program::Environment{{"HOME", home_.path()}, {"PATH", "/usr/bin:/bin"}});
    ASSERT_TRUE(agm_->AwaitErr("auth ", 0, 30s)) << agm_->err();
    const std::string said = agm_->err();
    const std::string_view at = "://127.0.0.1:";
    port_ = std::stoi(said.substr(said.find(at) + at.size()));
  }
  int Stop() {
    agm_->Signal(SIGTERM);
    return agm_->Wait().value_or(-1000);
  }

  Json Get(const std::string& path) const {
    RawClient client(port_, 10s);
    client.Send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = client.Read();
    const auto json = answer ? ParseJson(answer->body) : Result<Json>(Json());
    return json ? *json : Json();
  }
  int Chat(const std::string& text = "hi", const std::string& key = {}) const {
    const auto answer =
        Post("/v1/chat/completions",
             {{"messages", Json::array({{{"role", "user"}, {"content", text}}})}}, key);
    return answer ? answer->status : 0;
  }
  Json Respond(Json request) const {
    const auto answer = Post("/v1/responses", std::move(request));
    const auto json = answer ? ParseJson(answer->body) : Result<Json>(Json());
    return json ? *json : Json();
  }
  /// The requests of `agm stats`, as this node's user runs it.
  std::int64_t Counted(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> command{Binary(), "stats", "--json"};
    command.insert(command.end(), options.begin(), options.end());
    Program stats(command, {{"HOME", home_.path()}, {"PATH", "/usr/bin:/bin"}});
    if (stats.Wait() != 0) return -1;
    const auto json = ParseJson(stats.out());
    return json ? (*json)["total"].value("requests", std::int64_t{-1}) : -1;
  }
  bool Degraded() const { return Get("/readyz").value("degraded", true); }
  /// The number of accounts with a cooldown.
  int Cooling() const {
    int cooling = 0;
    const Json all = Get("/agm/accounts");
    for (const Json& account : all.value("accounts", Json::array())) {
      if (!account["cooldowns"].empty()) ++cooling;
    }
    return cooling;
  }
  std::string err() const { return agm_->err(); }
  /// True if the server was too slow for this node, which then decided by itself.
  bool WasAlone() const {
    RawClient client(port_, 10s);
    client.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = client.Read();
    return !answer || answer->body.find("\nagm_cluster_missed_total 0\n") == std::string::npos ||
           err().find("the cluster's server is lost") != std::string::npos;
  }

 private:
  static std::string Binary() {
    const char* given = ::getenv("AGM_BIN");
    return given != nullptr ? given : AGM_BINARY;
  }
  std::optional<RawAnswer> Post(const std::string& path, Json request,
                                const std::string& key = {}) const {
    request["model"] = "gemini-2.5-flash";
    const std::string body = DumpJson(request);
    RawClient client(port_, 10s);
    const std::string auth = key.empty() ? "" : "Authorization: Bearer " + key + "\r\n";
    client.Send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + auth +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.Read();
  }

  TempDir home_;
  std::unique_ptr<Program> agm_;
  int port_ = 0;
};

class ClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RedisServer::Installed()) GTEST_SKIP() << "no redis-server on this machine";
    server_ = std::make_unique<RedisServer>();
    auto mock = mock::MockServer::Start({});
    ASSERT_TRUE(mock) << mock.error().message;
    mock_ = *std::move(mock);
  }

  std::string Account(const std::string& name, const std::string& key) const {
    return "[[accounts]]\nname = \"" + name + "\"\napi_key = \"" + key + "\"\nbase_url = \"" +
           mock_->base_url() + "\"\n";
  }
  /// Starts nodes whose first account has the key; the second one always works.
  void StartNodes(int count, const std::string& key, const std::string& more = {}) {
    const std::string config = "[proxy]\nport = 0\nscheduling = \"balance\"\n" +
                               Account("first", key) + more + Account("second", "AIza-second") +
                               "[cluster]\nurl = \"" + server_->url() + "\"\n";
    for (int i = 0; i < count; ++i) {
      nodes_.push_back(std::make_unique<Node>(config, "node" + std::to_string(i)));
      if (HasFatalFailure()) return;
    }
    for (const auto& node : nodes_) {
      ASSERT_TRUE(InTime([&] { return !node->Degraded(); })) << node->err();
    }
  }

  /// False on a machine so busy that the server answered too late.
  bool AllWereConnected() const {
    return std::ranges::none_of(nodes_, [](const auto& node) { return node->WasAlone(); });
  }

  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<mock::MockServer> mock_;
  std::vector<std::unique_ptr<Node>> nodes_;
  int conversations_ = 0;
};

TEST_F(ClusterTest, ARateLimitOnOneNodeReachesAll) {
  StartNodes(3, "AIza-quota-minute-r30");
  ASSERT_EQ(nodes_.size(), 3U);
  for (int i = 0; i < 8 && nodes_[0]->Cooling() == 0; ++i) {
    EXPECT_EQ(nodes_[0]->Chat("conversation " + std::to_string(i)), 200);
  }
  const TimePoint begin = SystemClock().Now();
  ASSERT_EQ(nodes_[0]->Cooling(), 1);
  ASSERT_TRUE(InTime([&] { return nodes_[1]->Cooling() == 1 && nodes_[2]->Cooling() == 1; }));
  const double ms = std::chrono::duration<double, std::milli>(SystemClock().Now() - begin).count();
  RecordProperty("arrival_ms", std::to_string(ms));
  const long refused = mock_->stats().requests_of("AIza-quota-minute-r30");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(nodes_[1]->Chat(), 200);
    EXPECT_EQ(nodes_[2]->Chat(), 200);
  }
  EXPECT_EQ(mock_->stats().requests_of("AIza-quota-minute-r30"), refused);
}

TEST_F(ClusterTest, AStoredResponseContinuesOnTheOtherNodes) {
  StartNodes(2, "AIza-first");
  ASSERT_EQ(nodes_.size(), 2U);
  const Json first = nodes_[0]->Respond({{"input", "remember this"}});
  ASSERT_TRUE(first.contains("id")) << DumpJson(first);
  const std::string id = first["id"].get<std::string>();
  const Json second = nodes_[1]->Respond({{"input", "and now"}, {"previous_response_id", id}});
  if (!AllWereConnected()) GTEST_SKIP() << "this machine is too busy: the server answered late";
  EXPECT_EQ(second.value("status", ""), "completed") << DumpJson(second);
  EXPECT_EQ(nodes_[1]->Get("/v1/responses/" + id).value("id", ""), id);
}

TEST_F(ClusterTest, NoRequestFailsWhileTheServerIsPausedKilledOrEmpty) {
  StartNodes(2, "AIza-first");
  ASSERT_EQ(nodes_.size(), 2U);
  const auto all_serve = [&] {
    for (const auto& node : nodes_) {
      for (int i = 0; i < 5; ++i) EXPECT_EQ(node->Chat(), 200) << node->err();
    }
  };
  server_->Pause();
  all_serve();
  EXPECT_TRUE(InTime([&] { return nodes_[0]->Degraded() && nodes_[1]->Degraded(); }));
  all_serve();
  server_->Resume();
  EXPECT_TRUE(InTime([&] { return !nodes_[0]->Degraded() && !nodes_[1]->Degraded(); }));
  server_->Kill();
  all_serve();
  EXPECT_TRUE(InTime([&] { return nodes_[0]->Degraded() && nodes_[1]->Degraded(); }));
  EXPECT_TRUE(InTime(
      [&] { return nodes_[0]->err().find("the cluster's server is lost") != std::string::npos; }));
  server_->Start();
  EXPECT_TRUE(InTime([&] { return !nodes_[0]->Degraded() && !nodes_[1]->Degraded(); }));
  all_serve();
}

/// A key "ci" in the configuration, with limits.
std::string KeyTable(const keys::NewKey& made, const std::string& limits) {
  return "[[keys]]\nname = \"ci\"\nid = \"" + made.id + "\"\nhash = \"" + made.hash + "\"\n" +
         limits;
}

// A key that makes four requests per minute, on an account that serves three.
TEST_F(ClusterTest, TheLimitsOfAKeyAndOfAProjectHoldForAllNodesTogether) {
  const keys::NewKey made = keys::MakeKey();
  StartNodes(
      2, "AIza-first",
      "requests_per_minute = 3\npriority = -1\n" + KeyTable(made, "requests_per_minute = 4\n"));
  ASSERT_EQ(nodes_.size(), 2U);
  const std::string key = made.key.Reveal();
  const auto chat = [&](std::size_t node) {
    return nodes_[node]->Chat("conversation " + std::to_string(++conversations_), key);
  };
  std::vector<int> statuses;
  for (const std::size_t node : {0U, 1U, 0U, 1U, 0U, 1U}) statuses.push_back(chat(node));
  if (!AllWereConnected()) GTEST_SKIP() << "this machine is too busy: the server answered late";
  EXPECT_EQ(statuses, (std::vector{200, 200, 200, 200, 429, 429}));
  EXPECT_EQ(mock_->stats().requests_of("AIza-first"), 3);
  EXPECT_EQ(mock_->stats().requests_of("AIza-second"), 1);
}

// Each node counts alone for a while; the sum of both is known again at once.
TEST_F(ClusterTest, RequestsOfALimitedKeyAreAdmittedWithoutTheServerAndAddedAfterwards) {
  const keys::NewKey made = keys::MakeKey();
  StartNodes(2, "AIza-first",
             "requests_per_minute = 100\n" + KeyTable(made, "requests_per_minute = 10\n"));
  ASSERT_EQ(nodes_.size(), 2U);
  const std::string key = made.key.Reveal();
  server_->Kill();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(nodes_[0]->Chat("hi", key), 200);
    EXPECT_EQ(nodes_[1]->Chat("hi", key), 200);
  }
  server_->Start();
  ASSERT_TRUE(InTime([&] { return !nodes_[0]->Degraded() && !nodes_[1]->Degraded(); }));
  EXPECT_TRUE(InTime([&] { return nodes_[0]->Chat("hi", key) == 429; }));
  EXPECT_EQ(nodes_[1]->Chat("hi", key), 429);
}

TEST_F(ClusterTest, ThePageOfAnyNodeListsAllNodes) {
  StartNodes(2, "AIza-first");
  ASSERT_EQ(nodes_.size(), 2U);
  Json cluster;
  EXPECT_TRUE(InTime([&] {
    cluster = nodes_[1]->Get("/agm/status")["cluster"];
    return cluster["nodes"].size() == 2;
  })) << DumpJson(cluster);
  EXPECT_EQ(cluster["node"], "node1");
  EXPECT_EQ(cluster["state"], "connected");
  EXPECT_EQ(cluster["nodes"][0]["node"], "node0");
  EXPECT_EQ(cluster["nodes"][1]["node"], "node1");
  server_->Kill();
  EXPECT_TRUE(InTime([&] {
    cluster = nodes_[1]->Get("/agm/status")["cluster"];
    return cluster["state"] == "alone";
  })) << DumpJson(cluster);
  EXPECT_NE(cluster["why"], "");
  EXPECT_TRUE(cluster["nodes"].empty());
}

TEST_F(ClusterTest, TheStatisticsOfAnyNodeCoverAllNodes) {
  StartNodes(2, "AIza-first");
  ASSERT_EQ(nodes_.size(), 2U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(nodes_[0]->Chat(), 200);
  EXPECT_EQ(nodes_[1]->Chat(), 200);
  EXPECT_TRUE(InTime([&] { return nodes_[0]->Counted() == 4; }));
  EXPECT_TRUE(InTime([&] { return nodes_[1]->Counted() == 4; }));
  EXPECT_EQ(nodes_[0]->Counted({"--node", "node0"}), 3);
  EXPECT_EQ(nodes_[0]->Counted({"--node", "node1"}), 1);
  EXPECT_EQ(nodes_[0]->Counted({"--node", "nobody"}), -1);
  server_->Kill();
  EXPECT_EQ(nodes_[0]->Counted(), 3);
  server_->Start();  // it is empty
  EXPECT_TRUE(InTime([&] { return nodes_[1]->Counted() == 4; }));
}

TEST_F(ClusterTest, ANodeStartsWithoutTheServer) {
  server_->Kill();
  const std::string config = "[proxy]\nport = 0\n" + Account("first", "AIza-first") +
                             "[cluster]\nurl = \"" + server_->url() + "\"\n";
  Node node(config, "alone");
  EXPECT_EQ(node.Chat(), 200);
  EXPECT_TRUE(node.Degraded());
  server_->Start();
  EXPECT_TRUE(InTime([&] { return !node.Degraded(); })) << node.err();
  EXPECT_EQ(node.Stop(), 0);
}

}  // namespace
}  // namespace agm::test
