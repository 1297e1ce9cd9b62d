// Secrets occur in the configuration and in upstream requests, and nowhere else. ServedTest
// searches for them after every test; the tests here try hard to leak them.

#include <sys/stat.h>

#include "tests/serve/served.h"
#include "tests/support/scripted_server.h"

namespace agm::test {
namespace {

class ServeSecretsTest : public ServedTest {
 protected:
  /// Searches the response for secrets and returns it.
  std::string Ask(const std::string& bytes) {
    RawClient client = Connect();
    client.Send(bytes);
    const auto answer = client.Read();
    EXPECT_TRUE(answer);
    const std::string all = answer ? answer->head + answer->body : "";
    EXPECT_EQ(CanaryIn(all), "");
    return all;
  }
  static std::string WithKey(std::string bytes, const std::string& key) {
    bytes.insert(bytes.find("\r\n") + 2, "Authorization: Bearer " + key + "\r\n");
    return bytes;
  }
};

TEST_F(ServeSecretsTest, ReachOnlyTheUpstream) {
  WriteConfig("auth_mode = \"strict\"\n");
  Serve({"--log-level", "debug"});
  for (const bool stream : {false, true}) {
    EXPECT_EQ(Ask(WithKey(ChatBytes("hi", stream), kCanaryClient)).substr(9, 3), "200");
  }
  for (const char* path : {"/metrics", "/agm/accounts", "/v1/models", "/readyz", "/nowhere"}) {
    Ask(WithKey(GetBytes(path), kCanaryClient));
  }
  Ask(WithKey(ChatBytes("hi"), kCanaryClient + "x"));  // wrong in one letter
  Ask(GetBytes("/v1beta/models?key=" + kCanaryClient + "y"));
  Ask(GetBytes("/v1/models?key=" + kCanaryClient));
  const auto seen = mock_->TakeRequests();
  ASSERT_FALSE(seen.empty());
  for (const auto& request : seen) {
    EXPECT_EQ(CanaryIn(request.path + "?" + request.query + request.body), "");
    for (const auto& [name, value] : request.headers) {
      const bool its_place = name == "x-goog-api-key" && value == kCanaryAccount;
      EXPECT_TRUE(its_place || CanaryIn(value).empty()) << name;
    }
  }
  EXPECT_EQ(Stop(), 0);
}

// Some upstreams echo a key in their errors, their headers, and redirects.
TEST_F(ServeSecretsTest, AreNotPassedOnWhereAnUpstreamEchoesThem) {
  std::atomic<int> turn = 0;
  ScriptedServer echo([&](Visitor& visitor) {
    while (visitor.ReadRequest()) {
      const std::string key = visitor.header("x-goog-api-key");
      const std::string header = "X-Echo: " + key + "\r\n";
      const std::string error = R"({"error":{"code":400,"status":"INVALID_ARGUMENT","message":")"
                                "bad request with key " +
                                key + R"( in ?key=)" + key + "\"}}";
      switch (turn++ % 4) {
        case 0:
          visitor.Send(HttpAnswer(error, 400, "application/json", header));
          break;
        case 1:
          visitor.Send(HttpAnswer("<html>" + key + "</html>", 502, "text/html", header));
          break;
        case 2:
          visitor.Send(
              HttpAnswer("", 302, "text/plain", "Location: http://127.0.0.1/?key=" + key + "\r\n"));
          break;
        default:
          visitor.Send("HTTP/1.1 200 " + key + "\r\n" + header + "\r\n{\"" + key);
          return;
      }
    }
  });
  ASSERT_TRUE(WriteFileAtomically(
      home_ / kConfig,
      "[proxy]\nport = 0\nmax_wait = 0\n[[accounts]]\nname = \"work\"\napi_key = \"" +
          kCanaryAccount + "\"\nbase_url = \"" + echo.url() + "\"\n"));
  Serve({"--log-level", "debug", "--log-format", "json"});
  for (int i = 0; i < 12; ++i) {
    EXPECT_NE(Ask(ChatBytes("hi", i % 2 == 1)).substr(9, 3), "200");
    Ask(GetBytes("/v1/models"));
  }
  Ask(GetBytes("/agm/accounts"));
  for (const char* command : {"list", "check", "show"}) {
    std::vector<std::string> arguments = {"accounts", command};
    if (command == std::string("show")) arguments.emplace_back("work");
    Run(arguments);
    arguments.emplace_back("--json");
    Run(arguments);
  }
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeSecretsTest, AreMaskedByEveryCommand) {
  Serve();
  environment_["AGM_PORT"] = std::to_string(port_);
  const std::vector<std::vector<std::string>> commands = {{"config", "show", "--origin"},
                                                          {"config", "check"},
                                                          {"accounts", "list"},
                                                          {"accounts", "show", "work"},
                                                          {"accounts", "check"},
                                                          {"models", "--upstream"},
                                                          {"probe"},
                                                          {"map", "list"},
                                                          {"accounts", "disable", "work"},
                                                          {"accounts", "enable", "work"},
                                                          {"map", "set", "a", "gemini-2.5-flash"}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.begin(), "-v");
    Run(command);
    command.emplace_back("--json");
    Run(command);
  }
  const Ran shown = Run({"config", "show"});
  EXPECT_NE(shown.out.find("AIza…"), std::string::npos) << shown.out;
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeSecretsTest, AreBlottedOutOfTheArguments) {
  const std::string key = kCanaryClient;
  Serve({"--auth-mode", "strict", "--api-key", key});  // checks the program's arguments
  EXPECT_EQ(Ask(WithKey(ChatBytes("hi"), key)).substr(9, 3), "200");
  EXPECT_EQ(Stop(), 0);
  Serve({"--auth-mode", "strict", "--api-key=" + key});
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeSecretsTest, AreInFilesThatOnlyTheirOwnerReads) {
  std::filesystem::remove(home_ / kConfig);
  environment_["KEY"] = "another-key";
  EXPECT_EQ(Run({"accounts", "add", "new", "--api-key-env", "KEY", "--no-check"}).status, 0);
  Serve({"--port", "0"});
  for (const std::string& name : {std::string(kConfig), std::string(kState) + "/state.db",
                                  std::string(kState) + "/run.json"}) {
    struct stat seen {};
    ASSERT_EQ(::stat((home_ / name).c_str(), &seen), 0) << name;
    EXPECT_EQ(seen.st_mode & 0777U, 0600U) << name;
  }
  EXPECT_EQ(Stop(), 0);
}

}  // namespace
}  // namespace agm::test
