#include "core/store/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace agm::store {
namespace {

ErrorCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kDamaged;
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return ErrorCode::kIo;
    default:
      return ErrorCode::kInternal;
  }
}

Error Failure(const std::string& name, int code) {
  return Fail(CodeOf(code), "{}: {}", name, sqlite3_errstr(code));
}

// SQLite does not copy the texts: they live until the statement has run and its bindings are cleared.
struct Binder {
  sqlite3_stmt* statement;
  int at;
  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, at); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, at, value); }
  int operator()(std::string_view text) const {
    return sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
};

// Creates the file itself, because SQLite gives its -wal and -shm files the mode of the main file.
Result<void> MakeFile(const std::string& name) {
  const int fd = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
    return {};
  }
  return Fail(ErrorCode::kIo, "{}: {}", name, std::strerror(errno));
}

}  // namespace

bool Row::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Row::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(size));
}

void Connection::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

void Connection::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<Connection> Connection::Open(const std::filesystem::path& path, Duration patience,
                                    Deletion deletion) {
  if (auto made = MakeFile(path.string()); !made) return std::move(made).error();
  auto connection = Prepared(path.string(), SQLITE_OPEN_READWRITE, patience);
  if (!connection) return connection;
  // SQLite takes auto_vacuum only before the file's first page is written.
  if (deletion == Deletion::kErase) {
    for (const char* setting : {"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA secure_delete = ON"}) {
      if (auto done = connection->Run(setting); !done) return std::move(done).error();
    }
  }
  // Only the first statement needs the file itself, so it shows whether the file is a database.
  for (const char* setting :
       {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL",
        "PRAGMA journal_size_limit = 4000000", "PRAGMA trusted_schema = OFF"}) {
    if (auto done = connection->Run(setting); !done) return std::move(done).error();
  }
  return connection;
}

Result<Connection> Connection::OpenToRead(const std::filesystem::path& path, Duration patience) {
  if (access(path.c_str(), F_OK) != 0) {
    return Fail(ErrorCode::kNotFound, "{}: {}", path.string(), std::strerror(errno));
  }
  // A reader of a WAL file needs its shared memory, which SQLite opens for writing.
  auto connection = Prepared(path.string(), SQLITE_OPEN_READWRITE, patience);
  if (!connection) return connection;
  if (auto done = connection->Run("PRAGMA query_only = ON"); !done) return std::move(done).error();
  return connection;
}

Result<Connection> Connection::OpenInMemory() {
  return Prepared(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, Duration{0});
}

Result<Connection> Connection::Prepared(const std::string& name, int flags, Duration patience) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<sqlite3, Close> db(opened);
  if (code != SQLITE_OK) return Failure(name, code);
  sqlite3_busy_timeout(db.get(), static_cast<int>(patience.count()));
  return Connection(std::move(db), name);
}

Error Connection::Failed(int code) const { return Failure(name_, code); }

Result<sqlite3_stmt*> Connection::Find(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) {
    return found->second.get();
  }
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return Failed(code);
  statements_.emplace(sql, made);
  return made;
}

Result<void> Connection::Run(std::string_view sql, std::initializer_list<Value> values) {
  return Query(sql, values, [](const Row&) {});
}

Result<void> Connection::Query(std::string_view sql, std::initializer_list<Value> values,
                               const std::function<void(const Row&)>& each) {
  return Query(sql, std::span(values.begin(), values.size()), each);
}

Result<void> Connection::Query(std::string_view sql, std::span<const Value> values,
                               const std::function<void(const Row&)>& each) {
  auto statement = Find(sql);
  if (!statement) return std::move(statement).error();
  int at = 0;
  int code = SQLITE_OK;
  for (const Value& value : values) {
    code = std::visit(Binder{*statement, ++at}, value);
    if (code != SQLITE_OK) break;
  }
  if (code == SQLITE_OK) {
    while ((code = sqlite3_step(*statement)) == SQLITE_ROW) each(Row(*statement));
  }
  sqlite3_reset(*statement);
  sqlite3_clear_bindings(*statement);
  if (code != SQLITE_DONE) return Failed(code);
  return {};
}

}  // namespace agm::store
