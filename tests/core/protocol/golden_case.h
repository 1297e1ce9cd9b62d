#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/gemini/response.h"
#include "tests/support/gemini_request.h"
#include "tests/support/golden.h"

/// Shared code of the tests that run the cases of tests/golden. A case is a folder; its files
/// determine what it tests:
///
///   request.json      a client's request       -> upstream.json and dropped.txt, or error.json
///   target            the upstream model, if it is not the request's own model
///   targets           several models, one per line  -> upstreams.txt
///   history.json      the conversation of previous_response_id
///   answer.sse|json   an upstream's response        -> events.txt and the dialect's own file
///
/// Everything after an arrow is checked, and rewritten with AGM_UPDATE_GOLDEN=1.
namespace agm::protocol {

using Path = std::filesystem::path;
using Events = std::vector<chat::Event>;

/// The last part of a case's path, as a test's name.
inline std::string NameOf(const testing::TestParamInfo<std::string>& info) {
  return Path(info.param).filename().string();
}

/// The cases that contain one of the files.
inline std::vector<std::string> Cases(std::string_view dialect,
                                      std::initializer_list<std::string_view> files) {
  std::vector<std::string> cases;
  for (const Path& path : test::GoldenCases(dialect)) {
    const bool holds = std::any_of(files.begin(), files.end(), [&](std::string_view file) {
      return std::filesystem::exists(path / file);
    });
    if (holds) cases.push_back(path.string());
  }
  return cases;
}

inline IdSource Counter() {
  return [n = 0]() mutable { return fmt::format("id{}", ++n); };
}

/// The lines of a file.
inline std::vector<std::string> Lines(const Path& path) {
  std::vector<std::string> lines;
  std::istringstream text(test::ReadText(path));
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// The response's events if it arrives in two pieces.
inline Events ReadAnswer(std::string_view bytes, std::size_t first, const GeminiReading& reading) {
  GeminiStreamReader reader(Counter(), reading);
  reader.Push(bytes.substr(0, first));
  reader.Push(bytes.substr(std::min(first, bytes.size())));
  reader.Close();
  Events events;
  while (auto event = reader.Next()) events.push_back(*std::move(event));
  return events;
}

inline Result<chat::Response> FoldAll(const Events& events) {
  chat::Fold fold;
  for (const chat::Event& event : events) fold.Add(event);
  return std::move(fold).Finish();
}

inline std::string Shown(const WireError& wire) {
  std::string out = fmt::format("{{\"status\":{},\"headers\":{{", wire.status);
  for (const auto& [name, value] : wire.headers) {
    out += fmt::format("{}\"{}\":\"{}\"", out.back() == '{' ? "" : ",", name, value);
  }
  return out + "},\"body\":" + wire.body + "}";
}

/// A case with its request, read by a dialect and written for the upstream.
struct GoldenCase {
  GoldenCase(const std::string& path, const Dialect& dialect) : folder(path) {
    text = test::ReadText(folder / "request.json");
    answer = test::ReadText(folder / "answer.sse");
    if (answer.empty()) answer = test::ReadText(folder / "answer.json");
    request.model = "gemini-3-flash-preview";
    if (text.empty()) return;
    auto read = dialect.ReadRequest(text);
    if (!read) {
      error = read.error();
      return;
    }
    request = *std::move(read);
    const auto named = Lines(folder / "target");
    target = named.empty() ? request.model : named.front();
    auto made = WriteGeminiRequest(request, TraitsOf(target));
    if (made) {
      written = *std::move(made);
    } else {
      error = made.error();
    }
  }

  Reply reply() const { return {"reply", request.model, 1700000000, &request}; }
  Events events() const { return ReadAnswer(answer, answer.size(), written.reading); }

  Path folder;
  std::string text;
  std::string target;
  std::string answer;
  chat::Request request;
  GeminiRequest written;
  std::optional<Error> error;
};

/// Compares the converted request with the case's files.
inline void ExpectUpstream(const GoldenCase& c, const Dialect& dialect) {
  std::string dropped;
  for (const std::string& item : c.written.dropped) dropped += item + "\n";
  const std::string error = c.error ? test::PrettyJson(Shown(dialect.WriteError(*c.error))) : "";
  test::ExpectGolden(c.folder / "upstream.json", test::PrettyJson(c.written.body));
  test::ExpectGolden(c.folder / "dropped.txt", dropped);
  test::ExpectGolden(c.folder / "error.json", error);
  std::string several;
  for (const std::string& target : Lines(c.folder / "targets")) {
    const auto made = WriteGeminiRequest(c.request, TraitsOf(target));
    several +=
        fmt::format("== {}\n{}\n", target,
                    test::PrettyJson(made ? made->body : Shown(dialect.WriteError(made.error()))));
  }
  test::ExpectGolden(c.folder / "upstreams.txt", several);
}

/// Property 2: reading the upstream request back gives the same neutral request.
inline void ExpectUpstreamSurvives(const GoldenCase& c) {
  const auto read = test::ReadGeminiRequest(c.written.body, c.request.model, c.request.stream);
  ASSERT_TRUE(read) << read.error().message;
  const auto written = WriteGeminiRequest(*read, TraitsOf(c.target));
  ASSERT_TRUE(written);
  EXPECT_EQ(written->body, c.written.body);
}

}  // namespace agm::protocol
