#include "core/protocol/gemini/repair.h"

namespace agm::protocol {
namespace {

using enum Repair;

// Every model that takes budgets takes this one, and it is the least of some.
constexpr std::int64_t kSmallBudget = 512;

}  // namespace

ModelTraits Repaired(ModelTraits traits, Repair repair) {
  if (repair == kTellFormat) traits.json = false;
  if (repair == kMoveSystem) traits.system = false;
  if (repair == kOmitThinking) traits.thinking = Thinking::kNone;
  if (repair == kOmitPenalties) traits.penalties = false;
  return traits;
}

ThinkingSetting Repaired(ThinkingSetting setting, Repair repair) {
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

bool LowersTools(Repair repair) { return repair == kLowerTools || repair == kLowerSchemas; }

bool LowersFormat(Repair repair) { return repair == kLowerFormat || repair == kLowerSchemas; }

}  // namespace agm::protocol
