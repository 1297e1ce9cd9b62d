#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/clock.h"
#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace agm::store {

/// The value for a `?`: null, a number, or a text.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view>;

/// One row of a query's result; columns count from 0. Valid only inside the callback.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  bool IsNull(int column) const;
  std::int64_t Int(int column) const;
  std::string Text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// How deleted rows leave the file: their pages are used again later; or they are overwritten with
/// zeros (secure_delete) and can be given back to the file system (auto_vacuum INCREMENTAL).
enum class Deletion { kReuse, kErase };

/// An open SQLite file with our settings (WAL, synchronous NORMAL).
///
///   auto connection = Connection::Open(path, Duration(2000));
///   if (!connection) return std::move(connection).error();
///   auto done = connection->Run("INSERT INTO usage (account, tokens) VALUES (?, ?)", {name, 5});
///   done = connection->Query("SELECT account FROM usage", {},
///                            [&](const Row& row) { names.push_back(row.Text(0)); });
///
/// Each statement is prepared once and cached. Errors name the file: kIo if the same statement can
/// succeed later (the disk is full, the file is locked), kDamaged if the file is damaged, kInternal
/// if the statement can never succeed.
///
/// Thread safety: one thread at a time.
class Connection {
 public:
  /// Creates the file (mode 0600) if it does not exist. Waits up to `patience` for a lock that
  /// another process holds.
  static Result<Connection> Open(const std::filesystem::path& path, Duration patience,
                                 Deletion deletion = Deletion::kReuse);
  /// Opens an existing file for reading only, also while another process writes it. kNotFound if
  /// there is no such file.
  static Result<Connection> OpenToRead(const std::filesystem::path& path, Duration patience);
  /// Opens a database that exists only in memory.
  static Result<Connection> OpenInMemory();

  Result<void> Run(std::string_view sql, std::initializer_list<Value> values = {});
  Result<void> Query(std::string_view sql, std::initializer_list<Value> values,
                     const std::function<void(const Row&)>& each);
  /// The same for a number of values that is not known before.
  Result<void> Query(std::string_view sql, std::span<const Value> values,
                     const std::function<void(const Row&)>& each);

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  static Result<Connection> Prepared(const std::string& name, int flags, Duration patience);
  Connection(std::unique_ptr<sqlite3, Close> db, std::string name)
      : db_(std::move(db)), name_(std::move(name)) {}
  Result<sqlite3_stmt*> Find(std::string_view sql);
  Error Failed(int code) const;

  std::unique_ptr<sqlite3, Close> db_;
  std::string name_;
  std::map<std::string, Statement, std::less<>> statements_;  ///< destroyed before db_
};

}  // namespace agm::store
