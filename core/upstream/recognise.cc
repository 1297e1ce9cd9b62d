#include "core/upstream/recognise.h"

#include <algorithm>

namespace agm::upstream {

std::optional<Trouble> FindReason(std::span<const KnownReason> table, std::string_view reason) {
  const auto known = std::ranges::find(table, reason, &KnownReason::word);
  if (known == table.end()) return std::nullopt;
  return known->trouble;
}

protocol::Repair FindRow(std::span<const RepairRow> table, std::string_view text) {
  const auto row = std::ranges::find_if(table, [text](const RepairRow& known) {
    return text.find(known.word) != text.npos && text.find(known.also) != text.npos;
  });
  return row == table.end() ? protocol::Repair::kNone : row->repair;
}

std::optional<Trouble> OfPlainStatus(int status, const ErrorBody& body) {
  switch (status) {
    case 400:
    case 403:
    case 404:
    case 422:
    case 429:
      return std::nullopt;
    case 401:
      return body.html ? Trouble::kGarbage : Trouble::kUnauthenticated;
    case 402:
      return Trouble::kNoCredit;
    case 407:
      return Trouble::kNetwork;
    case 408:
    case 409:
    case 499:
      return Trouble::kAborted;
    case 413:
      return Trouble::kTooLarge;
    default:
      return body.json ? Trouble::kBadRequest : Trouble::kGarbage;
  }
}

}  // namespace agm::upstream
