#include "core/ledger/schema.h"

#include <array>

namespace agm::ledger {
namespace {

// One step per version; never edit a step that was released. `at` is in milliseconds since 1970,
// `quarter` in quarters of an hour since 1970, costs are in nano-dollars.
constexpr std::array<std::string_view, 1> kSteps = {
    "CREATE TABLE request ("
    "  seq INTEGER PRIMARY KEY,"
    "  at INTEGER NOT NULL,"
    "  id TEXT NOT NULL,"
    "  route TEXT NOT NULL,"
    "  method TEXT NOT NULL,"
    "  path TEXT NOT NULL,"
    "  status INTEGER NOT NULL,"
    "  stream INTEGER NOT NULL,"
    "  caller TEXT,"
    "  client TEXT,"
    "  address TEXT,"
    "  model TEXT,"
    "  target TEXT,"
    "  rule TEXT,"
    "  account TEXT,"
    "  tries INTEGER NOT NULL,"
    "  error TEXT,"
    "  why TEXT,"
    "  phase TEXT NOT NULL,"
    "  ended_by TEXT NOT NULL,"
    "  waited_ms INTEGER NOT NULL,"
    "  first_us INTEGER,"
    "  upstream_us INTEGER,"
    "  total_us INTEGER NOT NULL,"
    "  input INTEGER,"
    "  cached INTEGER,"
    "  output INTEGER,"
    "  thoughts INTEGER,"
    "  input_audio INTEGER,"
    "  input_image INTEGER,"
    "  output_audio INTEGER,"
    "  output_image INTEGER,"
    "  tier TEXT,"
    "  list_nano INTEGER,"    // null: unknown
    "  billed_nano INTEGER,"  // null: unknown
    "  trace TEXT,"
    "  dropped TEXT);"  // one field a line
    "CREATE INDEX request_at ON request (at);"
    "CREATE INDEX request_failed ON request (at) WHERE status >= 400;"
    "CREATE TABLE attempt ("
    "  request_seq INTEGER NOT NULL,"
    "  n INTEGER NOT NULL,"
    "  account TEXT NOT NULL,"
    "  target TEXT NOT NULL,"
    "  outcome TEXT NOT NULL,"
    "  why TEXT,"
    "  waited_ms INTEGER NOT NULL,"
    "  took_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (request_seq, n)) WITHOUT ROWID;"
    "CREATE TABLE total ("
    "  quarter INTEGER NOT NULL,"
    "  caller TEXT NOT NULL,"
    "  target TEXT NOT NULL,"
    "  account TEXT NOT NULL,"
    "  requests INTEGER NOT NULL,"
    "  errors INTEGER NOT NULL,"
    "  cancelled INTEGER NOT NULL,"
    "  input INTEGER NOT NULL,"
    "  cached INTEGER NOT NULL,"
    "  output INTEGER NOT NULL,"
    "  thoughts INTEGER NOT NULL,"
    "  input_audio INTEGER NOT NULL,"
    "  input_image INTEGER NOT NULL,"
    "  output_audio INTEGER NOT NULL,"
    "  output_image INTEGER NOT NULL,"
    "  list_nano INTEGER NOT NULL,"
    "  billed_nano INTEGER NOT NULL,"
    "  unpriced INTEGER NOT NULL,"
    "  unbilled INTEGER NOT NULL,"
    "  PRIMARY KEY (quarter, caller, target, account)) WITHOUT ROWID;"
    "CREATE TABLE body ("
    "  at INTEGER NOT NULL,"
    "  id TEXT NOT NULL,"
    "  n INTEGER NOT NULL,"
    "  part TEXT NOT NULL,"
    "  call INTEGER NOT NULL,"
    "  head TEXT NOT NULL,"
    "  cut INTEGER NOT NULL,"
    "  size INTEGER NOT NULL,"  // of `bytes`
    "  bytes TEXT NOT NULL);"
    "CREATE INDEX body_at ON body (at);"};

}  // namespace

store::DatabaseFile RequestsFile() {
  return {"requests.db", "the request log", "requests and totals", kSteps, store::Deletion::kErase};
}

}  // namespace agm::ledger
