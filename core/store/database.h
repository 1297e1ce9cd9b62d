#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/store/connection.h"
#include "core/store/schema.h"

namespace agm::store {

/// A database file of the state folder.
struct DatabaseFile {
  std::string name;      ///< "state.db"
  std::string subject;   ///< what messages call it: "the state file"
  std::string contents;  ///< what is lost with it: "cooldowns and usage"
  SchemaSteps steps;
  Deletion deletion = Deletion::kReuse;
};

/// `state.db`, the pool's and the conversations' memory.
DatabaseFile StateFile();

/// The program's persistent state: a file in the state folder (mode 0700), by default `state.db`.
/// Each source file of this folder keeps its own tables in it; the request log has a file of its
/// own, so that its growth cannot harm the pool's state.
///
///   auto database = Database::Open(folder);
///   database->Write("usage/work", [](Connection& c) { return c.Run("DELETE FROM usage"); });
///   auto read = database->Read([&](Connection& c) { return c.Query("SELECT 1", {}, on_row); });
///
/// It never delays a request: Write returns at once, and a background thread writes many changes in
/// one transaction. Of two pending writes with the same key only the later one is done. The
/// destructor makes a last attempt to write all that is pending.
///
/// It never stops the program: Open does not fail. If the file cannot be opened, a database in
/// memory takes its place; a damaged file is moved aside; writes that fail (disk full, locked) stay
/// in memory and are retried. TakeWarning reports each such event once.
///
/// Thread safety: any thread.
class Database {
 public:
  using Work = std::function<Result<void>(Connection&)>;

  static std::unique_ptr<Database> Open(const std::filesystem::path& folder,
                                        Duration patience = Duration(2000),
                                        DatabaseFile file = StateFile());
  /// A database without a file; for tests, and if there is no state folder.
  static std::unique_ptr<Database> OpenInMemory(DatabaseFile file = StateFile());
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void Write(std::string key, Work work);
  /// Runs `work` at once, after all earlier writes.
  Result<void> Read(const Work& work);
  /// Runs `work` at once in a transaction of its own, which is committed if `work` succeeds. A
  /// damaged file is moved aside and the work done again in a new one. Unlike Write, it waits for
  /// the disk and is not repeated: the caller learns the result.
  Result<void> Transact(const Work& work);
  /// True while writes fail and wait for a retry; does not change during Read's work.
  bool failing() const { return failing_; }
  /// Writes all that is pending now; false if something must wait for a retry.
  bool Flush();

  /// The latest problem since the last call, as text for the operator.
  std::optional<Error> TakeWarning();
  /// True if the state will not outlive the process.
  bool in_memory() const { return path_.empty(); }
  const std::filesystem::path& path() const { return path_; }  ///< empty: in memory

 private:
  struct Job {
    std::string key;
    Work work;
  };
  using Jobs = std::list<Job>;

  Database(Connection connection, std::filesystem::path path, DatabaseFile file,
           std::optional<Error> warning);
  Result<void> InTransaction(const Work& work);
  Result<void> WithRepair(const std::function<Result<void>()>& attempt);
  void WriteInBackground();
  bool FlushLocked();
  Result<void> Commit(const Jobs& jobs);
  void GiveBack(Jobs jobs);
  void Warn(Error error);

  const std::filesystem::path path_;  ///< empty: in memory
  const DatabaseFile file_;

  std::mutex connection_mutex_;  ///< locked before jobs_mutex_
  Connection connection_;
  std::atomic<bool> failing_ = false;  ///< the last commit failed, and a warning was given

  std::mutex jobs_mutex_;
  std::condition_variable asked_;
  Jobs jobs_;
  std::map<std::string, Jobs::iterator> by_key_;
  bool overflowed_ = false;
  bool closing_ = false;
  std::optional<Error> warning_;

  std::thread writer_;
};

}  // namespace agm::store
