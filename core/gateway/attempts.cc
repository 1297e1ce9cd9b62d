// How one request gets its answer:
//
//   for each target that an account can serve: for each prompt write the calls that it needs, then
//   open them in parallel
//     all opened          ──▶ the answer
//     an invalid request  ──▶ the error
//     otherwise           ──▶ the next target
//
// chat_call.cc handles a single call, rotation.cc chooses the accounts.

#include "core/gateway/attempts.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <variant>

#include "core/gateway/catalog.h"
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

/// The attempts of one request over all its targets.
class Attempts {
 public:
  Attempts(const RequestContext& context, std::shared_ptr<const chat::Request> request,
           Record& record)
      : context_(context), prompts_(CutIntoPrompts(std::move(request))), record_(record) {}

  /// nullopt if another target should be tried; an error if that would not help.
  Result<std::optional<Answer>> Target(const std::string& model, bool last);
  /// The client's error after all targets have failed.
  Error Verdict() const;

 private:
  Result<std::vector<ChatCall>> Write(const std::string& model);
  std::vector<Opening> OpenAll(std::vector<ChatCall>& calls, bool last);
  void Note(const std::string& model);

  const RequestContext& context_;
  const Requests prompts_;
  Record& record_;
  chat::CallPlan plan_;
  std::vector<Allowance> allowances_;  ///< by call, over all targets
  std::string target_;                 ///< the target that was considered last
  std::size_t verdict_ = 0;            ///< index of the call that failed for the last target
};

Result<std::vector<ChatCall>> Attempts::Write(const std::string& model) {
  std::vector<ChatCall> calls;
  calls.reserve(prompts_.size());
  for (const auto& prompt : prompts_) {
    auto draft = WriteDraft(context_, *prompt, model, record_.id);
    if (!draft) return std::move(draft).error();
    if (calls.empty()) record_.dropped = draft->dropped;
    const int choices = draft->calls > 1 ? 1 : static_cast<int>(prompt->choices);
    plan_ = {static_cast<int>(prompts_.size()), draft->calls, choices};
    for (int i = 1; i < draft->calls; ++i) calls.emplace_back(context_, prompt, *draft, record_.id);
    calls.emplace_back(context_, prompt, *std::move(draft), record_.id);
  }
  allowances_.resize(std::max(allowances_.size(), calls.size()), Allowance(context_));
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
void Attempts::Note(const std::string& model) {
  const int before = record_.tries;
  record_.ForgetTries();
  for (auto allowance = allowances_.rbegin(); allowance != allowances_.rend(); ++allowance) {
    allowance->NoteIn(record_);
  }
  if (record_.tries > before) record_.target = model;
}

Result<std::optional<Answer>> Attempts::Target(const std::string& model, bool last) {
  target_ = model;
  if (record_.target.empty()) record_.target = model;
  record_.phase = Phase::kConvert;
  auto calls = Write(model);
  if (!calls) return std::move(calls).error();
  auto openings = OpenAll(*calls, last);
  Note(model);
  std::vector<ChoiceStream> streams;
  streams.reserve(openings.size());
  std::optional<Error> error;
  for (std::size_t i = 0; i < openings.size(); ++i) {
    if (openings[i] && *openings[i]) {
      streams.emplace_back(std::move((*calls)[i]), **std::move(openings[i]));
    } else {
      verdict_ = i;
      if (!openings[i] && !error) error = openings[i].error();
    }
  }
  const bool whole = streams.size() == openings.size();
  if (!whole && (streams.empty() || !prompts_.front()->fewer_will_do)) {
    if (error) return *std::move(error);
    return std::optional<Answer>();
  }
  if (!whole) plan_ = {1, static_cast<int>(streams.size()), 1};
  SignatureKeeper keeper(*context_.services->signatures, context_.caller,
                         context_.services->catalog->TraitsOf(model).family);
  const bool show = prompts_.front()->reasoning.show.value_or(false);
  return std::optional(
      Answer(std::move(streams), plan_, std::move(keeper), chat::ThoughtFilter(show)));
}

Error Attempts::Verdict() const {
  return gateway::Verdict(context_, allowances_[verdict_], target_);
}

}  // namespace

std::optional<chat::Event> Answer::Next(TimePoint until) {
  for (;;) {
    auto event = NextOfAll(until);
    if (event) keeper_.See(*event);
    if (!event || filter_.Passes(*event)) return event;
  }
}

std::optional<chat::Event> Answer::NextOfAll(TimePoint until) {
  if (streams_.size() == 1) return streams_.front().Next(until);
  while (ready_.empty() && !merge_.ended()) {
    auto event = streams_[at_].Next(until);
    if (!event) return std::nullopt;
    const bool done = std::holds_alternative<chat::Finished>(*event);
    std::vector<chat::Event> out;
    merge_.Add(static_cast<int>(at_), *std::move(event), out);
    for (chat::Event& whole : out) ready_.push(std::move(whole));
    if (done && at_ + 1 < streams_.size()) ++at_;
  }
  if (ready_.empty()) return std::nullopt;
  return ready_.pop();
}

Result<Answer> GetAnswer(const RequestContext& context,
                         std::shared_ptr<const chat::Request> request,
                         const std::vector<std::string>& targets, Record& record) {
  const auto servable = ServableTargets(context, targets, Use::kGenerate);
  if (!servable) return servable.error();
  Attempts attempts(context, std::move(request), record);
  for (std::size_t i = 0; i < servable->size(); ++i) {
    auto answer = attempts.Target((*servable)[i], i + 1 == servable->size());
    if (!answer) return std::move(answer).error();
    if (*answer) return **std::move(answer);
  }
  return attempts.Verdict();
}

}  // namespace agm::gateway
