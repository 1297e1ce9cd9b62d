// Client keys with limits when the program is killed and restarted under load.

#include <atomic>
#include <cstdio>
#include <thread>

#include "core/keys/key_text.h"
#include "tests/serve/served.h"

namespace agm::test {
namespace {

class ServeKeysTest : public ServedTest {
 protected:
  std::string KeyText() {
    const keys::NewKey made = keys::MakeKey();
    key_ = made.key.Reveal();
    return "\n[[keys]]\nname = \"ci\"\nid = \"" + made.id + "\"\nhash = \"" + made.hash +
           "\"\nscopes = [\"inference\", \"read\"]\ntokens = { month = 1_000_000_000 }\n";
  }
  std::string Chat() const {
    std::string bytes = ChatBytes("hi");
    return bytes.insert(bytes.find("\r\n") + 2, "Authorization: Bearer " + key_ + "\r\n");
  }
  Json Me() const {
    RawClient client = Connect();
    client.Send("GET /agm/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key_ +
                "\r\n\r\n");
    const auto answer = client.Read();
    const auto json = ParseJson(answer ? answer->body : "");
    return json ? *json : Json();
  }

  std::string key_;
};

TEST_F(ServeKeysTest, AKillLosesNoSpendButThatOfTheLastSecond) {
  WriteConfig("time_zone = \"UTC\"\n", KeyText());
  std::atomic<long> answered{0};
  std::atomic<long> in_last_second{0};
  long tokens_each = 0;
  for (int round = 0; round < 4; ++round) {
    Serve({"--auth-mode", "strict"});
    const Json before = Me();
    ASSERT_TRUE(before.contains("spent")) << before.dump();
    const long spent = before["spent"]["month"]["tokens"].get<long>();
    if (round == 1) {
      ASSERT_EQ(Status(Chat()), 200);
      ++answered;
      tokens_each = Me()["spent"]["month"]["tokens"].get<long>() - spent;
      ASSERT_GT(tokens_each, 0);
    }
    if (tokens_each > 0) {
      std::printf(
          "restart %d: %ld requests answered, %ld in the ledger, at most %ld in the last "
          "second\n",
          round, answered.load() - (round == 1 ? 1 : 0), spent / tokens_each,
          in_last_second.load());
      EXPECT_LE(spent / tokens_each, answered + 4);
      EXPECT_GE(spent / tokens_each + in_last_second, answered - (round == 1 ? 1 : 0));
    }
    // Nothing of the killed process is still reserved.
    EXPECT_EQ(before["tokens"]["month"]["used"], spent);
    std::atomic<long> recent{0};
    std::atomic<bool> late{false};
    std::vector<std::thread> clients;
    for (int c = 0; c < 4; ++c) {
      clients.emplace_back([&] {
        RawClient client = Connect();
        for (;;) {
          if (!client.Send(Chat())) return;
          const auto answer = client.Read();
          if (!answer || answer->status != 200) return;
          ++answered;
          if (late) ++recent;
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    late = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    agm_->Signal(SIGKILL);
    EXPECT_EQ(agm_->Wait(), -SIGKILL);
    for (std::thread& each : clients) each.join();
    in_last_second += recent;
  }
}

TEST_F(ServeKeysTest, ACommandLimitsARunningGateway) {
  WriteConfig();
  Serve({"--auth-mode", "strict"});
  const Ran added = Run({"-q", "keys", "add", "ci", "--rpm", "1"});
  ASSERT_EQ(added.status, 0) << added.err;
  key_ = added.out.substr(0, added.out.find('\n'));
  ASSERT_TRUE(agm_->AwaitErr("configuration reloaded")) << Said();
  EXPECT_EQ(Status(Chat()), 200);
  EXPECT_EQ(Status(Chat()), 429);
  EXPECT_EQ(agm_->err().find(key_.substr(16)), std::string::npos);
  const std::size_t said = agm_->err().size();
  ASSERT_EQ(Run({"keys", "disable", "ci"}).status, 0);
  ASSERT_TRUE(agm_->AwaitErr("configuration reloaded", said)) << Said();
  EXPECT_EQ(Status(Chat()), 401);
}

}  // namespace
}  // namespace agm::test
