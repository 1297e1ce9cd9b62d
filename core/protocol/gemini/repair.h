#pragma once

#include <cstdint>
#include <string_view>

#include "core/chat/request.h"
#include "core/protocol/gemini/model_traits.h"

namespace agm::protocol {

/// The one thing that is written otherwise after the upstream refused a request for it.
enum class GeminiRepair : std::uint8_t {
  kNone,
  kReplaceSignatures,  ///< the documented dummy instead of every thought signature
  kLowerTools,         ///< the OpenAPI subset for the schemas of tools
  kLowerFormat,        ///< the OpenAPI subset for the answer's schema
  kLowerSchemas,       ///< both
  kTellFormat,         ///< no JSON mode: the format is told in words
  kFetchMedia,         ///< the gateway fetches media; the writer has no part in it
  kMoveSystem,         ///< system text as the user's
  kNearestThinking,    ///< the level or budget beside the refused one
  kOmitThinking,
  kOmitPenalties,
  kOmitLogprobs,
  kOmitServiceTier,
  kOmitTemperature,
  kOmitTopP,
  kOmitTopK,
  kOmitMaxTokens,
  kOmitSeed,
  kOmitStops,
  kOmitPicture,
};

/// The repair in a few words, for the log: "lower the schemas of tools".
std::string_view RepairName(GeminiRepair repair);

/// The model as it turned out to be.
ModelTraits Repaired(ModelTraits traits, GeminiRepair repair);
/// The sampling parameters without what is omitted.
chat::Sampling Repaired(chat::Sampling sampling, GeminiRepair repair);
/// The thinking beside the refused one, where that is the repair.
ThinkingSetting Repaired(ThinkingSetting setting, GeminiRepair repair);

bool LowersTools(GeminiRepair repair);
bool LowersFormat(GeminiRepair repair);

}  // namespace agm::protocol
