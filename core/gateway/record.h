#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/chat/event.h"
#include "core/gateway/metrics.h"
#include "core/http/server/server.h"

namespace agm::gateway {

/// Where a request was when it ended, as the access log says it.
enum class Phase { kRead, kAuth, kConvert, kWaiting, kUpstream, kAnswer, kStream, kDone };

/// Who ended it.
enum class EndedBy { kGateway, kClient, kUpstream };

/// The facts of one request, gathered on its way: written once, as one access line and one count in
/// the metrics, when the record dies. One that dies because of an exception tells of a status 500.
///
/// Thread safety: one thread at a time.
class Record {
 public:
  Record(Clock& clock, Log& log, Metrics& metrics);
  Record(Record&& other) noexcept;
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  ~Record();

  std::string id;  ///< x-request-id
  std::string caller;
  std::string_view route = "unknown";
  std::string model;    ///< as asked
  std::string target;   ///< as mapped; empty until then
  std::string account;  ///< label of the last account that was tried
  int tries = 0;
  int status = 0;
  Phase phase = Phase::kRead;
  EndedBy end = EndedBy::kGateway;
  std::string_view error;  ///< CodeName of the error that was answered
  chat::Usage usage;

  /// Notes that the first byte of the answer is on its way.
  void FirstByte();
  Duration Age() const;
  /// Nothing is written when it dies.
  void Forget() { log_ = nullptr; }

 private:
  Clock* clock_;
  Log* log_;
  Metrics* metrics_;
  TimePoint started_;
  int exceptions_;  ///< under way when it was made
  Duration first_byte_{-1};
};

/// Tells the operator of an exception at the request `id`, which is a bug.
void LogThrown(Log& log, const std::string& id, std::string_view what);

}  // namespace agm::gateway
