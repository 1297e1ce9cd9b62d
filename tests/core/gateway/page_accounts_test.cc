// The form of the page that adds an account to the configuration file.

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <utility>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

class PageAccountsTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "AIza-work");
    folder_.Write("config.toml", kFile);
  }

  void StartWithFile() {
    Start();
    service_->LetEdit(folder_ / "config.toml", {});
  }

  Got Post(const std::string& body) {
    return Ask("POST", "/agm/accounts", body,
               {{"Content-Type", "application/json"}, {"X-Agm", "1"}});
  }

  /// Asks for an account at the mock.
  Got AddNew(const std::string& name, const std::string& key) {
    return Post(
        DumpJson({{"add", {{"name", name}, {"api_key", key}, {"base_url", mock_->base_url()}}}}));
  }

  static std::string MessageOf(const Got& got) {
    return got.json()["error"]["message"].get<std::string>();
  }

  std::string File() const { return folder_.Read("config.toml"); }

  static constexpr std::string_view kFile = "# mine\n[proxy]\nport = 8045\n";
  test::TempDir folder_;
};

TEST_F(PageAccountsTest, WritesAnAccountWhoseKeyTheUpstreamAccepts) {
  StartWithFile();
  const Got got = AddNew("spare", "AIza-spare");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["accounts"][0]["name"], "work");
  EXPECT_EQ(RequestsOf("AIza-spare"), 1);
  const std::string file = File();
  EXPECT_TRUE(file.starts_with(kFile)) << file;
  EXPECT_NE(file.find("name = \"spare\""), std::string::npos) << file;
  EXPECT_NE(file.find("api_key = \"AIza-spare\""), std::string::npos) << file;
  EXPECT_NE(file.find("base_url = \"" + mock_->base_url() + "\""), std::string::npos) << file;
}

TEST_F(PageAccountsTest, WritesNoAccountWhoseKeyTheUpstreamRefuses) {
  StartWithFile();
  const Got got = AddNew("spare", "key-invalid");
  EXPECT_EQ(got.status, 400);
  EXPECT_NE(MessageOf(got).find("the upstream did not accept the key: "), std::string::npos);
  EXPECT_NE(MessageOf(got).find("API key not valid"), std::string::npos) << got.body;
  EXPECT_EQ(File(), kFile);
}

TEST_F(PageAccountsTest, TakesAKeyThatIsOnlyOutOfQuota) {
  ASSERT_TRUE(mock_->SetScript(R"({"steps": [
      {"match": {"method": "models", "key": "AIza-minute"}, "do": {"error": "quota-minute"}},
      {"match": {"method": "models", "key": "AIza-day"}, "do": {"error": "quota-day"}}]})"));
  StartWithFile();
  EXPECT_EQ(AddNew("minute", "AIza-minute").status, 200);
  EXPECT_EQ(AddNew("day", "AIza-day").status, 200);
  EXPECT_NE(File().find("AIza-minute"), std::string::npos);
  EXPECT_NE(File().find("AIza-day"), std::string::npos);
}

/// A proxy that answers for "upstream.invalid", and remembers the heads of all requests.
class Proxy {
 public:
  std::string url() const { return server_.url(); }
  std::string heads() {
    std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  void Answer(test::Visitor& visitor) {
    while (visitor.ReadRequest()) {
      {
        std::lock_guard lock(mutex_);
        heads_ += visitor.head();
      }
      if (visitor.head().starts_with("CONNECT upstream.invalid:80 ")) {
        visitor.Send("HTTP/1.1 200 Connected\r\n\r\n");
      } else if (visitor.head().starts_with("CONNECT ")) {
        visitor.Send("HTTP/1.1 403 Forbidden\r\n\r\n");
        return;
      } else {
        visitor.Send(test::HttpAnswer(R"({"models":[]})"));
      }
    }
  }

  std::mutex mutex_;
  std::string heads_;
  test::ScriptedServer server_{[this](test::Visitor& visitor) { Answer(visitor); }};
};

TEST_F(PageAccountsTest, AsksThroughTheProxyOfTheConfiguration) {
  Proxy proxy;
  config_.proxy.upstream_proxy = proxy.url();
  StartWithFile();
  const Got got = Post(
      R"({"add":{"name":"spare","api_key":"AIza-spare","base_url":"http://upstream.invalid"}})");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_NE(proxy.heads().find("CONNECT upstream.invalid:80 "), std::string::npos);
  EXPECT_NE(File().find("base_url = \"http://upstream.invalid\""), std::string::npos) << File();
}

TEST_F(PageAccountsTest, AsksGoogleWhereTheFormNamesNoServer) {
  Proxy proxy;  // so that nothing leaves this machine
  config_.proxy.upstream_proxy = proxy.url();
  StartWithFile();
  const Got got = Post(R"({"add":{"name":"spare","api_key":"AIza-spare"}})");
  EXPECT_EQ(got.status, 400) << "the proxy refuses it";
  EXPECT_NE(proxy.heads().find("CONNECT generativelanguage.googleapis.com:443 "), std::string::npos)
      << proxy.heads();
  EXPECT_EQ(File(), kFile);
}

TEST_F(PageAccountsTest, RefusesANameAndAKeyThatThereAreAlready) {
  StartWithFile();
  const Got name = AddNew("work", "AIza-spare");
  EXPECT_EQ(name.status, 400);
  EXPECT_EQ(MessageOf(name), "there is an account 'work' already");
  const Got key = AddNew("spare", "AIza-work");
  EXPECT_EQ(key.status, 400);
  EXPECT_NE(MessageOf(key).find("account 'work' has this key already"), std::string::npos);
  EXPECT_EQ(RequestsOf("AIza-spare"), 0);
  EXPECT_EQ(File(), kFile);
}

TEST_F(PageAccountsTest, NamesTheMissingOrWrongMember) {
  StartWithFile();
  const auto param = [&](const std::string& body) {
    const Got got = Post(body);
    EXPECT_EQ(got.status, 400) << body;
    return got.json()["error"]["param"];
  };
  EXPECT_EQ(param(R"({"add":{"api_key":"AIza-spare"}})"), "add.name");
  EXPECT_EQ(param(R"({"add":{"name":7,"api_key":"AIza-spare"}})"), "add.name");
  EXPECT_EQ(param(R"({"add":{"name":"a b","api_key":"AIza-spare"}})"), "add.name");
  EXPECT_EQ(param(R"({"add":{"name":"spare"}})"), "add.api_key");
  EXPECT_EQ(param(R"({"add":{"name":"spare","api_key":""}})"), "add.api_key");
  const Got url = Post(R"({"add":{"name":"spare","api_key":"AIza-spare","base_url":"no url"}})");
  EXPECT_NE(MessageOf(url).find("base_url"), std::string::npos) << url.body;
  EXPECT_EQ(Post(R"({"add":)").status, 400);
  EXPECT_EQ(File(), kFile);
}

TEST_F(PageAccountsTest, SaysWhatToDoWithoutAConfigurationFile) {
  Start();
  const Got got = AddNew("spare", "AIza-spare");
  EXPECT_EQ(got.status, 400);
  EXPECT_NE(MessageOf(got).find("`agm accounts add`"), std::string::npos) << got.body;
  EXPECT_EQ(RequestsOf("AIza-spare"), 0);
}

TEST_F(PageAccountsTest, LeavesAFileWithErrorsAsItIs) {
  folder_.Write("config.toml", "port = = 1\n");
  StartWithFile();
  EXPECT_NE(AddNew("spare", "AIza-spare").status, 200);
  EXPECT_EQ(File(), "port = = 1\n");
}

TEST_F(PageAccountsTest, WaitsTwentySecondsForTheUpstreamsWord) {
  test::FakeTransport transport;
  transport_ = &transport;
  StartWithFile();
  EXPECT_EQ(AddNew("spare", "AIza-spare").status, 400);
  TearDown();  // before its network
  const auto sent = transport.sent();
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent[0].first_byte_timeout, std::chrono::seconds(20));
  EXPECT_LE(sent[0].deadline, SystemClock().Now() + std::chrono::seconds(20));
}

}  // namespace
}  // namespace agm::gateway
