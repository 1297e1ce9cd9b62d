#include "cli/embedded_mock.h"

#include <utility>

namespace agm::cli {

bool EmbeddedMock::Serves(const config::Account& account) {
  return account.kind == config::AccountKind::kMock && account.base_url.empty();
}

Result<void> EmbeddedMock::Serve(config::Account& account) {
  if (!Serves(account)) return {};
  if (!server_) {
    auto started = mock::MockServer::Start({.pace = pace_});
    if (!started) return std::move(started).error();
    server_ = *std::move(started);
  }
  account.base_url = server_->base_url();
  return {};
}

}  // namespace agm::cli
