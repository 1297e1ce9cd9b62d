#include "core/protocol/shared/repair.h"

namespace agm::protocol {

using enum Repair;

std::string_view RepairName(Repair repair) {
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
    case kRenameMaxTokens:
      return "rename max_tokens";
    case kDrawInChat:
      return "ask for the picture in a chat";
    case kOmitField:
      return "omit the refused field";
  }
  return "nothing";
}

chat::Sampling Repaired(chat::Sampling sampling, Repair repair) {
  if (repair == kOmitTemperature) sampling.temperature.reset();
  if (repair == kOmitTopP) sampling.top_p.reset();
  if (repair == kOmitTopK) sampling.top_k.reset();
  if (repair == kOmitMaxTokens) sampling.max_tokens.reset();
  if (repair == kOmitSeed) sampling.seed.reset();
  if (repair == kOmitStops) sampling.stop.clear();
  if (repair == kOmitLogprobs) sampling.top_logprobs.reset();
  return sampling;
}

}  // namespace agm::protocol
