#include "core/protocol/gemini/repair.h"

namespace agm::protocol {
namespace {

using enum GeminiRepair;

// Every model that takes budgets takes this one, and it is the least of some.
constexpr std::int64_t kSmallBudget = 512;

}  // namespace

std::string_view RepairName(GeminiRepair repair) {
  switch (repair) {
    case kNone:
      return "nothing";
    case kReplaceSignatures:
      return "replace thought signatures";
    case kLowerTools:
      return "lower the schemas of tools";
    case kLowerFormat:
      return "lower the schema of the answer";
    case kLowerSchemas:
      return "lower all schemas";
    case kTellFormat:
      return "omit JSON mode";
    case kFetchMedia:
      return "fetch media";
    case kMoveSystem:
      return "send system text as the user's";
    case kNearestThinking:
      return "use the nearest thinking level";
    case kOmitThinking:
      return "omit the thinking config";
    case kOmitPenalties:
      return "omit penalties";
    case kOmitLogprobs:
      return "omit logprobs";
    case kOmitServiceTier:
      return "omit the service tier";
    case kOmitTemperature:
      return "omit temperature";
    case kOmitTopP:
      return "omit topP";
    case kOmitTopK:
      return "omit topK";
    case kOmitMaxTokens:
      return "omit maxOutputTokens";
    case kOmitSeed:
      return "omit seed";
    case kOmitStops:
      return "omit stop sequences";
    case kOmitPicture:
      return "omit the image config";
  }
  return "nothing";
}

ModelTraits Repaired(ModelTraits traits, GeminiRepair repair) {
  if (repair == kTellFormat) traits.json = false;
  if (repair == kMoveSystem) traits.system = false;
  if (repair == kOmitThinking) traits.thinking = Thinking::kNone;
  if (repair == kOmitPenalties) traits.penalties = false;
  return traits;
}

chat::Sampling Repaired(chat::Sampling sampling, GeminiRepair repair) {
  if (repair == kOmitTemperature) sampling.temperature.reset();
  if (repair == kOmitTopP) sampling.top_p.reset();
  if (repair == kOmitTopK) sampling.top_k.reset();
  if (repair == kOmitMaxTokens) sampling.max_tokens.reset();
  if (repair == kOmitSeed) sampling.seed.reset();
  if (repair == kOmitStops) sampling.stop.clear();
  if (repair == kOmitLogprobs) sampling.top_logprobs.reset();
  return sampling;
}

ThinkingSetting Repaired(ThinkingSetting setting, GeminiRepair repair) {
  if (repair != kNearestThinking) return setting;
  if (setting.budget) {
    // No thinking becomes little; a budget that is out of range becomes the model's own choice.
    return setting.budget == 0 ? ThinkingSetting{kSmallBudget, {}} : ThinkingSetting{};
  }
  if (setting.level == "MINIMAL") return {std::nullopt, "LOW"};
  const bool known =
      setting.level == "LOW" || setting.level == "MEDIUM" || setting.level == "XHIGH";
  return known ? ThinkingSetting{std::nullopt, "HIGH"} : ThinkingSetting{};
}

bool LowersTools(GeminiRepair repair) { return repair == kLowerTools || repair == kLowerSchemas; }

bool LowersFormat(GeminiRepair repair) { return repair == kLowerFormat || repair == kLowerSchemas; }

}  // namespace agm::protocol
