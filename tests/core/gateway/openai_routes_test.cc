// OpenAI's routes apart from chat, over real sockets.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

constexpr const char* kForm = "multipart/form-data; boundary=xyz";

std::string Field(const std::string& name, const std::string& value) {
  return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string File(const std::string& name, const std::string& filename, const std::string& data) {
  return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + filename +
         "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + data + "\r\n";
}

const std::string kPng("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
const std::string kWav("RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0", 20);

class OpenAiRoutesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "good-key");
  }

  Got Form(const std::string& path, const std::string& parts) {
    return Ask("POST", path, parts + "--xyz--\r\n", {{"Content-Type", kForm}});
  }

  void Script(const std::string& steps) {
    ASSERT_TRUE(mock_->SetScript("{\"steps\":[" + steps + "]}"));
  }

  // The last request that the mock received.
  Json Asked() {
    const auto requests = mock_->TakeRequests();
    return requests.empty() ? Json() : Json::parse(requests.back().body, nullptr, false);
  }
};

TEST_F(OpenAiRoutesTest, TakesTheModelOfAFormFromAzuresPath) {
  Start();
  for (const std::string& model : {std::string(), Field("model", "whisper-1")}) {
    const Got got = Form("/openai/deployments/gemini-2.5-pro/audio/transcriptions?api-version=x",
                         model + File("file", "a.wav", kWav));
    ASSERT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-pro");
  }
}

TEST_F(OpenAiRoutesTest, CompletesEachOfSeveralPromptsSeveralTimes) {
  Start();
  const Got got =
      Ask("POST", "/v1/completions",
          R"({"model":"gpt-3.5-turbo-instruct","prompt":["one","two"],"n":2,"echo":true})");
  ASSERT_EQ(got.status, 200) << got.body;
  Json json = got.json();
  EXPECT_EQ(json["object"], "text_completion");
  ASSERT_EQ(json["choices"].size(), 4U) << got.body;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(json["choices"][i]["index"], i);
    const std::string text = json["choices"][i]["text"];
    const std::string prompt = i < 2 ? "one" : "two";
    EXPECT_TRUE(text.starts_with(prompt) && text.ends_with(prompt)) << text;
  }
  EXPECT_EQ(RequestsOf("good-key"), 1 + 4);  // the list of models, then the calls
}

TEST_F(OpenAiRoutesTest, NumbersTheChoicesOfAModelThatGivesSeveralAtOnce) {
  Start();
  const Got got = Ask("POST", "/v1/completions",
                      R"({"model":"gemini-2.5-flash-lite","prompt":["one","two"],"n":2})");
  ASSERT_EQ(got.status, 200) << got.body;
  const Json json = got.json();
  ASSERT_EQ(json["choices"].size(), 4U) << got.body;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(json["choices"][i]["index"], i);
    EXPECT_TRUE(std::string(json["choices"][i]["text"]).ends_with(i < 2 ? "one" : "two"));
  }
  EXPECT_EQ(RequestsOf("good-key"), 2);  // a call for each prompt
}

TEST_F(OpenAiRoutesTest, StreamsCompletionsToTheirDone) {
  Start();
  const Got got = Ask(
      "POST", "/v1/completions",
      R"({"model":"gpt-3.5-turbo-instruct","prompt":"hi","stream":true,"stream_options":{"include_usage":true}})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_TRUE(got.header("content-type").starts_with("text/event-stream"));
  EXPECT_NE(got.body.find(R"("choices":[],"usage":{)"), std::string::npos);
  EXPECT_TRUE(got.body.ends_with("data: [DONE]\n\n"));
}

TEST_F(OpenAiRoutesTest, DrawsSeveralPicturesAtOnce) {
  Start();
  const Got got = Ask("POST", "/v1/images/generations",
                      R"({"model":"dall-e-3","prompt":"a cat","n":3,"size":"1792x1024"})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-nano-banana-2.1");
  Json json = got.json();
  ASSERT_EQ(json["data"].size(), 3U);
  EXPECT_TRUE(json["data"][0]["b64_json"].get<std::string>().starts_with("iVBOR"));
  EXPECT_EQ(json["usage"]["output_tokens_details"]["image_tokens"], 3 * 1290);
  EXPECT_EQ(RequestsOf("good-key"), 1 + 3);  // the list of models, then the calls
}

TEST_F(OpenAiRoutesTest, GivesThePicturesThatThereAreWhereOneIsMissing) {
  Start();
  const auto pictures = [&] {
    const Got got = Ask("POST", "/v1/images/generations", R"({"prompt":"a cat","n":3})");
    EXPECT_EQ(got.status, 200) << got.body;
    return got.json()["data"].size();
  };
  Script(R"({"match":{"nth":2},"do":{"text":"no"}})");
  EXPECT_EQ(pictures(), 2U) << "the model talked instead";
  Script(R"({"match":{"nth":2},"do":{"error":"invalid-argument"}})");
  EXPECT_EQ(pictures(), 2U) << "a call failed";
}

TEST_F(OpenAiRoutesTest, SaysWhyThereIsNoPicture) {
  Start();
  const auto ask = [&] { return Ask("POST", "/v1/images/generations", R"({"prompt":"a cat"})"); };
  Script(R"({"do":{"text":"I would rather not."}})");
  Got got = ask();
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["code"], "moderation_blocked");
  EXPECT_NE(got.body.find("I would rather not."), std::string::npos);

  Script(R"({"do":{"empty":true,"finish":"IMAGE_SAFETY"}})");
  got = ask();
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["code"], "moderation_blocked");

  Script(R"({"do":{"empty":true,"finish":"NO_IMAGE"}})");
  got = ask();
  EXPECT_EQ(got.status, 502);
  EXPECT_EQ(got.json()["error"]["code"], "no_image");
  EXPECT_EQ(Ask("GET", "/agm/accounts").json()["accounts"][0]["state"], "ready");
}

TEST_F(OpenAiRoutesTest, StreamsAPictureAsOneEvent) {
  Start();
  const Got got = Ask("POST", "/v1/images/generations", R"({"prompt":"a cat","stream":true})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_TRUE(got.body.starts_with("event: image_generation.completed\ndata: {")) << got.body;
}

TEST_F(OpenAiRoutesTest, ChangesThePicturesOfAForm) {
  Start();
  const Got got =
      Form("/v1/images/edits", Field("prompt", "Make it green.") + File("image[]", "a.png", kPng) +
                                   File("image[]", "b.png", kPng) + File("mask", "mask.png", kPng));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["data"].size(), 1U);
  const Json parts = Asked()["contents"][0]["parts"];
  ASSERT_EQ(parts.size(), 5U);
  EXPECT_EQ(parts[0]["inlineData"]["mimeType"], "image/png");
  EXPECT_EQ(parts[0]["inlineData"]["data"], "iVBORw0KGgoAAAANSUhEUg==");
  EXPECT_EQ(parts[4]["text"], "Make it green.");
}

TEST_F(OpenAiRoutesTest, WritesDownARecordingInEveryFormat) {
  Start();
  const auto ask = [&](const std::string& format) {
    return Form("/v1/audio/transcriptions", Field("model", "whisper-1") +
                                                Field("response_format", format) +
                                                File("file", "talk.wav", kWav));
  };
  const std::string heard = "it heard 20 bytes of audio/wav.";
  Got got = ask("json");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_TRUE(got.json()["text"].get<std::string>().ends_with(heard)) << got.body;
  EXPECT_GT(got.json()["usage"]["input_token_details"]["audio_tokens"], 0);

  got = ask("text");
  EXPECT_EQ(got.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(got.body.ends_with(heard + "\n")) << got.body;

  got = ask("srt");
  EXPECT_EQ(got.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(got.body.starts_with("1\n00:00:01,500 --> 00:00:02,500\n")) << got.body;

  EXPECT_TRUE(ask("vtt").body.starts_with("WEBVTT\n\n00:00:01.500 --> 00:00:02.500\n"));

  got = ask("verbose_json");
  EXPECT_EQ(got.json()["duration"], 2.5) << got.body;
  EXPECT_EQ(got.json()["segments"].size(), 1U);
}

TEST_F(OpenAiRoutesTest, StreamsATranscript) {
  Start();
  const Got got = Form("/v1/audio/transcriptions", Field("model", "gpt-4o-transcribe") +
                                                       Field("stream", "true") +
                                                       File("file", "talk.wav", kWav));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_TRUE(got.body.starts_with("data: {\"type\":\"transcript.text.delta\"")) << got.body;
  EXPECT_NE(got.body.find("\"type\":\"transcript.text.done\""), std::string::npos);
}

TEST_F(OpenAiRoutesTest, RefusesFormsThatCannotBeRead) {
  Start();
  Got got = Ask("POST", "/v1/audio/transcriptions", R"({"model":"whisper-1"})");
  EXPECT_EQ(got.status, 415);
  got = Ask("POST", "/v1/audio/transcriptions", "--xyz\r\n", {{"Content-Type", kForm}});
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["code"], "invalid_form");
  got = Form("/v1/audio/transcriptions", Field("model", "whisper-1"));
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["param"], "file");
  got = Ask("POST", "/v1/images/edits", "prompt=x",
            {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(got.status, 415);
  got = Form("/v1/images/generations", Field("prompt", "x"));
  EXPECT_EQ(got.status, 415);
  EXPECT_EQ(RequestsOf("good-key"), 0);
}

// Recordings do not belong to a conversation, so the pool may use any account.
TEST_F(OpenAiRoutesTest, TellsRecordingsApart) {
  Add("other", "good-other");
  config_.proxy.scheduling = config::Scheduling::kCacheFirst;
  Start();
  for (int i = 0; i < 40; ++i) {
    const std::string wav = kWav + std::to_string(i);
    ASSERT_EQ(Form("/v1/audio/transcriptions",
                   Field("model", "whisper-1") + File("file", "talk.wav", wav))
                  .status,
              200);
  }
  EXPECT_GT(RequestsOf("good-key"), 0);
  EXPECT_GT(RequestsOf("good-other"), 0);
}

}  // namespace
}  // namespace agm::gateway
