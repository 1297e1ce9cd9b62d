#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/mock/mock_server.h"
#include "tests/core/mock/raw_client.h"

namespace agm::mock {

/// A mock that runs during the test, and functions that send it requests.
class ServedMock : public testing::Test {
 protected:
  void Start(Options options) {
    auto started = MockServer::Start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    mock_ = std::move(*started);
  }
  void SetUp() override { Start({}); }

  int port() const { return mock_->port(); }

  Answered Call(std::string_view model, std::string_view method, std::string_view body,
                std::string_view key = "k") const {
    return Post(port(), fmt::format("/v1beta/models/{}:{}", model, method), body, key);
  }
  Answered Generate(std::string_view body, std::string_view key = "k") const {
    return Call("gemini-3.8-flash", "generateContent", body, key);
  }
  Answered Stream(std::string_view body, std::string_view key = "k") const {
    return Call("gemini-3.8-flash", "streamGenerateContent?alt=sse", body, key);
  }
  void Script(std::string_view json) const {
    const auto set = mock_->SetScript(json);
    ASSERT_TRUE(set) << set.error().message;
  }

  std::unique_ptr<MockServer> mock_;
};

/// A request with one user text.
inline std::string Asking(std::string_view text, std::string_view more = {}) {
  std::string quoted = DumpJson(Json(std::string(text)));
  return fmt::format(R"({{"contents":[{{"role":"user","parts":[{{"text":{}}}]}}]{}{}}})", quoted,
                     more.empty() ? "" : ",", more);
}

/// The visible text of an answer or event, without thoughts.
inline std::string ShownText(const Json& answer) {
  std::string out;
  if (!answer.contains("candidates")) return out;
  const Json& content = answer["candidates"][0]["content"];
  if (!content.contains("parts")) return out;
  for (const Json& part : content["parts"]) {
    if (!part.value("thought", false)) out += part.value("text", "");
  }
  return out;
}

}  // namespace agm::mock
