#include "core/mock/logprobs.h"

#include <fmt/format.h>

#include <cstdint>

namespace agm::mock {
namespace {

// By the bytes alone, so that the same text has the same probabilities everywhere.
std::uint32_t TokenId(std::string_view token) {
  std::uint32_t id = 2166136261U;  // FNV-1a
  for (const char c : token) id = (id ^ static_cast<unsigned char>(c)) * 16777619U;
  return id % 256'000U;
}

// `rank` 0 is the chosen token, others are ever less likely.
void WriteToken(JsonWriter& json, std::string_view token, int rank) {
  const std::uint32_t id = TokenId(token);
  const double chosen = -0.001 * static_cast<double>(id % 500U + 1);
  json.Object().Key("token").String(token).Key("tokenId").Int(id);
  json.Key("logProbability").Double(chosen - rank).EndObject();
}

template <class WriteOne>
void ForEachWord(std::string_view text, WriteOne write_one) {
  while (!text.empty()) {
    const std::size_t length = WordLength(text);
    write_one(text.substr(0, length));
    text.remove_prefix(length);
  }
}

void WriteAlternatives(JsonWriter& json, std::string_view token, int count) {
  json.Object().Key("candidates").Array();
  WriteToken(json, token, 0);
  for (int rank = 1; rank < count; ++rank) {
    WriteToken(json, fmt::format("alternative{} ", rank), rank);
  }
  json.EndArray().EndObject();
}

}  // namespace

std::size_t WordLength(std::string_view text) {
  std::size_t end = text.find_first_of(" \n\t");
  if (end == std::string_view::npos) return text.size();
  end = text.find_first_not_of(" \n\t", end);
  return end == std::string_view::npos ? text.size() : end;
}

void WriteLogprobs(JsonWriter& json, const Answer& answer, std::string_view text) {
  if (!answer.logprobs || text.empty()) return;
  json.Key("logprobsResult").Object().Key("chosenCandidates").Array();
  ForEachWord(text, [&](std::string_view token) { WriteToken(json, token, 0); });
  json.EndArray();
  if (answer.top_logprobs > 0) {
    json.Key("topCandidates").Array();
    ForEachWord(
        text, [&](std::string_view token) { WriteAlternatives(json, token, answer.top_logprobs); });
    json.EndArray();
  }
  json.EndObject();
}

}  // namespace agm::mock
