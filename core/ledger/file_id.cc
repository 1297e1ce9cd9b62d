#include "core/ledger/file_id.h"

#include "core/base/random.h"

namespace agm::ledger {

std::string FileId(store::Database& database) {
  const std::string fresh = RandomId(12);
  std::string id;
  const auto done = database.Transact([&](store::Connection& connection) {
    auto added = connection.Run(
        "INSERT INTO setting (name, value) VALUES ('id', ?) ON CONFLICT DO NOTHING", {fresh});
    if (!added) return added;
    id = ReadFileId(connection);
    return added;
  });
  return done && !id.empty() ? id : fresh;
}

std::string ReadFileId(store::Connection& connection) {
  std::string id;
  const auto done = connection.Query("SELECT value FROM setting WHERE name = 'id'", {},
                                     [&](const store::Row& row) { id = row.Text(0); });
  return done ? id : std::string();
}

}  // namespace agm::ledger
