#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/ledger/entry.h"
#include "core/ledger/tape.h"
#include "core/store/database.h"

namespace agm::ledger {

/// Which rows of the log are wanted. Empty members do not restrict.
struct Filter {
  std::optional<WallTime> since{};
  std::optional<WallTime> until{};
  std::optional<std::int64_t> before{};  ///< seq: older rows only
  std::optional<std::int64_t> after{};   ///< seq: newer rows only
  bool errors = false;
  std::optional<int> status{};
  std::string caller{};
  std::string model{};  ///< as asked, or as mapped
  std::string account{};
  std::string client{};  ///< a prefix: "codex"
  std::string route{};
  Duration slow{0};  ///< at least this long
  std::size_t limit = 100;
};

struct Logged {
  std::int64_t seq = 0;
  Entry entry;
};

/// Appends the entries in their order, with their attempts; part of the caller's transaction.
Result<void> WriteRequests(store::Connection& connection, const std::vector<Entry>& entries);

/// The recorded bodies of the request `id`, which began at `at`.
struct Taped {
  WallTime at{};
  std::string id;
  std::shared_ptr<const Tape> tape;
};
Result<void> WriteTapes(store::Connection& connection, const std::vector<Taped>& tapes);

/// The newest rows that the filter lets through, newest first; with `after` the oldest of them,
/// oldest first. Without attempts.
Result<std::vector<Logged>> ReadRequests(store::Connection& connection, const Filter& filter);

/// The request of an id with its attempts. The id may be shortened if it is still unique.
/// kNotFound.
Result<Logged> FindRequest(store::Connection& connection, std::string_view id);

/// The recorded bodies of a request; empty if it was not recorded.
Result<std::vector<TapePart>> ReadTape(store::Connection& connection, const Entry& entry);

/// The newest row's seq; 0 if there is none.
Result<std::int64_t> NewestSeq(store::Connection& connection);

/// Deletes rows, attempts, bodies and totals of before `before`, or all, and removes their bytes
/// from the files.
Result<void> ClearLog(store::Database& database, std::optional<WallTime> before);

}  // namespace agm::ledger
