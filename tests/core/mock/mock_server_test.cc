#include "core/mock/mock_server.h"

#include <poll.h>

#include <chrono>
#include <thread>

#include "tests/core/mock/served_mock.h"

namespace agm::mock {
namespace {

using MockServerTest = ServedMock;

// The server's thread updates its counters slightly after the client has received the bytes.
template <class Condition>
bool Soon(Condition condition) {
  for (int i = 0; i < 1000 && !condition(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

TEST_F(MockServerTest, SaysThatItIsAMockAndEchoes) {
  const Answered answer = Generate(Asking("Hello"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string text = ShownText(answer.json());
  EXPECT_NE(text.find("mock"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("Hello")) << text;
  EXPECT_EQ(answer.json()["candidates"][0]["finishReason"], "STOP");
  EXPECT_EQ(answer.json()["modelVersion"], "gemini-3.8-flash");
}

TEST_F(MockServerTest, StreamsWordByWordWithCrLf) {
  const Answered answer = Stream(Asking("Grüße, 世界 🌍!"));
  ASSERT_EQ(answer.status, 200);
  ASSERT_TRUE(answer.complete);
  EXPECT_NE(answer.head.find("text/event-stream"), std::string::npos);
  const auto events = Events(answer.body);
  ASSERT_GT(events.size(), 5U);
  std::string text;
  for (const Json& event : events) text += ShownText(event);
  EXPECT_EQ(text, ShownText(Generate(Asking("Grüße, 世界 🌍!")).json()));
  EXPECT_EQ(events.back()["candidates"][0]["finishReason"], "STOP");
  EXPECT_FALSE(events.front()["candidates"][0].contains("finishReason"));
  EXPECT_EQ(answer.body.find("[DONE]"), std::string::npos);
}

TEST_F(MockServerTest, ListsTheCachesOfTheAskingKeyOnly) {
  const Answered made =
      Post(port(), "/v1beta/cachedContents",
           R"({"model":"models/m","contents":[{"parts":[{"text":"hi"}]}]})", "mine");
  ASSERT_EQ(made.status, 200) << made.body;
  Json own = Get(port(), "/v1beta/cachedContents", "mine").json();
  ASSERT_EQ(own["cachedContents"].size(), 1U) << DumpJson(own);
  EXPECT_EQ(own["cachedContents"][0]["name"], made.json()["name"]);
  EXPECT_EQ(Get(port(), "/v1beta/cachedContents", "another").json(), Json::object());
}

TEST_F(MockServerTest, FinishesOnceInAStream) {
  for (const std::string_view model : {"gemini-2.5-flash", "gemini-3.8-flash"}) {
    int finishes = 0;
    for (const Json& event :
         Events(Call(model, "streamGenerateContent?alt=sse", Asking("Hello")).body)) {
      finishes += event["candidates"][0].contains("finishReason") ? 1 : 0;
    }
    EXPECT_EQ(finishes, 1) << model;
  }
}

TEST_F(MockServerTest, CountsTheSameInAStreamAsInOnePiece) {
  const std::string body = Asking("Hello", R"("generationConfig":{"candidateCount":2})");
  const auto events = Events(Call("gemini-2.5-flash", "streamGenerateContent?alt=sse", body).body);
  const Json whole = Call("gemini-2.5-flash", "generateContent", body).json();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back()["usageMetadata"], whole["usageMetadata"]);
  EXPECT_EQ(whole["candidates"].size(), 2U);
}

TEST_F(MockServerTest, StreamsAJsonArrayWithoutAltSse) {
  const Answered answer = Call("gemini-3.8-flash", "streamGenerateContent", Asking("Hello"));
  ASSERT_EQ(answer.status, 200);
  ASSERT_TRUE(answer.json().is_array()) << answer.body;
  EXPECT_GT(answer.json().size(), 5U);
  const Answered bad = Call("gemini-3.8-flash", "streamGenerateContent", "{}");
  EXPECT_EQ(bad.status, 400);
  EXPECT_TRUE(bad.json().is_array()) << "errors come in an array too";
}

TEST_F(MockServerTest, PausesBetweenWords) {
  Start({.pace = Duration(20)});
  const auto begin = std::chrono::steady_clock::now();
  const auto events = Events(Stream(Asking("one two three")).body);
  const auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_GT(events.size(), 5U);
  EXPECT_GE(took, std::chrono::milliseconds(20 * (static_cast<int>(events.size()) - 2)));
}

TEST_F(MockServerTest, ListsModelsInPages) {
  std::vector<std::string> names;
  std::string token;
  do {
    const Json page = Get(port(), "/v1beta/models?pageSize=7&pageToken=" + token).json();
    ASSERT_LE(page["models"].size(), 7U);
    for (const Json& model : page["models"]) names.push_back(model["name"]);
    token = page.value("nextPageToken", "");
  } while (!token.empty());
  EXPECT_GT(names.size(), 20U);
  EXPECT_EQ(std::count(names.begin(), names.end(), "models/gemini-4-neon"), 1);
  EXPECT_EQ(Get(port(), "/v1beta/models?pageToken=x").status, 400);
}

TEST_F(MockServerTest, DescribesOneModel) {
  const Json model = Get(port(), "/v1/models/gemini-2.5-pro").json();
  EXPECT_EQ(model["inputTokenLimit"], 1'048'576);
  EXPECT_EQ(model["thinking"], true);
  EXPECT_EQ(Get(port(), "/v1beta/models/gemini-2.0-flash").status, 404);
}

TEST_F(MockServerTest, TakesEveryCredentialAndAnyVersion) {
  const auto status = [&](std::string_view path, std::string_view header) {
    const RawClient client(port());
    const std::string body = Asking("x");
    client.Send(
        fmt::format("POST {} HTTP/1.1\r\nHost: m\r\n{}Connection: close\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    path, header, body.size(), body));
    return ReadAnswer(client.ReceiveAll()).status;
  };
  constexpr std::string_view kPath = "/v1beta/models/gemini-2.5-flash:generateContent";
  EXPECT_EQ(status(kPath, "X-Goog-Api-Key: a\r\n"), 200);
  EXPECT_EQ(status(kPath, "Authorization: bearer  a\r\n"), 200);
  EXPECT_EQ(status("/v1alpha/models/gemini-2.5-flash%3AgenerateContent?key=a", ""), 200);
  EXPECT_EQ(status("/v1/projects/p/locations/global/publishers/google/models/"
                   "gemini-2.5-flash:generateContent",
                   "Authorization: Bearer a\r\n"),
            200);
  EXPECT_EQ(status(kPath, ""), 403);
  EXPECT_EQ(status(kPath, "x-goog-api-key: a\r\nAuthorization: Bearer b\r\n"), 400);
  EXPECT_EQ(status("/v2/models/gemini-2.5-flash:generateContent", "x-goog-api-key: a\r\n"), 404);
}

TEST_F(MockServerTest, GivesAccessTokens) {
  const Answered good = Post(port(), "/token", "grant_type=refresh_token&refresh_token=r", "");
  EXPECT_EQ(good.status, 200);
  EXPECT_FALSE(good.json().value("access_token", "").empty());
  EXPECT_EQ(good.json()["expires_in"], 3599);
  const Answered bad = Post(port(), "/token", "grant_type=refresh_token&refresh_token=revoked", "");
  EXPECT_EQ(bad.json()["error"], "invalid_grant");
  EXPECT_EQ(Post(port(), "/token", "", "").status, 400);
  EXPECT_EQ(Post(port(), "/token", "grant_type=authorization_code&code=c", "").status, 200);
  EXPECT_EQ(Post(port(), "/token", "grant_type=refresh_token&client_id=i", "").status, 400);
  EXPECT_EQ(Post(port(), "/token", "refresh_token=r", "").status, 400);
}

TEST_F(MockServerTest, KeepsTheConnectionAcrossAStream) {
  const RawClient client(port());
  std::string ask =
      PostText("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", Asking("x"), "k");
  ask.replace(ask.find("Connection: close\r\n"), 19, "");
  for (int i = 0; i < 3; ++i) {
    client.Send(ask);
    std::string all;
    ASSERT_TRUE(client.ReceiveUntil("\r\n0\r\n\r\n", all)) << i;
  }
  EXPECT_EQ(mock_->stats().accepted, 1);
  EXPECT_EQ(mock_->stats().requests, 3);
}

TEST_F(MockServerTest, ReadsBodiesInChunksAndPiecemeal) {
  const RawClient client(port());
  client.Send(
      "POST /v1beta/models/gemini-2.5-flash:generateContent?key=k HTTP/1.1\r\nHost: m\r\n"
      "Transfer-Encoding: chunked\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n");
  std::string all;
  ASSERT_TRUE(client.ReceiveUntil("100 Continue\r\n\r\n", all));
  const std::string body = Asking("pieces");
  for (const char c : body) client.Send(fmt::format("1\r\n{}\r\n", c));
  client.Send("0\r\nTrailer: x\r\n\r\n");
  const Answered answer = ReadAnswer(client.ReceiveAll());
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(MockServerTest, RefusesWhatIsNoHttp) {
  const RawClient client(port());
  client.Send("HELLO\r\n\r\n");
  const Answered answer = ReadAnswer(client.ReceiveAll());
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.head.find("text/html"), std::string::npos) << answer.head;
}

TEST_F(MockServerTest, CountsOnlyThoseWhoLeaveBeforeTheirReply) {
  Generate(Asking("x"));
  {
    const RawClient silent(port());
    EXPECT_TRUE(Soon([&] { return mock_->stats().open == 1; }));
  }
  {
    const RawClient impatient(port());
    impatient.Send("POST /v1beta/models HTTP/1.1\r\nContent-Length: 9\r\n\r\n");
  }
  EXPECT_TRUE(Soon([&] { return mock_->stats().accepted == 3 && mock_->stats().open == 0; }));
  EXPECT_EQ(mock_->stats().aborted, 0);
}

TEST_F(MockServerTest, NoticesThatAClientLeft) {
  Start({.pace = Duration(10'000)});
  {
    const RawClient client(port());
    client.Send(PostText("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
                         Asking("x"), "k"));
    std::string all;
    ASSERT_TRUE(client.ReceiveUntil("data: ", all));
    EXPECT_TRUE(Soon([&] { return mock_->stats().busy == 1; }));
  }
  EXPECT_TRUE(Soon([&] { return mock_->stats().aborted == 1; }));
  EXPECT_EQ(mock_->stats().busy, 0);
}

TEST_F(MockServerTest, HoldsManyStreamsOnOneThread) {
  Start({.pace = Duration(60'000)});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->Send(PostText("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
                                  Asking("x"), "k"));
  }
  EXPECT_TRUE(Soon([&] { return mock_->stats().busy == 300; }));
  EXPECT_EQ(mock_->stats().most_busy, 300);
  for (const auto& client : clients) {
    std::string all;
    EXPECT_TRUE(client->ReceiveUntil("data: ", all));
  }
  EXPECT_EQ(Generate(Asking("x")).status, 200) << "and still answers";
}

TEST_F(MockServerTest, CountsByKeyAndModelAndMasksRealKeys) {
  const std::string real = "AIza" + std::string(30, 'x') + "last";
  Generate(Asking("x"), "work");
  Generate(Asking("x"), "work");
  Generate(Asking("x"), real);
  EXPECT_EQ(mock_->stats().requests_of("work"), 2);
  const Json stats = Get(port(), "/__mock/stats", "").json();
  EXPECT_EQ(stats["by_key"]["work"], 2);
  EXPECT_EQ(stats["by_model"]["gemini-3.8-flash"], 3);
  EXPECT_EQ(stats["by_status"]["200"], 3);
  EXPECT_EQ(DumpJson(stats).find(real), std::string::npos);
}

TEST_F(MockServerTest, KeepsTheNewestRequestsForTests) {
  Start({.keep_requests = 2});
  for (const std::string_view text : {"one", "two", "three"}) Generate(Asking(text), "key");
  const auto seen = mock_->TakeRequests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].body, Asking("two"));
  EXPECT_EQ(seen[1].key, "key");
  EXPECT_EQ(seen[1].path, "/v1beta/models/gemini-3.8-flash:generateContent");
  EXPECT_TRUE(mock_->TakeRequests().empty());
}

TEST_F(MockServerTest, StopsListening) {
  const int was = port();
  mock_->Stop();
  EXPECT_FALSE(RawClient(was).connected());
  mock_->Stop();
}

TEST(MockServer, SaysThatAPortIsTaken) {
  auto first = MockServer::Start({});
  ASSERT_TRUE(first);
  const auto second = MockServer::Start({.port = (*first)->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConfig);
  EXPECT_NE(second.error().message.find(std::to_string((*first)->port())), std::string::npos);
}

TEST(MockServer, RefusesAnInvalidScript) {
  const auto started = MockServer::Start({.script = R"({"steps":[{"do":{"eror":"x"}}]})"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kConfig);
  EXPECT_NE(started.error().message.find("steps[0].do.eror"), std::string::npos)
      << started.error().message;
}

}  // namespace
}  // namespace agm::mock
