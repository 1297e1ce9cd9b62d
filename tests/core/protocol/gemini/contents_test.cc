#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/protocol/gemini/request.h"

namespace agm::protocol {
namespace {

using chat::Role;

chat::Message Said(Role role, std::vector<chat::Block> blocks) {
  return {role, std::move(blocks), {}};
}

chat::Message User(const std::string& text) { return Said(Role::kUser, {chat::Text{text, {}}}); }
chat::Message System(const std::string& text) {
  return Said(Role::kSystem, {chat::Text{text, {}}});
}

chat::Block Call(std::string id, std::string name, std::string signature = {}) {
  return chat::ToolCall{std::move(id), std::move(name), "{}", chat::ToolKind::kFunction,
                        std::move(signature)};
}

chat::Block Result(std::string id, std::string name, std::string text) {
  chat::ToolResult result;
  result.id = std::move(id);
  result.name = std::move(name);
  if (!text.empty()) result.content.emplace_back(chat::Text{std::move(text), {}});
  return result;
}

chat::Media Picture(std::string data) {
  chat::Media media;
  media.mime = "image/png";
  media.data = std::move(data);
  return media;
}

std::string Words(const Json& part) {
  std::string out;
  if (part.contains("functionCall")) {
    const Json& call = part["functionCall"];
    out = TextOf(call, "name") + "(" + TextOf(call, "id") + ")";
  } else if (part.contains("functionResponse")) {
    const Json& result = part["functionResponse"];
    const std::string output = TextOf(result["response"], "output");
    out = TextOf(result, "name") + "[" + TextOf(result, "id") + "]=" + output;
    if (result.contains("parts")) out += "+" + result["parts"].dump();
  } else if (part.contains("inlineData")) {
    out = "picture " + TextOf(part["inlineData"], "data");
  } else if (part.contains("text")) {
    out = TextOf(part, "text");
    if (part.contains("thought")) out = "~" + out;
  } else {
    out = part.dump();
  }
  if (part.contains("thoughtSignature")) out += " signed " + TextOf(part, "thoughtSignature");
  return "'" + out + "'";
}

/// The contents of the written request: turns of the model in brackets, of the user in parentheses.
std::string Contents(std::vector<chat::Message> messages,
                     std::string_view model = "gemini-2.5-flash",
                     const GeminiWriteOptions& options = {}) {
  chat::Request request;
  request.messages = std::move(messages);
  const auto made = WriteGeminiRequest(request, TraitsOf(model), options);
  if (!made) return made.error().message;
  const Json body = Json::parse(made->body);
  std::string out;
  if (body.contains("systemInstruction")) {
    for (const Json& part : body["systemInstruction"]["parts"]) out += "<" + Words(part) + "> ";
  }
  for (const Json& turn : body["contents"]) {
    std::string words;
    for (const Json& part : turn["parts"]) words += (words.empty() ? "" : " ") + Words(part);
    out += TextOf(turn, "role") == "model" ? "[" + words + "] " : "(" + words + ") ";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

TEST(GeminiContents, HoldNoBlockWithoutContent) {
  const std::vector<chat::Block> empty = {
      chat::Text{},
      chat::Thought{},
      chat::Refusal{},
      chat::Media{},
      chat::Opaque{"anthropic", "{}"},
  };
  EXPECT_EQ(Contents({User("hi"), Said(Role::kAssistant, empty), User("and?")}), "('hi' 'and?')");
  const std::vector<chat::Block> full = {
      chat::Text{"", "c2ln"}, chat::Thought{"hm", {}}, chat::Thought{"", "c2ln"},
      chat::Refusal{"no"},    Picture("AAAA"),         chat::Opaque{"gemini", R"({"x":1})"},
  };
  EXPECT_EQ(Contents({User("hi"), Said(Role::kAssistant, full), User("and?")}),
            "('hi') [' signed c2ln' '~hm' '~ signed c2ln' 'no' 'picture AAAA' '{\"x\":1}'] "
            "('and?')");
}

TEST(GeminiContents, TakePicturesByTheirAddressToo) {
  chat::Media media;
  media.uri = "https://a.test/x.png";
  EXPECT_EQ(Contents({Said(Role::kUser, {media})}),
            R"(('{"fileData":{"mimeType":"image/png","fileUri":"https://a.test/x.png"}}'))");
}

TEST(GeminiContents, PutSystemTextAtTheHeadIntoTheInstruction) {
  EXPECT_EQ(Contents({System("be brief"), System("be kind"), User("hi"), System("stop")}),
            "<'be brief'> <'be kind'> ('hi' 'stop')");
  EXPECT_EQ(Contents({User("hi"), System("be brief")}), "('hi' 'be brief')");
  // Where there is nothing else, the last system text is what the user asks.
  EXPECT_EQ(Contents({System("be brief"), System("say hi")}), "<'be brief'> ('say hi')");
  EXPECT_EQ(Contents({System("say hi")}), "('say hi')");
  EXPECT_EQ(Contents({System("be brief"), User("hi")}, "gemma-3-27b-it"), "('be brief' 'hi')");
}

TEST(GeminiContents, BeginWithTheUserEvenIfThereIsNothing) {
  EXPECT_EQ(Contents({}), "(' ')");
  EXPECT_EQ(Contents({User("")}), "(' ')");
}

TEST(GeminiContents, PairResultsWithCallsByIdAndElseByName) {
  const chat::Message calls = Said(Role::kAssistant, {Call("1", "f"), Call("2", "g")});
  EXPECT_EQ(Contents({User("hi"), calls,
                      Said(Role::kTool, {Result("2", "g", "two"), Result("1", "f", "one")})}),
            "('hi') ['f(1)' 'g(2)'] ('f[1]=one' 'g[2]=two')");
  EXPECT_EQ(Contents({User("hi"), calls,
                      Said(Role::kTool, {Result("", "g", "two"), Result("", "f", "one")})}),
            "('hi') ['f(1)' 'g(2)'] ('f[]=one' 'g[]=two')");
  const chat::Message nameless = Said(Role::kAssistant, {Call("", "f"), Call("", "g")});
  EXPECT_EQ(Contents({User("hi"), nameless,
                      Said(Role::kTool, {Result("2", "g", "two"), Result("1", "f", "one")})}),
            "('hi') ['f()' 'g()'] ('f[1]=one' 'g[2]=two')");
}

TEST(GeminiContents, UseEachResultOnce) {
  const chat::Message twice = Said(Role::kAssistant, {Call("", "f"), Call("", "f")});
  EXPECT_EQ(Contents({User("hi"), twice,
                      Said(Role::kTool, {Result("", "f", "one"), Result("", "f", "two")})}),
            "('hi') ['f()' 'f()'] ('f[]=one' 'f[]=two')");
  EXPECT_EQ(Contents({User("hi"), twice,
                      Said(Role::kTool, {Result("1", "f", "one"), Result("2", "f", "two")})}),
            "('hi') ['f()' 'f()'] ('f[1]=one' 'f[2]=two')");
  EXPECT_EQ(Contents({User("hi"), twice,
                      Said(Role::kTool, {Result("1", "f", "with"), Result("", "f", "without")})}),
            "('hi') ['f()' 'f()'] ('f[]=without' 'f[1]=with')");
  // A second answer to one call is told in words.
  EXPECT_EQ(Contents({User("hi"), Said(Role::kAssistant, {Call("1", "f")}),
                      Said(Role::kTool, {Result("1", "f", "one"), Result("1", "f", "again")})}),
            "('hi') ['f(1)'] ('f[1]=one') ('again')");
}

TEST(GeminiContents, GiveACallWithoutAResultAnEmptyOneOfItsName) {
  EXPECT_EQ(Contents({User("hi"), Said(Role::kAssistant, {Call("1", "f"), Call("2", "g")}),
                      Said(Role::kTool, {Result("2", "g", "two")})}),
            "('hi') ['f(1)' 'g(2)'] ('f[1]=' 'g[2]=two')");
  EXPECT_EQ(Contents({User("hi"), Said(Role::kAssistant, {Call("1", "f")}), User("never mind")}),
            "('hi') ['f(1)'] ('f[1]=') ('never mind')");
}

TEST(GeminiContents, LeaveOutResultsThatAnswerNothingAndSayNothing) {
  EXPECT_EQ(Contents({User("hi"), Said(Role::kTool, {Result("9", "f", "")})}), "('hi')");
  EXPECT_EQ(Contents({Said(Role::kTool, {Result("9", "f", "")})}), "(' ')");
  EXPECT_EQ(Contents({Said(Role::kTool, {Result("9", "f", "")}),
                      Said(Role::kAssistant, {chat::Text{"ok", {}}}), User("go")}),
            "(' ') ['ok'] ('go')");
}

TEST(GeminiContents, KeepPicturesBesideTheResultsOfTheirMessage) {
  const chat::Message call = Said(Role::kAssistant, {Call("1", "f")});
  EXPECT_EQ(Contents({User("hi"), call,
                      Said(Role::kUser, {Result("1", "f", "one"), Picture("AAAA"),
                                         chat::Text{"and this", {}}})}),
            "('hi') ['f(1)'] ('f[1]=one' 'picture AAAA') ('and this')");
  EXPECT_EQ(Contents({User("hi"), call, Said(Role::kTool, {Result("1", "f", "one")}),
                      Said(Role::kUser, {Picture("AAAA"), chat::Text{"look", {}}})}),
            "('hi') ['f(1)'] ('f[1]=one') ('picture AAAA' 'look')");
  EXPECT_EQ(Contents({User("hi"), call, Said(Role::kTool, {Result("1", "f", "one")}),
                      Said(Role::kUser, {Picture("AAAA")}), Said(Role::kUser, {Picture("BBBB")})}),
            "('hi') ['f(1)'] ('f[1]=one') ('picture AAAA' 'picture BBBB')");
}

TEST(GeminiContents, GiveEveryRepeatedIdAnotherNumber) {
  const auto step = [](std::vector<chat::Message>& to) {
    to.push_back(Said(Role::kAssistant, {Call("f", "f")}));
    to.push_back(Said(Role::kTool, {Result("f", "f", "x")}));
  };
  std::vector<chat::Message> messages = {User("hi")};
  for (int i = 0; i < 3; ++i) step(messages);
  EXPECT_EQ(Contents(messages),
            "('hi') ['f(f)'] ('f[f]=x') ['f(f-2)'] ('f[f-2]=x') ['f(f-3)'] ('f[f-3]=x')");
  // Text between the calls does not bring the pairs out of step.
  EXPECT_EQ(Contents({User("hi"),
                      Said(Role::kAssistant, {chat::Text{"so", {}}, Call("a", "f"),
                                              chat::Text{"and", {}}, Call("a", "f")}),
                      Said(Role::kTool, {Result("a", "f", "x"), Result("a", "f", "y")})}),
            "('hi') ['so' 'f(a)' 'and' 'f(a-2)'] ('f[a]=x' 'f[a-2]=y')");
}

TEST(GeminiContents, SignTheFirstCallOfEachStepOfTheCurrentTurn) {
  const chat::Message old = Said(Role::kAssistant, {Call("1", "f")});
  const chat::Message calls = Said(Role::kAssistant, {Call("2", "f"), Call("3", "g")});
  const chat::Message step = Said(Role::kAssistant, {Call("4", "g")});
  const std::vector<chat::Message> messages = {
      User("hi"),
      old,
      Said(Role::kTool, {Result("1", "f", "x")}),
      User("go"),
      calls,
      Said(Role::kTool, {Result("2", "f", "x"), Result("3", "g", "y")}),
      step,
      Said(Role::kTool, {Result("4", "g", "z")})};
  constexpr std::string_view kDummy = " signed skip_thought_signature_validator";
  EXPECT_EQ(Contents(messages, "gemini-3-flash"),
            fmt::format("('hi') ['f(1){0}'] ('f[1]=x') ('go') ['f(2){0}' 'g(3)'] "
                        "('f[2]=x' 'g[3]=y') ['g(4){0}'] ('g[4]=z')",
                        kDummy));
  EXPECT_EQ(Contents({User("hi"), old, Said(Role::kTool, {Result("1", "f", "x")}),
                      Said(Role::kAssistant, {chat::Text{"done", {}}}), User("go")},
                     "gemini-3-flash"),
            "('hi') ['f(1)'] ('f[1]=x') ['done'] ('go')");
}

TEST(GeminiContents, CarryTheSignaturesOfAllParts) {
  chat::Media drawn = Picture("AAAA");
  drawn.signature = "cGlj";
  const chat::Message model =
      Said(Role::kAssistant, {chat::Thought{"hm", "dGg="}, chat::Text{"look", "a-_/+z=="}, drawn,
                              Call("1", "f", "Y2FsbA==")});
  EXPECT_EQ(Contents({User("hi"), model, Said(Role::kTool, {Result("1", "f", "x")})}),
            "('hi') ['~hm signed dGg=' 'look signed a-_/+z==' 'picture AAAA signed cGlj' "
            "'f(1) signed Y2FsbA=='] ('f[1]=x')");
  GeminiWriteOptions repair;
  repair.repair = Repair::kReplaceSignatures;
  EXPECT_EQ(Contents({User("hi"), Said(Role::kAssistant, {chat::Text{"look", "c2ln"}}), User("go")},
                     "gemini-2.5-flash", repair),
            "('hi') ['look signed skip_thought_signature_validator'] ('go')");
  // What is no signature is not sent as one.
  EXPECT_EQ(
      Contents({User("hi"), Said(Role::kAssistant, {chat::Text{"look", "not one"}}), User("go")}),
      "('hi') ['look'] ('go')");
}

TEST(GeminiContents, LookUpTheSignaturesThatAClientLost) {
  GeminiWriteOptions options;
  options.signatures = [](std::string_view id, std::string_view family) {
    return id == "1" && family == "gemini-3" ? std::string("a25vd24=") : std::string();
  };
  const std::vector<chat::Message> messages = {
      User("hi"), Said(Role::kAssistant, {Call("1", "f"), Call("2", "g"), Call("", "h")}),
      Said(Role::kTool, {Result("1", "f", "x"), Result("2", "g", "y"), Result("", "h", "z")})};
  EXPECT_EQ(Contents(messages, "gemini-3-flash", options),
            "('hi') ['f(1) signed a25vd24=' 'g(2)' 'h()'] ('f[1]=x' 'g[2]=y' 'h[]=z')");
  EXPECT_EQ(Contents(messages, "gemini-2.5-flash", options),
            "('hi') ['f(1)' 'g(2)' 'h()'] ('f[1]=x' 'g[2]=y' 'h[]=z')");
  // A signature that the client sent back goes before.
  EXPECT_EQ(Contents({User("hi"), Said(Role::kAssistant, {Call("1", "f", "b3du")}),
                      Said(Role::kTool, {Result("1", "f", "x")})},
                     "gemini-3-flash", options),
            "('hi') ['f(1) signed b3du'] ('f[1]=x')");
}

TEST(GeminiContents, RestoreTheModelsOwnTurns) {
  GeminiWriteOptions options;
  options.restore = [](const chat::Message& turn,
                       std::string_view family) -> std::optional<std::vector<chat::Block>> {
    const auto* text = std::get_if<chat::Text>(&turn.blocks.front());
    if (text == nullptr || text->text != "short" || family != "gemini-3") return std::nullopt;
    return std::vector<chat::Block>{chat::Thought{"all of it", {}}, chat::Text{"long", {}}};
  };
  const auto model = [](const std::string& text) {
    return Said(Role::kAssistant, {chat::Text{text, {}}});
  };
  EXPECT_EQ(Contents({User("short"), model("short"), User("go"), model("other"), User("on")},
                     "gemini-3-flash", options),
            "('short') ['~all of it' 'long'] ('go') ['other'] ('on')");
  EXPECT_EQ(Contents({User("hi"), model("short"), User("go")}, "gemini-2.5-flash", options),
            "('hi') ['short'] ('go')");
  options.repair = Repair::kReplaceSignatures;
  EXPECT_EQ(Contents({User("hi"), model("short"), User("go")}, "gemini-3-flash", options),
            "('hi') ['short'] ('go')")
      << "signatures inside the model's own parts cannot be replaced";
}

TEST(GeminiContents, PutPicturesOfResultsWhereTheModelTakesThem) {
  chat::ToolResult result;
  result.id = "1";
  result.name = "f";
  result.content.emplace_back(chat::Text{"a ", {}});
  result.content.emplace_back(Picture("AAAA"));
  result.content.emplace_back(chat::Text{"b", {}});
  result.content.emplace_back(chat::Media{});
  const std::vector<chat::Message> messages = {
      User("hi"), Said(Role::kAssistant, {Call("1", "f", "c2ln")}), Said(Role::kTool, {result})};
  EXPECT_EQ(Contents(messages, "gemini-2.5-flash"),
            "('hi') ['f(1) signed c2ln'] ('f[1]=a b' 'picture AAAA')");
  EXPECT_EQ(Contents(messages, "gemini-3-flash"),
            "('hi') ['f(1) signed c2ln'] "
            R"(('f[1]=a b+[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]'))");
}

TEST(GeminiContinuation, AddsTheTokenToTheRequest) {
  EXPECT_EQ(WithContinuation(R"({"contents":[]})", R"("t")"),
            R"({"contents":[],"continuationToken":"t"})");
  EXPECT_EQ(WithContinuation("{}", "5"), R"({"continuationToken":5})");
}

}  // namespace
}  // namespace agm::protocol
