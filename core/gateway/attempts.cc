// How one request gets its answer:
//
//   for each target that an account can serve: for each prompt write the calls that it needs, then
//   open them in parallel
//     all opened          ──▶ the answer
//     an invalid request  ──▶ the error
//     otherwise           ──▶ the next target
//
// drafts.cc writes the calls, chat_call.cc handles a single one, rotation.cc chooses the accounts.

#include "core/gateway/attempts.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "core/gateway/targets.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kSideBySide = 16;

using Requests = std::vector<std::shared_ptr<const chat::Request>>;
using Opening = Result<std::optional<LeasedCall>>;

// Makes one request for each prompt.
Requests CutIntoPrompts(std::shared_ptr<const chat::Request> request) {
  Requests prompts;
  for (const auto& messages : request->further) {
    auto prompt = std::make_shared<chat::Request>(*request);
    prompt->messages = messages;
    prompt->further.clear();
    prompts.push_back(std::move(prompt));
  }
  prompts.insert(prompts.begin(), std::move(request));
  return prompts;
}

std::shared_ptr<const chat::Request> ForOneChoice(const chat::Request& request) {
  auto one = std::make_shared<chat::Request>(request);
  one->choices = 1;
  return one;
}

/// The attempts of one request over all its targets.
class Attempts {
 public:
  Attempts(std::shared_ptr<const RequestContext> context,
           std::shared_ptr<const chat::Request> request, Record& record)
      : context_(std::move(context)),
        prompts_(CutIntoPrompts(std::move(request))),
        record_(record) {}

  /// nullopt if another target should be tried; an error if that would not help.
  Result<std::optional<OpenedCalls>> Target(const std::string& target, bool last);
  /// The client's error after all targets have failed.
  Error Verdict() const;

 private:
  Result<std::vector<ChatCall>> Write(const std::string& target);
  std::vector<Opening> OpenAll(std::vector<ChatCall>& calls, bool last);
  void Note(const std::string& target);

  const std::shared_ptr<const RequestContext> context_;
  const Requests prompts_;
  Record& record_;
  chat::CallPlan plan_;
  std::vector<Allowance> allowances_;  ///< by call, over all targets
  std::string target_;                 ///< the target that was considered last
  std::size_t verdict_ = 0;            ///< index of the call that failed for the last target
};

Result<std::vector<ChatCall>> Attempts::Write(const std::string& target) {
  std::vector<ChatCall> calls;
  calls.reserve(prompts_.size());
  for (const auto& prompt : prompts_) {
    const int each = prompt->choices > 1 ? CallsFor(*context_, *prompt, target) : 1;
    auto drafts = Drafts::Write(*context_, each > 1 ? ForOneChoice(*prompt) : prompt, target);
    if (!drafts) return std::move(drafts).error();
    if (calls.empty()) record_.dropped = drafts->dropped();
    const int choices = each > 1 ? 1 : static_cast<int>(prompt->choices);
    plan_ = {static_cast<int>(prompts_.size()), each, choices};
    for (int i = 1; i < each; ++i) calls.emplace_back(context_, target, *drafts);
    calls.emplace_back(context_, target, *std::move(drafts));
  }
  allowances_.resize(std::max(allowances_.size(), calls.size()), Allowance(*context_));
  return calls;
}

// Opens calls in parallel on several threads; a single call, the usual case, on this thread.
std::vector<Opening> Attempts::OpenAll(std::vector<ChatCall>& calls, bool last) {
  std::vector<Opening> openings;
  for (std::size_t i = 0; i < calls.size(); ++i) openings.emplace_back(std::optional<LeasedCall>());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < calls.size(); i = next++) {
      openings[i] = calls[i].Open(allowances_[i], last);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(calls.size(), kSideBySide); ++i) threads.emplace_back(work);
  work();
  threads.clear();
  return openings;
}

// The record names the target that was called last, not one for which no account was free.
void Attempts::Note(const std::string& target) {
  const int before = record_.tries;
  record_.ForgetTries();
  for (auto allowance = allowances_.rbegin(); allowance != allowances_.rend(); ++allowance) {
    allowance->NoteIn(record_);
  }
  if (record_.tries > before) record_.target = target;
}

Result<std::optional<OpenedCalls>> Attempts::Target(const std::string& target, bool last) {
  target_ = target;
  if (record_.target.empty()) record_.target = target;
  record_.phase = Phase::kConvert;
  auto calls = Write(target);
  if (!calls) return std::move(calls).error();
  auto openings = OpenAll(*calls, last);
  Note(target);
  OpenedCalls opened{target, {}, plan_};
  opened.calls.reserve(openings.size());
  std::optional<Error> error;
  for (std::size_t i = 0; i < openings.size(); ++i) {
    if (openings[i] && *openings[i]) {
      opened.calls.push_back({std::move((*calls)[i]), **std::move(openings[i])});
    } else {
      verdict_ = i;
      if (!openings[i] && !error) error = openings[i].error();
    }
  }
  const bool whole = opened.calls.size() == openings.size();
  if (!whole && (opened.calls.empty() || !prompts_.front()->fewer_will_do)) {
    if (error) return *std::move(error);
    return std::optional<OpenedCalls>();
  }
  if (!whole) opened.plan = {1, static_cast<int>(opened.calls.size()), 1};
  return std::optional(std::move(opened));
}

Error Attempts::Verdict() const {
  return gateway::Verdict(*context_, allowances_[verdict_], target_);
}

}  // namespace

Result<OpenedCalls> OpenCalls(std::shared_ptr<const RequestContext> context,
                              std::shared_ptr<const chat::Request> request,
                              const std::vector<std::string>& targets, Record& record) {
  const auto servable = ServableTargets(*context, targets, Use::kGenerate);
  if (!servable) return servable.error();
  Attempts attempts(std::move(context), std::move(request), record);
  for (std::size_t i = 0; i < servable->size(); ++i) {
    auto opened = attempts.Target((*servable)[i], i + 1 == servable->size());
    if (!opened) return std::move(opened).error();
    if (*opened) return **std::move(opened);
  }
  return attempts.Verdict();
}

}  // namespace agm::gateway
