#include "core/mock/script.h"

#include <array>

#include "core/base/glob.h"

namespace agm::mock {
namespace {

GoogleError ErrorOfStatus(int status) {
  struct Named {
    int status;
    std::string_view name;
  };
  static constexpr std::array kNamed = {
      Named{400, "invalid-argument"}, Named{401, "unauthenticated"}, Named{402, "prepay"},
      Named{403, "leaked"},           Named{404, "not-found"},       Named{429, "quota-minute"},
      Named{499, "cancelled"},        Named{500, "internal"},        Named{503, "overloaded"},
      Named{504, "deadline"}};
  for (const Named& named : kNamed) {
    if (named.status == status) return *MakeTrouble(named.name, "");
  }
  return HtmlPage(status);
}

}  // namespace

bool Script::Fits(const Step& step, const Occasion& occasion) {
  if (step.method.empty() ? !occasion.is_call() : step.method != occasion.method) {
    return false;
  }
  return occasion.key.find(step.key) != std::string_view::npos &&
         occasion.body.find(step.text) != std::string_view::npos &&
         (step.model.empty() || GlobMatches(step.model, occasion.model));
}

Fault Script::Make(const Step& step, std::string_view model) {
  Fault fault = step.fault;
  if (!step.error.empty()) {
    fault.error = MakeTrouble(step.error, model, step.retry);
  } else if (fault.fail_after_events && !fault.error && step.status == 0) {
    fault.error = MakeTrouble("overloaded", model);
  } else if (step.status != 0 && !fault.body && !fault.error) {
    fault.error = ErrorOfStatus(step.status);
  }
  if (step.status != 0) fault.status = step.status;
  if (fault.error && step.status != 0) fault.error->http = step.status;
  if (fault.error && !step.message.empty()) fault.error->message = step.message;
  return fault;
}

std::optional<Fault> Script::Match(const Occasion& occasion) {
  for (Step& step : steps_) {
    if (!Fits(step, occasion)) continue;
    ++step.seen;
    if (step.nth > 0 && step.seen != step.nth) continue;
    if (step.times >= 0 && step.done >= step.times) continue;
    ++step.done;
    return Make(step, occasion.model);
  }
  return std::nullopt;
}

}  // namespace agm::mock
