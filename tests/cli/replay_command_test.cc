#include "cli/replay_command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/file.h"
#include "tests/cli/command_fixture.h"
#include "tests/support/source_dir.h"

namespace agm::cli {
namespace {

/// A captured request whose first account is limited and whose second one answers.
class ReplayTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto text =
        ReadFile(test::SourceDir() / "tests/replay/rate-limited-account-then-another.json");
    ASSERT_TRUE(text);
    capture_ = ParseJson(*text).value();
    Write();
  }
  void Write() { ASSERT_TRUE(WriteFileAtomically(file(), DumpJson(capture_))); }
  Json Read() const { return ParseJson(ReadFile(file()).value()).value(); }
  std::string file() const { return t_.folder / "fault.json"; }

  Json capture_;
  CommandTest t_;
};

TEST_F(ReplayTest, SaysThatTheOutcomeIsTheSame) {
  EXPECT_EQ(t_.Agm({"replay", file()}), 0) << t_.io.err;
  EXPECT_EQ(t_.io.out, "");
  EXPECT_TRUE(Has(t_.io.err, "The outcome is the same.")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"--json", "replay", file()}), 0);
  EXPECT_EQ(t_.Document(), (Json{{"same", true}, {"differences", Json::array()}}));
}

TEST_F(ReplayTest, TellsEachDifferenceAndFails) {
  capture_["response"]["status"] = 503;
  Write();
  EXPECT_EQ(t_.Agm({"replay", file()}), 1);
  EXPECT_TRUE(Has(t_.io.out, "response.status\n  expected 503\n  found    200\n")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.err, file() + ": the outcome differs in 1 places")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"--json", "replay", file()}), 1);
  EXPECT_EQ(t_.Document()["same"], false);
  EXPECT_EQ(t_.Document()["differences"][0]["found"], "200");
}

TEST_F(ReplayTest, UpdateMakesTheOutcomeTheExpectation) {
  capture_["response"]["status"] = 503;
  capture_["upstream"][1]["path"] = "/other";
  capture_["upstream"].push_back(capture_["upstream"][1]);  // a call that is not made
  Write();
  EXPECT_EQ(t_.Agm({"replay", file()}), 1);
  EXPECT_EQ(t_.Agm({"replay", "--update", file()}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.err, file() + " now expects status 200 after 2 upstream calls."))
      << t_.io.err;
  EXPECT_EQ(Read()["response"]["status"], 200);
  ASSERT_EQ(Read()["upstream"].size(), 2U);
  EXPECT_EQ(Read()["upstream"][1]["path"], Read()["upstream"][0]["path"]);
  EXPECT_EQ(Read()["upstream"][0]["status"], 429);
  EXPECT_EQ(t_.Agm({"replay", file()}), 0) << t_.io.out;
}

TEST_F(ReplayTest, ComparesTheStatusOfARunningGateway) {
  t_.gateway.answers["POST /v1/chat/completions"] = {200, R"({"another":"answer"})"};
  const std::vector<std::string> command = {"replay", file(), "--base-url", "http://gateway:1"};
  EXPECT_EQ(t_.Agm(command), 0) << t_.io.err;
  EXPECT_EQ(t_.gateway.asked.back().body, DumpJson(capture_["request"]["json"]));
  t_.gateway.answers["POST /v1/chat/completions"].status = 429;
  EXPECT_EQ(t_.Agm(command), 1);
  EXPECT_TRUE(Has(t_.io.out, "response.status\n  expected 200\n  found    429\n")) << t_.io.out;
  t_.gateway.up = false;
  EXPECT_EQ(t_.Agm(command), 3) << t_.io.err;
}

TEST_F(ReplayTest, NamesTheFileThatItCannotRead) {
  EXPECT_NE(t_.Agm({"replay", file() + ".none"}), 0);
  EXPECT_TRUE(Has(t_.io.err, file() + ".none")) << t_.io.err;
  capture_.erase("request");
  Write();
  for (const bool update : {false, true}) {
    EXPECT_NE(t_.Agm(update ? std::vector<std::string>{"replay", "--update", file()}
                            : std::vector<std::string>{"replay", file()}),
              0);
    EXPECT_TRUE(Has(t_.io.err, file() + ": ")) << t_.io.err;
    EXPECT_TRUE(Has(t_.io.err, "request")) << t_.io.err;
  }
}

TEST_F(ReplayTest, SendsTheTypeOfTheBodyOnce) {
  capture_["request"]["content_type"] = "multipart/form-data; boundary=b";
  Write();
  t_.gateway.answers["POST /v1/chat/completions"] = {200, "{}"};
  EXPECT_EQ(t_.Agm({"replay", file(), "--base-url", "http://gateway:1"}), 0) << t_.io.err;
  std::vector<std::string> types;
  for (const auto& [name, value] : t_.gateway.asked.back().headers) {
    if (name == "Content-Type") types.push_back(value);
  }
  EXPECT_EQ(types, std::vector<std::string>{"multipart/form-data; boundary=b"});
}

}  // namespace
}  // namespace agm::cli
