#include "core/mock/models.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "core/base/json_writer.h"

namespace agm::mock {
namespace {

constexpr std::uint8_t kLowToHigh = kLow | kMedium | kHigh;
constexpr std::uint8_t kMinimalToHigh = kMinimal | kLowToHigh;
constexpr std::uint8_t kLowToXhigh = kLowToHigh | kXhigh;

Model Leveled(std::string_view id, std::string_view title, int family, std::uint8_t levels,
              bool thinks_unasked = true) {
  Model model;
  model.id = id;
  model.title = title;
  model.family = family;
  model.thinking = Thinking::kLevel;
  model.levels = levels;
  model.budget_min = 1;
  model.budget_max = 32'768;
  model.budget_zero = (levels & kMinimal) != 0;
  model.thinks_unasked = thinks_unasked;
  return model;
}

Model Budgeted(std::string_view id, std::string_view title, int min, int max, bool zero,
               bool thinks_unasked = true) {
  Model model;
  model.id = id;
  model.title = title;
  model.thinking = Thinking::kBudget;
  model.budget_min = min;
  model.budget_max = max;
  model.budget_zero = zero;
  model.thinks_unasked = thinks_unasked;
  return model;
}

Model Plain(std::string_view id, std::string_view title, ModelKind kind, int family, int input,
            int output) {
  Model model;
  model.id = id;
  model.title = title;
  model.kind = kind;
  model.family = family;
  model.input_limit = input;
  model.output_limit = output;
  return model;
}

Model Gemma(std::string_view id, std::string_view title) {
  Model model = Leveled(id, title, 40, kMinimal | kHigh, false);
  model.gemma = true;
  model.input_limit = 262'144;
  model.output_limit = 32'768;
  return model;
}

std::vector<Model> MakeList() {
  using enum ModelKind;
  return {
      Leveled("gemini-4-neon", "Gemini 4 Neon", 40, kLowToXhigh),
      Leveled("gemini-4-hydrogen", "Gemini 4 Hydrogen", 40, kLowToXhigh),
      Leveled("gemini-4-carbon", "Gemini 4 Carbon", 40, kLowToHigh),
      Leveled("gemini-4-argon", "Gemini 4 Argon", 40, kLowToHigh),
      Leveled("gemini-3.8-flash", "Gemini 3.8 Flash", 38, kLowToHigh),
      Leveled("gemini-3.7-flash", "Gemini 3.7 Flash", 37, kLowToHigh),
      Leveled("gemini-3.6-flash", "Gemini 3.6 Flash", 36, kMinimalToHigh),
      Leveled("gemini-3.5-flash", "Gemini 3.5 Flash", 35, kMinimalToHigh),
      Leveled("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", 35, kMinimalToHigh, false),
      Leveled("gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite", 31, kMinimalToHigh, false),
      Leveled("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview", 31, kLowToHigh),
      Leveled("gemini-3.1-pro-preview-customtools", "Gemini 3.1 Pro Preview Custom Tools", 31,
              kLowToHigh),
      Leveled("gemini-3-flash-preview", "Gemini 3 Flash Preview", 30, kMinimalToHigh),
      Budgeted("gemini-2.5-pro", "Gemini 2.5 Pro", 128, 32'768, false),
      Budgeted("gemini-2.5-flash", "Gemini 2.5 Flash", 1, 24'576, true),
      Budgeted("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", 512, 24'576, true, false),
      Leveled("gemini-flash-latest", "Gemini Flash Latest", 38, kLowToHigh),
      Leveled("gemini-flash-lite-latest", "Gemini Flash-Lite Latest", 35, kMinimalToHigh, false),
      Leveled("gemini-pro-latest", "Gemini Pro Latest", 40, kLowToXhigh),
      Plain("gemini-nano-banana-2.1", "Nano Banana 2.1", kImage, 38, 65'536, 32'768),
      Plain("gemini-3-pro-image", "Nano Banana Pro", kImage, 30, 65'536, 32'768),
      Plain("gemini-3.1-flash-lite-image", "Gemini 3.1 Flash-Lite Image", kImage, 31, 65'536,
            4'096),
      Plain("gemini-3.8-flash-tts", "Gemini 3.8 Flash TTS", kSpeech, 38, 8'192, 16'384),
      Plain("gemini-3.8-flash-lite-tts", "Gemini 3.8 Flash-Lite TTS", kSpeech, 38, 8'192, 16'384),
      Plain("gemini-3.5-transcribe", "Gemini 3.5 Transcribe", kTranscription, 35, 1'048'576,
            65'536),
      Gemma("gemma-4-26b-a4b-it", "Gemma 4 26B A4B IT"),
      Gemma("gemma-4-31b-it", "Gemma 4 31B IT"),
      Plain("gemini-embedding-2", "Gemini Embedding 2", kEmbedding, 30, 8'192, 1),
      Plain("gemini-embedding-001", "Gemini Embedding 001", kEmbedding, 25, 2'048, 1),
  };
}

const std::vector<Model>& List() {
  static const std::vector<Model> list = MakeList();
  return list;
}

// The generation times ten: "gemini-3.9-flash" is 39, "gemini-5-neon" is 50; nullopt for other
// names.
std::optional<int> FamilyOf(std::string_view id) {
  constexpr std::string_view kPrefix = "gemini-";
  if (!id.starts_with(kPrefix)) return std::nullopt;
  id.remove_prefix(kPrefix.size());
  const auto digit = [&](std::size_t at) {
    return at < id.size() && std::isdigit(static_cast<unsigned char>(id[at])) != 0;
  };
  if (!digit(0)) return std::nullopt;
  int family = (id[0] - '0') * 10;
  std::size_t at = 1;
  if (at + 1 < id.size() && id[at] == '.' && digit(at + 1)) {
    family += id[at + 1] - '0';
    at += 2;
  }
  return at + 1 < id.size() && id[at] == '-' ? std::optional(family) : std::nullopt;
}

Model Guess(std::string_view id, int family) {
  if (id.find("image") != std::string_view::npos) {
    return Plain(id, id, ModelKind::kImage, family, 65'536, 32'768);
  }
  if (id.find("tts") != std::string_view::npos) {
    return Plain(id, id, ModelKind::kSpeech, family, 8'192, 16'384);
  }
  if (family < 30) return Budgeted(id, id, 1, 24'576, true);
  const bool flash = id.find("flash") != std::string_view::npos;
  return Leveled(id, id, family, flash && family < 37 ? kMinimalToHigh : kLowToHigh);
}

std::vector<std::string_view> Methods(const Model& model) {
  switch (model.kind) {
    case ModelKind::kChat:
      if (model.gemma) return {"generateContent", "countTokens"};
      return {"generateContent", "countTokens", "createCachedContent", "batchGenerateContent"};
    case ModelKind::kImage:
    case ModelKind::kTranscription:
      return {"generateContent", "countTokens", "batchGenerateContent"};
    case ModelKind::kSpeech:
      return {"countTokens", "generateContent"};
    case ModelKind::kEmbedding:
      return {"embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"};
  }
  return {};
}

}  // namespace

bool Model::serves(std::string_view method) const {
  if (method == "streamGenerateContent") method = "generateContent";
  if (method == "batchEmbedContents") method = "embedContent";
  return std::ranges::count(Methods(*this), method) > 0;
}

std::span<const Model> ListedModels() { return List(); }

std::optional<Model> FindModel(std::string_view id, bool guess) {
  for (const Model& model : List()) {
    if (model.id == id) return model;
  }
  const auto family = FamilyOf(id);
  if (!guess || !family || *family < 25) return std::nullopt;
  return Guess(id, *family);
}

std::string WriteModel(const Model& model) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("name").String("models/" + model.id);
  json.Key("version").String(std::to_string(model.family / 10));
  json.Key("displayName").String(model.title);
  json.Key("description").String(model.title + ", as the agm mock plays it");
  json.Key("inputTokenLimit").Int(model.input_limit);
  json.Key("outputTokenLimit").Int(model.output_limit);
  json.Key("supportedGenerationMethods").Array();
  for (const std::string_view method : Methods(model)) json.String(method);
  json.EndArray();
  if (model.kind != ModelKind::kEmbedding) {
    json.Key("temperature").Int(1).Key("topP").Double(0.95).Key("topK").Int(64);
    json.Key("maxTemperature").Int(2);
  }
  if (model.thinking != Thinking::kNone) json.Key("thinking").Bool(true);
  json.EndObject();
  return out;
}

}  // namespace agm::mock
