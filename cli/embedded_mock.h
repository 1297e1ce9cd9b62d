#pragma once

#include <memory>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/mock/mock_server.h"

namespace agm::cli {

/// The mock that serves accounts of kind mock without a base_url. It starts with the first such
/// account and listens on a free loopback port while the object lives.
///
/// Thread safety: one thread at a time.
class EmbeddedMock {
 public:
  /// `pace` is the pause between the words of a stream.
  explicit EmbeddedMock(Duration pace = Duration(0)) : pace_(pace) {}

  /// True for an account that this mock serves.
  static bool Serves(const config::Account& account);
  /// Gives the account the mock's address if the mock serves it.
  Result<void> Serve(config::Account& account);

 private:
  Duration pace_;
  std::unique_ptr<mock::MockServer> server_;
};

}  // namespace agm::cli
