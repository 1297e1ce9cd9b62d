#include "core/page/pulse.h"

namespace agm::page {

std::int64_t Pulse::Now() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_.Now().time_since_epoch()).count();
}

void Pulse::Count(const ledger::Entry& entry) {
  const std::int64_t now = Now();
  auto seconds = seconds_.Lock();
  Second& second = (*seconds)[static_cast<std::size_t>(now) % seconds->size()];
  if (second.at != now) second = {now, {}};
  ++second.figures.requests;
  second.figures.errors += entry.failed() ? 1 : 0;
  second.figures.input_tokens += entry.tokens.input;
  second.figures.output_tokens += entry.tokens.output;
}

Pulse::Figures Pulse::LastMinute() const {
  const std::int64_t now = Now();
  Figures sum;
  for (const Second& second : seconds_.Copy()) {
    if (second.at < 0 || now - second.at >= 60) continue;
    sum.requests += second.figures.requests;
    sum.errors += second.figures.errors;
    sum.input_tokens += second.figures.input_tokens;
    sum.output_tokens += second.figures.output_tokens;
  }
  return sum;
}

}  // namespace agm::page
