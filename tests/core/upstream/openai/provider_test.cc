// The provider against the embedded upstream, which speaks OpenAI's API with each of the oddities.

#include "core/upstream/openai/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/chat/response.h"
#include "core/http/client/curl_transport.h"
#include "core/mock/mock_server.h"
#include "core/mock/openai_answer.h"
#include "core/upstream/call.h"
#include "tests/support/fake_transport.h"

namespace agm::upstream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OpenAiProviderTest : public testing::Test {
 protected:
  void SetUp() override {
    auto mock = mock::MockServer::Start(
        {.pace = Duration(0), .speaks = mock::Speaks::kOpenAi, .keep_requests = 10});
    ASSERT_TRUE(mock) << mock.error().message;
    mock_ = *std::move(mock);
    account_.kind = config::AccountKind::kOpenAi;
    account_.base_url = mock_->base_url() + "/v1";
  }

  static chat::Request Ask(const std::string& text, bool stream) {
    chat::Request request;
    chat::Message message;
    message.blocks = {chat::Text{text, {}}};
    request.messages = {message};
    request.stream = stream;
    return request;
  }

  std::variant<chat::Response, Failure> Answer(const chat::Request& request) {
    const auto outgoing = OpenAiProvider().WriteChat({request, "llama3.3"});
    auto started = Call::Start(Sends(), {OpenAiProvider(), account_, Secret()}, *outgoing);
    if (auto* failure = std::get_if<Failure>(&started)) return std::move(*failure);
    auto& call = *std::get<std::unique_ptr<Call>>(started);
    chat::Fold fold;
    while (auto event = call.Next(SystemClock().Now() + std::chrono::seconds(10))) {
      fold.Add(*std::move(event));
    }
    if (call.failure()) return *call.failure();
    return *std::move(fold).Finish();
  }

  Sender Sends() { return {transport_, {}, NeverCancelled()}; }

  std::unique_ptr<mock::MockServer> mock_;
  http::CurlTransport transport_;
  config::Account account_;
};

std::string TextOf(const std::variant<chat::Response, Failure>& answer) {
  if (const auto* failure = std::get_if<Failure>(&answer)) return failure->error.message;
  std::string all;
  for (const auto& block : std::get<chat::Response>(answer).choices.at(0).blocks) {
    if (const auto* text = std::get_if<chat::Text>(&block)) all += text->text;
  }
  return all;
}

TEST_F(OpenAiProviderTest, ReadsEachOddityToTheSameAnswer) {
  const std::string expected = TextOf(Answer(Ask("Hello there", true)));
  EXPECT_THAT(expected, HasSubstr("Hello there"));
  chat::Request calls = Ask("call look {\"x\":1}\ncall look {\"x\":2}", true);
  chat::Tool tool;
  tool.name = "look";
  tool.parameters = R"({"type":"object","properties":{"x":{"type":"integer"}}})";
  calls.tools = {tool};
  for (const std::string_view odd : mock::Oddities()) {
    ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"match":{"method":"chat"},"do":{"odd":")" +
                                 std::string(odd) + R"("}}]})"));
    EXPECT_EQ(TextOf(Answer(Ask("Hello there", true))), expected) << odd;
    const auto called = Answer(calls);
    ASSERT_TRUE(std::holds_alternative<chat::Response>(called)) << odd << ": " << TextOf(called);
    const chat::Choice& choice = std::get<chat::Response>(called).choices.at(0);
    EXPECT_EQ(choice.finish, chat::FinishReason::kToolCalls) << odd;
    ASSERT_EQ(choice.blocks.size(), 2U) << odd;
    EXPECT_EQ(std::get<chat::ToolCall>(choice.blocks[0]).arguments, R"({"x":1})") << odd;
    EXPECT_EQ(std::get<chat::ToolCall>(choice.blocks[1]).arguments, R"({"x":2})") << odd;
  }
}

TEST_F(OpenAiProviderTest, ClassifiesAnErrorInsideAStream) {
  ASSERT_TRUE(
      mock_->SetScript(R"({"steps":[{"do":{"error":"overloaded","fail_after_events":1}}]})"));
  const auto answer = Answer(Ask("Hello", true));
  ASSERT_TRUE(std::holds_alternative<Failure>(answer));
  EXPECT_EQ(RowOf(std::get<Failure>(answer).trouble).code, ErrorCode::kOverloaded);
}

TEST_F(OpenAiProviderTest, ReadsTheDelayOfAQuotaError) {
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"error":"quota-minute","retry":"7s"}}]})"));
  const auto answer = Answer(Ask("Hello", false));
  ASSERT_TRUE(std::holds_alternative<Failure>(answer));
  EXPECT_EQ(std::get<Failure>(answer).retry_delay, Duration(7'000));
}

TEST_F(OpenAiProviderTest, ListsModelsAndEmbedsTexts) {
  const auto listed = OpenAiProvider().ListModels(Sends(), account_, Secret());
  ASSERT_TRUE(std::holds_alternative<std::vector<ModelEntry>>(listed));
  EXPECT_EQ(std::get<std::vector<ModelEntry>>(listed).front().id, "llama3.3");
  const std::vector<std::string> texts = {"a", "b"};
  const auto question = OpenAiProvider().WriteEmbeddings(account_, {}, texts, "llama3.3");
  auto body = Fetch(Sends(), {OpenAiProvider(), account_, Secret()}, question->question);
  chat::Embeddings embeddings;
  ASSERT_TRUE(OpenAiProvider().ReadEmbeddings(std::get<std::string>(body), 2, embeddings));
  EXPECT_EQ(embeddings.vectors.size(), 2U);
}

TEST(OpenAiModels, ReadsWhatServersList) {
  test::FakeTransport transport;
  config::Account account;
  account.kind = config::AccountKind::kOpenAi;
  account.base_url = "https://openrouter.example/api/v1";
  transport.Answer(
      test::FakeAnswer::Json(R"({"data":[{"id":"a/b:free","context_length":8192,"top_provider":)"
                             R"({"max_completion_tokens":2048}},{"id":"v","max_model_len":4096},)"
                             R"({"id":"l","meta":{"n_ctx_train":1024}},{"object":"model"},)"
                             R"({"id":"e","type":"embeddings"},{"id":"f","type":"embedding"}]})"));
  const auto listed =
      OpenAiProvider().ListModels({transport, {}, NeverCancelled()}, account, Secret("sk"));
  const auto& models = std::get<std::vector<ModelEntry>>(listed);
  ASSERT_EQ(models.size(), 5U);
  EXPECT_EQ(models[0].id, "a/b:free");
  EXPECT_TRUE(models[0].chats);
  EXPECT_FALSE(models[3].chats);
  EXPECT_FALSE(models[4].chats);
  EXPECT_EQ(models[0].input_limit, 8192);
  EXPECT_EQ(models[0].output_limit, 2048);
  EXPECT_EQ(models[1].input_limit, 4096);
  EXPECT_EQ(models[2].input_limit, 1024);
  EXPECT_EQ(transport.sent().at(0).url, "https://openrouter.example/api/v1/models");
  EXPECT_EQ(transport.sent().at(0).credential, "Bearer sk");
}

TEST(OpenAiEmbeddings, ReadsPackedVectorsAndAnyOrder) {
  chat::Embeddings out;
  ASSERT_TRUE(OpenAiProvider().ReadEmbeddings(
      R"({"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":"AACAPw=="}]})", 2, out));
  EXPECT_THAT(out.vectors, ElementsAre(ElementsAre(1.0F), ElementsAre(2.0F)));
  EXPECT_FALSE(OpenAiProvider().ReadEmbeddings(R"({"data":[{"embedding":[1]}]})", 2, out));
}

}  // namespace
}  // namespace agm::upstream
