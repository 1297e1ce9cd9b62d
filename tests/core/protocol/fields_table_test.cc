// Checks core/protocol/FIELDS.md against the code: adds each row's members to its route's minimal
// request, and compares the resulting upstream request with the row.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/gemini/embeddings.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/openai/chat_request.h"
#include "core/protocol/openai/completions_request.h"
#include "core/protocol/openai/embeddings.h"
#include "core/protocol/openai/images_request.h"
#include "core/protocol/openai/transcriptions_request.h"
#include "core/protocol/responses/request.h"
#include "tests/support/golden.h"
#include "tests/support/source_dir.h"

namespace agm::protocol {
namespace {

struct Row {
  std::string route;
  std::string body;  ///< the route's minimal request
  std::string field;
  std::string members;  ///< members to add to it
  std::string verdict;
};

/// The result for a request.
struct Outcome {
  std::optional<Error> error;
  std::string upstream;  ///< the upstream request
  std::string neutral;   ///< everything that was read from the request
};

// --- the table -----------------------------------------------------------------------------------

// The text between the nth pair of backticks.
std::string Ticked(std::string_view text, int nth = 0) {
  for (; nth >= 0; --nth) {
    const std::size_t begin = text.find('`');
    const std::size_t end = text.find('`', begin + 1);
    if (end == std::string_view::npos) return {};
    if (nth == 0) return std::string(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 1);
  }
  return {};
}

// A row is `| `field` | `members` | verdict |`.
std::vector<Row> Rows() {
  std::vector<Row> rows;
  Row row;
  const std::string text = test::ReadText(test::SourceDir() / "core/protocol/FIELDS.md");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (line.starts_with("## ")) row = {std::string(line.substr(3)), {}, {}, {}, {}};
    if (line.starts_with("Added to `")) row.body = Ticked(line);
    if (row.body.empty() || !line.starts_with("| `")) continue;
    row.field = Ticked(line, 0);
    row.members = Ticked(line, 1);
    const std::size_t verdict = line.rfind(" | ", line.rfind(" |") - 1);
    row.verdict = line.substr(verdict + 3, line.rfind(" |") - verdict - 3);
    rows.push_back(row);
  }
  return rows;
}

// --- the code ------------------------------------------------------------------------------------

Outcome ToldOf(Result<chat::Request> request) {
  if (!request) return {request.error(), {}, {}};
  auto written = WriteGeminiRequest(*request, TraitsOf(request->model));
  if (!written) return {written.error(), {}, {}};
  std::string neutral =
      fmt::format("{} {} {} {} {} {} {} {}", request->model, request->stream, request->stream_usage,
                  request->parallel_tool_calls, request->choices, request->user, request->cache_key,
                  request->style);
  for (const auto& [key, value] : request->extra) {
    const bool shapes = key.starts_with("responses.") || key.starts_with("answer.");
    if (shapes && key != "responses.input") neutral += key + value;
  }
  return {std::nullopt, written->body, neutral};
}

Outcome Chat(const std::string& body) { return ToldOf(ReadOpenAiChatRequest(body)); }

Outcome ResponsesRoute(const std::string& body) {
  const std::string history = "[]";
  const auto links = ReadResponsesLinks(body);
  if (!links) return {links.error(), {}, {}};
  Outcome outcome =
      ToldOf(ReadResponsesRequest(body, {links->previous.empty() ? "" : history, {}}));
  outcome.neutral += fmt::format(" {} {}", links->previous, links->store);
  return outcome;
}

Outcome Embeddings(const std::string& body) {
  const auto request = ReadOpenAiEmbeddings(body);
  if (!request) return {request.error(), {}, {}};
  return {std::nullopt, WriteGeminiEmbeddings(*request, request->texts, request->model, false).body,
          request->base64 ? "base64" : "numbers"};
}

// A form with the same content as the JSON: a list as several fields, null as none.
std::string FormOf(const std::string& body) {
  std::string form;
  const auto add = [&](const std::string& name, const Json& value) {
    form += "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n";
    form += (value.is_string() ? value.get<std::string>() : value.dump()) + "\r\n";
  };
  const Json json = Json::parse(body);
  for (const auto& [name, value] : json.items()) {
    if (value.is_array()) {
      for (const Json& item : value) add(name + "[]", item);
    } else if (!value.is_null()) {
      add(name, value);
    }
  }
  return form + "--b--\r\n";
}

constexpr std::string_view kFormType = "multipart/form-data; boundary=b";

Outcome Edits(const std::string& body) { return ToldOf(ReadImageEdit(kFormType, FormOf(body))); }

Outcome Transcripts(const std::string& body) {
  return ToldOf(ReadTranscription(kFormType, FormOf(body)));
}

Outcome Images(const std::string& body) { return ToldOf(ReadImageGeneration(body)); }

Outcome Messages(const std::string& body) {
  return ToldOf(ReadMessagesRequest(body, MessagesUse::kCreate));
}

Outcome Counted(const std::string& body) {
  return ToldOf(ReadMessagesRequest(body, MessagesUse::kCount));
}

Outcome Legacy(const std::string& body) { return ToldOf(ReadCompletionsRequest(body)); }

const std::map<std::string, std::function<Outcome(const std::string&)>> kRoutes = {
    {"POST /v1/chat/completions", Chat},
    {"POST /v1/responses", ResponsesRoute},
    {"POST /v1/completions", Legacy},
    {"POST /v1/images/generations", Images},
    {"POST /v1/images/edits", Edits},
    {"POST /v1/audio/transcriptions", Transcripts},
    {"POST /v1/embeddings", Embeddings},
    {"POST /v1/messages", Messages},
    {"POST /v1/messages/count_tokens", Counted},
};

// --- the comparison ------------------------------------------------------------------------------

// The value at a path such as a.b[0].c; nullptr if there is none.
const Json* At(const Json& root, std::string_view path) {
  const Json* value = &root;
  while (value != nullptr && !path.empty()) {
    const std::size_t end = path.find_first_of(".[", 1);
    std::string_view step = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    if (step.starts_with('.')) step.remove_prefix(1);
    if (step.starts_with('[')) {
      const auto index = static_cast<std::size_t>(std::stoul(std::string(step.substr(1))));
      value = value->is_array() && index < value->size() ? &(*value)[index] : nullptr;
    } else {
      const auto found = value->is_object() ? value->find(std::string(step)) : value->end();
      value = value->is_object() && found != value->end() ? &*found : nullptr;
    }
  }
  return value;
}

void ExpectRefused(const Row& row, const Outcome& outcome, const std::string& code) {
  ASSERT_TRUE(outcome.error) << "it was taken: " << outcome.upstream;
  EXPECT_EQ(outcome.error->reason.empty() ? "null" : outcome.error->reason, code);
  EXPECT_TRUE(outcome.error->param.starts_with(row.field)) << outcome.error->param;
}

void ExpectThere(const Row& row, const Outcome& outcome) {
  const Json upstream = Json::parse(outcome.upstream);
  for (int nth = 0;; ++nth) {
    const std::string claim = Ticked(row.verdict, nth);
    if (claim.empty()) {
      EXPECT_GT(nth, 0) << "no verdict: " << row.verdict;
      return;
    }
    const std::size_t equals = claim.find(" = ");
    const Json* value = At(upstream, std::string_view(claim).substr(0, equals));
    ASSERT_NE(value, nullptr) << claim << " is not in " << outcome.upstream;
    if (equals == std::string::npos) continue;
    EXPECT_EQ(*value, Json::parse(claim.substr(equals + 3))) << claim;
  }
}

// The result for the request without the field: the minimal request for the same model.
Outcome Without(const Row& row, const std::function<Outcome(const std::string&)>& route) {
  std::string body = row.body;
  if (row.field != "model" && row.members.starts_with(R"("model":)")) {
    const std::string model = row.members.substr(0, row.members.find(','));
    body.insert(body.size() - 1, "," + model);
  }
  return route(body);
}

TEST(FieldsTable, SaysWhatBecomesOfEveryField) {
  const auto rows = Rows();
  ASSERT_GT(rows.size(), 100U);
  for (const Row& row : rows) {
    SCOPED_TRACE(fmt::format("{}: {} -> {}", row.route, row.members, row.verdict));
    ASSERT_TRUE(kRoutes.contains(row.route)) << "no such route is tested";
    EXPECT_NE(row.members.find('"' + row.field + "\":"), std::string::npos) << "another field";
    const auto& route = kRoutes.at(row.route);
    std::string body = row.body;
    body.insert(body.size() - 1, "," + row.members);
    const Outcome outcome = route(body);
    if (row.verdict.starts_with("**400 ")) {
      ExpectRefused(row, outcome, row.verdict.substr(6, row.verdict.find("**", 6) - 6));
      continue;
    }
    if (outcome.error) {
      ADD_FAILURE() << outcome.error->message;
      continue;
    }
    const Outcome least = Without(row, route);
    const bool nothing = row.verdict == "**nothing**";
    if (!nothing && row.verdict != "**the answer**") {
      ExpectThere(row, outcome);
      EXPECT_NE(outcome.upstream, least.upstream) << "it makes no difference";
      continue;
    }
    EXPECT_EQ(outcome.upstream, least.upstream);
    EXPECT_EQ(outcome.neutral == least.neutral, nothing) << outcome.neutral;
  }
}

TEST(FieldsTable, HasATableForEveryRouteThatIsTested) {
  std::map<std::string, int> seen;
  for (const Row& row : Rows()) ++seen[row.route];
  for (const auto& [route, run] : kRoutes) EXPECT_GT(seen[route], 5) << route;
}

}  // namespace
}  // namespace agm::protocol
