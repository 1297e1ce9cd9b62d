#include "core/gateway/media.h"

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"
#include "tests/support/scripted_server.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::FakeTransport;

constexpr const char* kPng = "\x89PNG\r\n\x1a\n";
const std::vector<std::string> kOld = {"gemini-2.0-flash"};
const std::vector<std::string> kNew = {"gemini-3.8-flash"};

FakeAnswer Picture() {
  FakeAnswer answer;
  answer.headers = {{"content-type", "image/png"}};
  answer.pieces = {kPng};
  return answer;
}

chat::Media Image(const std::string& uri) {
  chat::Media media;
  media.uri = uri;
  media.place.path = "messages[0].content[1].image_url.url";
  return media;
}

chat::Request Asking(chat::Block block) {
  chat::Request request;
  chat::Message message;
  message.blocks = {chat::Text{"look", {}}, std::move(block)};
  request.messages = {message, message};
  return request;
}

const chat::Media& MediaOf(const chat::Request& request) {
  return std::get<chat::Media>(request.messages[1].blocks[1]);
}

class InlineMediaTest : public ::testing::Test {
 protected:
  Result<void> Inline(const std::vector<std::string>& targets) {
    MediaReaders readers;
    for (const std::string& target : targets) {
      const auto nature = upstream::BuiltInProviders().For({}).NatureOf(target);
      readers.urls = readers.urls && nature.urls;
      readers.urls_in_results = readers.urls_in_results && nature.urls_in_results;
    }
    return InlineMedia(transport_, readers, budget_, NeverCancelled(), request_);
  }

  FakeTransport transport_;
  MediaBudget budget_;
  chat::Request request_;
};

TEST(BudgetOf, IsNoLongerThanTheRequestAndNoLargerThanABody) {
  config::Proxy proxy;
  proxy.max_body_size = 1234;
  proxy.request_timeout = Duration(1);
  EXPECT_EQ(BudgetOf(proxy).bytes, 1234U);
  EXPECT_EQ(BudgetOf(proxy).time, Duration(1));
  proxy.request_timeout = std::chrono::hours(24);
  EXPECT_EQ(BudgetOf(proxy).time, MediaBudget().time);
}

TEST(LinksMedia, FindsAReferenceWhereverItStands) {
  EXPECT_TRUE(LinksMedia(Asking(Image("https://example.com/a"))));
  EXPECT_FALSE(LinksMedia(Asking(Image("gs://bucket/a"))));
  chat::Media bytes = Image("");
  bytes.data = "AAAA";
  EXPECT_FALSE(LinksMedia(Asking(bytes)));
  chat::Request further = Asking(bytes);
  further.further.push_back(Asking(Image("http://example.com/a")).messages);
  EXPECT_TRUE(LinksMedia(further));
  chat::ToolResult result;
  result.content = {chat::Text{"see", {}}, Image("https://example.com/a")};
  chat::Request tool = Asking(bytes);
  tool.messages.back().blocks.emplace_back(result);
  EXPECT_TRUE(LinksMedia(tool));
}

TEST_F(InlineMediaTest, LeavesToTheModelWhatItReadsItself) {
  for (const char* uri : {"https://example.com/a.png", "HTTPS://example.com/a"}) {
    request_ = Asking(Image(uri));
    ASSERT_TRUE(Inline(kNew));
    EXPECT_EQ(MediaOf(request_).uri, uri);
  }
  EXPECT_TRUE(transport_.sent().empty());
}

TEST_F(InlineMediaTest, FetchesOnceWhatAnOldModelCannotRead) {
  transport_.Answer(Picture());
  request_ = Asking(Image("https://example.com/a"));
  const auto done = Inline(kOld);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(MediaOf(request_).uri, "");
  EXPECT_EQ(MediaOf(request_).mime, "image/png");
  EXPECT_EQ(MediaOf(request_).data, EncodeBase64(kPng));
  EXPECT_EQ(transport_.sent().size(), 1U);
}

TEST_F(InlineMediaTest, FetchesWhereOneOfTheTargetsCannotRead) {
  transport_.Answer(Picture());
  request_ = Asking(Image("https://example.com/a"));
  ASSERT_TRUE(Inline({"gemini-3.8-flash", "gemini-2.0-flash"}));
  EXPECT_EQ(MediaOf(request_).uri, "");
}

TEST_F(InlineMediaTest, FetchesPlainHttpForEveryModel) {
  transport_.Answer(Picture());
  request_ = Asking(Image("http://example.com/a"));
  ASSERT_TRUE(Inline(kNew));
  EXPECT_FALSE(MediaOf(request_).data.empty());
}

TEST_F(InlineMediaTest, FetchesForAToolResultThatTakesOnlyBytes) {
  chat::ToolResult result;
  result.content = {Image("https://example.com/a")};
  transport_.AnswerBy([](const auto&) { return Picture(); });
  request_ = Asking(result);
  ASSERT_TRUE(Inline(kNew));
  const auto& block = std::get<chat::ToolResult>(request_.messages[0].blocks[1]);
  EXPECT_FALSE(std::get<chat::Media>(block.content[0]).data.empty());
  // Gemini 2.5 accepts media beside a tool result, also as references.
  request_ = Asking(result);
  ASSERT_TRUE(Inline({"gemini-2.5-flash"}));
  EXPECT_EQ(transport_.sent().size(), 1U);
}

TEST_F(InlineMediaTest, FetchesNothingThatOnlyTheUpstreamCanRead) {
  for (const char* uri : {"gs://bucket/a.png", "https://www.youtube.com/watch?v=x",
                          "https://generativelanguage.googleapis.com/v1beta/files/abc"}) {
    request_ = Asking(Image(uri));
    ASSERT_TRUE(Inline(kOld));
    EXPECT_EQ(MediaOf(request_).uri, uri);
  }
  EXPECT_TRUE(transport_.sent().empty());
}

TEST_F(InlineMediaTest, SaysWhereInTheRequestItFailed) {
  FakeAnswer missing = Picture();
  missing.status = 404;
  transport_.Answer(missing);
  request_ = Asking(Image("https://example.com/a"));
  const auto done = Inline(kOld);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(done.error().reason, "invalid_image_url");
  EXPECT_EQ(done.error().param, "messages[0].content[1].image_url.url");
  EXPECT_EQ(done.error().message,
            "messages[0].content[1].image_url.url: example.com: it answered with status 404");
}

TEST_F(InlineMediaTest, TakesNoTextForAPicture) {
  FakeAnswer page = Picture();
  page.headers = {{"content-type", "text/plain"}};
  page.pieces = {"no picture"};
  transport_.Answer(page);
  request_ = Asking(Image("https://example.com/a.png"));
  const auto done = Inline(kOld);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "invalid_image_url");
}

TEST_F(InlineMediaTest, BoundsWhatIsFetchedInAll) {
  transport_.AnswerBy([](const auto&) { return Picture(); });
  budget_.bytes = 20;  // one picture is 12 bytes of base64
  request_ = Asking(Image("https://example.com/a"));
  const auto done = Inline(kOld);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "invalid_image_url");
}

TEST_F(InlineMediaTest, MayTakeAllOfTheBudget) {
  transport_.AnswerBy([](const auto&) { return Picture(); });
  budget_.bytes = 24;
  request_ = Asking(Image("https://example.com/a"));
  const auto done = Inline(kOld);
  EXPECT_TRUE(done) << done.error().message;
}

TEST_F(InlineMediaTest, IsOfTheKindThatItsBytesAre) {
  transport_.Answer(Picture());
  chat::Media media = Image("https://example.com/a");
  media.kind = chat::MediaKind::kVideo;
  request_ = Asking(media);
  ASSERT_TRUE(Inline(kOld));
  EXPECT_EQ(MediaOf(request_).kind, chat::MediaKind::kImage);
}

TEST_F(InlineMediaTest, ReadsNoMoreThanWhatIsLeft) {
  transport_.AnswerBy([](const auto&) { return Picture(); });
  budget_.bytes = 5;
  request_ = Asking(Image("https://example.com/a"));
  const auto done = Inline(kOld);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("at most 5 bytes"), std::string::npos)
      << done.error().message;
}

TEST_F(InlineMediaTest, TakesNoLongerThanItsBudget) {
  request_ = Asking(Image("https://example.com/a"));
  EXPECT_FALSE(InlineMedia(transport_, {false, false}, budget_, NeverCancelled(), request_));
  const auto sent = transport_.sent();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_LE(sent[0].deadline, SystemClock().Now() + budget_.time);
}

TEST_F(InlineMediaTest, GivesACopyOnlyWhereItFetchedSomething) {
  transport_.AnswerBy([](const auto&) { return Picture(); });
  const auto fetch = [&](const std::string& uri) {
    request_ = Asking(Image(uri));
    auto fetched = FetchAllMedia(transport_, budget_, NeverCancelled(), request_);
    EXPECT_TRUE(fetched);
    return fetched ? *std::move(fetched) : nullptr;
  };
  EXPECT_EQ(fetch("gs://bucket/a.png"), nullptr);
  const auto fetched = fetch("https://example.com/a");
  ASSERT_NE(fetched, nullptr);
  EXPECT_EQ(MediaOf(*fetched).data, EncodeBase64(kPng));
  EXPECT_EQ(MediaOf(request_).uri, "https://example.com/a") << "the request itself is unchanged";
}

std::string LookAt(const std::string& url) {
  Json part = {{"type", "image_url"}, {"image_url", {{"url", url}}}};
  return DumpJson(
      Json{{"model", "gemini-2.5-flash"},
           {"messages", Json::array({{{"role", "user"}, {"content", Json::array({part})}}})}});
}

/// The media server is on loopback, where only a public name may lead in these tests.
class Redirected : public http::Transport {
 public:
  explicit Redirected(std::string url) : url_(std::move(url)) {}
  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation& cancellation) override {
    http::OutgoingRequest changed = request;
    changed.url = url_;
    return transport_.Send(changed, cancellation);
  }

 private:
  std::string url_;
  http::CurlTransport transport_;
};

void SendPicture(test::Visitor& visitor) {
  while (visitor.ReadRequest()) {
    visitor.Send(test::HttpAnswer("\x89PNG\r\n\x1a\n", 200, "image/png"));
  }
}

TEST_F(GatewayTest, FetchesAPictureThatUpstreamCannotReadAndSendsItsBytes) {
  test::ScriptedServer pictures(SendPicture);
  Add("work", "good-key");
  media_ = std::make_unique<Redirected>(pictures.url("/cat.png"));
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", LookAt("http://pictures.example.com/cat"));
  ASSERT_EQ(got.status, 200) << got.body;
  const auto sent = mock_->TakeRequests();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_NE(
      sent[0].body.find("\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"iVBORw0KGgo=\""),
      std::string::npos)
      << sent[0].body;
}

TEST_F(GatewayTest, FetchesAPictureThatOnlyOneOfTheTargetsReadsByItsAddress) {
  test::ScriptedServer pictures(SendPicture);
  Add("work", "good-key");
  config_.mapping.push_back({"gemini-2.5-flash", {"gemini-2.0-flash", "gemini-3.8-flash"}});
  media_ = std::make_unique<Redirected>(pictures.url("/cat.png"));
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", LookAt("https://pictures.example.com/cat"));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_NE(mock_->TakeRequests().back().body.find("iVBORw0KGgo="), std::string::npos);
}

TEST_F(GatewayTest, RefusesPicturesOfPrivateNetworksBeforeAnAccountIsTaken) {
  Add("work", "good-key");
  Start();
  for (const char* url : {"http://127.0.0.1/x", "https://localhost/x", "file:///etc/passwd"}) {
    const Got got = Ask("POST", "/v1/chat/completions", LookAt(url));
    EXPECT_EQ(got.status, 400) << got.body;
    EXPECT_EQ(got.json()["error"]["code"], "invalid_image_url");
    EXPECT_EQ(got.json()["error"]["param"], "messages[0].content[0].image_url.url");
  }
  EXPECT_EQ(RequestsOf("good-key"), 0);
}

// Gemini 3 reads addresses in a message, and in a tool's result only bytes.
TEST_F(GatewayTest, FetchesAPictureInAToolsResultForAModelThatTakesOnlyItsBytes) {
  test::ScriptedServer pictures(SendPicture);
  Add("work", "good-key");
  media_ = std::make_unique<Redirected>(pictures.url("/cat.png"));
  Start();
  const Json picture = {{"type", "image"},
                        {"source", {{"type", "url"}, {"url", "https://pictures.example.com/cat"}}}};
  const Json call = {{"type", "tool_use"}, {"id", "a"}, {"name", "f"}, {"input", Json::object()}};
  const Json result = {
      {"type", "tool_result"}, {"tool_use_id", "a"}, {"content", Json::array({picture})}};
  const Got got = Ask("POST", "/v1/messages",
                      DumpJson(Json{{"model", "gemini-3.8-flash"},
                                    {"max_tokens", 100},
                                    {"messages",
                                     {{{"role", "user"}, {"content", "look"}},
                                      {{"role", "assistant"}, {"content", Json::array({call})}},
                                      {{"role", "user"}, {"content", Json::array({result})}}}}}));
  ASSERT_EQ(got.status, 200) << got.body;
  const auto sent = mock_->TakeRequests();
  ASSERT_FALSE(sent.empty());
  EXPECT_NE(sent.back().body.find("\"data\":\"iVBORw0KGgo=\""), std::string::npos)
      << sent.back().body;
}

}  // namespace
}  // namespace agm::gateway
