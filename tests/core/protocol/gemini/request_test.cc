#include "core/protocol/gemini/request.h"

#include <gtest/gtest.h>

#include <string>

#include "core/protocol/gemini/tools.h"

namespace agm::protocol {
namespace {

chat::Request Asking() {
  chat::Request request;
  chat::Message message;
  message.blocks.emplace_back(chat::Text{"hi", {}, {}});
  request.messages.push_back(message);
  return request;
}

bool MayCite(const chat::Request& request) {
  const auto written = WriteGeminiRequest(request, TraitsOf("gemini-3-flash-preview"), {});
  return written && written->reading.citations;
}

// The reader keeps an answer's text for the offsets of citations only if citations may come.
TEST(GeminiRequest, ExpectsCitationsOfToolsThatLookThingsUp) {
  EXPECT_FALSE(MayCite(Asking()));
  chat::Request functions = Asking();
  functions.tools.emplace_back().name = "f";
  EXPECT_FALSE(MayCite(functions));
  chat::Request search = Asking();
  search.hosted_tools.push_back(chat::HostedTool::kWebSearch);
  EXPECT_TRUE(MayCite(search));
  chat::Request own = Asking();
  own.extra[kGeminiTools] = R"({"enterpriseWebSearch":{}})";
  EXPECT_TRUE(MayCite(own));
}

}  // namespace
}  // namespace agm::protocol
