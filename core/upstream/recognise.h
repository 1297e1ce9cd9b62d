#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/protocol/shared/repair.h"
#include "core/upstream/error_body.h"
#include "core/upstream/trouble.h"

/// The tables in which each kind of upstream lists how it refuses requests.
namespace agm::upstream {

/// A reason or code that an upstream names, and its class.
struct KnownReason {
  std::string_view word;
  Trouble trouble;
};

/// The class of a reason; nothing if the table does not have it.
std::optional<Trouble> FindReason(std::span<const KnownReason> table, std::string_view reason);

/// The repair for a refusal whose text has all words of the row; an empty word is always there.
struct RepairRow {
  std::string_view word;
  std::string_view also;
  protocol::Repair repair;
};

/// The repair of the first row that fits the text (ErrorBody::text, in lower case); kNone if none
/// does.
protocol::Repair FindRow(std::span<const RepairRow> table, std::string_view text);

/// The class of a client error (4xx) whose status means the same at every kind of upstream; nothing
/// for 400, 403, 404, 422 and 429, where the words decide.
std::optional<Trouble> OfPlainStatus(int status, const ErrorBody& body);

}  // namespace agm::upstream
