#include "core/chat/merge.h"

#include <algorithm>
#include <utility>

namespace agm::chat {
namespace {

// The prompt is the same for all, so it counts once; each call generates for itself.
void AddUsage(Usage& sum, const Usage& more) {
  sum.known = sum.known || more.known;
  sum.input = std::max(sum.input, more.input);
  sum.input_audio = std::max(sum.input_audio, more.input_audio);
  sum.input_image = std::max(sum.input_image, more.input_image);
  sum.cached = std::max(sum.cached, more.cached);
  sum.output += more.output;
  sum.thoughts += more.thoughts;
  sum.output_audio += more.output_audio;
  sum.output_image += more.output_image;
}

}  // namespace

void Merge::Add(int call, Event event, std::vector<Event>& out) {
  if (ended_) return;
  if (std::holds_alternative<Started>(event)) {
    if (!std::exchange(started_, true)) out.push_back(std::move(event));
    return;
  }
  if (auto* finished = std::get_if<Finished>(&event)) {
    Finish(call, std::move(*finished), out);
    return;
  }
  if (auto* block = std::get_if<BlockStarted>(&event)) block->choice = call;
  if (auto* delta = std::get_if<BlockDelta>(&event)) delta->choice = call;
  if (auto* stopped = std::get_if<BlockStopped>(&event)) stopped->choice = call;
  ended_ = std::holds_alternative<Failed>(event);
  out.push_back(std::move(event));
}

void Merge::Finish(int call, Finished&& finished, std::vector<Event>& out) {
  if (!whole_) whole_ = Finished{};
  for (ChoiceFinish& choice : finished.choices) {
    choice.choice = call;
    whole_->choices.push_back(std::move(choice));
  }
  AddUsage(whole_->usage, finished.usage);
  if (whole_->extra.empty()) whole_->extra = std::move(finished.extra);
  if (--open_ > 0) return;
  std::sort(whole_->choices.begin(), whole_->choices.end(),
            [](const ChoiceFinish& a, const ChoiceFinish& b) { return a.choice < b.choice; });
  out.emplace_back(*std::move(whole_));
  ended_ = true;
}

}  // namespace agm::chat
