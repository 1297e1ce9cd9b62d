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

namespace agm::store {

/// What the program remembers: `state.db` in the state folder (mode 0700), in which each file of
/// this room keeps tables of its own.
///
///   auto database = Database::Open(folder);
///   database->Write("usage/work", [=](Connection& c) { return c.Run("INSERT ...", {...}); });
///   database->Read([&](Connection& c) { return c.Query("SELECT ...", {}, ...); });
///
/// Never in a request's way: Write returns at once, and a thread does what was asked soon, many at
/// a time in one transaction. Of two writes with the same key only the later one is done, so little
/// is kept waiting. All is done before the Database is gone.
///
/// Never a reason to stop: Open does not fail. A file that cannot be opened is replaced by one in
/// memory; a damaged one is moved aside; what cannot be written (disk full, locked) is kept in
/// memory and tried again. Each time TakeWarning says so, once.
///
/// Thread safety: any thread.
class Database {
 public:
  using Work = std::function<Result<void>(Connection&)>;

  static std::unique_ptr<Database> Open(const std::filesystem::path& folder,
                                        Duration patience = Duration(2000));
  /// One that forgets; for tests, and where there is no state folder.
  static std::unique_ptr<Database> OpenInMemory();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void Write(std::string key, Work work);
  /// Runs `work` at once, after all that was written before.
  Result<void> Read(const Work& work);
  /// Whether something has to wait for better times; steady inside of Read's work.
  bool failing() const { return failing_; }
  /// Does now what was asked so far; false if something has to wait for better times.
  bool Flush();

  /// What went wrong since the last call, in words for the operator.
  std::optional<Error> TakeWarning();
  /// Whether nothing will outlive the process.
  bool in_memory() const { return path_.empty(); }

 private:
  struct Job {
    std::string key;
    Work work;
  };
  using Jobs = std::list<Job>;

  Database(Connection connection, std::filesystem::path path, std::optional<Error> warning);
  void WriteInBackground();
  bool FlushLocked();
  Result<void> Commit(const Jobs& jobs);
  void GiveBack(Jobs jobs);
  void Warn(Error error);

  const std::filesystem::path path_;  ///< empty: in memory

  std::mutex connection_mutex_;  ///< taken before jobs_mutex_
  Connection connection_;
  std::atomic<bool> failing_ = false;  ///< the last commit failed, and that was said

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
