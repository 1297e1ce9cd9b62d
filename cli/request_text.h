#pragma once

#include <string>

#include "cli/io.h"
#include "core/ledger/entry.h"

/// Logged requests as text for people.
namespace agm::cli {

/// One line: "11:03:22 200 gpt-4o→gemini-3.8-flash work 1.2s/8.4s 12.4k→1.3k $0.0142 codex", with
/// the id at the end of a failed one. Names are as clients sent them, without control characters.
std::string RequestLine(const Io& io, const ledger::Entry& entry);

/// "$0.0142", "$12.30", "$0"; "?" if unknown.
std::string MoneyText(std::optional<ledger::Nano> nano);

/// A sum, and " + ?" if the amounts of `unknown` requests are not known.
std::string SumText(ledger::Nano sum, std::int64_t unknown);

/// "950", "12.4k", "8.1M".
std::string CountText(std::int64_t count);

/// "45ms", "1.2s", "3m20s"; "-" if negative.
std::string TimeText(std::chrono::microseconds time);

/// The text without control characters, so that foreign text cannot control the terminal.
std::string Plain(const std::string& text);

/// A field of a CSV file. A value that a spreadsheet would run as a formula gets a `'`.
std::string CsvField(const std::string& text);

}  // namespace agm::cli
