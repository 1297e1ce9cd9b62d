#include "core/store/database.h"

#include <sys/stat.h>

#include <chrono>
#include <utility>

namespace agm::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Long enough to batch many writes, short enough that a power failure loses little.
constexpr auto kCollect = 50ms;
constexpr auto kFirstRetry = 2s;
constexpr auto kLongestRetry = 60s;
constexpr std::size_t kMostJobs = 20'000;
// Only small files are checked for damage at the start; in larger ones it shows during use.
constexpr std::uintmax_t kCheckedSize = 16'000'000;

Result<void> MakeFolder(const fs::path& folder) {
  std::error_code failed;
  const bool made = fs::create_directories(folder, failed);
  if (failed) return Fail(ErrorCode::kIo, "{}: {}", folder.string(), failed.message());
  if (made) fs::permissions(folder, fs::perms::owner_all, failed);
  return {};
}

Result<void> Check(Connection& connection, const fs::path& path) {
  std::error_code failed;
  if (const auto size = fs::file_size(path, failed); failed || size > kCheckedSize) return {};
  std::string verdict;
  auto asked =
      connection.Query("PRAGMA quick_check(1)", {}, [&](const Row& row) { verdict = row.Text(0); });
  if (!asked || verdict == "ok") return asked;
  return Fail(ErrorCode::kDamaged, "{}: {}", path.string(), verdict);
}

Result<Connection> OpenFile(const fs::path& path, const DatabaseFile& file, Duration patience) {
  auto connection = Connection::Open(path, patience, file.deletion);
  if (!connection) return connection;
  if (auto sound = Check(*connection, path); !sound) return std::move(sound).error();
  if (auto done = Migrate(*connection, file.steps); !done) return std::move(done).error();
  return connection;
}

// Renames the file together with its -wal and -shm files, which would corrupt a new database.
Result<fs::path> MoveAside(const fs::path& path) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const fs::path aside = path.string() + fmt::format(".damaged-{}", seconds.count());
  std::error_code failed;
  fs::rename(path, aside, failed);
  if (failed) return Fail(ErrorCode::kIo, "{}: {}", path.string(), failed.message());
  std::error_code ignored;
  for (const char* beside : {"-wal", "-shm"}) {
    fs::rename(path.string() + beside, aside.string() + beside, ignored);
  }
  return aside;
}

Connection Forgetful(const DatabaseFile& file) {
  auto connection = Connection::OpenInMemory();
  if (connection) static_cast<void>(Migrate(*connection, file.steps));
  return *std::move(connection);
}

}  // namespace

DatabaseFile StateFile() {
  return {"state.db", "the state file", "cooldowns and usage", StateSteps()};
}

std::unique_ptr<Database> Database::OpenInMemory(DatabaseFile file) {
  Connection connection = Forgetful(file);
  return std::unique_ptr<Database>(
      new Database(std::move(connection), {}, std::move(file), std::nullopt));
}

std::unique_ptr<Database> Database::Open(const fs::path& folder, Duration patience,
                                         DatabaseFile file) {
  const fs::path path = folder / file.name;
  std::optional<Error> warning;
  auto opened = [&]() -> Result<Connection> {
    if (auto made = MakeFolder(folder); !made) return std::move(made).error();
    auto connection = OpenFile(path, file, patience);
    if (connection || connection.error().code != ErrorCode::kDamaged) return connection;
    auto aside = MoveAside(path);
    if (!aside) return std::move(aside).error();
    warning = Fail(ErrorCode::kIo, "{} was damaged and moved to {}; {} start from zero",
                   file.subject, aside->string(), file.contents);
    return OpenFile(path, file, patience);
  }();
  if (opened) {
    return std::unique_ptr<Database>(
        new Database(*std::move(opened), path, std::move(file), std::move(warning)));
  }
  const std::string& why = opened.error().message;
  const bool named = why.starts_with(folder.string());
  warning =
      Fail(ErrorCode::kIo, "{} cannot be used: {}{}; {} will be forgotten when the program ends",
           file.subject, named ? "" : path.string() + ": ", why, file.contents);
  Connection connection = Forgetful(file);
  return std::unique_ptr<Database>(
      new Database(std::move(connection), {}, std::move(file), std::move(warning)));
}

Database::Database(Connection connection, fs::path path, DatabaseFile file,
                   std::optional<Error> warning)
    : path_(std::move(path)),
      file_(std::move(file)),
      connection_(std::move(connection)),
      warning_(std::move(warning)),
      writer_([this] { WriteInBackground(); }) {}

Database::~Database() {
  {
    std::lock_guard lock(jobs_mutex_);
    closing_ = true;
  }
  asked_.notify_all();
  writer_.join();
}

void Database::Write(std::string key, Work work) {
  std::lock_guard lock(jobs_mutex_);
  if (const auto known = by_key_.find(key); known != by_key_.end()) {
    jobs_.erase(known->second);
    by_key_.erase(known);
  }
  if (jobs_.size() >= kMostJobs) {
    if (!std::exchange(overflowed_, true)) {
      warning_ = Fail(ErrorCode::kIo, "more changes wait than can be written; some are lost");
    }
    return;
  }
  const bool idle = jobs_.empty();
  by_key_[key] = jobs_.insert(jobs_.end(), {key, std::move(work)});
  if (idle) asked_.notify_one();
}

Result<void> Database::Read(const Work& work) {
  std::lock_guard lock(connection_mutex_);
  FlushLocked();
  return work(connection_);
}

bool Database::Flush() {
  std::lock_guard lock(connection_mutex_);
  return FlushLocked();
}

std::optional<Error> Database::TakeWarning() {
  std::lock_guard lock(jobs_mutex_);
  return std::exchange(warning_, std::nullopt);
}

void Database::Warn(Error error) {
  std::lock_guard lock(jobs_mutex_);
  warning_ = std::move(error);
}

void Database::WriteInBackground() {
  std::chrono::milliseconds pause = kFirstRetry;
  for (;;) {
    {
      std::unique_lock lock(jobs_mutex_);
      asked_.wait(lock, [&] { return closing_ || !jobs_.empty(); });
      asked_.wait_for(lock, kCollect, [&] { return closing_; });
      if (closing_ && jobs_.empty()) return;
    }
    const bool done = Flush();
    std::unique_lock lock(jobs_mutex_);
    if (closing_ && !done) return;  // that was the last attempt
    if (done) {
      pause = kFirstRetry;
    } else {
      asked_.wait_for(lock, pause, [&] { return closing_; });
      pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestRetry);
    }
  }
}

bool Database::FlushLocked() {
  Jobs jobs;
  {
    std::lock_guard lock(jobs_mutex_);
    jobs.swap(jobs_);
    by_key_.clear();
  }
  if (jobs.empty()) return true;
  const auto done = WithRepair([&] { return Commit(jobs); });
  if (done) {
    failing_ = false;
    return true;
  }
  if (!failing_.exchange(true)) {
    Warn(Fail(ErrorCode::kIo, "the state cannot be saved for now: {}; it is kept in memory",
              done.error().message));
  }
  GiveBack(std::move(jobs));
  return false;
}

Result<void> Database::InTransaction(const Work& work) {
  if (auto begun = connection_.Run("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = work(connection_);
  if (done) done = connection_.Run("COMMIT");
  if (!done) static_cast<void>(connection_.Run("ROLLBACK"));
  return done;
}

// Repeats the attempt once in a new file if the present one turns out to be damaged.
Result<void> Database::WithRepair(const std::function<Result<void>()>& attempt) {
  auto done = attempt();
  if (done || done.error().code != ErrorCode::kDamaged || path_.empty()) return done;
  auto aside = MoveAside(path_);
  auto fresh = aside ? OpenFile(path_, file_, Duration(2000)) : aside.error();
  if (!fresh) return done;
  connection_ = *std::move(fresh);
  Warn(Fail(ErrorCode::kIo, "{} was damaged and moved to {}", file_.subject, aside->string()));
  return attempt();
}

Result<void> Database::Transact(const Work& work) {
  std::lock_guard lock(connection_mutex_);
  FlushLocked();
  return WithRepair([&] { return InTransaction(work); });
}

// Commits all jobs in one transaction, but leaves out a job that can never succeed.
Result<void> Database::Commit(const Jobs& jobs) {
  return InTransaction([&](Connection& connection) -> Result<void> {
    for (const Job& job : jobs) {
      auto done = job.work(connection);
      if (!done && done.error().code != ErrorCode::kInternal) return done;
    }
    return {};
  });
}

// Puts failed jobs before newer ones. A newer job replaces a failed job with the same key.
void Database::GiveBack(Jobs jobs) {
  std::lock_guard lock(jobs_mutex_);
  std::erase_if(jobs, [&](const Job& job) { return by_key_.contains(job.key); });
  for (auto job = jobs.begin(); job != jobs.end(); ++job) by_key_[job->key] = job;
  jobs_.splice(jobs_.begin(), jobs);
}

}  // namespace agm::store
