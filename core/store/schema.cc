#include "core/store/schema.h"

#include <array>

namespace agm::store {
namespace {

constexpr std::array<std::string_view, 4> kStateSteps = {
    // 1: the pool's state.
    "CREATE TABLE rest ("
    "  owner TEXT NOT NULL,"  // an account's name, or project:ID
    "  model TEXT NOT NULL,"  // empty: all models
    "  reason TEXT NOT NULL,"
    "  until INTEGER NOT NULL,"
    "  strikes INTEGER NOT NULL,"
    "  counts_until INTEGER NOT NULL,"
    "  credential TEXT NOT NULL,"  // fingerprint
    "  PRIMARY KEY (owner, model, reason)) WITHOUT ROWID;"
    "CREATE TABLE usage ("
    "  account TEXT NOT NULL PRIMARY KEY,"
    "  requests INTEGER NOT NULL,"
    "  errors INTEGER NOT NULL,"
    "  tokens INTEGER NOT NULL,"
    "  last_used INTEGER) WITHOUT ROWID;"
    "CREATE TABLE belonging ("
    "  account TEXT NOT NULL PRIMARY KEY,"
    "  project TEXT NOT NULL,"
    "  credential TEXT NOT NULL) WITHOUT ROWID;",
    // 2: stored responses and signatures.
    "CREATE TABLE response ("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  owner TEXT NOT NULL,"  // name of the client's key; no other client finds the row
    "  created INTEGER NOT NULL,"
    "  object TEXT NOT NULL,"  // as sent to the client
    "  input TEXT NOT NULL,"   // array of the request's items
    "  items TEXT NOT NULL);"  // array of the whole conversation including this response
    "CREATE INDEX response_created ON response (created);"
    "CREATE TABLE signature ("
    "  call TEXT NOT NULL PRIMARY KEY,"  // id of the tool call
    "  family TEXT NOT NULL,"
    "  signature TEXT NOT NULL,"
    "  created INTEGER NOT NULL);"
    "CREATE INDEX signature_created ON signature (created);",
    // 3: the upstream's own sentence about a cooldown.
    "ALTER TABLE rest ADD COLUMN said TEXT NOT NULL DEFAULT ''",
    // 4: what upstreams keep for accounts, such as files.
    "CREATE TABLE resource ("
    "  name TEXT NOT NULL PRIMARY KEY,"  // files/ID, cachedContents/ID, uploads/ID
    "  owner TEXT NOT NULL,"             // name of the client's key; no other client may use it
    "  account TEXT NOT NULL,"
    "  object TEXT NOT NULL,"  // as the upstream described it when it was created
    "  created INTEGER NOT NULL,"
    "  expires INTEGER NOT NULL);"
    "CREATE INDEX resource_owner ON resource (owner);"
    "CREATE TABLE home ("
    "  owner TEXT NOT NULL PRIMARY KEY,"
    "  account TEXT NOT NULL) WITHOUT ROWID;",  // on which the owner creates resources
};

Result<std::size_t> VersionOf(Connection& connection) {
  std::int64_t version = 0;
  auto asked =
      connection.Query("PRAGMA user_version", {}, [&](const Row& row) { version = row.Int(0); });
  if (!asked) return std::move(asked).error();
  return static_cast<std::size_t>(version);
}

// Runs the statements of a step one by one, because SQLite prepares one at a time.
Result<void> RunStep(Connection& connection, std::string_view step) {
  while (!step.empty()) {
    const std::size_t end = step.find(';');
    if (auto done = connection.Run(step.substr(0, end)); !done) return done;
    step.remove_prefix(end == std::string_view::npos ? step.size() : end + 1);
  }
  return {};
}

Result<void> RunSteps(Connection& connection, SchemaSteps steps) {
  const auto version = VersionOf(connection);  // again: another process may have been first
  if (!version) return version.error();
  for (std::size_t i = *version; i < steps.size(); ++i) {
    if (auto done = RunStep(connection, steps[i]); !done) return done;
  }
  return connection.Run(fmt::format("PRAGMA user_version = {}", steps.size()));
}

}  // namespace

SchemaSteps StateSteps() { return kStateSteps; }

Result<void> Migrate(Connection& connection, SchemaSteps steps) {
  const auto version = VersionOf(connection);
  if (!version) return version.error();
  if (*version == steps.size()) return {};
  if (*version > steps.size()) {
    return Fail(ErrorCode::kIo, "it was made by a newer agm (schema {}, expected at most {})",
                *version, steps.size());
  }
  if (auto begun = connection.Run("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = RunSteps(connection, steps);
  if (done) done = connection.Run("COMMIT");
  if (!done) static_cast<void>(connection.Run("ROLLBACK"));
  return done;
}

}  // namespace agm::store
