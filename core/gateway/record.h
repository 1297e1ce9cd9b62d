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

/// The phase in which a request ended, for the access log.
enum class Phase { kRead, kAuth, kConvert, kWaiting, kUpstream, kAnswer, kStream, kDone };

/// The party that ended the request.
enum class EndedBy { kGateway, kClient, kUpstream };

/// The facts of one request, collected while it runs. The destructor writes them once, as one
/// access line and into the metrics. If an exception destroys it, it reports status 500.
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
  std::string from;    ///< the client's address
  std::string method;  ///< as sent
  std::string path;    ///< without the query, which may hold a key
  std::string_view route = "unknown";
  std::string model;    ///< as in the request
  std::string target;   ///< after mapping; empty before
  std::string account;  ///< label of the account tried last
  int tries = 0;
  int status = 0;
  Phase phase = Phase::kRead;
  EndedBy end = EndedBy::kGateway;
  std::string_view error;  ///< CodeName of the error sent to the client
  std::string why;         ///< its message
  chat::Usage usage;

  /// Records that the first byte of the response is being sent.
  void FirstByte();
  Duration Age() const;
  /// Makes the destructor write nothing.
  void Forget() { log_ = nullptr; }

 private:
  Clock* clock_;
  Log* log_;
  Metrics* metrics_;
  TimePoint started_;
  int exceptions_;  ///< number of active exceptions at construction
  Duration first_byte_{-1};
};

/// Logs an exception during the request `id`, which is a bug.
void LogThrown(Log& log, const std::string& id, std::string_view what);

}  // namespace agm::gateway
