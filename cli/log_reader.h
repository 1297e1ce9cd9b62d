#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "cli/context.h"
#include "core/store/connection.h"

/// The request log of the state folder, read directly from its file: no gateway need run.
namespace agm::cli {

/// The path of the request log, whether it exists or not.
Result<std::filesystem::path> RequestLogPath(const Context& context);

/// Runs `work` on the request log, for reading only. False, after a message, if no request was ever
/// logged there.
Result<bool> ReadRequestLog(const Context& context,
                            const std::function<Result<void>(store::Connection&)>& work);

/// A moment as people write it: a span before now ("2h", "7d"), "today", "2026-11-28",
/// "2026-11-28 12:00", "2026-11-28T12:00:00Z", or "12:00" (today). Without a zone it is local time.
/// kInvalidRequest names the option.
Result<WallTime> ReadMoment(const std::string& option, const std::string& text, WallTime now);

/// The beginning of the local day or month that holds `at`.
WallTime DayBegin(WallTime at);
WallTime MonthBegin(WallTime at);

}  // namespace agm::cli
