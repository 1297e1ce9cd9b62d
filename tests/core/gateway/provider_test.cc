// A further kind of upstream costs one provider and its row: the gateway, the pool and the
// configuration do not know it.

#include <gtest/gtest.h>

#include "core/base/queue.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/scripted_server.h"

namespace agm::gateway {
namespace {

using config::Account;

/// Reads an upstream that answers with plain text.
class PlainReader : public protocol::StreamReader {
 public:
  void Push(std::string_view bytes) override { text_ += bytes; }
  void Close() override {
    events_.push(chat::Started{});
    events_.push(chat::BlockStarted{});
    events_.push(chat::BlockDelta{0, text_, {}});
    events_.push(chat::BlockStopped{});
    events_.push(chat::Finished{{chat::ChoiceFinish{}}, {}});
  }
  std::optional<chat::Event> Next() override { return events_.pop(); }
  bool held() const override { return !events_.empty(); }
  const std::optional<protocol::UpstreamError>& upstream_error() const override { return error_; }

 private:
  std::string text_;
  Queue<chat::Event> events_;
  std::optional<protocol::UpstreamError> error_;
};

/// An upstream to which the last text is posted as it is.
class PlainProvider : public upstream::Provider {
 public:
  std::pair<std::string, Secret> CredentialHeader(const Account&, const Secret&) const override {
    return {};
  }
  upstream::Failure Classify(const Account&, const upstream::Refusal&) const override {
    return upstream::GarbageFailure("an error");
  }
  Result<upstream::Outgoing> WriteChat(const upstream::ChatOrder& order) const override {
    const auto& block = order.request.messages.back().blocks.back();
    return upstream::Outgoing{order.model, false, std::get<chat::Text>(block).text,
                              [] { return std::make_unique<PlainReader>(); }};
  }
  std::string ChatUrl(const Account& account, const upstream::Outgoing&) const override {
    return account.base_url + "/say";
  }
  std::variant<std::vector<upstream::ModelEntry>, upstream::Failure> ListModels(
      const upstream::Sender&, const Account&, const Secret&) const override {
    return std::vector<upstream::ModelEntry>();
  }
  std::variant<Duration, upstream::Failure> CheckCredential(const upstream::Sender&, const Account&,
                                                            const Secret&) const override {
    return Duration(0);
  }
};

TEST_F(GatewayTest, AnswersThroughAProviderThatItDoesNotKnow) {
  test::ScriptedServer server([](test::Visitor& visitor) {
    while (visitor.ReadRequest()) {
      visitor.Send(test::HttpAnswer("You said: " + visitor.body(), 200, "text/plain"));
    }
  });
  const PlainProvider plain;
  const upstream::Providers providers(plain);
  providers_ = &providers;
  config_.accounts.push_back(AccountOf("one", "key", server.url()));
  Start();
  const Got got = Chat("Hello");
  EXPECT_EQ(got.json()["choices"][0]["message"]["content"], "You said: Hello") << got.body;
  EXPECT_NE(Ask("POST", "/v1/chat/completions", ChatBody("Hi", true)).body.find("You said: Hi"),
            std::string::npos);
}

}  // namespace
}  // namespace agm::gateway
