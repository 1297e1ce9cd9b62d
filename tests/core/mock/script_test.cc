#include "core/mock/script.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace agm::mock {
namespace {

constexpr Occasion kCall{"my-work-key", "gemini-2.5-pro", "generateContent", R"({"a":"hello"})"};

std::string Problem(std::string_view json) {
  const auto script = Script::Read(json);
  return script ? "none" : script.error().message;
}

// The only step's fault for one call of a model's method.
Fault FaultOf(std::string_view doing) {
  auto script = Script::Read(fmt::format(R"({{"steps":[{{"do":{{{}}}}}]}})", doing));
  EXPECT_TRUE(script) << script.error().message;
  return script ? script->Match(kCall).value_or(Fault{}) : Fault{};
}

TEST(ScriptText, NamesTheInvalidMember) {
  struct Case {
    const char* json;
    const char* problem;
  };
  const std::vector<Case> cases = {
      {R"([])", R"(script: the whole: expected an object with "steps")"},
      {R"({"step":[]})", R"(script: step: no such member; expected "steps")"},
      {R"({"steps":{}})", "script: steps: expected an array"},
      {R"({"steps":[{},7]})", "script: steps[1]: expected an object"},
      {R"({"steps":[{"du":{}}]})",
       "script: steps[0].du: no such member; expected match, times or do"},
      {R"({"steps":[{"match":[]}]})", "script: steps[0].match: expected an object"},
      {R"({"steps":[{"match":{"key":7}}]})", "script: steps[0].match.key: expected a string"},
      {R"({"steps":[{"match":{"path":""}}]})",
       "script: steps[0].match.path: no such member; expected key, text, model, method or nth"},
      {R"({"steps":[{"match":{"nth":1.5}}]})",
       "script: steps[0].match.nth: expected a whole number, 0 or more"},
      {R"({"steps":[{"times":-1}]})", "script: steps[0].times: expected a whole number, 0 or more"},
      {R"({"steps":[{"times":1000000001}]})",
       "script: steps[0].times: expected a whole number, 0 or more"},
      {R"({"steps":[{"times":18446744073709551615}]})",
       "script: steps[0].times: expected a whole number, 0 or more"},
      {R"({"steps":[{"do":7}]})", "script: steps[0].do: expected an object"},
      {R"({"steps":[{"do":{"sing":1}}]})",
       "script: steps[0].do.sing: no such member; agm mock --help lists them"},
      {R"({"steps":[{"do":{"error":"quota"}}]})",
       "script: steps[0].do.error: no error class is called \"quota\"; agm mock --help lists them"},
      {R"({"steps":[{"do":{"error":7}}]})", "script: steps[0].do.error: expected a string"},
      {R"({"steps":[{"do":{"html":"503"}}]})",
       "script: steps[0].do.html: expected a whole number, 0 or more"},
      {R"({"steps":[{"do":{"garbage":1}}]})",
       "script: steps[0].do.garbage: expected true or false"},
      {R"({"steps":[{"do":{"headers":{"a":1}}}]})",
       "script: steps[0].do.headers.a: expected a string"},
      {R"({"steps":[{"do":{"close":"yes"}}]})",
       "script: steps[0].do.close: expected true or false"},
      {R"({"steps":[{"do":{"stall_ms":null}}]})",
       "script: steps[0].do.stall_ms: expected a whole number, 0 or more"},
      {R"({"steps":[{"do":{"text":["a"]}}]})", "script: steps[0].do.text: expected a string"},
      {R"({"steps":[{"do":{"odd":1}}]})", "script: steps[0].do.odd: expected a string"},
  };
  for (const Case& c : cases) EXPECT_EQ(Problem(c.json), c.problem) << c.json;
  EXPECT_TRUE(Problem("{").starts_with("script: not read: "));
  EXPECT_EQ(Problem(""), "none");
  EXPECT_EQ(Problem("{}"), "none");
  EXPECT_NE(Problem(R"({"steps":[{"do":{"split":"x"}}]})"), "none");
  EXPECT_EQ(Problem(R"({"steps":[{"times":1000000000,"match":{"nth":0},"do":{}}]})"), "none");
}

TEST(ScriptText, SetsWhatTheConnectionDoes) {
  EXPECT_EQ(FaultOf(R"("hang_ms":5)").delivery.hang, Duration(5));
  EXPECT_TRUE(FaultOf(R"("close":true)").delivery.refuse);
  EXPECT_FALSE(FaultOf(R"("close":false)").delivery.refuse);
  EXPECT_TRUE(FaultOf(R"("reset":true)").delivery.reset);
  EXPECT_EQ(FaultOf(R"("cut_after_bytes":7)").delivery.cut_after, 7U);
  EXPECT_EQ(FaultOf(R"("split":3)").delivery.write_bytes, 3U);
  EXPECT_EQ(FaultOf(R"("slow_ms":4)").delivery.write_pause, Duration(4));
  EXPECT_EQ(FaultOf(R"("cut_after_events":2)").cut_after_events, 2);
  EXPECT_EQ(FaultOf(R"("stall_after_events":2,"stall_ms":9)").stall, Duration(9));
}

TEST(ScriptText, SetsWhatIsAnswered) {
  EXPECT_EQ(FaultOf(R"("text":"")").text, "");
  EXPECT_EQ(FaultOf(R"("words":4)").words, 4);
  EXPECT_TRUE(FaultOf(R"("empty":true)").empty);
  EXPECT_EQ(FaultOf(R"("finish":"")").finish, "");
  EXPECT_EQ(FaultOf(R"("block":"SAFETY")").block, "SAFETY");
  EXPECT_EQ(FaultOf(R"("pace_ms":0)").pace, Duration(0));
  EXPECT_EQ(FaultOf(R"("odd":"roles")").odd, std::vector<std::string>{"roles"});
  const Fault body = FaultOf(R"("body":"x","content_type":"text/plain","status":418,
                                "headers":{"a":"1","b":"2"})");
  EXPECT_EQ(body.body, "x");
  EXPECT_EQ(body.content_type, "text/plain");
  EXPECT_EQ(body.status, 418);
  EXPECT_FALSE(body.error);
  const std::vector<std::pair<std::string, std::string>> headers = {{"a", "1"}, {"b", "2"}};
  EXPECT_EQ(body.headers, headers);
  EXPECT_TRUE(FaultOf(R"("garbage":true)").body);
  EXPECT_FALSE(FaultOf(R"("garbage":false)").body);
}

TEST(ScriptText, TurnsAStatusIntoTheErrorThatItMeans) {
  struct Case {
    int status;
    const char* name;
  };
  for (const Case& c :
       {Case{400, "INVALID_ARGUMENT"}, Case{401, "UNAUTHENTICATED"}, Case{403, "PERMISSION_DENIED"},
        Case{404, "NOT_FOUND"}, Case{429, "RESOURCE_EXHAUSTED"}, Case{500, "INTERNAL"},
        Case{503, "UNAVAILABLE"}, Case{504, "DEADLINE_EXCEEDED"}}) {
    const Fault fault = FaultOf(fmt::format(R"("status":{})", c.status));
    ASSERT_TRUE(fault.error) << c.status;
    EXPECT_EQ(fault.error->http, c.status);
    EXPECT_EQ(fault.error->status, c.name);
    EXPECT_FALSE(fault.error->html);
  }
  const Fault other = FaultOf(R"("status":502)");
  ASSERT_TRUE(other.error);
  EXPECT_TRUE(other.error->html);
  EXPECT_EQ(other.error->http, 502);
  EXPECT_TRUE(FaultOf(R"("html":500)").error->html);
}

TEST(ScriptText, ChangesTheStatusAndTheMessageOfAnError) {
  const Fault fault = FaultOf(R"("error":"overloaded","status":529,"message":"busy")");
  ASSERT_TRUE(fault.error);
  EXPECT_EQ(fault.error->http, 529);
  EXPECT_EQ(fault.error->status, "UNAVAILABLE");
  EXPECT_EQ(fault.error->message, "busy");
  EXPECT_NE(FaultOf(R"("error":"quota-day","retry":"7s")").error->message.find("retry in 7s"),
            std::string::npos);
  EXPECT_NE(FaultOf(R"("error":"quota-day")").error->message.find("gemini-2.5-pro"),
            std::string::npos);
}

TEST(ScriptText, FailsInsideAStreamWithAnErrorOfItsOwnOrAnOverload) {
  EXPECT_EQ(FaultOf(R"("fail_after_events":1)").error->status, "UNAVAILABLE");
  EXPECT_EQ(FaultOf(R"("fail_after_events":1,"error":"internal")").error->status, "INTERNAL");
  EXPECT_EQ(FaultOf(R"("fail_after_events":1,"status":429)").error->status, "RESOURCE_EXHAUSTED");
  EXPECT_TRUE(FaultOf(R"("fail_after_events":1,"raw":true)").raw_error);
}

// Which of the calls 1, 2, ... a step applies to, "y" or "n" each.
std::string Applied(std::string_view step, int calls, const Occasion& occasion = kCall) {
  auto script = Script::Read(fmt::format(R"({{"steps":[{{{}}}]}})", step));
  EXPECT_TRUE(script) << script.error().message;
  std::string applied;
  for (int i = 0; script && i < calls; ++i) applied += script->Match(occasion) ? 'y' : 'n';
  return applied;
}

TEST(ScriptSteps, ApplyAsOftenAsTheySay) {
  EXPECT_EQ(Applied("", 3), "yyy");
  EXPECT_EQ(Applied(R"("times":0)", 2), "nn");
  EXPECT_EQ(Applied(R"("times":2)", 4), "yynn");
  EXPECT_EQ(Applied(R"("match":{"nth":2})", 4), "nynn");
  EXPECT_EQ(Applied(R"("match":{"nth":1},"times":0)", 2), "nn");
}

TEST(ScriptSteps, ApplyToWhatTheyMatch) {
  const auto applies = [](std::string_view match, const Occasion& occasion = kCall) {
    return Applied(fmt::format(R"("match":{{{}}})", match), 1, occasion) == "y";
  };
  EXPECT_TRUE(applies(R"("key":"work")"));
  EXPECT_FALSE(applies(R"("key":"Work")"));
  EXPECT_TRUE(applies(R"("text":"hell")"));
  EXPECT_FALSE(applies(R"("text":"work")"));
  EXPECT_TRUE(applies(R"("model":"gemini-2.5-pro")"));
  EXPECT_TRUE(applies(R"("model":"*pro")"));
  EXPECT_FALSE(applies(R"("model":"gemini")"));
  EXPECT_TRUE(applies(R"("method":"generateContent")"));
  EXPECT_FALSE(applies(R"("method":"streamGenerateContent")"));
  EXPECT_FALSE(applies(R"("key":"work","model":"gemini-3*")"));
  const Occasion list{"k", "", "models", ""};
  const Occasion token{"k", "", "token", ""};
  EXPECT_FALSE(applies("", list));
  EXPECT_FALSE(applies("", token));
  EXPECT_TRUE(applies(R"("method":"models")", list));
  EXPECT_TRUE(applies(R"("method":"token")", token));
  EXPECT_FALSE(applies(R"("method":"token")", list));
}

TEST(ScriptSteps, LeaveARequestToTheNextStepOnceTheyAreUsedUp) {
  auto script = Script::Read(R"({"steps":[{"times":1,"do":{"text":"a"}},
      {"match":{"nth":2},"do":{"text":"b"}},{"do":{"text":"c"}}]})");
  ASSERT_TRUE(script);
  std::string texts;
  for (int i = 0; i < 5; ++i) texts += script->Match(kCall)->text.value_or("?");
  EXPECT_EQ(texts, "acbcc");  // a step counts only what no earlier step took
}

}  // namespace
}  // namespace agm::mock
