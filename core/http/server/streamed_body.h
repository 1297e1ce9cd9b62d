#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/http/server/connection.h"
#include "core/http/wire/message.h"

namespace agm::http {

/// The body of the connection's request, read from the client while the handler runs. Sends 100
/// Continue at the first call of Read if the client waits for it.
///
/// Thread safety: the thread that holds the connection.
class StreamedBody : public BodyReader {
 public:
  /// `pause` is the longest silence of the client.
  StreamedBody(Connection& connection, Duration pause)
      : connection_(connection), pause_(pause), size_(SizeOf(connection.reader().head())) {}

  State Read(std::string& out, TimePoint until) override;
  std::optional<std::uint64_t> size() const override { return size_; }
  bool begun() const override { return last_.has_value(); }
  const std::optional<Error>& failure() const override { return failure_; }

 private:
  static std::optional<std::uint64_t> SizeOf(const Head& head);
  bool Begin();
  bool Receive();
  void Wait(TimePoint until);
  State Fail(Error error);

  Connection& connection_;
  const Duration pause_;
  const std::optional<std::uint64_t> size_;
  std::optional<TimePoint> last_;  ///< when bytes came last, or Read was first called
  std::optional<Error> failure_;
};

}  // namespace agm::http
