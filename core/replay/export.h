#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/ledger/entry.h"
#include "core/ledger/tape.h"
#include "core/replay/capture.h"
#include "core/replay/mask.h"

namespace agm::replay {

/// Makes a capture of a recorded request, masked, and plays it once: its `response` and `sent` are
/// the results of that, so that a replay of the file gives the same; `recorded` holds what happened
/// at the time of the recording.
///
/// kNotFound without a recording; kInvalidRequest for a form that cannot be read; kTooLarge if a
/// body was cut.
Result<Capture> MakeCapture(const ledger::Entry& entry, const std::vector<ledger::TapePart>& tape,
                            Texts texts);

}  // namespace agm::replay
