#pragma once

#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/shared/repair.h"

/// Applies a repair to a request to Google's APIs.
namespace agm::protocol {

/// The model as it turned out to be.
ModelTraits Repaired(ModelTraits traits, Repair repair);
/// The thinking beside the refused one, where that is the repair.
ThinkingSetting Repaired(ThinkingSetting setting, Repair repair);

/// Whether schemas are written in Google's OpenAPI subset.
bool LowersTools(Repair repair);
bool LowersFormat(Repair repair);

}  // namespace agm::protocol
