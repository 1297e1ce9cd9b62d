#include "core/ledger/recording.h"

#include <fmt/format.h>

#include "core/base/file.h"
#include "core/base/json.h"

namespace agm::ledger {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr std::size_t kLongestFile = 4096;

std::filesystem::path FileIn(const std::filesystem::path& folder) {
  return folder / "recording.json";
}

}  // namespace

bool Recording::On() {
  if (folder_.empty()) return false;
  const TimePoint now = clock_.Now();
  TimePoint::rep due = next_look_.load(std::memory_order_relaxed);
  const TimePoint::rep next = (now + kLookEvery).time_since_epoch().count();
  if (now.time_since_epoch().count() >= due && next_look_.compare_exchange_strong(due, next)) {
    const auto until = Until(folder_);
    until_.store(until ? until->time_since_epoch().count() : 0, std::memory_order_relaxed);
  }
  const WallTime::rep until = until_.load(std::memory_order_relaxed);
  return until != 0 && clock_.Wall().time_since_epoch().count() < until;
}

Result<void> Recording::Start(const std::filesystem::path& folder, WallTime until) {
  return WriteFileAtomically(FileIn(folder),
                             fmt::format("{{\"until\": {}}}\n", until.time_since_epoch().count()));
}

Result<void> Recording::Stop(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::remove(FileIn(folder), failed);
  if (!failed) return {};
  return Fail(ErrorCode::kIo, "{}: {}", FileIn(folder).string(), failed.message());
}

std::optional<WallTime> Recording::Until(const std::filesystem::path& folder) {
  std::error_code failed;
  if (!std::filesystem::exists(FileIn(folder), failed)) return std::nullopt;
  const auto text = ReadFile(FileIn(folder), kLongestFile);
  const auto json = text ? ParseJson(*text) : text.error();
  if (!json || !json->is_object() || !json->contains("until")) return std::nullopt;
  const Json& until = (*json)["until"];
  if (!until.is_number_integer()) return std::nullopt;
  return WallTime(Duration(until.get<std::int64_t>()));
}

}  // namespace agm::ledger
