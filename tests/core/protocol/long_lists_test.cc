// Converts requests with very long lists. A body may have millions of items, so the time that a list
// takes must grow with its length, not with the square of it.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>
#include <ostream>
#include <string>
#include <string_view>

#include "core/protocol/anthropic/messages.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/upstream_request.h"
#include "core/protocol/responses/responses.h"
#include "core/protocol/schema/schema.h"
#include "tests/support/sanitized.h"

namespace agm::protocol {
namespace {

constexpr int kFew = 3'000;
constexpr int kMany = 8 * kFew;
/// Eight times the items took up to twelve times the time, for memory that the system must give.
/// With the square it is 64 times.
constexpr double kMost = 20;
constexpr double kNoise = 0.3;

/// Of this thread.
double Seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// `form` with the numbers from 0 on in the place of `{0}`, separated by commas.
std::string List(int count, std::string_view form) {
  std::string list;
  for (int i = 0; i < count; ++i) {
    if (i > 0) list += ',';
    list += fmt::format(fmt::runtime(form), i);
  }
  return list;
}

const Dialect& ResponsesApi() {
  static const Responses responses;
  return responses;
}

struct LongList {
  std::string name;
  const Dialect& (*dialect)();
  std::string (*body)(int);  ///< with lists of so many items
};

void PrintTo(const LongList& list, std::ostream* out) { *out << list.name; }

constexpr std::string_view kHi = R"({"role":"user","content":"hi"})";

std::string Chat(std::string_view messages, std::string_view more = {}) {
  return fmt::format(R"({{"model":"gemini-2.5-pro","messages":[{},{}]{}}})", kHi, messages, more);
}

std::string Messages(std::string_view messages, std::string_view more = {}) {
  return fmt::format(R"({{"model":"gemini-2.5-pro","max_tokens":9,"messages":[{},{}]{}}})", kHi,
                     messages, more);
}

std::string Input(std::string_view items, std::string_view more = {}) {
  return fmt::format(R"({{"model":"gemini-2.5-pro","input":[{},{}]{}}})", kHi, items, more);
}

std::string WithSchema(std::string_view schema) {
  constexpr std::string_view kFormat =
      R"(,"response_format":{{"type":"json_schema","json_schema":{{"name":"x","schema":{}}}}})";
  return Chat(kHi, fmt::format(kFormat, schema));
}

constexpr std::string_view kCall =
    R"({{"id":"c{0}","type":"function","function":{{"name":"t{0}","arguments":"{{}}"}}}})";
constexpr std::string_view kResult = R"({{"role":"tool","tool_call_id":"c{0}","content":"x"}})";

const LongList kLists[] = {
    {"ChatMessagesOfOneSide", &OpenAiChat,
     [](int n) { return Chat(List(n, R"({{"role":"user","content":"m{0}"}})")); }},
    {"ChatParts", &OpenAiChat,
     [](int n) {
       return Chat(R"({"role":"user","content":[)" + List(n, R"({{"type":"text","text":"m{0}"}})") +
                   "]}");
     }},
    {"ChatCallsOfOneTurn", &OpenAiChat,
     [](int n) {
       return Chat(R"({"role":"assistant","tool_calls":[)" + List(n, kCall) + "]}," +
                   List(n, kResult));
     }},
    {"ChatCallsWithOneId", &OpenAiChat,
     [](int n) {
       return Chat(List(n, R"({{"role":"assistant","tool_calls":[{{"id":"c","type":"function",)"
                           R"("function":{{"name":"t","arguments":"{{}}"}}}}]}},)"
                           R"({{"role":"tool","tool_call_id":"c","content":"{0}"}})"));
     }},
    {"ChatTextsBehindResults", &OpenAiChat,
     [](int n) {
       return Chat(List(n, R"({{"role":"assistant","tool_calls":[{{"id":"c{0}","type":"function",)"
                           R"("function":{{"name":"t","arguments":"{{}}"}}}}]}},)"
                           R"({{"role":"tool","tool_call_id":"c{0}","content":"x"}},)"
                           R"({{"role":"user","content":"m{0}"}})"));
     }},
    {"ChatTools", &OpenAiChat,
     [](int n) {
       return Chat(kHi, R"(,"tools":[)" +
                            List(n, R"({{"type":"function","function":{{"name":"t{0}"}}}})") + "]");
     }},
    {"ChatToolsWithLongNames", &OpenAiChat,
     [](int n) {
       const std::string name(99, 'x');
       return Chat(
           kHi, R"(,"tools":[)" +
                    List(n, R"({{"type":"function","function":{{"name":")" + name + R"({0}"}}}})") +
                    "]");
     }},
    {"ChatToolsOfWhichAllAreAllowed", &OpenAiChat,
     [](int n) {
       return Chat(
           kHi, R"(,"tools":[)" + List(n, R"({{"type":"function","function":{{"name":"t{0}"}}}})") +
                    R"(],"tool_choice":{"type":"allowed_tools","allowed_tools":{)"
                    R"("mode":"auto","tools":[)" +
                    List(n, R"({{"type":"function","function":{{"name":"t{0}"}}}})") + "]}}");
     }},
    {"ChatFunctionCalls", &OpenAiChat,
     [](int n) {
       return Chat(List(n, R"({{"role":"assistant","function_call":{{"name":"f{0}",)"
                           R"("arguments":"{{}}"}}}})") +
                   "," + List(n, R"({{"role":"function","name":"g{0}","content":"x"}})"));
     }},
    {"ChatFieldsThatNobodyKnows", &OpenAiChat,
     [](int n) { return Chat(kHi, "," + List(n, R"("k{0}":1)")); }},
    {"SchemaKeywords", &OpenAiChat,
     [](int n) { return WithSchema("{" + List(n, R"("k{0}":1)") + "}"); }},
    {"SchemaProperties", &OpenAiChat,
     [](int n) {
       return WithSchema(R"({"type":"object","properties":{)" + List(n, R"("k{0}":{{}})") +
                         R"(},"required":[)" + List(n, R"("k{0}")") + "]}");
     }},
    {"SchemaDefinitions", &OpenAiChat,
     [](int n) {
       return WithSchema(R"({"type":"object","properties":{)" +
                         List(n, R"("a{0}":{{"$ref":"#/$defs/d{0}"}})") + R"(},"$defs":{)" +
                         List(n, R"("d{0}":{{"type":"string"}})") + "}}");
     }},
    {"SchemaDefinitionsInside", &OpenAiChat,
     [](int n) {
       return WithSchema(R"({"type":"object","properties":{)" +
                         List(n, R"("a{0}":{{"$ref":"#/$defs/d{0}","$defs":{{"q":{{}}}}}})") +
                         "}}");
     }},
    {"MessagesCallsOfOneTurn", &AnthropicMessages,
     [](int n) {
       return Messages(R"({"role":"assistant","content":[)" +
                       List(n, R"({{"type":"tool_use","id":"c{0}","name":"t","input":{{}}}})") +
                       R"(]},{"role":"user","content":[)" +
                       List(n, R"({{"type":"tool_result","tool_use_id":"c{0}"}})") + "]}");
     }},
    {"MessagesThoughts", &AnthropicMessages,
     [](int n) {
       return Messages(List(n, R"({{"role":"assistant","content":[{{"type":"thinking",)"
                               R"("thinking":"{0}","signature":"c3Vw"}}]}})"));
     }},
    {"MessagesSearches", &AnthropicMessages,
     [](int n) {
       return Messages(
           R"({"role":"assistant","content":[)" +
           List(n, R"({{"type":"server_tool_use","id":"c{0}","name":"web_search","input":{{}}}},)"
                   R"({{"type":"web_search_tool_result","tool_use_id":"c{0}","content":[]}})") +
           "]}," + std::string(kHi));
     }},
    {"ResponsesCallsAndThenOutputs", &ResponsesApi,
     [](int n) {
       return Input(List(n, R"({{"type":"function_call","call_id":"c{0}","name":"t",)"
                            R"("arguments":"{{}}"}})") +
                    "," +
                    List(n, R"({{"type":"function_call_output","call_id":"c{0}",)"
                            R"("output":"x"}})"));
     }},
    {"ResponsesOutputsFarBehindTheirCalls", &ResponsesApi,
     [](int n) {
       return Input(List(n, R"({{"type":"function_call","call_id":"c{0}","name":"t",)"
                            R"("arguments":"{{}}"}},{{"role":"user","content":"m{0}"}})") +
                    "," +
                    List(n, R"({{"type":"function_call_output","call_id":"c{0}",)"
                            R"("output":"x"}})"));
     }},
    {"ResponsesCallsWithOneId", &ResponsesApi,
     [](int n) {
       return Input(List(n, R"({{"type":"function_call","call_id":"c","name":"t",)"
                            R"("arguments":"{{}}"}})") +
                    "," +
                    List(n, R"({{"type":"function_call_output","call_id":"c",)"
                            R"("output":"{0}"}})"));
     }},
    {"ResponsesNamespaces", &ResponsesApi,
     [](int n) {
       return Input(kHi, R"(,"tools":[)" +
                             List(n, R"({{"type":"namespace","name":"n{0}","tools":[{{)"
                                     R"("type":"function","name":"t"}}]}})") +
                             "]");
     }},
};

class LongLists : public testing::TestWithParam<LongList> {
 protected:
  /// The seconds that reading the body takes, and writing it for each kind of upstream.
  static double Convert(const std::string& body) {
    GeminiWriteOptions options;
    options.signatures = [](std::string_view, std::string_view) { return std::string(); };
    const double start = Seconds();
    const auto request = GetParam().dialect().ReadRequest(body);
    if (!request) {
      ADD_FAILURE() << request.error().message;
      return 0;
    }
    EXPECT_TRUE(WriteGeminiRequest(*request, TraitsOf("gemini-2.5-pro"), options));
    EXPECT_TRUE(WriteOpenAiRequest(*request, {"llama3.3"}));
    if (!request->format.schema.empty()) LowerSchema(request->format.schema);
    return Seconds() - start;
  }
};

TEST_P(LongLists, TakeTimeInProportion) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer's time says nothing";
  const double few = Convert(GetParam().body(kFew));
  const double many = Convert(GetParam().body(kMany));
  EXPECT_LT(many, kMost * few + kNoise) << few << " s for " << kFew;
}

INSTANTIATE_TEST_SUITE_P(Conversions, LongLists, testing::ValuesIn(kLists),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace agm::protocol
