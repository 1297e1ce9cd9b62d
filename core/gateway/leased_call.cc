#include "core/gateway/leased_call.h"

#include <chrono>
#include <utility>
#include <variant>

#include "core/upstream/trouble.h"

namespace agm::gateway {

LeasedCall::LeasedCall(accounts::Lease lease, std::unique_ptr<upstream::Call> call,
                       Queue<chat::Event> held, TimePoint started, Clock& clock)
    : lease_(std::move(lease)),
      call_(std::move(call)),
      held_(std::move(held)),
      first_byte_(std::chrono::duration_cast<Duration>(clock.Now() - started)) {}

void LeasedCall::Settle(const chat::Event& event) {
  if (const auto* finished = std::get_if<chat::Finished>(&event)) {
    const chat::Usage& usage = finished->usage;
    lease_.Report(accounts::Success{first_byte_, usage.input + usage.output, usage.input});
  } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    if (failed->error.code == ErrorCode::kCancelled) return;
    lease_.Report(call_->failure() ? *call_->failure()
                                   : upstream::ClassifyTransport(failed->error));
  }
}

std::optional<chat::Event> LeasedCall::Next(TimePoint until) {
  std::optional<chat::Event> event = held_.empty() ? call_->Next(until) : held_.pop();
  if (event) Settle(*event);
  return event;
}

}  // namespace agm::gateway
