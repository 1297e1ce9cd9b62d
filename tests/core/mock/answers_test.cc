// The mock's answers.

#include <cmath>

#include "core/base/base64.h"
#include "tests/core/mock/served_mock.h"

namespace agm::mock {
namespace {

using AnswersTest = ServedMock;

constexpr std::string_view kWeather =
    R"("tools":[{"functionDeclarations":[{"name":"weather","parameters":{"type":"OBJECT",
       "properties":{"city":{"type":"STRING"},"days":{"type":"INTEGER","maximum":5}},
       "required":["city"]}},{"name":"time"}]}])";

Json Parts(const Answered& answer) { return answer.json()["candidates"][0]["content"]["parts"]; }

TEST_F(AnswersTest, GivesLogprobsWhereTheyAreAskedFor) {
  const auto candidate_of = [&](const std::string& body) {
    return Call("gemini-3-flash-preview", "generateContent", body).json()["candidates"][0];
  };
  EXPECT_FALSE(candidate_of(Asking("a b")).contains("logprobsResult"));
  const Json candidate =
      candidate_of(Asking("a b", R"("generationConfig":{"responseLogprobs":true,"logprobs":3})"));
  const Json& result = candidate["logprobsResult"];
  std::string text;
  for (const Json& token : result["chosenCandidates"]) {
    text += std::string(token["token"]);
    EXPECT_LT(double(token["logProbability"]), 0);
  }
  EXPECT_EQ(text, candidate["content"]["parts"][0]["text"]);
  ASSERT_EQ(result["topCandidates"].size(), result["chosenCandidates"].size());
  for (std::size_t i = 0; i < result["topCandidates"].size(); ++i) {
    const Json& top = result["topCandidates"][i]["candidates"];
    ASSERT_EQ(top.size(), 3U);
    EXPECT_EQ(top[0], result["chosenCandidates"][i]);
    EXPECT_LT(double(top[1]["logProbability"]), double(top[0]["logProbability"]));
  }
}

TEST_F(AnswersTest, CallsTheFunctionThatTheUserNames) {
  const Json part =
      Parts(Generate(Asking("please\n call weather {\"city\":\"Bonn\"}", kWeather)))[0];
  EXPECT_EQ(part["functionCall"]["name"], "weather");
  EXPECT_EQ(part["functionCall"]["args"]["city"], "Bonn");
  EXPECT_FALSE(std::string(part["functionCall"]["id"]).empty());
  EXPECT_FALSE(std::string(part["thoughtSignature"]).empty());
}

TEST_F(AnswersTest, MakesUpArgumentsFromTheSchema) {
  const Json args = Parts(Generate(Asking("call weather", kWeather)))[0]["functionCall"]["args"];
  EXPECT_TRUE(args["city"].is_string());
  EXPECT_EQ(args["days"], 5);
}

TEST_F(AnswersTest, SignsOnlyTheFirstOfParallelCalls) {
  const Json parts = Parts(Generate(Asking("call weather\ncall time", kWeather)));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_TRUE(parts[0].contains("thoughtSignature"));
  EXPECT_FALSE(parts[1].contains("thoughtSignature"));
  EXPECT_NE(parts[0]["functionCall"]["id"], parts[1]["functionCall"]["id"]);
}

TEST_F(AnswersTest, CallsStepByStepWhatTheUserWantsInSteps) {
  const std::string contents = R"("contents":[
    {"role":"user","parts":[{"text":"call time\nthen call weather {\"city\":\"Bonn\"}\ncall time"}]},
    {"role":"model","parts":[{"functionCall":{"name":"time","args":{}},
       "thoughtSignature":"skip_thought_signature_validator"}]},
    {"role":"user","parts":[{"functionResponse":{"name":"time","response":{"output":"noon"}}}]})";
  const Json second = Parts(Generate(fmt::format("{{{}],{}}}", contents, kWeather)));
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(second[0]["functionCall"]["name"], "weather");
  EXPECT_EQ(second[1]["functionCall"]["name"], "time");
  const Json last = Parts(Generate(fmt::format(
      R"({{{},{{"role":"model","parts":[{{"functionCall":{{"name":"weather","args":{{"city":"Bonn"}}}},
         "thoughtSignature":"skip_thought_signature_validator"}}]}},
         {{"role":"user","parts":[{{"functionResponse":{{"name":"weather","response":{{}}}}}}]}}],{}}})",
      contents, kWeather)));
  EXPECT_TRUE(last[0].contains("text")) << last;
}

TEST_F(AnswersTest, FinishesACallInALaterEvent) {
  const auto events = Events(Stream(Asking("call time", kWeather)).body);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(events[0]["candidates"][0]["content"]["parts"][0].contains("functionCall"));
  EXPECT_EQ(events[1]["candidates"][0]["finishReason"], "STOP");
}

TEST_F(AnswersTest, MustCallWithModeAny) {
  const std::string any = fmt::format(
      R"({},"toolConfig":{{"functionCallingConfig":{{"mode":"ANY","allowedFunctionNames":["time"]}}}})",
      kWeather);
  EXPECT_EQ(Parts(Generate(Asking("hello", any)))[0]["functionCall"]["name"], "time");
  const std::string none =
      fmt::format(R"({},"toolConfig":{{"functionCallingConfig":{{"mode":"NONE"}}}})", kWeather);
  EXPECT_TRUE(Parts(Generate(Asking("call time", none)))[0].contains("text"));
}

TEST_F(AnswersTest, SaysThatAFunctionIsNotDeclared) {
  const Json part = Parts(Generate(Asking("call nothing", kWeather)))[0];
  EXPECT_NE(std::string(part["text"]).find("No function is called nothing"), std::string::npos);
}

TEST_F(AnswersTest, RepeatsWhatFunctionsAnswered) {
  const std::string body = R"({"contents":[
    {"role":"user","parts":[{"text":"call time"}]},
    {"role":"model","parts":[{"functionCall":{"name":"time"},
                              "thoughtSignature":"skip_thought_signature_validator"}]},
    {"role":"user","parts":[{"functionResponse":{"name":"time","response":{"output":"noon"}}}]}],
    "tools":[{"functionDeclarations":[{"name":"time"}]}]})";
  const std::string text = ShownText(Generate(body).json());
  EXPECT_NE(text.find("time answered {\"output\":\"noon\"}"), std::string::npos) << text;
}

TEST_F(AnswersTest, KeepsToAResponseSchema) {
  const auto text = [&](std::string_view schema) {
    const std::string config = fmt::format(
        R"("generationConfig":{{"responseMimeType":"application/json","responseJsonSchema":{}}})",
        schema);
    const auto parsed = ParseJson(ShownText(Generate(Asking("hello", config)).json()));
    return parsed ? DumpJson(*parsed) : std::string("no JSON");
  };
  EXPECT_EQ(text(R"({"type":"object","properties":{"a":{"type":"integer","minimum":9},
                     "b":{"enum":["x","y"]},"c":{"const":null},"d":{"type":["null","boolean"]}}})"),
            R"({"a":9,"b":"x","c":null,"d":true})");
  EXPECT_EQ(text(R"({"$ref":"#/$defs/p","$defs":{"p":{"type":"object","required":["n"],
                     "properties":{"n":{"type":"number","exclusiveMaximum":1}}}}})"),
            R"({"n":0.5})");
  EXPECT_EQ(text(R"({"anyOf":[{"type":"null"},{"type":"array","minItems":2,
                     "items":{"type":"string","minLength":7,"maxLength":7}}]})"),
            R"(["hello..","hello.."])");
  EXPECT_EQ(text(R"({"allOf":[{"type":"object","properties":{"a":{"type":"boolean"}}},
                              {"properties":{"b":{"type":"boolean"}}}]})"),
            R"({"a":true,"b":true})");
}

TEST_F(AnswersTest, EndsARecursiveSchema) {
  const std::string config =
      R"("generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{
         "$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{
         "v":{"type":"integer"},"next":{"$ref":"#/$defs/n"}},"required":["v"]}}}})";
  const auto parsed = ParseJson(ShownText(Generate(Asking("x", config)).json()));
  ASSERT_TRUE(parsed);
  EXPECT_TRUE((*parsed)["next"].contains("v"));
}

TEST_F(AnswersTest, WritesJsonWithoutASchemaToo) {
  const std::string config = R"("generationConfig":{"responseMimeType":"application/json"})";
  const auto parsed = ParseJson(ShownText(Generate(Asking("hi", config)).json()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ((*parsed)["you_said"], "hi");
  const std::string choice =
      R"("generationConfig":{"responseMimeType":"text/x.enum",
         "responseSchema":{"type":"STRING","enum":["yes","no"]}})";
  EXPECT_EQ(ShownText(Generate(Asking("hi", choice)).json()), "yes");
}

TEST_F(AnswersTest, ShowsThoughtsWhenAsked) {
  const std::string config = R"("generationConfig":{"thinkingConfig":{"includeThoughts":true}})";
  const Json parts = Parts(Generate(Asking("x", config)));
  EXPECT_EQ(parts[0]["thought"], true);
  const Json unasked = Generate(Asking("x")).json();
  EXPECT_FALSE(unasked["candidates"][0]["content"]["parts"][0].contains("thought"));
  EXPECT_GT(unasked["usageMetadata"]["thoughtsTokenCount"], 0);
  const std::string off = R"("generationConfig":{"thinkingConfig":{"thinkingBudget":0}})";
  EXPECT_FALSE(Call("gemini-2.5-flash", "generateContent", Asking("x", off))
                   .json()["usageMetadata"]
                   .contains("thoughtsTokenCount"));
}

TEST_F(AnswersTest, TotalsAreSums) {
  const Json usage = Generate(Asking("some words of a prompt")).json()["usageMetadata"];
  EXPECT_EQ(usage["totalTokenCount"].get<int>(), usage["promptTokenCount"].get<int>() +
                                                     usage["candidatesTokenCount"].get<int>() +
                                                     usage["thoughtsTokenCount"].get<int>());
}

TEST_F(AnswersTest, KeepsStopSequencesAndTheLimit) {
  const std::string stop = R"("generationConfig":{"stopSequences":["You said"]})";
  EXPECT_EQ(ShownText(Generate(Asking("x", stop)).json()).find("You said"), std::string::npos);
  const std::string limit = R"("generationConfig":{"maxOutputTokens":24})";
  const Json answer = Generate(Asking("x", limit)).json();
  EXPECT_EQ(answer["candidates"][0]["finishReason"], "MAX_TOKENS");
  const Json usage = answer["usageMetadata"];
  EXPECT_LE(usage["candidatesTokenCount"].get<int>() + usage["thoughtsTokenCount"].get<int>(), 24);
  const std::string tight = R"("generationConfig":{"maxOutputTokens":3})";
  EXPECT_EQ(Events(Stream(Asking("x", tight)).body).back()["candidates"][0]["finishReason"],
            "MAX_TOKENS");
}

TEST_F(AnswersTest, SignsTextsOfGeminiThree) {
  EXPECT_TRUE(Parts(Generate(Asking("x")))[0].contains("thoughtSignature"));
  const Json last = Events(Stream(Asking("x")).body).back()["candidates"][0]["content"]["parts"][0];
  EXPECT_EQ(last["text"], "");
  EXPECT_TRUE(last.contains("thoughtSignature"));
}

TEST_F(AnswersTest, ImageModelsDraw) {
  const Answered answer = Call("gemini-3-pro-image", "generateContent", Asking("a cat"));
  const Json data = Parts(answer)[1]["inlineData"];
  EXPECT_EQ(data["mimeType"], "image/png");
  EXPECT_TRUE(DecodeBase64(std::string(data["data"])).starts_with("\x89PNG"));
  const std::string only = R"("generationConfig":{"responseModalities":["IMAGE"]})";
  EXPECT_EQ(Parts(Call("gemini-3-pro-image", "generateContent", Asking("a cat", only))).size(), 1U);
}

TEST_F(AnswersTest, AStreamBringsOnePictureBehindItsText) {
  const auto events =
      Events(Call("gemini-3-pro-image", "streamGenerateContent?alt=sse", Asking("a cat")).body);
  ASSERT_GE(events.size(), 3U);
  std::size_t pictures = 0;
  for (const Json& event : events) {
    for (const Json& part : event["candidates"][0]["content"]["parts"]) {
      if (part.contains("inlineData")) ++pictures;
      if (part.value("text", "") != "") {
        EXPECT_EQ(pictures, 0U);
      }
    }
  }
  EXPECT_EQ(pictures, 1U);
  EXPECT_EQ(events.back()["candidates"][0]["finishReason"], "STOP");
}

TEST_F(AnswersTest, PicturesAndRecordingsAreCountedAsSuch) {
  const std::string body =
      R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}},
          {"inlineData":{"mimeType":"audio/wav","data":"UklGRg=="}},{"text":"draw"}]}]})";
  const Json usage = Call("gemini-3-pro-image", "generateContent", body).json()["usageMetadata"];
  const auto details = [&](const char* field) {
    std::map<std::string, int> tokens;
    for (const Json& one : usage[field]) tokens[one["modality"]] = one["tokenCount"];
    return tokens;
  };
  EXPECT_GT(details("promptTokensDetails")["IMAGE"], 0);
  EXPECT_GT(details("promptTokensDetails")["AUDIO"], 0);
  EXPECT_EQ(details("candidatesTokensDetails")["IMAGE"], 1290);
  int sum = 0;
  for (const auto& [modality, count] : details("promptTokensDetails")) sum += count;
  EXPECT_EQ(usage["promptTokenCount"], sum);
}

TEST_F(AnswersTest, SaysHowMuchItHeard) {
  const std::string recording =
      R"("parts":[{"inlineData":{"mimeType":"audio/wav","data":"UklGRg=="}},{"text":"x"}])";
  const std::string heard = "This is the agm mock: it heard 4 bytes of audio/wav.";
  const std::string turn = R"({"role":"user",)" + recording + "}";
  EXPECT_EQ(Parts(Generate(R"({"contents":[)" + turn + "]}"))[0]["text"], heard);
  // A recording in an earlier turn does not change the answer.
  const std::string later = R"({"contents":[)" + turn +
                            R"(,{"role":"model","parts":[{"text":"y"}]},)" +
                            R"({"role":"user","parts":[{"text":"and now"}]}]})";
  EXPECT_TRUE(std::string(Parts(Generate(later))[0]["text"]).ends_with("and now"));
}

TEST_F(AnswersTest, CountsNumbersUp) {
  const std::string config =
      R"("generationConfig":{"responseMimeType":"application/json","responseJsonSchema":)"
      R"({"type":"object","properties":{"start":{"type":"number"},"end":{"type":"number"}}}})";
  EXPECT_EQ(Parts(Generate(Asking("x", config)))[0]["text"], R"({"start":1.5,"end":2.5})");
}

TEST_F(AnswersTest, SpeechModelsSpeak) {
  const std::string config = R"("generationConfig":{"responseModalities":["AUDIO"]})";
  const Json data =
      Parts(Call("gemini-3.8-flash-tts", "generateContent", Asking("hi", config)))[0]["inlineData"];
  EXPECT_TRUE(std::string(data["mimeType"]).starts_with("audio/"));
}

TEST_F(AnswersTest, CountsTokens) {
  const auto count = [&](std::string_view body) {
    return Call("gemini-2.5-flash", "countTokens", body).json().value("totalTokens", -1);
  };
  const int small = count(Asking("hello"));
  EXPECT_GT(small, 0);
  EXPECT_GT(count(Asking(std::string(400, 'x'))), small + 90);
  EXPECT_EQ(count(R"({"generateContentRequest":{"model":"models/gemini-2.5-flash",)" +
                  Asking("hello").substr(1) + "}"),
            small);
  EXPECT_EQ(Call("gemini-2.5-flash", "countTokens", "{}").status, 400);
  EXPECT_EQ(
      Call("gemini-2.5-flash", "countTokens", Asking("x", R"("systemInstruction":{})")).status,
      400);
}

double Dot(const Json& a, const Json& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i].get<double>() * b[i].get<double>();
  return sum;
}

TEST_F(AnswersTest, EmbedsTheSameTextTheSameWay) {
  const auto embed = [&](std::string_view text) {
    return Call("gemini-embedding-001", "embedContent",
                fmt::format(R"({{"content":{{"parts":[{{"text":"{}"}}]}}}})", text))
        .json()["embedding"]["values"];
  };
  const Json cat = embed("a small cat");
  ASSERT_EQ(cat.size(), 3072U);
  EXPECT_NEAR(Dot(cat, cat), 1.0, 1e-4);
  EXPECT_EQ(cat, embed("a small cat"));
  EXPECT_GT(Dot(cat, embed("a small dog")), Dot(cat, embed("stock prices fell")) + 0.2);
}

TEST_F(AnswersTest, ShortenedVectorsAreNotOfUnitLengthInTheFirstModel) {
  const auto length = [&](std::string_view model) {
    const Json values = Call(model, "embedContent",
                             R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":768})")
                            .json()["embedding"]["values"];
    EXPECT_EQ(values.size(), 768U);
    return std::sqrt(Dot(values, values));
  };
  EXPECT_LT(length("gemini-embedding-001"), 0.9);
  EXPECT_NEAR(length("gemini-embedding-2"), 1.0, 1e-4);
}

TEST_F(AnswersTest, EmbedsInBatches) {
  constexpr std::string_view kOne =
      R"({"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},
          "outputDimensionality":4})";
  const auto batch = [&](std::string_view requests) {
    return Call("gemini-embedding-001", "batchEmbedContents",
                fmt::format(R"({{"requests":[{}]}})", requests));
  };
  EXPECT_EQ(batch(fmt::format("{},{}", kOne, kOne)).json()["embeddings"].size(), 2U);
  EXPECT_EQ(batch("").status, 400);
  EXPECT_EQ(batch(R"({"model":"gemini-embedding-001","content":{"parts":[{"text":"a"}]}})").status,
            400);
  std::string many(kOne);
  for (int i = 0; i < 100; ++i) many += fmt::format(",{}", kOne);
  EXPECT_EQ(batch(many).status, 400);
}

TEST_F(AnswersTest, PredictsOnVertex) {
  const std::string path =
      "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-embedding-001:predict";
  const Answered answer = Post(
      port(), path, R"({"instances":[{"content":"a"}],"parameters":{"outputDimensionality":8}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["predictions"][0]["embeddings"]["values"].size(), 8U);
  EXPECT_EQ(Post(port(), path, R"({"instances":[{"content":"a"},{"content":"b"}]})").status, 400);
  EXPECT_EQ(Call("gemini-embedding-001", "predict", "{}").status, 404);
}

}  // namespace
}  // namespace agm::mock
