// Runs the cases in tests/golden of all dialects except chat. A case is a folder; its files
// determine what it tests:
//
//   request.json|form   a client's request       -> upstream.json and dropped.txt, or error.json
//   answer.json|sse     an upstream's answer     -> response.json|txt, or stream.sse where the
//                                                   request wants a stream
//   target              the upstream model, where it is not the dialect's usual one
//
// Everything after an arrow is checked, and rewritten with AGM_UPDATE_GOLDEN=1. Form files have
// plain line ends and the boundary "golden".

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/response.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/gemini/response.h"
#include "core/protocol/openai/completions.h"
#include "core/protocol/openai/images.h"
#include "core/protocol/openai/transcriptions.h"
#include "tests/support/golden.h"
#include "tests/support/source_dir.h"

namespace agm::protocol {
namespace {

using Path = std::filesystem::path;

constexpr std::string_view kForm = "multipart/form-data; boundary=golden";

std::vector<std::string> Cases() {
  std::vector<std::string> cases;
  for (const char* dialect :
       {"completions", "image_generations", "image_edits", "transcriptions"}) {
    for (const Path& path : test::GoldenCases(dialect)) cases.push_back(path.string());
  }
  return cases;
}

std::string NameOf(const testing::TestParamInfo<std::string>& info) {
  const Path path(info.param);
  return path.parent_path().filename().string() + "_" + path.filename().string();
}

std::string WithLineEnds(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

std::string ErrorText(const WireError& wire) {
  return test::PrettyJson("{\"status\":" + std::to_string(wire.status) + ",\"body\":" + wire.body +
                          "}");
}

/// One case: the dialect named by its folder, and the result for its request.
class DialectGolden : public testing::TestWithParam<std::string> {
 protected:
  DialectGolden() : folder_(GetParam()) {
    const std::string name = folder_.parent_path().filename();
    const std::string form = test::ReadText(folder_ / "request.form");
    const std::string_view type = form.empty() ? "application/json" : kForm;
    if (name == "image_edits") own_ = std::make_unique<ImageEdits>(type);
    if (name == "transcriptions") own_ = std::make_unique<Transcriptions>(type);
    dialect_ = own_ ? own_.get() : name == "completions" ? &Completions() : &ImageGenerations();
    target_ = name == "completions"      ? "gemini-3-flash-preview"
              : name == "transcriptions" ? "gemini-3.8-flash"
                                         : "gemini-nano-banana-2.1";
    if (const std::string target = test::ReadText(folder_ / "target"); !target.empty()) {
      target_ = target.substr(0, target.find('\n'));
    }
    Read(form.empty() ? test::ReadText(folder_ / "request.json") : WithLineEnds(form));
  }

  void Read(const std::string& text) {
    auto read = dialect_->ReadRequest(text);
    if (!read) {
      error_ = read.error();
      return;
    }
    request_ = *std::move(read);
    for (const auto& prompt : request_.further) Write(prompt);
    Write(request_.messages);
  }

  // The response is read as the answer to the last request written.
  void Write(const std::vector<chat::Message>& messages) {
    chat::Request one = request_;
    one.messages = messages;
    one.further.clear();
    auto written = WriteGeminiRequest(one, TraitsOf(target_));
    if (!written) {
      error_ = written.error();
      return;
    }
    const std::string body = test::PrettyJson(written->body);
    upstream_ = body + (upstream_.empty() ? "" : "\n" + upstream_);
    written_ = *std::move(written);
  }

  std::vector<chat::Event> Answer() const {
    std::string text = test::ReadText(folder_ / "answer.json");
    if (text.empty()) text = test::ReadText(folder_ / "answer.sse");
    std::vector<chat::Event> events;
    if (text.empty()) return events;
    GeminiStreamReader reader([] { return std::string("id"); }, written_.reading);
    reader.Push(text);
    reader.Close();
    while (auto event = reader.Next()) events.push_back(*std::move(event));
    return events;
  }

  Reply reply() const { return {"reply", request_.model, 1700000000, &request_}; }

  std::string Whole(const std::vector<chat::Event>& events) const {
    chat::Fold fold;
    for (const chat::Event& event : events) fold.Add(event);
    const auto response = std::move(fold).Finish();
    if (!response) return ErrorText(dialect_->WriteError(response.error()));
    const auto body = dialect_->WriteResponse(*response, reply());
    if (!body) return ErrorText(dialect_->WriteError(body.error()));
    return JsonDoc::Parse(*body) ? test::PrettyJson(*body) : *body;
  }

  std::string Stream(const std::vector<chat::Event>& events) const {
    const auto writer = dialect_->NewStreamWriter(reply());
    std::string stream;
    for (const chat::Event& event : events) writer->Write(event, stream);
    return stream;
  }

  Path folder_;
  std::unique_ptr<Dialect> own_;
  const Dialect* dialect_ = nullptr;
  std::string target_;
  std::optional<Error> error_;
  chat::Request request_;
  GeminiRequest written_;
  std::string upstream_;
};

TEST_P(DialectGolden, AsksWhatItDid) {
  std::string dropped;
  for (const std::string& item : written_.dropped) dropped += item + "\n";
  test::ExpectGolden(folder_ / "upstream.json", error_ ? "" : upstream_);
  test::ExpectGolden(folder_ / "dropped.txt", dropped);
  test::ExpectGolden(folder_ / "error.json",
                     error_ ? ErrorText(dialect_->WriteError(*error_)) : "");
}

TEST_P(DialectGolden, AnswersWhatItDid) {
  const auto events = Answer();
  if (events.empty()) return;
  if (request_.stream) return test::ExpectGolden(folder_ / "stream.sse", Stream(events));
  const bool json = dialect_->ContentType(request_) == "application/json";
  test::ExpectGolden(folder_ / (json ? "response.json" : "response.txt"), Whole(events));
}

INSTANTIATE_TEST_SUITE_P(Golden, DialectGolden, testing::ValuesIn(Cases()), NameOf);

// Each test of golden cases names its folders, so a folder that no test names would not be run.
TEST(GoldenFolders, AreAllRunByATest) {
  const std::set<std::string> run = {"completions",       "gemini",         "image_edits",
                                     "image_generations", "messages",       "openai",
                                     "responses",         "transcriptions", "upstream_openai"};
  std::set<std::string> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::SourceDir() / "tests" / "golden")) {
    found.insert(entry.path().filename().string());
  }
  EXPECT_EQ(found, run) << "name a new folder in the test that runs it, and here";
}

}  // namespace
}  // namespace agm::protocol
