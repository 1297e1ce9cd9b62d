#pragma once

#include <cstdint>
#include <string_view>

#include "core/chat/request.h"

namespace agm::protocol {

/// The one change that a writer makes to a request after the upstream has refused it. A writer
/// ignores a repair that does not apply to its API.
enum class Repair : std::uint8_t {
  kNone,
  kReplaceSignatures,  ///< the documented dummy instead of every thought signature
  kLowerTools,         ///< a smaller subset of JSON Schema for the schemas of tools
  kLowerFormat,        ///< the same for the answer's schema
  kLowerSchemas,       ///< both
  kTellFormat,         ///< no JSON mode: the format is told in words
  kFetchMedia,         ///< the gateway fetches media; the writer has no part in it
  kMoveSystem,         ///< system text becomes text of the user
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
  kRenameMaxTokens,  ///< the newer name of the limit of tokens
  kDrawInChat,       ///< a request of the images API as a chat request
  kOmitField,        ///< the field that the refusal names, and all fields of other APIs
};

/// The repair in a few words, for the log: "lower the schemas of tools".
std::string_view RepairName(Repair repair);

/// The sampling parameters without what is omitted.
chat::Sampling Repaired(chat::Sampling sampling, Repair repair);

}  // namespace agm::protocol
