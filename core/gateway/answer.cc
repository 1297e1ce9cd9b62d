#include "core/gateway/answer.h"

#include <variant>

namespace agm::gateway {

Opened::Opened(accounts::Lease lease, std::unique_ptr<upstream::Call> call,
               std::deque<chat::Event> held, TimePoint started, Clock& clock)
    : lease_(std::move(lease)),
      call_(std::move(call)),
      held_(std::move(held)),
      first_byte_(std::chrono::duration_cast<Duration>(clock.Now() - started)) {}

void Opened::Settle(const chat::Event& event) {
  if (const auto* finished = std::get_if<chat::Finished>(&event)) {
    lease_.Report(accounts::Success{first_byte_, finished->usage.input + finished->usage.output});
  } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    if (failed->error.code == ErrorCode::kCancelled) return;
    lease_.Report(call_->failure() ? *call_->failure()
                                   : upstream::ClassifyTransport(failed->error));
  }
}

std::optional<chat::Event> Opened::Next(TimePoint until) {
  std::optional<chat::Event> event;
  if (held_.empty()) {
    event = call_->Next(until);
  } else {
    event = std::move(held_.front());
    held_.pop_front();
  }
  if (event) Settle(*event);
  return event;
}

std::optional<chat::Event> Answer::Next(TimePoint until) {
  auto event = NextOfAll(until);
  if (event) keeper_.See(*event);
  return event;
}

std::optional<chat::Event> Answer::NextOfAll(TimePoint until) {
  if (calls_.size() == 1) return calls_.front().Next(until);
  while (ready_.empty() && !merge_.ended()) {
    auto event = calls_[at_].Next(until);
    if (!event) return std::nullopt;
    const bool done = std::holds_alternative<chat::Finished>(*event);
    std::vector<chat::Event> out;
    merge_.Add(static_cast<int>(at_), *std::move(event), out);
    for (chat::Event& whole : out) ready_.push_back(std::move(whole));
    if (done && at_ + 1 < calls_.size()) ++at_;
  }
  if (ready_.empty()) return std::nullopt;
  chat::Event event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

}  // namespace agm::gateway
